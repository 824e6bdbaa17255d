/*-------------------------------------------------------------------------
 *
 * session.h
 *		The verified token of the present transaction.
 *
 * IDENTIFICATION
 *	  src/session/session.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_SESSION_H
#define HCJWT_SESSION_H

#include "access/xact.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "settings.h"

/*
 * What the session's token was found to be, and under which circumstances.  As
 * long as these are the same, so is the verdict: the token, the settings and the
 * keys (epoch), the moment that exp is compared with (statement), and the
 * transaction.
 */
typedef struct Session
{
	uint64		epoch;
	TimestampTz statement;
	LocalTransactionId transaction;

	/*
	 * Moves on whenever the claims may be others, so that a call site knows
	 * whether its copy is still right.  Never 0.
	 */
	uint64		version;
	Jsonb	   *payload;		/* NULL: there is no token */
	char	   *help_center;
	TimestampTz expires_at;
} Session;

extern Session hcjwt_session;

/* Judges the session's token anew; raises the error of one that is refused. */
extern void session_judge(void);

/*
 * Takes over a token that has just been verified and set, so that it need not be
 * verified again; generation is that of the keys (keys/catalog.h) before.
 */
struct Verification;
extern void session_adopt(const struct Verification *v, Jsonb *payload,
						  uint64 generation);

/* Makes sure that hcjwt_session holds here and now. */
static inline void
session_check(void)
{
	if (unlikely(hcjwt_session.epoch != hcjwt_epoch ||
				 hcjwt_session.statement != GetCurrentStatementStartTimestamp() ||
				 hcjwt_session.transaction != PROC_LXID(MyProc)))
		session_judge();
}

#endif							/* HCJWT_SESSION_H */
