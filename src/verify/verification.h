/*-------------------------------------------------------------------------
 *
 * verification.h
 *		A token on its way through the rules.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_VERIFICATION_H
#define HCJWT_VERIFICATION_H

#include "jose/jws.h"
#include "json/json.h"
#include "keys/trust.h"
#include "verify/reason.h"

/* The claims that a rule looks at. */
typedef enum RegisteredClaim
{
	CLAIM_EXP,
	CLAIM_NBF,
	CLAIM_IAT,
	CLAIM_AUD,
	CLAIM_ISS,
	CLAIM_ORIGIN
} RegisteredClaim;

#define NUM_REGISTERED_CLAIMS	(CLAIM_ORIGIN + 1)

/*
 * A token on its way through the rules: first what the caller asks, then what each
 * rule found, which the next ones use.  It is large, and lies on the stack.
 */
typedef struct Verification
{
	const char *token;
	size_t		token_len;
	const char *named;			/* the caller's help center, or NULL */
	const char *expected;		/* hcjwt.expected_help_center, or NULL */
	const char *required;		/* hcjwt.required_help_center, or NULL */
	bool		may_wait;		/* for a fetch, when the kid is unknown */
	TimestampTz now;			/* the moment that it is judged by */

	JwsParts	parts;
	JsonWanted	alg;
	JsonWanted	typ;
	JsonWanted	crit;
	JsonWanted	b64;
	JsonWanted	kid_member;
	const char *kid;			/* in the database's encoding; NULL when that
								 * encoding lacks one of its characters */
	size_t		kid_len;
	TrustedKeys *keys;
	int			material;		/* the key that verified */
	bool		from_cache;		/* the signature's verdict is remembered, not
								 * computed again */
	JsonWanted	claims[NUM_REGISTERED_CLAIMS];
	const TrustingCenter *center;
	TimestampTz expires_at;		/* exp */
	TimestampTz valid_from;		/* nbf less leeway, or DT_NOBEGIN */
	TimestampTz valid_until;	/* exp plus leeway: from this moment on the
								 * token is refused */

	const char *detail;			/* of a refusal, for the log: a phrase, never
								 * quoting the token */
	const JsonWanted *suspect;	/* the claim whose type detail is about, or
								 * NULL */
	const char *fetch_hint;		/* why no fetch was waited for, or NULL */

	char		header[JWS_MAX_PART_LEN];
	size_t		header_len;
	char		kid_utf8[JWK_MAX_KID_LEN];
	size_t		kid_utf8_len;
	uint8_t		signature[JWK_MAX_BITS / 8];
	char		payload[JWS_MAX_PART_LEN + 1];
	size_t		payload_len;
	const char *payload_text;	/* in the database's encoding, terminated */
} Verification;

/*
 * Prepares a verification with the settings, the keys and the clock as they are
 * now.  named may be NULL; expected tells whether hcjwt.expected_help_center
 * counts.
 */
extern void verification_begin(Verification *v, const char *token, size_t len,
							   const char *named, bool expected);

#endif							/* HCJWT_VERIFICATION_H */
