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

#include "compat.h"
#include "keys/catalog.h"
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
	bool		isnull;
	Datum		value = tuple_column(tuple, Anum_help_centers_enabled, desc, &isnull);

	if (isnull || !DatumGetBool(value))
		return NULL;
	value = tuple_column(tuple, Anum_help_centers_keys_url, desc, &isnull);
	if (!isnull && is_never_fetched(TextDatumGetCString(value)))
		return NULL;
	value = tuple_column(tuple, Anum_help_centers_name, desc, &isnull);
	return isnull ? NULL : TextDatumGetCString(value);
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
