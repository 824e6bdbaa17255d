/*-------------------------------------------------------------------------
 *
 * kinds.c
 *	  the faults there are, and what a faulty help center answers
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "faults/kinds.h"

#define MIB (1024 * 1024)
#define FILE_LIMIT (64 * MIB)

/* The ETag is that of the right body, so a faulty body goes without it. */
static void
set_body(Reply *reply, int status, const char *type, const char *text)
{
	reply_drop_header(reply, "ETag");
	reply->status = status;
	reply->content_type = type;
	buf_reset(&reply->body);
	buf_str(&reply->body, text);
}

static void
set_json(Reply *reply, json_t *json)
{
	reply_drop_header(reply, "ETag");
	reply_json(reply, 200, json);
}

/* Sends SECONDS or an HTTP-date unchanged, and turns date+SECONDS into a date. */
static void
add_retry_after(const char *text, Reply *reply)
{
	char		date[64];
	int64_t		seconds;

	if (starts_with(text, "date+") &&
		parse_int64(text + strlen("date+"), 0, INT32_MAX, &seconds))
	{
		http_date(time(NULL) + seconds, date, sizeof(date));
		text = date;
	}
	reply_header(reply, "Retry-After", text);
}

static void
answer_status(const Fault *fault, Request *request, Reply *reply)
{
	int			status = (int) fault->number;

	if (status >= 300 || reply->status >= 300)
		reply_drop_headers(reply);
	if (status == 304)
		reply_not_modified(reply);
	else if (status == 204)
		set_body(reply, status, NULL, "");
	else if (status >= 300)
		reply_error(reply, status);
	else
		reply->status = status;
	if (fault->retry_after)
		add_retry_after(fault->retry_after, reply);
}

static void
answer_html(const Fault *fault, Request *request, Reply *reply)
{
	set_body(reply, 200, "text/html; charset=utf-8",
			 "<!DOCTYPE html>\n<html><head><title>Sign in</title></head>"
			 "<body><h1>Please sign in</h1></body></html>\n");
}

/* Begins like JSON, and then is neither JSON nor UTF-8. */
static void
answer_garbage(const Fault *fault, Request *request, Reply *reply)
{
	set_body(reply, 200, "application/json; charset=utf-8",
			 "{\"keys\":[{\"kty\":\"RSA\",\xff\xfe\x01 ]]}");
}

static void
answer_wrong_shape(const Fault *fault, Request *request, Reply *reply)
{
	if (request->endpoint == EP_KEYS)
		set_json(reply, json_pack("{s:{s:s}}", "keys", "kty", "RSA"));
	else if (request->endpoint == EP_TOKEN)
		set_json(reply, json_pack("{s:[i]}", "token", 1));
	else if (request->endpoint == EP_CLAIMS)
		set_json(reply, json_pack("{s:s}", "custom_claims", "none"));
	else
		set_json(reply, json_pack("{s:s}", "current_session", "none"));
}

static void
answer_no_token(const Fault *fault, Request *request, Reply *reply)
{
	set_json(reply, json_object());
}

static void
answer_empty_set(const Fault *fault, Request *request, Reply *reply)
{
	set_json(reply, json_pack("{s:[]}", "keys"));
}

/*
 * A random number as the modulus: nobody knows its factors, so nobody can sign
 * with it.  That is enough for a key that is only stored, and a thousand times
 * faster than to generate a real one.
 */
static char *
random_modulus(int bits)
{
	unsigned char *bytes = xalloc(bits / 8);
	char	   *text;

	random_bytes(bytes, bits / 8);
	bytes[0] |= 0x80;
	bytes[bits / 8 - 1] |= 1;
	text = base64url_encode(bytes, bits / 8);
	free(bytes);
	return text;
}

/* A JWK with a random modulus.  Without a kid it gets one made from the modulus. */
static json_t *
random_jwk(const char *kid, int bits)
{
	char	   *n = random_modulus(bits);
	Digest		digest = sha256_str(n);
	char	   *hex = hex_encode(digest.bytes, DIGEST_LEN);
	json_t	   *jwk = jwk_rsa(n, "AQAB", kid ? kid : hex);

	free(hex);
	free(n);
	return jwk;
}

