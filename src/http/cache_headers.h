/*-------------------------------------------------------------------------
 *
 * cache_headers.h
 *		What an answer's headers say of its freshness and of when to come
 *		again (RFC 9111, RFC 9110).
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_CACHE_HEADERS_H
#define HCJWT_CACHE_HEADERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/cache_control.h"

typedef struct CacheHeaders
{
	HeaderValue cache_control;
	HeaderValue age;
	HeaderValue expires;
	HeaderValue date;
	HeaderValue retry_after;
} CacheHeaders;

typedef struct CacheAnswer
{
	CacheVerdict verdict;
	int64_t		lifetime;		/* seconds from the answer's making, >= 0 */
	int64_t		age;			/* seconds it had when it came, >= 0 */
	bool		has_retry_after;
	int64_t		retry_after;	/* seconds from now, >= 0 */
} CacheAnswer;

/*
 * Judges the headers of an answer that came at now (seconds since 1970-01-01
 * UTC).  Never fails: what is malformed is ignored or means "stale", as the
 * standard has it.  We are a private cache: s-maxage is not for us.
 */
extern void cache_headers_judge(const CacheHeaders *headers, int64_t now,
								CacheAnswer *answer);

#endif							/* HCJWT_CACHE_HEADERS_H */
