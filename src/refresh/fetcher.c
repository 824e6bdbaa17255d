/*-------------------------------------------------------------------------
 *
 * fetcher.c
 *		The fetcher: fetches what is due in any database, without being
 *		connected to one, and ends when nothing is left.
 *
 * There is at most one in the cluster, which makes the bound on transfers, their
 * order, and the precedence of what is urgent matters of this one process.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "storage/pmsignal.h"
#include "storage/proc.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/memutils.h"

#include "compat.h"
#include "refresh/fetcher.h"
#include "refresh/fetches.h"
#include "refresh/notices.h"
#include "refresh/schedule.h"
#include "settings.h"

/* The longest time between two looks at interrupts and at what is urgent. */
#define DRIVE_MS			50

/* No fetch begins while the answers that wait to be stored take more than this. */
#define MAX_ANSWER_BYTES	(4 * 1024 * 1024)

/* How often to look for what has become due while transfers are under way. */
#define LOOK_AGAIN			ONE_SECOND

typedef struct Due
{
	EntryKey	key;
	bool		failing;
	TimestampTz next_attempt;
} Due;

/*
 * A list of entries that were due when it was made, the first to fetch first.
 */
typedef struct DueList
{
	Due		   *entries;
	int			count;
	int			next;
} DueList;

static DueList urgent_list;
static DueList due_list;

/*
 * Entries whose last attempt succeeded come first; among equals, the longest
 * due.
 */
static int
compare_due(const void *a, const void *b)
{
	const Due  *x = a;
	const Due  *y = b;

	if (x->failing != y->failing)
		return x->failing ? 1 : -1;
	if (x->next_attempt != y->next_attempt)
		return x->next_attempt < y->next_attempt ? -1 : 1;
	return 0;
}

typedef struct DuePick
{
	TimestampTz now;
	bool		urgent;			/* pick urgent entries only */
} DuePick;

static bool
pick_due(const void *entry, void *copy, void *arg)
{
	const Entry *candidate = entry;
	const DuePick *pick = arg;
	Due		   *due = copy;

	if (!entry_due(candidate, pick->now) || (pick->urgent && !candidate->urgent))
		return false;
	due->key = candidate->key;
	due->failing = candidate->failures > 0;
	due->next_attempt = candidate->next_attempt;
	return true;
}

static void
list_due(DueList *list, bool urgent)
{
	DuePick		pick = {GetCurrentTimestamp(), urgent};

	if (list->entries != NULL)
		pfree(list->entries);
	list->entries = pick_entries(schedule_entries, pick_due, &pick, sizeof(Due),
								 &list->count);
	list->next = 0;
	qsort(list->entries, list->count, sizeof(Due), compare_due);
}

static void
begin_urgent(void)
{
	static bool looked = false;
	static uint32 seen;
	uint32		serial = pg_atomic_read_u32(&schedule->work_serial);

	/* read the serial before the entries: what comes later changes it again */
	if (!looked || serial != seen)
	{
		looked = true;
		seen = serial;
		list_due(&urgent_list, true);
	}
	while (urgent_list.next < urgent_list.count &&
		   begin_fetch(&urgent_list.entries[urgent_list.next].key, true))
		urgent_list.next++;
}

static bool
answers_fit(void)
{
	return pg_atomic_read_u64(&schedule->answer_bytes) < MAX_ANSWER_BYTES;
}

/* False when nothing is due any more. */
static bool
begin_due(void)
{
	static TimestampTz looked = 0;
	TimestampTz now = GetCurrentTimestamp();

	while (room_for_fetch() && answers_fit())
	{
		if (due_list.next >= due_list.count)
		{
			if (any_fetch() && looked <= now && now < looked + LOOK_AGAIN)
				return true;
			looked = now;
			list_due(&due_list, false);
			if (due_list.count == 0)
				return false;
		}
		begin_fetch(&due_list.entries[due_list.next++].key, false);
		CHECK_FOR_INTERRUPTS();
	}
	return true;
}

/*
 * Must the fetcher give back its slot, which is the last one, to a database
 * worker?  Then it begins no fetch.  It has begun at least one before: else the
 * fetcher and the database worker would take turns and get nowhere.  Once
 * hcjwt.fetch_keys is off, it begins no fetch either.
 */
static bool
draining(void)
{
	SlotWanted	wanted = pg_atomic_read_u32(&schedule->slot_wanted);

	if (!hcjwt_fetch_keys)
		return true;
	if (wanted == SLOT_NOT_WANTED || !begun_any_fetch())
		return false;
	if (wanted == SLOT_WANTED_NOW)
		abandon_fetches();
	return true;
}

static bool
become_the_fetcher(void)
{
	bool		alone;

	SpinLockAcquire(&schedule->mutex);
	alone = schedule->fetcher == 0;
	if (alone)
	{
		schedule->fetcher = MyProcPid;
		schedule->fetcher_done = false;
	}
	SpinLockRelease(&schedule->mutex);
	return alone;
}

static void
fetcher_at_exit(int code, Datum arg)
{
	/* an error may have come while an entry was locked */
	LWLockReleaseAll();
	close_fetches();
	SpinLockAcquire(&schedule->mutex);
	schedule->fetcher = 0;
	schedule->fetcher_done = (code == 0);
	SpinLockRelease(&schedule->mutex);
	wake_launcher();
}

void
hcjwt_fetcher_main(Datum arg)
{
	pqsignal(SIGTERM, die);
	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	BackgroundWorkerUnblockSignals();

	schedule_attach();
	if (!become_the_fetcher())
		proc_exit(0);
	before_shmem_exit(fetcher_at_exit, (Datum) 0);
	open_fetches();

	for (;;)
	{
		bool		more = false;

		CHECK_FOR_INTERRUPTS();
		if (!PostmasterIsAlive())
			proc_exit(1);
		if (ConfigReloadPending)
		{
			ConfigReloadPending = false;
			ProcessConfigFile(PGC_SIGHUP);
		}

		/* begin what is due while there is room */
		if (!draining())
		{
			begin_urgent();
			more = begin_due();
		}
		if (any_fetch())
			drive_fetches(DRIVE_MS);
		else if (more && pg_atomic_read_u32(&schedule->slot_wanted) == SLOT_NOT_WANTED)
		{
			/* answers must be stored first */
			(void) WaitLatch(MyLatch,
							 WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
							 DRIVE_MS, wait_event(WAIT_FETCH));
			ResetLatch(MyLatch);
		}
		else
			break;
	}
	proc_exit(0);
}
