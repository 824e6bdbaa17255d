/*-------------------------------------------------------------------------
 *
 * permission.c
 *		May a URL be asked, by hcjwt.allowed_hosts and hcjwt.allow_http_loopback?
 *
 *-------------------------------------------------------------------------
 */
#include "url/permission.h"

#include "url/host_globs.h"

/* url_parse() accepts http only for URLs of this machine itself. */
UrlPermission
url_permission(const Url *url, const char *allowed_hosts, bool allow_http_loopback)
{
	if (!url->https && !allow_http_loopback)
		return URL_HTTP_NOT_PERMITTED;
	if (!url_host_allowed(url->host, allowed_hosts))
		return URL_HOST_NOT_PERMITTED;
	return URL_PERMITTED;
}
