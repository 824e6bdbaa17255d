/*-------------------------------------------------------------------------
 *
 * notify.c
 *		NOTIFY hcjwt, where keys change (hcjwt.notify_key_changes).
 *
 * A change of keys must never fail because of a notification:
 *
 * - A transaction that has notified cannot be prepared, so this waits until it
 *   commits, and a prepared one notifies nobody.
 * - Where the queue is full a transaction fails at commit, and any role can fill
 *   it: LISTEN, a transaction left open, and NOTIFY.  So nothing is sent while
 *   it is half full.
 * - Where one transaction changes very many keys, one notification with nulls
 *   stands for them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "commands/async.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/memutils.h"

#include "keys/notify.h"
#include "settings.h"

#define CHANNEL			"hcjwt"
#define FULL_ENOUGH		0.5

/* The most notifications of one transaction. */
#define MAX_NOTIFIED	64

/*
 * The notifications of the present transaction, in whose memory they are.  A
 * subtransaction that is rolled back leaves its notifications here: then
 * somebody is notified, looks, and finds nothing new.
 */
static List *payloads = NIL;

/*
 * A name has at most 255 bytes and a kid 512, so the payload is shorter than
 * the 8000 bytes allowed.
 */
static char *
payload(const char *help_center, const char *kid)
{
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfoString(&buf, "{\"help_center\": ");
	escape_json(&buf, help_center);
	appendStringInfoString(&buf, ", \"kid\": ");
	escape_json(&buf, kid);
	appendStringInfoChar(&buf, '}');
	return buf.data;
}

void
notify_later(const char *help_center, const char *kid)
{
	MemoryContext old;

	if (!hcjwt_notify_key_changes || list_length(payloads) > MAX_NOTIFIED)
		return;
	old = MemoryContextSwitchTo(TopTransactionContext);
	payloads = lappend(payloads, payload(help_center, kid));
	MemoryContextSwitchTo(old);
}

static void
notify(void)
{
	Datum		usage = DirectFunctionCall1(pg_notification_queue_usage, (Datum) 0);
	ListCell   *cell;

	if (DatumGetFloat8(usage) > FULL_ENOUGH)
	{
		ereport(LOG,
				(errmsg("hcjwt: no notification of changed keys, since the queue is half full")));
		return;
	}
	if (list_length(payloads) > MAX_NOTIFIED)
		payloads = list_make1("{\"help_center\": null, \"kid\": null}");
	foreach(cell, payloads)
		Async_Notify(CHANNEL, lfirst(cell));
}

static void
notify_at_transaction_end(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_PRE_COMMIT:
			if (payloads != NIL)
				notify();
			break;
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_PREPARE:
		case XACT_EVENT_ABORT:
			payloads = NIL;
			break;
		default:
			break;
	}
}

void
notify_init(void)
{
	RegisterXactCallback(notify_at_transaction_end, NULL);
}
