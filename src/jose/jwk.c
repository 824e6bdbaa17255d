/*-------------------------------------------------------------------------
 *
 * jwk.c
 *		Which JWKs (RFC 7517, RFC 7518 section 6.3) can verify help center JWTs.
 *
 *-------------------------------------------------------------------------
 */
#include "jose/jwk.h"

#include <string.h>

#include "jose/base64url.h"
#include "jose/roca.h"
#include "jose/sha256.h"
#include "json/guard.h"
#include "json/strings.h"
#include "json/walk.h"

#define MAX_N_BYTES			(JWK_MAX_BITS / 8)
#define MAX_N_TEXT			BASE64URL_ENCODED_LEN(MAX_N_BYTES)

/* A character takes at most six in JSON: \u0041 */
#define JSON_FACTOR			6

/* The members that decide, in the order of the array that the guard fills. */
enum
{
	KTY, USE, KEY_OPS, ALG, KID, N, E,
	FIRST_PRIVATE, LAST_PRIVATE = FIRST_PRIVATE + 7,
	NMEMBERS
};

typedef enum UintStatus
{
	UINT_OK,
	UINT_BAD,
	UINT_TOO_LONG
} UintStatus;

/* A member that is null counts as absent: some software writes all members. */
static bool
is_given(const JsonWanted *member)
{
	return member->type != JSON_ABSENT && member->type != JSON_NULL;
}

static bool
is_string(const JsonWanted *member, const char *text)
{
	return member->type == JSON_STRING &&
		json_string_equals(member->value, member->value_len,
						   text, strlen(text));
}

static bool
array_has_string(const JsonWanted *member, const char *text)
{
	JsonWanted	element;
	size_t		pos = 0;

	if (member->type != JSON_ARRAY)
		return false;
	while (json_array_next(member->value, member->value_len, &pos, &element))
	{
		if (is_string(&element, text))
			return true;
	}
	return false;
}

/*
 * Base64urlUInt (RFC 7518, section 2), which has no leading zero byte except for
 * zero itself.
 */
static UintStatus
read_uint(const JsonWanted *member, uint8_t dst[MAX_N_BYTES], size_t *dst_len)
{
	char		text[MAX_N_TEXT * JSON_FACTOR];
	size_t		len;

	if (member->type != JSON_STRING)
		return UINT_BAD;
	if (member->value_len > sizeof(text))
		return UINT_TOO_LONG;
	len = json_string_decode(member->value, member->value_len, text);
	if (len > MAX_N_TEXT)
		return UINT_TOO_LONG;
	if (len == 0 || !base64url_decode(text, len, dst))
		return UINT_BAD;
	*dst_len = BASE64URL_DECODED_LEN(len);
	return dst[0] == 0 && *dst_len > 1 ? UINT_BAD : UINT_OK;
}

static JwkStatus
read_kid(const JsonWanted *member, Jwk *jwk)
{
	char		text[JWK_MAX_KID_LEN * JSON_FACTOR];
	size_t		len;

	if (member->type != JSON_STRING || member->value_len > sizeof(text))
		return JWK_BAD_KID;
	len = json_string_decode(member->value, member->value_len, text);
	if (len == 0 || len > JWK_MAX_KID_LEN)
		return JWK_BAD_KID;
	memcpy(jwk->kid, text, len);
	jwk->kid[len] = '\0';
	jwk->kid_len = len;
	return JWK_OK;
}

static size_t
bit_length(const uint8_t *bytes, size_t len)
{
	size_t		bits = len * 8;
	uint8_t		mask;

	for (mask = 0x80; mask != 0 && (bytes[0] & mask) == 0; mask >>= 1)
		bits--;
	return bits;
}

static JwkStatus
read_modulus(const JsonWanted *member, Jwk *jwk)
{
	size_t		bits;

	switch (read_uint(member, jwk->n, &jwk->n_len))
	{
		case UINT_BAD:
			return JWK_BAD_N;
		case UINT_TOO_LONG:
			return JWK_MODULUS_SIZE;
		case UINT_OK:
			break;
	}
	bits = bit_length(jwk->n, jwk->n_len);
	if (bits < JWK_MIN_BITS || bits > JWK_MAX_BITS)
		return JWK_MODULUS_SIZE;
	if ((jwk->n[jwk->n_len - 1] & 1) == 0)
		return JWK_MODULUS_EVEN;
	if (modulus_is_roca(jwk->n, jwk->n_len))
		return JWK_MODULUS_ROCA;
	return JWK_OK;
}

static JwkStatus
read_public_exponent(const JsonWanted *member, Jwk *jwk)
{
	uint8_t		bytes[MAX_N_BYTES];
	size_t		len;

	switch (read_uint(member, bytes, &len))
	{
		case UINT_BAD:
			return JWK_BAD_E;
		case UINT_TOO_LONG:
			return JWK_EXPONENT;
		case UINT_OK:
			break;
	}
	if (len > sizeof(jwk->e))
		return JWK_EXPONENT;
	if ((bytes[len - 1] & 1) == 0 || (len == 1 && bytes[0] < 3))
		return JWK_EXPONENT;
	memcpy(jwk->e, bytes, len);
	jwk->e_len = len;
	return JWK_OK;
}

