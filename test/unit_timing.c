/*-------------------------------------------------------------------------
 *
 * unit_timing.c
 *		Unit tests of refresh/timing.c.
 *
 *-------------------------------------------------------------------------
 */
#include <stdio.h>
#include <string.h>

#include "refresh/timing.h"
#include "unit.h"

#define S		ONE_SECOND
#define ALMOST1	0.9999999999999999
#define T0		(INT64_C(800000000) * S)	/* some time of day */

/* Equal to within a microsecond, because jitter is computed in floating point. */
static void
about(int64_t got, int64_t expected, const char *what)
{
	int64_t		off = got - expected;

	ok(off >= -1 && off <= 1, "%s", what);
	if (off < -1 || off > 1)
		printf("# got %lld, expected %lld\n", (long long) got,
			   (long long) expected);
}

static CacheAnswer
lifetime(int64_t seconds, int64_t age)
{
	CacheAnswer cache;

	memset(&cache, 0, sizeof(cache));
	cache.verdict = CACHE_LIFETIME;
	cache.lifetime = seconds;
	cache.age = age;
	return cache;
}

static int64_t
success(int64_t seconds, int64_t age, double random)
{
	CacheAnswer cache = lifetime(seconds, age);

	return timing_after_success(&cache, FRESH_MAX, random);
}

static int64_t
capped(int64_t seconds, int64_t longest, double random)
{
	CacheAnswer cache = lifetime(seconds, 0);

	return timing_after_success(&cache, longest, random);
}

static int64_t
failure(int failures, int64_t retry_after, double random)
{
	CacheAnswer cache = lifetime(0, 0);

	cache.has_retry_after = retry_after >= 0;
	cache.retry_after = retry_after;
	return timing_after_failure(failures, &cache, random);
}

static void
test_success(void)
{
	CacheAnswer cache = lifetime(0, 0);

	about(success(600, 0, 0.5), 600 * S, "a lifetime within bounds");
	about(success(600, 100, 0.5), 500 * S, "less its age");
	about(success(0, 0, 0.5), 300 * S, "a lifetime of 0 is 5 min");
	about(success(600, 599, 0.5), 300 * S, "nearly over is 5 min");
	about(success(600, 6000, 0.5), 300 * S, "an age beyond it is 5 min");
	about(success(86400, 0, 0.5), 86400 * S, "24 h");
	about(success(86401, 0, 0.5), 86400 * S, "more is 24 h");
	about(success(DELTA_SECONDS_MAX, 0, 0.5), 86400 * S, "the longest is 24 h");
	about(success(2 * 86400, 30 * 3600, 0.5), 18 * 3600 * S, "what is left of two days after 30 h");
	about(success(90 * 3600, 30 * 3600, 0.5), 86400 * S, "or after them still more than 24 h");
	about(success(INT64_MAX, 0, 0.5), 86400 * S, "no overflow");
	about(success(600, 0, 0.0), 570 * S, "jitter: 5 % less");
	about(success(600, 0, ALMOST1), 630 * S, "jitter: 5 % more");

	cache.verdict = CACHE_NONE_GIVEN;
	about(timing_after_success(&cache, FRESH_MAX, 0.5), 3600 * S, "no header is 1 h");
	about(timing_after_success(&cache, FRESH_MAX, 0.0), 3420 * S, "no header, jitter");
	cache.verdict = CACHE_NO_STORE;
	about(timing_after_success(&cache, FRESH_MAX, 0.5), 300 * S, "no-store is 5 min");
	about(timing_after_success(&cache, FRESH_MAX, ALMOST1), 315 * S, "no-store, jitter");
}

/* The interval that the settings permit. */
static void
test_longest(void)
{
	const int64_t day = 24 * ONE_HOUR;

	ok(timing_longest(day, 7 * day) == day, "the default settings: 24 h");
	ok(timing_longest(ONE_HOUR, 7 * day) == ONE_HOUR, "max_refresh_interval");
	ok(timing_longest(day, 60 * S) == 30 * S, "half of max_stale");
	ok(timing_longest(day, S) == S / 2, "half of the shortest");
	ok(timing_longest(day, 0) == FRESH_LEAST && timing_longest(0, day) == FRESH_LEAST, "never less");
	ok(timing_longest(day, INT32_MAX * S) == day, "no overflow");
	about(capped(86400, ONE_HOUR, 0.5), 3600 * S, "a lifetime beyond it is cut");
	about(capped(600, ONE_HOUR, 0.5), 600 * S, "one within stays");
	about(capped(0, 30 * S, 0.5), 30 * S, "below 5 min as well");
	about(capped(86400, ONE_HOUR, ALMOST1), 3780 * S, "what is cut has its jitter, too: 5 % more");
	about(capped(86400, ONE_HOUR, 0.0), 3420 * S, "and 5 % less");
}

