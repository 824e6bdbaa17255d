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

#include "epoch.h"
#include "keys/catalog.h"

uint64		hcjwt_keys_generation = 1;

static HcjwtCatalog catalog;
static bool catalog_known = false;	/* implies that nothing cached is older */

/* All of them, in whichever order. */
static const struct
{
	const char *name;
	char		relkind;
	Oid		   *oid;
}			relations[] = {
	{"help_centers", RELKIND_RELATION, &catalog.help_centers},
	{"help_centers_pkey", RELKIND_INDEX, &catalog.help_centers_pkey},
	{"keys", RELKIND_RELATION, &catalog.keys},
	{"keys_kid_idx", RELKIND_INDEX, &catalog.keys_kid_idx},
	{"keys_material_idx", RELKIND_INDEX, &catalog.keys_material_idx},
	{"fetch_state", RELKIND_RELATION, &catalog.fetch_state},
	{"fetch_state_pkey", RELKIND_INDEX, &catalog.fetch_state_pkey},
};

/*
 * A table or index of the extension.  InvalidOid unless a table is a member of the
 * extension itself; an index belongs to such a table.
 */
static Oid
member_relation(Oid extension, Oid schema, const char *name, char relkind)
{
	Oid			relid = get_relname_relid(name, schema);

	if (!OidIsValid(relid) || get_rel_relkind(relid) != relkind)
		return InvalidOid;
	if (relkind == RELKIND_RELATION &&
		getExtensionOfObject(RelationRelationId, relid) != extension)
		return InvalidOid;
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
	for (int i = 0; i < lengthof(relations); i++)
	{
		*relations[i].oid = member_relation(extension, schema, relations[i].name,
											relations[i].relkind);
		if (!OidIsValid(*relations[i].oid))
			return NULL;
	}
	catalog_known = true;
	return &catalog;
}

static bool
is_member(Oid relid)
{
	for (int i = 0; i < lengthof(relations); i++)
		if (relid == *relations[i].oid)
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
