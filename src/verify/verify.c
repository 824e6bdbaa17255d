/*-------------------------------------------------------------------------
 *
 * verify.c
 *		The verification of a help center JWT: the order of the rules.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "settings.h"
#include "verify/claims.h"
#include "verify/counters.h"
#include "verify/header.h"
#include "verify/signature.h"
#include "verify/verify.h"

static Reason
check_boundary(Verification *v)
{
	if (v->required == NULL || strcmp(v->required, BOUNDARY_IN_DOUBT) != 0)
		return REASON_NONE;
	v->detail = "hcjwt.required_help_center was set by a role without the right to, before the library was loaded; preload it";
	return REASON_BOUNDARY_IN_DOUBT;
}

static const struct
{
	const char *name;
	Reason		(*check) (Verification *v);
}			steps[NUM_VERIFY_STEPS] = {
	[STEP_BOUNDARY] = {"boundary", check_boundary},
	[STEP_SHAPE] = {"shape", check_shape},
	[STEP_HEADER] = {"header", check_header},
	[STEP_ALG] = {"alg", check_alg},
	[STEP_TYP] = {"typ", check_typ},
	[STEP_CRIT] = {"crit", check_crit},
	[STEP_KID] = {"kid", check_kid},
	[STEP_KEY] = {"key", find_key},
	[STEP_SIGNATURE] = {"signature", check_signature},
	[STEP_PAYLOAD] = {"payload", check_payload},
	[STEP_CLAIMS] = {"claims", check_claim_types},
	[STEP_HELP_CENTER] = {"help_center", choose_help_center},
	[STEP_EXP] = {"exp", check_exp},
	[STEP_NBF] = {"nbf", check_nbf},
	[STEP_AUD] = {"aud", check_audience},
	[STEP_ISS] = {"iss", check_issuer},
};

const char *
verify_step_name(VerifyStep step)
{
	return steps[step].name;
}

Reason
verify_step(Verification *v, VerifyStep step)
{
	Assert(step < NUM_VERIFY_STEPS);
	return steps[step].check(v);
}

Reason
verify_token(Verification *v)
{
	Reason		reason = REASON_NONE;

	for (VerifyStep step = 0; step < NUM_VERIFY_STEPS && reason == REASON_NONE; step++)
	{
		/* most tokens have the header of the one before, which has passed */
		if (step == STEP_HEADER && recall_header(v))
		{
			step = STEP_KID;
			continue;
		}
		reason = verify_step(v, step);
		if (step == STEP_KID && reason == REASON_NONE)
			remember_header(v);
	}
	count_verdict(reason, v->from_cache);
	return reason;
}
