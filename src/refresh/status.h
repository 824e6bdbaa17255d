/*-------------------------------------------------------------------------
 *
 * status.h
 *		What hcjwt.status says of a help center: its state, and what to do.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_STATUS_H
#define HCJWT_STATUS_H

#include "refresh/schedule.h"

/* What is known of a help center.  NULL and 0 mean that there is no such text, or time. */
typedef struct StatusFacts
{
	/*
	 * from its row, its keys, and the view's query of other help centers'
	 * keys
	 */
	const char *repair;			/* statements that put our triggers in force */
	const char *twin;			/* another help center that has a key of this
								 * one */
	int64		trusted_keys;

	/* from hcjwt.fetch_state, if that is about its present URL */
	const char *outcome;
	const char *last_error;
	const char *etag;
	TimestampTz last_attempt;
	TimestampTz last_success;
	TimestampTz stored_next;	/* next attempt */
	int			http_status;
	int			stored_failures;	/* in a row */

	/* why this server refreshes no keys */
	const char *no_refresh;
	const char *no_refresh_advice;

	const char *not_asked;		/* why this standby cannot ask its primary */

	/*
	 * from the schedule, which is newer; if it has no entry, as fetch_state
	 * has it
	 */
	TimestampTz next_attempt;
	int			failures;
	char		problem[ENTRY_PROBLEM_LEN];

	bool		enabled;
	bool		fetched;		/* is keys_url other than 'none'? */
	bool		unguarded;		/* is no key trusted for want of a trigger? */
	bool		revoked;		/* is one of its keys revoked? */
	bool		crowded;		/* has a kid more keys than are tried? */
	bool		known;			/* is fetch_state about its present URL? */
	bool		under_way;		/* a fetch, or the store of its answer */
} StatusFacts;

/* Puts the facts into words; *advice is NULL when there is nothing to do. */
extern void judge_status(const StatusFacts *facts, TimestampTz now,
						 const char **state, const char **advice);

#endif							/* HCJWT_STATUS_H */
