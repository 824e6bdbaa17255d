/*-------------------------------------------------------------------------
 *
 * query.c
 *		One query reads one token.
 *
 * A plan evaluates the parts of one policy at different moments: index keys
 * once a scan, filters for each row, InitPlans in between.  If the token
 * changed in the meantime, a policy on two claims would open rows that belong
 * to neither visitor.  So each query remembers which token it has read, for as
 * long as its executor state lives, and ends with 28J05 when it would read
 * another.
 *
 * The executor's hooks (query_hooks.c) tell which queries are under way (frames.c).  A
 * claim that is read counts for
 *
 * - the outermost query that reads a table or a view, or writes, and all queries
 *   inside it: no two of them may read different tokens (the scope);
 * - where there is none, the query whose plan has the call itself.
 *
 * Queries around the scope read no table, so no rows of two visitors meet in
 * them, and a function that they call may take turns between visitors.  They
 * remember the last token that was read inside them: what is left of such a query
 * (a cursor's) may be run on only while that token is in force.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "tcop/pquery.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/portal.h"

#include "session/query.h"
#include "session/session.h"
#include "session/token.h"
#include "verify/refusal.h"

/*
 * A token that was read: the serial of its setting, and the help center that it
 * was verified for.
 */
typedef struct TokenRead
{
	bool		done;			/* false: nothing has been read */
	uint64		serial;			/* 0: there was no token */
	char	   *help_center;	/* NULL without a token */
} TokenRead;

/*
 * What a query has read.  It is in the query's own memory (es_query_cxt), and
 * leaves the table when that memory is freed, however the query ends.
 */
typedef struct Reading
{
	MemoryContext context;
	MemoryContextCallback gone;
	TokenRead	own;			/* the token that the query must keep to */
	TokenRead	inside;			/* the last one that queries inside it read */
	bool		token_seen;		/* the query, or one inside it, has read a
								 * token */
	TimestampTz moment;			/* by which "own" is judged */
	bool		run;			/* it is a cursor's query that has been run
								 * before */
	uint64		changes;		/* hcjwt_token_changes when it last was */
} Reading;

/* Finds a query's Reading by its context; NULL until there is one. */
typedef struct ReadingEntry
{
	MemoryContext context;		/* hash key; must be first */
	Reading    *reading;
} ReadingEntry;

static HTAB *readings = NULL;

/*
 * The outermost of the queries that must read one token with the call site of
 * that context; NULL when there is none.
 */
static QueryFrame *
scope_of(MemoryContext context)
{
	QueryFrame *scope = NULL;

	for (QueryFrame *frame = innermost_query(); frame; frame = frame->outer)
		if (query_has_tables(frame))
			scope = frame;
	if (scope == NULL && innermost_query() != NULL && query_context(innermost_query()) == context)
		scope = innermost_query();
	return scope;
}

static bool
there_are_readings(void)
{
	return readings != NULL && hash_get_num_entries(readings) > 0;
}

static Reading *
find_reading(MemoryContext context)
{
	ReadingEntry *entry;

	if (!there_are_readings())
		return NULL;
	entry = hash_search(readings, &context, HASH_FIND, NULL);
	return entry ? entry->reading : NULL;
}

static void
forget_reading(void *arg)
{
	(void) hash_search(readings, &((Reading *) arg)->context, HASH_REMOVE, NULL);
}

