/*-------------------------------------------------------------------------
 *
 * frames.c
 *		Which queries are under way: a stack of the executor's calls.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "nodes/execnodes.h"
#include "nodes/parsenodes.h"
#include "nodes/plannodes.h"
#include "tcop/pquery.h"
#include "utils/memutils.h"
#include "utils/portal.h"
#include "utils/rls.h"

#include "compat.h"
#include "session/frames.h"

uint64		hcjwt_query = 0;

static QueryFrame *innermost = NULL;
static uint64 last_id = 0;

/* Stands for the queries that began before we were loaded. */
static QueryFrame unseen;
static TimestampTz unseen_statement;
static LocalTransactionId unseen_transaction = InvalidLocalTransactionId;

static bool
unseen_is_over(void)
{
	return unseen_statement != GetCurrentStatementStartTimestamp() ||
		unseen_transaction != PROC_LXID(MyProc);
}

QueryFrame *
innermost_query(void)
{
	if (innermost == &unseen && unseen_is_over())
		innermost = NULL;
	return innermost;
}

void
enter_query(QueryFrame *frame, QueryDesc *desc)
{
	frame->outer = innermost_query();
	frame->id = ++last_id;
	frame->desc = desc;
	frame->tables = TABLES_UNKNOWN;
	innermost = frame;
	hcjwt_query = frame->id;
}

void
enter_command(QueryFrame *frame, MemoryContext context)
{
	enter_query(frame, NULL);
	frame->context = context;
	frame->tables = TABLES_READ;
}

void
leave_query(const QueryFrame *frame)
{
	innermost = frame->outer;
	hcjwt_query = innermost ? innermost->id : 0;
}

MemoryContext
query_context(const QueryFrame *frame)
{
	if (frame->desc == NULL)
		return frame == &unseen ? TopTransactionContext : frame->context;
	return frame->desc->estate ? frame->desc->estate->es_query_cxt : NULL;
}

bool
query_has_views(const QueryDesc *desc)
{
	ListCell   *lc;

	foreach(lc, desc->plannedstmt->rtable)
	{
		const RangeTblEntry *rte = lfirst_node(RangeTblEntry, lc);

		/* a subquery that has the view's relid, since 16 */
		if (rte->relkind == RELKIND_VIEW ||
			(rte->rtekind == RTE_SUBQUERY && OidIsValid(rte->relid)))
			return true;
	}
	return false;
}

bool
query_has_policies(const QueryDesc *desc)
{
	ListCell   *lc;

	foreach(lc, desc->plannedstmt->rtable)
	{
		const RangeTblEntry *rte = lfirst_node(RangeTblEntry, lc);

		if (rte->rtekind == RTE_RELATION &&
			check_enable_rls(rte->relid, InvalidOid, true) == RLS_ENABLED)
			return true;
	}
	return false;
}

bool
query_has_tables(QueryFrame *frame)
{
	if (frame->tables == TABLES_UNKNOWN)
	{
		ListCell   *lc;

		frame->tables = TABLES_NONE;
		if (frame->desc->operation != CMD_SELECT || query_has_views(frame->desc))
			frame->tables = TABLES_READ;
		foreach(lc, frame->desc->plannedstmt->rtable)
		{
			RangeTblEntry *rte = lfirst_node(RangeTblEntry, lc);

			if (rte->rtekind == RTE_RELATION)
			{
				frame->tables = TABLES_READ;
				break;
			}
		}
	}
	return frame->tables == TABLES_READ;
}

bool
query_being_rewound(QueryFrame *frame)
{
	if (ActivePortal == NULL || ActivePortal->queryDesc == NULL ||
		ActivePortal->queryDesc->estate == NULL)
		return false;
	for (QueryFrame *running = innermost_query(); running; running = running->outer)
		if (running->desc == ActivePortal->queryDesc)
			return false;
	frame->outer = NULL;
	frame->id = 0;
	frame->desc = ActivePortal->queryDesc;
	frame->tables = TABLES_UNKNOWN;
	return true;
}

bool
queries_began_unseen(void)
{
	return unseen_transaction != InvalidLocalTransactionId &&
		unseen_transaction == PROC_LXID(MyProc);
}

/*
 * Could a query be under way?  Not while a client's statement is parsed, planned
 * or prepared to run, which is when most libraries are loaded.
 */
static bool
queries_may_be_under_way(void)
{
	if (process_shared_preload_libraries_in_progress)
		return false;
	if (MyBackendType != B_BACKEND)
		return IsTransactionState();
	return ActivePortal != NULL && ActivePortal->status == PORTAL_ACTIVE;
}

void
note_unseen_queries(void)
{
	if (!queries_may_be_under_way())
		return;
	unseen.tables = TABLES_READ;
	unseen_statement = GetCurrentStatementStartTimestamp();
	unseen_transaction = PROC_LXID(MyProc);
	innermost = &unseen;
}
