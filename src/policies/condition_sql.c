/*-------------------------------------------------------------------------
 *
 * condition_sql.c
 *		condition_facts(): what check_policies() asks of a condition.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "policies/condition.h"

PG_FUNCTION_INFO_V1(hcjwt_condition_facts);

static Datum
text_array(List *names)
{
	Datum	   *elements = palloc(sizeof(Datum) * Max(list_length(names), 1));

	for (int i = 0; i < list_length(names); i++)
		elements[i] = CStringGetTextDatum(strVal(list_nth(names, i)));
	return PointerGetDatum(construct_array(elements, list_length(names), TEXTOID,
										   -1, false, TYPALIGN_INT));
}

static Datum
column_array(Bitmapset *columns)
{
	Datum	   *elements = palloc(sizeof(Datum) * Max(bms_num_members(columns), 1));
	int			count = 0;
	int			column = -1;

	while ((column = bms_next_member(columns, column)) >= 0)
		elements[count++] = Int16GetDatum((int16) column);
	return PointerGetDatum(construct_array(elements, count, INT2OID,
										   sizeof(int16), true, TYPALIGN_SHORT));
}

/* condition_facts(): install/check_policies/facts.sql tells what it returns. */
Datum
hcjwt_condition_facts(PG_FUNCTION_ARGS)
{
	Node	   *condition = stringToNode(TextDatumGetCString(PG_GETARG_DATUM(0)));
	ConditionFacts facts = {0};
	TupleDesc	tupdesc;
	Datum		values[8];
	bool		nulls[8] = {0};

	if (get_call_result_type(fcinfo, NULL, &tupdesc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");

	facts.schema = get_namespace_oid("hcjwt", false);
	facts.wrappers = PG_GETARG_ARRAYTYPE_P(1);
	facts.guarded = PG_GETARG_ARRAYTYPE_P(2);
	if (ARR_HASNULL(facts.wrappers) || ARR_HASNULL(facts.guarded))
		elog(ERROR, "an oid is NULL");
	judge_condition(condition, &facts);

	values[0] = BoolGetDatum(facts.anonymous_passes);
	values[1] = BoolGetDatum(facts.stranger_passes);
	values[2] = BoolGetDatum(facts.always_true);
	values[3] = BoolGetDatum(facts.uses_claim);
	values[4] = text_array(facts.accessors);
	values[5] = text_array(facts.claims);
	values[6] = text_array(facts.settings);
	values[7] = column_array(facts.columns);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(tupdesc), values, nulls)));
}
