/*-------------------------------------------------------------------------
 *
 * session.h
 *		The verified token of the present transaction.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_SESSION_H
#define HCJWT_SESSION_H

#include "utils/jsonb.h"
#include "verify/verification.h"

/*
 * The result of the last judgement of the session's token.  To be read only
 * right after a judgement: see session/query.h.
 */
typedef struct Session
{
	/*
	 * Moves on whenever the claims may be others, so that a call site knows
	 * whether its copy is still right.  Never 0.
	 */
	uint64		version;
	uint64		serial;			/* of the token (session/token.h); 0: there is
								 * none */
	Jsonb	   *payload;		/* NULL: there is no token */
	char	   *help_center;
	char	   *phrase;			/* for the log; NULL where it is not wanted */
	TimestampTz expires_at;
} Session;

extern Session hcjwt_session;

/*
 * Judges the session's token at that moment, by the settings and the keys as
 * they are now, and sets hcjwt_session to the result.  Raises the error of a
 * token that is refused.
 */
extern void session_judge(TimestampTz now);

/* The same, but returns why the token is refused, and waits for no key. */
extern Reason session_judge_quietly(TimestampTz now);

/*
 * Takes over a token that has just been verified and set, so that it need not
 * be verified again.  generation is that of the keys (keys/catalog.h) before the
 * verification.
 */
extern void session_adopt(const Verification *v, Jsonb *payload,
						  uint64 generation);

#endif							/* HCJWT_SESSION_H */
