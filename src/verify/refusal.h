/*-------------------------------------------------------------------------
 *
 * refusal.h
 *		Tells a client that its token is refused, and the log why.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_REFUSAL_H
#define HCJWT_REFUSAL_H

#include "compat.h"
#include "verify/verification.h"

/*
 * Raises the error of class 28 that stands for the reason (design: "Errors").
 * The client sees one message; the detail goes to the server's log alone.
 */
pg_noreturn extern void refuse(const Verification *v, Reason reason);

/*
 * The same to a client of PostgREST 12 or later: an error that it turns into an
 * answer with status 401 and a WWW-Authenticate header (RFC 6750, section 3).
 */
pg_noreturn extern void refuse_by_postgrest(const Verification *v, Reason reason);

/* hcjwt.token was left by an earlier transaction: says what to do. */
pg_noreturn extern void refuse_left_behind(void);

/*
 * A query reads by another token than before, or by none that is good any more:
 * now says why the present one is refused, or REASON_NONE.
 */
pg_noreturn extern void refuse_changed(Reason now);

/* The rows of a query are to be kept longer than the token that it has read. */
pg_noreturn extern void refuse_to_hold(void);

/* "kid \"...\"", escaped and at most 64 bytes of it, in the current context. */
extern char *printable_kid(const char *kid, size_t len);

/* Is it one of these errors, raised here or in a parallel worker? */
extern bool is_refusal(const ErrorData *edata);

#endif							/* HCJWT_REFUSAL_H */
