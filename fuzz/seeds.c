/*-------------------------------------------------------------------------
 *
 * seeds.c
 *		Makes the seed corpora of the fuzz targets, signing with a key of its
 *		own.
 *
 * usage: seeds DIRECTORY
 *
 * Writes DIRECTORY/TARGET/NNN for each target, and what token_fuzzer needs to
 * know: DIRECTORY/key.jwk, and DIRECTORY/signed, the SHA-256 of each signing
 * input.
 *
 *-------------------------------------------------------------------------
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "jose/base64url.h"
#include "jose/jws.h"
#include "jose/rs256.h"
#include "signer.h"

#define KID				"5f2b"
#define ROOM			65536
#define LENGTH_OF(a)	(sizeof(a) / sizeof((a)[0]))

static const char *directory;
static int	nfiles = 0;

static FILE *
create(const char *target, const char *name)
{
	char		path[1024];
	FILE	   *file;

	if (target != NULL)
	{
		snprintf(path, sizeof(path), "%s/%s", directory, target);
		mkdir(path, 0777);
		snprintf(path, sizeof(path), "%s/%s/%03d", directory, target, nfiles++);
	}
	else
		snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "wb");
	if (file == NULL)
	{
		perror(path);
		exit(2);
	}
	return file;
}

static void
seed(const char *target, const char *bytes, size_t len)
{
	FILE	   *file = create(target, NULL);

	fwrite(bytes, 1, len, file);
	if (fclose(file) != 0)
	{
		perror(target);
		exit(2);
	}
}

static void
seed_texts(const char *target, const char *const *texts, size_t n)
{
	size_t		i;

	for (i = 0; i < n; i++)
		seed(target, texts[i], strlen(texts[i]));
}

static const char *const headers[] = {
	"{\"typ\":\"JWT\",\"alg\":\"RS256\",\"kid\":\"" KID "\"}",
	"{\"alg\":\"RS256\",\"kid\":\"" KID "\"}",
	"{\"alg\":\"RS\\u0032\\u00356\",\"\\u006bid\":\"" KID "\","
	"\"typ\":\"application/JwT\"}",
	"{\"alg\":\"RS256\",\"kid\":\"" KID "\",\"jku\":\"https://a.example\","
	"\"x5c\":[\"AA\"],\"jwk\":{\"kty\":\"RSA\"}}",
	"{\"alg\":\"none\",\"kid\":\"" KID "\"}",
	"{\"alg\":\"HS256\",\"kid\":\"" KID "\"}",
	"{\"alg\":\"RS256\",\"kid\":\"" KID "\",\"crit\":[\"exp\"],\"exp\":1}",
	"{\"alg\":\"RS256\",\"kid\":\"" KID "\",\"b64\":false}",
	"{\"alg\":\"RS256\",\"kid\":\"other\"}",
	"{\"alg\":\"RS256\",\"kid\":[1]}"
};

static const char *const payloads[] = {
	"{\"userId\":377841432074,\"email\":\"jane@example.com\","
	"\"externalId\":\"x-1\",\"exp\":1735689600,"
	"\"origin\":\"https://acme.zendesk.com\"}",
	"{\"exp\":253402300799}",
	"{\"exp\":1e9,\"nbf\":1.5,\"iat\":0,\"aud\":[\"a\",\"the audience\"]}",
	"{\"exp\":9e9,\"aud\":\"the audience\",\"iss\":\"the issuer\"}",
	"{\"exp\":9e9,\"origin\":\"HTTPS://Acme.Zendesk.com:443/\"}",
	"{\"exp\":1735689600,\"name\":\"\\u00e9\\uD83D\\uDE00\xC3\xA9\",\"a\":[{},[]]}",
	"{\"exp\":\"never\"}",
	"{\"exp\":1,\"exp\":2}",
	"{\"exp\":1,\"aud\":[[\"the audience\"]]}",
	"{}",
	"[]"
};

static void
signed_tokens(const Signer *signer)
{
	static char token[ROOM];
	FILE	   *signed_file = create(NULL, "signed");
	size_t		i;
	size_t		j;

	for (i = 0; i < LENGTH_OF(headers); i++)
	{
		for (j = 0; j < LENGTH_OF(payloads); j++)
		{
			size_t		len = signer_token(signer, headers[i], payloads[j], token);
			JwsParts	parts;
			uint8_t		digest[SHA256_LEN];

			if (jws_split(token, len, &parts) != JWS_OK ||
				!sha256(token, parts.signing_input_len, digest))
				exit(2);
			fwrite(digest, 1, sizeof(digest), signed_file);
			seed("token", token, len);
			if (j == 0)
			{
				seed("jws", token, len);
				seed("base64url", parts.payload, parts.payload_len);
				/* a token without a signature, and one with a part of it */
				seed("token", token, parts.signing_input_len + 1);
				seed("token", token, len - 4);
			}
		}
	}
	if (fclose(signed_file) != 0)
		exit(2);
}

