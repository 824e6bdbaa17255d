/*-------------------------------------------------------------------------
 *
 * explain.c
 *		hcjwt.explain(): each rule's outcome, for administrators.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/tuplestore.h"

#include "encoding.h"
#include "json/guard.h"
#include "keys/key_reader.h"
#include "keys/statement.h"
#include "verify/claims.h"
#include "verify/mistake.h"
#include "verify/pins.h"
#include "verify/refusal.h"
#include "verify/verify.h"
#include "verify/verify_sql.h"
#include "verify/visitor.h"

PG_FUNCTION_INFO_V1(hcjwt_explain);

/* The most bytes of a claim, and names of help centers, that a detail shows. */
#define CLAIM_SHOWN_LEN		200
#define CENTERS_SHOWN		4

/* "42 s", "3 min", "5 h" or "9 days". */
static char *
duration(int64 usec)
{
	int64		seconds = Max(usec, 0) / USECS_PER_SEC;

	if (seconds < 2 * SECS_PER_MINUTE)
		return psprintf(INT64_FORMAT " s", seconds);
	if (seconds < 2 * SECS_PER_HOUR)
		return psprintf(INT64_FORMAT " min", seconds / SECS_PER_MINUTE);
	if (seconds < 2 * SECS_PER_DAY)
		return psprintf(INT64_FORMAT " h", seconds / SECS_PER_HOUR);
	return psprintf(INT64_FORMAT " days", seconds / SECS_PER_DAY);
}

/* A claim as it stands in the payload: ASCII, and cut when it is long. */
static char *
shown(const JsonWanted *claim)
{
	StringInfoData buf;

	if (claim->type == JSON_ABSENT)
		return pstrdup("(absent)");
	initStringInfo(&buf);
	if (claim->type == JSON_STRING)
		appendStringInfoChar(&buf, '"');
	for (size_t i = 0; i < claim->value_len && i < CLAIM_SHOWN_LEN; i++)
	{
		unsigned char c = (unsigned char) claim->value[i];

		appendStringInfoChar(&buf, c < 0x20 || c > 0x7e ? '?' : (char) c);
	}
	if (claim->value_len > CLAIM_SHOWN_LEN)
		appendStringInfoString(&buf, "...");
	if (claim->type == JSON_STRING)
		appendStringInfoChar(&buf, '"');
	return buf.data;
}

/* One value of the first row that a query on a text returns, or NULL. */
static char *
query_text(const char *query, const char *arg)
{
	Oid			types[1] = {TEXTOID};
	Datum		values[1] = {arg ? CStringGetTextDatum(arg) : (Datum) 0};

	if (SPI_execute_with_args(query, 1, types, values, arg ? " " : "n", true, 1) != SPI_OK_SELECT)
		elog(ERROR, "unexpected result of \"%s\"", query);
	if (SPI_processed == 0)
		return NULL;
	return SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
}

static const char *
why_not_trusted(const JudgedKey *key)
{
	const char *since = TIMESTAMP_NOT_FINITE(key->since) ? "" :
		DatumGetCString(DirectFunctionCall1(timestamptz_out, TimestampTzGetDatum(key->since)));

	switch (key->trust)
	{
		case KEY_REVOKED:
			return psprintf("revoked since %s", since);
		case KEY_RETIRED:
			return psprintf("retired since %s", since);
		case KEY_DISABLED:
			return "that help center is disabled";
		case KEY_NEVER_FETCHED:
			return "no fetch has succeeded yet";
		case KEY_UNUSABLE:
			return "it cannot be used";
		case KEY_MATERIAL_REVOKED:
			return "its material is revoked under another kid";
		case KEY_TRUSTED:
			break;
	}
	return psprintf("the last successful fetch, at %s, is longer ago than hcjwt.max_stale",
					since);
}

/*
 * Why the kid is trusted nowhere: what the tables say about it, or else what they say
 * about the help center.
 */
