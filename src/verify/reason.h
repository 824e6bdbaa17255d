/*-------------------------------------------------------------------------
 *
 * reason.h
 *		Why a token is refused, and what its bearer is told.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_REASON_H
#define HCJWT_REASON_H

/*
 * One entry for each rule that can refuse a token, in the order in which the
 * rules are applied.  Names in the view hcjwt.stats are those of reason.c.
 */
typedef enum Reason
{
	REASON_NONE,				/* not refused */
	REASON_BOUNDARY_IN_DOUBT,	/* settings.h */
	REASON_LEFT_BEHIND,			/* hcjwt.token of an earlier transaction */
	REASON_CHANGED,				/* while a query was reading by it */
	REASON_SHAPE,
	REASON_HEADER,
	REASON_ALG,
	REASON_TYP,
	REASON_CRIT,
	REASON_KID,
	REASON_UNKNOWN_KEY,
	REASON_SIGNATURE,
	REASON_PAYLOAD,
	REASON_CLAIMS,
	REASON_HELP_CENTER,
	REASON_ORIGIN,
	REASON_AMBIGUOUS,
	REASON_EXPIRED,
	REASON_NOT_YET_VALID,
	REASON_AUDIENCE,
	REASON_ISSUER
} Reason;

#define NUM_REASONS			(REASON_ISSUER + 1)

extern int	reason_sqlstate(Reason reason);

/* The one message that clients see. */
extern const char *reason_message(Reason reason);

/* As a word, for statistics. */
extern const char *reason_name(Reason reason);

#endif							/* HCJWT_REASON_H */
