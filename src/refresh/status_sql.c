/*-------------------------------------------------------------------------
 *
 * status_sql.c
 *		What hcjwt.status shows of the schedule: functions for that view.
 *
 * IDENTIFICATION
 *	  src/refresh/status_sql.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xlog.h"
#include "fmgr.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

#include "refresh/schedule.h"
#include "settings.h"

PG_FUNCTION_INFO_V1(hcjwt_schedule);
PG_FUNCTION_INFO_V1(hcjwt_worker);

#define NAME_LEN	256

typedef struct ScheduleRow
{
	char		name[NAME_LEN];
	TimestampTz last_attempt;
	TimestampTz next_attempt;
	EntryPhase	phase;
	int			failures;
	char		problem[ENTRY_PROBLEM_LEN];
} ScheduleRow;

/*
 * Text that another process left, maybe cut in the middle of a character or in
 * an encoding of its own.
 */
static Datum
safe_text(char *text)
{
	if (!pg_verify_mbstr(GetDatabaseEncoding(), text, strlen(text), true))
		for (char *p = text; *p; p++)
			if (IS_HIGHBIT_SET(*p))
				*p = '?';
	return CStringGetTextDatum(text);
}

/* This database's entries; the first pass counts, the second copies. */
static ScheduleRow *
copy_schedule(int *count)
{
	TimestampTz now = GetCurrentTimestamp();
	ScheduleRow *rows = NULL;
	int			room = 0;

	for (;;)
	{
		dshash_seq_status scan;
		Entry	   *entry;
		int			found = 0;

		dshash_seq_init(&scan, schedule_entries, false);
		while ((entry = dshash_seq_next(&scan)) != NULL)
		{
			ScheduleRow *row;

			if (entry->key.database != MyDatabaseId || found++ >= room)
				continue;
			row = &rows[found - 1];
			strlcpy(row->name, entry_name(entry), NAME_LEN);
			row->last_attempt = entry->last_attempt;
			row->next_attempt = entry_next_attempt(entry, now);
			row->phase = entry->phase;
			row->failures = entry->failures;
			strlcpy(row->problem, entry->problem, ENTRY_PROBLEM_LEN);
		}
		dshash_seq_term(&scan);
		*count = Min(found, room);
		if (found <= room)
			return rows;
		room = found;
		rows = palloc_extended(sizeof(ScheduleRow) * room, MCXT_ALLOC_HUGE);
	}
}

Datum
hcjwt_schedule(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	ScheduleRow *rows;
	int			count;

	InitMaterializedSRF(fcinfo, 0);
	if (schedule == NULL)
		return (Datum) 0;
	schedule_attach();
	rows = copy_schedule(&count);
	for (int i = 0; i < count; i++)
	{
		ScheduleRow *row = &rows[i];
		Datum		values[6];
		bool		nulls[6] = {false};

		values[0] = safe_text(row->name);
		values[1] = TimestampTzGetDatum(row->last_attempt);
		nulls[1] = row->last_attempt == 0;
		values[2] = TimestampTzGetDatum(row->next_attempt);
		nulls[2] = row->next_attempt == 0;
		values[3] = BoolGetDatum(row->phase != ENTRY_IDLE);
		values[4] = Int32GetDatum(row->failures);
		values[5] = safe_text(row->problem);
		nulls[5] = row->problem[0] == '\0';
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* What keeps the workers from this database; NULL for nothing. */
static const char *
database_problem(void)
{
	Database   *database;
	char		problem[DATABASE_PROBLEM_LEN];

	schedule_attach();
	database = find_database(MyDatabaseId, false);
	if (database == NULL)
		return NULL;
	strlcpy(problem, database->problem, sizeof(problem));
	release_database(database);
	return problem[0] == '\0' ? NULL : TextDatumGetCString(safe_text(problem));
}

/*
 * Is there a worker, and if not, what is to be done?  On a standby there is none,
 * and nothing is wrong.
 */
Datum
hcjwt_worker(PG_FUNCTION_ARGS)
{
	TupleDesc	desc;
	Datum		values[4];
	bool		nulls[4] = {false};
	Interval   *max_stale = palloc0(sizeof(Interval));
	const char *problem = NULL;
	const char *advice = NULL;
	bool		standby = RecoveryInProgress();

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");

	if (standby)
		;
	else if (schedule == NULL)
	{
		problem = "hcjwt is not in shared_preload_libraries";
		advice = "Add hcjwt to shared_preload_libraries and restart the server.";
	}
	else if (!launcher_is_running())
	{
		problem = "the hcjwt launcher is not running";
		advice = "It is restarted within 5 s of its end. If it stays away, see the server's log: max_worker_processes may be too small.";
	}
	else if (no_slot_for_long(GetCurrentTimestamp()))
	{
		problem = "no background worker slot is free";
		advice = "Increase max_worker_processes and restart the server, or decrease max_parallel_workers: parallel queries take the same slots.";
	}
	else if ((problem = database_problem()) != NULL)
		advice = "No worker can do its work in this database: see last_error. It is tried again within a minute.";

	max_stale->time = hcjwt_max_stale * ONE_SECOND;
	nulls[0] = problem == NULL;
	values[0] = problem ? CStringGetTextDatum(problem) : (Datum) 0;
	nulls[1] = advice == NULL;
	values[1] = advice ? CStringGetTextDatum(advice) : (Datum) 0;
	values[2] = BoolGetDatum(standby);
	values[3] = IntervalPGetDatum(max_stale);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc),
													  values, nulls)));
}
