/*-------------------------------------------------------------------------
 *
 * unit_rs256_forgeries.c
 *		Signatures that PKCS #1 v1.5 forbids.
 *
 * The private key makes them.  Bleichenbacher's forgery of 2006 makes what a
 * lenient verifier accepts without that key.
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <openssl/bn.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jose/rs256.h"
#include "signer.h"

#define BYTES		256			/* of the modulus */

static Signer signer;
static Rs256Key *key;
static uint8_t digest[SHA256_LEN];

/* DigestInfo up to the digest, by RFC 8017, section 9.2, note 1 */
#define SHA256_INFO \
	"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"

/*
 * Signs the block: first, type, as many pad bytes as fill it, 00, info, hash and
 * so many bytes FF of garbage.  Does it verify as a signature of the digest?
 */
static bool
verifies(uint8_t first, uint8_t type, uint8_t pad, const char *info,
		 size_t info_len, const uint8_t *hash, size_t hash_len, size_t garbage)
{
	uint8_t		block[BYTES];
	uint8_t		signature[BYTES];
	size_t		tail = 1 + info_len + hash_len + garbage;
	uint8_t    *p = block;

	*p++ = first;
	*p++ = type;
	memset(p, pad, BYTES - 2 - tail);
	p += BYTES - 2 - tail;
	*p++ = 0;
	memcpy(p, info, info_len);
	p += info_len;
	memcpy(p, hash, hash_len);
	p += hash_len;
	memset(p, 0xFF, garbage);
	signer_raw(&signer, block, signature);
	return rs256_verify_digest(key, digest, signature, BYTES);
}

/* With this DigestInfo header, and the padding that fits it. */
#define WITH_INFO(info) \
	verifies(0, 1, 0xFF, info, sizeof(info) - 1, digest, SHA256_LEN, 0)

static void
padding(void)
{
	uint8_t		half[SHA256_LEN / 2];
	uint8_t		longer[SHA256_LEN + 1] = {0};

	memcpy(half, digest, sizeof(half));
	memcpy(longer + 1, digest, SHA256_LEN);

	ok(WITH_INFO(SHA256_INFO), "forgery: the right block verifies");
	ok(!verifies(0, 2, 0xFF, SHA256_INFO, 19, digest, SHA256_LEN, 0),
	   "forgery: block type 2");
	ok(!verifies(0, 0, 0x00, SHA256_INFO, 19, digest, SHA256_LEN, 0),
	   "forgery: block type 0");
	ok(!verifies(0, 1, 0x00, SHA256_INFO, 19, digest, SHA256_LEN, 0),
	   "forgery: padding of 00");
	ok(!verifies(0, 1, 0xFE, SHA256_INFO, 19, digest, SHA256_LEN, 0),
	   "forgery: padding of FE");
	ok(!verifies(1, 1, 0xFF, SHA256_INFO, 19, digest, SHA256_LEN, 0),
	   "forgery: a first byte of 01");
	ok(!verifies(0, 1, 0xFF, SHA256_INFO, 19, digest, SHA256_LEN, 1),
	   "forgery: a byte behind the digest");
	ok(!verifies(0, 1, 0xFF, SHA256_INFO, 19, digest, SHA256_LEN, 194),
	   "forgery: 8 bytes of padding, the rest behind the digest");
	ok(!verifies(0, 1, 0xFF, SHA256_INFO, 19, digest, SHA256_LEN, 202),
	   "forgery: no padding, the rest behind the digest");
	ok(!verifies(0, 1, 0xFF, SHA256_INFO, 19, half, sizeof(half), 0),
	   "forgery: half a digest");
	ok(!verifies(0, 1, 0xFF, SHA256_INFO, 19, longer, sizeof(longer), 0),
	   "forgery: a zero before the digest");
	ok(!verifies(0, 1, 0xFF, SHA256_INFO, 19, digest, 0, 0),
	   "forgery: no digest");
	ok(!verifies(0, 1, 0xFF, "", 0, digest, SHA256_LEN, 0),
	   "forgery: the bare digest");
}

