/*-------------------------------------------------------------------------
 *
 * load.c
 *		The load pass: reads help_centers and fetch_state into the schedule.
 *
 * Runs at start, after every commit that changed help_centers, and with each
 * sweep.  What the schedule knows already of a help center is newer than what
 * the table says of its attempts; the table is what a restart goes by.
 *
 * IDENTIFICATION
 *	  src/refresh/load.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/pg_prng.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "keys/statement.h"
#include "refresh/database_worker.h"
#include "refresh/schedule.h"

/* Rows read at once: bounds memory, however many help centers there are. */
#define PAGE_ROWS		1000

/* So many new help centers of a load go before what is merely due. */
#define MAX_URGENT		16

typedef struct Row
{
	char	   *name;
	char	   *url;
	char	   *etag;			/* "" for none that could be used */
	bool		enabled;
	bool		known_url;		/* fetch_state is about this very URL */
	bool		has_keys;
	bool		unfinished;		/* an attempt that a crash ended */
	int			failures;
	TimestampTz last_attempt;	/* 0: none */
	TimestampTz next_attempt;
	TimestampTz not_before;		/* 0: none */
} Row;

typedef struct Load
{
	uint64		id;
	char	   *after;			/* last name of the page before, "" at first */
	Row		   *rows;			/* a page of them */
	int			nrows;
	int			urgent;
	int			enabled;
	CenterKey	few[POLICY_MAX_UNNAMED];
	bool		no_extension;
	MemoryContext page;
} Load;

static Datum
column(int row, int number, bool *isnull)
{
	return SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc,
						 number, isnull);
}

static char *
text_column(int row, int number)
{
	bool		isnull;
	Datum		value = column(row, number, &isnull);

	return isnull ? pstrdup("") : TextDatumGetCString(value);
}

static bool
bool_column(int row, int number)
{
	bool		isnull;
	Datum		value = column(row, number, &isnull);

	return !isnull && DatumGetBool(value);
}

static TimestampTz
time_column(int row, int number)
{
	bool		isnull;
	Datum		value = column(row, number, &isnull);

	return isnull ? 0 : DatumGetTimestampTz(value);
}

/* What the tables say of one help center. */
static void
read_row(int i, Row *row)
{
	bool		isnull;
	TimestampTz last_result;

	row->name = text_column(i, 1);
	row->url = text_column(i, 2);
	row->enabled = bool_column(i, 3);
	row->known_url = bool_column(i, 4);
	row->has_keys = bool_column(i, 5);
	row->etag = "";
	if (!row->known_url)
		return;

	row->last_attempt = time_column(i, 6);
	last_result = time_column(i, 7);
	row->failures = DatumGetInt32(column(i, 8, &isnull));
	row->next_attempt = time_column(i, 9);
	row->not_before = time_column(i, 10);
	row->etag = text_column(i, 11);

	/* stamped, and ended by the end of the server: that may be why it ended */
	row->unfinished = row->last_attempt > last_result &&
		row->last_attempt < schedule->started;
	if (row->unfinished)
	{
		row->failures++;
		row->next_attempt = row->last_attempt +
			policy_after_failure(row->failures, NULL,
								 pg_prng_double(&pg_global_prng_state));
	}
	else if (row->failures == 0 && !row->has_keys)
		row->next_attempt = 0;
}

/* Reads the next page. */
static void
read_page(void *arg)
{
	static const char query[] =
		"SELECT h.name, " KEYS_URL_SQL("h") ", " FETCHED_SQL("h") ","
		" s.keys_url = " KEYS_URL_SQL("h") ","
		" EXISTS (SELECT FROM hcjwt.keys k WHERE k.help_center = h.name"
		" AND k.retired_at IS NULL),"
		" s.last_attempt, s.last_result, s.consecutive_failures,"
		" s.next_attempt, s.not_before, s.etag"
		" FROM hcjwt.help_centers h"
		" LEFT JOIN hcjwt.fetch_state s ON s.help_center = h.name"
		" WHERE h.name > $1 ORDER BY h.name LIMIT " CppAsString2(PAGE_ROWS);
	Load	   *load = arg;
	Datum		values[1];
	MemoryContext oldcontext;

	load->nrows = 0;
	if (!begin_work())
	{
		load->no_extension = true;
		return;
	}
	values[0] = CStringGetTextDatum(load->after);
	(void) run_statement_on_text(query, SPI_OK_SELECT, 1, values);
	oldcontext = MemoryContextSwitchTo(load->page);
	load->rows = palloc0(sizeof(Row) * Max(SPI_processed, 1));
	load->nrows = SPI_processed;
	for (int i = 0; i < load->nrows; i++)
		read_row(i, &load->rows[i]);
	MemoryContextSwitchTo(oldcontext);
	end_work();
}

static bool
row_due(const Row *row, TimestampTz now)
{
	return row->enabled && row->next_attempt <= now;
}

/*
 * Stamps the attempts of the page that are about to be made, so that one which
 * brings the server down is not made again at once after the restart.
 */
