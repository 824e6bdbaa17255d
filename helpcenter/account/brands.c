/*-------------------------------------------------------------------------
 *
 * brands.c
 *	  the account's brands: a help center each, told apart by the host that
 *	  a request names
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "account/brands.h"

static void
append_brand(Brands *brands)
{
	Brand	   *brand;

	brands->list = xrealloc(brands->list, (brands->count + 1) * sizeof(Brand));
	brand = &brands->list[brands->count++];
	memset(brand, 0, sizeof(*brand));
	brand->id = brands->next_id++;
}

static void
brand_free(Brand *brand)
{
	free(brand->host);
	free(brand->mapped_host);
	free(brand->origin);
}

void
brands_init(Brands *brands, int64_t first_id)
{
	memset(brands, 0, sizeof(*brands));
	brands->next_id = first_id;
	append_brand(brands);
}

void
brands_free(Brands *brands)
{
	for (int i = 0; i < brands->count; i++)
		brand_free(&brands->list[i]);
	for (int i = 0; i < brands->ngone; i++)
		free(brands->gone[i]);
	free(brands->list);
	free(brands->gone);
	memset(brands, 0, sizeof(*brands));
}

/* Do the first len bytes of the host spell this name? */
static bool
same_host(const char *name, const char *host, size_t len)
{
	return name && strlen(name) == len && strncasecmp(name, host, len) == 0;
}

static const Brand *
find_brand(const Brands *brands, const char *host, size_t len)
{
	for (int i = 0; i < brands->count; i++)
	{
		const Brand *brand = &brands->list[i];

		if (same_host(brand->host, host, len) ||
			same_host(brand->mapped_host, host, len))
			return brand;
	}
	return NULL;
}

const Brand *
brands_by_own_host(const Brands *brands, const char *host)
{
	for (int i = 1; i < brands->count; i++)
		if (strcasecmp(brands->list[i].host, host) == 0)
			return &brands->list[i];
	return NULL;
}

const Brand *
brands_of_request(const Brands *brands, const char *host)
{
	const Brand *brand;
	size_t		len;

	if (host == NULL)
		return &brands->list[0];
	len = strcspn(host, ":");
	if (len > 0 && host[len - 1] == '.')
		len--;
	brand = find_brand(brands, host, len);
	if (brand)
		return brand;
	for (int i = 0; i < brands->ngone; i++)
		if (same_host(brands->gone[i], host, len))
			return NULL;
	return &brands->list[0];
}

/* Accepts a name that a certificate can have; no wildcard, no address. */
static bool
judge_host(const Brands *brands, const char *host, Error *err)
{
	if (!host_name_valid(host) || strchr(host, '*') || strchr(host, ':') ||
		host[strspn(host, "0123456789.")] == '\0')
		return fail(err, "\"%.255s\" is not a host name", host);
	if (find_brand(brands, host, strlen(host)))
		return fail(err, "there is a brand at \"%s\" already", host);
	return true;
}

static char *
make_origin(const char *base_url, const char *host)
{
	const char *authority = strstr(base_url, "://") + 3;
	const char *port = strrchr(authority, ':');

	return xprintf("%.*s%s%s", (int) (authority - base_url), base_url, host,
				   port ? port : "");
}

static void
forget_gone(Brands *brands, const char *host)
{
	for (int i = 0; i < brands->ngone; i++)
		if (strcasecmp(brands->gone[i], host) == 0)
		{
			free(brands->gone[i]);
			brands->gone[i] = brands->gone[--brands->ngone];
			return;
		}
}

/* Takes ownership of host. */
static void
remember_gone(Brands *brands, char *host)
{
	if (host == NULL)
		return;
	forget_gone(brands, host);
	brands->gone = xrealloc(brands->gone,
							(brands->ngone + 1) * sizeof(char *));
	brands->gone[brands->ngone++] = host;
}

bool
brands_add(Brands *brands, const char *host, const char *mapped_host,
		   const char *base_url, Error *err)
{
	Brand	   *brand;

	if (brands->count == BRANDS_MAX)
		return fail(err, "an account has at most %d brands", BRANDS_MAX);
	if (!judge_host(brands, host, err) ||
		(mapped_host && !judge_host(brands, mapped_host, err)))
		return false;
	if (mapped_host && strcasecmp(host, mapped_host) == 0)
		return fail(err, "a brand's two hosts must differ");
	append_brand(brands);
	brand = &brands->list[brands->count - 1];
	brand->host = xstrdup(host);
	brand->mapped_host = mapped_host ? xstrdup(mapped_host) : NULL;
	brand->origin = make_origin(base_url, mapped_host ? mapped_host : host);
	forget_gone(brands, host);
	if (mapped_host)
		forget_gone(brands, mapped_host);
	return true;
}

static Brand *
find_by_own_host(const Brands *brands, const char *host, Error *err)
{
	const Brand *brand = brands_by_own_host(brands, host);

	if (brand == NULL)
		fail(err, "there is no brand at \"%.255s\"", host);
	return (Brand *) brand;
}

/* Gives the brand a new subdomain.  From now on the old subdomain leads nowhere. */
bool
brands_rename(Brands *brands, const char *host, const char *to,
			  const char *base_url, Error *err)
{
	Brand	   *brand = find_by_own_host(brands, host, err);

	if (brand == NULL || !judge_host(brands, to, err))
		return false;
	remember_gone(brands, brand->host);
	forget_gone(brands, to);
	brand->host = xstrdup(to);
	if (brand->mapped_host == NULL)
	{
		free(brand->origin);
		brand->origin = make_origin(base_url, to);
	}
	return true;
}

bool
brands_remove(Brands *brands, const char *host, Error *err)
{
	Brand	   *brand = find_by_own_host(brands, host, err);
	size_t		behind;

	if (brand == NULL)
		return false;
	remember_gone(brands, brand->host);
	remember_gone(brands, brand->mapped_host);
	free(brand->origin);
	behind = &brands->list[--brands->count] - brand;
	memmove(brand, brand + 1, behind * sizeof(Brand));
	return true;
}

json_t *
brands_describe(const Brands *brands)
{
	json_t	   *list = json_array();

	for (int i = 0; i < brands->count; i++)
	{
		const Brand *brand = &brands->list[i];

		json_array_append_new(list,
							  json_pack("{s:I, s:s?, s:s?, s:s?}",
										"id", (json_int_t) brand->id,
										"host", brand->host,
										"mapped_host", brand->mapped_host,
										"origin", brand->origin));
	}
	return list;
}
