/*-------------------------------------------------------------------------
 *
 * fetch_state_trigger.c
 *		Which rows of hcjwt.fetch_state a subscription may bring.
 *
 * Each server that fetches keys has a state of its own, by which its worker and
 * hcjwt.max_stale go; a publication FOR ALL TABLES brings another's.
 *
 * IDENTIFICATION
 *	  src/keys/fetch_state_trigger.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/inval.h"

#include "keys/catalog.h"
#include "keys/statement.h"
#include "keys/trigger.h"
#include "keys_url.h"

PG_FUNCTION_INFO_V1(hcjwt_check_fetch_state);

/*
 * Takes a row of a help center that this server does not fetch from: its keys are
 * the publisher's, and so is their age.  Not the ETag, which is the publisher's for
 * keys that may be others here.  NULL for a row that is not taken.
 */
static HeapTuple
take_replicated(TriggerEvent event, HeapTuple old, HeapTuple new, TupleDesc desc)
{
	const HcjwtCatalog *catalog = hcjwt_catalog();
	int			etag = Anum_fetch_state_etag;
	bool		isnull = true;
	Datum		null = (Datum) 0;
	Datum		name = tuple_column(new, Anum_fetch_state_help_center, desc, &isnull);

	if (run_statement_on_text("SELECT FROM hcjwt.help_centers WHERE name = $1"
							  " AND keys_url IS DISTINCT FROM '" KEYS_URL_NONE "'",
							  SPI_OK_SELECT, 1, &name) > 0)
		return NULL;
	if (TRIGGER_FIRED_BY_DELETE(event))
		return old;
	if (TRIGGER_FIRED_BY_INSERT(event))
		(void) run_statement_on_text("DELETE FROM hcjwt.fetch_state WHERE help_center = $1",
									 SPI_OK_DELETE, 1, &name);

	/* keys that were past hcjwt.max_stale may be trusted again */
	if (catalog != NULL)
		CacheInvalidateRelcacheByRelid(catalog->keys);
	isnull = true;
	return SPI_copytuple(heap_modify_tuple_by_cols(new, desc, 1, &etag, &null, &isnull));
}

/* BEFORE INSERT OR UPDATE OR DELETE, FOR EACH ROW */
Datum
hcjwt_check_fetch_state(PG_FUNCTION_ARGS)
{
	const TriggerData *trigger = row_trigger_data(fcinfo, "fetch_state",
												  TRIGGER_EVENT_BEFORE);
	HeapTuple	old = trigger->tg_trigtuple;
	HeapTuple	new = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ?
		trigger->tg_newtuple : old;

	if (!row_is_replicated())
		return PointerGetDatum(new);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	new = take_replicated(trigger->tg_event, old, new,
						  RelationGetDescr(trigger->tg_relation));
	SPI_finish();
	return PointerGetDatum(new);
}
