/*-------------------------------------------------------------------------
 *
 * policy.c
 *		When keys are fetched: every number and rule of it, in one place.
 *
 * Pure C: no server headers; time and chance come in as parameters.
 *
 * IDENTIFICATION
 *	  src/refresh/policy.c
 *
 *-------------------------------------------------------------------------
 */
#include <stddef.h>

#include "refresh/policy.h"

static int64_t
clamp(int64_t value, int64_t low, int64_t high)
{
	return value < low ? low : value > high ? high : value;
}

/* Seconds that headers gave, as microseconds, at most POLICY_FRESH_MAX. */
static int64_t
from_seconds(int64_t seconds)
{
	return clamp(seconds, 0, POLICY_FRESH_MAX / POLICY_SECOND) * POLICY_SECOND;
}

int64_t
policy_longest(int64_t max_refresh_interval, int64_t max_stale)
{
	int64_t		longest = clamp(max_stale / 2, 0, max_refresh_interval);

	return clamp(longest, POLICY_FRESH_LEAST, POLICY_FRESH_MAX);
}

int64_t
policy_after_success(const CacheAnswer *cache, int64_t longest, double random)
{
	int64_t		delay = POLICY_FRESH_DEFAULT;

	switch (cache->verdict)
	{
		case CACHE_NONE_GIVEN:
			break;
		case CACHE_NO_STORE:
			delay = POLICY_FRESH_NO_STORE;
			break;
		case CACHE_LIFETIME:
			delay = clamp(from_seconds(cache->lifetime - cache->age),
						  POLICY_FRESH_MIN, POLICY_FRESH_MAX);
			break;
	}
	if (delay > longest)
		delay = longest;
	return (int64_t) (delay * (1 + POLICY_FRESH_JITTER * (2 * random - 1)));
}

int64_t
policy_due(int64_t next_attempt, int64_t last_attempt, int failures,
		   int64_t longest, int64_t now)
{
	int64_t		latest = (int64_t) (longest * (1 + POLICY_FRESH_JITTER));

	if (failures > 0)
		latest = POLICY_BACKOFF_MAX;

	/* another process may have read the clock a little later than we did */
	if (last_attempt > now + POLICY_SECOND)
		return now;
	if (last_attempt != 0 && failures == 0 && last_attempt + latest < next_attempt)
		return last_attempt + latest;
	/* an hour's back-off counts from the attempt's end */
	if (next_attempt > now + latest + POLICY_MINUTE)
		return now;
	return next_attempt;
}

int64_t
policy_retry_after(const CacheAnswer *cache)
{
	if (cache == NULL || !cache->has_retry_after)
		return 0;
	return clamp(from_seconds(cache->retry_after), 0, POLICY_BACKOFF_MAX);
}

int64_t
policy_after_failure(int failures, const CacheAnswer *cache, double random)
{
	int64_t		cap = POLICY_BACKOFF_BASE;
	int64_t		floor = policy_retry_after(cache);
	int64_t		delay;

	for (int i = 1; i < failures && cap < POLICY_BACKOFF_MAX; i++)
		cap *= 2;
	if (cap > POLICY_BACKOFF_MAX)
		cap = POLICY_BACKOFF_MAX;

	/* random is never 1, so this is in (0, cap] */
	delay = clamp((int64_t) (cap * (1 - random)), POLICY_BACKOFF_MIN, cap);
	return delay > floor ? delay : floor;
}

/* When the bucket is full again, but for what a clock set back made of it. */
static int64_t
bucket_full_at(const TokenBucket *bucket, int64_t now)
{
	return clamp(bucket->full_at, now,
				 now + POLICY_BUCKET_BURST * POLICY_BUCKET_INTERVAL);
}

int64_t
token_bucket_wait(const TokenBucket *bucket, int64_t now)
{
	int64_t		wait = bucket_full_at(bucket, now) - now -
		(POLICY_BUCKET_BURST - 1) * POLICY_BUCKET_INTERVAL;

	return wait > 0 ? wait : 0;
}

bool
token_bucket_take(TokenBucket *bucket, int64_t now)
{
	bool		any = token_bucket_wait(bucket, now) == 0;

	/* written back either way, so that it fills again after a clock set back */
	bucket->full_at = bucket_full_at(bucket, now) +
		(any ? POLICY_BUCKET_INTERVAL : 0);
	return any;
}

bool
policy_may_ask(int64_t last_asked, int64_t cooldown, int64_t not_before,
			   int64_t now)
{
	/* another process may have read the clock a little later than we did */
	if (last_asked != 0 &&
		now - last_asked < cooldown && last_asked - now < cooldown)
		return false;

	/* nothing is put off for longer than this */
	return now >= not_before || not_before - now > POLICY_BACKOFF_MAX;
}
