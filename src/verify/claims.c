/*-------------------------------------------------------------------------
 *
 * claims.c
 *		The rules for a signed token's payload (RFC 7519, section 4).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"

#include "encoding.h"
#include "jose/base64url.h"
#include "jose/numericdate.h"
#include "json/guard.h"
#include "json/strings.h"
#include "json/walk.h"
#include "url/origin.h"
#include "verify/claims.h"
#include "verify/pins.h"

/* Microseconds between 1970-01-01 and PostgreSQL's own epoch. */
#define UNIX_EPOCH_USECS \
	((int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * SECS_PER_DAY * USECS_PER_SEC)

/* The payload is looked at only here, after the signature has been verified. */
Reason
check_payload(Verification *v)
{
	static const char *const names[NUM_REGISTERED_CLAIMS] = {
		[CLAIM_EXP] = "exp",[CLAIM_NBF] = "nbf",[CLAIM_IAT] = "iat",
		[CLAIM_AUD] = "aud",[CLAIM_ISS] = "iss",[CLAIM_ORIGIN] = "origin"
	};
	JsonStatus	status;

	if (!base64url_decode(v->parts.payload, v->parts.payload_len,
						  (uint8_t *) v->payload))
	{
		v->detail = "the payload is not base64url";
		return REASON_PAYLOAD;
	}
	v->payload_len = BASE64URL_DECODED_LEN(v->parts.payload_len);

	for (int i = 0; i < NUM_REGISTERED_CLAIMS; i++)
		v->claims[i].name = names[i];
	status = json_guard_object(v->payload, v->payload_len,
							   v->claims, NUM_REGISTERED_CLAIMS);
	if (status != JSON_OK)
	{
		v->detail = psprintf("the payload %s", json_status_text(status));
		return REASON_PAYLOAD;
	}

	v->payload[v->payload_len] = '\0';
	v->payload_text = v->payload;
	if (GetDatabaseEncoding() != PG_UTF8)
	{
		char	   *plain = pnstrdup(v->payload, v->payload_len);
		size_t		len = json_unescape_non_ascii(plain, v->payload_len);

		plain[len] = '\0';
		v->payload_text = utf8_to_server(plain, len, &len);
		if (v->payload_text == NULL)
		{
			v->detail = "the payload has a character that the encoding of the database lacks";
			return REASON_PAYLOAD;
		}
	}
	return REASON_NONE;
}

/* Reads a claim that is a NumericDate; false for any other. */
static bool
read_date(const JsonWanted *claim, TimestampTz *when)
{
	int64_t		usec;

	if (claim->type != JSON_NUMBER ||
		!numericdate_parse(claim->value, claim->value_len, &usec))
		return false;
	*when = usec - UNIX_EPOCH_USECS;
	return true;
}

/* Is the claim a string or an array of strings (RFC 7519, section 4.1.3)? */
static bool
is_audience(const JsonWanted *aud)
{
	JsonWanted	element;
	size_t		pos = 0;

	if (aud->type == JSON_STRING)
		return true;
	if (aud->type != JSON_ARRAY)
		return false;
	while (json_array_next(aud->value, aud->value_len, &pos, &element))
		if (element.type != JSON_STRING)
			return false;
	return true;
}

/* "a string", "null" and so on: what a claim is. */
static const char *
claim_type_text(const JsonWanted *claim)
{
	switch (claim->type)
	{
		case JSON_ABSENT:
			return "missing";
		case JSON_STRING:
			return "a string";
		case JSON_NUMBER:
			return "a number";
		case JSON_TRUE:
		case JSON_FALSE:
			return "a boolean";
		case JSON_NULL:
			return "null";
		case JSON_ARRAY:
			return "an array";
		case JSON_OBJECT:
			return "an object";
	}
	return "something else";
}

/*
 * Is the claim a number that is a NumericDate only after a division by 1000?  A clock that
 * counts milliseconds, as JavaScript's does, gives such numbers.
 */
static bool
is_in_milliseconds(const JsonWanted *claim)
{
	int64		value = 0;

	if (claim->type != JSON_NUMBER)
		return false;
	for (size_t i = 0; i < claim->value_len && claim->value[i] != '.'; i++)
	{
		if (claim->value[i] < '0' || claim->value[i] > '9')
			return false;
		value = value * 10 + (claim->value[i] - '0');
		if (value / 1000 > NUMERICDATE_MAX)
			return false;
	}
	return value > NUMERICDATE_MAX;
}

static Reason
refuse_claim(Verification *v, const JsonWanted *claim, const char *wanted)
{
	bool		may_be_number = strcmp(wanted, "NumericDate") == 0;

	v->suspect = claim;
	if (claim->type == JSON_ABSENT)
		v->detail = psprintf("the claim \"%s\" is missing", claim->name);
	else if (is_in_milliseconds(claim))
		v->detail = psprintf("the claim \"%s\" is no %s: it is in milliseconds instead of seconds",
							 claim->name, wanted);
	else
		v->detail = psprintf("the claim \"%s\" is no %s, but %s%s",
							 claim->name, wanted, claim_type_text(claim),
							 claim->type == JSON_NUMBER && may_be_number ? " out of range" : "");
	return REASON_CLAIMS;
}

Reason
check_claim_types(Verification *v)
{
	const JsonWanted *claims = v->claims;
	TimestampTz ignored;

	if (!read_date(&claims[CLAIM_EXP], &v->expires_at))
		return refuse_claim(v, &claims[CLAIM_EXP], "NumericDate");
	v->valid_from = DT_NOBEGIN;
	if (claims[CLAIM_NBF].type != JSON_ABSENT &&
		!read_date(&claims[CLAIM_NBF], &v->valid_from))
		return refuse_claim(v, &claims[CLAIM_NBF], "NumericDate");
	if (claims[CLAIM_IAT].type != JSON_ABSENT &&
		!read_date(&claims[CLAIM_IAT], &ignored))
		return refuse_claim(v, &claims[CLAIM_IAT], "NumericDate");
	if (claims[CLAIM_AUD].type != JSON_ABSENT && !is_audience(&claims[CLAIM_AUD]))
		return refuse_claim(v, &claims[CLAIM_AUD], "string or array of strings");
	return REASON_NONE;
}

/* Is the token's origin, when it has one, among the help center's? */
static bool
origin_fits(const TrustingCenter *center, bool has_origin, const Url *origin)
{
	if (!has_origin || center->any_origin)
		return true;
	for (int i = 0; origin != NULL && i < center->norigins; i++)
		if (url_same_origin(&center->origins[i], origin))
			return true;
	return false;
}

/* A token's claim "origin". */
typedef struct OriginClaim
{
	bool		present;
	const Url  *origin;			/* NULL when the claim is no origin */
} OriginClaim;

/* The origin that was read last, as it stands in the payload: most tokens have it. */
static struct
{
	size_t		len;			/* 0: none */
	char		text[256];
	Url			origin;
}			last_origin;

static const Url *
parse_origin(const char *text, size_t len)
{
	char		decoded[URL_MAX_LEN];

	if (len == 0 || len > sizeof(decoded))
		return NULL;
	if (len == last_origin.len && memcmp(text, last_origin.text, len) == 0)
		return &last_origin.origin;

	last_origin.len = 0;
	if (!origin_parse(decoded, json_string_decode(text, len, decoded), &last_origin.origin))
		return NULL;
	last_origin.origin.path = NULL; /* it is in decoded */
	if (len <= sizeof(last_origin.text))
	{
		memcpy(last_origin.text, text, len);
		last_origin.len = len;
	}
	return &last_origin.origin;
}

static void
read_origin(const JsonWanted *claim, OriginClaim *origin)
{
	origin->present = claim->type != JSON_ABSENT;
	origin->origin = claim->type == JSON_STRING
		? parse_origin(claim->value, claim->value_len) : NULL;
}

/* Takes a help center that fits; REASON_AMBIGUOUS when it is not the first. */
static Reason
consider_center(Verification *v, const TrustingCenter *center,
				const OriginClaim *origin, bool *name_found)
{
	if (center->material != v->material || center == v->center ||
		!within_max_stale(center->trusted_since, v->now))
		return REASON_NONE;
	*name_found = true;
	if (!origin_fits(center, origin->present, origin->origin))
		return REASON_NONE;
	if (v->center != NULL)
	{
		v->detail = "the key is that of several help centers, and neither a name nor the claim \"origin\" tells which";
		return REASON_AMBIGUOUS;
	}
	v->center = center;
	return REASON_NONE;
}

/*
 * Considers all help centers that may have signed the token.  Where a help center is
 * asked for, that is this one alone, and none where two are asked for; else those of
 * the token's origin and those that take any origin; and where the token has no origin,
 * all of them.
 */
static Reason
consider_centers(Verification *v, const OriginClaim *origin, bool *name_found)
{
	const TrustedKeys *keys = v->keys;
	const char *pinned = pinned_help_center(v);
	Reason		reason = REASON_NONE;

	if (pinned != NULL)
	{
		const TrustingCenter *center = pins_contradict(v)
			? NULL : find_trusting_center(keys, pinned);

		return center ? consider_center(v, center, origin, name_found) : REASON_NONE;
	}
	if (!origin->present)
	{
		for (int i = 0; i < keys->ncenters && reason == REASON_NONE; i++)
			reason = consider_center(v, &keys->centers[i], origin, name_found);
		return reason;
	}

	*name_found = true;			/* no name is asked for */
	for (int i = 0; i < keys->nany_origin && reason == REASON_NONE; i++)
		reason = consider_center(v, keys->origins[i].center, origin, name_found);
	if (origin->origin != NULL)
	{
		int			count;
		const OriginEntry *entry = find_trusting_origin(keys, origin->origin, &count);

		for (; count > 0 && reason == REASON_NONE; entry++, count--)
			reason = consider_center(v, entry->center, origin, name_found);
	}
	return reason;
}

/* Puts into the detail that a claim is no string, though it must be one. */
static void
note_type(Verification *v, RegisteredClaim which, const char *wanted)
{
	const JsonWanted *claim = &v->claims[which];

	if (claim->type != JSON_ABSENT && claim->type != JSON_STRING)
		(void) refuse_claim(v, claim, wanted);
}

/*
 * Several help centers may list the key that verified, as brands of one account do.
 * Exactly one of them must fit the names that are asked for and the token's origin.
 */
Reason
choose_help_center(Verification *v)
{
	OriginClaim origin;
	bool		name_found = false;
	Reason		reason;

	v->center = NULL;
	read_origin(&v->claims[CLAIM_ORIGIN], &origin);
	reason = consider_centers(v, &origin, &name_found);
	if (reason != REASON_NONE)
		return reason;
	if (v->center == NULL)
	{
		v->detail = name_found
			? "the claim \"origin\" is none of the help center's origins"
			: "the key is that of another help center than the one asked for";
		if (name_found)
			note_type(v, CLAIM_ORIGIN, "origin");
		return name_found ? REASON_ORIGIN : REASON_HELP_CENTER;
	}

	v->valid_until = v->expires_at + v->center->leeway;
	if (v->valid_from != DT_NOBEGIN)
		v->valid_from -= v->center->leeway;
	return REASON_NONE;
}

Reason
check_exp(Verification *v)
{
	if (v->now < v->valid_until)
		return REASON_NONE;
	v->detail = "the claim \"exp\" is in the past";
	return REASON_EXPIRED;
}

Reason
check_nbf(Verification *v)
{
	if (v->now >= v->valid_from)
		return REASON_NONE;
	v->detail = "the claim \"nbf\" is in the future";
	return REASON_NOT_YET_VALID;
}

static bool
claim_equals(const JsonWanted *claim, const char *text)
{
	return claim->type == JSON_STRING &&
		json_string_equals(claim->value, claim->value_len, text, strlen(text));
}

Reason
check_audience(Verification *v)
{
	const JsonWanted *aud = &v->claims[CLAIM_AUD];
	JsonWanted	element;
	size_t		pos = 0;

	if (v->center->audience == NULL || claim_equals(aud, v->center->audience))
		return REASON_NONE;
	if (aud->type == JSON_ARRAY)
		while (json_array_next(aud->value, aud->value_len, &pos, &element))
			if (claim_equals(&element, v->center->audience))
				return REASON_NONE;
	v->detail = "the claim \"aud\" does not have the help center's audience";
	return REASON_AUDIENCE;
}

Reason
check_issuer(Verification *v)
{
	if (v->center->issuer == NULL ||
		claim_equals(&v->claims[CLAIM_ISS], v->center->issuer))
		return REASON_NONE;
	v->detail = "the claim \"iss\" is not the help center's issuer";
	note_type(v, CLAIM_ISS, "string");
	return REASON_ISSUER;
}
