/*-------------------------------------------------------------------------
 *
 * processes.c
 *		Starts background workers for the launcher and keeps track of them.
 *
 * IDENTIFICATION
 *	  src/refresh/processes.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "postmaster/bgworker.h"
#include "utils/memutils.h"

#include "compat.h"
#include "keys/changes.h"
#include "refresh/processes.h"
#include "refresh/refresh.h"
#include "refresh/schedule.h"

/* Seconds until the postmaster restarts a launcher that has ended. */
#define LAUNCHER_RESTART	5

/* The refresh worker, and database workers at once. */
#define MAX_DATABASE_WORKERS	3
#define MAX_WORKERS			(1 + MAX_DATABASE_WORKERS)

/* Without a free slot: 1 s * 2^n, to a minute. */
#define MAX_BLOCKED			POLICY_MINUTE

typedef struct Started
{
	BackgroundWorkerHandle *handle;
	Oid			database;		/* InvalidOid: the refresh worker */
} Started;

static Started started[MAX_WORKERS];
static TimestampTz blocked_until = 0;
static int64 blocked_for = 0;

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

void
refresh_register_launcher(void)
{
	BackgroundWorker worker;

	fill_worker(&worker, "hcjwt launcher", "hcjwt_launcher_main");
	worker.bgw_flags |= BGWORKER_BACKEND_DATABASE_CONNECTION |
		BGWORKER_INTERRUPTIBLE;
	worker.bgw_restart_time = LAUNCHER_RESTART;
	RegisterBackgroundWorker(&worker);

	help_centers_committed_hook = note_my_database;
	help_centers_prepared_hook = note_prepared;
}

/* No free slot in max_worker_processes: said once, until there was one again. */
static void
blocked(void)
{
	if (blocked_for == 0)
		ereport(LOG,
				(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
				 errmsg("no background worker slot is free for refreshing help centers' keys"),
				 errhint("Consider increasing max_worker_processes.")));
	blocked_for = blocked_for == 0 ? POLICY_SECOND : 2 * blocked_for;
	if (blocked_for > MAX_BLOCKED)
		blocked_for = MAX_BLOCKED;
	blocked_until = GetCurrentTimestamp() + blocked_for;
	pg_atomic_write_u32(&schedule->no_slot, 1);
}

bool
start_worker(Oid database)
{
	BackgroundWorker worker;
	MemoryContext oldcontext;
	Started    *place = NULL;
	bool		registered;

	for (int i = 0; i < MAX_WORKERS && place == NULL; i++)
		if (started[i].handle == NULL)
			place = &started[i];
	if (place == NULL)
		return false;

	if (OidIsValid(database))
	{
		fill_worker(&worker, "hcjwt database worker",
					"hcjwt_database_worker_main");
		snprintf(worker.bgw_name, BGW_MAXLEN,
				 "hcjwt database worker for database %u", database);
		worker.bgw_flags |= BGWORKER_BACKEND_DATABASE_CONNECTION |
			BGWORKER_INTERRUPTIBLE;
		worker.bgw_main_arg = ObjectIdGetDatum(database);
	}
	else
		fill_worker(&worker, "hcjwt refresh worker",
					"hcjwt_refresh_worker_main");
	worker.bgw_notify_pid = MyProcPid;

	oldcontext = MemoryContextSwitchTo(TopMemoryContext);
	registered = RegisterDynamicBackgroundWorker(&worker, &place->handle);
	MemoryContextSwitchTo(oldcontext);
	if (!registered)
	{
		place->handle = NULL;
		blocked();
		return false;
	}
	place->database = database;
	blocked_for = 0;
	pg_atomic_write_u32(&schedule->no_slot, 0);
	return true;
}

TimestampTz
workers_blocked_until(void)
{
	return blocked_for == 0 ? 0 : blocked_until;
}

bool
worker_started(Oid database)
{
	for (int i = 0; i < MAX_WORKERS; i++)
		if (started[i].handle != NULL && started[i].database == database)
			return true;
	return false;
}

bool
may_start_database_worker(void)
{
	int			count = 0;

	for (int i = 0; i < MAX_WORKERS; i++)
		if (started[i].handle != NULL && OidIsValid(started[i].database))
			count++;
	return count < MAX_DATABASE_WORKERS;
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
