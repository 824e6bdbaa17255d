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
 * NULL when there is none.  *serial tells one token, of one transaction, from
 * another; it is never 0.
 */
extern const char *session_token(uint64 *serial);

/* Moves on whenever another token comes into force, or none. */
extern uint64 hcjwt_token_changes;

/* Was it set in this transaction (of the leader, in a parallel worker)? */
extern bool session_token_is_current(void);

/* Sets it, or "" to clear it, until the end of this transaction. */
extern void set_session_token(const char *token);

/* From _PG_init. */
extern void token_init(void);

#endif							/* HCJWT_TOKEN_H */
