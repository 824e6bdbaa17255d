/*-------------------------------------------------------------------------
 *
 * query_hooks.c
 *		The executor's hooks: which query begins, runs and ends.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "executor/executor.h"
#include "tcop/utility.h"
#include "utils/memutils.h"

#include "compat.h"
#include "session/frames.h"
#include "session/nodes.h"
#include "session/query.h"
#include "session/query_hooks.h"

static ExecutorStart_hook_type previous_executor_start = NULL;
static ExecutorRun_hook_type previous_executor_run = NULL;
static ExecutorFinish_hook_type previous_executor_finish = NULL;
static ProcessUtility_hook_type previous_process_utility = NULL;

static void
at_executor_start(QueryDesc *desc, int eflags)
{
	QueryFrame	frame;

	enter_query(&frame, desc);
	PG_TRY();
	{
		if (previous_executor_start)
			previous_executor_start(desc, eflags);
		else
			standard_ExecutorStart(desc, eflags);
		query_has_begun(&frame);
	}
	PG_FINALLY();
	{
		leave_query(&frame);
	}
	PG_END_TRY();
}

static void
at_executor_run(EXECUTOR_RUN_PARAMETERS)
{
	bool		moves = !ScanDirectionIsNoMovement(direction);
	bool		held = moves && query_is_held(desc);
	QueryFrame	frame;

	enter_query(&frame, desc);
	PG_TRY();
	{
		if (moves)
		{
			query_is_run(&frame);
			nodes_before_query(&frame);
		}
		if (EXECUTOR_MAY_USE_WORKERS)
			query_has_workers(&frame);
		if (previous_executor_run)
			previous_executor_run(EXECUTOR_RUN_ARGUMENTS);
		else
			standard_ExecutorRun(EXECUTOR_RUN_ARGUMENTS);
		query_was_run(desc, held);
	}
	PG_FINALLY();
	{
		leave_query(&frame);
	}
	PG_END_TRY();
}

static void
at_executor_finish(QueryDesc *desc)
{
	QueryFrame	frame;

	enter_query(&frame, desc);
	PG_TRY();
	{
		if (previous_executor_finish)
			previous_executor_finish(desc);
		else
			standard_ExecutorFinish(desc);
	}
	PG_FINALLY();
	{
		leave_query(&frame);
	}
	PG_END_TRY();
}

/*
 * Does a command without a plan go through the rows of a table?  COPY FROM and TRUNCATE do:
 * they have defaults, conditions and triggers, which may read the token.
 */
static bool
goes_through_rows(const Node *command)
{
	return (IsA(command, CopyStmt) && ((const CopyStmt *) command)->is_from) ||
		IsA(command, TruncateStmt);
}

static void
run_command(PROCESS_UTILITY_PARAMETERS)
{
	if (previous_process_utility)
		previous_process_utility(PROCESS_UTILITY_ARGUMENTS);
	else
		standard_ProcessUtility(PROCESS_UTILITY_ARGUMENTS);
}

static void
at_process_utility(PROCESS_UTILITY_PARAMETERS)
{
	QueryFrame	frame;
	MemoryContext context;

	nodes_before_command(pstmt->utilityStmt);
	if (!goes_through_rows(pstmt->utilityStmt))
	{
		run_command(PROCESS_UTILITY_ARGUMENTS);
		return;
	}
	context = AllocSetContextCreate(CurrentMemoryContext, "hcjwt command",
									ALLOCSET_SMALL_SIZES);
	enter_command(&frame, context);
	PG_TRY();
	{
		run_command(PROCESS_UTILITY_ARGUMENTS);
	}
	PG_FINALLY();
	{
		leave_query(&frame);
		MemoryContextDelete(context);
	}
	PG_END_TRY();
}

void
query_hooks_init(void)
{
	note_unseen_queries();
	previous_executor_start = ExecutorStart_hook;
	ExecutorStart_hook = at_executor_start;
	previous_executor_run = ExecutorRun_hook;
	ExecutorRun_hook = at_executor_run;
	previous_executor_finish = ExecutorFinish_hook;
	ExecutorFinish_hook = at_executor_finish;
	previous_process_utility = ProcessUtility_hook;
	ProcessUtility_hook = at_process_utility;
}
