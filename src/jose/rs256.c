/*-------------------------------------------------------------------------
 *
 * rs256.c
 *		RS256 (RFC 7518, section 3.3): RSASSA-PKCS1-v1_5 with SHA-256, by OpenSSL.
 *
 * OpenSSL builds the one encoding of the digest that PKCS #1 allows and compares
 * it whole, so that no variant of padding or of its ASN.1 passes.
 *
 *-------------------------------------------------------------------------
 */
#include "jose/rs256.h"

#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

struct Rs256Key
{
	EVP_PKEY   *pkey;
	EVP_PKEY_CTX *verify;
	size_t		signature_len;
};

static bool ran_out_of_memory = false;

/*
 * Call this before OpenSSL's functions: it empties OpenSSL's error queue, so that
 * whatever the queue holds afterwards comes from them.  It also has OpenSSL allocate
 * the queue now, so that an error that says "out of memory" finds room in it.
 */
static void
expect_errors(void)
{
	ERR_clear_error();
	ran_out_of_memory = false;
}

/* Empties the queue, and notes whether OpenSSL ran out of memory. */
static void
take_errors(void)
{
	unsigned long error;

	while ((error = ERR_get_error()) != 0)
		if (ERR_GET_REASON(error) == ERR_R_MALLOC_FAILURE)
			ran_out_of_memory = true;
}

bool
rs256_ran_out_of_memory(void)
{
	return ran_out_of_memory;
}

/* The key as OpenSSL wants it, or NULL. */
static EVP_PKEY *
make_pkey(const Jwk *jwk)
{
	EVP_PKEY   *pkey = NULL;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	OSSL_PARAM *params = NULL;
	BIGNUM	   *n = BN_bin2bn(jwk->n, (int) jwk->n_len, NULL);
	BIGNUM	   *e = BN_bin2bn(jwk->e, (int) jwk->e_len, NULL);

	if (ctx != NULL && build != NULL && n != NULL && e != NULL &&
		OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) &&
		OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e))
		params = OSSL_PARAM_BLD_to_param(build);

	if (params != NULL && EVP_PKEY_fromdata_init(ctx) > 0 &&
		EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) <= 0)
		pkey = NULL;

	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	BN_free(e);
	BN_free(n);
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

Rs256Key *
rs256_key_new(const Jwk *jwk)
{
	Rs256Key   *key;

	expect_errors();
	key = OPENSSL_zalloc(sizeof(Rs256Key));
	if (key == NULL)
	{
		ERR_clear_error();
		ran_out_of_memory = true;
		return NULL;
	}
	key->signature_len = jwk->n_len;
	key->pkey = make_pkey(jwk);
	if (key->pkey != NULL)
		key->verify = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);

	/* a context can verify again and again once it is set up */
	if (key->verify == NULL ||
		EVP_PKEY_verify_init(key->verify) <= 0 ||
		EVP_PKEY_CTX_set_rsa_padding(key->verify, RSA_PKCS1_PADDING) <= 0 ||
		EVP_PKEY_CTX_set_signature_md(key->verify, EVP_sha256()) <= 0)
	{
		rs256_key_free(key);
		ERR_clear_error();

		/*
		 * OpenSSL may give any reason, even "digest not allowed".  But a key
		 * that jwk_parse() has accepted fails here only when memory runs out.
		 */
		ran_out_of_memory = true;
		return NULL;
	}
	return key;
}

void
rs256_key_free(Rs256Key *key)
{
	if (key == NULL)
		return;
	EVP_PKEY_CTX_free(key->verify);
	EVP_PKEY_free(key->pkey);
	OPENSSL_free(key);
}

size_t
rs256_signature_len(const Rs256Key *key)
{
	return key->signature_len;
}

bool
rs256_verify_digest(Rs256Key *key, const uint8_t digest[SHA256_LEN],
					const uint8_t *signature, size_t signature_len)
{
	expect_errors();
	if (signature_len != key->signature_len)
		return false;
	if (EVP_PKEY_verify(key->verify, signature, signature_len,
						digest, SHA256_LEN) == 1)
		return true;
	take_errors();
	return false;
}

void
rs256_warm_up(void)
{
	static const uint8_t zeros[JWK_MIN_BITS / 8] = {0};
	uint8_t		digest[SHA256_LEN];
	Jwk			jwk = {.n_len = sizeof(zeros),.e = {1, 0, 1},.e_len = 3};
	Rs256Key   *key;

	memset(jwk.n, 0xFF, jwk.n_len);
	key = rs256_key_new(&jwk);
	if (key != NULL && sha256(zeros, sizeof(zeros), digest))
		(void) rs256_verify_digest(key, digest, zeros, sizeof(zeros));
	rs256_key_free(key);
}
