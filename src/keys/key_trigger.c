/*-------------------------------------------------------------------------
 *
 * key_trigger.c
 *		The rules of hcjwt.keys, kept by its triggers.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "executor/spi.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/guc.h"
#include "utils/inval.h"
#include "utils/rel.h"

#include "compat.h"
#include "keys/catalog.h"
#include "keys/changes.h"
#include "keys/columns.h"
#include "keys/notify.h"
#include "keys/statement.h"
#include "keys/stored_jwk.h"
#include "keys/trigger.h"

PG_FUNCTION_INFO_V1(hcjwt_check_key);
PG_FUNCTION_INFO_V1(hcjwt_key_changed);

/*
 * Refuses a JWK that could not be used, with the reason.  Of any other only kty, n, e
 * and kid are kept, which are all that the key consists of.
 */
static HeapTuple
check_jwk(HeapTuple tuple, TupleDesc desc)
{
	int			columns[2] = {Anum_keys_jwk, Anum_keys_thumbprint};
	Datum		values[2];
	bool		nulls[2] = {false, false};
	char	   *kid = get_text(tuple, desc, Anum_keys_kid);
	Jwk		   *jwk = palloc(sizeof(Jwk));
	JwkStatus	status;

	if (kid == NULL || is_null(tuple, desc, Anum_keys_jwk))
		return tuple;			/* NOT NULL will say so */
	status = jwk_from_row(get_column(tuple, desc, Anum_keys_jwk), kid, jwk);
	if (status == JWK_OTHER_KID)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("column \"kid\" differs from the JWK's own \"kid\"")));
	if (status != JWK_OK)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("JWK cannot be used to verify help center tokens"),
				 errdetail("The JWK %s.", jwk_status_text(status))));
	if (!jwk_to_row(jwk, &values[0]))
		ereport(ERROR,
				(errcode(ERRCODE_UNTRANSLATABLE_CHARACTER),
				 errmsg("the JWK's \"kid\" has a character that the encoding of the database lacks")));
	values[1] = CStringGetTextDatum(jwk->thumbprint);
	return heap_modify_tuple_by_cols(tuple, desc, 2, columns, values, nulls);
}

static void
check_source(HeapTuple tuple, TupleDesc desc)
{
	const char *source = get_text(tuple, desc, Anum_keys_source);

	if (source != NULL && strcmp(source, "fetched") != 0 && strcmp(source, "imported") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_CHECK_VIOLATION),
				 errmsg("source of a key must be \"fetched\" or \"imported\"")));
}

static HeapTuple
fill_in_key(HeapTuple tuple, TupleDesc desc)
{
	Datum		now = TimestampTzGetDatum(GetCurrentTransactionStartTimestamp());

	tuple = fill_in(tuple, desc, Anum_keys_source, CStringGetTextDatum("imported"));
	tuple = fill_in(tuple, desc, Anum_keys_first_seen, now);
	return fill_in(tuple, desc, Anum_keys_last_seen, now);
}

/*
 * Makes transactions change the keys of a help center one after the other.  The
 * help center must exist, as a foreign key would demand.  In a restore and in a
 * replica it may come later; then there is no row to lock, and the table of
 * keys is locked.
 */
static void
lock_parent(Datum name, Relation keys)
{
	if (lock_help_center(name, false))
		return;
	if (!rows_come_in_any_order())
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("help center \"%s\" does not exist",
						TextDatumGetCString(name)),
				 errhint("Call hcjwt.add_help_center() first.")));
	LockRelation(keys, ShareRowExclusiveLock);
}

static bool
help_center_exists(Datum name)
{
	return run_statement_on_text("SELECT FROM hcjwt.help_centers WHERE name = $1",
								 SPI_OK_SELECT, 1, &name) > 0;
}

/*
 * Merges a key that is inserted with the one that is there already, so that the
 * worker, an import and a restored dump need only insert.
 *
 * - A revocation is never lost: a revoked row keeps its material, and a row becomes
 *   revoked when a revoked one of its kid is restored.
 * - An imported key wins over a fetched one.
 * - The same material is seen again, and trusted again when it was retired.
 * - New material takes the old one's place, with a line in the log.
 */
