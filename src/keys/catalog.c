/*-------------------------------------------------------------------------
 *
 * catalog.c
 *		Finds the extension's own tables by OID, never by search_path.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "commands/extension.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"

#include "epoch.h"
#include "keys/catalog.h"

uint64		hcjwt_keys_generation = 1;

static HcjwtCatalog catalog;

/*
 * What is known of the catalog.  While it is more than nothing, no invalidation
 * of a table has come since that table was looked up.
 */
static enum
{
	KNOWN_NOTHING,
	KNOWN_IN_PART,				/* the tables are being looked up */
	KNOWN_BY_NAME,				/* these tables have our names */
	KNOWN_MEMBERS				/* and are the extension's own */
}			known = KNOWN_NOTHING;

/* All of them, in whichever order. */
static const struct
{
	const char *name;
	Oid		   *oid;
}			tables[] = {
	{"help_centers", &catalog.help_centers},
	{"keys", &catalog.keys},
	{"fetch_state", &catalog.fetch_state},
};

const HcjwtCatalog *
tables_by_name(void)
{
	Oid			schema;

	if (known >= KNOWN_BY_NAME)
		return &catalog;

	Assert(IsTransactionState());
	schema = get_namespace_oid("hcjwt", true);
	if (!OidIsValid(schema))
		return NULL;

	/* the look-up of one table may bring word of a change of another */
	known = KNOWN_IN_PART;
	for (int i = 0; i < lengthof(tables); i++)
	{
		*tables[i].oid = get_relname_relid(tables[i].name, schema);
		if (!OidIsValid(*tables[i].oid))
			return NULL;
	}
	if (known == KNOWN_IN_PART)
		known = KNOWN_BY_NAME;
	return &catalog;
}

const HcjwtCatalog *
hcjwt_catalog(void)
{
	Oid			extension;

	if (known == KNOWN_MEMBERS)
		return &catalog;
	if (tables_by_name() == NULL)
		return NULL;
	extension = get_extension_oid("hcjwt", true);
	for (int i = 0; i < lengthof(tables); i++)
		if (get_rel_relkind(*tables[i].oid) != RELKIND_RELATION ||
			!OidIsValid(extension) ||
			getExtensionOfObject(RelationRelationId, *tables[i].oid) != extension)
			return NULL;

	/* unless one of them has changed since */
	if (known == KNOWN_BY_NAME)
		known = KNOWN_MEMBERS;
	return &catalog;
}

static bool
is_member(Oid relid)
{
	for (int i = 0; i < lengthof(tables); i++)
		if (relid == *tables[i].oid)
			return true;
	return false;
}

/*
 * With every change that a verdict may depend on, the triggers send an
 * invalidation for the table of keys, which comes here.  InvalidOid means that
 * any relation may have changed.
 */
static void
at_relcache_invalidation(Datum arg, Oid relid)
{
	if (relid != InvalidOid && !(known != KNOWN_NOTHING && is_member(relid)))
		return;

	/* the table itself may be gone */
	known = KNOWN_NOTHING;
	hcjwt_keys_generation++;
	hcjwt_epoch++;
}

void
forget_catalog(void)
{
	at_relcache_invalidation((Datum) 0, InvalidOid);
}

void
invalidate_keys(void)
{
	const HcjwtCatalog *own = hcjwt_catalog();

	if (own != NULL)
		CacheInvalidateRelcacheByRelid(own->keys);
}

void
catalog_init(void)
{
	CacheRegisterRelcacheCallback(at_relcache_invalidation, (Datum) 0);
}
