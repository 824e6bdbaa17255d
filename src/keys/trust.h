/*-------------------------------------------------------------------------
 *
 * trust.h
 *		Under which help centers, with which key, a kid is trusted now.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_TRUST_H
#define HCJWT_TRUST_H

#include "jose/jwk.h"
#include "jose/rs256.h"
#include "keys/catalog.h"
#include "url/authority.h"
#include "utils/timestamp.h"

/* One public key, under however many help centers it is listed. */
typedef struct KeyMaterial
{
	char		thumbprint[JWK_THUMBPRINT_LEN + 1];
	Jwk		   *jwk;			/* until the key is made of it */
	Rs256Key   *key;			/* by key_of_material(), at first use */
} KeyMaterial;

/* A help center under which the kid is trusted, and its rules for claims. */
typedef struct TrustingCenter
{
	char	   *name;			/* in the database's encoding */
	int			material;		/* index into materials */
	TimestampTz trusted_since;	/* last success of a fetch, or DT_NOEND for an
								 * imported key, which does not age */
	Url		   *origins;
	int			norigins;
	bool		any_origin;
	char	   *audience;		/* UTF-8, or NULL for any */
	char	   *issuer;			/* likewise */
	int64		leeway;			/* microseconds */
} TrustingCenter;

/* A help center by one of its origins; NULL for one that takes any. */
typedef struct OriginEntry
{
	const Url  *origin;
	const TrustingCenter *center;
} OriginEntry;

typedef struct TrustedKeys
{
	KeyMaterial *materials;
	int			nmaterials;
	TrustingCenter *centers;	/* in the order of their names */
	int			ncenters;
	OriginEntry *origins;		/* in order; the nany_origin ones of any first */
	int			norigins;
	int			nany_origin;
	int			nlisted;		/* rows of the kid, trusted or not */
	bool		unguarded;		/* the tables' triggers are not in force: none
								 * is trusted */
} TrustedKeys;

/* Puts the centers in order, and makes what the next two functions search. */
extern void index_centers(TrustedKeys *keys);

/* NULL when the kid is not trusted under a help center of that name. */
extern const TrustingCenter *find_trusting_center(const TrustedKeys *keys, const char *name);

/* The first of *count entries of that origin; a help center may have several. */
extern const OriginEntry *find_trusting_origin(const TrustedKeys *keys,
											   const Url *origin, int *count);

/* Is a key that is trusted since then still within hcjwt.max_stale? */
extern bool within_max_stale(TimestampTz trusted_since, TimestampTz now);

/* The key, ready to verify; NULL when OpenSSL runs out of memory. */
extern Rs256Key *key_of_material(KeyMaterial *material);

#endif							/* HCJWT_TRUST_H */
