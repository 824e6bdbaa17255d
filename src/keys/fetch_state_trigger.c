/*-------------------------------------------------------------------------
 *
 * fetch_state_trigger.c
 *		Which rows of hcjwt.fetch_state a subscription may bring.
 *
 * Each server that fetches keys has a state of its own, which its database
 * worker and hcjwt.max_stale go by.  A publication FOR ALL TABLES would replace
 * it by another server's.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "executor/spi.h"

#include "keys/catalog.h"
#include "keys/columns.h"
#include "keys/statement.h"
#include "keys/trigger.h"
#include "keys_url.h"
#include "settings.h"

PG_FUNCTION_INFO_V1(hcjwt_check_fetch_state);

/*
 * Accepts a row for a help center that this server does not fetch from, because
 * its keys and their age come from the publisher.  Leaves out the ETag, because
 * the keys here may differ from the publisher's.  NULL for a row that is not
 * accepted.
 */
static HeapTuple
take_replicated(const RowChange *change)
{
	HeapTuple	row = change->new ? change->new : change->old;
	int			etag = Anum_fetch_state_etag;
	bool		isnull = true;
	Datum		null = (Datum) 0;
	Datum		name = get_column(row, change->desc, Anum_fetch_state_help_center);

	if (hcjwt_fetch_keys &&
		run_statement_on_text("SELECT FROM hcjwt.help_centers WHERE name = $1"
							  " AND keys_url IS DISTINCT FROM '" KEYS_URL_NONE "'",
							  SPI_OK_SELECT, 1, &name) > 0)
		return NULL;
	if (change->new == NULL)
		return row;
	if (change->old == NULL)
		(void) run_statement_on_text("DELETE FROM hcjwt.fetch_state WHERE help_center = $1",
									 SPI_OK_DELETE, 1, &name);

	/* keys that were past hcjwt.max_stale may be trusted again */
	invalidate_keys();
	return SPI_copytuple(heap_modify_tuple_by_cols(row, change->desc, 1,
												   &etag, &null, &isnull));
}

/* BEFORE INSERT OR UPDATE OR DELETE, FOR EACH ROW */
Datum
hcjwt_check_fetch_state(PG_FUNCTION_ARGS)
{
	RowChange	change = row_change(fcinfo, "fetch_state", TRIGGER_EVENT_BEFORE);
	HeapTuple	row;

	if (change.old == NULL)
		change.new = fill_in(change.new, change.desc, Anum_fetch_state_consecutive_failures,
							 Int32GetDatum(0));
	row = change.new ? change.new : change.old;
	if (!row_is_replicated())
		return PointerGetDatum(row);
	connect_spi();
	row = take_replicated(&change);
	SPI_finish();
	return PointerGetDatum(row);
}