static void
keys(const Signer *signer, const Signer *other)
{
	static const char *const members[] = {
		"", ",\"use\":\"sig\"", ",\"alg\":\"RS256\"", ",\"key_ops\":[\"verify\"]",
		",\"use\":\"enc\"", ",\"d\":\"AQAB\"", ",\"alg\":\"RS512\"",
		",\"kid\":\"twice\""
	};
	char		json[JWK_JSON_MAX_LEN];
	char		other_json[JWK_JSON_MAX_LEN];
	char		made[4 * JWK_JSON_MAX_LEN];
	size_t		len = jwk_write(&signer->jwk, json);
	size_t		i;
	FILE	   *file = create(NULL, "key.jwk");

	fwrite(json, 1, len, file);
	if (fclose(file) != 0)
		exit(2);
	seed("jwk", other_json, jwk_write(&other->jwk, other_json));

	for (i = 0; i < LENGTH_OF(members); i++)
	{
		snprintf(made, sizeof(made), "%.*s%s}", (int) len - 1, json, members[i]);
		seed("jwk", made, strlen(made));
		snprintf(made, sizeof(made), "{\"keys\":[%.*s%s},%s]}",
				 (int) len - 1, json, members[i], other_json);
		seed("jwks", made, strlen(made));
	}
	snprintf(made, sizeof(made), "{\"keys\":[%s,%s]}", json, json);
	seed("jwks", made, strlen(made));
	seed("jwks", "{\"keys\":[]}", 11);
	seed("jwks", "{\"keys\":[{\"kty\":\"EC\"},1,null]}", 31);
}

static void
json_texts(void)
{
	static const char *const texts[] = {
		"{}", "[]", "{} x", "{\"a\":[1,-0.5e+7,true,false,null,\"x\",{\"b\":[]}]}",
		"{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\uD83D\\uDE00\"}",
		"{\"a\":\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\"}",
		"{\"a\":1,\"\\u0061\":2}", "{\"a\":1e131071,\"b\":1e-16383}",
		"{\"a\":\"\\u0000\"}", "{\"a\":\"\\uD800\"}", "{\"a\":\"\xED\xA0\x80\"}",
		"{\"a\":[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]}", "{\"\":\"\",\"alg\":\"RS256\"}"
	};

	seed_texts("json_guard", texts, LENGTH_OF(texts));
	seed_texts("json_guard", headers, LENGTH_OF(headers));
	seed_texts("json_guard", payloads, LENGTH_OF(payloads));
	seed_texts("json_pieces", texts, LENGTH_OF(texts));
	seed("json_pieces", "[\"a\",[1,\"]\"],{\"}\":2},true,-1.5]", 32);
}

static void
small_texts(void)
{
	static const char *const base64[] = {
		"", "Zg", "Zm8", "Zm9v", "Zm9vYg", "A-z_4ME", "Zg==", "Zh", "Z"
	};
	static const char *const tokens[] = {
		"a.b.c", "..", "a.b", "a.b.c.d.e", "a.b.c=", ".b.c"
	};
	static const char *const dates[] = {
		"0", "-0", "1735689600", "1735689600.123456", "1e3", "253402300799",
		"253402300799.0000001", "2.53402300799e11", "-1", "1e-7", "01"
	};
	static const char *const urls[] = {
		"https://acme.zendesk.com", "https://a.example:8443/x/y%20z",
		"http://127.0.0.1:8080", "http://[::1]/", "HTTPS://A.Example",
		"https://[2001:db8::1]:1/", "https://u@a.example", "https://a.example?x",
		"https://127.1", "https://a.example/../x", "https://a.example/%2e%2e"
	};
	static const char *const globs[] = {
		"acme.zendesk.com\n*.zendesk.com", "a.example\n*", "A.example\na.EXAMPLE",
		"127.0.0.1\n*.com, 127.0.0.1 localhost", "a.b.c\n*.c,a.*", "::1\n*"
	};
	static const char *const cache[] = {
		"max-age=600, must-revalidate\n30", "no-store\n\n\n\n120",
		"public, max-age=\"60\", s-maxage=1\n0",
		"\n\nSun, 06 Nov 1994 08:49:37 GMT\nSunday, 06-Nov-94 08:49:37 GMT",
		"\n\n0\nSun Nov  6 08:49:37 1994\nSun, 06 Nov 1994 08:49:37 GMT",
		"private=\"a, b\", max-age=99999999999999999999\n99999999999"
	};

	seed_texts("base64url", base64, LENGTH_OF(base64));
	seed_texts("jws", tokens, LENGTH_OF(tokens));
	seed_texts("numericdate", dates, LENGTH_OF(dates));
	seed_texts("url", urls, LENGTH_OF(urls));
	seed_texts("origin", urls, LENGTH_OF(urls));
	seed_texts("host_globs", globs, LENGTH_OF(globs));
	seed_texts("cache_headers", cache, LENGTH_OF(cache));
}

int
main(int argc, char **argv)
{
	Signer		signer;
	Signer		other;

	if (argc != 2)
	{
		fprintf(stderr, "usage: seeds DIRECTORY\n");
		return 2;
	}
	directory = argv[1];
	signer_init(&signer, 2048, 65537, KID);
	signer_init(&other, 2048, 3, "other \xC3\xA9\"\\");
	signed_tokens(&signer);
	keys(&signer, &other);
	json_texts();
	small_texts();
	signer_free(&signer);
	signer_free(&other);
	return 0;
}
