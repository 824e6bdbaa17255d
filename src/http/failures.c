/*-------------------------------------------------------------------------
 *
 * failures.c
 *		What a request's failure means: SQLSTATE, message and what to do.
 *
 * No message quotes a body or a credential.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <strings.h>

#include "http/failures.h"
#include "url/host.h"
#include "url/url.h"

#define HINT_URL \
	"Check the help center's URL in hcjwt.help_centers."
#define HINT_LATER \
	"Try again later; the vendor's status page may tell more."

/* "Try again in 30 seconds.", or what to do when nobody says how long. */
static const char *
retry_hint(const HttpResponse *response)
{
	if (!response->cache.has_retry_after)
		return HINT_LATER;
	return psprintf("Try again in " INT64_FORMAT " seconds.",
					response->cache.retry_after);
}

/* No answer has come, or only a part of one. */
static void
report_no_answer(const Target *target, const HttpResponse *response)
{
	int			code = ERRCODE_CONNECTION_EXCEPTION;
	const char *message = psprintf("the request to help center \"%s\" failed",
									target->name);
	const char *hint = HINT_LATER;

	switch (response->outcome)
	{
		case HTTP_ANSWERED:
		case HTTP_FAILED:
			break;
		case HTTP_BAD_URL:
			code = ERRCODE_INVALID_PARAMETER_VALUE;
			message = psprintf("the URL of help center \"%s\" cannot be used", target->name);
			hint = HINT_URL;
			break;
		case HTTP_DNS:
			code = ERRCODE_SQLCLIENT_UNABLE_TO_ESTABLISH_SQLCONNECTION;
			message = psprintf("the host name of help center \"%s\" could not be resolved", target->name);
			hint = "Check the help center's URL in hcjwt.help_centers, and name resolution on the database server.";
			break;
		case HTTP_CONNECT:
			code = ERRCODE_SQLCLIENT_UNABLE_TO_ESTABLISH_SQLCONNECTION;
			message = psprintf("could not connect to help center \"%s\"", target->name);
			hint = "Check that the database server may reach it; hcjwt.proxy names a proxy if it needs one.";
			break;
		case HTTP_TLS:
			code = ERRCODE_SQLCLIENT_UNABLE_TO_ESTABLISH_SQLCONNECTION;
			message = psprintf("no trusted connection to help center \"%s\" is possible", target->name);
			hint = "Its certificate must be valid for the host in its URL, and of a CA that the system or hcjwt.ca_file trusts.";
			break;
		case HTTP_TIMEOUT:
			code = ERRCODE_CONNECTION_FAILURE;
			message = psprintf("help center \"%s\" did not answer in time", target->name);
			break;
		case HTTP_CUT:
			code = ERRCODE_CONNECTION_FAILURE;
			message = psprintf("help center \"%s\" broke off its answer", target->name);
			break;
		case HTTP_TOO_LARGE:
			code = ERRCODE_PROTOCOL_VIOLATION;
			message = psprintf("the answer of help center \"%s\" is too large", target->name);
			hint = HINT_URL;
			break;
	}

	ereport(ERROR,
			(errcode(code),
			 errmsg("%s", message),
			 response->status == 0 ?
			 errdetail("No HTTP status was received: %s.", response->error) :
			 errdetail("The HTTP status was %d: %s.",
					   response->status, response->error),
			 errhint("%s", hint)));
}

void
report_failure(const Target *target, const Endpoint *endpoint,
			   const HttpResponse *response)
{
	int			status = response->status;
	int			code = ERRCODE_PROTOCOL_VIOLATION;
	const char *message = psprintf("help center \"%s\" gave an unexpected answer",
									target->name);
	const char *hint = HINT_URL;
	char		host[URL_MAX_HOST_LEN + 1];
	bool		redirected = false;

	if (response->outcome != HTTP_ANSWERED)
		report_no_answer(target, response);

	if (status == 401)
	{
		code = ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION;
		message = psprintf("help center \"%s\" did not accept the credentials", target->name);
		if (endpoint->takes_credentials)
			hint = "Check oauth_token, and that the user of on_behalf_of exists; or email and api_token or password, and that the account still allows these.";
		else
			message = psprintf("help center \"%s\" asks for credentials", target->name);
	}
	else if (status == 403)
	{
		code = ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION;
		message = psprintf("help center \"%s\" denies access", target->name);
		hint = psprintf("%s If the account restricts its API to some IP addresses, this server's must be among them.",
						endpoint->denied_hint);
	}
	else if (status == 404)
	{
		code = ERRCODE_FEATURE_NOT_SUPPORTED;
		message = psprintf("help center \"%s\" has no %s", target->name, endpoint->missing);
		hint = endpoint->missing_hint;
	}
	else if (status == 429)
	{
		code = ERRCODE_CONFIGURATION_LIMIT_EXCEEDED;
		message = psprintf("help center \"%s\" has had too many requests", target->name);
		hint = retry_hint(response);
	}
	else if (status >= 300 && status < 400)
	{
		message = psprintf("help center \"%s\" redirects the request", target->name);
		redirected = url_location_host(response->location, host);
		hint = "Redirects are never followed. Set the URL in hcjwt.help_centers to where the help center really is.";
	}
	else if (status >= 500)
	{
		code = ERRCODE_SQLSERVER_REJECTED_ESTABLISHMENT_OF_SQLCONNECTION;
		message = psprintf("help center \"%s\" is unavailable", target->name);
		hint = retry_hint(response);
	}

	ereport(ERROR,
			(errcode(code),
			 errmsg("%s", message),
			 redirected ?
			 errdetail("The HTTP status was %d, and the redirect leads to the host \"%s\".",
					   status, host) :
			 errdetail("The HTTP status was %d.", status),
			 errhint("%s", hint)));
}

void
report_bad_answer(const Target *target, const Endpoint *endpoint,
				  const HttpResponse *response, const char *why)
{
	bool		html = strncasecmp(response->content_type, "text/html", 9) == 0;

	ereport(ERROR,
			(errcode(ERRCODE_PROTOCOL_VIOLATION),
			 errmsg("help center \"%s\" did not answer with %s",
					target->name, endpoint->wanted),
			 errdetail("The HTTP status was %d, but %s%s.", response->status,
					   why, html ? "; it is an HTML page" : ""),
			 errhint("%s", HINT_URL)));
}

void
report_without_token(const Target *target, const HttpResponse *response)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
			 errmsg("help center \"%s\" answered without a token",
					target->name),
			 errdetail("The HTTP status was %d, but the body has no token in it: the request was taken for an anonymous visitor's.",
					   response->status),
			 errhint("Check the credentials, and that the account still allows this kind of access.")));
}
