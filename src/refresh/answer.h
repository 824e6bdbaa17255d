/*-------------------------------------------------------------------------
 *
 * answer.h
 *		What a fetch came to, judged: made by the fetcher without a
 *		database, handed through shared memory, stored by a database worker.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_ANSWER_H
#define HCJWT_ANSWER_H

#include "http/cache_headers.h"
#include "refresh/outcome.h"
#include "utils/dsa.h"
#include "utils/timestamp.h"

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
	const char *error;			/* a phrase in ASCII; "" when there is nothing
								 * to say; may stand beside FETCH_OK */
	bool		forget_etag;	/* the next request must not be conditional */
	int			nkeys;
	AnswerKey  *keys;
} Answer;

/* InvalidDsaPointer when out of memory. */
extern dsa_pointer pack_answer(const Answer *answer, size_t *size);

/* Copies a packed answer of that size into the current memory context. */
extern Answer *unpack_answer(const void *packed, size_t size);

#endif							/* HCJWT_ANSWER_H */
