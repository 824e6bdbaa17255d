/*-------------------------------------------------------------------------
 *
 * catalog.c
 *		Finds the extension's own tables by OID, never by search_path.
 *
 * IDENTIFICATION
 *	  src/keys/catalog.c
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
#include "utils/rel.h"
#include "utils/relcache.h"

#include "epoch.h"
#include "keys/catalog.h"

uint64		hcjwt_keys_generation = 1;

static HcjwtCatalog catalog;
static bool catalog_known = false;	/* implies that nothing cached is older */

static const struct
{
	const char *name;
	Oid		   *oid;
}			tables[] = {
	{"help_centers", &catalog.help_centers},
	{"keys", &catalog.keys},
	{"fetch_state", &catalog.fetch_state},
};

/* A table of the extension itself, or InvalidOid. */
static Oid
member_table(Oid extension, Oid schema, const char *name)
{
	Oid			relid = get_relname_relid(name, schema);
	Relation	rel;

	if (!OidIsValid(relid) ||
		getExtensionOfObject(RelationRelationId, relid) != extension)
		return InvalidOid;
	/* its description will be wanted anyway */
	rel = RelationIdGetRelation(relid);
	if (rel == NULL)
		return InvalidOid;
	if (rel->rd_rel->relkind != RELKIND_RELATION)
		relid = InvalidOid;
	RelationClose(rel);
	return relid;
}

const HcjwtCatalog *
hcjwt_catalog(void)
{
	Oid			extension;
	Oid			schema;

	if (catalog_known)
		return &catalog;

	Assert(IsTransactionState());
	extension = get_extension_oid("hcjwt", true);
	schema = get_namespace_oid("hcjwt", true);
	if (!OidIsValid(extension) || !OidIsValid(schema))
		return NULL;
	for (int i = 0; i < lengthof(tables); i++)
	{
		*tables[i].oid = member_table(extension, schema, tables[i].name);
		if (!OidIsValid(*tables[i].oid))
			return NULL;
	}
	catalog_known = true;
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
 * The one invalidation that everything hangs on: the triggers send one for the
 * table of keys with every change that a verdict may depend on.  An InvalidOid
 * means that any relation may have changed.
 */
static void
at_relcache_invalidation(Datum arg, Oid relid)
{
	if (relid != InvalidOid && !(catalog_known && is_member(relid)))
		return;

	/* it may also be that the table itself has gone */
	catalog_known = false;
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
	const HcjwtCatalog *known = hcjwt_catalog();

	if (known != NULL)
		CacheInvalidateRelcacheByRelid(known->keys);
}

void
catalog_init(void)
{
	CacheRegisterRelcacheCallback(at_relcache_invalidation, (Datum) 0);
}
