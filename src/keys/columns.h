/*-------------------------------------------------------------------------
 *
 * columns.h
 *		The values of a row's columns.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_COLUMNS_H
#define HCJWT_COLUMNS_H

#include "access/htup.h"
#include "access/tupdesc.h"
#include "datatype/timestamp.h"

/* The value of a column; (Datum) 0, which is false and 0, for NULL. */
extern Datum get_column(HeapTuple tuple, TupleDesc desc, AttrNumber attno);

/* The value of a column as text; NULL for NULL. */
extern char *get_text(HeapTuple tuple, TupleDesc desc, AttrNumber attno);

/* Sets *when to the value of a column; false for NULL. */
extern bool get_timestamp(HeapTuple tuple, TupleDesc desc, AttrNumber attno,
						  TimestampTz *when);

extern bool is_null(HeapTuple tuple, TupleDesc desc, AttrNumber attno);

#endif							/* HCJWT_COLUMNS_H */
