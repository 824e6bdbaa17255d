/*-------------------------------------------------------------------------
 *
 * keys.c
 *		The corpus' RSA keys: made once, kept in a directory.
 *
 *-------------------------------------------------------------------------
 */
#include "keys.h"

#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "rsa.h"

static struct
{
	const char *name;
	int			bits;
	int			primes;			/* more than two where two take long to find;
								 * 0: a key with the ROCA fault */
	unsigned long exponent;
	Key			key;
}			known[] = {
	{"acme", 2048, 2, 65537, {0}},
	{"vendor", 3072, 2, 65537, {0}},
	{"4096", 4096, 3, 65537, {0}},
	{"8192", 8192, 5, 65537, {0}},
	{"2049", 2049, 2, 65537, {0}},
	{"cubic", 2048, 2, 3, {0}},
	{"largest-e", 2048, 2, 4294967295, {0}},
	{"attacker", 2048, 2, 65537, {0}},
	{"strict", 2048, 2, 65537, {0}},
	{"brands", 2048, 2, 65537, {0}},
	{"revoked", 2048, 2, 65537, {0}},
	{"spare", 2048, 2, 65537, {0}},
	{"crowd-1", 2048, 2, 65537, {0}},
	{"crowd-2", 2048, 2, 65537, {0}},
	{"crowd-3", 2048, 2, 65537, {0}},
	{"crowd-4", 2048, 2, 65537, {0}},
	{"crowd-5", 2048, 2, 65537, {0}},
	{"1024", 1024, 2, 65537, {0}},
	{"2047", 2047, 2, 65537, {0}},
	{"roca", 2048, 0, 65537, {0}}
};

static const char *directory = NULL;

void
keys_kept_in(const char *path)
{
	directory = path;
}

/* Writes the key under another name first, so that no run reads half a key. */
static void
keep(EVP_PKEY *pkey, const char *path)
{
	const char *draft = string(format("%s.new", path));
	FILE	   *file;

	umask(077);
	file = fopen(draft, "w");
	must(file != NULL &&
		 PEM_write_PrivateKey(file, pkey, NULL, NULL, 0, NULL, NULL) &&
		 fclose(file) == 0 && rename(draft, path) == 0,
		 "cannot write to the directory of keys");
}

static Bytes
number(EVP_PKEY *pkey, const char *name)
{
	uint8_t		buf[RSA_MAX_LEN];

	return bytes(buf, rsa_number(pkey, name, buf));
}

const Key  *
key(const char *name)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
	{
		Key		   *k = &known[i].key;
		const char *path;
		FILE	   *file;

		if (strcmp(known[i].name, name) != 0)
			continue;
		if (k->pkey != NULL)
			return k;
		path = string(format("%s/%s.pem", directory, name));
		file = fopen(path, "r");
		if (file != NULL)
		{
			k->pkey = PEM_read_PrivateKey(file, NULL, NULL, NULL);
			fclose(file);
			must(k->pkey != NULL, "a file in the directory of keys is no key");
		}
		else
		{
			k->pkey = known[i].primes == 0 ? make_roca() :
				rsa_make(known[i].bits, known[i].primes, known[i].exponent);
			keep(k->pkey, path);
		}
		k->n = number(k->pkey, OSSL_PKEY_PARAM_RSA_N);
		k->e = number(k->pkey, OSSL_PKEY_PARAM_RSA_E);
		return k;
	}
	give_up("unknown key");
}

Bytes
jwk(const Key *k, const char *kid)
{
	return format("{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\",\"kid\":\"%s\"}",
				  string(base64url(k->n)), string(base64url(k->e)), kid);
}

Bytes
jwks(Bytes keys)
{
	return join3(B("{\"keys\":["), keys, B("]}"));
}
