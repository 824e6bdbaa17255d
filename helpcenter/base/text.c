/*-------------------------------------------------------------------------
 *
 * text.c
 *	  what a text must be, and numbers, JSON and dates as text
 *
 *-------------------------------------------------------------------------
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* A whole decimal number within the range, and nothing else. */
bool
parse_int64(const char *text, int64_t low, int64_t high, int64_t *value)
{
	char	   *end;
	long long	number;

	if (text == NULL || !(*text == '-' || (*text >= '0' && *text <= '9')))
		return false;
	errno = 0;
	number = strtoll(text, &end, 10);
	if (errno != 0 || *end != '\0' || number < low || number > high)
		return false;
	*value = number;
	return true;
}

bool
starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* Compact, members in the order in which they were set. */
char *
json_text(const json_t *json)
{
	char	   *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);

	if (text == NULL)
		fatal("could not write JSON");
	return text;
}

/*
 * The length of scheme://host[:port] at the start of the URL, 0 when there is
 * none.  Its characters are safe in a page, a header and a JSON string alike.
 */
size_t
url_origin_length(const char *url)
{
	const char *host;
	size_t		len;

	if (starts_with(url, "https://"))
		host = url + strlen("https://");
	else if (starts_with(url, "http://"))
		host = url + strlen("http://");
	else
		return 0;
	len = strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "0123456789.-_:[]");
	return len == 0 || len > 280 ? 0 : (size_t) (host - url) + len;
}

bool
origin_valid(const char *origin)
{
	size_t		len = url_origin_length(origin);

	return len > 0 && origin[len] == '\0';
}

bool
header_value_valid(const char *value)
{
	for (const unsigned char *p = (const unsigned char *) value; *p; p++)
		if (*p < ' ' || *p > '~')
			return false;
	return true;
}

/*
 * A host name, a wildcard or an IP address, safe in OpenSSL's configuration
 * syntax.
 */
bool
host_name_valid(const char *name)
{
	size_t		len = strlen(name);

	return len > 0 && len < 254 &&
		strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			   "0123456789-.*:") == len;
}

/* IMF-fixdate (RFC 9110).  It is in English because nothing here sets a locale. */
void
http_date(time_t when, char *text, size_t size)
{
	struct tm	tm;

	gmtime_r(&when, &tm);
	strftime(text, size, "%a, %d %b %Y %H:%M:%S GMT", &tm);
}
