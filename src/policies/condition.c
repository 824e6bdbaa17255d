/*-------------------------------------------------------------------------
 *
 * condition.c
 *		Whom a policy's condition lets pass, found without evaluating it.
 *
 * check_policies() asks this of each condition.  The condition's tree is walked
 * with the three values of SQL's logic, for two visitors:
 *
 * - the anonymous one: each accessor is NULL;
 * - the stranger, whose token is good and whose claims match no row: nothing
 *	 that is compared with a claim is true.
 *
 * Nothing is executed: the tree may name anybody's functions, and
 * check_policies() has the rights of its owner.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"
#include "parser/parsetree.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"

#include "policies/condition.h"
#include "policies/logic.h"

static Outcome outcome_of(Node *node, ConditionFacts *facts);
static Outcome outcome_of_rows(Query *query, ConditionFacts *facts);

/*
 * All values that any of these expressions may have.  *any_null: one is surely
 * NULL.
 */
static Outcome
outcome_of_args(List *args, ConditionFacts *facts, bool *any_null)
{
	Outcome		all = outcome(0, false);
	ListCell   *cell;

	*any_null = false;
	foreach(cell, args)
	{
		Outcome		one = outcome_of(lfirst(cell), facts);

		*any_null |= surely_null(one);
		all.may_be |= one.may_be;
		all.claim |= one.claim;
		all.no_rows |= one.no_rows;
	}
	return all;
}

/*
 * What a function, or an operator's function, may return for these arguments.
 * A strict one returns NULL for a NULL.  A boolean one with a claim among its
 * arguments compares the claim.
 */
static Outcome
outcome_of_call(Oid function, Oid opno, Oid result, List *args,
				ConditionFacts *facts)
{
	bool		any_null;
	Outcome		all = outcome_of_args(args, facts, &any_null);

	if (any_null && func_strict(function))
		return outcome(MAY_BE_NULL, all.claim);
	if (all.claim && result == BOOLOID)
	{
		ListCell   *cell;

		foreach(cell, args)
			note_columns(lfirst(cell), facts);
		if (all.no_rows)
			return outcome(MAY_BE_FALSE, true);
		if (!facts->anonymous)
			return outcome(outcome_for_stranger(opno, args), true);
	}
	all.may_be = MAY_BE_ANY;
	return all;
}

static Outcome
outcome_of_bool(BoolExpr *expr, ConditionFacts *facts)
{
	Outcome		result = outcome_of(linitial(expr->args), facts);

	if (expr->boolop == NOT_EXPR)
		return outcome_not(result);
	for (int i = 1; i < list_length(expr->args); i++)
	{
		Outcome		next = outcome_of(list_nth(expr->args, i), facts);

		result = expr->boolop == AND_EXPR ? outcome_and(result, next) :
			outcome_or(result, next);
	}
	return result;
}

static Query *
get_cte(Query *query, const char *name)
{
	ListCell   *cell;

	foreach(cell, query->cteList)
	{
		CommonTableExpr *cte = lfirst_node(CommonTableExpr, cell);

		if (strcmp(cte->ctename, name) == 0)
			return castNode(Query, cte->ctequery);
	}
	elog(ERROR, "there is no CTE \"%s\"", name);
}

/*
 * May a query read any row?  Not where a table's own policies, a sub-select or
 * a join's condition keeps all rows out.
 */
