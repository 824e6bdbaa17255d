/*-------------------------------------------------------------------------
 *
 * jwks.h
 *		JWK Sets (RFC 7517, section 5): a bad key is skipped, the rest is used.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_JWKS_H
#define HCJWT_JWKS_H

#include "jose/jwk.h"

#define JWKS_MAX_KEYS		100
#define JWKS_MAX_LEN		(256 * 1024)

typedef enum JwksStatus
{
	JWKS_OK,
	JWKS_TOO_LONG,				/* more than JWKS_MAX_LEN bytes */
	JWKS_BAD_JSON,
	JWKS_NO_KEYS_ARRAY,			/* no member "keys" that is an array */
	JWKS_TOO_MANY,				/* more than JWKS_MAX_KEYS elements */
	JWKS_EMPTY,					/* an empty array */
	JWKS_NO_USABLE_KEY			/* not one element can be used */
} JwksStatus;

/*
 * What became of one element.  A kid that stands twice with different material
 * is used in neither place (JWK_OK, but ambiguous); one that stands twice with
 * the same material is one key (the later one is a repeat).
 */
typedef struct JwksElement
{
	JwkStatus	status;
	int			ambiguous;
	int			repeat;
	Jwk			jwk;			/* valid when status is JWK_OK */
} JwksElement;

/*
 * Reads a JWK Set (RFC 7517, section 5).  elements has room for JWKS_MAX_KEYS;
 * *nelements is set to the number of array elements judged, *nusable to those
 * that are JWK_OK, not ambiguous and no repeat.  Both are 0 unless the status is
 * JWKS_OK or JWKS_NO_USABLE_KEY.
 */
extern JwksStatus jwks_parse(const char *json, size_t len,
							 JwksElement *elements, int *nelements, int *nusable);

/* "the key set ...": a phrase without a full stop, which never quotes the set. */
extern const char *jwks_status_text(JwksStatus status);

#endif							/* HCJWT_JWKS_H */
