/*-------------------------------------------------------------------------
 *
 * unit_jwks.c
 *		Unit tests of jose/jwks.c.
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jose/base64url.h"
#include "jose/jwk.h"
#include "jose/jwks.h"

#define MODULUS_BYTES		256

static JwksElement elements[JWKS_MAX_KEYS];
static int	nelements;
static int	nusable;

static JwksStatus
parse(const char *json, size_t len)
{
	return jwks_parse(exact(json, len), len, elements, &nelements, &nusable);
}

static void
refused(const char *json, JwksStatus expected)
{
	size_t		len = strlen(json);

	ok(parse(json, len) == expected && nelements == 0 && nusable == 0,
	   "jwks: %s %s", len < 40 ? json : "it", jwks_status_text(expected));
}

/*
 * Writes a JWK.  Of its material the modulus's last byte is this one, made odd, and all
 * before are the same; material 8 has the modulus of 1 and another exponent, and 9 that
 * of 1 with one byte more before it.
 */
static char *
put_key(char *p, const char *kid, int material)
{
	uint8_t		n[MODULUS_BYTES + 1];
	size_t		len = material == 9 ? sizeof(n) : MODULUS_BYTES;

	memset(n, 0x81, sizeof(n));
	n[len - 1] = (uint8_t) ((material < 8 ? material : 1) << 1 | 1);
	p += sprintf(p, "{\"kty\":\"RSA\",\"e\":\"%s\",\"kid\":\"%s\",\"n\":\"",
				 material == 8 ? "AQAD" : "AQAB", kid);
	base64url_encode(n, len, p);
	p += BASE64URL_ENCODED_LEN(len);
	return p + sprintf(p, "\"}");
}

/*
 * Makes a set from letters.  A lower-case letter is a key whose kid ends with
 * it; the digit behind it is its material.  "!" and "?" are keys that cannot
 * be used, "?" because of its material; "0" is a key in an array, and so none.
 */
static JwksStatus
set_of(const char *keys)
{
	static char json[20000];
	char	   *p = json;
	const char *k;

	p += sprintf(p, "{\"keys\":[");
	for (k = keys; *k != '\0'; k++)
	{
		if (k > keys)
			*p++ = ',';
		if (*k == '!')
			p += sprintf(p, "{\"kty\":\"EC\",\"kid\":\"ka\"}");
		else if (*k == '?')
			p += sprintf(p, "{\"kty\":\"RSA\",\"kid\":\"ka\",\"n\":\"AQAB\"}");
		else if (*k == '0')
		{
			*p++ = '[';
			p = put_key(p, "kz", 1);
			*p++ = ']';
		}
		else
		{
			char		kid[] = {'k', *k, '\0'};

			k++;
			p = put_key(p, kid, *k - '0');
		}
	}
	p += sprintf(p, "]}");
	return parse(json, (size_t) (p - json));
}

/* Each element's fate: u(sable), a(mbiguous), r(epeat), b(ad). */
static void
becomes(const char *keys, const char *fates)
{
	char		got[JWKS_MAX_KEYS + 1];
	JwksStatus	status = set_of(keys);
	bool		any = strchr(fates, 'u') != NULL;
	int			n = 0;
	int			usable = 0;
	int			i;

	for (i = 0; i < nelements; i++)
	{
		char		fate = 'u';

		if (elements[i].status != JWK_OK)
			fate = 'b';
		else if (elements[i].ambiguous)
			fate = 'a';
		else if (elements[i].repeat)
			fate = 'r';
		else
			usable++;
		got[n++] = fate;
	}
	got[n] = '\0';
	ok(strcmp(got, fates) == 0 && usable == nusable &&
	   status == (any ? JWKS_OK : JWKS_NO_USABLE_KEY),
	   "jwks: %s is %s", keys, fates);
}

