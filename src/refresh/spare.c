/*-------------------------------------------------------------------------
 *
 * spare.c
 *		The spare worker: holds a slot of max_worker_processes for the moment in
 *		which no other is free.
 *
 * Parallel queries of any role take the same slots, and would keep new keys
 * from being fetched.  Other processes cannot lay a slot aside, so a process
 * holds it: asleep, connected to nothing, until the launcher gives it work;
 * then it is the fetcher or a database worker like any other, and ends as those
 * do.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/latch.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/ps_status.h"

#include "compat.h"
#include "refresh/database_worker.h"
#include "refresh/fetcher.h"
#include "refresh/notices.h"
#include "refresh/schedule.h"
#include "refresh/spare.h"

/* Entry point, which the postmaster finds by its name. */
extern PGDLLEXPORT void hcjwt_spare_worker_main(Datum arg);

bool
give_to_spare(Oid database)
{
	Latch	   *latch;

	SpinLockAcquire(&schedule->mutex);
	latch = schedule->spare_taken == NULL ? schedule->spare_latch : NULL;
	if (latch != NULL)
	{
		schedule->spare_latch = NULL;
		schedule->spare_taken = latch;
		schedule->spare_database = database;
	}
	SpinLockRelease(&schedule->mutex);
	if (latch != NULL)
		SetLatch(latch);
	return latch != NULL;
}

void
wake_spare(void)
{
	Latch	   *latch;

	SpinLockAcquire(&schedule->mutex);
	latch = schedule->spare_latch;
	SpinLockRelease(&schedule->mutex);
	if (latch != NULL)
		SetLatch(latch);
}

static void
spare_at_exit(int code, Datum arg)
{
	SpinLockAcquire(&schedule->mutex);
	if (schedule->spare_latch == MyLatch)
		schedule->spare_latch = NULL;
	if (schedule->spare_taken == MyLatch)
		schedule->spare_taken = NULL;
	SpinLockRelease(&schedule->mutex);
	wake_launcher();
}

/* Returns the launcher's PID, or 0 when another spare worker waits already. */
static pid_t
become_the_spare(void)
{
	pid_t		launcher = 0;

	SpinLockAcquire(&schedule->mutex);
	if (schedule->spare_latch == NULL)
	{
		launcher = schedule->launcher;
		schedule->spare_latch = MyLatch;
	}
	SpinLockRelease(&schedule->mutex);
	return launcher;
}

void
hcjwt_spare_worker_main(Datum arg)
{
	pid_t		launcher;

	/* ends without a message; the worker that it becomes has its own handler */
	pqsignal(SIGTERM, SignalHandlerForShutdownRequest);
	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	BackgroundWorkerUnblockSignals();
	launcher = become_the_spare();
	if (launcher == 0)
		proc_exit(0);
	before_shmem_exit(spare_at_exit, (Datum) 0);
	wake_launcher();

	for (;;)
	{
		bool		alone;
		bool		taken;
		Oid			database;

		CHECK_FOR_INTERRUPTS();
		if (ShutdownRequestPending)
			proc_exit(0);
		SpinLockAcquire(&schedule->mutex);
		alone = schedule->launcher != launcher;
		taken = schedule->spare_taken == MyLatch;
		database = schedule->spare_database;
		if (taken)
			schedule->spare_taken = NULL;
		SpinLockRelease(&schedule->mutex);
		if (taken)
		{
			cancel_before_shmem_exit(spare_at_exit, (Datum) 0);
			pqsignal(SIGTERM, die);
			if (ShutdownRequestPending)
				proc_exit(0);

			/*
			 * This process may have slept for days, and a reload may have
			 * come before it had a handler for SIGHUP.
			 */
			ConfigReloadPending = false;
			ProcessConfigFile(PGC_SIGHUP);
			set_ps_display("at work");
			if (OidIsValid(database))
				hcjwt_database_worker_main(ObjectIdGetDatum(database));
			else
				hcjwt_fetcher_main((Datum) 0);
			proc_exit(0);
		}
		if (alone)
			proc_exit(0);
		(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_EXIT_ON_PM_DEATH, -1,
						 wait_event(WAIT_SPARE));
		ResetLatch(MyLatch);
	}
}
