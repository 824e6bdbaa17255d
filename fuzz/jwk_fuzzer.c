/*-------------------------------------------------------------------------
 *
 * jwk_fuzzer.c
 *		Fuzzes jose/jwk.c: an accepted key, written again, is that key.
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"

#include <string.h>

#include "jose/jwk.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Jwk			jwk;
	Jwk			again;
	char		json[JWK_JSON_MAX_LEN];
	char		json_again[JWK_JSON_MAX_LEN];
	size_t		len;

	if (jwk_parse((const char *) data, size, &jwk) != JWK_OK)
		return 0;

	CHECK(jwk.kid_len > 0 && jwk.kid_len <= JWK_MAX_KID_LEN);
	CHECK(strlen(jwk.kid) == jwk.kid_len);
	CHECK(strlen(jwk.thumbprint) == JWK_THUMBPRINT_LEN);
	CHECK(jwk.n_len * 8 >= JWK_MIN_BITS && jwk.n_len * 8 <= JWK_MAX_BITS);
	CHECK(jwk.n[0] != 0 && jwk.n[jwk.n_len - 1] % 2 == 1);
	CHECK(jwk.e_len >= 1 && jwk.e_len <= 4);
	CHECK(jwk.e[0] != 0 && jwk.e[jwk.e_len - 1] % 2 == 1);
	CHECK(jwk.e_len > 1 || jwk.e[0] >= 3);

	len = jwk_write(&jwk, json);
	CHECK(len < sizeof(json) && strlen(json) == len);
	CHECK(jwk_parse(json, len, &again) == JWK_OK);
	CHECK(memcmp(&jwk, &again, sizeof(Jwk)) == 0);
	CHECK(jwk_write(&again, json_again) == len &&
		  memcmp(json, json_again, len) == 0);
	return 0;
}
