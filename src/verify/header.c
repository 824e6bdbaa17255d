/*-------------------------------------------------------------------------
 *
 * header.c
 *		The rules for a token's shape and header (RFC 7515, section 4).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "encoding.h"
#include "jose/base64url.h"
#include "json/guard.h"
#include "json/strings.h"
#include "verify/header.h"

Reason
check_shape(Verification *v)
{
	JwsStatus	status = jws_split(v->token, v->token_len, &v->parts);

	if (status == JWS_OK)
		return REASON_NONE;
	v->detail = psprintf("the token has %s", jws_status_text(status));
	return REASON_SHAPE;
}

/*
 * jku, x5u, x5c and jwk are not even looked at: a token never brings its own
 * key.
 */
Reason
check_header(Verification *v)
{
	JsonWanted	wanted[] = {{.name = "alg"}, {.name = "typ"}, {.name = "crit"},
	{.name = "b64"}, {.name = "kid"}};
	JsonStatus	status;

	if (!base64url_decode(v->parts.header, v->parts.header_len,
						  (uint8_t *) v->header))
	{
		v->detail = "the header is not base64url";
		return REASON_HEADER;
	}
	v->header_len = BASE64URL_DECODED_LEN(v->parts.header_len);

	status = json_guard_object(v->header, v->header_len, wanted, lengthof(wanted));
	if (status != JSON_OK)
	{
		v->detail = psprintf("the header %s", json_status_text(status));
		return REASON_HEADER;
	}
	v->alg = wanted[0];
	v->typ = wanted[1];
	v->crit = wanted[2];
	v->b64 = wanted[3];
	v->kid_member = wanted[4];
	return REASON_NONE;
}

/* RS256 is the only algorithm, whatever key the token names. */
Reason
check_alg(Verification *v)
{
	if (v->alg.type == JSON_STRING &&
		json_string_equals(v->alg.value, v->alg.value_len, "RS256", 5))
		return REASON_NONE;
	v->detail = "the header's \"alg\" is not \"RS256\"";
	return REASON_ALG;
}

/* RFC 7515, section 4.1.9: a media type, its "application/" left out or not. */
Reason
check_typ(Verification *v)
{
	char		typ[sizeof("application/jwt") - 1];
	size_t		len;

	if (v->typ.type == JSON_ABSENT)
		return REASON_NONE;

	v->detail = "the header's \"typ\" is not \"JWT\"";
	if (v->typ.type != JSON_STRING || v->typ.value_len > 6 * sizeof(typ))
		return REASON_TYP;
	else
	{
		char		decoded[6 * sizeof(typ)];

		len = json_string_decode(v->typ.value, v->typ.value_len, decoded);
		if (len > sizeof(typ))
			return REASON_TYP;
		for (size_t i = 0; i < len; i++)
			typ[i] = pg_ascii_tolower((unsigned char) decoded[i]);
	}
	if ((len == 3 && memcmp(typ, "jwt", len) == 0) ||
		(len == sizeof(typ) && memcmp(typ, "application/jwt", len) == 0))
		return REASON_NONE;
	return REASON_TYP;
}

/* RFC 7515, section 4.1.11, and RFC 7797: we understand no extension. */
Reason
check_crit(Verification *v)
{
	if (v->crit.type == JSON_ABSENT && v->b64.type == JSON_ABSENT)
		return REASON_NONE;
	v->detail = "the header has \"crit\" or \"b64\"";
	return REASON_CRIT;
}

Reason
check_kid(Verification *v)
{
	char	   *kid;

	v->detail = "the header's \"kid\" is not a string of 1 to 512 bytes";
	if (v->kid_member.type != JSON_STRING)
		return REASON_KID;

	/* decoded in place: the header is not needed any more */
	kid = v->header + (v->kid_member.value - v->header);
	v->kid_utf8_len = json_string_decode(kid, v->kid_member.value_len, kid);
	if (v->kid_utf8_len == 0 || v->kid_utf8_len > sizeof(v->kid_utf8))
	{
		v->kid_utf8_len = 0;
		return REASON_KID;
	}
	memcpy(v->kid_utf8, kid, v->kid_utf8_len);
	v->kid = utf8_to_server(v->kid_utf8, v->kid_utf8_len, &v->kid_len);
	return REASON_NONE;
}

/* The header that passed last, as it stands in the token. */
static struct
{
	size_t		len;			/* 0: none */
	size_t		kid_len;
	char		text[256];
	char		kid[128];
}			last_header;

bool
recall_header(Verification *v)
{
	if (v->parts.header_len != last_header.len ||
		memcmp(v->parts.header, last_header.text, last_header.len) != 0)
		return false;
	v->kid_utf8_len = last_header.kid_len;
	memcpy(v->kid_utf8, last_header.kid, last_header.kid_len);
	v->kid = utf8_to_server(v->kid_utf8, v->kid_utf8_len, &v->kid_len);
	return true;
}

void
remember_header(const Verification *v)
{
	if (v->parts.header_len > sizeof(last_header.text) ||
		v->kid_utf8_len > sizeof(last_header.kid))
		return;
	memcpy(last_header.text, v->parts.header, v->parts.header_len);
	memcpy(last_header.kid, v->kid_utf8, v->kid_utf8_len);
	last_header.len = v->parts.header_len;
	last_header.kid_len = v->kid_utf8_len;
}
