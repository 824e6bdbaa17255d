/*-------------------------------------------------------------------------
 *
 * notices.c
 *		What the other processes tell the launcher.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/transam.h"
#include "miscadmin.h"

#include "refresh/notices.h"
#include "refresh/schedule.h"

void
wake_launcher(void)
{
	Latch	   *latch;

	SpinLockAcquire(&schedule->mutex);
	latch = schedule->launcher_latch;
	SpinLockRelease(&schedule->mutex);
	/* the latch of a launcher that has just ended can be set without harm */
	if (latch != NULL)
		SetLatch(latch);
}

void
note_database(void)
{
	int			i;

	SpinLockAcquire(&schedule->mutex);
	for (i = 0; i < schedule->nnotices; i++)
		if (schedule->notices[i] == MyDatabaseId)
			break;
	if (i == MAX_NOTICES)
		schedule->notices_lost = true;
	else if (i == schedule->nnotices)
		schedule->notices[schedule->nnotices++] = MyDatabaseId;
	SpinLockRelease(&schedule->mutex);
	wake_launcher();
}

void
note_prepared(TransactionId xid)
{
	TimestampTz now = GetCurrentTimestamp();

	SpinLockAcquire(&schedule->mutex);
	if (schedule->nprepared < MAX_PREPARED && TransactionIdIsValid(xid))
	{
		Prepared   *prepared = &schedule->prepared[schedule->nprepared++];

		prepared->database = MyDatabaseId;
		prepared->xid = xid;
		prepared->since = now;
	}
	SpinLockRelease(&schedule->mutex);
	wake_launcher();
}

void
note_urgent(void)
{
	pg_atomic_fetch_add_u32(&schedule->work_serial, 1);
	wake_launcher();
}

bool
launcher_is_running(void)
{
	bool		running;

	SpinLockAcquire(&schedule->mutex);
	running = schedule->launcher != 0;
	SpinLockRelease(&schedule->mutex);
	return running;
}
