/*-------------------------------------------------------------------------
 *
 * sign.c
 *		Signatures of every kind, the right ones and the raw ones.
 *
 *-------------------------------------------------------------------------
 */
#include "keys.h"

#include <openssl/rsa.h>

#include "rsa.h"

Bytes
digest(const char *md, Bytes data)
{
	uint8_t		out[EVP_MAX_MD_SIZE];
	size_t		len = 0;

	must(EVP_Q_digest(NULL, md, NULL, data.data, data.len, out, &len),
		 "cannot compute a digest");
	return bytes(out, len);
}

Bytes
hmac(const char *md, Bytes secret, Bytes data)
{
	uint8_t		out[EVP_MAX_MD_SIZE];
	size_t		len = 0;

	must(EVP_Q_mac(NULL, "HMAC", NULL, md, NULL, secret.data, secret.len,
				   data.data, data.len, out, sizeof(out), &len) != NULL,
		 "cannot compute an HMAC");
	return bytes(out, len);
}

static Bytes
private_operation(const Key *k, int padding, const char *md, int salt_len,
				  Bytes data)
{
	uint8_t		out[RSA_MAX_LEN];

	return bytes(out, rsa_sign(k->pkey, padding, md, salt_len, data.data, data.len, out));
}

Bytes
sign(const Key *k, Bytes data)
{
	return sign_digest(k, "SHA256", data);
}

Bytes
sign_digest(const Key *k, const char *md, Bytes data)
{
	return private_operation(k, RSA_PKCS1_PADDING, md, 0, digest(md, data));
}

Bytes
sign_pss(const Key *k, const char *md, int salt_len, Bytes data)
{
	return private_operation(k, RSA_PKCS1_PSS_PADDING, md, salt_len,
							 digest(md, data));
}

Bytes
sign_raw(const Key *k, Bytes block)
{
	must(block.len == k->n.len, "a block is not as long as the modulus");
	return private_operation(k, RSA_NO_PADDING, NULL, 0, block);
}
