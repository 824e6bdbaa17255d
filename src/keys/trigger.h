/*-------------------------------------------------------------------------
 *
 * trigger.h
 *		What the trigger functions of both tables share.
 *
 * IDENTIFICATION
 *	  src/keys/trigger.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_TRIGGER_H
#define HCJWT_TRIGGER_H

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "commands/trigger.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "compat.h"

static inline const TriggerData *
trigger_data(FunctionCallInfo fcinfo)
{
	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("trigger function was not called by trigger manager")));
	return (const TriggerData *) fcinfo->context;
}

/*
 * The functions for rows know the columns of the one table they are for; on
 * another, which a superuser may try, they would read what is not there.
 */
static inline const TriggerData *
row_trigger_data(FunctionCallInfo fcinfo, const char *table, TriggerEvent timing)
{
	const TriggerData *trigger = trigger_data(fcinfo);

	if (!TRIGGER_FIRED_FOR_ROW(trigger->tg_event) ||
		(trigger->tg_event & TRIGGER_EVENT_TIMINGMASK) != timing ||
		RelationGetRelid(trigger->tg_relation) !=
		get_relname_relid(table, get_namespace_oid("hcjwt", true)))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("trigger function is for table \"hcjwt.%s\" alone", table)));
	return trigger;
}

/*
 * Rows of an extension's tables are restored in any order, by several sessions at
 * once (pg_restore -j), and so does a subscription copy them.  pg_dump's scripts
 * switch check_function_bodies off, which says the same of what functions need.
 */
static inline bool
rows_come_in_any_order(void)
{
	return !check_function_bodies ||
		SessionReplicationRole == SESSION_REPLICATION_ROLE_REPLICA;
}

/*
 * Is the row one that a subscription brings?  Its publisher does not know what was
 * decided here, and an error would stop the subscription for ever, and with it the
 * revocations that are to come.  What our own triggers change in turn is no such
 * row, nor is anything that hcjwt's workers do.
 */
static inline bool
row_is_replicated(void)
{
	return SessionReplicationRole == SESSION_REPLICATION_ROLE_REPLICA &&
		MyBgworkerEntry != NULL &&
		strcmp(MyBgworkerEntry->bgw_library_name, "hcjwt") != 0 &&
		DatumGetInt32(DirectFunctionCall1(pg_trigger_depth, (Datum) 0)) == 1;
}

/* A column as text, NULL for NULL. */
static inline char *
get_text(HeapTuple tuple, TupleDesc desc, AttrNumber attno)
{
	bool		isnull;
	Datum		value = tuple_column(tuple, attno, desc, &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

#endif							/* HCJWT_TRIGGER_H */
