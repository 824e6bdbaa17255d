/*-------------------------------------------------------------------------
 *
 * status_sql.c
 *		The functions behind hcjwt.status: they gather what is known of each
 *		help center; status.c puts it into words.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xlog.h"
#include "catalog/pg_type.h"
#include "executor/executor.h"
#include "fmgr.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"
#include "utils/typcache.h"

#include "keys/catalog.h"
#include "keys/help_center.h"
#include "keys/key_reader.h"
#include "keys_url.h"
#include "refresh/ask_primary.h"
#include "refresh/notices.h"
#include "refresh/schedule.h"
#include "refresh/status.h"
#include "settings.h"

PG_FUNCTION_INFO_V1(hcjwt_schedule);
PG_FUNCTION_INFO_V1(hcjwt_worker);
PG_FUNCTION_INFO_V1(hcjwt_help_center_status);

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
static char *
make_safe(char *text)
{
	if (!pg_verify_mbstr(GetDatabaseEncoding(), text, strlen(text), true))
		for (char *p = text; *p; p++)
			if (IS_HIGHBIT_SET(*p))
				*p = '?';
	return text;
}

/* A column of a result, which is NULL where there is no such text, or time. */
static Datum
text_or_null(const char *text, bool *isnull)
{
	*isnull = text == NULL;
	return text ? CStringGetTextDatum(text) : (Datum) 0;
}

static Datum
time_or_null(TimestampTz when, bool *isnull)
{
	*isnull = when == 0;
	return TimestampTzGetDatum(when);
}

static bool
pick_row(const void *entry, void *copy, void *arg)
{
	const Entry *candidate = entry;
	TimestampTz *now = arg;
	ScheduleRow *row = copy;

	if (candidate->key.database != MyDatabaseId)
		return false;
	strlcpy(row->name, entry_name(candidate), NAME_LEN);
	row->last_attempt = candidate->last_attempt;
	row->next_attempt = entry_next_attempt(candidate, *now);
	row->phase = candidate->phase;
	row->failures = candidate->failures;
	strlcpy(row->problem, candidate->problem, ENTRY_PROBLEM_LEN);
	return true;
}

Datum
hcjwt_schedule(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	TimestampTz now = GetCurrentTimestamp();
	ScheduleRow *rows;
	int			count;

	InitMaterializedSRF(fcinfo, 0);
	if (schedule == NULL)
		return (Datum) 0;
	schedule_attach();
	rows = pick_entries(schedule_entries, pick_row, &now, sizeof(ScheduleRow), &count);
	for (int i = 0; i < count; i++)
	{
		ScheduleRow *row = &rows[i];
		Datum		values[6];
		bool		nulls[6] = {false};

		values[0] = CStringGetTextDatum(make_safe(row->name));
		values[1] = time_or_null(row->last_attempt, &nulls[1]);
		values[2] = time_or_null(row->next_attempt, &nulls[2]);
		values[3] = BoolGetDatum(row->phase != ENTRY_IDLE);
		values[4] = Int32GetDatum(row->failures);
		values[5] = text_or_null(row->problem[0] ? make_safe(row->problem) : NULL, &nulls[5]);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}

/* What its last worker, or its asker, has left of this database; or NULL. */
static const char *
problem_of_database(bool asker)
{
	char		text[DATABASE_PROBLEM_LEN] = "";
	Database   *database;

	schedule_attach();
	database = find_database(MyDatabaseId, false);
	if (database == NULL)
		return NULL;
	if (!asker)
		strlcpy(text, database->problem, sizeof(text));
	else if (database->asker.conninfo == hash_of_conninfo())
		strlcpy(text, database->asker.problem, sizeof(text));
	release_database(database);
	return text[0] == '\0' ? NULL : pstrdup(make_safe(text));
}

/*
 * What keeps keys from being refreshed here, or NULL; *advice is what to do
 * about it.  On a standby, and with hcjwt.fetch_keys off, no process fetches,
 * and that is right.
 */
static const char *
refresh_problem(const char **advice)
{
	const char *problem;

	*advice = NULL;
	if (RecoveryInProgress() || !hcjwt_fetch_keys)
		return NULL;
	if (schedule == NULL)
	{
		*advice = "Add hcjwt to shared_preload_libraries and restart the server.";
		return "hcjwt is not in shared_preload_libraries";
	}
	if (!launcher_is_running())
	{
		*advice = "It is restarted within 5 s. If it does not come back, see the server's log: max_worker_processes may be too small.";
		return "the hcjwt launcher is not running";
	}
	if (no_slot_for_long(GetCurrentTimestamp()))
	{
		*advice = "Increase max_worker_processes and restart the server, or decrease max_parallel_workers: parallel queries take the same slots.";
		return "no background worker slot is free";
	}
	problem = problem_of_database(false);
	if (problem != NULL)
		*advice = "No worker can do its work in this database: see last_error. It is tried again within a minute.";
	return problem;
}

/* Why this standby could not ask its primary, by the present conninfo; or NULL. */
static const char *
asker_problem(void)
{
	return RecoveryInProgress() && schedule != NULL ? problem_of_database(true) : NULL;
}

/*
 * A function of version 1.0's SQL: what keeps keys from being refreshed here,
 * and more.
 */
Datum
hcjwt_worker(PG_FUNCTION_ARGS)
{
	TupleDesc	desc;
	const char *advice;
	const char *problem = refresh_problem(&advice);
	Interval   *max_stale = palloc0(sizeof(Interval));
	bool		nulls[4] = {false};
	Datum		values[4];

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");

	max_stale->time = hcjwt_max_stale * ONE_SECOND;
	values[0] = text_or_null(problem, &nulls[0]);
	values[1] = text_or_null(advice, &nulls[1]);
	values[2] = BoolGetDatum(RecoveryInProgress());
	values[3] = IntervalPGetDatum(max_stale);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc),
													  values, nulls)));
}

