/*-------------------------------------------------------------------------
 *
 * trigger.h
 *		What the trigger functions of the tables share.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_TRIGGER_H
#define HCJWT_TRIGGER_H

#include "commands/trigger.h"
#include "fmgr.h"

/* The change of a row that a trigger is fired for. */
typedef struct RowChange
{
	Relation	table;
	TupleDesc	desc;
	HeapTuple	old;			/* NULL: INSERT */
	HeapTuple	new;			/* NULL: DELETE */
} RowChange;

/*
 * Reads it from the call.  Raises 39P01 unless it is for a row of that table: the
 * functions know the columns of the one table they are for, and would read what
 * another, which a superuser may try, does not have.
 */
extern RowChange row_change(FunctionCallInfo fcinfo, const char *table,
							TriggerEvent timing);

/*
 * Is this a restore or a replica?  There the rows of an extension's tables come in any
 * order, from several sessions at once (pg_restore -j, a subscription's copy).  A
 * restore is recognised by check_function_bodies, which pg_dump's scripts switch off.
 */
extern bool rows_come_in_any_order(void);

/*
 * Does a subscription bring the row?  Its publisher does not know what was decided
 * here, and an error would stop the subscription, and with it the revocations that are
 * still to come.  Rows that our own triggers change in turn do not count, nor do those
 * that hcjwt's workers write.
 */
extern bool row_is_replicated(void);

/*
 * Returns the row, with this value in a column that an INSERT has left out or given as
 * NULL.
 *
 * These functions take the place of DEFAULT and CHECK, which the tables do not
 * have: each new backend opens the tables for its first token, and would read
 * defaults and constraints from pg_attrdef and pg_constraint.  To read them took a
 * seventh of a backend's first transaction.
 */
extern HeapTuple fill_in(HeapTuple tuple, TupleDesc desc, int attno, Datum value);

/* Has a column of text the same value in both rows? */
extern bool same_text_column(const RowChange *change, AttrNumber attno);

#endif							/* HCJWT_TRIGGER_H */