static const char *const bad_keys[] =
{
	"not-base64url", "short", "even-exponent", "private", "ec", "no-kid",
	"encryption", "not-an-object"
};

bool
bad_key_known(const char *name)
{
	for (size_t i = 0; i < count_of(bad_keys); i++)
		if (strcmp(bad_keys[i], name) == 0)
			return true;
	return false;
}

static json_t *
bad_key(const char *sort)
{
	json_t	   *jwk = random_jwk("bad-key",
								 strcmp(sort, "short") == 0 ? 1024 : 2048);

	if (strcmp(sort, "not-base64url") == 0)
		json_object_set_new(jwk, "n", json_string("+/not base64url=="));
	else if (strcmp(sort, "even-exponent") == 0)
		json_object_set_new(jwk, "e", json_string("BA"));
	else if (strcmp(sort, "private") == 0)
		json_object_set_new(jwk, "d", json_string("AQAB"));
	else if (strcmp(sort, "ec") == 0)
		json_object_set_new(jwk, "kty", json_string("EC"));
	else if (strcmp(sort, "no-kid") == 0)
		json_object_del(jwk, "kid");
	else if (strcmp(sort, "encryption") == 0)
		json_object_set_new(jwk, "use", json_string("enc"));
	else if (strcmp(sort, "not-an-object") == 0)
	{
		json_decref(jwk);
		jwk = json_string("not an object");
	}
	return jwk;
}

/* The bad key comes first, so that a verifier that stops at it finds no key. */
static void
answer_one_bad_key(const Fault *fault, Request *request, Reply *reply)
{
	json_t	   *jwks = keystore_jwks(&request->center->keys);

	json_array_insert_new(json_object_get(jwks, "keys"), 0,
						  bad_key(fault->value ? fault->value :
								  bad_keys[0]));
	set_json(reply, jwks);
}

/* The signing key's kid once more, with other material. */
static void
answer_duplicate_kid(const Fault *fault, Request *request, Reply *reply)
{
	const KeyStore *keys = &request->center->keys;
	json_t	   *jwks = keystore_jwks(keys);

	json_array_append_new(json_object_get(jwks, "keys"),
						  random_jwk(keystore_signer(keys)->kid, 2048));
	set_json(reply, jwks);
}

static void
answer_many_keys(const Fault *fault, Request *request, Reply *reply)
{
	json_t	   *jwks = keystore_jwks(&request->center->keys);
	json_t	   *list = json_object_get(jwks, "keys");

	while (json_array_size(list) < (size_t) fault->number)
		json_array_append_new(list, random_jwk(NULL, 2048));
	set_json(reply, jwks);
}

/* Makes sure that the body is an object, to which a member can be added. */
static void
ensure_object(Request *request, Reply *reply)
{
	if (request->endpoint == EP_KEYS || reply->body.len < 3)
		set_json(reply, keystore_jwks(&request->center->keys));
}

/* Adds a long member: only the size of the answer is wrong. */
static void
answer_huge(const Fault *fault, Request *request, Reply *reply)
{
	static const char member[] = ",\"padding\":\"";
	Buf		   *body = &reply->body;
	size_t		size = (size_t) fault->number;
	size_t		used;

	ensure_object(request, reply);
	used = body->len + strlen(member) + 1;
	body->len--;				/* the closing brace */
	buf_str(body, member);
	buf_fill(body, 'x', size > used ? size - used : 0);
	buf_str(body, "\"}");
}

/* Adds a member of arrays in arrays, as many levels deep as the fault's number. */
static void
answer_deep(const Fault *fault, Request *request, Reply *reply)
{
	Buf		   *body = &reply->body;

	ensure_object(request, reply);
	body->len--;
	buf_str(body, ",\"deep\":");
	buf_fill(body, '[', (size_t) fault->number);
	buf_str(body, fault->number > 0 ? "" : "0");
	buf_fill(body, ']', (size_t) fault->number);
	buf_str(body, "}");
}

