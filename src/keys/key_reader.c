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
#include "utils/memutils.h"
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
	bool		unguarded;		/* see TrustedKeys */
	TrustedKeys *result;
	int			centers_room;
	int			materials_room;
} KeyReader;

/* What is found of a row of hcjwt.keys; jwk of one that is trusted. */
typedef struct JudgedKey
{
	KeyTrust	trust;
	TimestampTz since;			/* revoked, retired or trusted since then */
	TrustingCenter center;
	Jwk		   *jwk;
} JudgedKey;

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

/* False when the column is NULL. */
static bool
timestamp_column(HeapTuple tuple, Relation rel, AttrNumber attno, TimestampTz *when)
{
	bool		isnull;
	Datum		value = table_column(tuple, rel, attno, &isnull);

	if (!isnull)
		*when = DatumGetTimestampTz(value);
	return !isnull;
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
		TimestampTz since;

		revoked = timestamp_column(tuple, reader->keys, Anum_keys_revoked_at, &since);
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
		found = timestamp_column(tuple, reader->fetch_state,
								 Anum_fetch_state_last_success, when);
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

/* The rules of the help center of that name; false when it has no row or is not enabled. */
static bool
read_help_center(KeyReader *reader, TrustingCenter *center)
{
	ScanKeyData key[1];
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		enabled = false;

	text_key(&key[0], Anum_help_centers_name, center->name);
	scan = begin_scan(reader->help_centers, "help_centers_pkey", 1, key);
	if (HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		bool		isnull;
		Datum		value;

		value = table_column(tuple, reader->help_centers, Anum_help_centers_enabled, &isnull);
		enabled = !isnull && DatumGetBool(value);
		if (enabled)
		{
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

/*
 * Judges a row of hcjwt.keys.  Here it stands which keys are trusted, except for
 * hcjwt.max_stale, which within_max_stale() judges at each use.  What costs least comes
 * first.
 */
static void
judge_key(KeyReader *reader, HeapTuple tuple, JudgedKey *judged)
{
	TrustingCenter *center = &judged->center;
	bool		isnull;
	Datum		value;
	char	   *source;
	char	   *kid;

	memset(judged, 0, sizeof(*judged));
	value = table_column(tuple, reader->keys, Anum_keys_help_center, &isnull);
	center->name = TextDatumGetCString(value);

	judged->trust = KEY_REVOKED;
	if (timestamp_column(tuple, reader->keys, Anum_keys_revoked_at, &judged->since))
		return;
	judged->trust = KEY_RETIRED;
	if (timestamp_column(tuple, reader->keys, Anum_keys_retired_at, &judged->since))
		return;
	judged->trust = KEY_DISABLED;
	if (!read_help_center(reader, center))
		return;

	judged->trust = KEY_NEVER_FETCHED;
	value = table_column(tuple, reader->keys, Anum_keys_source, &isnull);
	source = TextDatumGetCString(value);
	if (strcmp(source, "imported") == 0)
		judged->since = DT_NOEND;
	else if (!last_success(reader, center->name, &judged->since))
		return;

	judged->trust = KEY_UNUSABLE;
	value = table_column(tuple, reader->keys, Anum_keys_kid, &isnull);
	kid = TextDatumGetCString(value);
	value = table_column(tuple, reader->keys, Anum_keys_jwk, &isnull);
	judged->jwk = read_jwk(value, kid, strlen(kid));
	if (judged->jwk == NULL)
		return;
	judged->trust = KEY_MATERIAL_REVOKED;
	if (material_is_revoked(reader, center->name, judged->jwk->thumbprint))
		return;

	judged->trust = KEY_TRUSTED;
	center->trusted_since = judged->since;
}

static void
add_trusted(KeyReader *reader, const JudgedKey *judged)
{
	TrustedKeys *result = reader->result;
	TrustingCenter *center;

	if (result->ncenters == reader->centers_room)
	{
		reader->centers_room *= 2;
		result->centers = repalloc_huge(result->centers,
										reader->centers_room * sizeof(TrustingCenter));
	}
	center = &result->centers[result->ncenters++];
	*center = judged->center;
	center->material = material_index(reader, judged->jwk);
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

/*
 * Opens the tables; false when no key in them is trusted.  Either way close_tables()
 * follows.
 *
 * The triggers show that the tables are the extension's own.  To ask pg_depend for
 * that takes a new backend much longer.  As with the server's own catalogs, the locks need
 * not last: every change sends an invalidation.  A table that is being dropped trusts
 * nobody.
 */
static bool
open_tables(KeyReader *reader)
{
	const HcjwtCatalog *catalog = tables_by_name();

	if (catalog == NULL)
		return false;
	reader->help_centers = open_if_there(catalog->help_centers);
	reader->keys = open_if_there(catalog->keys);
	reader->fetch_state = open_if_there(catalog->fetch_state);
	if (!reader->help_centers || !reader->keys || !reader->fetch_state)
	{
		forget_catalog();
		return false;
	}
	reader->unguarded = !(own_triggers_in_force(reader->help_centers) &&
						  own_triggers_in_force(reader->keys));
	return !reader->unguarded;
}

static void
close_tables(KeyReader *reader)
{
	if (reader->fetch_state)
		relation_close(reader->fetch_state, AccessShareLock);
	if (reader->keys)
		relation_close(reader->keys, AccessShareLock);
	if (reader->help_centers)
		relation_close(reader->help_centers, AccessShareLock);
}

static SysScanDesc
scan_kid(KeyReader *reader, const char *kid, size_t kid_len)
{
	ScanKeyData key[1];

	ScanKeyInit(&key[0], Anum_keys_kid, BTEqualStrategyNumber, F_TEXTEQ,
				PointerGetDatum(cstring_to_text_with_len(kid, kid_len)));
	return begin_scan(reader->keys, "keys_kid_idx", 1, key);
}

TrustedKeys *
read_trusted_keys(const char *kid, size_t kid_len)
{
	KeyReader	reader = {0};
	TrustedKeys *result = palloc0(sizeof(TrustedKeys));
	MemoryContextCallback *callback;

	reader.result = result;
	reader.centers_room = reader.materials_room = 4;
	result->centers = palloc(reader.centers_room * sizeof(TrustingCenter));
	result->materials = palloc(reader.materials_room * sizeof(KeyMaterial));
	callback = palloc0(sizeof(MemoryContextCallback));
	callback->func = free_keys;
	callback->arg = result;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, callback);

	if (open_tables(&reader))
	{
		SysScanDesc scan = scan_kid(&reader, kid, kid_len);
		HeapTuple	tuple;

		while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		{
			JudgedKey	judged;

			CHECK_FOR_INTERRUPTS();
			result->nlisted++;
			judge_key(&reader, tuple, &judged);
			if (judged.trust == KEY_TRUSTED)
				add_trusted(&reader, &judged);
		}
		systable_endscan(scan);
		index_centers(result);
	}
	result->unguarded = reader.unguarded;
	close_tables(&reader);
	return result;
}

bool
find_listed_key(const char *kid, size_t kid_len, const char *help_center, ListedKey *found)
{
	KeyReader	reader = {0};

	found->help_center = NULL;
	if (open_tables(&reader))
	{
		SysScanDesc scan = scan_kid(&reader, kid, kid_len);
		HeapTuple	tuple;

		while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		{
			JudgedKey	judged;

			CHECK_FOR_INTERRUPTS();
			judge_key(&reader, tuple, &judged);
			if (help_center != NULL ? strcmp(judged.center.name, help_center) != 0 :
				found->help_center != NULL && strcmp(judged.center.name, found->help_center) >= 0)
				continue;
			found->help_center = judged.center.name;
			found->trust = judged.trust;
			found->since = judged.since;
		}
		systable_endscan(scan);
	}
	close_tables(&reader);
	return found->help_center != NULL;
}

void
count_keys_of(const char *help_center, KeysOfHelpCenter *found)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "hcjwt keys of a help center",
												  ALLOCSET_SMALL_SIZES);
	MemoryContext oldcontext = MemoryContextSwitchTo(context);
	TimestampTz now = GetCurrentTimestamp();
	KeyReader	reader = {0};

	found->trusted = 0;
	found->trusted_since = DT_NOBEGIN;
	found->any_revoked = false;
	if (open_tables(&reader))
	{
		ScanKeyData key[1];
		SysScanDesc scan;
		HeapTuple	tuple;

		text_key(&key[0], Anum_keys_help_center, help_center);
		scan = begin_scan(reader.keys, "keys_pkey", 1, key);
		while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		{
			TimestampTz retired;
			JudgedKey	judged;

			CHECK_FOR_INTERRUPTS();
			judge_key(&reader, tuple, &judged);
			if (judged.trust == KEY_TRUSTED)
			{
				found->trusted += within_max_stale(judged.since, now);
				found->trusted_since = Max(found->trusted_since, judged.since);
			}
			else if (judged.trust == KEY_REVOKED &&
					 !timestamp_column(tuple, reader.keys, Anum_keys_retired_at, &retired))
				found->any_revoked = true;
		}
		systable_endscan(scan);
	}
	close_tables(&reader);
	MemoryContextSwitchTo(oldcontext);
	MemoryContextDelete(context);
}
