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

#include "http/failures.h"
#include "url/host.h"
#include "url/url.h"

#define HINT_URL \
	"Check the help center's URL in hcjwt.help_centers."
#define HINT_LATER \
	"Try again later; the vendor's status page may tell more."

/* "Try again in 30 seconds.", or what to do when nobody says how long. */
static int
hint_later(const HttpResponse *response)
{
	if (!response->cache.has_retry_after)
		return errhint(HINT_LATER);
	return errhint("Try again in " INT64_FORMAT " seconds.", response->cache.retry_after);
}

/* Within ereport(): no answer has come, or only a part of one. */
static int
describe_outcome(const Target *target, HttpOutcome outcome)
{
	const char *name = target->name;

	errhint(HINT_LATER);
	switch (outcome)
	{
		case HTTP_ANSWERED:
		case HTTP_FAILED:
			break;
		case HTTP_BAD_URL:
			errcode(ERRCODE_INVALID_PARAMETER_VALUE);
			errhint(HINT_URL);
			return errmsg("the URL of help center \"%s\" cannot be used", name);
		case HTTP_DNS:
			errcode(ERRCODE_SQLCLIENT_UNABLE_TO_ESTABLISH_SQLCONNECTION);
			errhint("Check the help center's URL in hcjwt.help_centers, and name resolution on the database server.");
			return errmsg("the host name of help center \"%s\" could not be resolved", name);
		case HTTP_CONNECT:
			errcode(ERRCODE_SQLCLIENT_UNABLE_TO_ESTABLISH_SQLCONNECTION);
			errhint("Check that the database server may reach it; hcjwt.proxy names a proxy if it needs one.");
			return errmsg("could not connect to help center \"%s\"", name);
		case HTTP_TLS:
			errcode(ERRCODE_SQLCLIENT_UNABLE_TO_ESTABLISH_SQLCONNECTION);
			errhint("Its certificate must be valid for the host in its URL, and of a CA that the system or hcjwt.ca_file trusts.");
			return errmsg("no trusted connection to help center \"%s\" is possible", name);
		case HTTP_TIMEOUT:
			errcode(ERRCODE_CONNECTION_FAILURE);
			return errmsg("help center \"%s\" did not answer in time", name);
		case HTTP_CUT:
			errcode(ERRCODE_CONNECTION_FAILURE);
			return errmsg("help center \"%s\" broke off its answer", name);
		case HTTP_TOO_LARGE:
			errcode(ERRCODE_PROTOCOL_VIOLATION);
			errhint(HINT_URL);
			return errmsg("the answer of help center \"%s\" is too large", name);
	}
	errcode(ERRCODE_CONNECTION_EXCEPTION);
	return errmsg("the request to help center \"%s\" failed", name);
}

/* Within ereport(): the answer's status is not 200. */
static int
describe_status(const Target *target, const Endpoint *endpoint, const HttpResponse *response)
{
	const char *name = target->name;
	int			status = response->status;

	if (status == 401)
	{
		errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION);
		if (!endpoint->takes_credentials)
		{
			errhint(HINT_URL);
			return errmsg("help center \"%s\" asks for credentials", name);
		}
		errhint("Check oauth_token, and that the user of on_behalf_of exists; or email and api_token or password, and that the account still allows these.");
		return errmsg("help center \"%s\" did not accept the credentials", name);
	}
	if (status == 403)
	{
		errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION);
		errhint("%s If the account restricts its API to some IP addresses, this server's must be among them.",
				endpoint->denied_hint);
		return errmsg("help center \"%s\" denies access", name);
	}
	if (status == 404)
	{
		errcode(ERRCODE_FEATURE_NOT_SUPPORTED);
		errhint("%s", endpoint->missing_hint);
		return errmsg("help center \"%s\" has no %s", name, endpoint->missing);
	}
	if (status == 429)
	{
		errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED);
		hint_later(response);
		return errmsg("help center \"%s\" has had too many requests", name);
	}
	if (status >= 300 && status < 400)
	{
		errcode(ERRCODE_PROTOCOL_VIOLATION);
		errhint("Redirects are never followed. Set the URL in hcjwt.help_centers to where the help center really is.");
		return errmsg("help center \"%s\" redirects the request", name);
	}
	if (status >= 500)
	{
		errcode(ERRCODE_SQLSERVER_REJECTED_ESTABLISHMENT_OF_SQLCONNECTION);
		hint_later(response);
		return errmsg("help center \"%s\" is unavailable", name);
	}
	errcode(ERRCODE_PROTOCOL_VIOLATION);
	errhint(HINT_URL);
	return errmsg("help center \"%s\" gave an unexpected answer", name);
}

void
report_failure(const Target *target, const Endpoint *endpoint,
			   const HttpResponse *response)
{
	int			status = response->status;
	char		host[URL_MAX_HOST_LEN + 1];

	if (response->outcome != HTTP_ANSWERED)
		ereport(ERROR,
				(describe_outcome(target, response->outcome),
				 status == 0 ?
				 errdetail("No HTTP status was received: %s.", response->error) :
				 errdetail("The HTTP status was %d: %s.", status, response->error)));
	ereport(ERROR,
			(describe_status(target, endpoint, response),
			 status >= 300 && status < 400 && url_location_host(response->location, host) ?
			 errdetail("The HTTP status was %d, and the redirect leads to the host \"%s\".",
					   status, host) :
			 errdetail("The HTTP status was %d.", status)));
}

void
report_bad_answer(const Target *target, const Endpoint *endpoint,
				  const HttpResponse *response, const char *why)
{
	ereport(ERROR,
			(errcode(ERRCODE_PROTOCOL_VIOLATION),
			 errmsg("help center \"%s\" did not answer with %s",
					target->name, endpoint->wanted),
			 errdetail("The HTTP status was %d, but %s%s.", response->status,
					   why, response->is_html ? "; it is an HTML page" : ""),
			 errhint(HINT_URL)));
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
