/*-------------------------------------------------------------------------
 *
 * unit_jwk.c
 *		Unit tests of jose/jwk.c.
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "jose/base64url.h"
#include "jose/jwk.h"
#include "jose/roca.h"

/* RFC 7638, section 3.1 */
#define RFC_N \
	"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86z" \
	"wu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5Js" \
	"GY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMic" \
	"AtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-" \
	"bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csF" \
	"Cur-kEgU8awapJzKnqDKgw"

/* the vendor's page: three members and a kid, no alg, no use */
#define VENDOR_KID \
	"deeee01d5023d9b44c5b5ab2583be9354620249652a48568ed2cb5bff8d86841"
#define VENDOR_JWK \
	"{      \"e\": \"AQAB\",      \"kid\": \"" VENDOR_KID "\"," \
	"      \"kty\": \"RSA\",      \"n\": \"" \
	"yaiTIWA7vCbzoEEBAyV_dMd2Ao-IP8tSNSVxgZLyLiVorWtSdH7Vcp4qbTwiTWim" \
	"DbjWZEZFUcbNDg_wLjv3efLcjE1eVrF_ewQOoR3C-dskNE_QyxC-aVvKDCGj-kMX" \
	"nuHGvvZZmvt0CBeNZUSSbhGnqVta46O5hijoYCpNJOxwj8Ml84CnpBhgMllcyFUT" \
	"7_Mx_I-w6_8CkSS-5XZMJXqaDZ3xljXMoIW5jTMfLU5_1X8sgv_Pn45yzACJHsyP" \
	"Ix0moEoL2lasI-jLPJt8G3aj8pcjwLTTa5cIT4s0tlZlMC2m4Kz0ictVqyMvCaJT" \
	"xf6YIFa63KN7IiHJqu_ULmWxtIFb90X6hurNvyUqTfBbY-gKYX-i8TjG2x96Zec7" \
	"-5PQ6OCzuz6fu7Xq56B_IVCkkQKTWAVHGapP1wZXWRLZB7AyZMhQ3ug5-ISIC4yS" \
	"E8bIhuo82HDZy-m2dSnG4BU9sHFPlCRAyp5UzNDJofrc_aGW_3nRgPJ0eiC12ig_\"    }"

#define KTY		"\"kty\":\"RSA\""
#define KID		"\"kid\":\"k\""
#define N		"\"n\":\"" RFC_N "\""
#define E		"\"e\":\"AQAB\""
#define BASE	KTY "," KID "," N "," E

typedef struct Case
{
	const char *json;
	JwkStatus	expected;
	const char *what;
} Case;

