/*-------------------------------------------------------------------------
 *
 * sha256.c
 *		SHA-256, by OpenSSL.
 *
 *-------------------------------------------------------------------------
 */
#include "jose/sha256.h"

#include <openssl/err.h>
#include <openssl/evp.h>

bool
sha256(const void *data, size_t len, uint8_t digest[SHA256_LEN])
{
	/* a process has one thread that comes here */
	static EVP_MD *md = NULL;
	static EVP_MD_CTX *ctx = NULL;

	if (md == NULL)
		md = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (ctx == NULL)
		ctx = EVP_MD_CTX_new();
	if (md == NULL || ctx == NULL ||
		!EVP_DigestInit_ex2(ctx, md, NULL) ||
		!EVP_DigestUpdate(ctx, data, len) ||
		!EVP_DigestFinal_ex(ctx, digest, NULL))
	{
		ERR_clear_error();
		return false;
	}
	return true;
}
