/*-------------------------------------------------------------------------
 *
 * authority.h
 *		What URLs and origins have in common: scheme, host and port.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_URL_AUTHORITY_H
#define HCJWT_URL_AUTHORITY_H

#include <stdbool.h>
#include <stddef.h>

#include "url/host.h"

#define URL_MAX_LEN			2048

typedef enum UrlStatus
{
	URL_OK,
	URL_TOO_LONG,
	URL_BAD_CHARACTER,			/* outside RFC 3986's visible ASCII set */
	URL_BAD_SCHEME,				/* other than https, or http */
	URL_USERINFO,
	URL_QUERY,
	URL_FRAGMENT,
	URL_BAD_HOST,				/* no DNS name, IPv4 or [IPv6] literal */
	URL_BAD_PORT,
	URL_BAD_PATH,				/* "." or ".." segments, bad %-escapes, "\" */
	URL_HTTP_NOT_LOOPBACK		/* http to other than localhost, 127/8, [::1] */
} UrlStatus;

extern const char *url_status_text(UrlStatus status);

typedef struct Url
{
	bool		https;
	char		host[URL_MAX_HOST_LEN + 1]; /* lower case; IPv6 without
											 * brackets */
	bool		host_is_ipv6;
	int			port;			/* the scheme's default when none is given */
	const char *path;			/* into the text: "" or "/..." */
	size_t		path_len;
} Url;

/*
 * Reads scheme "://" host [":" port] into all of *url except the path; *used is
 * set to its length.  What follows is "/", "?", "#" or the end.
 */
extern UrlStatus url_parse_authority(const char *text, size_t len,
									 Url *url, size_t *used);

#endif							/* HCJWT_URL_AUTHORITY_H */
