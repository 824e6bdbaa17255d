/*-------------------------------------------------------------------------
 *
 * token_fuzzer.c
 *		Fuzzes a token's whole way: shape, header, key, signature, claims.
 *
 * The rules are the server's own (src/verify/header.c and claims.c).  The one
 * trusted key, and the list of what was signed with it, come from the directory
 * named by HCJWT_FUZZ_SEEDS, where the program seeds has put them: no other
 * token may ever be accepted.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"

#include "fuzz.h"
#include "jose/base64url.h"
#include "server_stand_ins.h"
#include "url/origin.h"
#include "verify/claims.h"
#include "verify/header.h"

#define MAX_SIGNED		1000
#define HELP_CENTER		"acme"

extern int	LLVMFuzzerInitialize(int *argc, char ***argv);

static uint8_t signed_digests[MAX_SIGNED][SHA256_LEN];
static size_t nsigned;
static Jwk	jwk;
static Rs256Key *key;
static Url	origin;
static KeyMaterial material;
static TrustingCenter center = {.name = HELP_CENTER,.trusted_since = DT_NOEND,
.origins = &origin,.norigins = 1};
static TrustedKeys keys = {.materials = &material,.nmaterials = 1,
.centers = &center,.ncenters = 1};

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static const char text[] = "https://acme.zendesk.com";
	char		json[JWK_JSON_MAX_LEN];
	size_t		len;

	len = read_seed_file("key.jwk", json, sizeof(json));
	CHECK(jwk_parse(json, len, &jwk) == JWK_OK);
	key = rs256_key_new(&jwk);
	CHECK(key != NULL);
	len = read_seed_file("signed", signed_digests, sizeof(signed_digests));
	nsigned = len / SHA256_LEN;
	CHECK(nsigned > 0 && nsigned < MAX_SIGNED);
	CHECK(origin_parse(text, strlen(text), &origin));
	index_centers(&keys);
	return 0;
}

static bool
was_signed(const uint8_t digest[SHA256_LEN])
{
	for (size_t i = 0; i < nsigned; i++)
		if (memcmp(signed_digests[i], digest, SHA256_LEN) == 0)
			return true;
	return false;
}

/* What was accepted, decoded and encoded again, is the same text. */
static void
check_part(const char *text, size_t len)
{
	uint8_t    *bytes = room_of(BASE64URL_DECODED_LEN(len));
	char	   *again = room_of(len);

	CHECK(base64url_decode(text, len, bytes));
	base64url_encode(bytes, BASE64URL_DECODED_LEN(len), again);
	CHECK(memcmp(again, text, len) == 0);
	free(bytes);
	free(again);
}

static Reason
judge_header(Verification *v)
{
	Reason		reason = check_header(v);

	if (reason == REASON_NONE)
		reason = check_alg(v);
	if (reason == REASON_NONE)
		reason = check_typ(v);
	if (reason == REASON_NONE)
		reason = check_crit(v);
	if (reason == REASON_NONE)
		reason = check_kid(v);
	return reason;
}

static bool
judge_signature(Verification *v)
{
	size_t		len = BASE64URL_DECODED_LEN(v->parts.signature_len);
	uint8_t		digest[SHA256_LEN];

	if (v->kid_utf8_len != jwk.kid_len ||
		memcmp(v->kid_utf8, jwk.kid, jwk.kid_len) != 0 ||
		len > sizeof(v->signature) ||
		!base64url_decode(v->parts.signature, v->parts.signature_len,
						  v->signature))
		return false;
	CHECK(sha256(v->parts.header, v->parts.signing_input_len, digest));
	if (!rs256_verify_digest(key, digest, v->signature, len))
		return false;
	CHECK(was_signed(digest));
	return true;
}

static Reason
judge_claims(Verification *v)
{
	Reason		reason = check_payload(v);

	if (reason == REASON_NONE)
		reason = check_claim_types(v);
	if (reason == REASON_NONE)
		reason = choose_help_center(v);
	if (reason == REASON_NONE)
		reason = check_exp(v);
	if (reason == REASON_NONE)
		reason = check_nbf(v);
	if (reason == REASON_NONE)
		reason = check_audience(v);
	if (reason == REASON_NONE)
		reason = check_issuer(v);
	return reason;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static Verification v;
	bool		verified;
	Reason		reason;

	memset(&v, 0, sizeof(v));
	v.token = (const char *) data;
	v.token_len = size;
	v.keys = &keys;
	if (jws_split(v.token, size, &v.parts) != JWS_OK ||
		judge_header(&v) != REASON_NONE)
		return 0;
	verified = judge_signature(&v);

	/*
	 * The claims are judged either way, as a signer might send them, but only
	 * those behind a signature count.
	 */
	center.audience = size % 2 ? "the audience" : NULL;
	center.issuer = size % 3 ? NULL : "the issuer";
	stand_in_encoding = PG_LATIN1;
	judge_claims(&v);
	stand_in_encoding = PG_UTF8;
	reason = judge_claims(&v);
	if (verified && reason == REASON_NONE)
	{
		check_part(v.parts.header, v.parts.header_len);
		check_part(v.parts.payload, v.parts.payload_len);
		check_part(v.parts.signature, v.parts.signature_len);
		CHECK(v.now < v.valid_until);
		CHECK(v.center == &center);
	}
	return 0;
}
