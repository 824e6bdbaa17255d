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

#include "http/header_line.h"

/* What delta-seconds beyond it are taken for (RFC 9111, section 1.2.2). */
#define DELTA_SECONDS_MAX	INT64_C(2147483648)

typedef struct CacheHeaders
{
	HeaderValue cache_control;
	HeaderValue age;
	HeaderValue expires;
	HeaderValue date;
	HeaderValue retry_after;
} CacheHeaders;

typedef enum CacheVerdict
{
	CACHE_NONE_GIVEN,			/* the headers say nothing of a lifetime */
	CACHE_NO_STORE,
	CACHE_LIFETIME				/* lifetime is set; 0 means stale already */
} CacheVerdict;

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

/*
 * Parses an HTTP-date (RFC 9110, section 5.6.7) in any of its three formats,
 * without regard to case (RFC 9111, section 4.2) or to this machine's locale and
 * time zone.  now serves to place the two-digit years of RFC 850.
 */
extern bool http_date_parse(const char *text, size_t len, int64_t now,
							int64_t *seconds);

#endif							/* HCJWT_CACHE_HEADERS_H */
