/*-------------------------------------------------------------------------
 *
 * stats.c
 *		hcjwt.counters(), for the view hcjwt.stats.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "refresh/schedule.h"
#include "verify/counters.h"

PG_FUNCTION_INFO_V1(hcjwt_counters);

/* Returns {"reason": count, ...}, and sets *sum to the sum of all counts. */
static Datum
rejected_by_reason(uint64 *sum)
{
	StringInfoData json;

	*sum = 0;
	initStringInfo(&json);
	for (Reason reason = REASON_NONE + 1; reason < NUM_REASONS; reason++)
	{
		uint64		count = verdicts(reason);

		*sum += count;
		appendStringInfo(&json, "%c \"%s\": " UINT64_FORMAT,
						 reason == REASON_NONE + 1 ? '{' : ',',
						 reason_name(reason), count);
	}
	appendStringInfoChar(&json, '}');
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(json.data));
}

static Datum
seconds(pg_atomic_uint64 *microseconds)
{
	return Float8GetDatum((double) pg_atomic_read_u64(microseconds) / USECS_PER_SEC);
}

Datum
hcjwt_counters(PG_FUNCTION_ARGS)
{
	TupleDesc	desc;
	Datum		values[10];
	bool		nulls[10] = {false};
	uint64		rejected;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");

	values[0] = Int64GetDatum((int64) verdicts(REASON_NONE));
	values[1] = Int64GetDatum((int64) verdicts_from_cache());
	values[3] = rejected_by_reason(&rejected);
	values[2] = Int64GetDatum((int64) rejected);
	if (schedule != NULL)
	{
		values[4] = Int64GetDatum((int64) pg_atomic_read_u64(&schedule->fetches));
		values[5] = Int64GetDatum((int64) pg_atomic_read_u64(&schedule->failures));
		values[6] = TimestampTzGetDatum(schedule->started);
		values[7] = seconds(&schedule->fetch_time);
		values[8] = Int64GetDatum((int64) pg_atomic_read_u64(&schedule->waits));
		values[9] = seconds(&schedule->wait_time);
	}
	else
		memset(&nulls[4], true, sizeof(nulls) - 4);
	/* version 1.0 declares the first seven, and takes no more */
	return HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls));
}