static Outcome
outcome_of_from(Node *item, Query *query, ConditionFacts *facts)
{
	if (IsA(item, RangeTblRef))
	{
		RangeTblEntry *rte = rt_fetch(((RangeTblRef *) item)->rtindex, query->rtable);
		Query	   *part = NULL;

		if (rte->rtekind == RTE_SUBQUERY)
			part = rte->subquery;
		else if (rte->rtekind == RTE_CTE && rte->ctelevelsup == 0 && !rte->self_reference)
			part = get_cte(query, rte->ctename);
		if (part != NULL)
		{
			Outcome		rows = outcome_of_rows(part, facts);

			/* a condition further out may compare what this selects */
			return outcome(rows.may_be, rows.claim || any_claim((Node *) part->targetList, facts));
		}
		if (rte->rtekind == RTE_RELATION && is_among(rte->relid, facts->guarded))
			return outcome(MAY_BE_FALSE, true);
	}
	else if (IsA(item, JoinExpr))
	{
		JoinExpr   *join = (JoinExpr *) item;
		Outcome		left = outcome_of_from(join->larg, query, facts);
		Outcome		right = outcome_of_from(join->rarg, query, facts);
		Outcome		on = outcome(MAY_BE_TRUE, false);

		if (join->quals != NULL)
			on = outcome_of(join->quals, facts);
		if (join->jointype == JOIN_INNER)
			left.may_be &= right.may_be & on.may_be;
		else if (join->jointype == JOIN_RIGHT)
			left.may_be = right.may_be;
		else if (join->jointype == JOIN_FULL)
			left.may_be |= right.may_be;
		return outcome(left.may_be, left.claim || right.claim || on.claim);
	}
	return outcome(MAY_BE_TRUE, false);
}

/* May a query have a row?  The outcome is true or false. */
static Outcome
outcome_of_rows(Query *query, ConditionFacts *facts)
{
	Outcome		rows = outcome(MAY_BE_TRUE, false);
	ListCell   *cell;

	facts->depth++;
	if (query->setOperations != NULL)
	{
		/* a UNION and the like may have one if any of its parts may */
		rows.may_be = 0;
		foreach(cell, query->rtable)
		{
			RangeTblEntry *rte = lfirst_node(RangeTblEntry, cell);

			if (rte->rtekind == RTE_SUBQUERY)
				rows = outcome_either(rows, outcome_of_rows(rte->subquery, facts));
		}
	}
	else
	{
		foreach(cell, query->jointree->fromlist)
			rows = outcome_both(rows, outcome_of_from(lfirst(cell), query, facts));
		if (query->jointree->quals != NULL)
			rows = outcome_both(rows, outcome_of(query->jointree->quals, facts));
	}
	facts->depth--;
	return rows;
}

/* A sub-select: whether it has rows, and what it selects. */
static Outcome
outcome_of_sublink(SubLink *link, ConditionFacts *facts)
{
	Query	   *query = castNode(Query, link->subselect);
	Outcome		test = outcome(MAY_BE_ANY, false);
	Outcome		target = outcome(MAY_BE_ANY, false);
	Outcome		rows = outcome_of_rows(query, facts);
	bool		empty = !(rows.may_be & MAY_BE_TRUE);
	bool		claim;

	if (link->testexpr != NULL)
		test = outcome_of(link->testexpr, facts);
	if (query->targetList != NIL && query->setOperations == NULL)
	{
		facts->depth++;
		target = outcome_of((Node *) linitial_node(TargetEntry, query->targetList)->expr, facts);
		facts->depth--;
	}
	claim = rows.claim || target.claim || test.claim;

	/* an aggregate over no rows is a row, an array of no rows an array */
	if (claim && (query->hasAggs || link->subLinkType == ARRAY_SUBLINK))
	{
		Outcome		result = {MAY_BE_FALSE, true, empty || !facts->anonymous};

		return result;
	}

	switch (link->subLinkType)
	{
		case EXISTS_SUBLINK:
			return outcome(empty ? MAY_BE_FALSE : MAY_BE_TRUE | MAY_BE_FALSE, claim);
		case ANY_SUBLINK:
			if (empty || !(test.may_be & MAY_BE_TRUE) || surely_null(target) ||
				(claim && !facts->anonymous))
				return outcome(MAY_BE_FALSE, claim);
			return outcome(MAY_BE_ANY, claim);
		case EXPR_SUBLINK:
			if (empty)
				return outcome(MAY_BE_NULL, claim);
			return outcome(query->jointree->fromlist == NIL ? target.may_be :
						   target.may_be | MAY_BE_NULL, claim);
		default:
			return outcome(MAY_BE_ANY, claim);
	}
}

