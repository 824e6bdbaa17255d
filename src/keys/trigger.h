/*-------------------------------------------------------------------------
 *
 * trigger.h
 *		What the trigger functions of both tables share.
 *
 * IDENTIFICATION
 *	  src/keys/trigger.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_TRIGGER_H
#define HCJWT_TRIGGER_H

#include "access/htup_details.h"
#include "commands/trigger.h"
#include "fmgr.h"
#include "utils/builtins.h"

static inline const TriggerData *
trigger_data(FunctionCallInfo fcinfo)
{
	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("trigger function was not called by trigger manager")));
	return (const TriggerData *) fcinfo->context;
}

/* A column as text, NULL for NULL. */
static inline char *
get_text(HeapTuple tuple, TupleDesc desc, AttrNumber attno)
{
	bool		isnull;
	Datum		value = heap_getattr(tuple, attno, desc, &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

#endif							/* HCJWT_TRIGGER_H */
