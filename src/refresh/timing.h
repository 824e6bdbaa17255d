/*-------------------------------------------------------------------------
 *
 * timing.h
 *		When keys are fetched: every number and rule of it, in one place.
 *
 * IDENTIFICATION
 *	  src/refresh/timing.h
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

/* After a success, or sooner where the settings want it so */
#define FRESH_MIN		(5 * ONE_MINUTE)
#define FRESH_MAX		(24 * ONE_HOUR)
#define FRESH_DEFAULT	ONE_HOUR /* without cache headers */
#define FRESH_NO_STORE	(5 * ONE_MINUTE)
#define FRESH_JITTER		0.05	/* to either side */
#define FRESH_LEAST		(ONE_SECOND / 2) /* whatever the settings */

/* After a failure: 30 s * 2^n, with full jitter */
#define BACKOFF_BASE		(30 * ONE_SECOND)
#define BACKOFF_MAX		ONE_HOUR
#define BACKOFF_MIN		ONE_SECOND

/* An unknown kid asks for nothing when none is named and more are registered. */
#define MAX_UNNAMED		4

/*
 * Backends that wait for a fetch at once, of so many connections that ordinary
 * roles have in the whole server: a wait costs no
 * more than a latch, but made-up kids must never hold all connections.
 */
#define MAX_WAITERS(connections)	((connections) * 3 / 4)

/* Transfers under way at once */
#define MAX_FETCHES	16

/* How often the launcher reads help_centers without having been told */
#define SWEEP_INTERVAL			(10 * ONE_MINUTE)

/* Random numbers come from the caller: uniform in [0, 1). */

/*
 * The longest time from a success to the next attempt, but for the jitter:
 * hcjwt.max_refresh_interval, and no more than half of hcjwt.max_stale, so that one
 * failure alone makes no key expire.
 */
extern int64_t timing_longest(int64_t max_refresh_interval, int64_t max_stale);

/* The time from a success to the next attempt. */
extern int64_t timing_after_success(const CacheAnswer *cache, int64_t longest,
									double random);

/*
 * When is an attempt due that was planned for next_attempt, by a process that may
 * have known other settings?  failures counts those in a row; last_attempt is 0
 * when there was none.  An attempt that lies in the future was made before the
 * clock was set back, and then what was planned means nothing.
 */
extern int64_t timing_due(int64_t next_attempt, int64_t last_attempt,
						  int failures, int64_t longest, int64_t now);

/*
 * The time from a failure to the next attempt.  failures counts those in a row,
 * this one included.  Only cache's Retry-After is looked at; cache may be NULL.
 */
extern int64_t timing_after_failure(int failures, const CacheAnswer *cache,
									double random);

/*
 * Retry-After as a span of time, capped as for the back-off; 0 without one.
 * Until it is over no unknown kid may ask, either.
 */
extern int64_t timing_retry_after(const CacheAnswer *cache);

/*
 * Where a failure's back-off ends for an unknown kid.  After a long outage it would
 * wait for up to an hour, so no failure counts for more than the first one does.
 */
extern int64_t timing_demand_from(int64_t next_attempt, int64_t last_attempt);

/*
 * May an unknown kid ask for a fetch of this help center's keys now?
 * last_asked is when one last did, or 0; not_before is where a Retry-After or a
 * failure's back-off ends, or 0.  A clock that was set back does not lock the
 * gate for longer than it would have been.
 */
extern bool timing_may_ask(int64_t last_asked, int64_t cooldown,
						   int64_t not_before, int64_t now);

#endif							/* HCJWT_TIMING_H */
