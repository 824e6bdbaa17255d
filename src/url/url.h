/*-------------------------------------------------------------------------
 *
 * url.h
 *		The https URLs and origins hcjwt deals with (RFC 3986, RFC 6454).
 *
 * IDENTIFICATION
 *	  src/url/url.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_URL_H
#define HCJWT_URL_H

#include <stdbool.h>
#include <stddef.h>

#define URL_MAX_LEN			2048
#define URL_MAX_HOST_LEN	253

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

typedef struct Url
{
	bool		https;
	char		host[URL_MAX_HOST_LEN + 1]; /* lower case; IPv6 without brackets */
	bool		host_is_ipv6;
	int			port;			/* the scheme's default when none is given */
	const char *path;			/* into the text: "" or "/..." */
	size_t		path_len;
} Url;

/*
 * Parses a base or keys URL: absolute, https (http only to loopback), no
 * userinfo, query or fragment.  The host is a DNS name of LDH labels (with
 * underscores refused, punycode as it comes), a dotted-quad IPv4 address, or a
 * bracketed IPv6 address.
 */
extern UrlStatus url_parse(const char *text, size_t len, Url *url);

/*
 * Parses an origin: scheme "://" host [":" port], with at most a "/" behind it.
 * Compare two by url_same_origin (RFC 6454, section 5): scheme, host without
 * regard to case, port with defaults filled in.
 */
extern bool origin_parse(const char *text, size_t len, Url *origin);
extern bool url_same_origin(const Url *a, const Url *b);

/*
 * Is the host among these globs?  The list is separated by commas and white
 * space; a pattern is a host name compared without regard to case, in which a
 * "*" as its first label stands for exactly one label ("*.zendesk.com" matches
 * acme.zendesk.com, neither zendesk.com nor a.b.zendesk.com); "*" alone matches
 * any host.  url_host_globs_valid tells whether a list is well-formed.
 */
extern bool url_host_allowed(const char *host, const char *globs);
extern bool url_host_globs_valid(const char *globs);

/*
 * The host that a Location (RFC 9110, section 10.2.2) leads to, in lower case;
 * false when it names none, or has a user name.
 */
extern bool url_location_host(const char *location, char host[URL_MAX_HOST_LEN + 1]);

/* One DNS label: 1 to 63 of a-z 0-9 -, no hyphen at either end. */
extern bool url_is_dns_label(const char *text, size_t len);

/* localhost, 127.0.0.0/8 or ::1, by name only: nothing is resolved. */
extern bool url_host_is_loopback(const Url *url);

extern const char *url_status_text(UrlStatus status);

#endif							/* HCJWT_URL_H */