static Outcome
outcome_of_case(CaseExpr *expr, ConditionFacts *facts)
{
	Outcome		result = outcome(0, false);
	bool		none = false;
	ListCell   *cell;

	/* CASE x WHEN y: a claim equals no y, anything else may equal any */
	if (expr->arg != NULL)
	{
		Outcome		arg = outcome_of((Node *) expr->arg, facts);

		result.claim = arg.claim;
		none = surely_null(arg) || (arg.claim && !facts->anonymous);
	}
	foreach(cell, expr->args)
	{
		CaseWhen   *when = lfirst_node(CaseWhen, cell);
		Outcome		condition = outcome_of((Node *) when->expr, facts);
		Outcome		value = outcome_of((Node *) when->result, facts);

		result.claim |= condition.claim || value.claim;
		if (!none && (expr->arg != NULL || (condition.may_be & MAY_BE_TRUE)))
			result.may_be |= value.may_be;
		if (expr->arg == NULL && condition.may_be == MAY_BE_TRUE)
			return result;
	}
	/* without ELSE it is NULL, as outcome_of() has it */
	return outcome_either(result, outcome_of((Node *) expr->defresult, facts));
}

static Outcome
outcome_of_boolean_test(BooleanTest *expr, ConditionFacts *facts)
{
	Outcome		arg = outcome_of((Node *) expr->arg, facts);

	switch (expr->booltesttype)
	{
		case IS_TRUE:
		case IS_NOT_TRUE:
			return outcome_test(arg, MAY_BE_TRUE, expr->booltesttype == IS_NOT_TRUE);
		case IS_FALSE:
		case IS_NOT_FALSE:
			return outcome_test(arg, MAY_BE_FALSE, expr->booltesttype == IS_NOT_FALSE);
		default:
			return outcome_test(arg, MAY_BE_NULL, expr->booltesttype == IS_NOT_UNKNOWN);
	}
}

static Outcome
outcome_of_coalesce(CoalesceExpr *expr, ConditionFacts *facts)
{
	Outcome		result = outcome(MAY_BE_NULL, false);
	ListCell   *cell;

	foreach(cell, expr->args)
	{
		Outcome		arg = outcome_of(lfirst(cell), facts);

		result.may_be = (result.may_be & ~MAY_BE_NULL) | arg.may_be;
		result.claim |= arg.claim;
		if (!(arg.may_be & MAY_BE_NULL))
			break;
	}
	return result;
}

