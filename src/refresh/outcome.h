/*-------------------------------------------------------------------------
 *
 * outcome.h
 *		What a fetch can come to, and its words in hcjwt.fetch_state and
 *		hcjwt.status.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_OUTCOME_H
#define HCJWT_OUTCOME_H

typedef enum FetchOutcome
{
	FETCH_OK,
	FETCH_NOT_MODIFIED,
	FETCH_PLAN,					/* 404: the plan is without help center JWTs */
	FETCH_HTTP,					/* any other status */
	FETCH_BAD_SET,
	FETCH_TOO_LARGE,
	FETCH_BAD_URL,				/* the settings do not permit it */
	FETCH_DNS,
	FETCH_CONNECT,
	FETCH_TLS,
	FETCH_TIMEOUT,
	FETCH_CUT,
	FETCH_FAILED,				/* here: no memory, no library */
	FETCH_STORE					/* fetched, but could not be stored */
} FetchOutcome;

#define fetch_succeeded(outcome) \
	((outcome) == FETCH_OK || (outcome) == FETCH_NOT_MODIFIED)

/* The word that hcjwt.fetch_state holds, and back; FETCH_FAILED for any other, or NULL. */
extern const char *outcome_word(FetchOutcome outcome);
extern FetchOutcome outcome_of_word(const char *word);

/* What hcjwt.status calls such a failure, and what it advises. */
extern const char *outcome_state(FetchOutcome outcome, int http_status);
extern const char *outcome_advice(FetchOutcome outcome, int http_status);

#endif							/* HCJWT_OUTCOME_H */
