/*-------------------------------------------------------------------------
 *
 * key_trigger.c
 *		The rules of hcjwt.keys, kept by its triggers.
 *
 * IDENTIFICATION
 *	  src/keys/key_trigger.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "storage/lmgr.h"
#include "utils/datum.h"
#include "utils/inval.h"
#include "utils/jsonb.h"
#include "utils/rel.h"

#include "encoding.h"
#include "jose/jwk.h"
#include "keys/catalog.h"
#include "keys/changes.h"
#include "keys/statement.h"
#include "keys/trigger.h"

PG_FUNCTION_INFO_V1(hcjwt_check_key);
PG_FUNCTION_INFO_V1(hcjwt_key_changed);
PG_FUNCTION_INFO_V1(hcjwt_refuse_truncate);


static bool
is_null(HeapTuple tuple, TupleDesc desc, AttrNumber attno)
{
	bool		isnull;

	(void) heap_getattr(tuple, attno, desc, &isnull);
	return isnull;
}

/*
 * A JWK that could not be used is refused here, with the reason.  What is kept
 * is what a key consists of: kty, n, e and kid, whatever else came with it.
 */
static HeapTuple
check_jwk(HeapTuple tuple, TupleDesc desc)
{
	int			columns[2] = {Anum_keys_jwk, Anum_keys_thumbprint};
	Datum		values[2];
	bool		nulls[2] = {false, false};
	char	   *kid = get_text(tuple, desc, Anum_keys_kid);
	Jsonb	   *jsonb;
	bool		isnull;
	Datum		datum;
	Jwk		   *jwk = palloc(sizeof(Jwk));
	char	   *json = palloc(JWK_JSON_MAX_LEN);
	const char *utf8;
	const char *server;
	size_t		len;
	JwkStatus	status;

	datum = heap_getattr(tuple, Anum_keys_jwk, desc, &isnull);
	if (isnull || kid == NULL)
		return tuple;			/* NOT NULL will say so */
	jsonb = DatumGetJsonbP(datum);
	server = JsonbToCString(NULL, &jsonb->root, VARSIZE(jsonb));
	utf8 = server_to_utf8(server, strlen(server), &len);
	status = utf8 ? jwk_parse(utf8, len, jwk) : JWK_BAD_JSON;
	if (status != JWK_OK)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("JWK cannot be used to verify help center tokens"),
				 errdetail("The JWK %s.", jwk_status_text(status))));

	utf8 = server_to_utf8(kid, strlen(kid), &len);
	if (utf8 == NULL || len != jwk->kid_len || memcmp(utf8, jwk->kid, len) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("column \"kid\" differs from the JWK's own \"kid\"")));

	len = jwk_write(jwk, json);
	server = utf8_to_server(json, len, &len);
	if (server == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNTRANSLATABLE_CHARACTER),
				 errmsg("the JWK's \"kid\" has a character that the database's encoding has not")));
	values[0] = DirectFunctionCall1(jsonb_in, CStringGetDatum(server));
	values[1] = CStringGetTextDatum(jwk->thumbprint);
	return heap_modify_tuple_by_cols(tuple, desc, 2, columns, values, nulls);
}

/*
 * Locks the help center's row, so that whoever changes a help center's keys does
 * so one after the other and sees what the one before did.  There must be one, as
 * a foreign key would have it, save in a restore and in a replica, where it may
 * come later: then there is no row to lock, and the lock of the table stands in.
 */
static void
lock_help_center(Datum name, Relation keys)
{
	if (run_statement_on_text("SELECT FROM hcjwt.help_centers WHERE name = $1 FOR UPDATE",
							  SPI_OK_SELECT, 1, &name) > 0)
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
 * A key that is there already is merged with what is inserted: the worker, an
 * import and a restored dump need only insert.
 *
 * - A revocation is never lost: a revoked row keeps its material, and one that
 *   is restored revoked becomes so.
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
		values[i] = heap_getattr(tuple, columns[i], desc, &isnull);
		nulls[i] = isnull ? 'n' : ' ';
	}
	if (nulls[0] == 'n' || nulls[1] == 'n')
		return false;			/* NOT NULL will say so */

	lock_help_center(values[0], keys);
	if (run_statement(query, SPI_OK_UPDATE_RETURNING, 8, types, values, nulls) == 0)
		return false;
	if (DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc,
								   1, &isnull)))
		ereport(LOG,
				(errmsg("hcjwt: a key of help center \"%s\" has new material under its old kid",
						TextDatumGetCString(values[0]))));
	return true;
}

