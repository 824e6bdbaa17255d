/*-------------------------------------------------------------------------
 *
 * trigger.c
 *		What the trigger functions of the tables share.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "compat.h"
#include "keys/columns.h"
#include "keys/trigger.h"

PG_FUNCTION_INFO_V1(hcjwt_refuse_truncate);

static const TriggerData *
trigger_data(FunctionCallInfo fcinfo)
{
	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg_internal("trigger function was not called by trigger manager")));
	return (const TriggerData *) fcinfo->context;
}

RowChange
row_change(FunctionCallInfo fcinfo, const char *table, TriggerEvent timing)
{
	const TriggerData *trigger = trigger_data(fcinfo);
	RowChange	change;

	if (!TRIGGER_FIRED_FOR_ROW(trigger->tg_event) ||
		(trigger->tg_event & TRIGGER_EVENT_TIMINGMASK) != timing ||
		RelationGetRelid(trigger->tg_relation) !=
		get_relname_relid(table, get_namespace_oid("hcjwt", true)))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg_internal("trigger function is for table \"hcjwt.%s\" alone", table)));

	change.table = trigger->tg_relation;
	change.desc = RelationGetDescr(trigger->tg_relation);
	change.old = TRIGGER_FIRED_BY_INSERT(trigger->tg_event) ? NULL : trigger->tg_trigtuple;
	change.new = trigger->tg_trigtuple;
	if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
		change.new = trigger->tg_newtuple;
	else if (TRIGGER_FIRED_BY_DELETE(trigger->tg_event))
		change.new = NULL;
	return change;
}

bool
rows_come_in_any_order(void)
{
	return !check_function_bodies ||
		SessionReplicationRole == SESSION_REPLICATION_ROLE_REPLICA;
}

bool
row_is_replicated(void)
{
	return SessionReplicationRole == SESSION_REPLICATION_ROLE_REPLICA &&
		MyBgworkerEntry != NULL &&
		strcmp(MyBgworkerEntry->bgw_library_name, "hcjwt") != 0 &&
		DatumGetInt32(DirectFunctionCall1(pg_trigger_depth, (Datum) 0)) == 1;
}

HeapTuple
fill_in(HeapTuple tuple, TupleDesc desc, int attno, Datum value)
{
	bool		isnull = false;

	if (!is_null(tuple, desc, attno))
		return tuple;
	return heap_modify_tuple_by_cols(tuple, desc, 1, &attno, &value, &isnull);
}

bool
same_text_column(const RowChange *change, AttrNumber attno)
{
	const char *old = get_text(change->old, change->desc, attno);
	const char *new = get_text(change->new, change->desc, attno);

	Assert(TupleDescAttr(change->desc, attno - 1)->atttypid == TEXTOID);
	return old == NULL || new == NULL ? old == new : strcmp(old, new) == 0;
}

/* BEFORE TRUNCATE, FOR EACH STATEMENT, of help_centers and of keys */
Datum
hcjwt_refuse_truncate(PG_FUNCTION_ARGS)
{
	const TriggerData *trigger = trigger_data(fcinfo);

	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("table \"hcjwt.%s\" cannot be truncated",
					RelationGetRelationName(trigger->tg_relation)),
			 errhint("Call hcjwt.drop_help_center() for each help center.")));
	return PointerGetDatum(NULL);
}
