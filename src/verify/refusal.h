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
 * The same for a client of PostgREST 12 or later: PostgREST turns the error
 * into an answer with status 401 and a WWW-Authenticate header (RFC 6750,
 * section 3).
 */
pg_noreturn extern void refuse_by_postgrest(const Verification *v, Reason reason);

/*
 * Raises the error for an hcjwt.token that an earlier transaction left behind,
 * and says what to do.
 */
pg_noreturn extern void refuse_left_behind(void);

/*
 * Raises the error for a query that would read another token than before, or
 * whose token is no longer good.  now is why the present token is refused, or
 * REASON_NONE.
 */
pg_noreturn extern void refuse_changed(Reason now);

/*
 * Raises the error for a query whose rows would be kept longer than the token
 * that it has read.
 */
pg_noreturn extern void refuse_to_hold(void);

/* "kid \"...\"", escaped and at most 64 bytes of it, in the current context. */
extern char *printable_kid(const char *kid, size_t len);

/* Is this one of the errors above, raised here or in a parallel worker? */
extern bool is_refusal(const ErrorData *edata);

#endif							/* HCJWT_REFUSAL_H */
