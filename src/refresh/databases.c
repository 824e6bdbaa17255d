/*-------------------------------------------------------------------------
 *
 * databases.c
 *		Which databases there are, and which of them are to be loaded.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_database.h"
#include "miscadmin.h"
#include "postmaster/interrupt.h"
#include "storage/ipc.h"
#include "storage/procarray.h"
#include "tcop/tcopprot.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"
#include "utils/relcache.h"
#include "utils/snapmgr.h"

#include "compat.h"
#include "refresh/databases.h"
#include "refresh/schedule.h"

/*
 * Between begin_catalog() and end_catalog() the launcher may wait for a lock,
 * so SIGTERM must end that wait.  Elsewhere the main loop looks for SIGTERM and
 * exits without a message.
 */
static Relation
begin_catalog(void)
{
	pqsignal(SIGTERM, die);
	if (ShutdownRequestPending)
		proc_exit(1);
	SetCurrentStatementStartTimestamp();
	StartTransactionCommand();
	PushActiveSnapshot(GetTransactionSnapshot());
	return table_open(DatabaseRelationId, AccessShareLock);
}

static void
end_catalog(Relation pg_database)
{
	table_close(pg_database, AccessShareLock);
	PopActiveSnapshot();
	CommitTransactionCommand();
	pqsignal(SIGTERM, SignalHandlerForShutdownRequest);
}

static bool
can_be_connected_to(HeapTuple tuple)
{
	Form_pg_database database = (Form_pg_database) GETSTRUCT(tuple);

	return database->datallowconn &&
		database->datconnlimit != DATCONNLIMIT_INVALID_DB;
}

/* OIDs of all databases that accept connections, in the current context. */
static List *
list_databases(void)
{
	MemoryContext ours = CurrentMemoryContext;
	MemoryContext transactions;
	Relation	pg_database;
	TableScanDesc scan;
	HeapTuple	tuple;
	List	   *result = NIL;

	pg_database = begin_catalog();
	transactions = MemoryContextSwitchTo(ours);
	scan = table_beginscan_catalog(pg_database, 0, NULL);
	while ((tuple = heap_getnext(scan, ForwardScanDirection)) != NULL)
		if (can_be_connected_to(tuple))
			result = lappend_oid(result,
								 ((Form_pg_database) GETSTRUCT(tuple))->oid);
	table_endscan(scan);
	MemoryContextSwitchTo(transactions);
	end_catalog(pg_database);
	MemoryContextSwitchTo(ours);
	return result;
}

bool
database_exists(Oid oid)
{
	MemoryContext ours = CurrentMemoryContext;
	Relation	pg_database;
	SysScanDesc scan;
	ScanKeyData key;
	HeapTuple	tuple;
	bool		result;

	pg_database = begin_catalog();
	ScanKeyInit(&key, Anum_pg_database_oid, BTEqualStrategyNumber, F_OIDEQ,
				ObjectIdGetDatum(oid));
	scan = systable_beginscan(pg_database, DatabaseOidIndexId,
							  criticalSharedRelcachesBuilt, NULL, 1, &key);
	tuple = systable_getnext(scan);
	result = HeapTupleIsValid(tuple) && can_be_connected_to(tuple);
	systable_endscan(scan);
	end_catalog(pg_database);
	MemoryContextSwitchTo(ours);
	return result;
}

void
forget_database(Oid oid)
{
	dshash_delete_key(schedule_databases, &oid);
	remove_entries(oid, 0);
}

static void
ask_for_load_of(Oid oid, uint64 sweep)
{
	Database   *database = make_database(oid);

	if (sweep != 0)
		database->seen = sweep;
	else
		database->told = true;
	database->loads_asked++;
	release_database(database);
}

/* A database that the sweep with number *arg has not seen. */
static bool
pick_unseen(const void *entry, void *copy, void *arg)
{
	const Database *database = entry;

	*(Oid *) copy = database->oid;
	return database->seen != *(uint64 *) arg;
}

void
sweep_databases(void)
{
	static uint64 sweep = 0;
	List	   *oids = list_databases();
	Oid		   *unseen;
	int			count;
	ListCell   *cell;

	/* must differ from the numbers of an earlier launcher */
	sweep = Max(sweep + 1, (uint64) GetCurrentTimestamp());
	foreach(cell, oids)
		ask_for_load_of(lfirst_oid(cell), sweep);

	unseen = pick_entries(schedule_databases, pick_unseen, &sweep, sizeof(Oid), &count);
	for (int i = 0; i < count; i++)
		forget_database(unseen[i]);
}

/*
 * A prepared transaction is looked at again after a tenth of its age: 1 s to 1
 * min.
 */
void
take_prepared(TimestampTz now, TimestampTz *wake)
{
	Prepared	prepared[MAX_PREPARED];
	int			count;

	SpinLockAcquire(&schedule->mutex);
	count = schedule->nprepared;
	memcpy(prepared, schedule->prepared, sizeof(Prepared) * count);
	schedule->nprepared = 0;
	SpinLockRelease(&schedule->mutex);

	for (int i = 0; i < count; i++)
	{
		int64		pause = (now - prepared[i].since) / 10;

		if (!TransactionIdIsInProgress(prepared[i].xid))
		{
			ask_for_load_of(prepared[i].database, 0);
			continue;
		}
		pause = Min(Max(pause, ONE_SECOND), ONE_MINUTE);
		*wake = Min(*wake, now + pause);
		SpinLockAcquire(&schedule->mutex);
		if (schedule->nprepared < MAX_PREPARED)
			schedule->prepared[schedule->nprepared++] = prepared[i];
		SpinLockRelease(&schedule->mutex);
	}
}

bool
take_notices(void)
{
	Oid			notices[MAX_NOTICES];
	int			count;
	bool		lost;

	SpinLockAcquire(&schedule->mutex);
	count = schedule->nnotices;
	memcpy(notices, schedule->notices, sizeof(Oid) * count);
	lost = schedule->notices_lost;
	schedule->nnotices = 0;
	schedule->notices_lost = false;
	SpinLockRelease(&schedule->mutex);

	for (int i = 0; i < count; i++)
		ask_for_load_of(notices[i], 0);
	return lost;
}
