/*-------------------------------------------------------------------------
 *
 * tokens.c
 *		Makes the keys and tokens that the benchmark verifies.
 *
 *	tokens DIR NAME BITS COUNT LIFE
 *		writes DIR/NAME.jwks, DIR/NAME.pem (the public key) and DIR/NAME.tokens
 *	tokens DIR fake COUNT
 *		writes DIR/fake.jwks, one JWK a line: random moduli that nobody has the
 *		private keys of, to fill the tables with
 *
 *-------------------------------------------------------------------------
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/pem.h>
#include <openssl/rand.h>

#include "signer.h"

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
put_jwk(FILE *file, const Jwk *jwk)
{
	char		json[JWK_JSON_MAX_LEN];
	size_t		len = jwk_write(jwk, json);

	fwrite(json, 1, len, file);
}

static void
put_token(FILE *file, const Signer *signer, const char *kid, int i,
		  long long expiry)
{
	char		header[256];
	char		claims[512];
	char		token[SIGNER_TOKEN_LEN(sizeof(header), sizeof(claims))];

	snprintf(header, sizeof(header),
			 "{\"typ\":\"JWT\",\"alg\":\"RS256\",\"kid\":\"%s\"}", kid);
	snprintf(claims, sizeof(claims),
			 "{\"userId\":%lld,\"email\":\"user%d@example.com\","
			 "\"externalId\":\"customer-%d\",\"custom\":\"gold\",\"exp\":%lld,"
			 "\"origin\":\"https://bench.zendesk.com\"}",
			 377841432000LL + i, i, i, expiry);
	signer_token(signer, header, claims, token);
	fprintf(file, "%s\n", token);
}

static void
make_tokens(const char *dir, const char *name, int bits, int count, long life)
{
	Signer		signer;
	char		kid[32];
	FILE	   *jwks = create(dir, name, "jwks");
	FILE	   *pem = create(dir, name, "pem");
	FILE	   *tokens = create(dir, name, "tokens");

	snprintf(kid, sizeof(kid), "bench-%s", name);
	signer_init(&signer, bits, 65537, kid);
	fputs("{\"keys\":[", jwks);
	put_jwk(jwks, &signer.jwk);
	fputs("]}\n", jwks);
	if (PEM_write_PUBKEY(pem, signer.pkey) != 1)
		fail("writing the key");
	for (int i = 0; i < count; i++)
		put_token(tokens, &signer, kid, i, (long long) time(NULL) + life);
	fclose(jwks);
	fclose(pem);
	fclose(tokens);
	signer_free(&signer);
}

static void
make_fake_keys(const char *dir, int count)
{
	FILE	   *jwks = create(dir, "fake", "jwks");
	Jwk			jwk = {.n_len = 256,.e = {1, 0, 1},.e_len = 3};

	for (int i = 0; i < count; i++)
	{
		if (RAND_bytes(jwk.n, (int) jwk.n_len) != 1)
			fail("RAND_bytes");
		jwk.n[0] |= 0x80;
		jwk.n[jwk.n_len - 1] |= 1;
		jwk.kid_len = (size_t) sprintf(jwk.kid, "fake-%d", i);
		put_jwk(jwks, &jwk);
		fputc('\n', jwks);
	}
	fclose(jwks);
}

int
main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[2], "fake") == 0)
		make_fake_keys(argv[1], atoi(argv[3]));
	else if (argc == 6)
		make_tokens(argv[1], argv[2], atoi(argv[3]), atoi(argv[4]), atol(argv[5]));
	else
	{
		fprintf(stderr, "usage: tokens DIR NAME BITS COUNT LIFE | tokens DIR fake COUNT\n");
		return 2;
	}
	return 0;
}
