/*-------------------------------------------------------------------------
 *
 * refusal.c
 *		Tells a client that its token is refused, and the log why.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/parallel.h"

#include "verify/counters.h"
#include "verify/refusal.h"

/* Bytes of a kid that a log entry shows. */
#define KID_LOG_LEN			64

/* An error that PostgREST takes for its answer. */
#define ERRCODE_POSTGREST	MAKE_SQLSTATE('P', 'G', 'R', 'S', 'T')

char *
printable_kid(const char *kid, size_t len)
{
	StringInfoData buf;

	initStringInfo(&buf);
	appendStringInfoString(&buf, "kid \"");
	for (size_t i = 0; i < len && i < KID_LOG_LEN; i++)
	{
		unsigned char c = (unsigned char) kid[i];

		if (c < 0x20 || c > 0x7e || c == '"' || c == '\\')
			appendStringInfo(&buf, "\\x%02x", c);
		else
			appendStringInfoChar(&buf, (char) c);
	}
	appendStringInfoString(&buf, len > KID_LOG_LEN ? "...\"" : "\"");
	return buf.data;
}

/*
 * Does hcjwt.expected_help_center refuse the token, and did an earlier
 * transaction set it, perhaps for another visitor of a pooled connection?  A
 * value of this transaction is on the setting's stack; a value of the role, the
 * database or the connection has another source.
 */
static bool
expectation_was_left_behind(const Verification *v, Reason reason)
{
	const struct config_generic *setting;
	const TrustingCenter *center;

	if (reason != REASON_HELP_CENTER || v->expected == NULL || IsParallelWorker())
		return false;
	center = find_trusting_center(v->keys, v->expected);
	if (center != NULL && center->material == v->material)
		return false;
	setting = find_setting("hcjwt.expected_help_center");
	return setting != NULL && setting->source == PGC_S_SESSION &&
		setting->stack == NULL;
}

/* The sentence for the server's log. */
static char *
sentence_for_log(const Verification *v, Reason reason)
{
	char	   *kid = v->kid_utf8_len > 0
		? psprintf(" (%s)", printable_kid(v->kid_utf8, v->kid_utf8_len)) : "";
	char	   *fetch = reason == REASON_UNKNOWN_KEY && v->fetch_hint
		? psprintf("; %s", v->fetch_hint) : "";

	return psprintf("Refused because %s%s%s%s.", v->detail, kid, fetch,
					expectation_was_left_behind(v, reason) ?
					"; hcjwt.expected_help_center was set by an earlier transaction" : "");
}

void
refuse(const Verification *v, Reason reason)
{
	bool		left_behind = expectation_was_left_behind(v, reason);

	ereport(ERROR,
			(errcode(reason_sqlstate(reason)),
			 errmsg("%s", reason_message(reason)),
			 left_behind ?
			 errdetail("hcjwt.expected_help_center was set by an earlier transaction, and is another help center.") : 0,
			 left_behind ?
			 errhint("Name the help center, hcjwt.authenticate(token, help_center), or RESET hcjwt.expected_help_center; use SET LOCAL to set it.") : 0,
			 errdetail_log("%s", sentence_for_log(v, reason)),
			 errhidestmt(true),
			 errhidecontext(true)));
}

/* Only the quotes of the header need escaping (RFC 6750, section 3). */
void
refuse_by_postgrest(const Verification *v, Reason reason)
{
	const char *message = reason_message(reason);

	ereport(ERROR,
			(errcode(ERRCODE_POSTGREST),
			 errmsg_internal("{\"code\":\"%s\",\"message\":\"%s\"}",
							 unpack_sql_state(reason_sqlstate(reason)), message),
			 errdetail_internal("{\"status\":401,\"headers\":{\"WWW-Authenticate\":"
								"\"Bearer error=\\\"invalid_token\\\", "
								"error_description=\\\"%s\\\"\"}}", message),
			 errdetail_log("%s", sentence_for_log(v, reason)),
			 errhidestmt(true),
			 errhidecontext(true)));
}

void
refuse_left_behind(void)
{
	count_verdict(REASON_LEFT_BEHIND, false);
	ereport(ERROR,
			(errcode(reason_sqlstate(REASON_LEFT_BEHIND)),
			 errmsg("%s", reason_message(REASON_LEFT_BEHIND)),
			 errdetail("hcjwt.token was set by an earlier transaction."),
			 errhint("Call hcjwt.authenticate(), or use SET LOCAL hcjwt.token, in each transaction."),
			 errhidestmt(true),
			 errhidecontext(true)));
}

void
refuse_changed(Reason now)
{
	count_verdict(REASON_CHANGED, false);
	ereport(ERROR,
			(errcode(reason_sqlstate(REASON_CHANGED)),
			 errmsg("%s", reason_message(REASON_CHANGED)),
			 now == REASON_NONE
			 ? errdetail_log("The query has read a token that is no longer in force.")
			 : errdetail_log("The token that is in force now is refused: %s (%s).",
							 reason_message(now), reason_name(now)),
			 errhint("Call hcjwt.authenticate() in a statement of its own, and read all rows of a query before the next call."),
			 errhidestmt(true),
			 errhidecontext(true)));
}

void
refuse_to_hold(void)
{
	count_verdict(REASON_CHANGED, false);
	ereport(ERROR,
			(errcode(reason_sqlstate(REASON_CHANGED)),
			 errmsg("%s", reason_message(REASON_CHANGED)),
			 errdetail("The query's rows would outlive the transaction, but its token ends with it."),
			 errhint("Read all rows before the transaction ends, not by a cursor WITH HOLD nor in a loop that commits."),
			 errhidestmt(true),
			 errhidecontext(true)));
}

bool
is_refusal(const ErrorData *edata)
{
	int			sqlstate = edata->sqlerrcode;
	char		code[6];

	if (sqlstate == ERRCODE_POSTGREST && edata->message &&
		sscanf(edata->message, "{\"code\":\"%5[0-9A-Z]\"", code) == 1 && strlen(code) == 5)
		sqlstate = MAKE_SQLSTATE(code[0], code[1], code[2], code[3], code[4]);
	for (Reason reason = REASON_NONE + 1; reason < NUM_REASONS; reason++)
		if (sqlstate == reason_sqlstate(reason))
			return true;
	return false;
}
