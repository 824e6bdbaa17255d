/*-------------------------------------------------------------------------
 *
 * endpoints.c
 *		The endpoints and what they must answer: judged, not trusted.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <openssl/crypto.h>

#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/jsonb.h"

#include "encoding.h"
#include "http/endpoints.h"
#include "jose/jwk.h"
#include "jose/jwks.h"
#include "jose/jws.h"
#include "json/guard.h"
#include "json/strings.h"
#include "json/walk.h"
#include "keys_url.h"

const char	answer_without_token[] = "the body has no token";

static Datum
text_to_jsonb(const char *json)
{
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(json));
}

/* Looks for one member of a JSON object; NULL, or what is wrong. */
static const char *
find_member(const char *json, size_t len, const char *name, JsonType type,
			JsonWanted *member)
{
	JsonStatus	status;

	memset(member, 0, sizeof(*member));
	member->name = name;
	status = json_guard_object(json, len, member, 1);
	if (status != JSON_OK)
		return psprintf("the body %s", json_status_text(status));
	if (member->type == JSON_ABSENT)
		return psprintf("the body has no member \"%s\"", name);
	if (member->type != type)
		return psprintf("the body's member \"%s\" is no %s", name,
						type == JSON_STRING ? "string" :
						type == JSON_ARRAY ? "array" : "object");
	return NULL;
}

/*
 * {"token": "..."}.  It is not known what anonymous visitors get.  Public
 * themes handle an object without a token.
 */
static const char *
judge_token(const HttpResponse *response, Datum *result)
{
	JsonWanted	member;
	JwsParts	parts;
	JwsStatus	status;
	const char *why;
	char	   *token;
	size_t		len;

	why = find_member(response->body, response->body_len, "token",
					  JSON_STRING, &member);
	if (why != NULL && json_guard_object(response->body, response->body_len,
										 &member, 1) == JSON_OK &&
		(member.type == JSON_ABSENT || member.type == JSON_NULL))
		return answer_without_token;
	if (why != NULL)
		return why;
	if (member.value_len == 0)
		return answer_without_token;
	token = palloc(member.value_len + 1);
	len = json_string_decode(member.value, member.value_len, token);
	status = jws_split(token, len, &parts);
	if (status == JWS_OK)
		*result = PointerGetDatum(cstring_to_text_with_len(token, len));
	else
		why = psprintf("the body's token has %s", jws_status_text(status));
	OPENSSL_cleanse(token, member.value_len);
	pfree(token);
	return why;
}

/* {"current_session": {"csrf_token": "..."}}; the inner object is returned. */
static const char *
judge_session(const HttpResponse *response, Datum *result)
{
	JsonWanted	session;
	JsonWanted	member;
	StringInfoData json;
	const char *why;
	char	   *token;
	size_t		len;

	why = find_member(response->body, response->body_len, "current_session",
					  JSON_OBJECT, &session);
	if (why == NULL)
		why = find_member(session.value, session.value_len, "csrf_token",
						  JSON_STRING, &member);
	if (why != NULL)
		return why;

	token = palloc(member.value_len + 1);
	len = json_string_decode(member.value, member.value_len, token);
	token[len] = '\0';
	if (len == 0 || len > CSRF_TOKEN_MAX_LEN)
		return psprintf("the body's \"csrf_token\" has none or more than %d characters",
						CSRF_TOKEN_MAX_LEN);
	for (size_t i = 0; i < len; i++)
	{
		if (token[i] <= ' ' || token[i] > '~')
			return "the body's \"csrf_token\" has a character that is not printable ASCII";
	}

	initStringInfo(&json);
	appendStringInfoString(&json, "{\"csrf_token\": ");
	escape_json(&json, token);
	appendStringInfoChar(&json, '}');
	*result = text_to_jsonb(json.data);
	OPENSSL_cleanse(token, len);
	OPENSSL_cleanse(json.data, json.len);
	return NULL;
}

/*
 * {"keys": [...]}: returns the usable keys, with only the members that they
 * need. A key whose kid the database's encoding cannot hold is not usable
 * here.
 */