static JwksStatus
so_many(int n, const char *element)
{
	size_t		room = (size_t) n * (strlen(element) + 1) + 20;
	char	   *json = malloc(room);
	char	   *p = json;
	JwksStatus	status;
	int			i;

	if (json == NULL)
		abort();
	p += sprintf(p, "{\"keys\":[");
	for (i = 0; i < n; i++)
		p += sprintf(p, "%s%s", i > 0 ? "," : "", element);
	p += sprintf(p, "]}");
	status = parse(json, (size_t) (p - json));
	free(json);
	return status;
}

static void
lengths(void)
{
	size_t		len = JWKS_MAX_LEN + 1;
	char	   *json = malloc(len);
	char	   *p;

	if (json == NULL)
		abort();
	memset(json, ' ', len);
	p = json + sprintf(json, "{\"keys\":[");
	p = put_key(p, "a", 2);
	memcpy(p, "]}", 2);
	ok(parse(json, len - 1) == JWKS_OK && nusable == 1,
	   "jwks: the longest set");
	ok(parse(json, len) == JWKS_TOO_LONG && nelements == 0,
	   "jwks: one byte more");
	free(json);
}

void
test_jwks(void)
{
	refused("", JWKS_BAD_JSON);
	refused("<html></html>", JWKS_BAD_JSON);
	refused("[]", JWKS_BAD_JSON);
	refused("{\"keys\":[]", JWKS_BAD_JSON);
	refused("{\"keys\":[]}}", JWKS_BAD_JSON);
	refused("{\"keys\":[],\"keys\":[]}", JWKS_BAD_JSON);
	refused("{\"keys\":[],\"\\u006beys\":[]}", JWKS_BAD_JSON);
	refused("{\"keys\":[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]}", JWKS_BAD_JSON);
	refused("{}", JWKS_NO_KEYS_ARRAY);
	refused("{\"Keys\":[]}", JWKS_NO_KEYS_ARRAY);
	refused("{\"keys\":null}", JWKS_NO_KEYS_ARRAY);
	refused("{\"keys\":{}}", JWKS_NO_KEYS_ARRAY);
	refused("{\"keys\":\"[]\"}", JWKS_NO_KEYS_ARRAY);
	refused("{\"error\":\"InvalidEndpoint\"}", JWKS_NO_KEYS_ARRAY);
	refused("{\"a\":{\"keys\":[{}]}}", JWKS_NO_KEYS_ARRAY);
	refused("{\"keys\":[]}", JWKS_EMPTY);
	refused("{\"keys\":[ \n ]}", JWKS_EMPTY);

	becomes("a1", "u");
	becomes("a1b2c3", "uuu");
	becomes("a1b1", "uu");
	becomes("a1a1", "ur");
	becomes("a1a1a1b1", "urru");
	becomes("a1a2", "aa");
	becomes("a1a2a1", "aaa");
	becomes("a1a1a2", "aaa");
	becomes("a1b2a2", "aua");
	becomes("a1a8", "aa");
	becomes("a8a1a8", "aaa");
	becomes("a1a9", "aa");
	becomes("a8b8a8", "uur");
	becomes("a1b1a2b2", "aaaa");
	becomes("!", "b");
	becomes("0", "b");
	becomes("!a1", "bu");
	becomes("a1!0b2", "ubbu");
	becomes("!!a1a2", "bbaa");
	becomes("a1!a1", "ubr");
	becomes("a1?", "ub");
	becomes("?a1", "bu");

	ok(parse("{\"keys\":[1,null,\"{}\",true]}", 27) == JWKS_NO_USABLE_KEY &&
	   nelements == 4 && elements[2].status == JWK_BAD_JSON,
	   "jwks: elements that are no objects");
	ok(so_many(100, "{}") == JWKS_NO_USABLE_KEY && nelements == 100,
	   "jwks: 100 keys");
	ok(so_many(101, "{}") == JWKS_TOO_MANY && nelements == 0,
	   "jwks: 101 keys");
	ok(so_many(50000, "{}") == JWKS_TOO_MANY && nelements == 0,
	   "jwks: 50000 keys");
	ok(so_many(60000, "[1]") == JWKS_TOO_MANY && nelements == 0,
	   "jwks: 60000 elements that are none");
	lengths();
}