static const Case cases[] = {
	{"{" BASE "}", JWK_OK, "the least"},
	{"{" BASE ",\"use\":\"sig\",\"alg\":\"RS256\",\"key_ops\":[\"verify\"]}",
	JWK_OK, "the most"},
	{"{" BASE ",\"key_ops\":[\"sign\",\"verify\"]}", JWK_OK, "two key_ops"},
	{"{" BASE ",\"x5c\":[\"\"],\"x5t\":1,\"foo\":{\"d\":1}}", JWK_OK,
	"unknown members"},
	{"{\"k\\u0074y\":\"R\\u0053A\"," KID "," N ",\"\\u0065\":\"AQ\\u0041B\"}",
	JWK_OK, "escapes"},
	{"{" KTY "," KID "," N ",\"e\":\"Aw\"}", JWK_OK, "e = 3"},
	{"{" KTY "," KID "," N ",\"e\":\"_____w\"}", JWK_OK, "e = 2^32 - 1"},

	{"", JWK_BAD_JSON, "nothing"},
	{"null", JWK_BAD_JSON, "null"},
	{"[{" BASE "}]", JWK_BAD_JSON, "an array"},
	{"{" BASE "} x", JWK_BAD_JSON, "text behind"},
	{"{" BASE ",}", JWK_BAD_JSON, "a comma too many"},
	{"{" BASE "," E "}", JWK_BAD_JSON, "e twice"},
	{"{" BASE ",\"\\u006E\":\"AQAB\"}", JWK_BAD_JSON, "n twice, escaped"},
	{"{" BASE ",\"x\":\"\\u0000\"}", JWK_BAD_JSON, "U+0000"},
	{"{" BASE ",\"x\":\"\xFF\"}", JWK_BAD_JSON, "bad UTF-8"},

	{"{}", JWK_BAD_KTY, "no member"},
	{"{" KID "," N "," E "}", JWK_BAD_KTY, "no kty"},
	{"{\"kty\":\"EC\"," KID "," N "," E "}", JWK_BAD_KTY, "kty EC"},
	{"{\"kty\":\"oct\"," KID ",\"k\":\"AAAA\"}", JWK_BAD_KTY, "kty oct"},
	{"{\"kty\":\"rsa\"," KID "," N "," E "}", JWK_BAD_KTY, "kty rsa"},
	{"{\"kty\":\"RSA \"," KID "," N "," E "}", JWK_BAD_KTY, "kty with a space"},
	{"{\"kty\":[\"RSA\"]," KID "," N "," E "}", JWK_BAD_KTY, "kty an array"},
	{"{\"KTY\":\"RSA\"," KID "," N "," E "}", JWK_BAD_KTY, "KTY"},

	{"{" BASE ",\"use\":\"enc\"}", JWK_BAD_USE, "use enc"},
	{"{" BASE ",\"use\":\"\"}", JWK_BAD_USE, "use empty"},
	{"{" BASE ",\"use\":\"SIG\"}", JWK_BAD_USE, "use SIG"},
	{"{" BASE ",\"use\":null}", JWK_OK, "use null"},
	{"{" BASE ",\"use\":[\"sig\"]}", JWK_BAD_USE, "use an array"},

	{"{" BASE ",\"key_ops\":[]}", JWK_BAD_KEY_OPS, "key_ops empty"},
	{"{" BASE ",\"key_ops\":[\"sign\",\"encrypt\"]}", JWK_BAD_KEY_OPS,
	"key_ops sign"},
	{"{" BASE ",\"key_ops\":\"verify\"}", JWK_BAD_KEY_OPS,
	"key_ops a string"},
	{"{" BASE ",\"key_ops\":[[\"verify\"]]}", JWK_BAD_KEY_OPS,
	"key_ops nested"},
	{"{" BASE ",\"key_ops\":{\"verify\":true}}", JWK_BAD_KEY_OPS,
	"key_ops an object"},
	{"{" BASE ",\"key_ops\":null}", JWK_OK, "key_ops null"},
	{"{" BASE ",\"key_ops\":[\"Verify\",\"verify \"]}", JWK_BAD_KEY_OPS,
	"key_ops like verify"},

	{"{" BASE ",\"alg\":\"RS512\"}", JWK_BAD_ALG, "alg RS512"},
	{"{" BASE ",\"alg\":\"PS256\"}", JWK_BAD_ALG, "alg PS256"},
	{"{" BASE ",\"alg\":\"HS256\"}", JWK_BAD_ALG, "alg HS256"},
	{"{" BASE ",\"alg\":\"none\"}", JWK_BAD_ALG, "alg none"},
	{"{" BASE ",\"alg\":\"rs256\"}", JWK_BAD_ALG, "alg rs256"},
	{"{" BASE ",\"alg\":\"RS256\\n\"}", JWK_BAD_ALG, "alg and a line feed"},
	{"{" BASE ",\"alg\":null}", JWK_OK, "alg null"},

	{"{" KTY "," N "," E "}", JWK_BAD_KID, "no kid"},
	{"{" KTY ",\"kid\":\"\"," N "," E "}", JWK_BAD_KID, "kid empty"},
	{"{" KTY ",\"kid\":1," N "," E "}", JWK_BAD_KID, "kid a number"},
	{"{" KTY ",\"kid\":null," N "," E "}", JWK_BAD_KID, "kid null"},
	{"{" KTY ",\"kid\":[\"k\"]," N "," E "}", JWK_BAD_KID, "kid an array"},

	{"{" KTY "," KID "," E "}", JWK_BAD_N, "no n"},
	{"{" KTY "," KID ",\"n\":\"\"," E "}", JWK_BAD_N, "n empty"},
	{"{" KTY "," KID ",\"n\":65537," E "}", JWK_BAD_N, "n a number"},
	{"{" KTY "," KID ",\"n\":\"AA" RFC_N "\"," E "}", JWK_BAD_N,
	"n of an impossible length"},
	{"{" KTY "," KID ",\"n\":\"AAAA" RFC_N "\"," E "}", JWK_BAD_N,
	"n with leading zeros"},
	{"{" KTY "," KID ",\"n\":\"" RFC_N "==\"," E "}", JWK_BAD_N,
	"n with padding"},
	{"{" KTY "," KID ",\"n\":\"+" RFC_N "\"," E "}", JWK_BAD_N,
	"n in the standard alphabet"},
	{"{" KTY "," KID ",\"n\":\" " RFC_N "\"," E "}", JWK_BAD_N,
	"n with a space"},
	{"{" KTY "," KID ",\"n\":\"" RFC_N "\\n\"," E "}", JWK_BAD_N,
	"n with a line feed"},

	{"{" KTY "," KID "," N "}", JWK_BAD_E, "no e"},
	{"{" KTY "," KID "," N ",\"e\":\"\"}", JWK_BAD_E, "e empty"},
	{"{" KTY "," KID "," N ",\"e\":65537}", JWK_BAD_E, "e a number"},
	{"{" KTY "," KID "," N ",\"e\":\"AAEAAQ\"}", JWK_BAD_E,
	"e with a leading zero"},
	{"{" KTY "," KID "," N ",\"e\":\"AP8\"}", JWK_BAD_E,
	"e with a leading zero, as DER has it"},
	{"{" KTY "," KID "," N ",\"e\":\"AQAB=\"}", JWK_BAD_E, "e with padding"},
	{"{" KTY "," KID "," N ",\"e\":\"AQA\"}", JWK_EXPONENT, "e = 256"},
	{"{" KTY "," KID "," N ",\"e\":\"AQB\"}", JWK_BAD_E, "e with spare bits"},

	{"{" KTY "," KID ",\"n\":\"AA\"," E "}", JWK_MODULUS_SIZE, "n = 0"},
	{"{" KTY "," KID ",\"n\":\"AQAB\"," E "}", JWK_MODULUS_SIZE,
	"n of 17 bits"},

	{"{" KTY "," KID "," N ",\"e\":\"AA\"}", JWK_EXPONENT, "e = 0"},
	{"{" KTY "," KID "," N ",\"e\":\"AQ\"}", JWK_EXPONENT, "e = 1"},
	{"{" KTY "," KID "," N ",\"e\":\"Ag\"}", JWK_EXPONENT, "e = 2"},
	{"{" KTY "," KID "," N ",\"e\":\"AQAA\"}", JWK_EXPONENT, "e = 65536"},
	{"{" KTY "," KID "," N ",\"e\":\"AQAAAAE\"}", JWK_EXPONENT,
	"e = 2^32 + 1"},
	{"{" KTY "," KID "," N ",\"e\":\"" RFC_N "\"}", JWK_EXPONENT,
	"e of 2048 bits"},

	{"{" BASE ",\"d\":\"AQAB\"}", JWK_PRIVATE, "d"},
	{"{" BASE ",\"p\":\"AQAB\"}", JWK_PRIVATE, "p"},
	{"{" BASE ",\"q\":\"AQAB\"}", JWK_PRIVATE, "q"},
	{"{" BASE ",\"dp\":\"AQAB\"}", JWK_PRIVATE, "dp"},
	{"{" BASE ",\"dq\":\"AQAB\"}", JWK_PRIVATE, "dq"},
	{"{" BASE ",\"qi\":\"AQAB\"}", JWK_PRIVATE, "qi"},
	{"{" BASE ",\"oth\":[]}", JWK_PRIVATE, "oth"},
	{"{" BASE ",\"k\":\"AQAB\"}", JWK_PRIVATE, "k"},
	{"{" BASE ",\"d\":null,\"p\":null,\"oth\":null,\"k\":null}", JWK_OK, "private members null"},
	{"{" BASE ",\"d\":null,\"p\":\"AQAB\"}", JWK_PRIVATE, "d null, p given"},
	{"{" BASE ",\"d\":false}", JWK_PRIVATE, "d false"},
	{"{" BASE ",\"\\u0064\":\"\"}", JWK_PRIVATE, "d, escaped and empty"},
	{"{" KTY ",\"d\":\"AQAB\"}", JWK_PRIVATE, "d before any other fault"},
	{"{" KTY ",\"use\":\"enc\",\"d\":\"AQAB\"}", JWK_PRIVATE, "d before use"},

	/* of several other faults the first in the order of JwkStatus */
	{"{\"use\":\"enc\",\"d\":1}", JWK_BAD_KTY, "kty before all"},
	{"{" KTY ",\"use\":\"enc\",\"key_ops\":[],\"alg\":\"none\"}", JWK_BAD_USE, "use before key_ops"},
	{"{" KTY ",\"key_ops\":[],\"alg\":\"none\"}", JWK_BAD_KEY_OPS, "key_ops before alg"},
	{"{" KTY ",\"alg\":\"none\"}", JWK_BAD_ALG, "alg before kid"},
	{"{" KTY "}", JWK_BAD_KID, "kid before n"},
	{"{" KTY "," KID "}", JWK_BAD_N, "n before e"},
	{"{" KTY "," KID ",\"n\":\"AQAB\"}", JWK_MODULUS_SIZE, "n too short before no e"},
	{"{" KTY "," KID ",\"n\":\"AQAA\",\"e\":\"AQA\"}", JWK_MODULUS_SIZE, "n too short before n and e even"}
};

