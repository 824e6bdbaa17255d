/*-------------------------------------------------------------------------
 *
 * verify.h
 *		The verification of a help center JWT, rule by rule.
 *
 * IDENTIFICATION
 *	  src/verify/verify.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_VERIFY_H
#define HCJWT_VERIFY_H

#include "json/json.h"
#include "jose/jws.h"
#include "keys/trusted_keys.h"
#include "utils/jsonb.h"
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

/* Different keys of one kid that are tried on a signature. */
#define MAX_KEYS_TRIED		4

/*
 * A token on its way through the rules: what is asked, then what each rule
 * found, for the next one to build on.  Large, and meant for the stack.
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
	bool		header_known;	/* it is the one that passed before */
	JsonWanted	alg;
	JsonWanted	typ;
	JsonWanted	crit;
	JsonWanted	b64;
	JsonWanted	kid_member;
	const char *kid;			/* in the database's encoding; NULL when it has
								 * no place there */
	size_t		kid_len;
	TrustedKeys *keys;
	int			material;		/* the key that verified */
	bool		from_cache;		/* that is remembered, not computed again */
	JsonWanted	claims[NUM_REGISTERED_CLAIMS];
	const TrustingCenter *center;
	TimestampTz expires_at;		/* exp */
	TimestampTz valid_from;		/* nbf less leeway, or DT_NOBEGIN */
	TimestampTz valid_until;	/* exp and leeway: the first moment after */

	const char *detail;			/* of a refusal, for the log: a phrase, never
								 * quoting the token */
	const JsonWanted *suspect;	/* the claim whose type detail is about, or NULL */
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

/* A rule: REASON_NONE, or why the token is refused. */
typedef struct VerifyStep
{
	const char *name;
	Reason		(*check) (Verification *v);
	bool		of_header;		/* judges the header, and that alone */
} VerifyStep;

extern const VerifyStep verify_steps[];
extern const int num_verify_steps;

/*
 * Prepares a verification with the settings, the keys and the clock as they are
 * now.  named may be NULL; expected tells whether hcjwt.expected_help_center
 * counts.
 */
extern void verification_begin(Verification *v, const char *token, size_t len,
							   const char *named, bool expected);

/*
 * Takes the token through all rules.  Raises nothing that concerns the token:
 * only what may befall any query (cancel, out of memory, an unreadable table).
 */
extern Reason verify_token(Verification *v);

/* The claims of a token that has passed (payload.c). */
extern Jsonb *verified_payload(const Verification *v);

/* The rules of header.c and claims.c. */
extern Reason check_header(Verification *v);
extern Reason check_alg(Verification *v);
extern Reason check_typ(Verification *v);
extern Reason check_crit(Verification *v);
extern Reason check_kid(Verification *v);

/*
 * All tokens of a key have the same header, so the last one that passed is
 * remembered, to the letter, with the kid that was found in it.
 */
extern bool recall_header(Verification *v);
extern void remember_header(const Verification *v);

extern Reason check_payload(Verification *v);
extern Reason check_claim_types(Verification *v);
extern Reason choose_help_center(Verification *v);
extern Reason check_exp(Verification *v);
extern Reason check_nbf(Verification *v);
extern Reason check_audience(Verification *v);
extern Reason check_issuer(Verification *v);

/* "a string", "null" and so on: what a claim is. */
extern const char *claim_type_text(const JsonWanted *claim);

/* The help center that the caller or a setting insists on, or NULL. */
extern const char *pinned_help_center(const Verification *v);

#endif							/* HCJWT_VERIFY_H */
