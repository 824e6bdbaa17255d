/*-------------------------------------------------------------------------
 *
 * signer.h
 *		A new RSA key that signs tokens and forges raw signatures.
 *
 * For unit tests, the seeds of the fuzz targets and the benchmark.  test/corpus
 * has its own: it uses nothing of src/.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_SIGNER_H
#define HCJWT_SIGNER_H

#include <stddef.h>
#include <stdint.h>

#include "jose/jwk.h"

typedef struct Signer
{
	void	   *pkey;			/* EVP_PKEY */
	Jwk			jwk;			/* its public half, kid and thumbprint too */
} Signer;

/* Makes a key of this size and public exponent; ends the program when it can't. */
extern void signer_init(Signer *signer, int bits, unsigned long exponent,
						const char *kid);
extern void signer_free(Signer *signer);

/* RSASSA-PKCS1-v1_5 with SHA-256; signature has room for the modulus. */
extern void signer_sign(const Signer *signer, const void *data, size_t len,
						uint8_t *signature);

/* The private operation alone, on a block as long as the modulus. */
extern void signer_raw(const Signer *signer, const uint8_t *block,
					   uint8_t *signature);

/*
 * A whole compact JWS of these texts, terminated; returns its length.  dst has
 * room for SIGNER_TOKEN_LEN of the texts' lengths.
 */
#define SIGNER_TOKEN_LEN(header_len, payload_len) \
	((header_len) * 4 / 3 + (payload_len) * 4 / 3 + JWK_MAX_BITS / 6 + 16)
extern size_t signer_token(const Signer *signer, const char *header,
						   const char *payload, char *dst);

#endif							/* HCJWT_SIGNER_H */
