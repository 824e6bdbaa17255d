/*-------------------------------------------------------------------------
 *
 * api.c
 *		The help center's own API from SQL: list_public_keys, new_token,
 *		show_session and list_custom_claims.
 *
 * These wait for the network in the user's transaction, as the administrator
 * asked; nothing else of hcjwt does.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "pgstat.h"
#include "utils/builtins.h"

#include "http/credentials.h"
#include "http/failures.h"
#include "http/libcurl.h"
#include "http/pool.h"

/* The longest time that a query cancel waits */
#define API_STEP_MS			50

PG_FUNCTION_INFO_V1(hcjwt_list_public_keys);
PG_FUNCTION_INFO_V1(hcjwt_new_token);
PG_FUNCTION_INFO_V1(hcjwt_show_session);
PG_FUNCTION_INFO_V1(hcjwt_list_custom_claims);

/* One call of an API function, and what must be freed after it. */
typedef struct ApiCall
{
	Target		target;
	Credentials credentials;
	HttpPool   *pool;
} ApiCall;

/*
 * The statement may have credentials as literals, and so may a context that
 * quotes it.  Neither is logged with an error that is raised during such a
 * call: ours, a query cancel's, or that of a function that we call.
 */
static void
hide_statement(void *arg)
{
	errhidestmt(true);
	errhidecontext(true);
}

/* Polls in short steps, so that interrupts are served in every phase. */
static const HttpResponse *
wait_for_answer(HttpPool *pool)
{
	static uint32 event_name = 0;
	uint32		event = named_wait_event(&event_name, "HcjwtHelpCenter");
	HttpTransfer *transfer;

	while ((transfer = http_api.ended(pool)) == NULL)
	{
		CHECK_FOR_INTERRUPTS();
		pgstat_report_wait_start(event);
		(void) http_api.drive(pool, API_STEP_MS);
		pgstat_report_wait_end();
	}
	return http_api.response(transfer);
}

static const HttpResponse *
make_request(ApiCall *call, const Endpoint *endpoint)
{
	HttpRequest request = {0};

	request.url = target_url(&call->target, endpoint->path, endpoint->is_keys);
	request.if_none_match = "";
	request.ca_file = target_setting("hcjwt.ca_file");
	request.proxy = target_setting("hcjwt.proxy");
	request.basic_user = call->credentials.basic_user;
	request.basic_password = call->credentials.password != NULL ?
		call->credentials.password : call->credentials.api_token;
	request.bearer = call->credentials.oauth_token;
	request.on_behalf_of = call->credentials.on_behalf_of;

	call->pool = http_api.open();
	if (call->pool == NULL && http_api.problem() != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("hcjwt cannot make requests: %s", http_api.problem()),
				 errhint("Install libcurl " LIBCURL_OLDEST_TEXT " or later, built with OpenSSL and its threaded resolver.")));
	if (call->pool == NULL ||
		http_api.begin(call->pool, &request) == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("could not begin a request to help center \"%s\"",
						call->target.name)));
	return wait_for_answer(call->pool);
}

static void
take_arguments(FunctionCallInfo fcinfo, const Endpoint *endpoint,
			   ApiCall *call)
{
	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("the name of the help center must not be null")));
	if (endpoint->takes_credentials)
		credentials_take(fcinfo, endpoint->needs_credentials, &call->credentials);
	target_read(text_to_cstring(PG_GETARG_TEXT_PP(0)), &call->target);
}

/* Frees all that a call holds; may be called twice. */
static void
end_call(ApiCall *call)
{
	if (call->pool != NULL)
		http_api.close(call->pool);
	call->pool = NULL;
	credentials_wipe(&call->credentials);
}

static Datum
call_help_center(FunctionCallInfo fcinfo, const Endpoint *endpoint)
{
	ApiCall    *call = palloc0(sizeof(ApiCall));
	volatile Datum result = (Datum) 0;
	ErrorContextCallback hide;

	hide.callback = hide_statement;
	hide.arg = NULL;
	hide.previous = error_context_stack;
	error_context_stack = &hide;

	PG_TRY();
	{
		const HttpResponse *response;
		const char *why;
		Datum		answer = (Datum) 0;

		take_arguments(fcinfo, endpoint, call);
		response = make_request(call, endpoint);
		if (response->outcome != HTTP_ANSWERED || response->status != 200)
			report_failure(&call->target, endpoint, response);
		if (response->content_coding[0] != '\0')
			why = psprintf("the body has the content coding \"%.40s\", which was not asked for",
						   response->content_coding);
		else
			why = endpoint->judge(response, &answer);
		if (why == answer_without_token)
			report_without_token(&call->target, response);
		if (why != NULL)
			report_bad_answer(&call->target, endpoint, response, why);
		result = answer;

		/* a query cancel is served here, while the statement is still hidden */
		end_call(call);
		CHECK_FOR_INTERRUPTS();
	}
	PG_FINALLY();
	{
		end_call(call);
		error_context_stack = hide.previous;
	}
	PG_END_TRY();

	return result;
}

/* list_public_keys(help_center text) → jsonb */
Datum
hcjwt_list_public_keys(PG_FUNCTION_ARGS)
{
	return call_help_center(fcinfo, &endpoint_keys);
}

/*
 * new_token(help_center text, email text, password text, api_token text,
 * oauth_token text, on_behalf_of text) → text; in 1.0's SQL without the last
 */
Datum
hcjwt_new_token(PG_FUNCTION_ARGS)
{
	return call_help_center(fcinfo, &endpoint_token);
}

/* show_session, with the same arguments → jsonb */
Datum
hcjwt_show_session(PG_FUNCTION_ARGS)
{
	return call_help_center(fcinfo, &endpoint_session);
}

/*
 * list_custom_claims(help_center text, email text, password text,
 * api_token text, oauth_token text) → jsonb
 */
Datum
hcjwt_list_custom_claims(PG_FUNCTION_ARGS)
{
	return call_help_center(fcinfo, &endpoint_custom_claims);
}