static JwkStatus
parse(const char *json, Jwk *jwk)
{
	size_t		len = strlen(json);

	return jwk_parse(exact(json, len), len, jwk);
}

static bool
comes_back(const Jwk *jwk)
{
	char		json[JWK_JSON_MAX_LEN];
	size_t		len = jwk_write(jwk, json);
	Jwk			again;

	return len < sizeof(json) && strlen(json) == len &&
		parse(json, &again) == JWK_OK &&
		again.kid_len == jwk->kid_len && strcmp(again.kid, jwk->kid) == 0 &&
		again.n_len == jwk->n_len && memcmp(again.n, jwk->n, jwk->n_len) == 0 &&
		again.e_len == jwk->e_len && memcmp(again.e, jwk->e, jwk->e_len) == 0 &&
		strcmp(again.thumbprint, jwk->thumbprint) == 0;
}

static void
examples(void)
{
	Jwk			jwk;
	char		json[JWK_JSON_MAX_LEN];

	ok(parse("{\"kty\":\"RSA\",\"n\":\"" RFC_N "\",\"e\":\"AQAB\","
			 "\"alg\":\"RS256\",\"kid\":\"2011-04-29\"}", &jwk) == JWK_OK,
	   "jwk: the example of RFC 7638");
	ok(strcmp(jwk.thumbprint,
			  "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs") == 0,
	   "jwk: its thumbprint");
	ok(strcmp(jwk.kid, "2011-04-29") == 0 && jwk.kid_len == 10 &&
	   jwk.n_len == 256 && jwk.n[0] == 0xD2 && jwk.e_len == 3 &&
	   memcmp(jwk.e, "\1\0\1", 3) == 0 && comes_back(&jwk),
	   "jwk: its members");

	ok(parse(VENDOR_JWK, &jwk) == JWK_OK, "jwk: the vendor's example");
	ok(strcmp(jwk.kid, VENDOR_KID) == 0 && jwk.n_len == 384 &&
	   strcmp(jwk.thumbprint,
			  "1JcBlFNzVorz88zUM9hVaxwmLx3erZWJ1SpBrByr5tQ") == 0 &&
	   comes_back(&jwk), "jwk: its members and thumbprint");

	ok(parse("{" BASE "}", &jwk) == JWK_OK &&
	   jwk_write(&jwk, json) == strlen(json) &&
	   strcmp(json, "{\"e\": \"AQAB\", \"kid\": \"k\", \"kty\": \"RSA\", \"n\": \""
			  RFC_N "\"}") == 0, "jwk: written as the vendor does");
}

