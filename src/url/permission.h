/*-------------------------------------------------------------------------
 *
 * permission.h
 *		May a URL be asked, by hcjwt.allowed_hosts and hcjwt.allow_http_loopback?
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_URL_PERMISSION_H
#define HCJWT_URL_PERMISSION_H

#include "url/url.h"

typedef enum UrlPermission
{
	URL_PERMITTED,
	URL_HTTP_NOT_PERMITTED,
	URL_HOST_NOT_PERMITTED
} UrlPermission;

/* The arguments behind the URL are the values of the two settings. */
extern UrlPermission url_permission(const Url *url, const char *allowed_hosts,
									bool allow_http_loopback);

#endif							/* HCJWT_URL_PERMISSION_H */
