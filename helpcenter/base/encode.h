/*-------------------------------------------------------------------------
 *
 * encode.h
 *	  base64, base64url, hex, digests and random strings
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_ENCODE_H
#define HC_ENCODE_H

#include "base/util.h"

#define DIGEST_LEN 32

/* A SHA-256 digest. */
typedef struct Digest
{
	unsigned char bytes[DIGEST_LEN];
} Digest;

extern Digest sha256(const void *data, size_t len);
extern Digest sha256_str(const char *str);
extern bool digest_equal(const Digest *a, const Digest *b);

extern char *hex_encode(const unsigned char *data, size_t len);
extern char *base64url_encode(const void *data, size_t len);
extern bool base64_decode(const char *text, Buf *out);

extern void random_bytes(void *data, size_t len);
extern char *random_token(size_t nbytes);

#endif							/* HC_ENCODE_H */
