/*-------------------------------------------------------------------------
 *
 * query.h
 *		One query reads one token.
 *
 * IDENTIFICATION
 *	  src/session/query.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_QUERY_H
#define HCJWT_QUERY_H

/*
 * Which execution of a query is the innermost one now (session/frames.c).  Each
 * call of the executor has a number of its own; 0 where none is under way.
 */
extern uint64 hcjwt_query;

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

/* From _PG_init. */
extern void install_query_hooks(void);

#endif							/* HCJWT_QUERY_H */
