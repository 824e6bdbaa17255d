/*-------------------------------------------------------------------------
 *
 * work.c
 *		The transactions of a database worker.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "commands/dbcommands.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "storage/lwlock.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "keys/catalog.h"
#include "refresh/work.h"

const char *
database_name(void)
{
	static char name[NAMEDATALEN] = "";
	MemoryContext context = CurrentMemoryContext;

	Assert(!IsTransactionState());
	if (name[0] == '\0')
	{
		const char *found;

		StartTransactionCommand();
		found = get_database_name(MyDatabaseId);
		strlcpy(name, found ? found : "?", sizeof(name));
		CommitTransactionCommand();
		MemoryContextSwitchTo(context);
	}
	return name;
}

static void
begin_transaction(void)
{
	Assert(!IsTransactionState());
	SetCurrentStatementStartTimestamp();
	StartTransactionCommand();
	SPI_connect();
	PushActiveSnapshot(GetTransactionSnapshot());
}

/*
 * Our SQL names the tables.  So the tables that are known to be the extension's
 * own are locked, and then looked up again.
 */
bool
begin_work(void)
{
	const HcjwtCatalog *catalog;

	begin_transaction();
	catalog = hcjwt_catalog();
	if (catalog != NULL)
	{
		HcjwtCatalog locked = *catalog;

		LockRelationOid(locked.help_centers, AccessShareLock);
		LockRelationOid(locked.keys, AccessShareLock);
		LockRelationOid(locked.fetch_state, AccessShareLock);
		catalog = hcjwt_catalog();
		if (catalog != NULL && memcmp(catalog, &locked, sizeof(locked)) == 0)
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
