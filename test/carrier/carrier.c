/*-------------------------------------------------------------------------
 *
 * carrier.c
 *		Stands in for Citus: says what Citus would send to other nodes.
 *
 * For tests on machines without Citus.  It has Citus' settings, runs the table
 * "far" by a plan node named like those of Citus, and reports each SET LOCAL
 * that Citus would carry, with the text that Citus would send.  There are no
 * other nodes.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "executor/executor.h"
#include "fmgr.h"
#include "nodes/extensible.h"
#include "nodes/makefuncs.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/planner.h"
#include "tcop/utility.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"

PG_MODULE_MAGIC;

/* Since 19 the planner gets EXPLAIN's options, too. */
#if PG_VERSION_NUM >= 190000
#define PLANNER_PARAMETERS \
	Query *query, const char *text, int options, ParamListInfo params, struct ExplainState *explain
#define PLANNER_ARGUMENTS	query, text, options, params, explain
#else
#define PLANNER_PARAMETERS \
	Query *query, const char *text, int options, ParamListInfo params
#define PLANNER_ARGUMENTS	query, text, options, params
#endif

extern PGDLLEXPORT void _PG_init(void);

static char *propagate = NULL;
static bool opens_block = true;

/* a plan node that returns the rows of the plan below it */

static void
begin(CustomScanState *state, EState *estate, int eflags)
{
	CustomScan *scan = (CustomScan *) state->ss.ps.plan;

	state->custom_ps = list_make1(ExecInitNode(linitial(scan->custom_plans), estate, eflags));
}

static TupleTableSlot *
next(CustomScanState *state)
{
	return ExecProcNode(linitial(state->custom_ps));
}

static void
end(CustomScanState *state)
{
	ExecEndNode(linitial(state->custom_ps));
}

static void
rescan(CustomScanState *state)
{
	ExecReScan(linitial(state->custom_ps));
}

static const CustomExecMethods exec_methods = {
	.CustomName = "AdaptiveExecutorScan",
	.BeginCustomScan = begin,
	.ExecCustomScan = next,
	.EndCustomScan = end,
	.ReScanCustomScan = rescan
};

static Node *
create_state(CustomScan *scan)
{
	CustomScanState *state = makeNode(CustomScanState);

	state->methods = &exec_methods;
	return (Node *) state;
}

static const CustomScanMethods scan_methods = {
	.CustomName = "Citus Adaptive",
	.CreateCustomScanState = create_state
};

static bool
reads_far(const PlannedStmt *planned)
{
	ListCell   *lc;

	foreach(lc, planned->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, lc);

		if (rte->rtekind == RTE_RELATION && strcmp(get_rel_name(rte->relid), "far") == 0)
			return true;
	}
	return false;
}

static PlannedStmt *
plan(PLANNER_PARAMETERS)
{
	PlannedStmt *planned = standard_planner(PLANNER_ARGUMENTS);
	CustomScan *scan;
	ListCell   *lc;

	if (planned->commandType != CMD_SELECT || !reads_far(planned))
		return planned;
	scan = makeNode(CustomScan);
	scan->methods = &scan_methods;
	scan->custom_plans = list_make1(planned->planTree);
	scan->custom_scan_tlist = planned->planTree->targetlist;
	foreach(lc, planned->planTree->targetlist)
	{
		TargetEntry *column = flatCopyTargetEntry(lfirst_node(TargetEntry, lc));

		column->expr = (Expr *) makeVar(INDEX_VAR, column->resno, exprType((Node *) column->expr),
										exprTypmod((Node *) column->expr),
										exprCollation((Node *) column->expr), 0);
		scan->scan.plan.targetlist = lappend(scan->scan.plan.targetlist, column);
	}
	planned->planTree = &scan->scan.plan;
	return planned;
}

/* ---- SET LOCAL ---- */

static void
process_utility(PlannedStmt *planned, const char *text, bool read_only,
				ProcessUtilityContext context, ParamListInfo params,
				QueryEnvironment *environment, DestReceiver *dest, QueryCompletion *completion)
{
	Node	   *command = planned->utilityStmt;

	if (IsA(command, VariableSetStmt) && ((VariableSetStmt *) command)->is_local &&
		strcmp(propagate, "local") == 0 && IsTransactionBlock())
		ereport(NOTICE, (errmsg("to the nodes: %s", text)));
	standard_ProcessUtility(planned, text, read_only, context, params, environment,
							dest, completion);
}

void
_PG_init(void)
{
	DefineCustomStringVariable("citus.propagate_set_commands", "As Citus has it.", NULL,
							   &propagate, "none", PGC_USERSET, 0, NULL, NULL, NULL);
	DefineCustomBoolVariable("citus.select_opens_transaction_block", "As Citus has it.", NULL,
							 &opens_block, true, PGC_USERSET, 0, NULL, NULL, NULL);
	planner_hook = plan;
	ProcessUtility_hook = process_utility;
}
