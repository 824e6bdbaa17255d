/*-------------------------------------------------------------------------
 *
 * visitor.h
 *		Who a verified token's bearer is.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_VISITOR_H
#define HCJWT_VISITOR_H

#include "utils/jsonb.h"
#include "verify/verification.h"

/* The claims that say it. */
#define CLAIM_NAME_USER_ID		"userId"
#define CLAIM_NAME_EMAIL		"email"
#define CLAIM_NAME_EXTERNAL_ID	"externalId"

/* A member of the payload, or NULL; buffer is for its value. */
extern JsonbValue *payload_member(Jsonb *payload, const char *name, int len,
								  JsonbValue *buffer);

/* A JSON integer that fits; never rounded, never taken from a string. */
extern bool payload_user_id(Jsonb *payload, int64 *user_id);

/* A non-empty string. */
extern bool payload_string(Jsonb *payload, const char *name, JsonbValue *buffer);

/*
 * For explain(): what the accessors return for a verified token, and why one of
 * them returns null.  Shows no e-mail address and no external id.
 */
extern char *describe_visitor(const Verification *v);

/*
 * What a log entry says of the visitor: the user's id, which is a number, and
 * the name under which an administrator has registered the help center.  It has
 * nothing else of the token.  It is made when the token is verified, because
 * nothing can be computed while an error is reported.
 */
extern char *visitor_phrase(Jsonb *payload, const char *help_center);

#endif							/* HCJWT_VISITOR_H */