static bool
merge_key(HeapTuple tuple, Relation keys)
{
	static const char query[] =
		"WITH new AS (SELECT $1 AS help_center, $2 AS kid, $3 AS jwk, $4 AS thumbprint,"
		" $5 AS source, $6 AS last_seen, $7 AS retired_at, $8 AS revoked_at),"
		" old AS (SELECT k.help_center, k.kid, k.thumbprint, k.source, k.revoked_at,"
		" k.thumbprint = new.thumbprint AS same,"
		" CASE WHEN k.revoked_at IS NOT NULL THEN k.thumbprint = new.thumbprint"
		" WHEN new.revoked_at IS NOT NULL THEN true"
		" ELSE k.source = 'fetched' OR new.source = 'imported' END AS taken"
		" FROM hcjwt.keys k JOIN new USING (help_center, kid))"
		" UPDATE hcjwt.keys k SET"
		" jwk = CASE WHEN old.taken THEN new.jwk ELSE k.jwk END,"
		" source = CASE WHEN NOT old.taken OR (old.same AND k.source = 'imported')"
		" THEN k.source ELSE new.source END,"
		" last_seen = GREATEST(k.last_seen, new.last_seen),"
		" retired_at = CASE WHEN old.taken THEN new.retired_at ELSE k.retired_at END,"
		" revoked_at = LEAST(k.revoked_at, new.revoked_at)"
		" FROM new, old"
		" WHERE k.help_center = new.help_center AND k.kid = new.kid"
		" RETURNING NOT old.same AND old.taken AS replaced";
	static const AttrNumber columns[8] = {
		Anum_keys_help_center, Anum_keys_kid, Anum_keys_jwk, Anum_keys_thumbprint,
		Anum_keys_source, Anum_keys_last_seen, Anum_keys_retired_at,
		Anum_keys_revoked_at
	};
	TupleDesc	desc = RelationGetDescr(keys);
	Oid			types[8];
	Datum		values[8];
	char		nulls[8];
	bool		isnull;

	for (int i = 0; i < 8; i++)
	{
		types[i] = SPI_gettypeid(desc, columns[i]);
		values[i] = tuple_column(tuple, columns[i], desc, &isnull);
		nulls[i] = isnull ? 'n' : ' ';
	}
	if (nulls[0] == 'n' || nulls[1] == 'n')
		return false;			/* NOT NULL will say so */

	lock_parent(values[0], keys);
	if (run_statement(query, SPI_OK_UPDATE_RETURNING, 8, types, values, nulls) == 0)
		return false;
	if (DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc,
								   1, &isnull)))
		ereport(LOG,
				(errmsg("hcjwt: a key of help center \"%s\" has new material under its old kid",
						TextDatumGetCString(values[0]))));
	return true;
}

static bool
is_revoked(HeapTuple key, TupleDesc desc)
{
	return !is_null(key, desc, Anum_keys_revoked_at);
}

/* A revoked key stays as it is, or somebody could bring it back. */
static void
check_revoked(const RowChange *change)
{
	bool		leaves;

	if (!is_revoked(change->old, change->desc))
		return;
	leaves = change->new == NULL || !same_text_column(change, Anum_keys_help_center);

	/* a help center that is dropped or renamed takes its revocations along */
	if (leaves &&
		help_center_exists(get_column(change->old, change->desc, Anum_keys_help_center)))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 change->new == NULL ?
				 errmsg("a revoked key cannot be deleted") :
				 errmsg("a revoked key cannot be moved to another help center"),
				 errhint("Call hcjwt.unrevoke_key() first, or drop the help center.")));
	if (change->new != NULL && !same_text_column(change, Anum_keys_thumbprint))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the material of a revoked key cannot be changed"),
				 errhint("Call hcjwt.unrevoke_key() first.")));
}

/*
 * Only hcjwt.unrevoke_key() on this server takes a revocation back.  An UPDATE that
 * would do so is refused; a row that replication brings from a server that does not
 * know of the revocation is revoked here nevertheless.
 */
static HeapTuple
keep_revocation(const RowChange *change)
{
	int			attno = Anum_keys_revoked_at;
	Datum		revoked_at = get_column(change->old, change->desc, attno);
	bool		isnull = false;

	if (!is_revoked(change->old, change->desc) || keys_unrevoked_here ||
		(is_revoked(change->new, change->desc) && !row_is_replicated()))
		return change->new;
	if (SessionReplicationRole != SESSION_REPLICATION_ROLE_REPLICA)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("a revocation cannot be taken back by UPDATE"),
				 errhint("Call hcjwt.unrevoke_key().")));
	return heap_modify_tuple_by_cols(change->new, change->desc, 1,
									 &attno, &revoked_at, &isnull);
}

/*
 * Writes to the log that replication does not undo a revocation, once for each
 * key.
 */
static void
log_kept_revocation(HeapTuple old, TupleDesc desc)
{
	static char told[JWK_THUMBPRINT_LEN + 1] = "";
	char	   *thumbprint = get_text(old, desc, Anum_keys_thumbprint);

	if (strcmp(told, thumbprint) == 0)
		return;
	strlcpy(told, thumbprint, sizeof(told));
	ereport(LOG,
			(errmsg("hcjwt: a key of help center \"%s\" stays revoked, although its publisher does not have it revoked",
					get_text(old, desc, Anum_keys_help_center)),
			 errhint("Only hcjwt.unrevoke_key() on this server takes the revocation back.")));
}

/*
 * Is the key one that a subscription must not delete, because it is revoked
 * here?
 */
static bool
stays_revoked(HeapTuple old, TupleDesc desc)
{
	if (!is_revoked(old, desc) ||
		!help_center_exists(get_column(old, desc, Anum_keys_help_center)))
		return false;
	log_kept_revocation(old, desc);
	return true;
}

static bool
is_imported(HeapTuple tuple, TupleDesc desc)
{
	const char *source = get_text(tuple, desc, Anum_keys_source);

	return source != NULL && strcmp(source, "imported") == 0;
}

