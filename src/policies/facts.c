/*-------------------------------------------------------------------------
 *
 * facts.c
 *		What is found in a policy's condition: claims, settings and columns.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "policies/facts.h"

static List *
add_name(List *names, const char *name)
{
	return list_member(names, makeString((char *) name)) ? names :
		lappend(names, makeString(pstrdup(name)));
}

/* The text that a constant is, or NULL. */
static const char *
constant_text(Node *node)
{
	Const	   *constant = (Const *) node;

	return node != NULL && IsA(node, Const) && !constant->constisnull &&
		constant->consttype == TEXTOID ?
		TextDatumGetCString(constant->constvalue) : NULL;
}

void
note_claim(Node *node, ConditionFacts *facts)
{
	const char *name = constant_text(node);

	if (name != NULL)
		facts->claims = add_name(facts->claims, name);
}

void
note_setting(Node *node, ConditionFacts *facts)
{
	const char *name = constant_text(node);

	/* those of the server itself have no dot in their name */
	if (name == NULL || strchr(name, '.') != NULL)
		facts->settings = add_name(facts->settings, name ? name : "?");
}

static bool
note_columns_walker(Node *node, ConditionFacts *facts)
{
	if (node == NULL)
		return false;
	if (IsA(node, Var))
	{
		Var		   *var = (Var *) node;

		if (var->varno == 1 && var->varlevelsup == facts->depth && var->varattno > 0)
			facts->columns = bms_add_member(facts->columns, var->varattno);
		return false;
	}
	if (IsA(node, Query))
	{
		facts->depth++;
		query_tree_walker((Query *) node, note_columns_walker, facts, 0);
		facts->depth--;
		return false;
	}
	return expression_tree_walker(node, note_columns_walker, facts);
}

void
note_columns(Node *node, ConditionFacts *facts)
{
	(void) note_columns_walker(node, facts);
}

bool
is_among(Oid oid, ArrayType *oids)
{
	Oid		   *member = (Oid *) ARR_DATA_PTR(oids);
	int			count = ArrayGetNItems(ARR_NDIM(oids), ARR_DIMS(oids));

	for (int i = 0; i < count; i++)
		if (member[i] == oid)
			return true;
	return false;
}

/* The name of a function of ours; NULL for another, or for one that somebody has just dropped. */
static const char *
name_of_ours(Oid function, const ConditionFacts *facts)
{
	return get_func_namespace(function) == facts->schema ? get_func_name(function) : NULL;
}

bool
hands_out_claims(Oid function, List *args, ConditionFacts *facts)
{
	const char *name = name_of_ours(function, facts);

	if (name == NULL)
		return is_among(function, facts->wrappers);
	facts->accessors = add_name(facts->accessors, name);
	if (strcmp(name, "claim") == 0)
		note_claim(linitial(args), facts);
	return true;
}

bool
is_claims_call(Node *node, ConditionFacts *facts)
{
	const char *name = IsA(node, FuncExpr) ?
		name_of_ours(((FuncExpr *) node)->funcid, facts) : NULL;

	return name != NULL && strcmp(name, "claims") == 0;
}

bool
any_claim(Node *node, ConditionFacts *facts)
{
	if (node == NULL)
		return false;
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, any_claim, facts, 0);
	if (IsA(node, FuncExpr) &&
		hands_out_claims(((FuncExpr *) node)->funcid, ((FuncExpr *) node)->args, facts))
		return true;
	return expression_tree_walker(node, any_claim, facts);
}
