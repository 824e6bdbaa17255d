/*-------------------------------------------------------------------------
 *
 * jwks.c
 *		JWK Sets (RFC 7517, section 5): a bad key is skipped, the rest is used.
 *
 *-------------------------------------------------------------------------
 */
#include "jose/jwks.h"

#include <stdbool.h>
#include <string.h>

#include "json/guard.h"
#include "json/walk.h"

static bool
same_kid(const Jwk *a, const Jwk *b)
{
	return a->kid_len == b->kid_len && memcmp(a->kid, b->kid, a->kid_len) == 0;
}

static bool
same_material(const Jwk *a, const Jwk *b)
{
	return a->n_len == b->n_len && memcmp(a->n, b->n, a->n_len) == 0 &&
		a->e_len == b->e_len && memcmp(a->e, b->e, a->e_len) == 0;
}

/* Compares each key with those before it, which are at most JWKS_MAX_KEYS. */
static void
mark_twins(JwksElement *elements, int nelements)
{
	int			i;
	int			j;

	for (i = 1; i < nelements; i++)
	{
		JwksElement *later = &elements[i];

		for (j = 0; j < i && later->status == JWK_OK; j++)
		{
			JwksElement *earlier = &elements[j];

			if (earlier->status != JWK_OK ||
				!same_kid(&earlier->jwk, &later->jwk))
				continue;
			if (same_material(&earlier->jwk, &later->jwk))
				later->repeat = 1;
			else
				earlier->ambiguous = later->ambiguous = 1;
		}
	}
}

JwksStatus
jwks_parse(const char *json, size_t len,
		   JwksElement *elements, int *nelements, int *nusable)
{
	JsonWanted	keys = {.name = "keys"};
	JsonWanted	element;
	size_t		pos = 0;
	int			n = 0;
	int			i;

	*nelements = 0;
	*nusable = 0;
	if (len > JWKS_MAX_LEN)
		return JWKS_TOO_LONG;
	if (json_guard_object(json, len, &keys, 1) != JSON_OK)
		return JWKS_BAD_JSON;
	if (keys.type != JSON_ARRAY)
		return JWKS_NO_KEYS_ARRAY;

	/* count first, so that no key of an endless set costs anything */
	while (json_array_next(keys.value, keys.value_len, &pos, &element))
	{
		if (++n > JWKS_MAX_KEYS)
			return JWKS_TOO_MANY;
	}
	if (n == 0)
		return JWKS_EMPTY;

	pos = 0;
	for (i = 0; i < n; i++)
	{
		json_array_next(keys.value, keys.value_len, &pos, &element);
		elements[i].ambiguous = 0;
		elements[i].repeat = 0;
		elements[i].status = JWK_BAD_JSON;
		if (element.type == JSON_OBJECT)
			elements[i].status = jwk_parse(element.value, element.value_len,
										   &elements[i].jwk);
	}
	mark_twins(elements, n);

	*nelements = n;
	for (i = 0; i < n; i++)
	{
		if (elements[i].status == JWK_OK &&
			!elements[i].ambiguous && !elements[i].repeat)
			(*nusable)++;
	}
	return *nusable > 0 ? JWKS_OK : JWKS_NO_USABLE_KEY;
}

const char *
jwks_status_text(JwksStatus status)
{
	switch (status)
	{
		case JWKS_OK:
			return "can be used";
		case JWKS_TOO_LONG:
			return "is longer than 262144 bytes";
		case JWKS_BAD_JSON:
			return "is no JSON object, or no acceptable one";
		case JWKS_NO_KEYS_ARRAY:
			return "has no array \"keys\"";
		case JWKS_TOO_MANY:
			return "has more than 100 keys";
		case JWKS_EMPTY:
			return "has no keys";
		case JWKS_NO_USABLE_KEY:
			return "has no key that can be used";
	}
	return "has an unknown fault";
}
