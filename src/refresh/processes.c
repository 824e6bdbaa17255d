/*-------------------------------------------------------------------------
 *
 * processes.c
 *		Starts background workers for the launcher and keeps track of them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "postmaster/bgworker.h"
#include "utils/memutils.h"

#include "compat.h"
#include "keys/changes.h"
#include "refresh/notices.h"
#include "refresh/processes.h"
#include "refresh/schedule.h"
#include "refresh/spare.h"

/* Seconds after which the postmaster restarts a launcher that has ended. */
#define LAUNCHER_RESTART	5

/* The fetcher, the database workers that run at once, and the spare worker. */
#define MAX_DATABASE_WORKERS	3
#define MAX_WORKERS			(1 + MAX_DATABASE_WORKERS + 1)

/*
 * When no slot is free: how long until the launcher looks again.  Parallel
 * queries take and return slots all the time, so while a backend may wait it
 * looks often.
 */
#define LOOK_AGAIN			(ONE_SECOND / 2)
#define LOOK_AGAIN_URGENT	(ONE_SECOND / 50)
#define URGENT_FOR			(5 * ONE_SECOND)

/*
 * How long until the launcher looks again for the spare worker's slot; the pause doubles
 * each time.
 */
#define SPARE_PAUSE			ONE_SECOND
#define SPARE_MAX_PAUSE		(15 * ONE_SECOND)

/* The log repeats the message after this time. */
#define SAY_AGAIN			(10 * ONE_MINUTE)

typedef struct Started
{
	BackgroundWorkerHandle *handle;
	Oid			database;		/* InvalidOid: the fetcher */
	bool		spare;			/* it waits for work, see spare.c */
} Started;

static Started started[MAX_WORKERS];

static void
fill_worker(BackgroundWorker *worker, const char *type, const char *function)
{
	memset(worker, 0, sizeof(*worker));
	strlcpy(worker->bgw_name, type, BGW_MAXLEN);
	strlcpy(worker->bgw_type, type, BGW_MAXLEN);
	strlcpy(worker->bgw_library_name, "hcjwt", sizeof(worker->bgw_library_name));
	strlcpy(worker->bgw_function_name, function,
			sizeof(worker->bgw_function_name));
	worker->bgw_flags = BGWORKER_SHMEM_ACCESS;
	worker->bgw_start_time = BgWorkerStart_RecoveryFinished;
	worker->bgw_restart_time = BGW_NEVER_RESTART;
}

static void
connecting(BackgroundWorker *worker)
{
	worker->bgw_flags |= BGWORKER_BACKEND_DATABASE_CONNECTION |
		BGWORKER_INTERRUPTIBLE;
}

void
processes_init(void)
{
	BackgroundWorker worker;

	fill_worker(&worker, "hcjwt launcher", "hcjwt_launcher_main");
	connecting(&worker);
	worker.bgw_restart_time = LAUNCHER_RESTART;
	RegisterBackgroundWorker(&worker);

	help_centers_committed_hook = note_database;
	help_centers_prepared_hook = note_prepared;
}

/*
 * No slot is free.  If a worker of ours has the last slot, it gives it back
 * soon; the fetcher is told to hurry.
 */
static void
blocked(Oid database, bool urgent)
{
	bool		own = false;

	for (int i = 0; i < MAX_WORKERS; i++)
		own |= started[i].handle != NULL;
	if (OidIsValid(database) && urgent)
		pg_atomic_write_u32(&schedule->slot_wanted, SLOT_WANTED_NOW);
	else if (OidIsValid(database) &&
			 pg_atomic_read_u32(&schedule->slot_wanted) == SLOT_NOT_WANTED)
		pg_atomic_write_u32(&schedule->slot_wanted, SLOT_WANTED);
	if (!own && pg_atomic_read_u64(&schedule->no_slot_since) == 0)
		pg_atomic_write_u64(&schedule->no_slot_since, GetCurrentTimestamp());
}

TimestampTz
slot_looked_for_until(TimestampTz now)
{
	static TimestampTz urgent_since = 0;
	static TimestampTz said = 0;
	static uint32 seen = 0;
	uint32		serial = pg_atomic_read_u32(&schedule->work_serial);

	if (serial != seen || urgent_since > now)
	{
		seen = serial;
		urgent_since = now;
	}
	if (no_slot_for_long(now) && (said == 0 || now > said + SAY_AGAIN || now < said))
	{
		said = now;
		ereport(LOG,
				(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
				 errmsg("no background worker slot is free for refreshing help centers' keys"),
				 errdetail("New keys are not fetched. The launcher looks for a slot twice a second."),
				 errhint("Increase max_worker_processes, which parallel queries use up as well, or decrease max_parallel_workers.")));
	}
	return now + (now < urgent_since + URGENT_FOR ? LOOK_AGAIN_URGENT : LOOK_AGAIN);
}

