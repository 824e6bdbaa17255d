/*-------------------------------------------------------------------------
 *
 * token.h
 *		The setting hcjwt.token: a bearer token and the transaction it is for.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_TOKEN_H
#define HCJWT_TOKEN_H

/*
 * The token now in force, by the rules of SET, SET LOCAL, savepoints and RESET;
 * NULL when there is none.  Sets *serial to a number that differs for each
 * token of each transaction, and is never 0.
 */
extern const char *session_token(uint64 *serial);

/* Moves on whenever another token comes into force, or none. */
extern uint64 hcjwt_token_changes;

/* Was the token set in this transaction (of the leader, in a parallel worker)? */
extern bool session_token_is_current(void);

/* Called by _PG_init(). */
extern void token_init(void);

#endif							/* HCJWT_TOKEN_H */
