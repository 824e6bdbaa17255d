/*-------------------------------------------------------------------------
 *
 * key_reader.c
 *		Reads from the tables which keys of a kid are trusted.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "keys/catalog.h"
#include "keys/key_reader.h"

/* The keys that are found, with room for more. */
typedef struct KeyReader
{
	TrustedKeys *result;
	int			centers_room;
	int			materials_room;
} KeyReader;

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

TrustedKeys *
read_trusted_keys(const char *kid, size_t kid_len)
{
	KeyTables	tables = {0};
	KeyReader	reader;
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

	if (open_key_tables(&tables))
	{
		SysScanDesc scan = scan_kid(&tables, kid, kid_len);
		HeapTuple	tuple;

		while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		{
			JudgedKey	judged;

			CHECK_FOR_INTERRUPTS();
			result->nlisted++;
			judge_key(&tables, tuple, &judged);
			if (judged.trust == KEY_TRUSTED)
				add_trusted(&reader, &judged);
		}
		systable_endscan(scan);
		index_centers(result);
	}
	result->unguarded = tables.unguarded;
	close_key_tables(&tables);
	return result;
}

bool
find_listed_key(const char *kid, size_t kid_len, const char *help_center, ListedKey *found)
{
	KeyTables	tables = {0};

	found->help_center = NULL;
	if (open_key_tables(&tables))
	{
		SysScanDesc scan = scan_kid(&tables, kid, kid_len);
		HeapTuple	tuple;

		while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		{
			JudgedKey	judged;

			CHECK_FOR_INTERRUPTS();
			judge_key(&tables, tuple, &judged);
			if (help_center != NULL ? strcmp(judged.center.name, help_center) != 0 :
				found->help_center != NULL && strcmp(judged.center.name, found->help_center) >= 0)
				continue;
			found->help_center = judged.center.name;
			found->trust = judged.trust;
			found->since = judged.since;
		}
		systable_endscan(scan);
	}
	close_key_tables(&tables);
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
	KeyTables	tables = {0};

	found->trusted = 0;
	found->trusted_since = DT_NOBEGIN;
	found->any_revoked = false;
	if (open_key_tables(&tables))
	{
		SysScanDesc scan = scan_keys_of(&tables, help_center);
		HeapTuple	tuple;

		while (HeapTupleIsValid(tuple = systable_getnext(scan)))
		{
			TimestampTz retired;
			JudgedKey	judged;

			CHECK_FOR_INTERRUPTS();
			judge_key(&tables, tuple, &judged);
			if (judged.trust == KEY_TRUSTED)
			{
				found->trusted += within_max_stale(judged.since, now);
				found->trusted_since = Max(found->trusted_since, judged.since);
			}
			else if (judged.trust == KEY_REVOKED &&
					 !key_timestamp(&tables, tuple, Anum_keys_retired_at, &retired))
				found->any_revoked = true;
		}
		systable_endscan(scan);
	}
	found->unguarded = tables.unguarded;
	close_key_tables(&tables);
	MemoryContextSwitchTo(oldcontext);
	MemoryContextDelete(context);
}
