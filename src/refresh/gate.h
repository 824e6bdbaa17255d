/*-------------------------------------------------------------------------
 *
 * gate.h
 *		May a token with a new key cause a fetch?
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_GATE_H
#define HCJWT_GATE_H

#include "refresh/schedule.h"

/* A help center whose fetch is worth waiting for. */
typedef struct Awaited
{
	EntryKey	key;
	uint64		ended;			/* how many fetches had ended before */
} Awaited;

typedef enum AskResult
{
	ASK_REFUSED,
	ASK_UNDER_WAY,				/* for this caller or for another */
	ASK_ENDED					/* after the caller looked for the key */
} AskResult;

/*
 * Asks for a fetch where that is permitted.  statement is when the client's statement
 * began, looked is when the caller last looked for the key, or a little earlier.
 */
extern AskResult ask_for_fetch(Awaited *awaited, TimestampTz statement,
							   TimestampTz looked, const char **hint);

#endif							/* HCJWT_GATE_H */
