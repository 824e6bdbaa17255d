/*-------------------------------------------------------------------------
 *
 * brands.h
 *	  the account's brands: a help center each, told apart by the host that
 *	  a request names
 *
 * Brands share the account's users and signing keys.  Each has an origin and
 * custom claims of its own.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_BRANDS_H
#define HC_BRANDS_H

#include <jansson.h>

#include "base/text.h"

#define BRANDS_MAX 100

typedef struct Brand
{
	int64_t		id;
	char	   *host;			/* without a port; NULL: the first brand,
								 * which answers to all hosts that no other
								 * brand has */
	char	   *mapped_host;	/* host mapping: its other host; NULL: none */
	char	   *origin;			/* the origin claim; NULL: no such claim */
} Brand;

typedef struct Brands
{
	Brand	   *list;			/* the first is the account's first brand */
	int			count;
	int64_t		next_id;
	char	  **gone;			/* hosts that brands had before */
	int			ngone;
} Brands;

extern void brands_init(Brands *brands, int64_t first_id);
extern void brands_free(Brands *brands);

/* The brand's origin gets the scheme and the port of base_url. */
extern bool brands_add(Brands *brands, const char *host,
					   const char *mapped_host, const char *base_url,
					   Error *err);
extern bool brands_rename(Brands *brands, const char *host, const char *to,
						  const char *base_url, Error *err);
extern bool brands_remove(Brands *brands, const char *host, Error *err);
extern json_t *brands_describe(const Brands *brands);

/*
 * The brand that a request's Host header names; the first brand when there is
 * no header (NULL).  Returns NULL when a brand had that host before.
 */
extern const Brand *brands_of_request(const Brands *brands, const char *host);
extern const Brand *brands_by_own_host(const Brands *brands,
									   const char *host);

#endif							/* HC_BRANDS_H */
