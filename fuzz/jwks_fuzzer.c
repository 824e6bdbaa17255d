/*-------------------------------------------------------------------------
 *
 * jwks_fuzzer.c
 *		Fuzzes jose/jwks.c, from bytes to keys that OpenSSL can use.
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"

#include <string.h>

#include "jose/jwk.h"
#include "jose/jwks.h"
#include "jose/rs256.h"

static JwksElement elements[JWKS_MAX_KEYS];
static JwksElement again[JWKS_MAX_KEYS];
static char set[JWKS_MAX_KEYS * (JWK_JSON_MAX_LEN + 1) + 16];

static int
is_usable(const JwksElement *element)
{
	return element->status == JWK_OK && !element->ambiguous && !element->repeat;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char	   *p = set;
	int			nelements;
	int			nusable;
	int			nagain;
	int			nusable_again;
	int			n = 0;
	int			i;
	JwksStatus	status;

	status = jwks_parse((const char *) data, size, elements, &nelements, &nusable);
	CHECK(nelements >= 0 && nelements <= JWKS_MAX_KEYS);
	CHECK((status == JWKS_OK) == (nusable > 0));
	if (status != JWKS_OK)
		return 0;

	memcpy(p, "{\"keys\":[", 9);
	p += 9;
	for (i = 0; i < nelements; i++)
	{
		Rs256Key   *key;

		if (!is_usable(&elements[i]))
			continue;
		if (n++ > 0)
			*p++ = ',';
		p += jwk_write(&elements[i].jwk, p);

		/* OpenSSL accepts the key, or refuses it without harm */
		key = rs256_key_new(&elements[i].jwk);
		CHECK(key == NULL || rs256_signature_len(key) == elements[i].jwk.n_len);
		rs256_key_free(key);
	}
	CHECK(n == nusable);
	memcpy(p, "]}", 2);
	p += 2;

	/* the usable ones make a set in which all are */
	CHECK(p - set > JWKS_MAX_LEN ||
		  jwks_parse(set, (size_t) (p - set), again, &nagain,
					 &nusable_again) == JWKS_OK);
	if (p - set > JWKS_MAX_LEN)
		return 0;
	CHECK(nagain == n && nusable_again == n);
	for (i = 0, n = 0; i < nelements; i++)
	{
		if (is_usable(&elements[i]))
		{
			CHECK(memcmp(&elements[i].jwk, &again[n].jwk, sizeof(Jwk)) == 0);
			n++;
		}
	}
	return 0;
}