/*
 * An UPDATE that a subscription brings, by the rules by which merge_key()
 * merges rows: what is revoked here stays so, and a key imported here is not
 * replaced by one that the publisher has fetched.  NULL when nothing is to be
 * changed.
 */
static HeapTuple
merge_replicated(const RowChange *change)
{
	TupleDesc	desc = change->desc;
	bool		revoked = is_revoked(change->old, desc);
	HeapTuple	new;

	if (revoked && !is_revoked(change->new, desc))
		log_kept_revocation(change->old, desc);
	if (revoked && !same_text_column(change, Anum_keys_thumbprint))
		return NULL;
	new = keep_revocation(change);

	if (!same_text_column(change, Anum_keys_help_center) ||
		!same_text_column(change, Anum_keys_kid))
	{
		Datum		values[2];

		/* where it goes there may be one already */
		if (!merge_key(new, change->table))
			return new;
		values[0] = get_column(change->old, desc, Anum_keys_help_center);
		values[1] = get_column(change->old, desc, Anum_keys_kid);
		if (!revoked)
			(void) run_statement_on_text("DELETE FROM hcjwt.keys WHERE help_center = $1 AND kid = $2",
										 SPI_OK_DELETE, 2, values);
		return NULL;
	}
	if (is_imported(change->old, desc) && !is_imported(new, desc) &&
		(revoked || !is_revoked(new, desc)))
		return NULL;
	return new;
}

/* BEFORE INSERT OR UPDATE OR DELETE, FOR EACH ROW */
Datum
hcjwt_check_key(PG_FUNCTION_ARGS)
{
	RowChange	change = row_change(fcinfo, "keys", TRIGGER_EVENT_BEFORE);
	HeapTuple	given = change.new ? change.new : change.old;
	HeapTuple	result = given; /* NULL: nothing is to be done */

	connect_spi();
	if (change.new == NULL)
	{
		if (row_is_replicated() && stays_revoked(change.old, change.desc))
			result = NULL;
		else
			check_revoked(&change);
	}
	else
	{
		change.new = check_jwk(change.new, change.desc);
		check_source(change.new, change.desc);
		if (change.old == NULL)
		{
			change.new = fill_in_key(change.new, change.desc);
			result = merge_key(change.new, change.table) ? NULL : change.new;
		}
		else
		{
			result = row_is_replicated() ?
				merge_replicated(&change) : keep_revocation(&change);
			change.new = result;
			if (result != NULL)
			{
				check_revoked(&change);

				/* a key that moves must find a help center where it goes */
				if (!is_null(result, change.desc, Anum_keys_help_center) &&
					!same_text_column(&change, Anum_keys_help_center))
					lock_parent(get_column(result, change.desc, Anum_keys_help_center),
								change.table);
			}
		}
	}
	if (result != NULL && result != given)
		result = SPI_copytuple(result);
	SPI_finish();
	return PointerGetDatum(result);
}

/* Does a verdict on a token depend on what changed?  Not on when a key was seen. */
static bool
concerns_verdicts(const RowChange *change)
{
	for (AttrNumber attno = 1; attno <= Natts_keys; attno++)
	{
		Form_pg_attribute att = TupleDescAttr(change->desc, attno - 1);
		bool		old_null = is_null(change->old, change->desc, attno);

		if (attno == Anum_keys_first_seen || attno == Anum_keys_last_seen)
			continue;
		if (old_null != is_null(change->new, change->desc, attno) ||
			(!old_null &&
			 !datum_image_eq(get_column(change->old, change->desc, attno),
							 get_column(change->new, change->desc, attno),
							 att->attbyval, att->attlen)))
			return true;
	}
	return false;
}

/*
 * The fetched keys are no longer those of the answer that the ETag stands for, so
 * the next request must not be conditional.
 */
static void
forget_etag_of(Datum help_center)
{
	connect_spi();
	if (run_statement_on_text("UPDATE hcjwt.fetch_state SET etag = NULL"
							  " WHERE help_center = $1 AND etag IS NOT NULL",
							  SPI_OK_UPDATE, 1, &help_center) > 0)
		note_schedule_changed();
	SPI_finish();
}

/* AFTER INSERT OR UPDATE OR DELETE, FOR EACH ROW */
Datum
hcjwt_key_changed(PG_FUNCTION_ARGS)
{
	RowChange	change = row_change(fcinfo, "keys", TRIGGER_EVENT_AFTER);
	HeapTuple	row;

	if (change.old != NULL && change.new != NULL && !concerns_verdicts(&change))
		return PointerGetDatum(NULL);

	CacheInvalidateRelcacheByRelid(RelationGetRelid(change.table));
	/* with synchronous_commit off, a crash soon after would take it back */
	if (change.new != NULL && !is_null(change.new, change.desc, Anum_keys_revoked_at))
		ForceSyncCommit();
	row = change.new ? change.new : change.old;
	notify_later(get_text(row, change.desc, Anum_keys_help_center),
				 get_text(row, change.desc, Anum_keys_kid));
	if (!keys_stored_by_worker)
		forget_etag_of(get_column(change.old ? change.old : change.new, change.desc,
								  Anum_keys_help_center));
	return PointerGetDatum(NULL);
}
