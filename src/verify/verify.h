/*-------------------------------------------------------------------------
 *
 * verify.h
 *		The verification of a help center JWT: the order of the rules.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_VERIFY_H
#define HCJWT_VERIFY_H

#include "verify/verification.h"

/*
 * token -> header -> key -> signature -> claims.  Nothing of the payload is used for
 * anything before its signature has been verified.
 */
typedef enum VerifyStep
{
	STEP_BOUNDARY,
	STEP_SHAPE,
	STEP_HEADER,				/* from here */
	STEP_ALG,
	STEP_TYP,
	STEP_CRIT,
	STEP_KID,					/* to here, the header is judged and nothing
								 * else */
	STEP_KEY,
	STEP_SIGNATURE,
	STEP_PAYLOAD,
	STEP_CLAIMS,
	STEP_HELP_CENTER,
	STEP_EXP,
	STEP_NBF,
	STEP_AUD,
	STEP_ISS
} VerifyStep;

#define NUM_VERIFY_STEPS	(STEP_ISS + 1)

/* The name of the step in hcjwt.explain(). */
extern const char *verify_step_name(VerifyStep step);

/* Applies one rule: REASON_NONE, or why the token is refused. */
extern Reason verify_step(Verification *v, VerifyStep step);

/*
 * Takes the token through all rules.  Raises nothing that concerns the token:
 * only what may happen to any query (cancel, out of memory, an unreadable table).
 */
extern Reason verify_token(Verification *v);

#endif							/* HCJWT_VERIFY_H */
