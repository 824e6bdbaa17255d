/*-------------------------------------------------------------------------
 *
 * query.h
 *		One query reads one token.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_QUERY_H
#define HCJWT_QUERY_H

#include "datatype/timestamp.h"
#include "session/frames.h"

/*
 * Called by an accessor before it reads a claim.  Brings hcjwt_session up to
 * date, and makes every query that the call belongs to keep to one token.
 * Raises the error of a token that is refused, or 28J05 where such a query has
 * read another token.  context is that of the call site (fn_mcxt).
 *
 * True when the caller need not ask again until hcjwt_query, hcjwt_epoch or
 * hcjwt_session.version changes.
 */
extern bool query_reads_token(MemoryContext context);

/* The clock, but not earlier than the start of the statement or transaction. */
extern TimestampTz present_moment(void);

/* What the executor's hooks (query_hooks.c) tell of a query. */

/*
 * The query has been set up.  Marks it, so that a query without a mark is one
 * that began before the library was loaded.
 */
extern void query_has_begun(const QueryFrame *frame);

/*
 * The query is about to run, perhaps once more.  What it has read before must
 * still hold.
 */
extern void query_is_run(QueryFrame *frame);

/*
 * The query may have parallel workers, which do not tell their leader what they
 * read.  So it counts as one that reads the token, which cannot change while
 * they run.  Nothing happens when the token is refused: then the workers cannot
 * read it either.
 */
extern void query_has_workers(const QueryFrame *frame);

/*
 * Other nodes take part in the query, and they do not tell what they read
 * either.  So it counts as one that reads the token.  Without a token, a query
 * with policies counts as one that has read that there is none.  Raises the
 * error of a token that is refused.
 */
extern void query_takes_nodes(const QueryFrame *frame);

/* The query has run.  held is the result of query_is_held() before it ran. */
extern void query_was_run(const QueryDesc *desc, bool held);

/*
 * Are the rows of the query kept for a time when its token is gone, by a cursor
 * WITH HOLD or a loop that commits?  They are fetched later without a call of
 * any hook, so they must not be kept.
 */
extern bool query_is_held(const QueryDesc *desc);

#endif							/* HCJWT_QUERY_H */