/* A revoked key stays as it is, or somebody could bring it back. */
static void
check_revoked(HeapTuple old, HeapTuple new, TupleDesc desc)
{
	bool		isnull;

	if (is_null(old, desc, Anum_keys_revoked_at))
		return;

	/* a help center that is dropped or renamed takes its revocations along */
	if ((new == NULL ||
		 strcmp(get_text(old, desc, Anum_keys_help_center),
				get_text(new, desc, Anum_keys_help_center)) != 0) &&
		help_center_exists(heap_getattr(old, Anum_keys_help_center, desc, &isnull)))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg(new == NULL ? "a revoked key cannot be deleted" :
						"a revoked key cannot be moved to another help center"),
				 errhint("Call hcjwt.unrevoke_key() first, or drop the help center.")));
	if (new != NULL &&
		strcmp(get_text(old, desc, Anum_keys_thumbprint),
			   get_text(new, desc, Anum_keys_thumbprint)) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("the material of a revoked key cannot be changed"),
				 errhint("Call hcjwt.unrevoke_key() first.")));
}

/* A key that moves must find a help center where it goes. */
static void
check_moved(HeapTuple old, HeapTuple new, Relation keys)
{
	TupleDesc	desc = RelationGetDescr(keys);
	char	   *from = get_text(old, desc, Anum_keys_help_center);
	char	   *to = get_text(new, desc, Anum_keys_help_center);

	if (to != NULL && strcmp(from, to) != 0)
		lock_help_center(CStringGetTextDatum(to), keys);
}

/* BEFORE INSERT OR UPDATE OR DELETE, FOR EACH ROW */
Datum
hcjwt_check_key(PG_FUNCTION_ARGS)
{
	const TriggerData *trigger = row_trigger_data(fcinfo, "keys",
													TRIGGER_EVENT_BEFORE);
	TupleDesc	desc = RelationGetDescr(trigger->tg_relation);
	HeapTuple	result = trigger->tg_trigtuple;
	bool		merged = false;

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	if (TRIGGER_FIRED_BY_DELETE(trigger->tg_event))
		check_revoked(trigger->tg_trigtuple, NULL, desc);
	else if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
	{
		result = check_jwk(trigger->tg_newtuple, desc);
		check_revoked(trigger->tg_trigtuple, result, desc);
		check_moved(trigger->tg_trigtuple, result, trigger->tg_relation);
	}
	else
	{
		result = check_jwk(trigger->tg_trigtuple, desc);
		merged = merge_key(result, trigger->tg_relation);
	}
	if (result != trigger->tg_trigtuple && result != trigger->tg_newtuple)
		result = SPI_copytuple(result);
	SPI_finish();
	return PointerGetDatum(merged ? NULL : result);
}

/*
 * Does a verdict on a token depend on what changed?  That a key was seen once
 * more it does not.
 */
static bool
matters(HeapTuple old, HeapTuple new, TupleDesc desc)
{
	for (AttrNumber attno = 1; attno <= Natts_keys; attno++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, attno - 1);
		bool		old_null;
		bool		new_null;
		Datum		old_value;
		Datum		new_value;

		if (attno == Anum_keys_first_seen || attno == Anum_keys_last_seen)
			continue;
		old_value = heap_getattr(old, attno, desc, &old_null);
		new_value = heap_getattr(new, attno, desc, &new_null);
		if (old_null != new_null ||
			(!old_null && !datum_image_eq(old_value, new_value,
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
forget_etag(HeapTuple tuple, TupleDesc desc)
{
	bool		isnull;
	Datum		name = heap_getattr(tuple, Anum_keys_help_center, desc, &isnull);

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	if (run_statement_on_text("UPDATE hcjwt.fetch_state SET etag = NULL"
							  " WHERE help_center = $1 AND etag IS NOT NULL",
							  SPI_OK_UPDATE, 1, &name) > 0)
		note_schedule_changed();
	SPI_finish();
}

/* AFTER INSERT OR UPDATE OR DELETE, FOR EACH ROW */
Datum
hcjwt_key_changed(PG_FUNCTION_ARGS)
{
	const TriggerData *trigger = row_trigger_data(fcinfo, "keys",
													TRIGGER_EVENT_AFTER);
	TupleDesc	desc = RelationGetDescr(trigger->tg_relation);

	if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) &&
		!matters(trigger->tg_trigtuple, trigger->tg_newtuple, desc))
		return PointerGetDatum(NULL);

	CacheInvalidateRelcacheByRelid(RelationGetRelid(trigger->tg_relation));
	if (!keys_stored_by_worker)
		forget_etag(trigger->tg_trigtuple, desc);
	return PointerGetDatum(NULL);
}

/* BEFORE TRUNCATE, FOR EACH STATEMENT, of help_centers and of keys */
Datum
hcjwt_refuse_truncate(PG_FUNCTION_ARGS)
{
	const TriggerData *trigger = trigger_data(fcinfo);

	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("table \"hcjwt.%s\" cannot be truncated",
					RelationGetRelationName(trigger->tg_relation)),
			 errhint("Call hcjwt.drop_help_center() for each help center.")));
	return PointerGetDatum(NULL);
}
