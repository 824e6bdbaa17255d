/*-------------------------------------------------------------------------
 *
 * accessors.c
 *		What policies call: the claims of the transaction's token.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

#include "epoch.h"
#include "session/query.h"
#include "session/session.h"
#include "verify/visitor.h"

/* The argument of claim(). */
typedef text ClaimName;

/*
 * Policies call these for each row, so a result is made once for each call site
 * and token, and handed out again as long as query, epoch and version are what
 * they were when query_reads_token() last permitted that.
 *
 * What has been handed out may be in use until the call site itself is freed:
 * while PL/pgSQL casts a value to a domain, the domain's check may come back to
 * the same call site with other tokens or names.  So the first value, nearly
 * always the only one, lives as long as the call site does.  When there are
 * later ones, the caller gets copies in its own memory.
 */
typedef struct CallSite
{
	uint64		query;			/* hcjwt_query at the last check */
	uint64		epoch;			/* hcjwt_epoch then; 0: check at each call */
	uint64		version;		/* of the session that value is of */
	bool		isnull;
	bool		copies;			/* value is not the first: hand out copies */
	Datum		value;
	ClaimName  *name;			/* of claim(): the argument that value is for */
} CallSite;

/* What the function returns for a session that has a token. */
typedef bool (*Extract) (const ClaimName *name, Datum *value);

static bool
same_argument(const ClaimName *a, const ClaimName *b)
{
	return VARSIZE_ANY_EXHDR(a) == VARSIZE_ANY_EXHDR(b) &&
		memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) == 0;
}

static CallSite *
create_call_site(FmgrInfo *flinfo)
{
	CallSite   *site = MemoryContextAllocZero(flinfo->fn_mcxt, sizeof(CallSite));

	flinfo->fn_extra = site;
	return site;
}

/* Computes the call site's value again. */
static pg_noinline void
fill_call_site(CallSite *site, MemoryContext context, Extract extract,
			   bool byval, const ClaimName *name)
{
	Datum		value = (Datum) 0;
	bool		isnull;
	Datum		copy = (Datum) 0;
	ClaimName  *name_copy = NULL;

	isnull = hcjwt_session.payload == NULL || !extract(name, &value);
	if (!isnull)
	{
		MemoryContext old = MemoryContextSwitchTo(context);

		copy = datumCopy(value, byval, byval ? sizeof(int64) : -1);
		MemoryContextSwitchTo(old);
	}
	if (name != NULL && (site->name == NULL || !same_argument(name, site->name)))
	{
		name_copy = MemoryContextAlloc(context, VARSIZE_ANY(name));
		memcpy(name_copy, name, VARSIZE_ANY(name));
	}

	/* nothing can fail from here on */
	site->version = 0;
	if (!byval && DatumGetPointer(site->value) != NULL)
	{
		if (site->copies)
			pfree(DatumGetPointer(site->value));
		site->copies = true;
	}
	if (name_copy != NULL)
	{
		if (site->name != NULL)
			pfree(site->name);
		site->name = name_copy;
	}
	site->value = copy;
	site->isnull = isnull;
	site->version = hcjwt_session.version;
}

/* Makes sure that the call may read the token, and that hcjwt_session has it. */
static pg_noinline void
check_call_site(CallSite *site, MemoryContext context)
{
	uint64		epoch = hcjwt_epoch;

	site->epoch = 0;
	if (query_reads_token(context) && hcjwt_query != 0)
	{
		site->query = hcjwt_query;
		site->epoch = epoch;
	}
}