static void
test_due(void)
{
	const int64_t day = 24 * ONE_HOUR;

	ok(timing_due(T0 + 600 * S, T0, 0, day, T0) == T0 + 600 * S, "as planned");
	ok(timing_due(T0 - S, T0 - 600 * S, 0, day, T0) == T0 - S, "overdue");
	ok(timing_due(0, 0, 0, day, T0) == 0, "never attempted");
	about(timing_due(T0 + day, T0, 0, 30 * S, T0) - T0, 31500000,
		  "planned when max_stale was longer");
	ok(timing_due(T0 + ONE_HOUR, T0, 3, 30 * S, T0) == T0 + ONE_HOUR,
	   "a back-off is not shortened");
	ok(timing_due(T0 + 2 * ONE_HOUR, T0, 3, day, T0) == T0,
	   "but no longer than it may be");
	ok(timing_due(T0 + 600 * S, T0, 0, day, T0 - ONE_HOUR) == T0 - ONE_HOUR,
	   "the clock was set back by an hour: now");
	ok(timing_due(T0 + 600 * S, T0, 2, day, T0 - 3 * day) == T0 - 3 * day,
	   "by days, while it was failing: now");
	ok(timing_due(T0 + 600 * S, T0, 0, day, T0 - S) == T0 + 600 * S,
	   "another process's clock is a little ahead");
	ok(timing_due(T0 + 3 * day, 0, 0, day, T0) == T0,
	   "nothing is put off for days");
}

static void
test_failure(void)
{
	static const int caps[] = {30, 60, 120, 240, 480, 960, 1920, 3600, 3600};
	char		what[80];

	for (int i = 0; i < (int) (sizeof(caps) / sizeof(caps[0])); i++)
	{
		snprintf(what, sizeof(what), "failure %d: up to %d s", i + 1, caps[i]);
		about(failure(i + 1, -1, 0.0), caps[i] * S, what);
		snprintf(what, sizeof(what), "failure %d: half of it", i + 1);
		about(failure(i + 1, -1, 0.5), caps[i] * S / 2, what);
		snprintf(what, sizeof(what), "failure %d: never below 1 s", i + 1);
		about(failure(i + 1, -1, ALMOST1), S, what);
	}
	about(failure(1000000, -1, 0.0), 3600 * S, "a million failures");
	about(failure(INT32_MAX, -1, 0.0), 3600 * S, "no overflow");
	about(failure(0, -1, 0.0), 30 * S, "a count of 0 is taken for 1");
	about(timing_after_failure(3, NULL, 0.0), 120 * S, "no answer at all");

	about(failure(1, 600, 0.0), 600 * S, "Retry-After is a floor");
	about(failure(1, 10, 0.0), 30 * S, "Retry-After is no more than a floor");
	about(failure(1, 10, 0.9), 10 * S, "Retry-After below jitter's choice");
	about(failure(1, 0, 0.0), 30 * S, "Retry-After: 0");
	about(failure(1, 3600, 0.5), 3600 * S, "Retry-After of 1 h");
	about(failure(1, 3601, 0.5), 3600 * S, "a longer one is capped");
	about(failure(1, DELTA_SECONDS_MAX, 0.5), 3600 * S, "the longest, too");
}

static void
test_retry_after(void)
{
	CacheAnswer cache = lifetime(600, 0);

	ok(timing_retry_after(NULL) == 0, "no answer, no Retry-After");
	ok(timing_retry_after(&cache) == 0, "no Retry-After");
	cache.has_retry_after = true;
	cache.retry_after = 7;
	ok(timing_retry_after(&cache) == 7 * S, "Retry-After as a span");
}

static void
test_gate(void)
{
	const int64_t cooldown = 30 * S;

	ok(timing_demand_from(T0 + 10 * S, T0) == T0 + 10 * S, "a first failure's back-off");
	ok(timing_demand_from(T0 + ONE_HOUR, T0) == T0 + 30 * S,
	   "after a long outage demand waits for no longer");
	ok(timing_may_ask(0, cooldown, 0, T0), "never asked");
	ok(!timing_may_ask(T0, cooldown, 0, T0), "just asked");
	ok(!timing_may_ask(T0, cooldown, 0, T0 + cooldown - 1), "still cooling");
	ok(timing_may_ask(T0, cooldown, 0, T0 + cooldown), "cooled down");
	ok(!timing_may_ask(T0, cooldown, 0, T0 - 5), "asked a moment ahead of us");
	ok(timing_may_ask(T0, cooldown, 0, T0 - cooldown), "the clock went back");
	ok(timing_may_ask(T0, 0, 0, T0), "no cool-down at all");
	ok(!timing_may_ask(0, cooldown, T0 + 1, T0), "before not_before");
	ok(timing_may_ask(0, cooldown, T0, T0), "at not_before");
	ok(!timing_may_ask(T0 - S, cooldown, T0, T0), "both gates must be open");
	ok(!timing_may_ask(0, cooldown, T0 + ONE_HOUR, T0), "an hour to go");
	ok(timing_may_ask(0, cooldown, T0 + ONE_HOUR + 1, T0),
	   "more than that was the clock");

	ok(timing_demand_interval(0) == S, "one a second");
	ok(timing_demand_interval(3600) == S / 2, "two, as 3,600 are refreshed each hour anyway");
	ok(timing_demand_interval(INT32_MAX) > 0, "however many there are");
}

void
test_timing(void)
{
	test_success();
	test_longest();
	test_due();
	test_failure();
	test_retry_after();
	test_gate();
}
