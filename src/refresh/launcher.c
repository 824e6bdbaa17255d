/*-------------------------------------------------------------------------
 *
 * launcher.c
 *		The launcher: sleeps until something is due, and starts the process for
 *		it.
 *
 * Like autovacuum's launcher it is connected to the shared catalogs only, so
 * no database waits for it.  It does nothing slow itself.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "storage/proc.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/memutils.h"

#include "compat.h"
#include "refresh/attempts.h"
#include "refresh/databases.h"
#include "refresh/notices.h"
#include "refresh/processes.h"
#include "refresh/schedule.h"
#include "refresh/spare.h"
#include "settings.h"

/* Entry point, which the postmaster finds by its name. */
extern PGDLLEXPORT void hcjwt_launcher_main(Datum arg);

/*
 * Least time between two starts of a database's worker, so that it stores
 * several answers at once.
 */
#define WORKER_GAP			(100 * INT64_C(1000))
#define URGENT_GAP			(10 * INT64_C(1000))

/*
 * Least time between two starts of the fetcher; after crashes it is 1 s * 2^n.
 */
#define FETCHER_GAP			(20 * INT64_C(1000))

static TimestampTz fetcher_not_before = 0;
static int64 fetcher_gap = FETCHER_GAP;
static bool fetcher_watched = false;

/* In which order the databases' workers are started. */
typedef enum Rank
{
	RANK_URGENT,				/* an answer for which a backend may wait */
	RANK_TOLD,					/* a load that a commit has asked for */
	RANK_ANSWERS,
	RANK_SWEPT					/* a load that the sweep has asked for */
} Rank;

typedef struct Candidate
{
	Oid			oid;
	Rank		rank;
	TimestampTz worker_began;
} Candidate;

static int
compare_candidates(const void *a, const void *b)
{
	const Candidate *x = a;
	const Candidate *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	if (x->worker_began != y->worker_began)
		return x->worker_began < y->worker_began ? -1 : 1;
	return 0;
}

static Rank
rank_of(const Database *database)
{
	if (database->answers && database->answers_urgent)
		return RANK_URGENT;
	if (load_due(database) && database->told)
		return RANK_TOLD;
	return load_due(database) && !database->answers ? RANK_SWEPT : RANK_ANSWERS;
}

/*
 * When may this database's worker be started?  DT_NOEND: it has nothing to do.
 */
static TimestampTz
worker_due(const Database *database, TimestampTz now)
{
	TimestampTz ready = database->worker_began +
		(database->answers_urgent ? URGENT_GAP : WORKER_GAP);

	if (!database->answers && !load_due(database))
	{
		if (database->kept_until == 0)
			return DT_NOEND;
		ready = Max(ready, database->kept_until);
	}
	if (ready > now + ONE_SECOND)
		ready = now;			/* the clock was set back */
	if (database->not_before <= now + ONE_MINUTE)
		ready = Max(ready, database->not_before);
	return ready;
}

typedef struct CandidatePick
{
	TimestampTz now;
	TimestampTz wake;			/* when the next one's turn comes */
} CandidatePick;

/* A database that has something to load or to store, and whose turn it is. */
static bool
pick_candidate(const void *entry, void *copy, void *arg)
{
	const Database *database = entry;
	CandidatePick *pick = arg;
	Candidate  *candidate = copy;
	TimestampTz ready;

	if (database->worker != 0 || worker_started(database->oid))
		return false;
	ready = worker_due(database, pick->now);
	if (ready > pick->now)
	{
		pick->wake = Min(pick->wake, ready);
		return false;
	}
	candidate->oid = database->oid;
	candidate->rank = rank_of(database);
	candidate->worker_began = database->worker_began;
	return true;
}

/*
 * Starts workers for the candidates from *next on, up to this rank.
 * Candidates of a sweep never get the last place.  False when a slot was
 * missing.
 */
static bool
start_database_workers(const Candidate *candidates, int count, int *next,
					   Rank last, TimestampTz now)
{
	int			places = last == RANK_SWEPT ? 1 : 0;

	for (; *next < count && candidates[*next].rank <= last; (*next)++)
	{
		const Candidate *candidate = &candidates[*next];
		Database   *database;

		if (free_database_workers() <= places)
			break;
		/* the database may have been dropped while its keys were fetched */
		if (!database_exists(candidate->oid))
		{
			forget_database(candidate->oid);
			continue;
		}
		if (!start_worker(candidate->oid, candidate->rank <= RANK_TOLD))
			return false;
		database = find_database(candidate->oid, true);
		if (database != NULL)
		{
			database->worker_began = now;
			release_database(database);
		}
	}
	return true;
}

/* When is the next entry due? */
static TimestampTz
next_due(TimestampTz now)
{
	dshash_seq_status scan;
	Entry	   *entry;
	TimestampTz next = DT_NOEND;

	dshash_seq_init(&scan, schedule_entries, false);
	while ((entry = dshash_seq_next(&scan)) != NULL)
	{
		if (entry_due(entry, now))
			next = now;
		else if (entry->enabled && entry->phase == ENTRY_IDLE)
			next = Min(next, entry_next_attempt(entry, now));
	}
	dshash_seq_term(&scan);
	return next;
}