/*
 * A column of a row of either table; (Datum) 0 when it is NULL, when there is no row, and
 * when somebody has dropped the column or changed its type.
 */
static Datum
status_column(HeapTupleHeader row, AttrNumber number, Oid type)
{
	Datum		value = (Datum) 0;
	bool		isnull;
	TupleDesc	desc;

	if (row == NULL)
		return value;
	desc = lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(row),
								  HeapTupleHeaderGetTypMod(row));
	if (number <= desc->natts && TupleDescAttr(desc, number - 1)->atttypid == type)
		value = GetAttributeByNum(row, number, &isnull);
	ReleaseTupleDesc(desc);
	return value;
}

static const char *
text_of(HeapTupleHeader row, AttrNumber number)
{
	Datum		value = status_column(row, number, TEXTOID);

	return value == (Datum) 0 ? NULL : TextDatumGetCString(value);
}

static int
int_of(HeapTupleHeader row, AttrNumber number)
{
	return DatumGetInt32(status_column(row, number, INT4OID));
}

static TimestampTz
time_of(HeapTupleHeader row, AttrNumber number)
{
	return DatumGetTimestampTz(status_column(row, number, TIMESTAMPTZOID));
}

/*
 * Not PG_GETARG_HEAPTUPLEHEADER(): since November 2026 that is a function of the
 * server's, which earlier minor releases lack, so the library would not load there.
 * status_column() goes by the type that the row itself says it has.
 */
static HeapTupleHeader
row_argument(FunctionCallInfo fcinfo, int number)
{
	return PG_ARGISNULL(number) ? NULL :
		(HeapTupleHeader) PG_DETOAST_DATUM(PG_GETARG_DATUM(number));
}

static const char *
status_text_argument(FunctionCallInfo fcinfo, int number)
{
	return PG_ARGISNULL(number) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(number));
}

/* Is the row of fetch_state about the URL that the keys come from now? */
static bool
about_present_url(HeapTupleHeader help_center, HeapTupleHeader state)
{
	const char *asked = text_of(state, Anum_fetch_state_keys_url);
	const char *base = text_of(help_center, Anum_help_centers_base_url);
	const char *present = text_of(help_center, Anum_help_centers_keys_url);

	if (present == NULL && base != NULL)
		present = psprintf("%s" KEYS_PATH, base);
	return asked != NULL && present != NULL &&
		(is_never_fetched(present) || strcmp(present, asked) == 0);
}

