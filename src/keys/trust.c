/*-------------------------------------------------------------------------
 *
 * trust.c
 *		Under which help centers, with which key, a kid is trusted now.
 *
 * Brands of one account share their keys, so many help centers may trust a kid.  They
 * are kept in order, and found by binary search.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "keys/trust.h"
#include "settings.h"

/* In any total order; equal means the same origin (RFC 6454, section 5). */
static int
compare_origins(const Url *a, const Url *b)
{
	if (a->https != b->https)
		return a->https ? 1 : -1;
	if (a->port != b->port)
		return a->port > b->port ? 1 : -1;
	return strcmp(a->host, b->host);
}

static int
compare_centers(const void *a, const void *b)
{
	return strcmp(((const TrustingCenter *) a)->name,
				  ((const TrustingCenter *) b)->name);
}

/* Help centers that accept any origin come first. */
static int
compare_entries(const void *a, const void *b)
{
	const OriginEntry *x = a;
	const OriginEntry *y = b;

	if (x->origin == NULL || y->origin == NULL)
		return (x->origin != NULL) - (y->origin != NULL);
	return compare_origins(x->origin, y->origin);
}

void
index_centers(TrustedKeys *keys)
{
	int			room = 0;

	qsort(keys->centers, keys->ncenters, sizeof(TrustingCenter), compare_centers);

	for (int i = 0; i < keys->ncenters; i++)
		room += keys->centers[i].norigins + 1;

	keys->origins = palloc_extended(Max(room, 1) * sizeof(OriginEntry), MCXT_ALLOC_HUGE);
	for (int i = 0; i < keys->ncenters; i++)
	{
		const TrustingCenter *center = &keys->centers[i];

		if (center->any_origin)
		{
			keys->origins[keys->norigins].origin = NULL;
			keys->origins[keys->norigins++].center = center;
			keys->nany_origin++;
			continue;
		}
		for (int j = 0; j < center->norigins; j++)
		{
			keys->origins[keys->norigins].origin = &center->origins[j];
			keys->origins[keys->norigins++].center = center;
		}
	}
	qsort(keys->origins, keys->norigins, sizeof(OriginEntry), compare_entries);
}

const TrustingCenter *
find_trusting_center(const TrustedKeys *keys, const char *name)
{
	TrustingCenter wanted = {.name = unconstify(char *, name)};

	if (keys->ncenters == 0)
		return NULL;
	return bsearch(&wanted, keys->centers, keys->ncenters, sizeof(TrustingCenter),
				   compare_centers);
}

const OriginEntry *
find_trusting_origin(const TrustedKeys *keys, const Url *origin, int *count)
{
	int			low = keys->nany_origin;
	int			high = keys->norigins;

	*count = 0;
	while (low < high)
	{
		int			middle = low + (high - low) / 2;

		if (compare_origins(keys->origins[middle].origin, origin) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	while (low + *count < keys->norigins &&
		   compare_origins(keys->origins[low + *count].origin, origin) == 0)
		(*count)++;
	return &keys->origins[low];
}

bool
within_max_stale(TimestampTz trusted_since, TimestampTz now)
{
	if (trusted_since == DT_NOEND)
		return true;
	return now < TimestampTzPlusMilliseconds(trusted_since,
											 (int64) hcjwt_max_stale * 1000);
}

Rs256Key *
key_of_material(KeyMaterial *material)
{
	if (material->key == NULL)
		material->key = rs256_key_new(material->jwk);
	return material->key;
}
