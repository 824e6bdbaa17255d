/*-------------------------------------------------------------------------
 *
 * frames.h
 *		Which queries are under way: a stack of the executor's calls.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_FRAMES_H
#define HCJWT_FRAMES_H

#include "executor/execdesc.h"

/*
 * Which execution of a query is the innermost one now.  Each call of the executor
 * has a number of its own; 0 where none is under way.
 */
extern uint64 hcjwt_query;

/*
 * A call of ExecutorStart, ExecutorRun or ExecutorFinish, on its hook's stack; or of
 * a utility command that goes through the rows of a table.
 */
typedef struct QueryFrame
{
	struct QueryFrame *outer;
	uint64		id;
	QueryDesc  *desc;			/* NULL: no query of the executor's */
	MemoryContext context;		/* without desc: stands for the memory of a
								 * query */
	enum
	{
		TABLES_UNKNOWN,
		TABLES_NONE,
		TABLES_READ
	}			tables;
} QueryFrame;

/*
 * The hooks put a frame on the stack before they call the executor or run the
 * command, and take it off afterwards, also when an error comes.
 */
extern void enter_query(QueryFrame *frame, QueryDesc *desc);
extern void enter_command(QueryFrame *frame, MemoryContext context);
extern void leave_query(const QueryFrame *frame);

/* NULL when no query is under way. */
extern QueryFrame *innermost_query(void);

/*
 * Makes a frame for the query of a cursor that is being rewound; false when there is
 * none.  The executor then computes index keys anew without calling a hook, so the
 * frame is on no stack.
 */
extern bool query_being_rewound(QueryFrame *frame);

/* The memory of the query (es_query_cxt); NULL before it has any. */
extern MemoryContext query_context(const QueryFrame *frame);

/* Does the query read a table or a view, or write? */
extern bool query_has_tables(QueryFrame *frame);

/* Does the query read a view? */
extern bool query_has_views(const QueryDesc *desc);

/* Does the query read or write a table whose policies apply to the present role? */
extern bool query_has_policies(const QueryDesc *desc);

/*
 * Called by _PG_init().  Where the library is loaded during a client statement,
 * queries may be under way that the hooks have not seen begin.  They count as
 * one query that reads tables, until that statement or its transaction is over.
 */
extern void note_unseen_queries(void);

/* May there be queries of this transaction that began before we were loaded? */
extern bool queries_began_unseen(void);

#endif							/* HCJWT_FRAMES_H */
