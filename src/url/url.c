/*-------------------------------------------------------------------------
 *
 * url.c
 *		The URLs that hcjwt fetches from (RFC 3986).
 *
 *-------------------------------------------------------------------------
 */
#include "url/url.h"

#include <string.h>

#include "url/ascii.h"

static bool
is_alphanumeric(char c)
{
	c = url_lower(c);
	return (c >= 'a' && c <= 'z') || url_is_digit(c);
}

static bool
is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

/*
 * Unreserved, reserved, or "%".  The backslash is let through to the rules for
 * hosts and paths, which refuse it by name.
 */
static bool
is_visible(char c)
{
	return is_alphanumeric(c) ||
		is_one_of(c, "-._~" ":/?#[]@" "!$&'()*+,;=" "%" "\\");
}

/* RFC 3986's pchar, except escapes. */
static bool
is_path_character(char c)
{
	return is_alphanumeric(c) || is_one_of(c, "-._~" "!$&'()*+,;=" ":@");
}

static int
hex_value(char c)
{
	c = url_lower(c);
	if (url_is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/*
 * Reads one character of a segment, escaped or not.  An escaped control
 * character, slash or backslash is refused: servers differ in what they make of
 * it.
 */
static bool
next_character(const char *path, size_t len, size_t *i, char *c)
{
	int			high;
	int			low;
	int			value;

	*c = path[*i];
	if (*c != '%')
	{
		(*i)++;
		return is_path_character(*c);
	}
	if (len - *i < 3)
		return false;
	high = hex_value(path[*i + 1]);
	low = hex_value(path[*i + 2]);
	if (high < 0 || low < 0)
		return false;
	*i += 3;
	value = high << 4 | low;
	if (value < 0x20 || value == 0x7F || value == '/' || value == '\\')
		return false;

	/* only an escaped dot can matter to the caller */
	*c = value == '.' ? '.' : '%';
	return true;
}

static bool
is_good_path(const char *path, size_t len)
{
	size_t		i = 0;

	while (i < len)
	{
		size_t		nchars = 0;
		size_t		ndots = 0;

		i++;					/* the slash */
		while (i < len && path[i] != '/')
		{
			char		c;

			if (!next_character(path, len, &i, &c))
				return false;
			nchars++;
			if (c == '.')
				ndots++;
		}
		if (nchars == ndots && (ndots == 1 || ndots == 2))
			return false;
	}
	return true;
}

bool
url_location_host(const char *location, char host[URL_MAX_HOST_LEN + 1])
{
	static const char scheme[] = "https:";
	char		text[URL_MAX_LEN + sizeof(scheme)];
	size_t		len = strlen(location);
	Url			url;
	size_t		used;

	if (len > URL_MAX_LEN)
		return false;
	text[0] = '\0';
	if (location[0] == '/')
		strcpy(text, scheme);	/* "//host/path", or no host */
	strcat(text, location);
	if (url_parse_authority(text, strlen(text), &url, &used) != URL_OK)
		return false;
	strcpy(host, url.host);
	return true;
}

UrlStatus
url_parse(const char *text, size_t len, Url *url)
{
	UrlStatus	status;
	size_t		used;
	size_t		i;

	if (len > URL_MAX_LEN)
		return URL_TOO_LONG;
	for (i = 0; i < len; i++)
	{
		if (!is_visible(text[i]))
			return URL_BAD_CHARACTER;
	}

	status = url_parse_authority(text, len, url, &used);
	if (status != URL_OK)
		return status;

	url->path = text + used;
	for (i = used; i < len; i++)
	{
		if (text[i] == '?')
			return URL_QUERY;
		if (text[i] == '#')
			return URL_FRAGMENT;
	}
	url->path_len = len - used;
	if (!is_good_path(url->path, url->path_len))
		return URL_BAD_PATH;
	if (!url->https && !url_host_is_loopback(url->host, url->host_is_ipv6))
		return URL_HTTP_NOT_LOOPBACK;
	return URL_OK;
}
