/*-------------------------------------------------------------------------
 *
 * fetched_help_centers.c
 *		For which help centers keys are fetched.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/relation.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/rel.h"

#include "keys/catalog.h"
#include "keys/columns.h"
#include "keys/fetched_help_centers.h"
#include "keys/help_center.h"
#include "keys/key_judge.h"

/*
 * The name of the help center, or NULL when it is disabled or nothing is
 * fetched for it.
 */
static char *
name_if_fetched(HeapTuple tuple, TupleDesc desc)
{
	if (!DatumGetBool(get_column(tuple, desc, Anum_help_centers_enabled)) ||
		is_never_fetched(get_text(tuple, desc, Anum_help_centers_keys_url)))
		return NULL;
	return get_text(tuple, desc, Anum_help_centers_name);
}

int
read_fetched_help_centers(const char *name, char **names, int max)
{
	const HcjwtCatalog *catalog = hcjwt_catalog();
	Relation	table = NULL;
	ScanKeyData key[1];
	SysScanDesc scan;
	HeapTuple	tuple;
	int			count = 0;

	/* the lock need not last, as in key_judge.c */
	if (catalog != NULL)
		table = try_relation_open(catalog->help_centers, AccessShareLock);
	if (table == NULL)
	{
		forget_catalog();
		return 0;
	}
	if (name != NULL)
		ScanKeyInit(&key[0], Anum_help_centers_name, BTEqualStrategyNumber,
					F_TEXTEQ, CStringGetTextDatum(name));
	scan = begin_scan(table, "help_centers_pkey", name ? 1 : 0, key);
	while (count < max && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		CHECK_FOR_INTERRUPTS();
		names[count] = name_if_fetched(tuple, RelationGetDescr(table));
		if (names[count] != NULL)
			count++;
	}
	systable_endscan(scan);
	relation_close(table, AccessShareLock);
	return count;
}