/*
 * A key whose modulus has so many bits.  The arguments set its first and last
 * bits.
 */
static JwkStatus
with_modulus(size_t bits, bool odd, Jwk *jwk)
{
	uint8_t		n[2049];
	char		json[4096];
	size_t		len = (bits + 7) / 8;
	char	   *p = json;

	memset(n, 0x5A, sizeof(n));
	n[0] = (uint8_t) (1 << (bits + 7) % 8);
	n[len - 1] = odd ? 0x5B : 0x5A;
	p += sprintf(p, "{" KTY "," KID "," E ",\"n\":\"");
	base64url_encode(n, len, p);
	p += BASE64URL_ENCODED_LEN(len);
	strcpy(p, "\"}");
	return parse(json, jwk);
}

/* The primes by which the fault's discoverers recognise it. */
static const unsigned marks[] = {
	11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157
};

/*
 * Parses a key whose modulus is 65537^128, which has 2049 bits, plus "more", plus the
 * product of all these primes "products" times.
 */
static JwkStatus
with_power_of_65537(uint8_t more, unsigned products)
{
	uint8_t		n[257] = {[256] = 1};
	uint8_t		product[257] = {[256] = (uint8_t) products};
	unsigned	carry = 0;
	char		json[4096];
	char	   *p = json;
	Jwk			jwk;

	/* times 65537: adds the number to itself, shifted by two bytes */
	for (int i = 0; i < 128; i++)
	{
		unsigned	sum = 0;
		uint8_t		before[sizeof(n)];

		memcpy(before, n, sizeof(n));
		for (int j = 256; j >= 0; j--)
		{
			sum = (sum >> 8) + before[j] + (j + 2 < 257 ? before[j + 2] : 0u);
			n[j] = (uint8_t) sum;
		}
	}
	n[256] = (uint8_t) (n[256] + more);
	for (size_t i = 0; i < LENGTH_OF(marks); i++)
	{
		unsigned	sum = 0;

		for (int j = 256; j >= 0; j--)
		{
			sum = (sum >> 8) + product[j] * marks[i];
			product[j] = (uint8_t) sum;
		}
	}
	for (int j = 256; j >= 0; j--)
	{
		carry = (carry >> 8) + n[j] + product[j];
		n[j] = (uint8_t) carry;
	}
	p += sprintf(p, "{" KTY "," KID "," E ",\"n\":\"");
	base64url_encode(n, sizeof(n), p);
	p += BASE64URL_ENCODED_LEN(sizeof(n));
	strcpy(p, "\"}");
	return parse(json, &jwk);
}

