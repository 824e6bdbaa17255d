/*-------------------------------------------------------------------------
 *
 * authority.c
 *		What URLs and origins have in common: scheme, host and port.
 *
 *-------------------------------------------------------------------------
 */
#include "url/authority.h"

#include <string.h>

#include "url/ascii.h"

#define HTTPS_PORT			443
#define HTTP_PORT			80
#define MAX_PORT			65535
#define MAX_PORT_DIGITS		5

/* Does text begin with prefix (lower case), in upper or lower case? */
static bool
has_prefix(const char *text, size_t len, const char *prefix)
{
	size_t		i;

	for (i = 0; prefix[i] != '\0'; i++)
	{
		if (i == len || url_lower(text[i]) != prefix[i])
			return false;
	}
	return true;
}

static bool
read_port(const char *text, size_t len, int *port)
{
	int			value = 0;
	size_t		i;

	if (len == 0 || len > MAX_PORT_DIGITS || text[0] == '0')
		return false;
	for (i = 0; i < len; i++)
	{
		if (!url_is_digit(text[i]))
			return false;
		value = value * 10 + (text[i] - '0');
	}
	*port = value;
	return value <= MAX_PORT;
}

UrlStatus
url_parse_authority(const char *text, size_t len, Url *url, size_t *used)
{
	size_t		start;
	size_t		end;
	size_t		host_end;
	size_t		i;

	if (has_prefix(text, len, "https://"))
	{
		url->https = true;
		url->port = HTTPS_PORT;
		start = strlen("https://");
	}
	else if (has_prefix(text, len, "http://"))
	{
		url->https = false;
		url->port = HTTP_PORT;
		start = strlen("http://");
	}
	else
		return URL_BAD_SCHEME;

	for (end = start; end < len; end++)
	{
		if (text[end] == '/' || text[end] == '?' || text[end] == '#')
			break;
	}
	for (i = start; i < end; i++)
	{
		if (text[i] == '@')
			return URL_USERINFO;
	}

	/* the colons of an IPv6 address are inside its brackets */
	host_end = start;
	if (host_end < end && text[host_end] == '[')
	{
		while (host_end < end && text[host_end] != ']')
			host_end++;
		if (host_end < end)
			host_end++;
	}
	else
	{
		while (host_end < end && text[host_end] != ':')
			host_end++;
	}

	if (!url_parse_host(text + start, host_end - start,
						url->host, &url->host_is_ipv6))
		return URL_BAD_HOST;
	if (host_end < end)
	{
		if (text[host_end] != ':')
			return URL_BAD_HOST;
		if (!read_port(text + host_end + 1, end - host_end - 1, &url->port))
			return URL_BAD_PORT;
	}
	*used = end;
	return URL_OK;
}

const char *
url_status_text(UrlStatus status)
{
	switch (status)
	{
		case URL_OK:
			return "can be used";
		case URL_TOO_LONG:
			return "is longer than 2048 bytes";
		case URL_BAD_CHARACTER:
			return "has a character that no URL can have";
		case URL_BAD_SCHEME:
			return "does not begin with https://";
		case URL_USERINFO:
			return "has a user name or password";
		case URL_QUERY:
			return "has a query";
		case URL_FRAGMENT:
			return "has a fragment";
		case URL_BAD_HOST:
			return "has no host name, IPv4 or [IPv6] address";
		case URL_BAD_PORT:
			return "has a port other than 1 to 65535";
		case URL_BAD_PATH:
			return "has a path with dot segments, bad escapes or characters";
		case URL_HTTP_NOT_LOOPBACK:
			return "is http to another machine than this";
	}
	return "has an unknown fault";
}
