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

#include "catalog/dependency.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "commands/extension.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"

#include "keys/catalog.h"
#include "settings.h"

uint64		hcjwt_keys_generation = 1;

static HcjwtCatalog catalog;
static bool catalog_known = false;	/* implies that nothing cached is older */

/*
 * A table or index of the extension.  InvalidOid unless it is a member of the
 * extension itself, or (an index) belongs to such a table.
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

	extension = get_extension_oid("hcjwt", true);
	if (!OidIsValid(extension))
		return NULL;
	schema = get_namespace_oid("hcjwt", true);
	if (!OidIsValid(schema))
		return NULL;

	catalog.help_centers = member_relation(extension, schema, "help_centers", RELKIND_RELATION);
	catalog.help_centers_pkey = member_relation(extension, schema, "help_centers_pkey", RELKIND_INDEX);
	catalog.keys = member_relation(extension, schema, "keys", RELKIND_RELATION);
	catalog.keys_kid_idx = member_relation(extension, schema, "keys_kid_idx", RELKIND_INDEX);
	catalog.keys_material_idx = member_relation(extension, schema, "keys_material_idx", RELKIND_INDEX);
	catalog.fetch_state = member_relation(extension, schema, "fetch_state", RELKIND_RELATION);
	catalog.fetch_state_pkey = member_relation(extension, schema, "fetch_state_pkey", RELKIND_INDEX);

	if (!OidIsValid(catalog.help_centers) ||
		!OidIsValid(catalog.help_centers_pkey) ||
		!OidIsValid(catalog.keys) ||
		!OidIsValid(catalog.keys_kid_idx) ||
		!OidIsValid(catalog.keys_material_idx) ||
		!OidIsValid(catalog.fetch_state) ||
		!OidIsValid(catalog.fetch_state_pkey))
		return NULL;

	catalog_known = true;
	return &catalog;
}

/*
 * The one invalidation that everything hangs on: the triggers send one for the
 * table of keys with every change that a verdict may depend on.  An InvalidOid
 * means that any relation may have changed.
 */
static void
at_relcache_invalidation(Datum arg, Oid relid)
{
	if (relid != InvalidOid &&
		(!catalog_known ||
		 (relid != catalog.keys &&
		  relid != catalog.keys_kid_idx &&
		  relid != catalog.keys_material_idx &&
		  relid != catalog.help_centers &&
		  relid != catalog.help_centers_pkey &&
		  relid != catalog.fetch_state &&
		  relid != catalog.fetch_state_pkey)))
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
register_catalog_callback(void)
{
	CacheRegisterRelcacheCallback(at_relcache_invalidation, (Datum) 0);
}
