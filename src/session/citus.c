/*-------------------------------------------------------------------------
 *
 * citus.c
 *		Is Citus here, and is this session one of its own?
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_namespace.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"

#include "compat.h"
#include "session/citus.h"

/*
 * Anybody can make a placeholder with the name of Citus' setting, but only a
 * superuser can make a table in pg_catalog.
 */
bool
citus_is_here(void)
{
	static enum
	{
		UNKNOWN, ABSENT, LOADED
	}			citus = UNKNOWN;

	if (citus == UNKNOWN)
	{
		struct config_generic *setting = find_setting(CARRIES_SET_LOCAL);

		/* Citus can be loaded at the server's start only */
		citus = setting != NULL && (setting->flags & GUC_CUSTOM_PLACEHOLDER) == 0
			? LOADED : ABSENT;
	}
	return citus == LOADED &&
		OidIsValid(get_relname_relid("pg_dist_node", PG_CATALOG_NAMESPACE));
}

bool
session_is_of_citus(void)
{
	return application_name != NULL &&
		strncmp(application_name, "citus_internal", strlen("citus_internal")) == 0;
}