static Reading *
reading_in(MemoryContext context)
{
	Reading    *reading = find_reading(context);
	ReadingEntry *entry;

	Assert(context != NULL);
	if (reading != NULL)
		return reading;
	if (readings == NULL)
	{
		HASHCTL		control;

		control.keysize = sizeof(MemoryContext);
		control.entrysize = sizeof(ReadingEntry);
		control.hcxt = TopMemoryContext;
		readings = hash_create("hcjwt readings", 32, &control,
							   HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	reading = MemoryContextAllocZero(context, sizeof(Reading));
	reading->context = context;
	reading->gone.func = forget_reading;
	reading->gone.arg = reading;
	entry = hash_search(readings, &context, HASH_ENTER, NULL);
	entry->reading = reading;
	MemoryContextRegisterResetCallback(context, &reading->gone);
	return reading;
}

/* Is this the token now in force, for the same help center? */
static bool
is_present(const TokenRead *read)
{
	return read->serial == hcjwt_session.serial &&
		(read->serial == 0 || strcmp(read->help_center, hcjwt_session.help_center) == 0);
}

static void
note_read(Reading *reading, TokenRead *read)
{
	char	   *help_center = NULL;

	if (hcjwt_session.serial != 0)
		reading->token_seen = true;
	if (read->done && is_present(read))
		return;
	if (hcjwt_session.serial != 0)
		help_center = MemoryContextStrdup(reading->context, hcjwt_session.help_center);
	if (read->help_center != NULL)
		pfree(read->help_center);
	read->help_center = help_center;
	read->serial = hcjwt_session.serial;
	read->done = true;
}

TimestampTz
present_moment(void)
{
	return Max(GetCurrentTimestamp(),
			   Max(GetCurrentStatementStartTimestamp(),
				   GetCurrentTransactionStartTimestamp()));
}

/* The moment by which the queries of this scope judge the token. */
static TimestampTz
moment_of(const QueryFrame *scope)
{
	Reading    *reading = find_reading(query_context(scope));

	return reading && reading->own.done ? reading->moment : present_moment();
}

/* Has any query read a token from here up to the scope? */
static bool
any_has_read(const QueryFrame *scope)
{
	for (const QueryFrame *frame = innermost_query();; frame = frame->outer)
	{
		Reading    *reading = find_reading(query_context(frame));

		if (reading && reading->own.done)
			return true;
		if (frame == scope)
			return false;
	}
}

/* The query has read the token now in force, at that moment. */
static void
bind_to_token(MemoryContext context, TimestampTz now)
{
	Reading    *reading;

	if (context == NULL)
		return;
	reading = reading_in(context);
	if (!reading->own.done)
	{
		note_read(reading, &reading->own);
		reading->moment = now;
	}
	else if (!is_present(&reading->own))
		refuse_changed(REASON_NONE);
}

/* The token is read by all queries from the innermost one up to the scope. */
static void
bind_scope(const QueryFrame *scope)
{
	TimestampTz now = moment_of(scope);

	if (any_has_read(scope))
	{
		Reason		reason = session_judge_quietly(now);

		if (reason != REASON_NONE)
			refuse_changed(reason);
	}
	else
		session_judge(now);

	for (const QueryFrame *frame = innermost_query();; frame = frame->outer)
	{
		bind_to_token(query_context(frame), now);
		if (frame == scope)
			break;
	}
}

/*
 * Notes that the token is read inside the frame and the frames around it.
 * These may read other tokens.
 */
static void
note_read_inside(const QueryFrame *frame)
{
	for (; frame; frame = frame->outer)
	{
		MemoryContext context = query_context(frame);

		if (context != NULL)
			note_read(reading_in(context), &reading_in(context)->inside);
	}
}

/* If a cursor is being rewound, its query, or one inside it, reads the token. */
static void
note_read_by_rewound(void)
{
	QueryFrame	frame;
	MemoryContext context;

	if (!query_being_rewound(&frame))
		return;
	context = query_context(&frame);
	if (query_has_tables(&frame))
		bind_to_token(context, present_moment());
	else
		note_read(reading_in(context), &reading_in(context)->inside);
}

/*
 * The token is read, now or at any time until the executor's present call ends, by
 * a plan whose call sites have that context.
 */
static bool
read_token(MemoryContext context)
{
	QueryFrame *scope = scope_of(context);

	if (scope != NULL)
	{
		bind_scope(scope);
		note_read_inside(scope->outer);
	}
	else
	{
		session_judge(present_moment());
		note_read_inside(innermost_query());
	}
	return scope != NULL;
}

bool
query_reads_token(MemoryContext context)
{
	bool		in_scope = read_token(context);

	note_read_by_rewound();
	return in_scope;
}

void
query_has_workers(const QueryFrame *frame)
{
	if (session_judge_quietly(present_moment()) == REASON_NONE)
		(void) read_token(query_context(frame));
}

void
query_takes_nodes(const QueryFrame *frame)
{
	uint64		serial;

	if (session_token(&serial) != NULL || query_has_policies(frame->desc))
		(void) read_token(query_context(frame));
}

void
query_has_begun(const QueryFrame *frame)
{
	if (queries_began_unseen())
		(void) reading_in(query_context(frame));
}

/*
 * The query began before the library was loaded.  All such queries share one
 * Reading, because nothing tells them apart.
 */
static void
check_unseen(void)
{
	Reading    *reading = find_reading(TopTransactionContext);

	if (reading == NULL || !reading->own.done)
		return;
	if (session_judge_quietly(present_moment()) != REASON_NONE ||
		!is_present(&reading->own))
		refuse_changed(REASON_NONE);
}

/*
 * The query runs, perhaps not for the first time.  What it has read before must
 * still hold, because index keys, for example, are not computed again.
 */
static void
check_before_run(QueryFrame *frame)
{
	MemoryContext context = query_context(frame);
	Reading    *reading = find_reading(context);
	QueryFrame *scope;
	Reason		reason;

	if (reading == NULL)
	{
		if (queries_began_unseen())
			check_unseen();
		return;
	}
	scope = scope_of(context);
	if (scope == frame)
		reading->moment = present_moment();
	reason = session_judge_quietly(moment_of(scope));
	if (reason != REASON_NONE ||
		(reading->own.done && !is_present(&reading->own)) ||
		(reading->inside.done && !is_present(&reading->inside)))
		refuse_changed(reason);
	if (reading->own.done || scope != frame)
		bind_scope(scope);
	note_read_inside(scope->outer);
}

/* Is this the query of a cursor that can be rewound? */
static bool
can_be_rewound(const QueryDesc *desc)
{
	return ActivePortal != NULL && ActivePortal->queryDesc == desc &&
		ActivePortal->name[0] != '\0' &&
		(ActivePortal->cursorOptions & CURSOR_OPT_SCROLL) != 0;
}

static void
note_run(const QueryDesc *desc)
{
	Reading    *reading = reading_in(desc->estate->es_query_cxt);

	reading->run = true;
	reading->changes = hcjwt_token_changes;
}

/*
 * A cursor that is at its start though it has been run was rewound since, and no
 * hook tells what its functions read then.  So no other token may have been in force
 * since it was run.
 */
static void
check_rewound(const QueryDesc *desc)
{
	Reading    *reading = find_reading(desc->estate->es_query_cxt);

	if (reading != NULL && reading->run && ActivePortal->atStart &&
		reading->changes != hcjwt_token_changes)
		refuse_changed(REASON_NONE);
}

/*
 * To hold a query's rows, the server has rewound it, and no hook tells what its
 * functions read then.  So policies and views count as if they had read the
 * token.
 */
static void
check_not_held(const QueryDesc *desc)
{
	Reading    *reading = find_reading(desc->estate->es_query_cxt);
	uint64		serial;

	if ((reading != NULL && reading->token_seen) ||
		(session_token(&serial) != NULL &&
		 (query_has_policies(desc) || query_has_views(desc))))
		refuse_to_hold();
}

void
query_is_run(QueryFrame *frame)
{
	if (!there_are_readings())
		return;
	if (can_be_rewound(frame->desc))
		check_rewound(frame->desc);
	check_before_run(frame);
}

bool
query_is_held(const QueryDesc *desc)
{
	return ActivePortal != NULL && ActivePortal->holdStore != NULL &&
		ActivePortal->queryDesc == desc;
}

void
query_was_run(const QueryDesc *desc, bool held)
{
	if (held)
		check_not_held(desc);
	else if (can_be_rewound(desc))
		note_run(desc);
}
