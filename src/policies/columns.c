/*-------------------------------------------------------------------------
 *
 * columns.c
 *		Which columns of a policy's table an expression names.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"
#include "nodes/primnodes.h"

#include "policies/columns.h"

typedef struct Columns
{
	int			depth;			/* in how many sub-selects the walk is */
	Bitmapset **found;
} Columns;

static bool
find_columns_walker(Node *node, Columns *columns)
{
	if (node == NULL)
		return false;
	if (IsA(node, Var))
	{
		Var		   *var = (Var *) node;

		if (var->varno == 1 && var->varlevelsup == columns->depth && var->varattno > 0)
			*columns->found = bms_add_member(*columns->found, var->varattno);
		return false;
	}
	if (IsA(node, Query))
	{
		columns->depth++;
		query_tree_walker((Query *) node, find_columns_walker, columns, 0);
		columns->depth--;
		return false;
	}
	return expression_tree_walker(node, find_columns_walker, columns);
}

void
find_columns(Node *node, int depth, Bitmapset **found)
{
	Columns		columns = {depth, found};

	find_columns_walker(node, &columns);
}
