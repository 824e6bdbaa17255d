/*-------------------------------------------------------------------------
 *
 * key_judge.c
 *		Is the key of a row of hcjwt.keys trusted?
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

#include "encoding.h"
#include "keys/catalog.h"
#include "keys/columns.h"
#include "keys/help_center.h"
#include "keys/key_judge.h"
#include "keys/own_triggers.h"
#include "keys/stored_jwk.h"
#include "url/origin.h"

/* A table of no more pages is read whole. */
#define FEW_PAGES			4

static void
text_key(ScanKey key, AttrNumber attno, const char *value)
{
	ScanKeyInit(key, attno, BTEqualStrategyNumber, F_TEXTEQ,
				CStringGetTextDatum(value));
}

/*
 * A text column as a C string of UTF-8; one that has no such form can equal no
 * claim, so it becomes a text that no JSON string can be.
 */
static char *
utf8_column(HeapTuple tuple, TupleDesc desc, AttrNumber attno)
{
	char	   *string = get_text(tuple, desc, attno);
	const char *utf8;
	size_t		len;

	if (string == NULL)
		return NULL;
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
material_is_revoked(KeyTables *tables, const char *help_center,
					const char *thumbprint)
{
	ScanKeyData key[2];
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		revoked = false;

	text_key(&key[0], Anum_keys_help_center, help_center);
	text_key(&key[1], Anum_keys_thumbprint, thumbprint);
	scan = begin_scan(tables->keys, "keys_material_idx", 2, key);
	while (!revoked && HeapTupleIsValid(tuple = systable_getnext(scan)))
		revoked = !is_null(tuple, RelationGetDescr(tables->keys), Anum_keys_revoked_at);
	systable_endscan(scan);
	return revoked;
}

/* When a fetch last succeeded; false when none has. */
static bool
last_success(KeyTables *tables, const char *help_center, TimestampTz *when)
{
	ScanKeyData key[1];
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		found = false;

	/* counts where the keys' owner has it: 1.0's table has no trigger to tell */
	if (tables->fetch_state->rd_rel->relowner != tables->keys->rd_rel->relowner ||
		tables->fetch_state->rd_rel->relkind != RELKIND_RELATION)
		return false;

	text_key(&key[0], Anum_fetch_state_help_center, help_center);
	scan = begin_scan(tables->fetch_state, "fetch_state_pkey", 1, key);
	if (HeapTupleIsValid(tuple = systable_getnext(scan)))
		found = get_timestamp(tuple, RelationGetDescr(tables->fetch_state),
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
read_help_center(KeyTables *tables, TrustingCenter *center)
{
	TupleDesc	desc = RelationGetDescr(tables->help_centers);
	ScanKeyData key[1];
	SysScanDesc scan;
	HeapTuple	tuple;
	bool		enabled = false;

	text_key(&key[0], Anum_help_centers_name, center->name);
	scan = begin_scan(tables->help_centers, "help_centers_pkey", 1, key);
	if (HeapTupleIsValid(tuple = systable_getnext(scan)))
		enabled = DatumGetBool(get_column(tuple, desc, Anum_help_centers_enabled));
	if (enabled)
	{
		if (!is_null(tuple, desc, Anum_help_centers_origins))
			read_origins(get_column(tuple, desc, Anum_help_centers_origins), center);
		center->audience = utf8_column(tuple, desc, Anum_help_centers_audience);
		center->issuer = utf8_column(tuple, desc, Anum_help_centers_issuer);
		if (!is_null(tuple, desc, Anum_help_centers_leeway))
		{
			Datum		leeway = get_column(tuple, desc, Anum_help_centers_leeway);

			center->leeway = Max(leeway_of(DatumGetIntervalP(leeway)), 0);
		}
	}
	systable_endscan(scan);
	return enabled;
}

/* NULL when it cannot be used; the trigger refuses such a row. */
static Jwk *
read_jwk(Datum value, const char *kid)
{
	Jwk		   *jwk = palloc(sizeof(Jwk));
	JwkStatus	status = jwk_from_row(value, kid, jwk);

	if (status == JWK_NO_DIGEST)
		elog(ERROR, "OpenSSL could not compute a SHA-256 digest");
	return status == JWK_OK ? jwk : NULL;
}

/*
 * Judges a row of hcjwt.keys.  This is the rule for which keys are trusted,
 * except for hcjwt.max_stale, which within_max_stale() judges at each use.  The
 * cheapest tests come first.
 */
static void
judge_key(KeyTables *tables, HeapTuple tuple, JudgedKey *judged)
{
	TrustingCenter *center = &judged->center;
	TupleDesc	desc = RelationGetDescr(tables->keys);

	memset(judged, 0, sizeof(*judged));
	center->name = get_text(tuple, desc, Anum_keys_help_center);

	judged->listed = !get_timestamp(tuple, desc, Anum_keys_retired_at, &judged->since);
	judged->trust = KEY_REVOKED;
	if (get_timestamp(tuple, desc, Anum_keys_revoked_at, &judged->since))
		return;
	judged->trust = KEY_RETIRED;
	if (!judged->listed)
		return;
	judged->trust = KEY_DISABLED;
	if (!read_help_center(tables, center))
		return;

	judged->trust = KEY_NEVER_FETCHED;
	if (strcmp(get_text(tuple, desc, Anum_keys_source), "imported") == 0)
		judged->since = DT_NOEND;
	else if (!last_success(tables, center->name, &judged->since))
		return;

	judged->trust = KEY_UNUSABLE;
	judged->jwk = read_jwk(get_column(tuple, desc, Anum_keys_jwk),
						   get_text(tuple, desc, Anum_keys_kid));
	if (judged->jwk == NULL)
		return;
	judged->trust = KEY_MATERIAL_REVOKED;
	if (material_is_revoked(tables, center->name, judged->jwk->thumbprint))
		return;

	judged->trust = KEY_TRUSTED;
	center->trusted_since = judged->since;
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
 * The triggers show that the tables are the extension's own.  To ask pg_depend for
 * that takes a new backend much longer.  As with the server's own catalogs, the locks need
 * not last: every change sends an invalidation.  A table that is being dropped trusts
 * nobody.
 */
static bool
open_key_tables(KeyTables *tables)
{
	const HcjwtCatalog *catalog = tables_by_name();

	if (catalog == NULL)
		return false;
	tables->help_centers = open_if_there(catalog->help_centers);
	tables->keys = open_if_there(catalog->keys);
	tables->fetch_state = open_if_there(catalog->fetch_state);
	if (!tables->help_centers || !tables->keys || !tables->fetch_state)
	{
		forget_catalog();
		return false;
	}
	tables->unguarded = !(own_triggers_in_force(tables->help_centers) &&
						  own_triggers_in_force(tables->keys));
	return !tables->unguarded;
}

static void
close_key_tables(KeyTables *tables)
{
	if (tables->fetch_state)
		relation_close(tables->fetch_state, AccessShareLock);
	if (tables->keys)
		relation_close(tables->keys, AccessShareLock);
	if (tables->help_centers)
		relation_close(tables->help_centers, AccessShareLock);
}

static void
begin_key_scan(KeyScan *scan, const char *index, ScanKey key)
{
	memset(&scan->tables, 0, sizeof(scan->tables));
	scan->rows = NULL;
	if (open_key_tables(&scan->tables))
		scan->rows = begin_scan(scan->tables.keys, index, 1, key);
}

void
scan_kid(KeyScan *scan, const char *kid, size_t kid_len)
{
	ScanKeyData key;

	ScanKeyInit(&key, Anum_keys_kid, BTEqualStrategyNumber, F_TEXTEQ,
				PointerGetDatum(cstring_to_text_with_len(kid, kid_len)));
	begin_key_scan(scan, "keys_kid_idx", &key);
}

void
scan_keys_of(KeyScan *scan, const char *help_center)
{
	ScanKeyData key;

	text_key(&key, Anum_keys_help_center, help_center);
	begin_key_scan(scan, "keys_pkey", &key);
}

bool
next_key(KeyScan *scan, JudgedKey *judged)
{
	HeapTuple	tuple = scan->rows ? systable_getnext(scan->rows) : NULL;

	if (HeapTupleIsValid(tuple))
	{
		CHECK_FOR_INTERRUPTS();
		judge_key(&scan->tables, tuple, judged);
		return true;
	}
	if (scan->rows)
		systable_endscan(scan->rows);
	close_key_tables(&scan->tables);
	return false;
}
