/*-------------------------------------------------------------------------
 *
 * own_triggers.c
 *		The triggers of the extension's tables: only these fire, and all of them
 *		must.
 *
 * Our functions and the workers write these tables with their owner's rights,
 * often a superuser's.  A trigger that somebody with the privilege TRIGGER made
 * there would run with those rights, so it does not fire.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/sysattr.h"
#include "access/transam.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_language.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/reltrigger.h"
#include "utils/syscache.h"
#include "utils/tuplestore.h"

#include "keys/catalog.h"
#include "keys/own_triggers.h"
#include "keys/statement.h"

PG_FUNCTION_INFO_V1(hcjwt_triggers);

/* A trigger, whose function has the same name in the schema hcjwt. */
typedef struct OwnTrigger
{
	const char *table;
	const char *name;
	int16		type;			/* it may fire at more events than these */
	const char *definition;		/* as in the install script */
} OwnTrigger;

#define AT_ROW(timing)		(TRIGGER_TYPE_ROW | (timing))

static const OwnTrigger own_triggers[] = {
	{"help_centers", "check_help_center",
		AT_ROW(TRIGGER_TYPE_BEFORE) | TRIGGER_TYPE_INSERT | TRIGGER_TYPE_UPDATE,
	"BEFORE INSERT OR UPDATE OR DELETE"},
	{"help_centers", "help_center_changed",
		AT_ROW(TRIGGER_TYPE_AFTER) |
		TRIGGER_TYPE_INSERT | TRIGGER_TYPE_UPDATE | TRIGGER_TYPE_DELETE,
	"AFTER INSERT OR UPDATE OR DELETE"},
	{"help_centers", "refuse_truncate",
		TRIGGER_TYPE_BEFORE | TRIGGER_TYPE_TRUNCATE,
	"BEFORE TRUNCATE"},
	{"keys", "check_key",
		AT_ROW(TRIGGER_TYPE_BEFORE) |
		TRIGGER_TYPE_INSERT | TRIGGER_TYPE_UPDATE | TRIGGER_TYPE_DELETE,
	"BEFORE INSERT OR UPDATE OR DELETE"},
	{"keys", "key_changed",
		AT_ROW(TRIGGER_TYPE_AFTER) |
		TRIGGER_TYPE_INSERT | TRIGGER_TYPE_UPDATE | TRIGGER_TYPE_DELETE,
	"AFTER INSERT OR UPDATE OR DELETE"},
	{"keys", "refuse_truncate",
		TRIGGER_TYPE_BEFORE | TRIGGER_TYPE_TRUNCATE,
	"BEFORE TRUNCATE"},
	{"fetch_state", "check_fetch_state",
		AT_ROW(TRIGGER_TYPE_BEFORE) |
		TRIGGER_TYPE_INSERT | TRIGGER_TYPE_UPDATE | TRIGGER_TYPE_DELETE,
	"BEFORE INSERT OR UPDATE OR DELETE"},
};

static ExecutorStart_hook_type guarded_executor_start = NULL;

/* Is this a function of ours?  Only a superuser can make functions in C. */
static bool
is_own_function(Oid function, const char *name, Oid schema)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Form_pg_proc proc;
	bool		own;

	if (!HeapTupleIsValid(tuple))
		return false;
	proc = (Form_pg_proc) GETSTRUCT(tuple);
	own = proc->pronamespace == schema && strcmp(NameStr(proc->proname), name) == 0 &&
		proc->pronargs == 0 && proc->prolang == ClanguageId;
	ReleaseSysCache(tuple);
	return own;
}

/* Is this the trigger of ours, without a condition that keeps it from firing? */
static bool
is_trigger(const Trigger *trigger, const OwnTrigger *own, Oid schema)
{
	return strcmp(trigger->tgname, own->name) == 0 &&
		(trigger->tgtype & own->type) == own->type &&
		TRIGGER_FOR_ROW(trigger->tgtype) == TRIGGER_FOR_ROW(own->type) &&
		(trigger->tgtype & TRIGGER_TYPE_TIMING_MASK) == (own->type & TRIGGER_TYPE_TIMING_MASK) &&
		trigger->tgqual == NULL && trigger->tgnattr == 0 &&
		is_own_function(trigger->tgfoid, own->name, schema);
}

/* The trigger among those of its table; NULL when it is not there. */
static const Trigger *
find_trigger(const TriggerDesc *all, const OwnTrigger *own, Oid schema)
{
	for (int i = 0; all != NULL && i < all->numtriggers; i++)
		if (is_trigger(&all->triggers[i], own, schema))
			return &all->triggers[i];
	return NULL;
}

static bool
is_of(const OwnTrigger *own, Relation table)
{
	return strcmp(own->table, RelationGetRelationName(table)) == 0;
}

