/*-------------------------------------------------------------------------
 *
 * jwk.h
 *		Which JWKs (RFC 7517, RFC 7518 section 6.3) can verify help center JWTs.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_JWK_H
#define HCJWT_JWK_H

#include <stddef.h>
#include <stdint.h>

#define JWK_MIN_BITS		2048
#define JWK_MAX_BITS		8192
#define JWK_MAX_KID_LEN		512 /* bytes of UTF-8 */
#define JWK_THUMBPRINT_LEN	43	/* base64url of a SHA-256 */

typedef enum JwkStatus
{
	JWK_OK,
	JWK_BAD_JSON,				/* no JSON object that the guard accepts */
	JWK_BAD_KTY,				/* kty missing or other than "RSA" */
	JWK_BAD_USE,				/* use present and other than "sig" */
	JWK_BAD_KEY_OPS,			/* key_ops present and without "verify" */
	JWK_BAD_ALG,				/* alg present and other than "RS256" */
	JWK_BAD_KID,				/* kid missing, empty, too long or no string */
	JWK_BAD_N,					/* n missing or no minimal base64urlUInt */
	JWK_MODULUS_SIZE,			/* n of fewer or more bits than allowed */
	JWK_MODULUS_EVEN,			/* n even: no RSA modulus */
	JWK_MODULUS_ROCA,			/* n that can be factored: CVE-2017-15361 */
	JWK_BAD_E,					/* e missing or no minimal base64urlUInt */
	JWK_EXPONENT,				/* e even, below 3 or above 2^32 - 1 */
	JWK_PRIVATE,				/* a private or symmetric member: d p q ... k */
	JWK_NO_DIGEST				/* OpenSSL failed to compute the thumbprint */
} JwkStatus;

typedef struct Jwk
{
	char		kid[JWK_MAX_KID_LEN + 1];	/* UTF-8, no NUL inside,
											 * terminated */
	size_t		kid_len;
	uint8_t		n[JWK_MAX_BITS / 8];	/* big-endian, no leading zero byte */
	size_t		n_len;
	uint8_t		e[4];			/* likewise */
	size_t		e_len;
	char		thumbprint[JWK_THUMBPRINT_LEN + 1]; /* RFC 7638, terminated */
} Jwk;

/*
 * Judges a whole JWK.  Unknown members are ignored; an optional member that is null
 * counts as absent.  Where there are several faults, the status is the first of them
 * in the order of JwkStatus.  Only JWK_PRIVATE comes earlier, right after JWK_BAD_KTY:
 * somebody who has published a private key must hear of that first.
 */
extern JwkStatus jwk_parse(const char *json, size_t len, Jwk *jwk);

/*
 * Writes the key as the vendor's page does, and no member more:
 * {"e": ..., "kid": ..., "kty": "RSA", "n": ...}, terminated; dst has room for
 * JWK_JSON_MAX_LEN bytes.  Returns the length without the terminator.
 */
#define JWK_JSON_MAX_LEN	(64 + 6 * JWK_MAX_KID_LEN + 8 + (JWK_MAX_BITS / 8 * 4 + 2) / 3)
extern size_t jwk_write(const Jwk *jwk, char *dst);

/* "the key ...": a phrase without a full stop, which never quotes the key. */
extern const char *jwk_status_text(JwkStatus status);

#endif							/* HCJWT_JWK_H */
