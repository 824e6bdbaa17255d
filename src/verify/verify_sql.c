/*-------------------------------------------------------------------------
 *
 * verify_sql.c
 *		hcjwt.verify() and hcjwt.try_verify().
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/detoast.h"
#include "fmgr.h"
#include "utils/builtins.h"

#include "verify/payload.h"
#include "verify/refusal.h"
#include "verify/verify.h"
#include "verify/verify_sql.h"

PG_FUNCTION_INFO_V1(hcjwt_verify);
PG_FUNCTION_INFO_V1(hcjwt_try_verify);

/* The length is judged before a compressed or out-of-line value is unfolded. */
void
token_from_datum(Datum datum, const char **token, size_t *len)
{
	Size		size = toast_raw_datum_size(datum) - VARHDRSZ;

	if (size > JWS_MAX_LEN)
	{
		*token = NULL;
		*len = size;
	}
	else
	{
		text	   *value = DatumGetTextPP(datum);

		*token = VARDATA_ANY(value);
		*len = VARSIZE_ANY_EXHDR(value);
	}
}

const char *
help_center_argument(FunctionCallInfo fcinfo, int n)
{
	return PG_ARGISNULL(n) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(n));
}

bool
verification_of_arguments(FunctionCallInfo fcinfo, Verification *v)
{
	const char *token;
	size_t		len;

	if (PG_ARGISNULL(0))
		return false;
	token_from_datum(PG_GETARG_DATUM(0), &token, &len);
	verification_begin(v, token, len, help_center_argument(fcinfo, 1), false);
	return true;
}

/* verify(token text, help_center text) → jsonb */
Datum
hcjwt_verify(PG_FUNCTION_ARGS)
{
	Verification v;
	Reason		reason;

	if (!verification_of_arguments(fcinfo, &v))
		PG_RETURN_NULL();
	reason = verify_token(&v);
	if (reason != REASON_NONE)
		refuse(&v, reason);
	PG_RETURN_JSONB_P(verified_payload(&v));
}

/*
 * try_verify(token text, help_center text) → jsonb; NULL for a token that is
 * refused
 */
Datum
hcjwt_try_verify(PG_FUNCTION_ARGS)
{
	Verification v;

	if (!verification_of_arguments(fcinfo, &v) || verify_token(&v) != REASON_NONE)
		PG_RETURN_NULL();
	PG_RETURN_JSONB_P(verified_payload(&v));
}