static void
answer_file(const Fault *fault, Request *request, Reply *reply)
{
	Error		err;

	set_body(reply, 200, "application/json; charset=utf-8", "");
	if (!file_read(fault->value, FILE_LIMIT, &reply->body, &err))
	{
		warning("%s", err.text);
		reply_error(reply, 500);
	}
}

static void
answer_redirect(const Fault *fault, Request *request, Reply *reply)
{
	reply_drop_headers(reply);
	reply_redirect(reply, 302, fault->value);
}

static const FaultKind kinds[] =
{
	{.name = "status",.class = FAULT_ANSWER,.answer = answer_status,
	.rule = VALUE_NUMBER,.low = 200,.high = 599},
	{.name = "html",.class = FAULT_ANSWER,.answer = answer_html},
	{.name = "garbage",.class = FAULT_ANSWER,.answer = answer_garbage},
	{.name = "wrong-shape",.class = FAULT_ANSWER,.answer = answer_wrong_shape},
	{.name = "no-token",.class = FAULT_ANSWER,.answer = answer_no_token,
	.one_endpoint = true,.endpoint = EP_TOKEN},
	{.name = "empty-set",.class = FAULT_ANSWER,.answer = answer_empty_set,
	.one_endpoint = true,.endpoint = EP_KEYS},
	{.name = "one-bad-key",.class = FAULT_ANSWER,.answer = answer_one_bad_key,
	.one_endpoint = true,.endpoint = EP_KEYS,.rule = VALUE_BAD_KEY},
	{.name = "duplicate-kid",.class = FAULT_ANSWER,
	.answer = answer_duplicate_kid,.one_endpoint = true,.endpoint = EP_KEYS},
	{.name = "many-keys",.class = FAULT_ANSWER,.answer = answer_many_keys,
		.one_endpoint = true,.endpoint = EP_KEYS,
	.rule = VALUE_NUMBER,.low = 1,.high = 10000},
	{.name = "huge",.class = FAULT_ANSWER,.answer = answer_huge,
	.rule = VALUE_NUMBER,.low = 0,.high = 64 * MIB,.otherwise = 300 * 1024},
	{.name = "deep",.class = FAULT_ANSWER,.answer = answer_deep,
	.rule = VALUE_NUMBER,.low = 0,.high = MIB,.otherwise = 64},
	{.name = "body",.class = FAULT_ANSWER,.answer = answer_file,
	.rule = VALUE_TEXT},
	{.name = "redirect",.class = FAULT_ANSWER,.answer = answer_redirect,
	.rule = VALUE_TEXT},
	{.name = "header",.class = FAULT_HEADER,.rule = VALUE_HEADER},
	{.name = "stall",.class = FAULT_WIRE,.wire = WIRE_STALL},
	{.name = "stall-headers",.class = FAULT_WIRE,.wire = WIRE_STALL_BODY},
	{.name = "delay",.class = FAULT_WIRE,.wire = WIRE_DELAY,
	.rule = VALUE_NUMBER,.low = 1,.high = 3600000},
	{.name = "trickle",.class = FAULT_WIRE,.wire = WIRE_TRICKLE,
	.rule = VALUE_NUMBER,.low = 1,.high = 1000 * MIB},
	{.name = "cut",.class = FAULT_WIRE,.wire = WIRE_CUT,
	.rule = VALUE_NUMBER,.low = 0,.high = 64 * MIB,.otherwise = -1},
	{.name = "reset",.class = FAULT_WIRE,.wire = WIRE_RESET,
	.rule = VALUE_NUMBER,.low = 0,.high = 64 * MIB,.otherwise = -1},
	{.name = "stall-connect",.class = FAULT_STALL_CONNECT},
	{.name = "stall-handshake",.class = FAULT_STALL_HANDSHAKE},
};

const FaultKind *
fault_kind(const char *name)
{
	for (size_t i = 0; i < count_of(kinds); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}
