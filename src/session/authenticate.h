/*-------------------------------------------------------------------------
 *
 * authenticate.h
 *		Makes the present transaction a visitor's, or anonymous.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_AUTHENTICATE_H
#define HCJWT_AUTHENTICATE_H

#include "utils/jsonb.h"
#include "verify/verification.h"

/* As if nobody had authenticated in this transaction. */
extern void become_anonymous(void);

/*
 * Verifies the token, makes it the transaction's and sets *payload; or returns
 * why it is refused, and has changed nothing.  named may be NULL.
 */
extern Reason become_visitor(Verification *v, const char *token, size_t len,
							 const char *named, Jsonb **payload);

#endif							/* HCJWT_AUTHENTICATE_H */
