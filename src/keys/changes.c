/*-------------------------------------------------------------------------
 *
 * changes.c
 *		What the tables' triggers tell the rest of hcjwt at commit.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"

#include "keys/changes.h"

void		(*help_centers_committed_hook) (void) = NULL;
void		(*help_centers_prepared_hook) (TransactionId xid) = NULL;
bool		keys_stored_by_worker = false;
bool		keys_unrevoked_here = false;

/*
 * For the current top-level transaction.  A subtransaction that is rolled back
 * leaves them set: at worst the launcher looks once too often.
 */
static bool help_centers_changed = false;
static bool schedule_changed = false;

bool
help_centers_changed_in_transaction(void)
{
	return help_centers_changed;
}

void
note_help_centers_changed(void)
{
	help_centers_changed = true;
	schedule_changed = true;
}

void
note_schedule_changed(void)
{
	schedule_changed = true;
}

static void
changes_at_transaction_end(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_COMMIT:
			if (schedule_changed && help_centers_committed_hook != NULL)
				help_centers_committed_hook();
			break;
		case XACT_EVENT_PREPARE:
			if (schedule_changed && help_centers_prepared_hook != NULL)
				help_centers_prepared_hook(GetTopTransactionIdIfAny());
			break;
		case XACT_EVENT_ABORT:
			break;
		default:
			/* before the end, or in a parallel worker, which changes nothing */
			return;
	}
	help_centers_changed = false;
	schedule_changed = false;
}

void
changes_init(void)
{
	RegisterXactCallback(changes_at_transaction_end, NULL);
}
