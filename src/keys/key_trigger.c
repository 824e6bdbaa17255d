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

	(void) tuple_column(tuple, attno, desc, &isnull);
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

	datum = tuple_column(tuple, Anum_keys_jwk, desc, &isnull);
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
	/* not a lock that foreign keys to the row would conflict with */
	if (run_statement_on_text("SELECT FROM hcjwt.help_centers WHERE name = $1 FOR NO KEY UPDATE",
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
		values[i] = tuple_column(tuple, columns[i], desc, &isnull);
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
		help_center_exists(tuple_column(old, Anum_keys_help_center, desc, &isnull)))
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

/*
 * A revocation is taken back by hcjwt.unrevoke_key() on this server alone.  A row
 * that comes from elsewhere, whose server does not know of it, is revoked still.
 */
static HeapTuple
keep_revocation(HeapTuple old, HeapTuple new, TupleDesc desc)
{
	int			attno = Anum_keys_revoked_at;
	bool		isnull;
	Datum		revoked_at = tuple_column(old, attno, desc, &isnull);

	if (isnull || keys_unrevoked_here ||
		(!is_null(new, desc, attno) && !row_is_replicated()))
		return new;
	if (SessionReplicationRole != SESSION_REPLICATION_ROLE_REPLICA)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("a revocation cannot be taken back by UPDATE"),
				 errhint("Call hcjwt.unrevoke_key().")));
	return heap_modify_tuple_by_cols(new, desc, 1, &attno, &revoked_at, &isnull);
}

/* Tells that replication does not undo a revocation; for each key once. */
static void
tell_of_kept_revocation(HeapTuple old, TupleDesc desc)
{
	static char told[JWK_THUMBPRINT_LEN + 1] = "";
	char	   *thumbprint = get_text(old, desc, Anum_keys_thumbprint);

	if (strcmp(told, thumbprint) == 0)
		return;
	strlcpy(told, thumbprint, sizeof(told));
	ereport(LOG,
			(errmsg("hcjwt: a key of help center \"%s\" stays revoked, though its publisher has it otherwise",
					get_text(old, desc, Anum_keys_help_center)),
			 errhint("Only hcjwt.unrevoke_key() on this server takes the revocation back.")));
}

/* Must a key stay, whatever its publisher does with it? */
static bool
stays_revoked(HeapTuple old, TupleDesc desc)
{
	bool		isnull;

	if (is_null(old, desc, Anum_keys_revoked_at) ||
		!help_center_exists(tuple_column(old, Anum_keys_help_center, desc, &isnull)))
		return false;
	tell_of_kept_revocation(old, desc);
	return true;
}

static bool
same_column(HeapTuple a, HeapTuple b, TupleDesc desc, AttrNumber attno)
{
	return strcmp(get_text(a, desc, attno), get_text(b, desc, attno)) == 0;
}

static bool
is_imported(HeapTuple tuple, TupleDesc desc)
{
	return strcmp(get_text(tuple, desc, Anum_keys_source), "imported") == 0;
}

/*
 * An UPDATE that a subscription brings, by the rules by which merge_key() merges
 * rows: what is revoked here stays so, and a key imported here is not replaced by
 * one that the publisher has fetched.  NULL when nothing of it is to be done.
 */
static HeapTuple
merge_replicated(HeapTuple old, HeapTuple new, Relation keys)
{
	TupleDesc	desc = RelationGetDescr(keys);
	bool		revoked = !is_null(old, desc, Anum_keys_revoked_at);

	if (revoked && is_null(new, desc, Anum_keys_revoked_at))
		tell_of_kept_revocation(old, desc);
	if (revoked && !same_column(old, new, desc, Anum_keys_thumbprint))
		return NULL;
	new = keep_revocation(old, new, desc);

	if (!same_column(old, new, desc, Anum_keys_help_center) ||
		!same_column(old, new, desc, Anum_keys_kid))
	{
		Datum		values[2];
		bool		isnull;

		/* where it goes there may be one already */
		if (!merge_key(new, keys))
			return new;
		values[0] = tuple_column(old, Anum_keys_help_center, desc, &isnull);
		values[1] = tuple_column(old, Anum_keys_kid, desc, &isnull);
		if (!revoked)
			(void) run_statement_on_text("DELETE FROM hcjwt.keys WHERE help_center = $1 AND kid = $2",
										 SPI_OK_DELETE, 2, values);
		return NULL;
	}
	if (is_imported(old, desc) && !is_imported(new, desc) &&
		(revoked || is_null(new, desc, Anum_keys_revoked_at)))
		return NULL;
	return new;
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
	HeapTuple	old = trigger->tg_trigtuple;
	HeapTuple	result = old;	/* NULL: nothing is to be done */

	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	if (TRIGGER_FIRED_BY_DELETE(trigger->tg_event))
	{
		if (row_is_replicated() && stays_revoked(old, desc))
			result = NULL;
		else
			check_revoked(old, NULL, desc);
	}
	else if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
	{
		result = check_jwk(trigger->tg_newtuple, desc);
		if (row_is_replicated())
			result = merge_replicated(old, result, trigger->tg_relation);
		else
			result = keep_revocation(old, result, desc);
		if (result != NULL)
		{
			check_revoked(old, result, desc);
			check_moved(old, result, trigger->tg_relation);
		}
	}
	else
	{
		result = check_jwk(old, desc);
		if (merge_key(result, trigger->tg_relation))
			result = NULL;
	}
	if (result != NULL && result != old && result != trigger->tg_newtuple)
		result = SPI_copytuple(result);
	SPI_finish();
	return PointerGetDatum(result);
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
		old_value = tuple_column(old, attno, desc, &old_null);
		new_value = tuple_column(new, attno, desc, &new_null);
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
	Datum		name = tuple_column(tuple, Anum_keys_help_center, desc, &isnull);

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
