/*-------------------------------------------------------------------------
 *
 * rate_limit.c
 *		A bound on what strangers' tokens may cause: a burst at once, then one
 *		each interval.
 *
 *-------------------------------------------------------------------------
 */
#include "rate_limit.h"

bool
rate_limit_take(RateLimit *limit, int64_t interval, int64_t now)
{
	int64_t		latest = now + (RATE_LIMIT_BURST - 1) * interval;
	bool		permitted;

	if (limit->full_at < now)
		limit->full_at = now;
	permitted = limit->full_at <= latest;
	if (permitted)
		limit->full_at += interval;
	/* so that the burst comes back even after the clock was set back */
	else if (limit->full_at > latest + interval)
		limit->full_at = latest + interval;
	return permitted;
}
