/*-------------------------------------------------------------------------
 *
 * rate_limit.h
 *		A bound on what strangers' tokens may cause: a burst at once, then one
 *		each interval.
 *
 * Pure C: no server headers; the time comes in as a parameter.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_RATE_LIMIT_H
#define HCJWT_RATE_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

/* The usual interval, and the longest: a second, in microseconds. */
#define RATE_LIMIT_INTERVAL	INT64_C(1000000)
#define RATE_LIMIT_BURST	16

/* The time at which the whole burst is permitted again; zeroed memory: now. */
typedef struct RateLimit
{
	int64_t		full_at;
} RateLimit;

/* Is one more permitted now?  Then it is counted. */
extern bool rate_limit_take(RateLimit *limit, int64_t interval, int64_t now);

#endif							/* HCJWT_RATE_LIMIT_H */
