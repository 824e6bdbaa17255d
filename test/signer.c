/*-------------------------------------------------------------------------
 *
 * signer.c
 *		An RSA key of one's own: signs tokens, and forges raw signatures.
 *
 *-------------------------------------------------------------------------
 */
#include "signer.h"

#include <openssl/core_names.h>
#include <openssl/rsa.h>
#include <string.h>

#include "jose/base64url.h"
#include "jose/rs256.h"
#include "rsa.h"

void
signer_init(Signer *signer, int bits, unsigned long exponent, const char *kid)
{
	EVP_PKEY   *pkey = rsa_make(bits, 2, exponent);
	Jwk			made;
	char		json[JWK_JSON_MAX_LEN];
	size_t		len;

	memset(&made, 0, sizeof(made));
	made.kid_len = strlen(kid);
	memcpy(made.kid, kid, made.kid_len);
	made.n_len = rsa_number(pkey, OSSL_PKEY_PARAM_RSA_N, made.n);
	made.e_len = rsa_number(pkey, OSSL_PKEY_PARAM_RSA_E, made.e);
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

void
signer_sign(const Signer *signer, const void *data, size_t len,
			uint8_t *signature)
{
	uint8_t		digest[SHA256_LEN];

	rsa_must(sha256(data, len, digest), "SHA-256");
	(void) rsa_sign(signer->pkey, RSA_PKCS1_PADDING, "SHA256", 0, digest, sizeof(digest),
					signature);
}

void
signer_raw(const Signer *signer, const uint8_t *block, uint8_t *signature)
{
	(void) rsa_sign(signer->pkey, RSA_NO_PADDING, NULL, 0, block, signer->jwk.n_len,
					signature);
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
