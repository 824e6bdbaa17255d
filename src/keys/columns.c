/*-------------------------------------------------------------------------
 *
 * columns.c
 *		The values of a row's columns.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "compat.h"
#include "keys/columns.h"

Datum
get_column(HeapTuple tuple, TupleDesc desc, AttrNumber attno)
{
	bool		isnull;
	Datum		value = tuple_column(tuple, attno, desc, &isnull);

	return isnull ? (Datum) 0 : value;
}

char *
get_text(HeapTuple tuple, TupleDesc desc, AttrNumber attno)
{
	bool		isnull;
	Datum		value = tuple_column(tuple, attno, desc, &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

bool
get_timestamp(HeapTuple tuple, TupleDesc desc, AttrNumber attno, TimestampTz *when)
{
	bool		isnull;
	Datum		value = tuple_column(tuple, attno, desc, &isnull);

	if (!isnull)
		*when = DatumGetTimestampTz(value);
	return !isnull;
}

bool
is_null(HeapTuple tuple, TupleDesc desc, AttrNumber attno)
{
	bool		isnull;

	(void) tuple_column(tuple, attno, desc, &isnull);
	return isnull;
}
