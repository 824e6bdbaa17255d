/*-------------------------------------------------------------------------
 *
 * timing.c
 *		When keys are fetched: every number and rule of it, in one place.
 *
 * Pure C: no server headers; time and chance come in as parameters.
 *
 *-------------------------------------------------------------------------
 */
#include <stddef.h>

#include "refresh/timing.h"

static int64_t
clamp(int64_t value, int64_t low, int64_t high)
{
	return value < low ? low : value > high ? high : value;
}

/* Makes microseconds of a header's seconds, at most FRESH_MAX. */
static int64_t
from_seconds(int64_t seconds)
{
	return clamp(seconds, 0, FRESH_MAX / ONE_SECOND) * ONE_SECOND;
}

int64_t
timing_longest(int64_t max_refresh_interval, int64_t max_stale)
{
	int64_t		longest = clamp(max_stale / 2, 0, max_refresh_interval);

	return clamp(longest, FRESH_LEAST, FRESH_MAX);
}

int64_t
timing_after_success(const CacheAnswer *cache, int64_t longest, double random)
{
	int64_t		delay = FRESH_DEFAULT;

	switch (cache->verdict)
	{
		case CACHE_NONE_GIVEN:
			break;
		case CACHE_NO_STORE:
			delay = FRESH_NO_STORE;
			break;
		case CACHE_LIFETIME:
			delay = clamp(from_seconds(cache->lifetime - cache->age),
						  FRESH_MIN, FRESH_MAX);
			break;
	}
	if (delay > longest)
		delay = longest;
	return (int64_t) (delay * (1 + FRESH_JITTER * (2 * random - 1)));
}

int64_t
timing_due(int64_t next_attempt, int64_t last_attempt, int failures,
		   int64_t longest, int64_t now)
{
	int64_t		latest = (int64_t) (longest * (1 + FRESH_JITTER));

	if (failures > 0)
		latest = BACKOFF_MAX;

	/* another process may have read the clock a little later */
	if (last_attempt > now + ONE_SECOND)
		return now;
	if (last_attempt != 0 && failures == 0 && last_attempt + latest < next_attempt)
		return last_attempt + latest;
	/* a back-off of an hour counts from the attempt's end */
	if (next_attempt > now + latest + ONE_MINUTE)
		return now;
	return next_attempt;
}

int64_t
timing_retry_after(const CacheAnswer *cache)
{
	if (cache == NULL || !cache->has_retry_after)
		return 0;
	return clamp(from_seconds(cache->retry_after), 0, BACKOFF_MAX);
}

int64_t
timing_after_failure(int failures, const CacheAnswer *cache, double random)
{
	int64_t		cap = BACKOFF_BASE;
	int64_t		floor = timing_retry_after(cache);
	int64_t		delay;

	for (int i = 1; i < failures && cap < BACKOFF_MAX; i++)
		cap *= 2;
	if (cap > BACKOFF_MAX)
		cap = BACKOFF_MAX;

	/* random is never 1, so this is in (0, cap] */
	delay = clamp((int64_t) (cap * (1 - random)), BACKOFF_MIN, cap);
	return delay > floor ? delay : floor;
}

int64_t
timing_demand_from(int64_t next_attempt, int64_t last_attempt)
{
	int64_t		latest = last_attempt + BACKOFF_BASE;

	return next_attempt < latest ? next_attempt : latest;
}

bool
timing_may_ask(int64_t last_asked, int64_t cooldown, int64_t not_before,
			   int64_t now)
{
	/* another process may have read the clock a little later than we did */
	if (last_asked != 0 &&
		now - last_asked < cooldown && last_asked - now < cooldown)
		return false;

	/* no back-off is longer, so a later time is a clock that was set back */
	return now >= not_before || not_before - now > BACKOFF_MAX;
}

int64_t
timing_demand_interval(int help_centers)
{
	return ONE_HOUR / (ONE_HOUR / ONE_SECOND + help_centers);
}