static void
take_state(HeapTupleHeader state, StatusFacts *facts)
{
	facts->known = true;
	facts->outcome = text_of(state, Anum_fetch_state_outcome);
	facts->http_status = int_of(state, Anum_fetch_state_http_status);
	facts->last_error = text_of(state, Anum_fetch_state_last_error);
	facts->stored_failures = facts->failures =
		int_of(state, Anum_fetch_state_consecutive_failures);
	facts->last_attempt = time_of(state, Anum_fetch_state_last_attempt);
	facts->last_success = time_of(state, Anum_fetch_state_last_success);
	facts->stored_next = facts->next_attempt =
		time_of(state, Anum_fetch_state_next_attempt);
	facts->etag = text_of(state, Anum_fetch_state_etag);
}

static void
take_entry(const char *name, StatusFacts *facts)
{
	TimestampTz next;
	EntryKey	key;
	Entry	   *entry;

	if (schedule == NULL || !hcjwt_fetch_keys)
		return;
	schedule_attach();
	entry_key(name, &key);
	entry = find_entry(&key, false);
	if (entry == NULL)
		return;
	if (entry->load != 0)
	{
		facts->under_way = entry->phase != ENTRY_IDLE;
		facts->failures = entry->failures;
		facts->last_attempt = Max(facts->last_attempt, entry->last_attempt);
		next = entry_next_attempt(entry, GetCurrentTimestamp());
		if (next != 0)
			facts->next_attempt = next;
		strlcpy(facts->problem, entry->problem, sizeof(facts->problem));
	}
	release_entry(entry);
	(void) make_safe(facts->problem);
}

/*
 * help_center_status(help_centers, fetch_state, crowded, twin, repair): what
 * hcjwt.status shows of a help center.
 */
Datum
hcjwt_help_center_status(PG_FUNCTION_ARGS)
{
	HeapTupleHeader help_center = row_argument(fcinfo, 0);
	HeapTupleHeader stored = row_argument(fcinfo, 1);
	const char *name;
	const char *state;
	const char *advice;
	StatusFacts facts = {0};
	KeysOfHelpCenter keys;
	TupleDesc	desc;
	Datum		values[10];
	bool		nulls[10] = {false};

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	name = text_of(help_center, Anum_help_centers_name);
	if (name == NULL)
		PG_RETURN_NULL();		/* no row of that table */

	facts.enabled = DatumGetBool(status_column(help_center, Anum_help_centers_enabled, BOOLOID));
	facts.fetched = !is_never_fetched(text_of(help_center, Anum_help_centers_keys_url));
	if (about_present_url(help_center, stored))
		take_state(stored, &facts);
	count_keys_of(name, &keys);
	facts.trusted_keys = keys.trusted;
	facts.unguarded = keys.unguarded;
	facts.revoked = keys.any_revoked;
	facts.crowded = PG_GETARG_BOOL(2);
	facts.twin = status_text_argument(fcinfo, 3);
	facts.repair = status_text_argument(fcinfo, 4);
	take_entry(name, &facts);
	facts.no_refresh = refresh_problem(&facts.no_refresh_advice);
	facts.not_asked = asker_problem();

	judge_status(&facts, GetCurrentTimestamp(), &state, &advice);
	values[0] = CStringGetTextDatum(state);
	values[1] = Int64GetDatum(facts.trusted_keys);
	values[2] = time_or_null(facts.last_attempt, &nulls[2]);
	values[3] = time_or_null(facts.last_success, &nulls[3]);
	values[4] = Int32GetDatum(facts.http_status);
	nulls[4] = facts.http_status == 0;
	values[5] = text_or_null(facts.no_refresh ? facts.no_refresh :
							 facts.problem[0] ? facts.problem :
							 facts.not_asked ? facts.not_asked : facts.last_error,
							 &nulls[5]);
	values[6] = Int32GetDatum(facts.failures);
	values[7] = time_or_null(facts.next_attempt, &nulls[7]);
	values[8] = text_or_null(facts.etag, &nulls[8]);
	values[9] = text_or_null(advice, &nulls[9]);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}
