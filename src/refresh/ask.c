/*-------------------------------------------------------------------------
 *
 * ask.c
 *		What a token with a new key may cause: a fetch, where gate.c permits
 *		it, and a short wait.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "access/xlogrecovery.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "postmaster/postmaster.h"
#include "storage/ipc.h"
#include "storage/proc.h"
#include "utils/builtins.h"
#include "utils/pg_lsn.h"

#include "compat.h"
#include "refresh/ask.h"
#include "refresh/ask_primary.h"
#include "refresh/gate.h"
#include "refresh/notices.h"
#include "settings.h"

PG_FUNCTION_INFO_V1(hcjwt_ask_for_keys);

typedef bool (*EndTest) (const Awaited *awaited, int count);

/* What the current transaction of the client's statement has done so far. */
static struct
{
	TimestampTz start;
	LocalTransactionId lxid;
	bool		on_standby;
	int64		waited;			/* microseconds */
	TimestampTz asked;			/* when it last asked */
}			statement;

static void
note_statement(void)
{
	TimestampTz start = GetCurrentStatementStartTimestamp();
	LocalTransactionId lxid = PROC_LXID(MyProc);

	if (statement.start == start && statement.lxid == lxid)
		return;
	statement.start = start;
	statement.lxid = lxid;
	statement.waited = 0;
	statement.asked = 0;
}

static bool
begin_waiting(void)
{
	if (pg_atomic_fetch_add_u32(&schedule->waiters, 1) <
		MAX_WAITERS(MaxConnections - RESERVED_CONNECTIONS))
	{
		pg_atomic_fetch_add_u64(&schedule->waits, 1);
		return true;
	}
	pg_atomic_fetch_sub_u32(&schedule->waiters, 1);
	return false;
}

static void
end_waiting(int code, Datum arg)
{
	ConditionVariableCancelSleep();
	pg_atomic_fetch_sub_u32(&schedule->waiters, 1);
}

/*
 * Waits until the test holds.  False when a limit forbids the wait or ends it:
 * *hint tells which.
 */
static bool
wait_for(EndTest ended, const Awaited *awaited, int count, const char **hint)
{
	TimestampTz began = GetCurrentTimestamp();
	int64		budget = hcjwt_unknown_key_wait * INT64CONST(1000) -
		statement.waited;
	bool		result = false;
	int64		took;

	if (no_slot_for_long(began))
	{
		*hint = "no fetch yet: no background worker slot is free";
		return false;
	}
	if (budget <= 0)
	{
		*hint = "a fetch is under way, but this statement has waited for one already";
		return false;
	}
	if (!begin_waiting())
	{
		*hint = "a fetch is under way, but too many sessions wait for it";
		return false;
	}
	PG_ENSURE_ERROR_CLEANUP(end_waiting, (Datum) 0);
	{
		ConditionVariablePrepareToSleep(&schedule->ended);
		for (;;)
		{
			int64		left;

			result = ended(awaited, count);
			left = began + budget - GetCurrentTimestamp();
			if (result || left <= 0)
				break;
			(void) ConditionVariableTimedSleep(&schedule->ended,
											   Min(left, budget) / 1000 + 1,
											   wait_event(WAIT_KEYS));
		}
	}
	PG_END_ENSURE_ERROR_CLEANUP(end_waiting, (Datum) 0);
	end_waiting(0, (Datum) 0);

	took = Max(GetCurrentTimestamp() - began, 0);
	statement.waited += took;
	pg_atomic_fetch_add_u64(&schedule->wait_time, took);
	if (!result)
		*hint = "a fetch is under way, but took longer than hcjwt.unknown_key_wait";
	return result;
}

/*
 * Has a fetch of any of them ended?  True on a standby also when no process
 * asks for them any more: the asker has ended, or the standby was promoted.
 */
static bool
any_ended(const Awaited *awaited, int count)
{
	if (statement.on_standby && !asker_is_there())
		return true;
	for (int i = 0; i < count; i++)
	{
		Entry	   *entry = find_entry(&awaited[i].key, false);
		bool		ended;

		if (entry == NULL)
			return true;
		ended = entry->ended != awaited[i].ended;
		release_entry(entry);
		if (ended)
			return true;
	}
	return false;
}

/*
 * Does the schedule have this database, and the help center that is named?  If
 * no load is due, an unknown help center will not appear.
 */
static bool
schedule_knows(const Awaited *awaited, int count)
{
	Database   *database;
	Entry	   *entry;
	bool		loaded;
	bool		due;

	if (statement.on_standby)
		return true;			/* a backend makes what it asks about */
	database = find_database(MyDatabaseId, false);
	if (database == NULL)
		return false;
	loaded = database->state != LOAD_NEVER;
	due = load_due(database) && database->state != LOAD_FAILED;
	release_database(database);
	if (!loaded || !due || count == 0)
		return loaded;
	entry = find_entry(&awaited[0].key, false);
	if (entry != NULL)
		release_entry(entry);
	return entry != NULL;
}

/* Makes the load that is due go before those that nobody waits for. */
static void
hurry_load(void)
{
	Database   *database = find_database(MyDatabaseId, true);

	if (database == NULL)
	{
		note_database();
		return;
	}
	database->told = true;
	release_database(database);
	wake_launcher();
}