static char *
put_text(char *dst, const char *text)
{
	size_t		len = strlen(text);

	memcpy(dst, text, len);
	return dst + len;
}

static char *
put_base64url(char *dst, const uint8_t *bytes, size_t len)
{
	base64url_encode(bytes, len, dst);
	return dst + BASE64URL_ENCODED_LEN(len);
}

/* RFC 7638: the required members only, sorted, no space. */
static bool
make_thumbprint(Jwk *jwk)
{
	char		text[MAX_N_TEXT + 64];
	char	   *p = text;
	uint8_t		digest[SHA256_LEN];

	p = put_text(p, "{\"e\":\"");
	p = put_base64url(p, jwk->e, jwk->e_len);
	p = put_text(p, "\",\"kty\":\"RSA\",\"n\":\"");
	p = put_base64url(p, jwk->n, jwk->n_len);
	p = put_text(p, "\"}");
	if (!sha256(text, (size_t) (p - text), digest))
		return false;
	p = put_base64url(jwk->thumbprint, digest, SHA256_LEN);
	*p = '\0';
	return true;
}

JwkStatus
jwk_parse(const char *json, size_t len, Jwk *jwk)
{
	JsonWanted	members[NMEMBERS] = {
		{.name = "kty"}, {.name = "use"}, {.name = "key_ops"}, {.name = "alg"},
		{.name = "kid"}, {.name = "n"}, {.name = "e"},
		{.name = "d"}, {.name = "p"}, {.name = "q"}, {.name = "dp"},
		{.name = "dq"}, {.name = "qi"}, {.name = "oth"}, {.name = "k"}
	};
	JwkStatus	status;
	int			i;

	memset(jwk, 0, sizeof(*jwk));
	if (json_guard_object(json, len, members, NMEMBERS) != JSON_OK)
		return JWK_BAD_JSON;
	if (!is_string(&members[KTY], "RSA"))
		return JWK_BAD_KTY;
	for (i = FIRST_PRIVATE; i <= LAST_PRIVATE; i++)
	{
		if (is_given(&members[i]))
			return JWK_PRIVATE;
	}
	if (is_given(&members[USE]) && !is_string(&members[USE], "sig"))
		return JWK_BAD_USE;
	if (is_given(&members[KEY_OPS]) &&
		!array_has_string(&members[KEY_OPS], "verify"))
		return JWK_BAD_KEY_OPS;
	if (is_given(&members[ALG]) && !is_string(&members[ALG], "RS256"))
		return JWK_BAD_ALG;

	status = read_kid(&members[KID], jwk);
	if (status == JWK_OK)
		status = read_modulus(&members[N], jwk);
	if (status == JWK_OK)
		status = read_public_exponent(&members[E], jwk);
	if (status == JWK_OK && !make_thumbprint(jwk))
		status = JWK_NO_DIGEST;
	return status;
}

size_t
jwk_write(const Jwk *jwk, char *dst)
{
	static const char hex[] = "0123456789abcdef";
	char	   *p = dst;
	size_t		i;

	p = put_text(p, "{\"e\": \"");
	p = put_base64url(p, jwk->e, jwk->e_len);
	p = put_text(p, "\", \"kid\": \"");
	for (i = 0; i < jwk->kid_len; i++)
	{
		uint8_t		c = (uint8_t) jwk->kid[i];

		if (c < 0x20)
		{
			p = put_text(p, "\\u00");
			*p++ = hex[c >> 4];
			*p++ = hex[c & 0x0F];
			continue;
		}
		if (c == '"' || c == '\\')
			*p++ = '\\';
		*p++ = (char) c;
	}
	p = put_text(p, "\", \"kty\": \"RSA\", \"n\": \"");
	p = put_base64url(p, jwk->n, jwk->n_len);
	p = put_text(p, "\"}");
	*p = '\0';
	return (size_t) (p - dst);
}

const char *
jwk_status_text(JwkStatus status)
{
	switch (status)
	{
		case JWK_OK:
			return "can be used";
		case JWK_BAD_JSON:
			return "is no JSON object, or no acceptable one";
		case JWK_BAD_KTY:
			return "has a kty other than \"RSA\", or none";
		case JWK_BAD_USE:
			return "has a use other than \"sig\"";
		case JWK_BAD_KEY_OPS:
			return "has key_ops without \"verify\"";
		case JWK_BAD_ALG:
			return "has an alg other than \"RS256\"";
		case JWK_BAD_KID:
			return "has no kid, or none of 1 to 512 bytes";
		case JWK_BAD_N:
			return "has no n, or none in minimal base64url";
		case JWK_BAD_E:
			return "has no e, or none in minimal base64url";
		case JWK_MODULUS_SIZE:
			return "has a modulus of fewer than 2048 or more than 8192 bits";
		case JWK_MODULUS_EVEN:
			return "has an even modulus";
		case JWK_MODULUS_ROCA:
			return "has a modulus that can be factored: it is of a device with the ROCA fault";
		case JWK_EXPONENT:
			return "has an exponent that is even, below 3 or above 4294967295";
		case JWK_PRIVATE:
			return "has a private or symmetric member, which must not be published";
		case JWK_NO_DIGEST:
			return "could not be digested: OpenSSL failed";
	}
	return "has an unknown fault";
}
