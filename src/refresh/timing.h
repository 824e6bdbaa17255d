/*-------------------------------------------------------------------------
 *
 * timing.h
 *		When keys are fetched: every number and rule of it, in one place.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_TIMING_H
#define HCJWT_TIMING_H

#include <stdbool.h>
#include <stdint.h>

#include "http/cache_headers.h"

/* All times are microseconds, like PostgreSQL's TimestampTz. */
#define ONE_SECOND			INT64_C(1000000)
#define ONE_MINUTE			(60 * ONE_SECOND)
#define ONE_HOUR				(60 * ONE_MINUTE)

/* After a success; the settings may make it shorter */
#define FRESH_MIN		(5 * ONE_MINUTE)
#define FRESH_MAX		(24 * ONE_HOUR)
#define FRESH_DEFAULT	ONE_HOUR	/* without cache headers */
#define FRESH_NO_STORE	(5 * ONE_MINUTE)
#define FRESH_JITTER		0.05	/* to either side */
#define FRESH_LEAST		(ONE_SECOND / 2)	/* whatever the settings */

/* After a failure: 30 s * 2^n, with full jitter */
#define BACKOFF_BASE		(30 * ONE_SECOND)
#define BACKOFF_MAX		ONE_HOUR
#define BACKOFF_MIN		ONE_SECOND

/* An unknown kid asks for nothing when none is named and more are registered. */
#define MAX_UNNAMED		4

/*
 * How many backends may wait for a fetch at once, by the number of connections
 * that ordinary roles have in the server.  A wait costs little, but made-up
 * kids must never hold all connections.
 */
#define MAX_WAITERS(connections)	((connections) * 3 / 4)

/* How many fetches are under way at once */
#define MAX_FETCHES	16

/*
 * How often the launcher asks for a load of help_centers that no commit has
 * asked for
 */
#define SWEEP_INTERVAL			(10 * ONE_MINUTE)

/* Random numbers come from the caller: uniform in [0, 1). */

/*
 * The longest time from a success to the next attempt, without the jitter:
 * hcjwt.max_refresh_interval, but at most half of hcjwt.max_stale, so that one
 * failure does not make keys expire.
 */
extern int64_t timing_longest(int64_t max_refresh_interval, int64_t max_stale);

/* The time from a success to the next attempt. */
extern int64_t timing_after_success(const CacheAnswer *cache, int64_t longest,
									double random);

/*
 * When is an attempt due that was planned for next_attempt?  The settings may
 * have changed since.  failures counts those in a row; last_attempt is 0 when
 * there was none.  If last_attempt is in the future, the clock was set back,
 * and the attempt is due now.
 */
extern int64_t timing_due(int64_t next_attempt, int64_t last_attempt,
						  int failures, int64_t longest, int64_t now);

/*
 * The time from a failure to the next attempt.  failures counts those in a row,
 * this one included.  Of cache only Retry-After counts; it may be NULL.
 */
extern int64_t timing_after_failure(int failures, const CacheAnswer *cache,
									double random);

/*
 * Retry-After as a span of time, at most the longest back-off; 0 without one.
 * Until it is over no unknown kid may ask, either.
 */
extern int64_t timing_retry_after(const CacheAnswer *cache);

/*
 * When a failure's back-off ends for an unknown kid.  After a long outage it
 * would be up to an hour, so each failure counts no more than the first.
 */
extern int64_t timing_demand_from(int64_t next_attempt, int64_t last_attempt);

/*
 * May an unknown kid ask for a fetch of this help center's keys
 * now?  last_asked is when one last asked, or 0; not_before is when a
 * Retry-After or a failure's back-off ends, or 0.  When the clock is set back,
 * the answer is yes as early as before.
 */
extern bool timing_may_ask(int64_t last_asked, int64_t cooldown,
						   int64_t not_before, int64_t now);

/*
 * After a burst: the time from one fetch that unknown kids cause to the next, in a database
 * with so many help centers.  It permits one fetch a second, and for each help center one
 * more an hour.  The timer, too, fetches each hour where no header says how long keys are
 * fresh.
 */
extern int64_t timing_demand_interval(int help_centers);

#endif							/* HCJWT_TIMING_H */
