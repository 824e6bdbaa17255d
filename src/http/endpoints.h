/*-------------------------------------------------------------------------
 *
 * endpoints.h
 *		The endpoints and what they must answer: judged, not trusted.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_ENDPOINTS_H
#define HCJWT_ENDPOINTS_H

#include "http/http.h"

#define CSRF_TOKEN_MAX_LEN	4096

/* One of the endpoints that are asked. */
typedef struct Endpoint
{
	const char *path;			/* below base_url */
	const char *wanted;			/* what it answers with, for messages */
	const char *missing;		/* what there is none of when it answers 404 */
	const char *missing_hint;
	const char *denied_hint;	/* who may, when it answers 403 */
	bool		is_keys;		/* keys_url may stand for base_url and path */
	bool		takes_credentials;
	bool		needs_credentials;

	/*
	 * Makes the SQL function's result of an answer with status 200 and
	 * returns NULL; or returns what is wrong with the body: a clause that
	 * begins with "the body", or answer_without_token.
	 */
	const char *(*judge) (const HttpResponse *response, Datum *result);
} Endpoint;

/* The answer is what an anonymous visitor gets: status 200 and an object without a token. */
extern const char answer_without_token[];

extern const Endpoint endpoint_keys;
extern const Endpoint endpoint_token;
extern const Endpoint endpoint_session;
extern const Endpoint endpoint_custom_claims;

#endif							/* HCJWT_ENDPOINTS_H */
