/*-------------------------------------------------------------------------
 *
 * authenticate.c
 *		hcjwt.authenticate(): makes a verified token the transaction's.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/guc.h"

#include "keys/catalog.h"
#include "session/authenticate.h"
#include "session/nodes.h"
#include "session/session.h"
#include "session/token.h"
#include "settings.h"
#include "verify/payload.h"
#include "verify/refusal.h"
#include "verify/verify.h"
#include "verify/verify_sql.h"

#define EXPECTED_HELP_CENTER	"hcjwt.expected_help_center"

PG_FUNCTION_INFO_V1(hcjwt_authenticate);

void
become_anonymous(void)
{
	set_local("hcjwt.token", "");
	set_local(EXPECTED_HELP_CENTER, GetConfigOptionResetString(EXPECTED_HELP_CENTER));
}

/*
 * Without a name the application's own hcjwt.expected_help_center counts, and
 * stays in force.  A name that is given here replaces it.
 */
Reason
become_visitor(Verification *v, const char *token, size_t len,
			   const char *named, Jsonb **payload)
{
	uint64		generation;
	Reason		reason;

	nodes_before_visitor();
	verification_begin(v, token, len, named, named == NULL);
	generation = hcjwt_keys_generation;
	reason = verify_token(v);
	if (reason != REASON_NONE)
		return reason;
	*payload = verified_payload(v);

	set_local("hcjwt.token", pnstrdup(token, len));
	if (named != NULL)
		set_local(EXPECTED_HELP_CENTER, named);
	session_adopt(v, *payload, generation);
	return REASON_NONE;
}

/* authenticate(token text, help_center text) → jsonb */
Datum
hcjwt_authenticate(PG_FUNCTION_ARGS)
{
	Verification v;
	const char *token = NULL;
	size_t		len = 0;
	const char *named = help_center_argument(fcinfo, 1);
	Reason		reason;
	Jsonb	   *payload;

	if (!PG_ARGISNULL(0))
		token_from_datum(PG_GETARG_DATUM(0), &token, &len);
	if (len == 0)
	{
		become_anonymous();
		PG_RETURN_NULL();
	}
	reason = become_visitor(&v, token, len, named, &payload);
	if (reason != REASON_NONE)
		refuse(&v, reason);
	PG_RETURN_JSONB_P(payload);
}
