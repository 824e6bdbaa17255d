/*-------------------------------------------------------------------------
 *
 * load.c
 *		The load pass: reads help_centers and fetch_state into the schedule.
 *
 * Runs at start, after every commit that changed help_centers, and with each
 * sweep.  The schedule knows newer attempts than the table; a restart begins
 * with those in the table.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "keys/columns.h"
#include "keys/key_reader.h"
#include "keys/statement.h"
#include "keys_url.h"
#include "refresh/attempts.h"
#include "refresh/load.h"
#include "refresh/work.h"

/* Rows that are read at once.  This bounds the memory that a load takes. */
#define PAGE_ROWS		1000

/* How many new help centers of one load are urgent. */
#define MAX_URGENT		16

typedef struct Row
{
	char	   *name;
	char	   *url;
	char	   *etag;			/* "" for none */
	bool		enabled;
	bool		known_url;		/* fetch_state is about this URL */
	bool		has_keys;
	TimestampTz trusted_since;	/* as the schedule has it */
	bool		cut_off;		/* the server ended during an attempt */
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
	EntryKey	few[MAX_UNNAMED];
	bool		no_extension;
	MemoryContext page;
} Load;

/* Reads what the tables say of one help center. */
static void
read_row(int i, Row *row)
{
	HeapTuple	tuple = SPI_tuptable->vals[i];
	TupleDesc	desc = SPI_tuptable->tupdesc;
	KeysOfHelpCenter keys;

	row->name = get_text(tuple, desc, 1);
	row->url = get_text(tuple, desc, 2);
	row->enabled = DatumGetBool(get_column(tuple, desc, 3));
	row->known_url = DatumGetBool(get_column(tuple, desc, 4));
	row->has_keys = DatumGetBool(get_column(tuple, desc, 5));
	count_keys_of(row->name, &keys);
	row->trusted_since = keys.trusted_since;
	row->cut_off = false;
	row->etag = "";
	if (!row->known_url)
		return;

	row->last_attempt = DatumGetTimestampTz(get_column(tuple, desc, 6));
	row->failures = DatumGetInt32(get_column(tuple, desc, 7));
	row->next_attempt = DatumGetTimestampTz(get_column(tuple, desc, 8));
	row->not_before = DatumGetTimestampTz(get_column(tuple, desc, 9));
	row->etag = get_text(tuple, desc, 10);
	if (row->failures == 0 && !row->has_keys)
		row->next_attempt = 0;
}

/* Takes over an attempt during which the server ended: it may be the reason. */
static void
recall_attempt(Row *row, const EntryKey *key)
{
	TimestampTz began;
	int			failures;

	if (!attempt_was_cut_off(key, &began, &failures))
		return;
	row->cut_off = true;
	row->failures = Max(failures, row->failures);
	row->last_attempt = Max(began, row->last_attempt);
	row->next_attempt = next_after_failure(began, row->failures, NULL);
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
		" s.last_attempt, s.consecutive_failures,"
		" s.next_attempt, s.not_before, coalesce(s.etag, '')"
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

/*
 * Fills the entry of a help center that is new, or has another URL, or was asked about
 * while this server was a standby.
 */
static void
renew_entry(Entry *entry, const Row *row, Load *load)
{
	entry->urgent = row->enabled && !row->known_url && !row->cut_off &&
		load->urgent++ < MAX_URGENT;
	entry->failures = row->failures;
	entry->cut_off = row->cut_off;
	entry->last_attempt = row->last_attempt;
	entry->next_attempt = row->next_attempt;
	entry->not_before = row->not_before;
	if (entry->load == 0)
		entry->last_asked = 0;
	strlcpy(entry->problem, row->cut_off ?
			"the server ended while its keys were fetched or stored" : "",
			ENTRY_PROBLEM_LEN);
}

static void
place_entry(Row *row, Load *load)
{
	dsa_pointer strings;
	EntryKey	key;
	Entry	   *entry;
	bool		found;

	strings = pack_entry_strings(row->name, row->url, row->etag);
	if (!DsaPointerIsValid(strings))
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("out of shared memory")));

	entry_key(row->name, &key);
	recall_attempt(row, &key);
	entry = make_entry(&key, &found);
	if (!found)
		renew_entry(entry, row, load);
	else
	{
		if (entry->load == 0 || strcmp(entry_url(entry), row->url) != 0)
			renew_entry(entry, row, load);
		else if (row->enabled && !entry->enabled)
			entry->next_attempt = entry->not_before;
		else if (entry->failures == 0 && entry->phase == ENTRY_IDLE)
			entry->next_attempt = Min(entry->next_attempt, row->next_attempt);
		dsa_free(schedule_area, entry->strings);
	}
	entry->strings = strings;
	entry->enabled = row->enabled;
	entry->trusted_since = row->trusted_since;
	entry->load = load->id;
	release_entry(entry);

	if (row->enabled && load->enabled++ < MAX_UNNAMED)
		load->few[load->enabled - 1] = key;
}

static void
place_page(void *arg)
{
	Load	   *load = arg;

	for (int i = 0; i < load->nrows; i++)
		place_entry(&load->rows[i], load);
}

/*
 * All rows have been read, so entries that none of them is about are removed.
 */
static void
finish_load(const Load *load)
{
	Database   *database;

	remove_entries(MyDatabaseId, load->id);
	database = find_database(MyDatabaseId, true);
	if (database == NULL)
		return;
	database->enabled = load->enabled;
	memcpy(database->few, load->few, sizeof(database->few));
	release_database(database);
}

LoadState
load_help_centers(char **error, int *sqlstate)
{
	MemoryContext context = CurrentMemoryContext;
	Load		load = {0};

	load.id = pg_atomic_add_fetch_u64(&schedule->fetch_serial, 1);
	load.after = pstrdup("");
	load.page = AllocSetContextCreate(context, "hcjwt load",
									  ALLOCSET_DEFAULT_SIZES);
	do
	{
		CHECK_FOR_INTERRUPTS();
		MemoryContextReset(load.page);
		if ((*error = try_work(read_page, &load, sqlstate)) != NULL ||
			(*error = try_work(place_page, &load, sqlstate)) != NULL)
			return LOAD_FAILED;
		if (load.nrows > 0)
			load.after = pstrdup(load.rows[load.nrows - 1].name);
	} while (load.nrows == PAGE_ROWS);

	finish_load(&load);
	return load.no_extension ? LOAD_NO_EXTENSION : LOAD_DONE;
}
