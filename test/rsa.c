/*-------------------------------------------------------------------------
 *
 * rsa.c
 *		What tests do with an RSA key's private half.
 *
 *-------------------------------------------------------------------------
 */
#include "rsa.h"

#include <openssl/bn.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>

void
rsa_must(bool done, const char *what)
{
	if (!done)
	{
		fprintf(stderr, "OpenSSL failed: %s\n", what);
		exit(2);
	}
}

EVP_PKEY *
rsa_make(int bits, int primes, unsigned long exponent)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	BIGNUM	   *e = BN_new();
	EVP_PKEY   *pkey = NULL;

	rsa_must(ctx != NULL && e != NULL && BN_set_word(e, exponent) &&
			 EVP_PKEY_keygen_init(ctx) > 0 &&
			 EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, bits) > 0 &&
			 EVP_PKEY_CTX_set_rsa_keygen_primes(ctx, primes) > 0 &&
			 EVP_PKEY_CTX_set1_rsa_keygen_pubexp(ctx, e) > 0 &&
			 EVP_PKEY_generate(ctx, &pkey) > 0, "making a key");
	BN_free(e);
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

size_t
rsa_number(EVP_PKEY *pkey, const char *name, uint8_t *dst)
{
	BIGNUM	   *number = NULL;
	int			len;

	rsa_must(EVP_PKEY_get_bn_param(pkey, name, &number), name);
	len = BN_bn2bin(number, dst);
	BN_free(number);
	return (size_t) len;
}

size_t
rsa_sign(EVP_PKEY *pkey, int padding, const char *md, int salt_len,
		 const uint8_t *data, size_t len, uint8_t *dst)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
	size_t		signature_len = RSA_MAX_LEN;

	rsa_must(ctx != NULL && EVP_PKEY_sign_init(ctx) > 0 &&
			 EVP_PKEY_CTX_set_rsa_padding(ctx, padding) > 0 &&
			 (md == NULL ||
			  EVP_PKEY_CTX_set_signature_md(ctx, EVP_get_digestbyname(md)) > 0) &&
			 (padding != RSA_PKCS1_PSS_PADDING ||
			  EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, salt_len) > 0) &&
			 EVP_PKEY_sign(ctx, dst, &signature_len, data, len) > 0, "signing");
	EVP_PKEY_CTX_free(ctx);
	return signature_len;
}
