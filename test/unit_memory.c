/*-------------------------------------------------------------------------
 *
 * unit_memory.c
 *		When OpenSSL runs out of memory, that is no verdict on a signature.
 *
 *-------------------------------------------------------------------------
 */
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jose/rs256.h"
#include "signer.h"
#include "unit.h"

/*
 * How many allocations OpenSSL gets before one fails, and perhaps all later
 * ones.
 */
static long allowed = -1;		/* -1: any number */
static bool all_others = false;
static bool failed = false;

static bool
granted(void)
{
	if (allowed < 0)
		return true;
	if (allowed > 0)
	{
		allowed--;
		return true;
	}
	if (failed && !all_others)
		return true;
	failed = true;
	return false;
}

static void *
allocate(size_t size, const char *file, int line)
{
	(void) file;
	(void) line;
	return granted() ? malloc(size) : NULL;
}

static void *
reallocate(void *p, size_t size, const char *file, int line)
{
	(void) file;
	(void) line;
	return granted() ? realloc(p, size) : NULL;
}

static void
give_back(void *p, const char *file, int line)
{
	(void) file;
	(void) line;
	free(p);
}

static void
fail_after(long allocations, bool others)
{
	failed = false;
	all_others = others;
	allowed = allocations;
}

/*
 * Makes the key and verifies a good signature, while one allocation after the
 * other fails.  Counts the results.
 */
static void
verify_in_want(const Signer *signer, const uint8_t *digest,
			   const uint8_t *signature, size_t len, bool others)
{
	int			wrong = 0;
	int			told = 0;
	bool		enough = false;

	for (long n = 0; !enough; n++)
	{
		Rs256Key   *key;
		bool		good = false;
		bool		no_memory;

		fail_after(n, others);
		key = rs256_key_new(&signer->jwk);
		if (key != NULL)
			good = rs256_verify_digest(key, digest, signature, len);
		no_memory = rs256_ran_out_of_memory();
		enough = !failed;
		allowed = -1;
		if (!good && !no_memory)
			wrong++;
		if (!good && no_memory)
			told++;
		rs256_key_free(key);
	}
	printf("# %d times it was told\n", told);
	ok(wrong == 0, others ? "memory: a good signature is never called bad, from some point on"
	   : "memory: a good signature is never called bad, one failure alone");
	ok(told > 3, "memory: but OpenSSL did run out of it");
	ok(ERR_peek_error() == 0, "memory: no error is left behind");
}

void
test_memory(void)
{
	Signer		signer;
	uint8_t		digest[SHA256_LEN];
	uint8_t		signature[256];
	Rs256Key   *key;

	if (!CRYPTO_set_mem_functions(allocate, reallocate, give_back))
	{
		ok(false, "memory: OpenSSL keeps its own allocator");
		return;
	}
	signer_init(&signer, 2048, 65537, "k");
	signer_sign(&signer, "text", 4, signature);
	ok(sha256("text", 4, digest), "memory: a digest");

	verify_in_want(&signer, digest, signature, sizeof(signature), true);
	verify_in_want(&signer, digest, signature, sizeof(signature), false);

	/* with enough memory, a bad signature is bad */
	key = rs256_key_new(&signer.jwk);
	signature[17] ^= 1;
	ok(key != NULL && !rs256_verify_digest(key, digest, signature, sizeof(signature)) &&
	   !rs256_ran_out_of_memory(), "memory: a bad signature is bad");
	signature[17] ^= 1;
	ok(key != NULL && rs256_verify_digest(key, digest, signature, sizeof(signature)),
	   "memory: a good one is good");
	rs256_key_free(key);
	signer_free(&signer);
}
