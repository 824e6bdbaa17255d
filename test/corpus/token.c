/*-------------------------------------------------------------------------
 *
 * token.c
 *		Tokens, whole and in pieces.
 *
 *-------------------------------------------------------------------------
 */
#include "corpus.h"

Bytes
header(const char *kid, const char *members)
{
	return format("{\"typ\":\"JWT\",\"alg\":\"RS256\",\"kid\":\"%s\"%s%s}", kid,
				  members[0] ? "," : "", members);
}

/* A usual claim, unless members has one of that name. */
static Bytes
claim(const char *members, const char *name, Bytes value)
{
	if (has(text(members), string(format("\"%s\":", name))))
		return NOTHING;
	return format("\"%s\":%s,", name, string(value));
}

Bytes
payload(const char *members)
{
	Bytes		claims = join3(claim(members, "userId", B(USER_ID)),
							   claim(members, "email", B("\"visitor.4f81c6@example.com\"")),
							   claim(members, "externalId", B("\"ext-90d2be37\"")));

	claims = join3(claims,
				   claim(members, "exp", format("%lld", now + 3600)),
				   claim(members, "origin", B("\"https://acme.zendesk.com\"")));
	if (members[0] == '\0')
		claims = slice(claims, 0, claims.len - 1);
	return join3(B("{"), join(claims, text(members)), B("}"));
}

Bytes
signing_input(Bytes header_json, Bytes payload_json)
{
	return join3(base64url(header_json), B("."), base64url(payload_json));
}

Bytes
compact(Bytes header_json, Bytes payload_json, Bytes signature)
{
	return join3(signing_input(header_json, payload_json), B("."),
				 base64url(signature));
}

Bytes
token(const Key *k, Bytes header_json, Bytes payload_json)
{
	return compact(header_json, payload_json,
				   sign(k, signing_input(header_json, payload_json)));
}

Bytes
token_with_payload(Bytes payload_json)
{
	return token(key("acme"), header(KID, ""), payload_json);
}

Bytes
token_with_header(Bytes header_json)
{
	return token(key("acme"), header_json, payload(""));
}

Bytes
token_of(const char *key_name, const char *kid, const char *claims)
{
	return token(key(key_name), header(kid, ""), payload(claims));
}

Bytes
good_token(void)
{
	return token_with_payload(payload(""));
}