/* Judges a number that is one more than a multiple of all these primes except one. */
static bool
is_roca(unsigned times, size_t without)
{
	uint8_t		n[20] = {[19] = 1};

	for (size_t i = 0; i <= LENGTH_OF(marks); i++)
	{
		unsigned	factor = i == LENGTH_OF(marks) ? times : i == without ? 1 : marks[i];
		unsigned	sum = 0;

		for (int j = 19; j >= 0; j--)
		{
			sum = (sum >> 8) + n[j] * factor;
			n[j] = (uint8_t) sum;
		}
	}
	for (int j = 19; ++n[j] == 0; j--)
		;
	return modulus_is_roca(n, sizeof(n));
}

/* How many remainders are no power of 65537. */
static unsigned
others_of(unsigned prime)
{
	unsigned	power = 1;
	unsigned	n = prime;

	do
	{
		power = (unsigned) ((unsigned long) power * 65537 % prime);
		n--;
	} while (power != 1);
	return n;
}

/*
 * Of all primes but one the remainder is 1, which is a power of 65537.  Of that one
 * prime each remainder is tried in turn.
 */
static void
primes_of_roca(void)
{
	int			wrong = 0;

	for (unsigned times = 1; times <= 40; times++)
		wrong += !is_roca(times, LENGTH_OF(marks));
	ok(wrong == 0, "roca: no other prime is looked at");
	for (size_t i = 0; i < LENGTH_OF(marks); i++)
	{
		unsigned	refused = 0;

		for (unsigned times = 0; times < marks[i]; times++)
			refused += !is_roca(times, i);
		ok(refused == others_of(marks[i]), "roca: %u is looked at", marks[i]);
	}
}

/* n as JSON may have it at its longest: each of its characters an escape. */
static JwkStatus
escaped_modulus(size_t bytes, Jwk *jwk)
{
	uint8_t		n[JWK_MAX_BITS / 8 + 1];
	char		text[BASE64URL_ENCODED_LEN(sizeof(n))];
	char		json[6 * sizeof(text) + 100];
	char	   *p = json;

	memset(n, 0xA5, sizeof(n));
	base64url_encode(n, bytes, text);
	p += sprintf(p, "{" KTY "," KID "," E ",\"n\":\"");
	for (size_t i = 0; i < BASE64URL_ENCODED_LEN(bytes); i++)
		p += sprintf(p, "\\u%04x", (unsigned) text[i]);
	strcpy(p, "\"}");
	return parse(json, jwk);
}