/*
 * While a trigger's function is looked up, another session's change of a key
 * may make the server rebuild the table's description, and free the old one.
 * So this reads a copy.
 */
bool
own_triggers_in_force(Relation table)
{
	TriggerDesc *all;
	bool		in_force = true;

	if (table->rd_rel->relkind != RELKIND_RELATION)
		return false;
	all = CopyTriggerDesc(table->trigdesc);
	for (int i = 0; in_force && i < lengthof(own_triggers); i++)
	{
		const Trigger *trigger;

		if (!is_of(&own_triggers[i], table))
			continue;
		trigger = find_trigger(all, &own_triggers[i], RelationGetNamespace(table));
		in_force = trigger != NULL && trigger->tgenabled == TRIGGER_FIRES_ALWAYS;
	}
	FreeTriggerDesc(all);
	return in_force;
}

static bool
is_own(const Trigger *trigger, Relation table)
{
	for (int i = 0; i < lengthof(own_triggers); i++)
		if (is_of(&own_triggers[i], table) &&
			is_trigger(trigger, &own_triggers[i], RelationGetNamespace(table)))
			return true;
	return false;
}

static bool
is_own_table(Oid relid)
{
	const HcjwtCatalog *catalog;

	if (get_rel_namespace(relid) != get_namespace_oid("hcjwt", true))
		return false;
	catalog = hcjwt_catalog();
	return catalog != NULL &&
		(relid == catalog->help_centers || relid == catalog->keys ||
		 relid == catalog->fetch_state);
}

/*
 * Is this a table of the extension that has a trigger other than those of
 * constraints?
 */
static bool
must_be_silenced(const ResultRelInfo *target)
{
	const TriggerDesc *all = target->ri_TrigDesc;

	for (int i = 0; all != NULL && i < all->numtriggers; i++)
		if (!all->triggers[i].tgisinternal)
			return is_own_table(RelationGetRelid(target->ri_RelationDesc));
	return false;
}

/*
 * The executor has its own copy of the triggers' descriptions.  Those that a
 * foreign key makes are internal, and run as the owner of the table that has it.
 */
static void
silence_others(EState *estate)
{
	ListCell   *lc;

	foreach(lc, estate->es_opened_result_relations)
	{
		ResultRelInfo *target = lfirst(lc);

		if (!must_be_silenced(target))
			continue;
		for (int i = 0; i < target->ri_TrigDesc->numtriggers; i++)
		{
			Trigger    *trigger = &target->ri_TrigDesc->triggers[i];

			if (!trigger->tgisinternal && !is_own(trigger, target->ri_RelationDesc))
				trigger->tgenabled = TRIGGER_DISABLED;
		}
	}
}

/* Does the statement delete rows of the target, or change what identifies them? */
static bool
concerns_references(EState *estate, ResultRelInfo *target, CmdType operation)
{
	static const AttrNumber columns[] = {
		Anum_help_centers_name, Anum_keys_help_center, Anum_keys_kid
	};
	Bitmapset  *updated;

	if (operation != CMD_UPDATE)
		return operation == CMD_DELETE;
	updated = ExecGetUpdatedCols(target, estate);
	for (int i = 0; i < lengthof(columns); i++)
		if (bms_is_member(columns[i] - FirstLowInvalidHeapAttributeNumber, updated))
			return true;
	return false;
}

static bool
changes_referring_rows(Oid function)
{
	return function == F_RI_FKEY_CASCADE_DEL || function == F_RI_FKEY_CASCADE_UPD ||
		function == F_RI_FKEY_SETNULL_DEL || function == F_RI_FKEY_SETNULL_UPD ||
		function == F_RI_FKEY_SETDEFAULT_DEL || function == F_RI_FKEY_SETDEFAULT_UPD;
}

/*
 * Another table may have a foreign key to ours, with an action: a statement of ours
 * then changes rows of that table.  The action runs as that table's owner, but what
 * follows from it, such as the table's own AFTER triggers, runs at the end of our
 * statement with our rights.  A foreign key that is initially deferred runs even later.
 * So both are refused where that table has another owner.
 */
