/*-------------------------------------------------------------------------
 *
 * key_reader.c
 *		Reads from the tables which keys of a kid are trusted.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/relation.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "storage/bufmgr.h"
#include "storage/lmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "compat.h"
#include "encoding.h"
#include "keys/catalog.h"
#include "keys/help_center.h"
#include "keys/key_reader.h"
#include "keys/own_triggers.h"
#include "keys/stored_jwk.h"
#include "url/origin.h"

/* A table of no more pages is read whole. */
#define FEW_PAGES			4

/* The tables as one look-up uses them. */
typedef struct KeyReader
{
	Relation	help_centers;
	Relation	keys;
	Relation	fetch_state;
	TrustedKeys *result;
	int			centers_room;
	int			materials_room;
} KeyReader;

static void
text_key(ScanKey key, AttrNumber attno, const char *value)
{
	ScanKeyInit(key, attno, BTEqualStrategyNumber, F_TEXTEQ,
				CStringGetTextDatum(value));
}

static Datum
table_column(HeapTuple tuple, Relation rel, AttrNumber attno, bool *isnull)
{
	return tuple_column(tuple, attno, RelationGetDescr(rel), isnull);
}

/*
 * A text column as a C string of UTF-8; one that has no such form can equal no
 * claim, so it becomes a text that no JSON string can be.
 */
static char *
utf8_column(HeapTuple tuple, Relation rel, AttrNumber attno)
{
	bool		isnull;
	Datum		value = table_column(tuple, rel, attno, &isnull);
	char	   *string;
	const char *utf8;
	size_t		len;

	if (isnull)
		return NULL;
	string = TextDatumGetCString(value);
	utf8 = server_to_utf8(string, strlen(string), &len);
	return utf8 ? pnstrdup(utf8, len) : pstrdup("\xff");
}

SysScanDesc
begin_scan(Relation table, const char *index, int nkeys, ScanKey key)
{
	Oid			indexid = InvalidOid;

	if (RelationGetNumberOfBlocksInFork(table, MAIN_FORKNUM) > FEW_PAGES)
		indexid = get_relname_relid(index, RelationGetNamespace(table));
	return systable_beginscan(table, indexid, OidIsValid(indexid), NULL, nkeys, key);
}

/* Revocation covers the material, under whatever kid it comes back. */
static bool
material_is_revoked(KeyReader *reader, const char *help_center,
					const char *thumbprint)
{
	ScanKeyData key[2];
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		revoked = false;

	text_key(&key[0], Anum_keys_help_center, help_center);
	text_key(&key[1], Anum_keys_thumbprint, thumbprint);
	scan = begin_scan(reader->keys, "keys_material_idx", 2, key);
	while (!revoked && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		bool		isnull;

		(void) table_column(tuple, reader->keys, Anum_keys_revoked_at, &isnull);
		revoked = !isnull;
	}
	systable_endscan(scan);
	return revoked;
}

/* When a fetch last succeeded; false when none has. */
static bool
last_success(KeyReader *reader, const char *help_center, TimestampTz *when)
{
	ScanKeyData key[1];
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		found = false;

	/* counts where the keys' owner has it: 1.0's table has no trigger to tell */
	if (reader->fetch_state->rd_rel->relowner != reader->keys->rd_rel->relowner ||
		reader->fetch_state->rd_rel->relkind != RELKIND_RELATION)
		return false;

	text_key(&key[0], Anum_fetch_state_help_center, help_center);
	scan = begin_scan(reader->fetch_state, "fetch_state_pkey", 1, key);
	if (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		bool		isnull;
		Datum		value = table_column(tuple, reader->fetch_state,
								   Anum_fetch_state_last_success, &isnull);

		if (!isnull)
		{
			*when = DatumGetTimestampTz(value);
			found = true;
		}
	}
	systable_endscan(scan);
	return found;
}