static Outcome
outcome_of(Node *node, ConditionFacts *facts)
{
	check_stack_depth();

	if (node == NULL)
		return outcome(MAY_BE_NULL, false);

	switch (nodeTag(node))
	{
		case T_Const:
			return outcome_of_const((Const *) node);
		case T_FuncExpr:
			{
				FuncExpr   *call = (FuncExpr *) node;

				if (call->funcid == F_CURRENT_SETTING_TEXT ||
					call->funcid == F_CURRENT_SETTING_TEXT_BOOL)
					note_setting(linitial(call->args), facts);
				if (hands_out_claims(call->funcid, call->args, facts))
					return facts->anonymous ? outcome(MAY_BE_NULL, true) :
						call->funcresulttype == BOOLOID ? outcome(MAY_BE_FALSE, true) :
						outcome(MAY_BE_TRUE | MAY_BE_FALSE, true);
				return outcome_of_call(call->funcid, InvalidOid, call->funcresulttype,
									   call->args, facts);
			}
		case T_OpExpr:
			{
				OpExpr	   *op = (OpExpr *) node;

				if (list_length(op->args) == 2 && is_claims_call(linitial(op->args), facts))
					note_claim(lsecond(op->args), facts);
				set_opfuncid(op);
				return outcome_of_call(op->opfuncid, op->opno, op->opresulttype, op->args, facts);
			}
		case T_DistinctExpr:
			{
				bool		any_null;
				Outcome		all = outcome_of_args(((DistinctExpr *) node)->args, facts, &any_null);

				note_columns(node, facts);
				if (all.claim && !facts->anonymous)
					return outcome(MAY_BE_TRUE, true);
				return outcome(MAY_BE_TRUE | MAY_BE_FALSE, all.claim);
			}
		case T_ScalarArrayOpExpr:
			{
				ScalarArrayOpExpr *op = (ScalarArrayOpExpr *) node;

				set_sa_opfuncid(op);
				return outcome_of_call(op->opfuncid, op->opno, BOOLOID, op->args, facts);
			}
		case T_BoolExpr:
			return outcome_of_bool((BoolExpr *) node, facts);
		case T_NullTest:
			return outcome_test(outcome_of((Node *) ((NullTest *) node)->arg, facts),
								MAY_BE_NULL, ((NullTest *) node)->nulltesttype == IS_NOT_NULL);
		case T_BooleanTest:
			return outcome_of_boolean_test((BooleanTest *) node, facts);
		case T_CoalesceExpr:
			return outcome_of_coalesce((CoalesceExpr *) node, facts);
		case T_CaseExpr:
			return outcome_of_case((CaseExpr *) node, facts);
		case T_SubLink:
			return outcome_of_sublink((SubLink *) node, facts);
		case T_ArrayExpr:
			{
				/* nothing equals an element of an array of NULLs */
				bool		any_null;
				Outcome		all = outcome_of_args(((ArrayExpr *) node)->elements, facts, &any_null);

				all.no_rows |= any_null && surely_null(all);
				all.may_be = MAY_BE_FALSE;
				return all;
			}
		case T_NullIfExpr:
			{
				bool		any_null;
				List	   *args = ((NullIfExpr *) node)->args;
				Outcome		first = outcome_of(linitial(args), facts);

				if (surely_null(first))
					return first;
				return outcome(MAY_BE_ANY, outcome_of_args(args, facts, &any_null).claim);
			}
		case T_SubscriptingRef:
			{
				SubscriptingRef *ref = (SubscriptingRef *) node;

				if (is_claims_call((Node *) ref->refexpr, facts))
					note_claim(linitial(ref->refupperindexpr), facts);
				return outcome_of_part(outcome_of((Node *) ref->refexpr, facts));
			}
#if PG_VERSION_NUM >= 170000
		case T_JsonExpr:
			return outcome_of_part(outcome_of(((JsonExpr *) node)->formatted_expr, facts));
#endif
		case T_RelabelType:
			return outcome_of((Node *) ((RelabelType *) node)->arg, facts);
		case T_CoerceViaIO:
			return outcome_of((Node *) ((CoerceViaIO *) node)->arg, facts);
		case T_ArrayCoerceExpr:
			return outcome_of((Node *) ((ArrayCoerceExpr *) node)->arg, facts);
		case T_CoerceToDomain:
			return outcome_of((Node *) ((CoerceToDomain *) node)->arg, facts);
		case T_CollateExpr:
			return outcome_of((Node *) ((CollateExpr *) node)->arg, facts);
		default:
			/* any other expression may have any value */
			return outcome(MAY_BE_ANY, any_claim(node, facts));
	}
}

/* A view's tree is a list of one query.  May that query have a row? */
static Outcome
outcome_of_condition(Node *condition, ConditionFacts *facts)
{
	return IsA(condition, List) ?
		outcome_of_rows(linitial_node(Query, (List *) condition), facts) :
		outcome_of(condition, facts);
}

void
judge_condition(Node *condition, ConditionFacts *facts)
{
	Outcome		anonymous;
	Outcome		stranger;

	facts->depth = 0;
	facts->anonymous = true;
	anonymous = outcome_of_condition(condition, facts);
	facts->anonymous = false;
	stranger = outcome_of_condition(condition, facts);

	facts->anonymous_passes = (anonymous.may_be & MAY_BE_TRUE) != 0;
	facts->stranger_passes = (stranger.may_be & MAY_BE_TRUE) != 0;
	facts->always_true = anonymous.may_be == MAY_BE_TRUE && stranger.may_be == MAY_BE_TRUE;
	facts->uses_claim = stranger.claim;
	if (facts->columns == NULL)
		note_columns(condition, facts);
}