static inline Datum
return_claim(FunctionCallInfo fcinfo, Extract extract, bool byval, const ClaimName *name)
{
	CallSite   *site = fcinfo->flinfo->fn_extra;

	if (unlikely(site == NULL))
		site = create_call_site(fcinfo->flinfo);
	if (unlikely(site->query != hcjwt_query || site->epoch != hcjwt_epoch ||
				 site->version != hcjwt_session.version))
		check_call_site(site, fcinfo->flinfo->fn_mcxt);
	if (unlikely(site->version != hcjwt_session.version ||
				 (name != NULL && !same_argument(name, site->name))))
		fill_call_site(site, fcinfo->flinfo->fn_mcxt, extract, byval, name);
	if (site->isnull)
		PG_RETURN_NULL();
	if (unlikely(site->copies))
		return datumCopy(site->value, false, -1);
	return site->value;
}

static bool
extract_claims(const ClaimName *name, Datum *value)
{
	*value = PointerGetDatum(hcjwt_session.payload);
	return true;
}

/* As the operator ->> does. */
static bool
extract_claim(const ClaimName *name, Datum *value)
{
	JsonbValue	buffer;
	JsonbValue *claim = payload_member(hcjwt_session.payload, VARDATA_ANY(name),
									   VARSIZE_ANY_EXHDR(name), &buffer);
	Datum		digits;

	if (claim == NULL)
		return false;
	switch (claim->type)
	{
		case jbvNull:
			return false;
		case jbvBool:
			*value = CStringGetTextDatum(claim->val.boolean ? "true" : "false");
			return true;
		case jbvString:
			*value = PointerGetDatum(cstring_to_text_with_len(claim->val.string.val,
															  claim->val.string.len));
			return true;
		case jbvNumeric:
			digits = DirectFunctionCall1(numeric_out,
										 NumericGetDatum(claim->val.numeric));
			*value = CStringGetTextDatum(DatumGetCString(digits));
			return true;
		case jbvBinary:
			*value = CStringGetTextDatum(JsonbToCString(NULL, claim->val.binary.data,
														claim->val.binary.len));
			return true;
		default:
			elog(ERROR, "unexpected jsonb value type %d", (int) claim->type);
	}
	return false;
}

static bool
extract_user_id(const ClaimName *name, Datum *value)
{
	int64		user_id;

	if (!payload_user_id(hcjwt_session.payload, &user_id))
		return false;
	*value = Int64GetDatum(user_id);
	return true;
}

static bool
extract_string(const char *name, Datum *value)
{
	JsonbValue	buffer;

	if (!payload_string(hcjwt_session.payload, name, &buffer))
		return false;
	*value = PointerGetDatum(cstring_to_text_with_len(buffer.val.string.val,
													  buffer.val.string.len));
	return true;
}

static bool
extract_email(const ClaimName *name, Datum *value)
{
	return extract_string(CLAIM_NAME_EMAIL, value);
}

static bool
extract_external_id(const ClaimName *name, Datum *value)
{
	return extract_string(CLAIM_NAME_EXTERNAL_ID, value);
}

static bool
extract_help_center(const ClaimName *name, Datum *value)
{
	*value = CStringGetTextDatum(hcjwt_session.help_center);
	return true;
}

static bool
extract_expires_at(const ClaimName *name, Datum *value)
{
	*value = TimestampTzGetDatum(hcjwt_session.expires_at);
	return true;
}

/* claim(name text) → text */
PG_FUNCTION_INFO_V1(hcjwt_claim);
Datum
hcjwt_claim(PG_FUNCTION_ARGS)
{
	return return_claim(fcinfo, extract_claim, false, PG_GETARG_TEXT_PP(0));
}

/* The others have no argument. */
#define ACCESSOR(function, extract, byval) \
PG_FUNCTION_INFO_V1(function); \
Datum \
function(PG_FUNCTION_ARGS) \
{ \
	return return_claim(fcinfo, extract, byval, NULL); \
}

ACCESSOR(hcjwt_claims, extract_claims, false)
ACCESSOR(hcjwt_user_id, extract_user_id, true)
ACCESSOR(hcjwt_email, extract_email, false)
ACCESSOR(hcjwt_external_id, extract_external_id, false)
ACCESSOR(hcjwt_help_center, extract_help_center, false)
ACCESSOR(hcjwt_expires_at, extract_expires_at, true)
