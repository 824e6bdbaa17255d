/*-------------------------------------------------------------------------
 *
 * key_reader.c
 *		Reads from the tables which keys of a kid are trusted.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/memutils.h"

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
	KeyScan		scan;
	JudgedKey	judged;
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

	scan_kid(&scan, kid, kid_len);
	while (next_key(&scan, &judged))
	{
		result->nlisted++;
		if (judged.trust == KEY_TRUSTED)
			add_trusted(&reader, &judged);
	}
	index_centers(result);
	result->unguarded = scan.tables.unguarded;
	return result;
}

bool
find_listed_key(const char *kid, size_t kid_len, const char *help_center, JudgedKey *found)
{
	KeyScan		scan;
	JudgedKey	judged;
	bool		any = false;

	scan_kid(&scan, kid, kid_len);
	while (next_key(&scan, &judged))
	{
		if (help_center != NULL ? strcmp(judged.center.name, help_center) != 0 :
			any && strcmp(judged.center.name, found->center.name) >= 0)
			continue;
		*found = judged;
		any = true;
	}
	return any;
}

void
count_keys_of(const char *help_center, KeysOfHelpCenter *found)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "hcjwt keys of a help center",
												  ALLOCSET_SMALL_SIZES);
	MemoryContext oldcontext = MemoryContextSwitchTo(context);
	TimestampTz now = GetCurrentTimestamp();
	KeyScan		scan;
	JudgedKey	judged;

	found->trusted = 0;
	found->trusted_since = DT_NOBEGIN;
	found->any_revoked = false;
	scan_keys_of(&scan, help_center);
	while (next_key(&scan, &judged))
	{
		if (judged.trust == KEY_TRUSTED)
		{
			found->trusted += within_max_stale(judged.since, now);
			found->trusted_since = Max(found->trusted_since, judged.since);
		}
		else if (judged.trust == KEY_REVOKED && judged.listed)
			found->any_revoked = true;
	}
	found->unguarded = scan.tables.unguarded;
	MemoryContextSwitchTo(oldcontext);
	MemoryContextDelete(context);
}