/* False when a slot was missing. */
static bool
start_fetcher(TimestampTz now, TimestampTz *wake)
{
	bool		running;
	bool		done;
	TimestampTz due;

	SpinLockAcquire(&schedule->mutex);
	running = schedule->fetcher != 0;
	done = schedule->fetcher_done;
	SpinLockRelease(&schedule->mutex);
	if (running || worker_started(InvalidOid) || !hcjwt_fetch_keys)
		return true;

	if (fetcher_watched)
	{
		/* the fetcher that we started has ended */
		fetcher_watched = false;
		if (done)
			fetcher_gap = FETCHER_GAP;
		else
			fetcher_gap = Min(Max(2 * fetcher_gap, ONE_SECOND),
							  ONE_MINUTE);
		fetcher_not_before = now + fetcher_gap;
	}

	due = next_due(now);
	if (due <= now && now < fetcher_not_before)
		due = Min(fetcher_not_before, now + ONE_MINUTE);
	if (due > now)
	{
		*wake = Min(*wake, due);
		return true;
	}
	SpinLockAcquire(&schedule->mutex);
	schedule->fetcher_done = false;
	SpinLockRelease(&schedule->mutex);
	fetcher_watched = start_worker(InvalidOid, true);
	return fetcher_watched;
}

/*
 * Starts workers, first those for which a backend may wait.  Returns the latest
 * time to look again.
 */
static TimestampTz
start_workers(TimestampTz now, TimestampTz wake)
{
	CandidatePick pick = {now, wake};
	Candidate  *candidates;
	int			count;
	int			next = 0;

	candidates = pick_entries(schedule_databases, pick_candidate, &pick,
							  sizeof(Candidate), &count);
	qsort(candidates, count, sizeof(Candidate), compare_candidates);
	wake = pick.wake;

	if (start_database_workers(candidates, count, &next, RANK_ANSWERS, now) &&
		start_fetcher(now, &wake) &&
		start_database_workers(candidates, count, &next, RANK_SWEPT, now))
	{
		pg_atomic_write_u64(&schedule->no_slot_since, 0);
		pg_atomic_write_u32(&schedule->slot_wanted, SLOT_NOT_WANTED);
		return Min(wake, spare_looked_for_until(now));
	}
	return Min(wake, slot_looked_for_until(now));
}

/* The settings that decide whether a URL can be fetched, as one text. */
static char *
settings_in_short(MemoryContext context)
{
	char	   *text = psprintf("%s\n%d\n%s\n%s", hcjwt_allowed_hosts,
								hcjwt_allow_http_loopback, hcjwt_ca_file,
								hcjwt_proxy);

	return MemoryContextStrdup(context, text);
}

/*
 * After a change of settings, each help center that failed gets another
 * attempt.
 */
static void
retry_failing(TimestampTz now)
{
	dshash_seq_status scan;
	Entry	   *entry;

	dshash_seq_init(&scan, schedule_entries, true);
	while ((entry = dshash_seq_next(&scan)) != NULL)
	{
		if (entry->failures > 0)
			entry->next_attempt = Max(now, entry->not_before);
	}
	dshash_seq_term(&scan);
	note_urgent();
}

static void
reload_launcher_settings(void)
{
	static char *known = NULL;
	char	   *settings;

	if (known != NULL)
		ProcessConfigFile(PGC_SIGHUP);
	settings = settings_in_short(TopMemoryContext);
	if (known != NULL && strcmp(known, settings) != 0)
		retry_failing(GetCurrentTimestamp());
	if (known != NULL)
		pfree(known);
	known = settings;
}

static void
launcher_at_exit(int code, Datum arg)
{
	/* an error may have come while an entry was locked */
	LWLockReleaseAll();
	SpinLockAcquire(&schedule->mutex);
	schedule->launcher = 0;
	schedule->launcher_latch = NULL;
	SpinLockRelease(&schedule->mutex);
	wake_spare();
	ConditionVariableBroadcast(&schedule->ended);
}

static void
announce(void)
{
	schedule_attach();
	before_shmem_exit(launcher_at_exit, (Datum) 0);
	SpinLockAcquire(&schedule->mutex);
	schedule->launcher = MyProcPid;
	schedule->launcher_latch = MyLatch;
	SpinLockRelease(&schedule->mutex);
}

static void
sleep_until(TimestampTz wake)
{
	long		ms;

	ms = TimestampDifferenceMilliseconds(GetCurrentTimestamp(), wake);
	ms = Min(ms + 1, SWEEP_INTERVAL / 1000);
	(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
					 ms, wait_event(WAIT_LAUNCHER));
	ResetLatch(MyLatch);
}

void
hcjwt_launcher_main(Datum arg)
{
	MemoryContext cycle;
	TimestampTz next_sweep = 0;

	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	pqsignal(SIGTERM, SignalHandlerForShutdownRequest);
	BackgroundWorkerUnblockSignals();
	SetConfigOption("default_transaction_isolation", "read committed",
					PGC_SUSET, PGC_S_OVERRIDE);
	BackgroundWorkerInitializeConnection(NULL, NULL, 0);
	announce();
	reload_launcher_settings();
	read_attempts();

	cycle = AllocSetContextCreate(TopMemoryContext, "hcjwt launcher",
								  ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(cycle);
	for (;;)
	{
		TimestampTz now;
		TimestampTz wake;

		CHECK_FOR_INTERRUPTS();
		if (ShutdownRequestPending)
			proc_exit(1);		/* after 0 the postmaster would not restart
								 * the launcher */
		if (ConfigReloadPending)
		{
			ConfigReloadPending = false;
			reload_launcher_settings();
		}

		reap_workers();
		now = GetCurrentTimestamp();
		/* ask for loads: of databases that commits have told of, or of all */
		if (take_notices() || now >= next_sweep ||
			next_sweep > now + SWEEP_INTERVAL)
		{
			sweep_databases();
			next_sweep = now + SWEEP_INTERVAL;
		}
		wake = next_sweep;
		take_prepared(now, &wake);
		/* start processes for what is due, and sleep until something is */
		sleep_until(start_workers(now, wake));
		MemoryContextReset(cycle);
	}
}
