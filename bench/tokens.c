/*-------------------------------------------------------------------------
 *
 * tokens.c
 *		Makes the keys and tokens that the benchmark verifies.
 *
 *	tokens DIR BITS COUNT LIFE
 *		writes DIR/BITS.jwks, DIR/BITS.pem (the public key) and DIR/BITS.tokens
 *	tokens DIR fake COUNT
 *		writes DIR/fake.jwks, one JWK a line: random moduli that nobody has the
 *		private keys of, to fill the tables with
 *
 * IDENTIFICATION
 *	  bench/tokens.c
 *
 *-------------------------------------------------------------------------
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include "jose/base64url.h"

static void
fail(const char *what)
{
	fprintf(stderr, "tokens: %s failed\n", what);
	exit(1);
}

static FILE *
create(const char *dir, const char *name, const char *suffix)
{
	char		path[4096];
	FILE	   *file;

	snprintf(path, sizeof(path), "%s/%s.%s", dir, name, suffix);
	file = fopen(path, "w");
	if (file == NULL)
		fail(path);
	return file;
}

static void
put_base64url(FILE *file, const void *data, size_t len)
{
	char		text[BASE64URL_ENCODED_LEN(2048)];

	base64url_encode(data, len, text);
	fwrite(text, 1, BASE64URL_ENCODED_LEN(len), file);
}

static void
put_jwk(FILE *file, const uint8_t *n, size_t n_len, const char *kid)
{
	fprintf(file, "{\"kty\":\"RSA\",\"e\":\"AQAB\",\"kid\":\"%s\",\"n\":\"", kid);
	put_base64url(file, n, n_len);
	fputs("\"}", file);
}

static void
put_token(FILE *file, EVP_PKEY *key, EVP_MD_CTX *context, const char *kid,
		  int i, long long expiry)
{
	char		header[256];
	char		claims[512];
	char		input[2048];
	uint8_t		signature[1024];
	size_t		signature_len = sizeof(signature);
	size_t		len;

	snprintf(header, sizeof(header),
			 "{\"typ\":\"JWT\",\"alg\":\"RS256\",\"kid\":\"%s\"}", kid);
	snprintf(claims, sizeof(claims),
			 "{\"userId\":%lld,\"email\":\"user%d@example.com\","
			 "\"externalId\":\"customer-%d\",\"custom\":\"gold\",\"exp\":%lld,"
			 "\"origin\":\"https://bench.zendesk.com\"}",
			 377841432000LL + i, i, i, expiry);
	base64url_encode((uint8_t *) header, strlen(header), input);
	len = BASE64URL_ENCODED_LEN(strlen(header));
	input[len++] = '.';
	base64url_encode((uint8_t *) claims, strlen(claims), input + len);
	len += BASE64URL_ENCODED_LEN(strlen(claims));

	if (EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) != 1 ||
		EVP_DigestSign(context, signature, &signature_len,
					   (uint8_t *) input, len) != 1)
		fail("signing");
	fwrite(input, 1, len, file);
	fputc('.', file);
	put_base64url(file, signature, signature_len);
	fputc('\n', file);
}

static void
make_tokens(const char *dir, const char *bits, int count, long life)
{
	EVP_PKEY   *key = EVP_RSA_gen((unsigned int) atoi(bits));
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	BIGNUM	   *n = NULL;
	uint8_t		modulus[1024];
	char		kid[32];
	FILE	   *jwks = create(dir, bits, "jwks");
	FILE	   *pem = create(dir, bits, "pem");
	FILE	   *tokens = create(dir, bits, "tokens");

	if (key == NULL || context == NULL ||
		EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n) != 1)
		fail("making a key");
	snprintf(kid, sizeof(kid), "bench-%s", bits);
	fputs("{\"keys\":[", jwks);
	put_jwk(jwks, modulus, (size_t) BN_bn2bin(n, modulus), kid);
	fputs("]}\n", jwks);
	if (PEM_write_PUBKEY(pem, key) != 1)
		fail("writing the key");
	for (int i = 0; i < count; i++)
		put_token(tokens, key, context, kid, i, (long long) time(NULL) + life);
	fclose(jwks);
	fclose(pem);
	fclose(tokens);
	BN_free(n);
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
}

static void
make_fake_keys(const char *dir, int count)
{
	FILE	   *jwks = create(dir, "fake", "jwks");
	uint8_t		n[256];
	char		kid[32];

	for (int i = 0; i < count; i++)
	{
		if (RAND_bytes(n, sizeof(n)) != 1)
			fail("RAND_bytes");
		n[0] |= 0x80;
		n[sizeof(n) - 1] |= 1;
		snprintf(kid, sizeof(kid), "fake-%d", i);
		put_jwk(jwks, n, sizeof(n), kid);
		fputc('\n', jwks);
	}
	fclose(jwks);
}

int
main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[2], "fake") == 0)
		make_fake_keys(argv[1], atoi(argv[3]));
	else if (argc == 5)
		make_tokens(argv[1], argv[2], atoi(argv[3]), atol(argv[4]));
	else
	{
		fprintf(stderr, "usage: tokens DIR BITS COUNT LIFE | tokens DIR fake COUNT\n");
		return 2;
	}
	return 0;
}
