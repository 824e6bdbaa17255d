/*-------------------------------------------------------------------------
 *
 * refresh_sql.c
 *		hcjwt.refresh(): makes the fetcher fetch now, and waits for it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xlog.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

#include "keys/catalog.h"
#include "keys/changes.h"
#include "keys/statement.h"
#include "keys_url.h"
#include "refresh/notices.h"
#include "refresh/schedule.h"
#include "settings.h"

PG_FUNCTION_INFO_V1(hcjwt_refresh);

#define MAX_TIMEOUT		ONE_HOUR

typedef struct Target
{
	EntryKey	key;
	char	   *url;
	uint64		goal;			/* number of the fetch to wait for; 0: none */
} Target;

/* The argument in microseconds; raises unless it is 0 to 1 hour. */
static int64
timeout_argument(FunctionCallInfo fcinfo)
{
	Interval   *interval;

	if (PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("timeout must not be null")));
	interval = PG_GETARG_INTERVAL_P(1);
	if (interval->month != 0 || interval->day != 0 ||
		interval->time < 0 || interval->time > MAX_TIMEOUT)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("timeout must be between 0 and 1 hour")));
	return interval->time;
}

static void
check_possible(void)
{
	if (RecoveryInProgress())
		ereport(ERROR,
				(errcode(ERRCODE_READ_ONLY_SQL_TRANSACTION),
				 errmsg("keys cannot be refreshed during recovery"),
				 errhint("Call hcjwt.refresh() on the primary; its keys are replicated.")));
	if (!hcjwt_fetch_keys)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("this server fetches no keys, as \"hcjwt.fetch_keys\" is off"),
				 errhint("Call hcjwt.refresh() on the server whose keys are replicated to this one.")));
	if (schedule == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("hcjwt is not in shared_preload_libraries"),
				 errhint("Add hcjwt to shared_preload_libraries and restart the server, or use hcjwt.import_keys().")));
	if (help_centers_changed_in_transaction())
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("this transaction has changed help centers that the fetcher cannot see yet"),
				 errhint("Commit first; the keys of a new help center are then fetched at once.")));
	if (!launcher_is_running())
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the hcjwt launcher is not running"),
				 errhint("It is restarted within seconds. If it does not come back, see the server's log; max_worker_processes may be too small.")));
}

/*
 * Runs a query under the latest snapshot, so that even a REPEATABLE READ
 * transaction sees what was just stored.
 */
static void
select_latest(const char *query, FunctionCallInfo fcinfo)
{
	Oid			types[1] = {TEXTOID};
	Datum		values[1];
	char		nulls[1];

	values[0] = PG_GETARG_DATUM(0);
	nulls[0] = PG_ARGISNULL(0) ? 'n' : ' ';
	PushActiveSnapshot(GetLatestSnapshot());
	if (SPI_execute_with_args(query, 1, types, values, nulls,
							  true, 0) != SPI_OK_SELECT)
		elog(ERROR, "could not read help centers");
	PopActiveSnapshot();
}

/* Lists the help centers whose keys are to be fetched. */
static Target *
list_targets(FunctionCallInfo fcinfo, int *count)
{
	static const char query[] =
		"SELECT h.name, " KEYS_URL_SQL("h") ", " FETCHED_SQL("h") ", h.enabled"
		" FROM hcjwt.help_centers h"
		" WHERE $1 IS NULL OR h.name = $1";
	Target	   *targets;
	bool		disabled = true;

	select_latest(query, fcinfo);
	if (SPI_processed == 0 && !PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("help center \"%s\" does not exist",
						text_to_cstring(PG_GETARG_TEXT_PP(0)))));
	targets = palloc0(sizeof(Target) * Max(SPI_processed, 1));
	*count = 0;
	for (uint64 i = 0; i < SPI_processed; i++)
	{
		HeapTuple	tuple = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		bool		isnull;

		disabled = !DatumGetBool(SPI_getbinval(tuple, desc, 4, &isnull));
		if (!DatumGetBool(SPI_getbinval(tuple, desc, 3, &isnull)))
			continue;
		entry_key(SPI_getvalue(tuple, desc, 1), &targets[*count].key);
		targets[(*count)++].url = SPI_getvalue(tuple, desc, 2);
	}
	if (*count == 0 && !PG_ARGISNULL(0))
	{
		const char *name = text_to_cstring(PG_GETARG_TEXT_PP(0));

		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 disabled ?
				 errmsg("help center \"%s\" is disabled", name) :
				 errmsg("no keys are fetched for help center \"%s\"", name),
				 disabled ? 0 :
				 errhint("Its keys_url is \"%s\": use hcjwt.import_keys(), or set keys_url.",
						 KEYS_URL_NONE)));
	}
	return targets;
}