static void
read_origins(Datum value, TrustingCenter *center)
{
	Datum	   *elements;
	bool	   *nulls;
	int			n;

	deconstruct_array(DatumGetArrayTypeP(value), TEXTOID, -1, false, TYPALIGN_INT,
					  &elements, &nulls, &n);
	center->origins = palloc(Max(n, 1) * sizeof(Url));
	center->norigins = 0;
	center->any_origin = false;
	for (int i = 0; i < n; i++)
	{
		char	   *origin;

		if (nulls[i])
			continue;
		origin = TextDatumGetCString(elements[i]);
		if (strcmp(origin, "*") == 0)
			center->any_origin = true;
		else if (origin_parse(origin, strlen(origin),
							  &center->origins[center->norigins]))
			center->norigins++;
	}
}

/* The help center's rules; false when it has no row or is not enabled. */
static bool
read_help_center(KeyReader *reader, const char *name, TrustingCenter *center)
{
	ScanKeyData key[1];
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		enabled = false;

	text_key(&key[0], Anum_help_centers_name, name);
	scan = begin_scan(reader->help_centers, "help_centers_pkey", 1, key);
	if (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		bool		isnull;
		Datum		value;

		value = table_column(tuple, reader->help_centers, Anum_help_centers_enabled, &isnull);
		enabled = !isnull && DatumGetBool(value);
		if (enabled)
		{
			center->name = pstrdup(name);
			value = table_column(tuple, reader->help_centers, Anum_help_centers_origins, &isnull);
			if (!isnull)
				read_origins(value, center);
			center->audience = utf8_column(tuple, reader->help_centers, Anum_help_centers_audience);
			center->issuer = utf8_column(tuple, reader->help_centers, Anum_help_centers_issuer);
			value = table_column(tuple, reader->help_centers, Anum_help_centers_leeway, &isnull);
			center->leeway = isnull ? 0 : Max(leeway_of(DatumGetIntervalP(value)), 0);
		}
	}
	systable_endscan(scan);
	return enabled;
}

/* NULL when it cannot be used; the trigger refuses such a row. */
static Jwk *
read_jwk(Datum value, const char *kid, size_t kid_len)
{
	Jwk		   *jwk = palloc(sizeof(Jwk));
	JwkStatus	status = jwk_from_row(value, kid, kid_len, jwk);

	if (status == JWK_NO_DIGEST)
		elog(ERROR, "OpenSSL could not compute a SHA-256 digest");
	return status == JWK_OK ? jwk : NULL;
}

static int
material_index(KeyReader *reader, Jwk *jwk)
{
	TrustedKeys *result = reader->result;
	KeyMaterial *material;

	for (int i = 0; i < result->nmaterials; i++)
		if (strcmp(result->materials[i].thumbprint, jwk->thumbprint) == 0)
			return i;

	if (result->nmaterials == reader->materials_room)
	{
		reader->materials_room *= 2;
		result->materials = repalloc(result->materials,
									 reader->materials_room * sizeof(KeyMaterial));
	}
	material = &result->materials[result->nmaterials];
	memcpy(material->thumbprint, jwk->thumbprint, sizeof(material->thumbprint));
	material->jwk = jwk;
	material->key = NULL;
	return result->nmaterials++;
}

/* Judges one row of hcjwt.keys, and takes what it needs of a trusted one. */
static void
consider(KeyReader *reader, HeapTuple tuple, const char *kid, size_t kid_len)
{
	TrustedKeys *result = reader->result;
	TrustingCenter center = {0};
	char	   *help_center;
	char	   *source;
	Jwk		   *jwk;
	bool		isnull;
	Datum		value;

	(void) table_column(tuple, reader->keys, Anum_keys_retired_at, &isnull);
	if (!isnull)
		return;
	(void) table_column(tuple, reader->keys, Anum_keys_revoked_at, &isnull);
	if (!isnull)
		return;

	value = table_column(tuple, reader->keys, Anum_keys_help_center, &isnull);
	help_center = TextDatumGetCString(value);
	if (!read_help_center(reader, help_center, &center))
		return;

	value = table_column(tuple, reader->keys, Anum_keys_source, &isnull);
	source = TextDatumGetCString(value);
	if (strcmp(source, "imported") == 0)
		center.trusted_since = DT_NOEND;
	else if (!last_success(reader, help_center, &center.trusted_since))
		return;

	value = table_column(tuple, reader->keys, Anum_keys_jwk, &isnull);
	jwk = read_jwk(value, kid, kid_len);
	if (jwk == NULL || material_is_revoked(reader, help_center, jwk->thumbprint))
		return;

	center.material = material_index(reader, jwk);
	if (result->ncenters == reader->centers_room)
	{
		reader->centers_room *= 2;
		result->centers = repalloc_huge(result->centers,
										reader->centers_room * sizeof(TrustingCenter));
	}
	result->centers[result->ncenters++] = center;
}