static Started *
free_place(void)
{
	for (int i = 0; i < MAX_WORKERS; i++)
		if (started[i].handle == NULL)
			return &started[i];
	return NULL;
}

static bool
register_worker(BackgroundWorker *worker, Started *place)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(TopMemoryContext);
	bool		registered;

	worker->bgw_notify_pid = MyProcPid;
	registered = RegisterDynamicBackgroundWorker(worker, &place->handle);
	MemoryContextSwitchTo(oldcontext);
	if (!registered)
		place->handle = NULL;
	return registered;
}

static bool
start_in_free_slot(Oid database)
{
	BackgroundWorker worker;
	Started    *place = free_place();

	if (place == NULL)
		return false;
	if (OidIsValid(database))
	{
		fill_worker(&worker, "hcjwt database worker",
					"hcjwt_database_worker_main");
		snprintf(worker.bgw_name, BGW_MAXLEN,
				 "hcjwt database worker for database %u", database);
		connecting(&worker);
		worker.bgw_main_arg = ObjectIdGetDatum(database);
	}
	else
		fill_worker(&worker, "hcjwt fetcher",
					"hcjwt_fetcher_main");
	if (!register_worker(&worker, place))
		return false;
	place->database = database;
	place->spare = false;
	return true;
}

static bool
start_spare(Oid database)
{
	for (int i = 0; i < MAX_WORKERS; i++)
	{
		if (started[i].handle == NULL || !started[i].spare ||
			!give_to_spare(database))
			continue;
		started[i].database = database;
		started[i].spare = false;
		return true;
	}
	return false;
}

bool
start_asker(const char *name)
{
	BackgroundWorker worker;

	fill_worker(&worker, "hcjwt asker", "hcjwt_asker_main");
	worker.bgw_start_time = BgWorkerStart_ConsistentState;
	worker.bgw_main_arg = ObjectIdGetDatum(MyDatabaseId);
	strlcpy(worker.bgw_extra, name, NAMEDATALEN);
	strlcpy(worker.bgw_extra + NAMEDATALEN, GetDatabaseEncodingName(),
			BGW_EXTRALEN - NAMEDATALEN);
	return RegisterDynamicBackgroundWorker(&worker, NULL);
}

bool
start_worker(Oid database, bool urgent)
{
	if (!start_in_free_slot(database) && !start_spare(database))
	{
		blocked(database, urgent);
		return false;
	}
	pg_atomic_write_u64(&schedule->no_slot_since, 0);
	pg_atomic_write_u32(&schedule->slot_wanted, SLOT_NOT_WANTED);
	return true;
}

/*
 * Starts a spare worker where there is none; false when there is no slot for
 * it.
 */
static bool
keep_a_spare(void)
{
	BackgroundWorker worker;
	Started    *place = free_place();

	for (int i = 0; i < MAX_WORKERS; i++)
		if (started[i].handle != NULL && started[i].spare)
			return true;
	fill_worker(&worker, "hcjwt spare worker", "hcjwt_spare_worker_main");
	connecting(&worker);
	if (place == NULL || !register_worker(&worker, place))
		return false;
	place->spare = true;
	return true;
}

/*
 * No process waits for a spare worker; while others keep all slots, none
 * starts.
 */
TimestampTz
spare_looked_for_until(TimestampTz now)
{
	static TimestampTz next = 0;
	static int64 pause = SPARE_PAUSE;

	if (keep_a_spare())
	{
		next = 0;
		pause = SPARE_PAUSE;
		return DT_NOEND;
	}
	if (next <= now || next > now + pause)
	{
		next = now + pause;
		pause = Min(2 * pause, SPARE_MAX_PAUSE);
	}
	return next;
}

bool
worker_started(Oid database)
{
	for (int i = 0; i < MAX_WORKERS; i++)
		if (started[i].handle != NULL && !started[i].spare &&
			started[i].database == database)
			return true;
	return false;
}

int
free_database_workers(void)
{
	int			count = MAX_DATABASE_WORKERS;

	for (int i = 0; i < MAX_WORKERS; i++)
		if (started[i].handle != NULL && !started[i].spare &&
			OidIsValid(started[i].database))
			count--;
	return count;
}

void
reap_workers(void)
{
	for (int i = 0; i < MAX_WORKERS; i++)
	{
		pid_t		pid;

		if (started[i].handle == NULL ||
			GetBackgroundWorkerPid(started[i].handle, &pid) != BGWH_STOPPED)
			continue;
		pfree(started[i].handle);
		started[i].handle = NULL;
	}
}
