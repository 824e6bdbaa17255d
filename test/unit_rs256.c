/*-------------------------------------------------------------------------
 *
 * unit_rs256.c
 *		Unit tests of jose/rs256.c: vectors, reuse, lengths, other keys.
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <openssl/err.h>
#include <string.h>

#include "jose/base64url.h"
#include "jose/jws.h"
#include "jose/rs256.h"
#include "signer.h"

/* RFC 7515, appendix A.2; its key has no kid */
static const char rfc_jwk[] =
"{\"kty\":\"RSA\",\"kid\":\"a2\",\"e\":\"AQAB\",\"n\":\""
"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp"
"-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOW"
"vG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUs"
"LA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9k"
"G4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2"
"PAcDTW9gb54h4FRWyuXpoQ\"}";
static const char rfc_token[] =
"eyJhbGciOiJSUzI1NiJ9."
"eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
"cGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
"cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7"
"AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4"
"BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K"
"0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqv"
"hJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrB"
"p0igcN_IoypGlUPQGe77Rw";

static void
digests(void)
{
	/* FIPS 180-4's "abc", and nothing */
	static const uint8_t abc[SHA256_LEN] = {
		0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea,
		0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23,
		0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c,
		0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad
	};
	static const uint8_t nothing[SHA256_LEN] = {
		0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14,
		0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
		0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c,
		0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55
	};
	uint8_t		digest[SHA256_LEN];

	ok(sha256("abc", 3, digest) && memcmp(digest, abc, SHA256_LEN) == 0,
	   "sha256: abc");
	ok(sha256("", 0, digest) && memcmp(digest, nothing, SHA256_LEN) == 0,
	   "sha256: nothing");
	ok(sha256("abc", 3, digest) && memcmp(digest, abc, SHA256_LEN) == 0,
	   "sha256: abc again");
}

static void
rfc_example(void)
{
	Jwk			jwk;
	JwsParts	parts;
	uint8_t		signature[JWS_MAX_PART_LEN];
	uint8_t		digest[SHA256_LEN];
	size_t		len;
	Rs256Key   *key = NULL;
	int			i;
	int			wrong = 0;

	ok(jwk_parse(rfc_jwk, strlen(rfc_jwk), &jwk) == JWK_OK &&
	   (key = rs256_key_new(&jwk)) != NULL && rs256_signature_len(key) == 256,
	   "rs256: the key of RFC 7515");
	if (key == NULL)
		return;
	ok(jws_split(rfc_token, strlen(rfc_token), &parts) == JWS_OK &&
	   base64url_decode(parts.signature, parts.signature_len, signature) &&
	   sha256(parts.header, parts.signing_input_len, digest),
	   "rs256: its token");
	len = BASE64URL_DECODED_LEN(parts.signature_len);
	ok(rs256_verify_digest(key, digest, signature, len), "rs256: it verifies");

	/* each bit of the digest, and of some of the signature's bytes */
	for (i = 0; i < SHA256_LEN * 8; i++)
	{
		digest[i / 8] ^= (uint8_t) (1 << i % 8);
		if (rs256_verify_digest(key, digest, signature, len))
			wrong++;
		digest[i / 8] ^= (uint8_t) (1 << i % 8);
	}
	ok(wrong == 0, "rs256: not with any one bit of the digest changed");
	for (i = 0; i < (int) len * 8; i += 7)
	{
		signature[i / 8] ^= (uint8_t) (1 << i % 8);
		if (rs256_verify_digest(key, digest, signature, len))
			wrong++;
		signature[i / 8] ^= (uint8_t) (1 << i % 8);
	}
	ok(wrong == 0, "rs256: nor with one bit of the signature changed");
	ok(rs256_verify_digest(key, digest, signature, len),
	   "rs256: it still verifies, after all those that did not");
	ok(ERR_peek_error() == 0, "rs256: no error is left behind");
	rs256_key_free(key);
}

static void
sizes(int bits, unsigned long exponent)
{
	static const char text[] = "signed";
	Signer		signer;
	Rs256Key   *key;
	uint8_t		signature[JWK_MAX_BITS / 8 + 1];
	uint8_t		digest[SHA256_LEN];
	size_t		len;

	signer_init(&signer, bits, exponent, "k");
	key = rs256_key_new(&signer.jwk);
	len = signer.jwk.n_len;
	signer_sign(&signer, text, strlen(text), signature);
	ok(key != NULL && sha256(text, strlen(text), digest) &&
	   rs256_signature_len(key) == len &&
	   rs256_verify_digest(key, digest, signature, len) &&
	   !rs256_verify_digest(key, digest, signature, len - 1) &&
	   !rs256_verify_digest(key, digest, signature, len + 1) &&
	   !rs256_verify_digest(key, digest, signature, 0),
	   "rs256: %d bits, exponent %lu", bits, exponent);
	rs256_key_free(key);
	signer_free(&signer);
}

void
test_rs256(void)
{
	rs256_key_free(NULL);
	rs256_warm_up();
	ok(ERR_peek_error() == 0 && !rs256_ran_out_of_memory(),
	   "rs256: warming up leaves no error behind");
	digests();
	rfc_example();
	sizes(2048, 3);
	sizes(2048, 65537);
	sizes(2049, 65537);
	sizes(3072, 65537);
	sizes(2048, 4294967291UL);	/* the largest prime below 2^32 */
}