static char *
why_key_is_unknown(const Verification *v)
{
	static const char of_center[] =
		"SELECT format('%s does not trust it (trusted keys: %s); %s%s', s.help_center,"
		" s.trusted_keys, CASE WHEN s.last_success IS NULL THEN 'no refresh has succeeded yet'"
		" ELSE 'last refresh ' || date_trunc('second', now() - s.last_success) || ' ago' END,"
		" '; state: ' || s.state)"
		" FROM hcjwt.status s WHERE s.help_center = $1";
	static const char of_all[] =
		"SELECT format('no help center here trusts it (help centers: %s, trusted keys: %s)',"
		" count(*), coalesce(sum(trusted_keys), 0))"
		" FROM hcjwt.status";
	const char *pinned = pinned_help_center(v);
	JudgedKey	key;
	char	   *why = NULL;

	if (v->kid == NULL)
		return pstrdup("it has a character that the encoding of the database lacks");
	if (find_listed_key(v->kid, v->kid_len, pinned, &key))
		return psprintf("it is listed for %s, but %s", key.center.name, why_not_trusted(&key));
	if (pinned != NULL)
	{
		why = query_text(of_center, pinned);
		if (why == NULL)
			why = psprintf("help center \"%s\" is not registered; see hcjwt.add_help_center()",
						   pinned);
	}
	if (why == NULL)
		why = query_text(of_all, NULL);
	return why;
}

static void
append_asked(StringInfo buf, const char *what, const char *name)
{
	static const char registered[] =
		"SELECT 'yes' FROM hcjwt.help_centers WHERE name = $1";

	if (name == NULL)
		return;
	appendStringInfo(buf, "; %s is \"%s\"", what, name);
	if (query_text(registered, name) == NULL)
		appendStringInfoString(buf, ", which is not registered");
}

/* Which help centers have the key, and which one is asked for. */
static char *
whose_key(const Verification *v)
{
	StringInfoData buf;
	int			n = 0;

	initStringInfo(&buf);
	appendStringInfoString(&buf, "the key is that of ");
	for (int i = 0; i < v->keys->ncenters; i++)
	{
		const TrustingCenter *center = &v->keys->centers[i];

		if (center->material == v->material && n++ < CENTERS_SHOWN)
			appendStringInfo(&buf, "%s\"%s\"", n > 1 ? ", " : "", center->name);
	}
	if (n > CENTERS_SHOWN)
		appendStringInfo(&buf, " and %d more", n - CENTERS_SHOWN);
	append_asked(&buf, "asked for", v->named);
	append_asked(&buf, "hcjwt.required_help_center", v->required);
	return buf.data;
}

/*
 * A claim may have the name of a registered one and another type, because an account
 * chooses the names of its custom claims.
 */
static char *
about_claim(const Verification *v)
{
	const JsonWanted *claim = v->suspect;

	if (claim->type == JSON_ABSENT)
		return pstrdup(v->detail);
	return psprintf("%s; it is %s: perhaps the account has a custom claim of this name, which its administrators can rename",
					v->detail, shown(claim));
}

/* What the log says of the refusal, and then which mistake it looks like. */
static char *
with_mistake(const Verification *v, char *mistake)
{
	return mistake ? psprintf("%s: %s", v->detail, mistake) : pstrdup(v->detail);
}