static void
moduli(void)
{
	Jwk			jwk;

	ok(with_modulus(2048, true, &jwk) == JWK_OK && jwk.n_len == 256,
	   "jwk: 2048 bits");
	ok(with_modulus(2049, true, &jwk) == JWK_OK && jwk.n_len == 257,
	   "jwk: 2049 bits");
	ok(with_modulus(8192, true, &jwk) == JWK_OK && comes_back(&jwk),
	   "jwk: 8192 bits");
	ok(with_modulus(2047, true, &jwk) == JWK_MODULUS_SIZE, "jwk: 2047 bits");
	ok(with_modulus(2047, false, &jwk) == JWK_MODULUS_SIZE, "jwk: 2047 bits, and even");
	ok(with_modulus(1024, true, &jwk) == JWK_MODULUS_SIZE, "jwk: 1024 bits");
	ok(with_modulus(512, true, &jwk) == JWK_MODULUS_SIZE, "jwk: 512 bits");
	ok(with_modulus(8193, true, &jwk) == JWK_MODULUS_SIZE, "jwk: 8193 bits");
	ok(with_modulus(8200, true, &jwk) == JWK_MODULUS_SIZE, "jwk: 8200 bits");
	ok(with_modulus(16384, true, &jwk) == JWK_MODULUS_SIZE,
	   "jwk: 16384 bits");
	ok(escaped_modulus(1024, &jwk) == JWK_OK && jwk.n_len == 1024 && comes_back(&jwk),
	   "jwk: 8192 bits by escapes");
	ok(escaped_modulus(1025, &jwk) == JWK_MODULUS_SIZE, "jwk: 8200 bits by escapes");
	ok(with_modulus(2048, false, &jwk) == JWK_MODULUS_EVEN,
	   "jwk: an even modulus");
	ok(with_power_of_65537(0, 0) == JWK_MODULUS_ROCA,
	   "jwk: a power of 65537, as those of the ROCA fault");
	ok(with_power_of_65537(2, 0) == JWK_OK, "jwk: and a number beside it");
	ok(with_power_of_65537(0, 2) == JWK_MODULUS_ROCA,
	   "jwk: a number with the remainders of that power");
	ok(with_power_of_65537(0, 1) == JWK_MODULUS_EVEN, "jwk: an even one");
}

/* A kid that repeats this text. */
static JwkStatus
with_kid(const char *unit, int times, Jwk *jwk)
{
	char		json[12000];
	char	   *p = json;
	int			i;

	p += sprintf(p, "{" KTY "," N "," E ",\"kid\":\"");
	for (i = 0; i < times; i++)
		p += sprintf(p, "%s", unit);
	strcpy(p, "\"}");
	return parse(json, jwk);
}

static void
kids(void)
{
	Jwk			jwk;

	ok(with_kid("k", 512, &jwk) == JWK_OK && jwk.kid_len == 512 &&
	   comes_back(&jwk), "jwk: a kid of 512 bytes");
	ok(with_kid("\\u006b", 512, &jwk) == JWK_OK && jwk.kid_len == 512 &&
	   jwk.kid[511] == 'k', "jwk: the same by escapes");
	ok(with_kid("\\u0001", 512, &jwk) == JWK_OK && comes_back(&jwk),
	   "jwk: a kid of 512 control characters");
	ok(with_kid("\\\\\\\"", 256, &jwk) == JWK_OK && comes_back(&jwk),
	   "jwk: a kid of backslashes and quotes");
	ok(with_kid("\\u00e9", 1, &jwk) == JWK_OK &&
	   strcmp(jwk.kid, "\xC3\xA9") == 0 && comes_back(&jwk),
	   "jwk: a kid in UTF-8");
	ok(with_kid("k", 513, &jwk) == JWK_BAD_KID, "jwk: a kid of 513 bytes");
	ok(with_kid("\\u006b", 513, &jwk) == JWK_BAD_KID,
	   "jwk: a kid of 513 bytes by escapes");
	ok(with_kid("\\u00e9", 257, &jwk) == JWK_BAD_KID,
	   "jwk: a kid of 514 bytes in 257 characters");
	ok(with_kid("k", 10000, &jwk) == JWK_BAD_KID, "jwk: a kid of 10000 bytes");
	ok(with_kid("\\u0000", 1, &jwk) == JWK_BAD_JSON, "jwk: a kid of U+0000");
}

void
test_jwk(void)
{
	size_t		i;

	for (i = 0; i < LENGTH_OF(cases); i++)
	{
		Jwk			jwk;
		JwkStatus	got = parse(cases[i].json, &jwk);

		ok(got == cases[i].expected && (got != JWK_OK || comes_back(&jwk)),
		   "jwk: %s: %s", cases[i].what, jwk_status_text(cases[i].expected));
	}
	examples();
	primes_of_roca();
	moduli();
	kids();
}
