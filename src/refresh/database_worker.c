/*-------------------------------------------------------------------------
 *
 * database_worker.c
 *		A database worker: connects, stores the answers that wait, loads what
 *		has changed, and is gone.
 *
 * IDENTIFICATION
 *	  src/refresh/database_worker.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_authid.h"
#include "commands/dbcommands.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "postmaster/bgworker.h"
#include "storage/ipc.h"
#include "storage/lmgr.h"
#include "storage/lwlock.h"
#include "storage/proc.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "compat.h"
#include "keys/catalog.h"
#include "refresh/database_worker.h"
#include "refresh/processes.h"
#include "refresh/schedule.h"

/*
 * After a worker that failed: 1 s * 2^n, to a minute; always 1 s after what passes
 * by itself, as a lock; less for one that could not
 * connect, perhaps because the database is being copied or moved.
 */
#define MAX_PAUSE			ONE_MINUTE
#define MAX_CONNECT_PAUSE	(5 * ONE_SECOND)

static Oid	my_database;
static char name_of_database[NAMEDATALEN];
static bool connected = false;
static bool finished = false;
static char problem[DATABASE_PROBLEM_LEN];	/* why this worker fails */
static bool problem_is_new = true;
static bool passing = false;	/* it passes by itself */
static emit_log_hook_type next_log_hook = NULL;

/*
 * What ALTER DATABASE, or the configuration, could bend.  Set before connecting,
 * as an override, so that the database's own never take hold.
 */
