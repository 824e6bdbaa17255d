/*-------------------------------------------------------------------------
 *
 * timing.c
 *		Proof: for any headers, clocks and random numbers, each time is within
 *		its bounds.
 *
 * sources: refresh/timing.c rate_limit.c
 * entries: success fresh failure due rates
 * cbmc: --unwind 9 --conversion-check --unsigned-overflow-check
 *
 *-------------------------------------------------------------------------
 */
#include "proof.h"

#include "rate_limit.h"
#include "refresh/timing.h"

extern double nondet_double(void);

/* Any time from some years before 1970 to ten thousand years after it. */
#define MAX_CLOCK	INT64_C(300000000000000000)

static int64_t
any_time(void)
{
	int64_t		time = nondet_int64();

	ASSUME(time >= -MAX_CLOCK && time <= MAX_CLOCK);
	return time;
}

static CacheAnswer
any_answer(void)
{
	CacheAnswer answer;

	answer.verdict = (CacheVerdict) any_size_to(CACHE_LIFETIME);
	answer.lifetime = nondet_int64();
	answer.age = nondet_int64();
	answer.has_retry_after = nondet_bool();
	answer.retry_after = nondet_int64();
	ASSUME(answer.lifetime >= 0 && answer.age >= 0 && answer.retry_after >= 0);
	return answer;
}

/*
 * A few of the values that a random number can have.  Between them the result
 * only grows.
 */
static double
any_chance(void)
{
	static const double chances[] = {0, 0.25, 0.5, 0.9999999999999999};

	return chances[any_size_to(3)];
}

void
success(void)
{
	CacheAnswer answer = any_answer();
	int64_t		longest = timing_longest(nondet_int64(), nondet_int64());
	int64_t		delay;

	PROVE(longest >= FRESH_LEAST && longest <= FRESH_MAX);
	delay = timing_after_success(&answer, FRESH_MAX, any_chance());
	PROVE(delay >= FRESH_MIN - FRESH_MIN / 20 - 1 && delay <= FRESH_MAX + FRESH_MAX / 20);
}

/*
 * Keys are as fresh as the lifetime less the age, from five minutes to a day; as
 * the middle of all chances has it, which changes nothing.
 */
void
fresh(void)
{
	CacheAnswer answer = any_answer();
	int64_t		delay = timing_after_success(&answer, FRESH_MAX, 0.5);
	int64_t		left;

	ASSUME(answer.verdict == CACHE_LIFETIME);
	left = answer.lifetime < answer.age ? 0 : answer.lifetime - answer.age;
	PROVE(delay == (left < 300 ? 300 : left > 86400 ? 86400 : left) * ONE_SECOND);
}

void
failure(void)
{
	CacheAnswer answer = any_answer();
	int			failures = nondet_int();
	int64_t		delay = timing_after_failure(failures, &answer, any_chance());

	PROVE(delay >= BACKOFF_MIN && delay <= BACKOFF_MAX);
	PROVE(delay >= timing_retry_after(&answer));
	PROVE(timing_retry_after(NULL) == 0);
	PROVE(timing_retry_after(&answer) <= BACKOFF_MAX);
	PROVE(IMPLIES(!answer.has_retry_after, timing_retry_after(&answer) == 0));
}

/* A clock that jumps delays no fetch for longer than the longest wait. */
void
due(void)
{
	int64_t		now = any_time();
	int64_t		next = any_time();
	int64_t		last = any_time();
	int			failures = nondet_int();
	int64_t		when = timing_due(next, last, failures, FRESH_MAX, now);

	PROVE(when <= now + FRESH_MAX + FRESH_MAX / 20 + ONE_MINUTE);
	PROVE(when <= next || when == now || when <= last + FRESH_MAX + FRESH_MAX / 20);
}

/*
 * Never more than the burst is permitted at once, and nothing is refused for
 * ever.
 */
void
rates(void)
{
	static const int64_t intervals[] = {1, RATE_LIMIT_INTERVAL / 4, RATE_LIMIT_INTERVAL};
	RateLimit	limit = {any_time()};
	int64_t		now = any_time();
	int64_t		full_at = limit.full_at;
	int64_t		interval = intervals[any_size_to(2)];
	bool		taken = rate_limit_take(&limit, interval, now);

	PROVE(limit.full_at >= now);
	PROVE(limit.full_at <= now + RATE_LIMIT_BURST * interval);
	PROVE(taken == (full_at <= now + (RATE_LIMIT_BURST - 1) * interval));
	PROVE(IMPLIES(taken, limit.full_at ==
				  (full_at > now ? full_at : now) + interval));
}
