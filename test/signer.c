/*-------------------------------------------------------------------------
 *
 * signer.c
 *		An RSA key of one's own: signs tokens, and forges raw signatures.
 *
 *-------------------------------------------------------------------------
 */
#include "signer.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jose/base64url.h"
#include "jose/rs256.h"

static void
must(bool done, const char *what)
{
	if (!done)
	{
		fprintf(stderr, "OpenSSL failed: %s\n", what);
		exit(2);
	}
}

static size_t
get_number(EVP_PKEY *pkey, const char *name, uint8_t *dst)
{
	BIGNUM	   *number = NULL;
	int			len;

	must(EVP_PKEY_get_bn_param(pkey, name, &number), name);
	len = BN_bn2bin(number, dst);
	BN_free(number);
	return (size_t) len;
}

void
signer_init(Signer *signer, int bits, unsigned long exponent, const char *kid)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	BIGNUM	   *e = BN_new();
	EVP_PKEY   *pkey = NULL;
	Jwk			made;
	char		json[JWK_JSON_MAX_LEN];
	size_t		len;

	must(ctx != NULL && e != NULL && BN_set_word(e, exponent) &&
		 EVP_PKEY_keygen_init(ctx) > 0 &&
		 EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, bits) > 0 &&
		 EVP_PKEY_CTX_set1_rsa_keygen_pubexp(ctx, e) > 0 &&
		 EVP_PKEY_generate(ctx, &pkey) > 0, "making a key");
	BN_free(e);
	EVP_PKEY_CTX_free(ctx);

	memset(&made, 0, sizeof(made));
	made.kid_len = strlen(kid);
	memcpy(made.kid, kid, made.kid_len);
	made.n_len = get_number(pkey, OSSL_PKEY_PARAM_RSA_N, made.n);
	made.e_len = get_number(pkey, OSSL_PKEY_PARAM_RSA_E, made.e);
	len = jwk_write(&made, json);
	signer->pkey = pkey;
	if (jwk_parse(json, len, &signer->jwk) != JWK_OK)
		signer->jwk = made;		/* a key that must not be accepted */
}

void
signer_free(Signer *signer)
{
	EVP_PKEY_free(signer->pkey);
}

static void
sign(const Signer *signer, int padding, const EVP_MD *md,
	 const uint8_t *data, size_t len, uint8_t *signature)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, signer->pkey, NULL);
	size_t		signature_len = signer->jwk.n_len;

	must(ctx != NULL && EVP_PKEY_sign_init(ctx) > 0 &&
		 EVP_PKEY_CTX_set_rsa_padding(ctx, padding) > 0 &&
		 (md == NULL || EVP_PKEY_CTX_set_signature_md(ctx, md) > 0) &&
		 EVP_PKEY_sign(ctx, signature, &signature_len, data, len) > 0 &&
		 signature_len == signer->jwk.n_len, "signing");
	EVP_PKEY_CTX_free(ctx);
}

void
signer_sign(const Signer *signer, const void *data, size_t len,
			uint8_t *signature)
{
	uint8_t		digest[SHA256_LEN];

	must(sha256(data, len, digest), "SHA-256");
	sign(signer, RSA_PKCS1_PADDING, EVP_sha256(), digest, sizeof(digest),
		 signature);
}

void
signer_raw(const Signer *signer, const uint8_t *block, uint8_t *signature)
{
	sign(signer, RSA_NO_PADDING, NULL, block, signer->jwk.n_len, signature);
}

static char *
put(char *dst, const void *bytes, size_t len)
{
	base64url_encode(bytes, len, dst);
	return dst + BASE64URL_ENCODED_LEN(len);
}

size_t
signer_token(const Signer *signer, const char *header, const char *payload,
			 char *dst)
{
	uint8_t		signature[JWK_MAX_BITS / 8];
	char	   *p = dst;

	p = put(p, header, strlen(header));
	*p++ = '.';
	p = put(p, payload, strlen(payload));
	signer_sign(signer, dst, (size_t) (p - dst), signature);
	*p++ = '.';
	p = put(p, signature, signer->jwk.n_len);
	*p = '\0';
	return (size_t) (p - dst);
}