/* Lists the help centers that may have the key; 0 when there may be too many. */
static int
candidates(const char *help_center, Awaited *awaited, const char **hint)
{
	Database   *database;
	EntryKey	keys[MAX_UNNAMED];
	int			count;

	if (statement.on_standby)
	{
		count = candidates_on_standby(help_center, keys, hint);
		for (int i = 0; i < count; i++)
			awaited[i].key = keys[i];
		return count;
	}
	if (help_center != NULL)
	{
		entry_key(help_center, &awaited[0].key);
		return 1;
	}
	database = find_database(MyDatabaseId, false);
	if (database == NULL)
		return 0;
	count = database->enabled;
	for (int i = 0; i < count && count <= MAX_UNNAMED; i++)
		awaited[i].key = database->few[i];
	release_database(database);
	if (count <= MAX_UNNAMED)
		return count;
	*hint = HINT_UNNAMED;
	return 0;
}

/* Is there a process that could fetch?  If not, *hint tells why. */
static bool
can_ask(const char **hint)
{
	if (schedule == NULL)
	{
		*hint = "no fetch: hcjwt is not in shared_preload_libraries";
		return false;
	}
	schedule_attach();
	note_statement();
	statement.on_standby = RecoveryInProgress();
	if (statement.on_standby)
		return may_ask_primary(hint);
	if (!hcjwt_fetch_keys)
		*hint = "no fetch: hcjwt.fetch_keys is off, so keys come from another server";
	else if (!launcher_is_running())
		*hint = "no fetch: the hcjwt launcher is not running";
	return *hint == NULL;
}

/*
 * Asks for a fetch where that is permitted; on a standby, by its asker, which is started
 * again by each backend that joins.
 */
static AskResult
ask(Awaited *awaited, TimestampTz looked, const char **hint)
{
	AskResult	result = ask_for_fetch(awaited, statement.start, looked, hint);

	if (result == ASK_UNDER_WAY && statement.on_standby && !call_asker(hint))
		return ASK_REFUSED;
	return result;
}

static const char *
hint_key_is_missing(void)
{
	return statement.on_standby ?
		"the primary was asked, and this key is not among those that have arrived" :
		"the keys were fetched, and this one is not among them";
}

bool
ask_for_unknown_kid(const char *help_center, const char **hint)
{
	Awaited		awaited[MAX_UNNAMED];
	TimestampTz looked;
	int			ncandidates;
	int			count = 0;

	*hint = NULL;
	if (!can_ask(hint))
		return false;
	looked = Max(statement.start, statement.asked);
	statement.asked = GetCurrentTimestamp();

	/* the schedule may be behind after a start, a registration or a restore */
	ncandidates = candidates(help_center, awaited, hint);
	if (!schedule_knows(awaited, ncandidates))
	{
		hurry_load();
		if (!wait_for(schedule_knows, awaited, help_center ? 1 : 0, hint))
			return false;
		ncandidates = candidates(help_center, awaited, hint);
	}
	for (int i = 0; i < ncandidates; i++)
	{
		Awaited		candidate = awaited[i];

		switch (ask(&candidate, looked, hint))
		{
			case ASK_REFUSED:
				break;
			case ASK_UNDER_WAY:
				awaited[count++] = candidate;
				break;
			case ASK_ENDED:
				*hint = hint_key_is_missing();
				return true;
		}
	}
	if (count == 0)
		return false;
	if (!wait_for(any_ended, awaited, count, hint))
		return false;
	*hint = hint_key_is_missing();
	return true;
}

void
ask_after_bad_signature(const char *help_center)
{
	Awaited		awaited[MAX_UNNAMED];
	const char *hint = NULL;

	if (can_ask(&hint) && candidates(help_center, awaited, &hint) == 1)
		(void) ask(&awaited[0], DT_NOEND, &hint);
}

/*
 * ask_for_keys(help_center, waited): a standby, which has waited for so many
 * milliseconds, calls this.  Returns NULL while a fetch is under way.  Otherwise it returns
 * a position in the WAL: a standby that has replayed up to it has all keys that are known
 * here, even if none is new.
 */
Datum
hcjwt_ask_for_keys(PG_FUNCTION_ARGS)
{
	char	   *help_center = text_to_cstring(PG_GETARG_TEXT_PP(0));
	int64		waited = Max(PG_GETARG_INT32(1), 0);
	TimestampTz looked = GetCurrentTimestamp() - waited * 1000;
	Awaited		awaited[MAX_UNNAMED];
	const char *hint = NULL;

	if (can_ask(&hint) && candidates(help_center, awaited, &hint) == 1)
	{
		if (!schedule_knows(awaited, 1))
		{
			hurry_load();
			PG_RETURN_NULL();
		}
		if (ask(&awaited[0], looked, &hint) == ASK_UNDER_WAY)
			PG_RETURN_NULL();
	}
	PG_RETURN_LSN(RecoveryInProgress() ? GetXLogReplayRecPtr(NULL) :
				  GetFlushRecPtr(NULL));
}