static const char *
judge_keys(const HttpResponse *response, Datum *result)
{
	JwksElement *elements = palloc(sizeof(JwksElement) * JWKS_MAX_KEYS);
	JwksStatus	status;
	StringInfoData json;
	int			nelements;
	int			nusable;
	int			nwritten = 0;

	status = jwks_parse(response->body, response->body_len, elements,
						&nelements, &nusable);
	if (status != JWKS_OK)
		return psprintf("the body %s", jwks_status_text(status));

	initStringInfo(&json);
	appendStringInfoString(&json, "{\"keys\": [");
	for (int i = 0; i < nelements; i++)
	{
		JwksElement *element = &elements[i];
		char		jwk[JWK_JSON_MAX_LEN];
		const char *converted;
		size_t		len;

		if (element->status != JWK_OK || element->ambiguous || element->repeat)
			continue;
		len = jwk_write(&element->jwk, jwk);
		converted = utf8_to_server(jwk, len, &len);
		if (converted == NULL)
			continue;
		if (nwritten++ > 0)
			appendStringInfoString(&json, ", ");
		appendBinaryStringInfo(&json, converted, len);
	}
	appendStringInfoString(&json, "]}");
	pfree(elements);
	if (nwritten == 0)
		return "the body has no key that can be used";
	*result = text_to_jsonb(json.data);
	return NULL;
}

/*
 * {"custom_claims": [...]}: returns the array.  Its objects must have at least
 * the two members that make a claim.
 */
static const char *
judge_custom_claims(const HttpResponse *response, Datum *result)
{
	JsonWanted	claims;
	JsonWanted	claim;
	JsonWanted	member;
	const char *why;
	const char *converted;
	char	   *json;
	size_t		len;
	size_t		pos = 0;

	why = find_member(response->body, response->body_len, "custom_claims",
					  JSON_ARRAY, &claims);
	while (why == NULL &&
		   json_array_next(claims.value, claims.value_len, &pos, &claim))
	{
		if (claim.type != JSON_OBJECT)
			return "the body has a custom claim that is no object";
		why = find_member(claim.value, claim.value_len, "claim_identifier",
						  JSON_STRING, &member);
		if (why == NULL)
			why = find_member(claim.value, claim.value_len, "claim_value",
							  JSON_STRING, &member);
	}
	if (why != NULL)
		return why;

	json = pnstrdup(claims.value, claims.value_len);
	len = json_unescape_non_ascii(json, claims.value_len);
	converted = utf8_to_server(json, len, &len);
	if (converted == NULL)
		return "the body has a character that the database's encoding cannot hold";
	*result = text_to_jsonb(pnstrdup(converted, len));
	return NULL;
}

#define HINT_USER \
	"The user must have access to the help center. An OAuth token must have the scope read; with on_behalf_of also impersonate, and be an administrator's."
#define HINT_PLAN \
	"The account's plan lacks them: they come with Guide Enterprise and Suite Enterprise. If it has one of these, check the help center's URL in hcjwt.help_centers."

const Endpoint endpoint_keys = {
	.path = KEYS_PATH,
	.wanted = "public keys",
	.missing = "help center JWTs",
	.missing_hint = HINT_PLAN,
	.denied_hint = "The keys are for everybody.",
	.is_keys = true,
	.judge = judge_keys
};

const Endpoint endpoint_token = {
	.path = "/api/v2/help_center/integration/token.json",
	.wanted = "a token",
	.missing = "help center JWTs",
	.missing_hint = HINT_PLAN,
	.denied_hint = HINT_USER,
	.takes_credentials = true,
	.needs_credentials = true,
	.judge = judge_token
};

const Endpoint endpoint_session = {
	.path = "/api/v2/help_center/sessions.json",
	.wanted = "a session",
	.missing = "sessions endpoint",
	.missing_hint = "Check the help center's URL in hcjwt.help_centers, and that the help center is activated.",
	.denied_hint = HINT_USER,
	.takes_credentials = true,
	.judge = judge_session
};

const Endpoint endpoint_custom_claims = {
	.path = "/api/v2/help_center/integration/account_custom_claims.json",
	.wanted = "custom claims",
	.missing = "account custom claims",
	.missing_hint = HINT_PLAN,
	.denied_hint = "Custom claims are for the account's administrators only. An OAuth token must have the scope read.",
	.takes_credentials = true,
	.needs_credentials = true,
	.judge = judge_custom_claims
};