static void
refuse_others_references(EState *estate, CmdType operation, Oid owner)
{
	ListCell   *lc;

	foreach(lc, estate->es_opened_result_relations)
	{
		ResultRelInfo *target = lfirst(lc);
		const TriggerDesc *all = target->ri_TrigDesc;

		if (all == NULL || !is_own_table(RelationGetRelid(target->ri_RelationDesc)) ||
			!concerns_references(estate, target, operation))
			continue;
		for (int i = 0; i < all->numtriggers; i++)
		{
			const Trigger *trigger = &all->triggers[i];
			char	   *table;

			if (!trigger->tgisinternal || !OidIsValid(trigger->tgconstrrelid) ||
				table_owner(trigger->tgconstrrelid) == owner ||
				!(changes_referring_rows(trigger->tgfoid) || trigger->tginitdeferred))
				continue;
			table = get_rel_name(trigger->tgconstrrelid);
			ereport(ERROR,
					(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
					 errmsg("a foreign key of table \"%s\" forbids this, because what it causes would run with the rights of hcjwt's owner",
							table),
					 errdetail("The table has another owner, and its foreign key has an action (ON DELETE, ON UPDATE) or is initially deferred."),
					 errhint("Let it have no action and be immediate; or change the rows of hcjwt.%s by a statement of your own, if you trust the owner of \"%s\".",
							 RelationGetRelationName(target->ri_RelationDesc), table)));
		}
	}
}

/* Is this the query by which a foreign key looks for what its row refers to? */
static bool
is_look_up_of_foreign_key(const QueryDesc *desc)
{
	return InLocalUserIdChange() && InNoForceRLSOperation() &&
		desc->params != NULL && desc->params->paramFetch == NULL;
}

/*
 * When a row refers to a table of ours, the server looks there for its value with the
 * rights of our tables' owner, and converts the value to our column's type.  The
 * conversion from a type that a user has made is a function of that user's.
 */
static void
refuse_others_conversions(const QueryDesc *desc)
{
	ListCell   *lc;

	for (int i = 0; i < desc->params->numParams; i++)
	{
		Oid			type = desc->params->params[i].ptype;

		/* a domain is its base type: no function makes that of it */
		if (type < FirstNormalObjectId || getBaseType(type) < FirstNormalObjectId)
			continue;
		foreach(lc, desc->plannedstmt->rtable)
		{
			const RangeTblEntry *rte = lfirst_node(RangeTblEntry, lc);

			if (rte->rtekind == RTE_RELATION && is_own_table(rte->relid))
				ereport(ERROR,
						(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
						 errmsg("a conversion of type %s would run with the rights of hcjwt's owner",
								format_type_be(type)),
						 errhint("Refer to hcjwt's tables by columns of type text.")));
		}
	}
}

static void
guard_executor_start(QueryDesc *desc, int eflags)
{
	if (is_look_up_of_foreign_key(desc))
		refuse_others_conversions(desc);
	if (guarded_executor_start)
		guarded_executor_start(desc, eflags);
	else
		standard_ExecutorStart(desc, eflags);
	if (desc->operation == CMD_SELECT && !desc->plannedstmt->hasModifyingCTE)
		return;
	silence_others(desc->estate);
	if (OidIsValid(rights_in_use()))
		refuse_others_references(desc->estate, desc->operation, rights_in_use());
}

void
own_triggers_init(void)
{
	guarded_executor_start = ExecutorStart_hook;
	ExecutorStart_hook = guard_executor_start;
}

/*
 * The statement that puts the trigger in force, for people to copy; NULL when
 * it is in force.
 */
static char *
repair(Relation table, const OwnTrigger *own)
{
	const Trigger *trigger = find_trigger(CopyTriggerDesc(table->trigdesc), own,
										  RelationGetNamespace(table));
	char	   *enable = psprintf("ALTER TABLE hcjwt.%s ENABLE ALWAYS TRIGGER %s;",
								  own->table, own->name);

	if (trigger != NULL)
		return trigger->tgenabled == TRIGGER_FIRES_ALWAYS ? NULL : enable;
	return psprintf("DROP TRIGGER IF EXISTS %s ON hcjwt.%s;"
					" CREATE TRIGGER %s %s ON hcjwt.%s FOR EACH %s EXECUTE FUNCTION hcjwt.%s(); %s",
					own->name, own->table,
					own->name, own->definition, own->table,
					TRIGGER_FOR_ROW(own->type) ? "ROW" : "STATEMENT", own->name, enable);
}

/* hcjwt.triggers(): each trigger that is not in force, with the repair */
Datum
hcjwt_triggers(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	const HcjwtCatalog *catalog = hcjwt_catalog();

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; catalog != NULL && i < lengthof(own_triggers); i++)
	{
		const OwnTrigger *own = &own_triggers[i];
		Relation	table;
		char	   *statement;
		Datum		values[2];
		bool		nulls[2] = {false};

		table = RelationIdGetRelation(strcmp(own->table, "keys") == 0 ? catalog->keys :
									  strcmp(own->table, "help_centers") == 0 ?
									  catalog->help_centers : catalog->fetch_state);
		if (table == NULL)
			continue;
		statement = repair(table, own);
		RelationClose(table);
		if (statement == NULL)
			continue;
		values[0] = CStringGetTextDatum(psprintf("%s on hcjwt.%s", own->name, own->table));
		values[1] = CStringGetTextDatum(statement);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	return (Datum) 0;
}