/* The keys are OpenSSL's memory; this gives them back with the context. */
static void
free_keys(void *arg)
{
	TrustedKeys *keys = arg;

	for (int i = 0; i < keys->nmaterials; i++)
		rs256_key_free(keys->materials[i].key);
}

/*
 * NULL when the table has been dropped since it was found by its name.  That is
 * try_relation_open() without its second look into pg_class, which a session's first
 * token pays for, and without counting the scans in the statistics.
 */
static Relation
open_if_there(Oid relid)
{
	Relation	table;

	LockRelationOid(relid, AccessShareLock);
	table = RelationIdGetRelation(relid);
	if (!RelationIsValid(table))
	{
		UnlockRelationOid(relid, AccessShareLock);
		return NULL;
	}
	return table;
}

TrustedKeys *
read_trusted_keys(const char *kid, size_t kid_len)
{
	KeyReader	reader = {0};
	TrustedKeys *result = palloc0(sizeof(TrustedKeys));
	MemoryContextCallback *callback;
	const HcjwtCatalog *catalog;

	reader.result = result;
	reader.centers_room = reader.materials_room = 4;
	result->centers = palloc(reader.centers_room * sizeof(TrustingCenter));
	result->materials = palloc(reader.materials_room * sizeof(KeyMaterial));
	callback = palloc0(sizeof(MemoryContextCallback));
	callback->func = free_keys;
	callback->arg = result;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, callback);

	/*
	 * The triggers show that the tables are the extension's own.  To ask
	 * pg_depend for that takes a new backend much longer.
	 */
	catalog = tables_by_name();
	if (catalog == NULL)
		return result;

	/*
	 * As with the server's own catalogs, the locks need not last: every change
	 * sends an invalidation.  A table that is being dropped trusts nobody.
	 */
	reader.help_centers = open_if_there(catalog->help_centers);
	reader.keys = open_if_there(catalog->keys);
	reader.fetch_state = open_if_there(catalog->fetch_state);

	if (reader.help_centers && reader.keys && reader.fetch_state &&
		!(own_triggers_in_force(reader.help_centers) && own_triggers_in_force(reader.keys)))
		result->unguarded = true;
	else if (reader.help_centers && reader.keys && reader.fetch_state)
	{
		ScanKeyData key[1];
		SysScanDesc scan;
		HeapTuple	tuple;

		ScanKeyInit(&key[0], Anum_keys_kid, BTEqualStrategyNumber, F_TEXTEQ,
					PointerGetDatum(cstring_to_text_with_len(kid, kid_len)));
		scan = begin_scan(reader.keys, "keys_kid_idx", 1, key);
		while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		{
			CHECK_FOR_INTERRUPTS();
			result->nlisted++;
			consider(&reader, tuple, kid, kid_len);
		}
		systable_endscan(scan);
		index_centers(result);
	}
	else
		forget_catalog();

	if (reader.fetch_state)
		relation_close(reader.fetch_state, AccessShareLock);
	if (reader.keys)
		relation_close(reader.keys, AccessShareLock);
	if (reader.help_centers)
		relation_close(reader.help_centers, AccessShareLock);
	return result;
}
