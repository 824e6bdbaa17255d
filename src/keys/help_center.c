/*-------------------------------------------------------------------------
 *
 * help_center.c
 *		What is asked of the columns of a help center.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "keys/help_center.h"
#include "keys_url.h"
#include "settings.h"
#include "url/permission.h"
#include "url/url.h"

#define MAX_LEEWAY			(5 * USECS_PER_MINUTE)

bool
is_never_fetched(const char *keys_url)
{
	return keys_url != NULL && strcmp(keys_url, KEYS_URL_NONE) == 0;
}

void
parse_help_center_url(const char *column, const char *text, Url *url)
{
	UrlStatus	status = url_parse(text, strlen(text), url);

	if (status != URL_OK)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("invalid %s of a help center", column),
				 errdetail("The URL %s.", url_status_text(status)),
				 errhint("Use https, a host, perhaps a port and a path, and nothing more, as in https://acme.zendesk.com.")));
}

void
check_url_allowed(const char *column, const Url *url)
{
	switch (url_permission(url, hcjwt_allowed_hosts, hcjwt_allow_http_loopback))
	{
		case URL_PERMITTED:
			break;
		case URL_HTTP_NOT_PERMITTED:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s of a help center must be https", column),
					 errhint("For development, a superuser may set hcjwt.allow_http_loopback.")));
			break;
		case URL_HOST_NOT_PERMITTED:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("host \"%s\" is not among hcjwt.allowed_hosts", url->host),
					 errhint("A superuser may add it to the setting, which is now \"%s\".",
							 hcjwt_allowed_hosts)));
			break;
	}
}

/*
 * An interval with days or months is refused even where its parts add up to a
 * little: how long it is would depend on when it is asked.
 */
int64
leeway_of(const Interval *leeway)
{
	return leeway->month == 0 && leeway->day == 0 &&
		leeway->time >= 0 && leeway->time <= MAX_LEEWAY ? leeway->time : -1;
}
