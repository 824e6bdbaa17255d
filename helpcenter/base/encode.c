/*-------------------------------------------------------------------------
 *
 * encode.c
 *	  base64, base64url, hex, digests and random strings
 *
 * OpenSSL does the work.  Only base64url's other alphabet, and the padding
 * that it lacks, are our own.
 *
 *-------------------------------------------------------------------------
 */
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"

Digest
sha256(const void *data, size_t len)
{
	Digest		digest;

	if (!EVP_Digest(data, len, digest.bytes, NULL, EVP_sha256(), NULL))
		fatal("could not compute a SHA-256 digest");
	return digest;
}

Digest
sha256_str(const char *str)
{
	return sha256(str, strlen(str));
}

/* Its time does not depend on where the digests differ. */
bool
digest_equal(const Digest *a, const Digest *b)
{
	return CRYPTO_memcmp(a->bytes, b->bytes, DIGEST_LEN) == 0;
}

char *
hex_encode(const unsigned char *data, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	char	   *text = xalloc(len * 2 + 1);

	for (size_t i = 0; i < len; i++)
	{
		text[i * 2] = digits[data[i] >> 4];
		text[i * 2 + 1] = digits[data[i] & 15];
	}
	return text;
}

char *
base64url_encode(const void *data, size_t len)
{
	char	   *text = xalloc((len + 2) / 3 * 4 + 1);
	char	   *p;

	EVP_EncodeBlock((unsigned char *) text, data, (int) len);
	for (p = text; *p && *p != '='; p++)
	{
		if (*p == '+')
			*p = '-';
		else if (*p == '/')
			*p = '_';
	}
	*p = '\0';
	return text;
}

/* Standard base64 with its padding, as basic authentication carries it. */
bool
base64_decode(const char *text, Buf *out)
{
	size_t		len = strlen(text);
	size_t		padding = 0;
	int			got;

	buf_reset(out);
	if (len == 0 || len % 4 != 0 || len > 64 * 1024)
		return false;
	if (strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			   "0123456789+/") < len - 2)
		return false;
	while (padding < 2 && text[len - 1 - padding] == '=')
		padding++;
	buf_fill(out, 0, len / 4 * 3);
	got = EVP_DecodeBlock((unsigned char *) out->data,
						  (const unsigned char *) text, (int) len);
	if (got < 0)
		return false;
	out->len = (size_t) got - padding;
	out->data[out->len] = '\0';
	return true;
}

void
random_bytes(void *data, size_t len)
{
	if (RAND_bytes(data, (int) len) != 1)
		fatal("could not get random numbers");
}

/* An unguessable string of base64url characters. */
char *
random_token(size_t nbytes)
{
	unsigned char *bytes = xalloc(nbytes);
	char	   *text;

	random_bytes(bytes, nbytes);
	text = base64url_encode(bytes, nbytes);
	OPENSSL_cleanse(bytes, nbytes);
	free(bytes);
	return text;
}