static void
digest_info(void)
{
	ok(!WITH_INFO("\x30\x2f\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01"
				  "\x04\x20"), "forgery: no NULL");
	ok(!WITH_INFO("\x30\x33\x30\x0f\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01"
				  "\x05\x00\x05\x00\x04\x20"), "forgery: two NULLs");
	ok(!WITH_INFO("\x30\x35\x30\x11\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01"
				  "\x04\x04\xDE\xAD\xBE\xEF\x04\x20"),
	   "forgery: other parameters");
	ok(!WITH_INFO("\x30\x35\x30\x11\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01"
				  "\x05\x04\xDE\xAD\xBE\xEF\x04\x20"),
	   "forgery: a NULL with content");
	ok(!WITH_INFO("\x30\x81\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02"
				  "\x01\x05\x00\x04\x20"), "forgery: a BER length outside");
	ok(!WITH_INFO("\x30\x32\x30\x81\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02"
				  "\x01\x05\x00\x04\x20"), "forgery: a BER length inside");
	ok(!WITH_INFO("\x30\x32\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01"
				  "\x05\x00\x04\x81\x20"), "forgery: a BER length of the digest");
	ok(!WITH_INFO("\x30\x82\x00\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04"
				  "\x02\x01\x05\x00\x04\x20"), "forgery: a BER length of 3 bytes");
	ok(!WITH_INFO("\x30\x80\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01"
				  "\x05\x00\x04\x20"), "forgery: an indefinite length");
	ok(!WITH_INFO("\x30\x30\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01"
				  "\x05\x00\x04\x20"), "forgery: a length too small");
	ok(!WITH_INFO("\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03"
				  "\x05\x00\x04\x20"), "forgery: the name of SHA-512");
	ok(!WITH_INFO("\x30\x2d\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x20"),
	   "forgery: the name of SHA-1");
	ok(!WITH_INFO("\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01"
				  "\x05\x00\x03\x20"), "forgery: a bit string");
	ok(!WITH_INFO("\x31\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01"
				  "\x05\x00\x04\x20"), "forgery: a set");
	ok(!WITH_INFO("\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01"
				  "\x05\x01\x04\x20"), "forgery: a NULL of length one");
}

static bool
number_verifies(const BIGNUM *s)
{
	uint8_t		signature[BYTES];

	return BN_bn2binpad(s, signature, BYTES) == BYTES &&
		rs256_verify_digest(key, digest, signature, BYTES);
}

static void
numbers(void)
{
	BIGNUM	   *n = BN_bin2bn(signer.jwk.n, BYTES, NULL);
	BIGNUM	   *s = BN_new();
	uint8_t		signature[BYTES + 1];
	char		text[32];
	int			i = 0;

	if (n == NULL || s == NULL)
		abort();
	BN_zero(s);
	ok(!number_verifies(s), "forgery: s = 0");
	BN_one(s);
	ok(!number_verifies(s), "forgery: s = 1");
	BN_sub(s, n, s);
	ok(!number_verifies(s), "forgery: s = n - 1");
	ok(!number_verifies(n), "forgery: s = n");
	memset(signature, 0xFF, sizeof(signature));
	ok(!rs256_verify_digest(key, digest, signature, BYTES),
	   "forgery: all bits set");

	/* a text whose signature s is so small that s + n has as many bytes */
	do
	{
		sprintf(text, "text %d", i++);
		signer_sign(&signer, text, strlen(text), signature);
		BN_bin2bn(signature, BYTES, s);
		BN_add(s, s, n);
	} while (BN_num_bytes(s) > BYTES);
	ok(sha256(text, strlen(text), digest) &&
	   rs256_verify_digest(key, digest, signature, BYTES) &&
	   !number_verifies(s), "forgery: s + n");

	/* a text whose signature begins with a zero byte */
	do
	{
		sprintf(text, "text %d", i++);
		signer_sign(&signer, text, strlen(text), signature);
	} while (signature[0] != 0);
	ok(sha256(text, strlen(text), digest) &&
	   rs256_verify_digest(key, digest, signature, BYTES) &&
	   !rs256_verify_digest(key, digest, signature + 1, BYTES - 1),
	   "forgery: s without its leading zero");
	memmove(signature + 1, signature, BYTES);
	signature[0] = 0;
	ok(!rs256_verify_digest(key, digest, signature, BYTES + 1),
	   "forgery: s with a leading zero more");
	BN_free(s);
	BN_free(n);
}

void
test_rs256_forgeries(void)
{
	signer_init(&signer, BYTES * 8, 3, "k");
	key = rs256_key_new(&signer.jwk);
	if (key == NULL || !sha256("forged", 6, digest))
		abort();
	padding();
	digest_info();
	numbers();
	ok(ERR_peek_error() == 0, "forgery: no error is left behind");
	rs256_key_free(key);
	signer_free(&signer);
}
