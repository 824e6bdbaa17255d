/*-------------------------------------------------------------------------
 *
 * verification.c
 *		A token on its way through the rules.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/inval.h"

#include "settings.h"
#include "verify/verification.h"

static const char *
setting_or_null(const char *value)
{
	return value && value[0] ? value : NULL;
}

void
verification_begin(Verification *v, const char *token, size_t len,
				   const char *named, bool expected)
{
	Assert(token != NULL || len > JWS_MAX_LEN);

	/* from here on, keys that other sessions have revoked are refused */
	AcceptInvalidationMessages();

	v->token = token;
	v->token_len = len;
	v->named = named;
	v->expected = expected ? setting_or_null(hcjwt_expected_help_center) : NULL;
	v->required = setting_or_null(hcjwt_required_help_center);
	v->may_wait = true;
	v->now = GetCurrentTimestamp();
	v->kid_utf8_len = 0;
	v->center = NULL;
	v->from_cache = false;
	v->detail = NULL;
	v->suspect = NULL;
	v->fetch_hint = NULL;
}
