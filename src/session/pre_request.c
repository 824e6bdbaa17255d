/*-------------------------------------------------------------------------
 *
 * pre_request.c
 *		hcjwt.pre_request(): for PostgREST's db-pre-request.
 *
 * PostgREST puts a request's headers, their names in lower case, as a JSON object
 * into the setting request.headers of the transaction, and calls the function
 * before the query proper.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/guc.h"

#include "encoding.h"
#include "json/guard.h"
#include "json/strings.h"
#include "session/authenticate.h"
#include "settings.h"
#include "verify/refusal.h"

/*
 * The header is not Authorization: a PostgREST without a key of its own answers
 * 500 to a bearer token there, and does not call this function.
 */
#define TOKEN_HEADER		"x-help-center-token"

/* Sets the headers of PostgREST's answer, in the form that PostgREST wants. */
#define RESPONSE_HEADERS	"response.headers"
#define NOT_FOR_OTHERS \
	"[{\"Cache-Control\":\"no-store\"},{\"Vary\":\"X-Help-Center-Token\"}]"

PG_FUNCTION_INFO_V1(hcjwt_pre_request);

/*
 * The token, as a copy; empty when the request has none.  The server's JSON
 * parser would quote headers that it cannot parse.
 */
static char *
token_of_request(size_t *len)
{
	const char *headers = GetConfigOption("request.headers", true, false);
	JsonWanted	header = {.name = TOKEN_HEADER};
	const char *text;
	size_t		text_len;
	char	   *token;

	*len = 0;
	/* '' is left of what an earlier transaction has set locally */
	if (headers == NULL || headers[0] == '\0')
		return pstrdup("");

	text = server_to_utf8(headers, strlen(headers), &text_len);
	if (text == NULL || json_guard_object(text, text_len, &header, 1) != JSON_OK ||
		(header.type != JSON_STRING && header.type != JSON_ABSENT))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("setting \"request.headers\" is not a JSON object of strings"),
				 errhint("hcjwt.pre_request() is for PostgREST 12 or later to call.")));
	if (header.type == JSON_ABSENT)
		return pstrdup("");

	token = palloc(header.value_len + 1);
	*len = json_string_decode(header.value, header.value_len, token);
	token[*len] = '\0';
	return token;
}

/*
 * What the visitor gets depends on the token, so no cache may keep it for another.
 * A request's own function may have set headers before, or may do so after.
 */
static void
set_response_headers(void)
{
	const char *headers = GetConfigOption(RESPONSE_HEADERS, true, false);

	if (headers == NULL || headers[0] == '\0')
		set_local(RESPONSE_HEADERS, NOT_FOR_OTHERS);
}

/* pre_request() → void */
Datum
hcjwt_pre_request(PG_FUNCTION_ARGS)
{
	Verification v;
	Reason		reason;
	Jsonb	   *payload;
	size_t		len;
	char	   *token = token_of_request(&len);

	if (len == 0)
		become_anonymous();
	else
	{
		reason = become_visitor(&v, token, len, NULL, &payload);
		if (reason != REASON_NONE)
			refuse_by_postgrest(&v, reason);
	}
	set_response_headers();
	PG_RETURN_VOID();
}