static void
stamp_page(void *arg)
{
	static const char query[] =
		"INSERT INTO hcjwt.fetch_state AS s (help_center, keys_url, last_attempt)"
		" SELECT h.name, " KEYS_URL_SQL("h") ", now()"
		" FROM hcjwt.help_centers h WHERE h.name = ANY ($1)"
		" ORDER BY h.name FOR KEY SHARE SKIP LOCKED"
		" ON CONFLICT (help_center) DO UPDATE SET"
		" keys_url = excluded.keys_url,"
		" last_attempt = excluded.last_attempt,"
		" last_result = s.last_result,"
		" consecutive_failures = s.consecutive_failures"
		" + CASE WHEN s.last_attempt > coalesce(s.last_result, '-infinity')"
		" AND s.last_attempt < $2 THEN 1 ELSE 0 END"
		" WHERE s.keys_url = excluded.keys_url";
	static const char forget[] =
		"DELETE FROM hcjwt.fetch_state s USING hcjwt.help_centers h"
		" WHERE h.name = s.help_center AND h.name = ANY ($1)"
		" AND s.keys_url IS DISTINCT FROM " KEYS_URL_SQL("h");
	Load	   *load = arg;
	TimestampTz now = GetCurrentTimestamp();
	Datum	   *names;
	Oid			types[2] = {TEXTARRAYOID, TIMESTAMPTZOID};
	Datum		values[2];
	int			count = 0;

	if (!begin_work())
		return;
	names = palloc(sizeof(Datum) * Max(load->nrows, 1));
	for (int i = 0; i < load->nrows; i++)
		if (row_due(&load->rows[i], now))
			names[count++] = CStringGetTextDatum(load->rows[i].name);
	if (count > 0)
	{
		values[0] = PointerGetDatum(construct_array(names, count, TEXTOID, -1,
													false, TYPALIGN_INT));
		values[1] = TimestampTzGetDatum(schedule->started);
		/* what is known of another URL says nothing of this one */
		(void) run_statement(forget, SPI_OK_DELETE, 1, types, values, NULL);
		(void) run_statement(query, SPI_OK_INSERT, 2, types, values, NULL);
	}
	end_work();
}

/* A help center that the schedule has not, or had with another URL. */
static void
renew_center(Center *center, const Row *row, Load *load)
{
	center->urgent = row->enabled && !row->known_url &&
		load->urgent++ < MAX_URGENT;
	center->failures = row->failures;
	center->last_attempt = row->last_attempt;
	center->next_attempt = row->next_attempt;
	center->not_before = row->not_before;
	center->problem[0] = '\0';
}

static void
place_center(const Row *row, Load *load)
{
	dsa_pointer strings;
	CenterKey	key;
	Center	   *center;
	bool		found;

	strings = pack_center_strings(row->name, row->url, row->etag);
	if (!DsaPointerIsValid(strings))
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("out of shared memory")));

	center_key(MyDatabaseId, row->name, &key);
	center = dshash_find_or_insert(schedule_centers, &key, &found);
	if (!found)
	{
		memset(center, 0, sizeof(*center));
		center->key = key;
		renew_center(center, row, load);
	}
	else
	{
		if (strcmp(center_url(center), row->url) != 0)
			renew_center(center, row, load);
		else if (row->enabled && !center->enabled)
			center->next_attempt = center->not_before;
		else if (center->failures == 0 && center->phase == CENTER_IDLE)
			center->next_attempt = Min(center->next_attempt, row->next_attempt);
		dsa_free(schedule_area, center->strings);
	}
	center->strings = strings;
	center->enabled = row->enabled;
	center->load = load->id;
	dshash_release_lock(schedule_centers, center);

	if (row->enabled && load->enabled++ < POLICY_MAX_UNNAMED)
		load->few[load->enabled - 1] = key;
}

static void
place_page(void *arg)
{
	Load	   *load = arg;

	for (int i = 0; i < load->nrows; i++)
		place_center(&load->rows[i], load);
}

/* All rows have been seen: what was not among them is no more. */
static void
finish_load(const Load *load)
{
	Database   *database;

	remove_centers(MyDatabaseId, load->id);
	database = find_database(MyDatabaseId, true);
	if (database == NULL)
		return;
	database->enabled = load->enabled;
	memcpy(database->few, load->few, sizeof(database->few));
	release_database(database);
}

LoadResult
load_help_centers(char **problem)
{
	MemoryContext context = CurrentMemoryContext;
	Load		load = {0};

	load.id = pg_atomic_add_fetch_u64(&schedule->fetch_serial, 1);
	load.after = pstrdup("");
	load.page = AllocSetContextCreate(context, "hcjwt load",
									  ALLOCSET_DEFAULT_SIZES);
	do
	{
		char	   *ignored;

		CHECK_FOR_INTERRUPTS();
		MemoryContextReset(load.page);
		*problem = try_work(read_page, &load);
		if (*problem != NULL)
			return NOT_LOADED;

		/* somebody's lock on a row must not keep all from being fetched */
		ignored = load.nrows > 0 ? try_work(stamp_page, &load) : NULL;
		if (ignored != NULL)
			elog(DEBUG1, "could not stamp attempts: %s", ignored);

		*problem = try_work(place_page, &load);
		if (*problem != NULL)
			return NOT_LOADED;
		if (load.nrows > 0)
			load.after = pstrdup(load.rows[load.nrows - 1].name);
	} while (load.nrows == PAGE_ROWS);

	finish_load(&load);
	return load.no_extension ? LOADED_NOTHING : LOADED;
}
