/*-------------------------------------------------------------------------
 *
 * rs256.h
 *		RS256 (RFC 7518, section 3.3): RSASSA-PKCS1-v1_5 with SHA-256, by OpenSSL.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_RS256_H
#define HCJWT_RS256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "jose/jwk.h"
#include "jose/sha256.h"

/* A public key with an initialised verify context, to be used again and again. */
typedef struct Rs256Key Rs256Key;

/*
 * Makes an Rs256Key of a key that jwk_parse() has accepted; NULL when OpenSSL runs out
 * of memory.  The memory is OpenSSL's (malloc); rs256_key_free() gives it back,
 * and accepts NULL too.  No call leaves anything in OpenSSL's error queue.
 */
extern Rs256Key *rs256_key_new(const Jwk *jwk);
extern void rs256_key_free(Rs256Key *key);

/*
 * Did the last of these calls fail because OpenSSL ran out of memory?  Then the
 * failure says nothing about the key or the signature.
 */
extern bool rs256_ran_out_of_memory(void);

/* Bytes of the modulus, which every signature has, too. */
extern size_t rs256_signature_len(const Rs256Key *key);

/* True only for a signature of exactly the modulus length that verifies. */
extern bool rs256_verify_digest(Rs256Key *key, const uint8_t digest[SHA256_LEN],
								const uint8_t *signature, size_t signature_len);

/*
 * Makes one verification, which fails, so that OpenSSL sets up now what every
 * verification needs.  To set it up takes much longer than to verify; processes
 * that are forked later inherit it.
 */
extern void rs256_warm_up(void);

#endif							/* HCJWT_RS256_H */
