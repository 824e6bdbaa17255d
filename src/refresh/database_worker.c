/*-------------------------------------------------------------------------
 *
 * database_worker.c
 *		A database worker: connects, stores the answers that wait, loads what
 *		has changed, and is gone.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_authid.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "storage/proc.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"

#include "compat.h"
#include "refresh/database_worker.h"
#include "refresh/load.h"
#include "refresh/notices.h"
#include "refresh/schedule.h"
#include "refresh/store.h"
#include "refresh/work.h"

/*
 * The pause after a worker that failed is 1 s * 2^n, to a minute.  After a
 * fault that passes by itself, as a lock does, it is 1 s.  It is shorter when
 * the worker could not connect: somebody may copy or move the database.
 */
#define MAX_PAUSE			ONE_MINUTE
#define MAX_CONNECT_PAUSE	(5 * ONE_SECOND)

/* The database worker that this process is. */
static struct
{
	Oid			database;
	bool		connected;
	bool		finished;		/* all work is done */
	bool		passing;		/* the fault passes by itself */
	char		problem[DATABASE_PROBLEM_LEN];	/* the fault */
	emit_log_hook_type next_log_hook;
}			this_worker;

/*
 * Sets what ALTER DATABASE or the configuration could change.  This comes
 * before the connection and overrides: the database's own settings never take
 * effect.
 */
static void
pin_settings(void)
{
	static const char *const settings[][2] = {
		{"search_path", "pg_catalog, pg_temp"},
		{"role", "none"},
		{"lock_timeout", "1s"},
		{"deadlock_timeout", "50ms"},	/* so that this worker gives way */
		{"statement_timeout", "0"},
		{"idle_in_transaction_session_timeout", "0"},
#ifdef HAVE_TRANSACTION_TIMEOUT
		{"transaction_timeout", "0"},
#endif
		{"synchronous_commit", "local"},
		{"default_transaction_isolation", "read committed"},
		{"default_transaction_read_only", "off"},
		{"default_transaction_deferrable", "off"},
		{"session_replication_role", "origin"},
		{"row_security", "off"},
		{"exit_on_error", "off"},
		{"max_parallel_workers_per_gather", "0"},
		{"jit", "off"},
	};

	for (int i = 0; i < lengthof(settings); i++)
		SetConfigOption(settings[i][0], settings[i][1],
						PGC_SUSET, PGC_S_OVERRIDE);
}

/* Notes the fault; false when the worker before had the same. */
static bool
is_new_problem(const char *problem)
{
	bool		is_new = strncmp(this_worker.problem, problem,
								 sizeof(this_worker.problem) - 1) != 0;

	strlcpy(this_worker.problem, problem, sizeof(this_worker.problem));
	return is_new;
}

/*
 * Keeps an error of connecting out of the log when the database is gone, or is
 * locked because somebody drops or copies it.  Any other is logged once, not at
 * each attempt.
 */
static void
filter_log(ErrorData *error)
{
	if (!this_worker.connected && error->elevel >= ERROR)
	{
		if (!is_new_problem(error->message) ||
			error->sqlerrcode == ERRCODE_UNDEFINED_DATABASE ||
			error->sqlerrcode == ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE ||
			error->sqlerrcode == ERRCODE_LOCK_NOT_AVAILABLE)
			error->output_to_server = false;
	}
	if (this_worker.next_log_hook != NULL)
		this_worker.next_log_hook(error);
}

/* False when the database has another worker, or is no longer in the schedule. */
static bool
become_the_worker(void)
{
	Database   *database = find_database(this_worker.database, true);
	bool		alone;

	if (database == NULL)
		return false;
	alone = database->worker == 0;
	if (alone)
	{
		database->worker = MyProcPid;
		strlcpy(this_worker.problem, database->problem, sizeof(this_worker.problem));
	}
	release_database(database);
	return alone;
}

static void
database_worker_at_exit(int code, Datum arg)
{
	Database   *database;

	/* an error may have come while an entry was locked */
	LWLockReleaseAll();
	database = find_database(this_worker.database, true);
	if (database != NULL)
	{
		database->worker = 0;
		if (this_worker.finished)
		{
			database->failures = 0;
			database->problem[0] = '\0';
		}
		else
		{
			int64		pause = ONE_SECOND << Min(database->failures, 6);

			/* some answers may still wait */
			database->answers = true;
			database->failures++;
			if (this_worker.passing)
				pause = ONE_SECOND;
			database->not_before = GetCurrentTimestamp() +
				Min(pause, this_worker.connected ? MAX_PAUSE : MAX_CONNECT_PAUSE);
			strlcpy(database->problem, this_worker.problem, sizeof(database->problem));
		}
		release_database(database);
	}
	wake_launcher();
}

/*
 * The postmaster logs a worker whose exit code is not 0.  A worker that could
 * not connect has told the launcher already, so it exits with 0.
 */
static void
leave_quietly(int code, Datum arg)
{
	if (code == 1 && !this_worker.connected)
		proc_exit(0);
}

static void
connect_to_database(void)
{
	this_worker.next_log_hook = emit_log_hook;
	emit_log_hook = filter_log;
	on_proc_exit(leave_quietly, (Datum) 0);

	pin_settings();
	BackgroundWorkerInitializeConnectionByOid(this_worker.database, InvalidOid, 0);
	this_worker.connected = true;
	emit_log_hook = this_worker.next_log_hook;

	/* undoes ALTER DATABASE ... SET session_authorization */
	SetUserIdAndSecContext(BOOTSTRAP_SUPERUSERID, 0);
}

/* Loads.  That does what all requests before the load's beginning have asked for. */
static void
load_database(void)
{
	Database   *database = find_database(this_worker.database, true);
	uint64		ticket;
	char	   *error = NULL;
	int			sqlstate = 0;
	LoadState	result;

	if (database == NULL)
		return;
	ticket = database->loads_asked;
	database->told = false;
	release_database(database);

	result = load_help_centers(&error, &sqlstate);
	this_worker.passing = error != NULL && local_fault(sqlstate);
	if (is_new_problem(error ? error : "") && error != NULL)
		ereport(LOG,
				(errmsg("could not read the help centers of database \"%s\": %s",
						database_name(), error)));

	database = find_database(this_worker.database, true);
	if (database == NULL)
		return;
	database->state = result;
	database->loads_done = ticket;
	this_worker.finished = result != LOAD_FAILED;
	/* a failed load is repeated after database_worker_at_exit()'s pause */
	if (!this_worker.finished && database->loads_asked == ticket)
		database->loads_asked++;
	release_database(database);
	ConditionVariableBroadcast(&schedule->ended);
	note_urgent();
}

static bool
load_is_due(void)
{
	Database   *database = find_database(this_worker.database, false);
	bool		due = false;

	if (database != NULL)
	{
		due = load_due(database);
		release_database(database);
	}
	return due;
}

void
hcjwt_database_worker_main(Datum arg)
{
	this_worker.database = DatumGetObjectId(arg);

	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();

	schedule_attach();
	if (!become_the_worker())
		proc_exit(0);
	before_shmem_exit(database_worker_at_exit, (Datum) 0);
	connect_to_database();
	pgstat_report_activity(STATE_RUNNING, "hcjwt");

	store_answers();
	if (load_is_due())
		load_database();
	else
		this_worker.finished = true;
	proc_exit(0);
}
