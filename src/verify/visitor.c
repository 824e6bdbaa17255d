/*-------------------------------------------------------------------------
 *
 * visitor.c
 *		Who a verified token's bearer is.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/numeric.h"

#include "verify/claims.h"
#include "verify/payload.h"
#include "verify/visitor.h"

JsonbValue *
payload_member(Jsonb *payload, const char *name, int len, JsonbValue *buffer)
{
	return getKeyJsonValueFromContainer(&payload->root, name, len, buffer);
}

bool
payload_user_id(Jsonb *payload, int64 *user_id)
{
	JsonbValue	buffer;
	JsonbValue *claim = payload_member(payload, CLAIM_NAME_USER_ID,
									   strlen(CLAIM_NAME_USER_ID), &buffer);
	Datum		number;

	if (claim == NULL || claim->type != jbvNumeric)
		return false;
	number = NumericGetDatum(claim->val.numeric);
	if (DatumGetInt32(DirectFunctionCall1(numeric_scale, number)) != 0 ||
		!DatumGetBool(DirectFunctionCall2(numeric_le, number,
										  NumericGetDatum(int64_to_numeric(PG_INT64_MAX)))) ||
		!DatumGetBool(DirectFunctionCall2(numeric_ge, number,
										  NumericGetDatum(int64_to_numeric(PG_INT64_MIN)))))
		return false;
	*user_id = DatumGetInt64(DirectFunctionCall1(numeric_int8, number));
	return true;
}

bool
payload_string(Jsonb *payload, const char *name, JsonbValue *buffer)
{
	JsonbValue *claim = payload_member(payload, name, strlen(name), buffer);

	return claim != NULL && claim->type == jbvString && claim->val.string.len > 0;
}

/* Why an accessor returns null: what the claim is, where another type is due. */
static void
append_why_null(StringInfo buf, Jsonb *payload, const char *name, const char *due)
{
	static const char custom[] =
		"; perhaps the account has a custom claim of this name, which its administrators can rename";
	JsonbValue	buffer;
	JsonbValue *claim = payload_member(payload, name, strlen(name), &buffer);

	if (claim == NULL)
	{
		appendStringInfo(buf, "the token has no claim \"%s\"", name);
		return;
	}
	appendStringInfo(buf, "the claim \"%s\" is ", name);
	switch (claim->type)
	{
		case jbvNull:
			appendStringInfoString(buf, "null");
			break;
		case jbvString:
			if (claim->val.string.len == 0)
				appendStringInfoString(buf, "an empty string");
			else
				appendStringInfo(buf, "a string, not %s%s", due, custom);
			break;
		case jbvNumeric:
			if (strcmp(name, CLAIM_NAME_USER_ID) == 0)
				appendStringInfoString(buf, "a number with decimals, or too large for bigint");
			else
				appendStringInfo(buf, "a number, not %s%s", due, custom);
			break;
		case jbvBool:
			appendStringInfo(buf, "a boolean, not %s%s", due, custom);
			break;
		default:
			appendStringInfo(buf, "an %s, not %s%s",
							 JsonContainerIsArray(claim->val.binary.data) ? "array" : "object",
							 due, custom);
	}
}

static void
append_string_claim(StringInfo buf, Jsonb *payload, const char *accessor, const char *name)
{
	JsonbValue	buffer;

	appendStringInfo(buf, "; %s() is ", accessor);
	if (payload_string(payload, name, &buffer))
		appendStringInfoString(buf, "set");
	else
	{
		appendStringInfoString(buf, "null because ");
		append_why_null(buf, payload, name, "a string");
	}
}

char *
describe_visitor(const Verification *v)
{
	Jsonb	   *payload = verified_payload(v);
	StringInfoData buf;
	int64		user_id;

	initStringInfo(&buf);
	appendStringInfoString(&buf, "user_id() is ");
	if (payload_user_id(payload, &user_id))
		appendStringInfo(&buf, INT64_FORMAT, user_id);
	else
	{
		appendStringInfoString(&buf, "null because ");
		append_why_null(&buf, payload, CLAIM_NAME_USER_ID, "a number");
	}
	appendStringInfo(&buf, "; help_center() is \"%s\"", v->center->name);
	append_string_claim(&buf, payload, "email", CLAIM_NAME_EMAIL);
	append_string_claim(&buf, payload, "external_id", CLAIM_NAME_EXTERNAL_ID);
	return buf.data;
}

char *
visitor_phrase(Jsonb *payload, const char *help_center)
{
	StringInfoData buf;
	int64		user_id;

	initStringInfo(&buf);
	if (payload_user_id(payload, &user_id))
		appendStringInfo(&buf, "visitor " INT64_FORMAT " of help center \"%s\"",
						 user_id, help_center);
	else
		appendStringInfo(&buf, "visitor without userId of help center \"%s\"", help_center);
	return buf.data;
}
