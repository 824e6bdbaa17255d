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
 * An accessor is about to read a claim: makes hcjwt_session hold now, and holds
 * every query that the call belongs to to one token.  Raises the error of a token
 * that is refused, or 28J05 where such a query has read by another one.  context
 * is that of the call site (fn_mcxt).
 *
 * True when all this stays so as long as hcjwt_query, hcjwt_epoch and
 * hcjwt_session.version do.
 */
extern bool query_reads_token(MemoryContext context);

/* The clock, but not earlier than the start of the statement or transaction. */
extern TimestampTz present_moment(void);

/* What the executor's hooks (query_hooks.c) tell of a query. */

/* It has been set up.  So a query without a mark is one that began unseen. */
extern void query_has_begun(const QueryFrame *frame);

/* It is about to be run, perhaps once more: what it has read before must hold. */
extern void query_is_run(QueryFrame *frame);

/*
 * It may have parallel workers, which do not tell their leader what they read.  So it
 * counts as one that reads the token, which cannot change while they run.  A token that
 * is refused the workers cannot read either.
 */
extern void query_has_workers(const QueryFrame *frame);

/*
 * It takes other nodes, which do not tell what they read, either.  So it counts as one
 * that reads the token, or, where there is none but policies are, that there is none.
 * Raises the error of a token that is refused.
 */
extern void query_takes_nodes(const QueryFrame *frame);

/*
 * It has been run.  held: to keep its rows for a time when its token is gone, see
 * query_is_held().
 */
extern void query_was_run(const QueryDesc *desc, bool held);

/*
 * Are the rows of the query kept for a time when its token is gone, by a cursor
 * WITH HOLD or a loop that commits?  They are fetched without us, so they must
 * not be kept.
 */
extern bool query_is_held(const QueryDesc *desc);

#endif							/* HCJWT_QUERY_H */
