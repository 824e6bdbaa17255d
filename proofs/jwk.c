/*-------------------------------------------------------------------------
 *
 * jwk.c
 *		Proof: an accepted JWK is public, for RS256, and of an allowed size and
 *		shape; and whatever its members hold, everything fits its buffers.
 *
 * Other proofs cover the guard, strings, base64url and arrays; here stand-ins
 * keep their contracts.  OpenSSL's digest is any 32 bytes, or fails.
 *
 * stands in for: memcpy
 * entries: parsing bits
 * cbmc: --unwind 24
 *
 *-------------------------------------------------------------------------
 */
#include "proof.h"

#include "jose/jwk.c"

/* What the stand-ins have returned. */
static bool guarded;
static bool equals_rsa;
static bool equals_sig;
static bool equals_rs256;
static bool has_verify;
static bool roca;
static bool digested;
static JsonWanted seen[NMEMBERS];

JsonStatus
json_guard_object(const char *text, size_t len, JsonWanted *wanted, int nwanted)
{
	PROVE(nwanted == NMEMBERS);
	guarded = nondet_bool();
	for (int i = 0; i < NMEMBERS; i++)
	{
		size_t		start = any_size_to(len);

		wanted[i].type = guarded ? (JsonType) any_size_to(JSON_OBJECT) : JSON_ABSENT;
		wanted[i].value = text + start;
		wanted[i].value_len = any_size_to(len - start);
		seen[i] = wanted[i];
	}
	return guarded ? JSON_OK : JSON_SYNTAX;
}

bool
json_string_equals(const char *src, size_t len, const char *text, size_t text_len)
{
	bool		equal = nondet_bool();

	if (strcmp(text, "RSA") == 0 && src == seen[KTY].value)
		equals_rsa = equal;
	else if (strcmp(text, "sig") == 0 && src == seen[USE].value)
		equals_sig = equal;
	else if (strcmp(text, "RS256") == 0 && src == seen[ALG].value)
		equals_rs256 = equal;
	else if (strcmp(text, "verify") == 0)
		has_verify = has_verify || equal;
	PROVE(text_len == strlen(text));
	return equal;
}

/* Two elements at most: each is judged alike. */
bool
json_array_next(const char *array, size_t len, size_t *pos, JsonWanted *element)
{
	if (*pos >= 2)
		return false;
	(*pos)++;
	element->type = (JsonType) any_size_to(JSON_OBJECT);
	element->value = array;
	element->value_len = len;
	return true;
}

size_t
json_string_decode(const char *src, size_t len, char *dst)
{
	PROVE(__CPROVER_w_ok(dst, len));
	return any_size_to(len);
}

bool
base64url_decode(const char *src, size_t len, uint8_t *dst)
{
	PROVE(__CPROVER_r_ok(src, len));
	PROVE(__CPROVER_w_ok(dst, BASE64URL_DECODED_LEN(len)));
	/* the bytes that the proof looks at */
	if (BASE64URL_DECODED_LEN(len) > 0)
	{
		dst[0] = (uint8_t) nondet_int();
		dst[BASE64URL_DECODED_LEN(len) - 1] = (uint8_t) nondet_int();
	}
	return len % 4 != 1 && nondet_bool();
}

void
base64url_encode(const uint8_t *src, size_t len, char *dst)
{
	PROVE(__CPROVER_r_ok(src, len));
	PROVE(__CPROVER_w_ok(dst, BASE64URL_ENCODED_LEN(len)));
}

bool
modulus_is_roca(const uint8_t *n, size_t len)
{
	PROVE(__CPROVER_r_ok(n, len));
	roca = nondet_bool();
	return roca;
}

bool
sha256(const void *data, size_t len, uint8_t digest[SHA256_LEN])
{
	PROVE(__CPROVER_r_ok(data, len));
	PROVE(__CPROVER_w_ok(digest, SHA256_LEN));
	digested = nondet_bool();
	return digested;
}

/*
 * Copies the bytes that the proof looks at.  Of the others it proves only that
 * there is room.
 */
void *
stand_in_memcpy(void *to, const void *from, size_t n)
{
	PROVE(__CPROVER_w_ok(to, n) && __CPROVER_r_ok(from, n));
	for (size_t i = 0; i < 4 && i < n; i++)
		((char *) to)[i] = ((const char *) from)[i];
	return to;
}

static bool
given(int member)
{
	return seen[member].type != JSON_ABSENT && seen[member].type != JSON_NULL;
}

void
parsing(void)
{
	static Jwk	jwk;
	size_t		len = any_size_to(JSON_MAX_LEN);
	char	   *json = any_bytes(len + 1);
	JwkStatus	status = jwk_parse(json, len, &jwk);
	bool		is_private = false;
	size_t		i = nondet_size();

	for (int member = FIRST_PRIVATE; member < NMEMBERS; member++)
		is_private = is_private || given(member);
	if (guarded && equals_rsa && seen[KTY].type == JSON_STRING)
		PROVE((status == JWK_PRIVATE) == is_private);
	PROVE((status == JWK_BAD_JSON) == !guarded);
	if (status != JWK_OK)
		return;

	PROVE(seen[KTY].type == JSON_STRING && equals_rsa);
	PROVE(IMPLIES(given(USE), seen[USE].type == JSON_STRING && equals_sig));
	PROVE(IMPLIES(given(KEY_OPS), seen[KEY_OPS].type == JSON_ARRAY && has_verify));
	PROVE(IMPLIES(given(ALG), seen[ALG].type == JSON_STRING && equals_rs256));
	PROVE(seen[KID].type == JSON_STRING && seen[N].type == JSON_STRING &&
		  seen[E].type == JSON_STRING);
	PROVE(jwk.kid_len >= 1 && jwk.kid_len <= JWK_MAX_KID_LEN);
	PROVE(jwk.kid[jwk.kid_len] == '\0');
	PROVE(jwk.n_len >= JWK_MIN_BITS / 8 && jwk.n_len <= JWK_MAX_BITS / 8);
	PROVE(jwk.n[0] != 0 && IMPLIES(jwk.n_len == JWK_MIN_BITS / 8, jwk.n[0] >= 0x80));
	PROVE((jwk.n[jwk.n_len - 1] & 1) == 1);
	PROVE(!roca);
	PROVE(jwk.e_len >= 1 && jwk.e_len <= 4);
	PROVE(jwk.e[0] != 0 && (jwk.e[jwk.e_len - 1] & 1) == 1);
	PROVE(jwk.e_len > 1 || jwk.e[0] >= 3);
	PROVE(digested && jwk.thumbprint[JWK_THUMBPRINT_LEN] == '\0');
}

/*
 * The number of bits of a number whose first byte is not zero, or of an empty
 * one.
 */
void
bits(void)
{
	uint8_t		bytes[2];
	unsigned	value = (unsigned) bytes[0] << 8 | bytes[1];
	size_t		n = bit_length(bytes, 2);

	PROVE(n >= 8 && n <= 16);
	PROVE(IMPLIES(bytes[0] != 0, value >> (n - 1) == 1));
}