static void
pin_settings(void)
{
	static const char *const settings[][2] = {
		{"search_path", "pg_catalog, pg_temp"},
		{"role", "none"},
		{"lock_timeout", "1s"},
		{"deadlock_timeout", "50ms"},	/* so that it is we who give way */
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

/*
 * A worker that finds its database gone, or locked by somebody who is about to
 * drop or copy it, is no alarm; and another fault of connecting is said once,
 * not each time it is tried.
 */
static void
filter_log(ErrorData *error)
{
	if (!connected && error->elevel >= ERROR)
	{
		problem_is_new = strncmp(problem, error->message,
								 sizeof(problem) - 1) != 0;
		strlcpy(problem, error->message, sizeof(problem));
		if (!problem_is_new ||
			error->sqlerrcode == ERRCODE_UNDEFINED_DATABASE ||
			error->sqlerrcode == ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE ||
			error->sqlerrcode == ERRCODE_LOCK_NOT_AVAILABLE)
			error->output_to_server = false;
	}
	if (next_log_hook != NULL)
		next_log_hook(error);
}

/* False when another worker is at it, or the database has been forgotten. */
static bool
become_the_worker(void)
{
	Database   *database = find_database(my_database, true);
	bool		alone;

	if (database == NULL)
		return false;
	alone = database->worker == 0;
	if (alone)
	{
		database->worker = MyProcPid;
		strlcpy(problem, database->problem, sizeof(problem));
	}
	release_database(database);
	return alone;
}

static void
at_exit(int code, Datum arg)
{
	Database   *database;

	/* an error may have come while an entry was locked */
	LWLockReleaseAll();
	database = find_database(my_database, true);
	if (database != NULL)
	{
		database->worker = 0;
		if (finished)
		{
			database->failures = 0;
			database->problem[0] = '\0';
		}
		else
		{
			int64		pause = ONE_SECOND << Min(database->failures, 6);

			/* some of the answers may still be there */
			database->answers = true;
			database->failures++;
			if (passing)
				pause = ONE_SECOND;
			database->not_before = GetCurrentTimestamp() +
				Min(pause, connected ? MAX_PAUSE : MAX_CONNECT_PAUSE);
			strlcpy(database->problem, problem, sizeof(database->problem));
		}
		release_database(database);
	}
	wake_launcher();
}

/*
 * The postmaster logs whoever leaves with an exit code, so one that cannot
 * connect, of which the launcher knows already, leaves with 0.
 */
static void
leave_quietly(int code, Datum arg)
{
	if (code == 1 && !connected)
		proc_exit(0);
}

static void
connect_to_database(void)
{
	char	   *name;

	next_log_hook = emit_log_hook;
	emit_log_hook = filter_log;
	on_proc_exit(leave_quietly, (Datum) 0);

	pin_settings();
	BackgroundWorkerInitializeConnectionByOid(my_database, InvalidOid, 0);
	connected = true;
	emit_log_hook = next_log_hook;

	/* ALTER DATABASE SET session_authorization */
	SetUserIdAndSecContext(BOOTSTRAP_SUPERUSERID, 0);

	StartTransactionCommand();
	name = get_database_name(MyDatabaseId);
	strlcpy(name_of_database, name ? name : "?", sizeof(name_of_database));
	CommitTransactionCommand();
}

const char *
database_name(void)
{
	return name_of_database;
}

static void
begin_transaction(void)
{
	SetCurrentStatementStartTimestamp();
	StartTransactionCommand();
	SPI_connect();
	PushActiveSnapshot(GetTransactionSnapshot());
}

/*
 * The tables are named in SQL, so once they are known to be the extension's own
 * they are locked, and looked at again.
 */
bool
begin_work(void)
{
	const HcjwtCatalog *catalog;

	begin_transaction();
	catalog = hcjwt_catalog();
	if (catalog != NULL)
	{
		Oid			oids[3];

		oids[0] = catalog->help_centers;
		oids[1] = catalog->keys;
		oids[2] = catalog->fetch_state;
		for (int i = 0; i < lengthof(oids); i++)
			LockRelationOid(oids[i], AccessShareLock);
		catalog = hcjwt_catalog();
		if (catalog != NULL && catalog->help_centers == oids[0] &&
			catalog->keys == oids[1] && catalog->fetch_state == oids[2])
			return true;
	}
	end_work();
	return false;
}

void
end_work(void)
{
	PopActiveSnapshot();
	SPI_finish();
	CommitTransactionCommand();
}

char *
try_work(void (*work) (void *arg), void *arg, int *sqlstate)
{
	MemoryContext context = CurrentMemoryContext;
	char	   *volatile message = NULL;

	PG_TRY();
	{
		work(arg);
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		message = error->message ? pstrdup(error->message) : "unknown error";
		if (sqlstate != NULL)
			*sqlstate = error->sqlerrcode;
		FlushErrorState();
		AbortCurrentTransaction();
		LWLockReleaseAll();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	return message;
}

bool
local_fault(int sqlstate)
{
	switch (ERRCODE_TO_CATEGORY(sqlstate))
	{
		case ERRCODE_TRANSACTION_ROLLBACK:
		case ERRCODE_INSUFFICIENT_RESOURCES:
		case ERRCODE_OPERATOR_INTERVENTION:
		case ERRCODE_SYSTEM_ERROR:
			return true;
		default:
			return sqlstate == ERRCODE_LOCK_NOT_AVAILABLE;
	}
}

/* What is asked for before the load begins is answered by it. */
static void
load(void)
{
	Database   *database = find_database(my_database, true);
	uint64		ticket;
	char	   *error = NULL;
	int			sqlstate = 0;
	LoadResult	result;

	if (database == NULL)
		return;
	ticket = database->loads_asked;
	database->told = false;
	release_database(database);

	result = load_help_centers(&error, &sqlstate);
	passing = error != NULL && local_fault(sqlstate);
	problem_is_new = error != NULL && strncmp(problem, error,
											  sizeof(problem) - 1) != 0;
	if (problem_is_new)
		ereport(LOG,
				(errmsg("could not read the help centers of database \"%s\": %s",
						database_name(), error)));
	strlcpy(problem, error ? error : "", sizeof(problem));

	database = find_database(my_database, true);
	if (database == NULL)
		return;
	database->loads_done = ticket;
	switch (result)
	{
		case LOADED:
			database->state = LOAD_DONE;
			break;
		case LOADED_NOTHING:
			database->state = LOAD_NO_EXTENSION;
			break;
		case NOT_LOADED:
			database->state = LOAD_FAILED;
			/* to be tried again, once at_exit()'s pause is over */
			if (database->loads_asked == ticket)
				database->loads_asked++;
			break;
	}
	release_database(database);
	finished = result != NOT_LOADED;
	ConditionVariableBroadcast(&schedule->ended);
	note_urgent();
}

static bool
load_is_due(void)
{
	Database   *database = find_database(my_database, false);
	bool		due = false;

	if (database != NULL)
	{
		due = database->loads_asked != database->loads_done;
		release_database(database);
	}
	return due;
}

void
hcjwt_database_worker_main(Datum arg)
{
	my_database = DatumGetObjectId(arg);

	pqsignal(SIGTERM, die);
	BackgroundWorkerUnblockSignals();

	schedule_attach();
	if (!become_the_worker())
		proc_exit(0);
	before_shmem_exit(at_exit, (Datum) 0);
	connect_to_database();
	pgstat_report_activity(STATE_RUNNING, "hcjwt");

	store_answers();
	if (load_is_due())
		load();
	else
		finished = true;
	proc_exit(0);
}
