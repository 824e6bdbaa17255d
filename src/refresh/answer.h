/*-------------------------------------------------------------------------
 *
 * answer.h
 *		What a fetch came to, judged: made by the fetcher without a
 *		database, handed through shared memory, stored by a database worker.
 *
 * IDENTIFICATION
 *	  src/refresh/answer.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_ANSWER_H
#define HCJWT_ANSWER_H

#include "http/cache_headers.h"
#include "utils/dsa.h"
#include "utils/timestamp.h"

/* In the order of outcome_text()'s words, which hcjwt.fetch_state holds. */
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

typedef struct AnswerKey
{
	const char *kid;			/* UTF-8 */
	const char *jwk;			/* JSON */
	const char *thumbprint;
} AnswerKey;

typedef struct Answer
{
	FetchOutcome outcome;
	int			http_status;	/* 0: no answer came */
	TimestampTz began;
	TimestampTz ended;
	CacheAnswer cache;
	const char *url;			/* that was asked, as the table has it */
	const char *sent_etag;		/* If-None-Match, or "" */
	const char *etag;			/* of the answer, or "" */
	const char *error;			/* a phrase in ASCII; "" when there is nothing to
								 * say; may stand beside FETCH_OK */
	bool		forget_etag;	/* the next request must not be conditional */
	int			nkeys;
	AnswerKey  *keys;
} Answer;

#define fetch_succeeded(outcome) \
	((outcome) == FETCH_OK || (outcome) == FETCH_NOT_MODIFIED)

extern const char *outcome_text(FetchOutcome outcome);

/* InvalidDsaPointer when out of memory. */
extern dsa_pointer pack_answer(const Answer *answer, size_t *size);

/* Copies a packed answer of that size into the current memory context. */
extern Answer *unpack_answer(const void *packed, size_t size);

#endif							/* HCJWT_ANSWER_H */