/* Waits until a fetch or a load ends; false after the deadline. */
static bool
sleep_a_while(TimestampTz deadline)
{
	int64		left = deadline - GetCurrentTimestamp();

	if (left <= 0)
		return false;
	(void) ConditionVariableTimedSleep(&schedule->ended,
									   Min(left, MAX_TIMEOUT) / 1000 + 1,
									   wait_event(WAIT_KEYS));
	return true;
}

static bool
scheduled(const Target *target)
{
	Entry	   *entry = find_entry(&target->key, false);
	bool		result;

	if (entry == NULL)
		return false;
	result = entry->enabled && strcmp(entry_url(entry), target->url) == 0;
	release_entry(entry);
	return result;
}

/*
 * The schedule may not have a help center that was committed just now, or by
 * two-phase commit: waits for the load.
 */
static void
await_load(const Target *targets, int count, TimestampTz deadline)
{
	Database   *database;
	uint64		ticket = 0;
	bool		missing = false;
	bool		asked;
	bool		done = false;

	for (int i = 0; i < count && !missing; i++)
		missing = !scheduled(&targets[i]);
	if (!missing)
		return;

	note_database();
	ConditionVariablePrepareToSleep(&schedule->ended);
	do
	{
		/* the launcher makes it, and asks for the load, too */
		database = find_database(MyDatabaseId, true);
		if (database == NULL)
			continue;
		asked = ticket == 0;
		if (asked)
		{
			ticket = ++database->loads_asked;
			database->told = true;
		}
		done = database->loads_done >= ticket;
		release_database(database);
		if (asked)
			wake_launcher();
	} while (!done && sleep_a_while(deadline));
	ConditionVariableCancelSleep();
}

/*
 * Asks for fetches, and for each notes the number to wait for: that of the
 * first fetch that begins from now on, or a later one's.  The number is taken
 * under the entry's lock.  The fetch under way does not count, because it may be
 * taken back.
 */
static void
ask_for_fetches(Target *targets, int count)
{
	for (int i = 0; i < count; i++)
	{
		Entry	   *entry = find_entry(&targets[i].key, true);

		targets[i].goal = UINT64_MAX;	/* not in the schedule: never finished */
		if (entry == NULL)
			continue;
		if (entry->enabled)
		{
			entry->urgent = true;
			targets[i].goal = pg_atomic_read_u64(&schedule->fetch_serial) + 1;
		}
		release_entry(entry);
	}
	note_urgent();
}

static bool
target_done(Target *target)
{
	Entry	   *entry;

	if (target->goal == 0)
		return true;
	if (target->goal == UINT64_MAX)
		return false;
	entry = find_entry(&target->key, false);
	if (entry == NULL)
		target->goal = 0;		/* it has been dropped */
	else
	{
		if (entry->ended_fetch >= target->goal || !entry->enabled)
			target->goal = 0;
		release_entry(entry);
	}
	return target->goal == 0;
}

/* Waits for the fetches; returns how many did not finish. */
static int
await_fetches(Target *targets, int count, TimestampTz deadline)
{
	int			unfinished;

	ConditionVariablePrepareToSleep(&schedule->ended);
	do
	{
		unfinished = 0;
		for (int i = 0; i < count; i++)
			if (!target_done(&targets[i]))
				unfinished++;
	} while (unfinished > 0 && sleep_a_while(deadline));
	ConditionVariableCancelSleep();
	return unfinished;
}

static void
return_status(FunctionCallInfo fcinfo)
{
	static const char query[] =
		"SELECT * FROM hcjwt.status s"
		" WHERE $1 IS NULL OR s.help_center = $1 ORDER BY s.help_center";
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	select_latest(query, fcinfo);
	for (uint64 i = 0; i < SPI_processed; i++)
		tuplestore_puttuple(result->setResult, SPI_tuptable->vals[i]);
}

/* refresh(help_center text, timeout interval) → SETOF hcjwt.status */
Datum
hcjwt_refresh(PG_FUNCTION_ARGS)
{
	int64		timeout = timeout_argument(fcinfo);
	TimestampTz deadline = GetCurrentTimestamp() + timeout;
	Target	   *targets;
	int			count;
	int			unfinished;

	check_possible();
	schedule_attach();
	InitMaterializedSRF(fcinfo, 0);

	connect_spi();
	targets = list_targets(fcinfo, &count);
	await_load(targets, count, deadline);
	ask_for_fetches(targets, count);
	unfinished = await_fetches(targets, count, deadline);
	if (unfinished > 0)
		ereport(WARNING,
				(errmsg("not all help centers were refreshed within the timeout: %d of %d were not",
						unfinished, count),
				 errhint("The fetcher goes on; see hcjwt.status.")));
	return_status(fcinfo);
	SPI_finish();
	return (Datum) 0;
}
