/*-------------------------------------------------------------------------
 *
 * ask.c
 *		What an unknown kid may cause: a fetch, within bounds, and a short wait.
 *
 * IDENTIFICATION
 *	  src/refresh/ask.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "miscadmin.h"
#include "storage/ipc.h"

#include "refresh/ask.h"
#include "refresh/schedule.h"
#include "settings.h"

/* A help center whose fetch is worth waiting for. */
typedef struct Awaited
{
	CenterKey	key;
	uint64		ended;			/* fetches that had ended before */
} Awaited;

/* For how long, in microseconds, has this client statement waited already? */
static TimestampTz waiting_statement = 0;
static int64 waited = 0;

static int64
wait_budget(void)
{
	TimestampTz statement = GetCurrentStatementStartTimestamp();

	if (statement != waiting_statement)
	{
		waiting_statement = statement;
		waited = 0;
	}
	return hcjwt_unknown_key_wait * INT64CONST(1000) - waited;
}

/* The help centers whose key it may be; 0 when nobody can tell. */
static int
candidates(const char *help_center, CenterKey *keys, const char **hint)
{
	Database   *database;
	int			count;

	if (help_center != NULL)
	{
		center_key(MyDatabaseId, help_center, &keys[0]);
		return 1;
	}
	database = find_database(MyDatabaseId, false);
	if (database == NULL)
		return 0;
	count = database->enabled;
	if (count <= POLICY_MAX_UNNAMED)
		memcpy(keys, database->few, sizeof(CenterKey) * count);
	release_database(database);
	if (count <= POLICY_MAX_UNNAMED)
		return count;
	*hint = "no fetch: no help center is named, and more than 4 are registered";
	return 0;
}

static bool
take_token(TimestampTz now)
{
	Database   *database = find_database(MyDatabaseId, true);
	bool		taken;

	if (database == NULL)
		return false;
	taken = token_bucket_take(&database->bucket, now);
	release_database(database);
	return taken;
}

static bool
under_way(const Center *center)
{
	return center->phase != CENTER_IDLE || center->urgent;
}

/*
 * Beyond the cool-down, which may be 0: a fetch that began after this statement
 * did has told it all there is to know.
 */
static bool
permitted(const Center *center, TimestampTz now)
{
	TimestampTz not_before = center->not_before;

	if (center->last_attempt >= GetCurrentStatementStartTimestamp() &&
		center->last_attempt <= now &&
		now - center->last_attempt < POLICY_BUCKET_INTERVAL)
		return false;
	if (center->failures > 0)
		not_before = Max(not_before, center->next_attempt);
	return policy_may_ask(center->last_asked,
						  hcjwt_refetch_cooldown * POLICY_SECOND,
						  not_before, now);
}

/*
 * Asks for a fetch where that is permitted.  True when one is under way now, by
 * whomever it was asked for.
 */
static bool
ask_for_fetch(Awaited *awaited, const char **hint)
{
	TimestampTz now = GetCurrentTimestamp();
	Center	   *center = find_center(&awaited->key, false);
	bool		may_ask;
	bool		wait;

	if (center == NULL)
		return false;
	awaited->ended = center->ended;
	wait = center->enabled && under_way(center);
	may_ask = center->enabled && permitted(center, now);
	release_center(center);
	if (wait)
		return true;
	if (!may_ask)
	{
		*hint = "no fetch: the last one was only a moment ago, or failed";
		return false;
	}
	if (!take_token(now))
	{
		*hint = "no fetch: too many unknown kids";
		return false;
	}

	center = find_center(&awaited->key, true);
	if (center == NULL)
		return false;
	awaited->ended = center->ended;
	wait = center->enabled && under_way(center);
	may_ask = !wait && center->enabled && permitted(center, now);
	if (may_ask)
	{
		center->urgent = true;
		center->last_asked = now;
	}
	release_center(center);
	if (may_ask)
		note_urgent();
	return wait || may_ask;
}

/* Has a fetch of any of them ended? */
static bool
any_ended(const Awaited *awaited, int count)
{
	for (int i = 0; i < count; i++)
	{
		Center	   *center = find_center(&awaited[i].key, false);
		bool		ended;

		if (center == NULL)
			return true;
		ended = center->ended != awaited[i].ended;
		release_center(center);
		if (ended)
			return true;
	}
	return false;
}

static bool
begin_waiting(void)
{
	Database   *database = find_database(MyDatabaseId, true);
	bool		room;

	if (database == NULL)
		return false;
	room = database->waiters < POLICY_MAX_WAITERS;
	if (room)
		database->waiters++;
	release_database(database);
	return room;
}

static void
end_waiting(int code, Datum arg)
{
	Database   *database;

	ConditionVariableCancelSleep();
	database = find_database(MyDatabaseId, true);
	if (database == NULL)
		return;
	if (database->waiters > 0)
		database->waiters--;
	release_database(database);
}

static bool
wait_for_any(const Awaited *awaited, int count, int64 budget)
{
	TimestampTz began = GetCurrentTimestamp();
	bool		ended = false;

	PG_ENSURE_ERROR_CLEANUP(end_waiting, (Datum) 0);
	{
		ConditionVariablePrepareToSleep(&schedule->ended);
		for (;;)
		{
			int64		left;

			ended = any_ended(awaited, count);
			left = began + budget - GetCurrentTimestamp();
			if (ended || left <= 0)
				break;
			(void) ConditionVariableTimedSleep(&schedule->ended,
											   Min(left, budget) / 1000 + 1,
											   wait_event(WAIT_KEYS));
		}
	}
	PG_END_ENSURE_ERROR_CLEANUP(end_waiting, (Datum) 0);
	end_waiting(0, (Datum) 0);

	waited += Max(GetCurrentTimestamp() - began, 0);
	return ended;
}

bool
ask_for_unknown_kid(const char *help_center, const char **hint)
{
	CenterKey	keys[POLICY_MAX_UNNAMED];
	Awaited		awaited[POLICY_MAX_UNNAMED];
	const char *ignored;
	int			ncandidates;
	int			count = 0;
	int64		budget;

	if (hint == NULL)
		hint = &ignored;
	*hint = NULL;
	if (schedule == NULL)
		*hint = "no fetch: hcjwt is not in shared_preload_libraries";
	else if (RecoveryInProgress())
		*hint = "no fetch: this is a standby, which gets its keys from the primary";
	else if (!launcher_is_running())
		*hint = "no fetch: the hcjwt launcher is not running";
	else if (pg_atomic_read_u32(&schedule->no_slot) != 0)
		*hint = "no fetch: max_worker_processes is used up";
	if (*hint != NULL)
		return false;

	schedule_attach();
	ncandidates = candidates(help_center, keys, hint);
	for (int i = 0; i < ncandidates; i++)
	{
		awaited[count].key = keys[i];
		if (ask_for_fetch(&awaited[count], hint))
			count++;
	}
	if (count == 0)
		return false;

	budget = wait_budget();
	if (budget <= 0)
		*hint = "a fetch is under way, but this statement has waited for one already";
	else if (!begin_waiting())
		*hint = "a fetch is under way, but too many sessions wait for it";
	else if (!wait_for_any(awaited, count, budget))
		*hint = "a fetch is under way, but took longer than hcjwt.unknown_key_wait";
	else
	{
		*hint = "the keys were fetched, and this one is not among them";
		return true;
	}
	return false;
}
