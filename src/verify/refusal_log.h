/*-------------------------------------------------------------------------
 *
 * refusal_log.h
 *		Keeps tokens out of log entries, and limits how many refusals are logged.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_REFUSAL_LOG_H
#define HCJWT_REFUSAL_LOG_H

/* The message that refuses hcjwt.token as a default.  It never quotes the token. */
#define TOKEN_AS_DEFAULT	"parameter \"hcjwt.token\" cannot have a default"

/*
 * May the statement and the context of this entry hold a token as a literal, so
 * that the log must have neither?
 */
extern bool may_quote_token(const ErrorData *edata);

/*
 * Called by _PG_init().  Sets the hook that keeps statement and context, which
 * may hold a token as a literal, out of the log entries of our errors, and
 * limits how many entries there are.
 */
extern void refusal_log_init(void);

/* Called by the shared memory hooks: one limit for the whole server. */
extern void refusal_log_shmem_request(void);
extern void refusal_log_shmem_startup(void);

#endif							/* HCJWT_REFUSAL_LOG_H */