static char *
describe_failure(const Verification *v, Reason reason)
{
	if (v->suspect != NULL)
		return about_claim(v);
	switch (reason)
	{
		case REASON_SHAPE:
			return with_mistake(v, mistake_in_shape(v));
		case REASON_HEADER:
			return with_mistake(v, mistake_in_header(v));
		case REASON_ALG:
			return with_mistake(v, mistake_in_alg(v));
		case REASON_SIGNATURE:
			return with_mistake(v, mistake_in_signature(v));
		case REASON_KID:
			return pstrdup(v->detail);
		case REASON_UNKNOWN_KEY:
			if (v->kid != NULL && v->keys->unguarded)
				return pstrdup(v->detail);
			return psprintf("%s: %s", printable_kid(v->kid_utf8, v->kid_utf8_len),
							why_key_is_unknown(v));
		case REASON_HELP_CENTER:
			return whose_key(v);
		case REASON_ORIGIN:
			return psprintf("%s; it is %s: if it is theirs, add it to origins in hcjwt.help_centers",
							v->detail, shown(&v->claims[CLAIM_ORIGIN]));
		case REASON_AMBIGUOUS:
			return psprintf("%s; name the help center, or set hcjwt.required_help_center",
							v->detail);
		case REASON_EXPIRED:
			return psprintf("expired %s ago; leeway is %s",
							duration(v->now - v->expires_at), duration(v->center->leeway));
		case REASON_NOT_YET_VALID:
			return psprintf("valid only in %s; leeway is %s",
							duration(v->valid_from - v->now), duration(v->center->leeway));
		case REASON_AUDIENCE:
			return psprintf("%s; it is %s", v->detail, shown(&v->claims[CLAIM_AUD]));
		case REASON_ISSUER:
			return psprintf("%s; it is %s", v->detail, shown(&v->claims[CLAIM_ISS]));
		default:
			return pstrdup(v->detail);
	}
}

/* What a rule that the token has passed has found. */
static char *
describe_success(const Verification *v, VerifyStep step)
{
	switch (step)
	{
		case STEP_SHAPE:
			return psprintf("%zu characters in three parts", v->token_len);
		case STEP_ALG:
			return pstrdup("RS256");
		case STEP_KID:
			return printable_kid(v->kid_utf8, v->kid_utf8_len);
		case STEP_KEY:
			return psprintf("trusted for %d help center(s), with %d different key(s)",
							v->keys->ncenters, v->keys->nmaterials);
		case STEP_SIGNATURE:
			return psprintf("by the key with thumbprint %s",
							v->keys->materials[v->material].thumbprint);
		case STEP_HELP_CENTER:
			return psprintf("%s; origin is %s", v->center->name,
							shown(&v->claims[CLAIM_ORIGIN]));
		case STEP_EXP:
			if (v->now >= v->expires_at)
				return psprintf("expired %s ago, within the leeway of %s",
								duration(v->now - v->expires_at),
								duration(v->center->leeway));
			return psprintf("expires in %s", duration(v->expires_at - v->now));
		case STEP_AUD:
			return v->center->audience ? NULL : pstrdup("the help center asks for none");
		case STEP_ISS:
			return v->center->issuer ? NULL : pstrdup("the help center asks for none");
		default:
			return NULL;
	}
}

static void
put_row(ReturnSetInfo *rsinfo, int step, const char *name, bool passed, const char *detail)
{
	Datum		values[4];
	bool		nulls[4] = {false, false, false, detail == NULL};

	values[0] = Int32GetDatum(step);
	values[1] = CStringGetTextDatum(name);
	values[2] = BoolGetDatum(passed);
	values[3] = detail ? CStringGetTextDatum(detail) : (Datum) 0;
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/*
 * One row for each check; and after the last check, one row that says who the
 * visitor is.
 */
Datum
hcjwt_explain(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Verification v;
	bool		passed = true;

	InitMaterializedSRF(fcinfo, 0);
	if (!verification_of_arguments(fcinfo, &v))
		return (Datum) 0;
	v.may_wait = false;

	connect_spi();
	for (VerifyStep step = 0; step < NUM_VERIFY_STEPS && passed; step++)
	{
		Reason		reason = verify_step(&v, step);

		passed = reason == REASON_NONE;
		put_row(rsinfo, step + 1, verify_step_name(step), passed,
				passed ? describe_success(&v, step) : describe_failure(&v, reason));
	}
	if (passed)
		put_row(rsinfo, NUM_VERIFY_STEPS + 1, "visitor", true, describe_visitor(&v));
	SPI_finish();
	return (Datum) 0;
}
