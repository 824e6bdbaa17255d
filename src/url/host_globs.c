/*-------------------------------------------------------------------------
 *
 * host_globs.c
 *		Lists of host patterns, such as "*.zendesk.com, help.example.com".
 *
 *-------------------------------------------------------------------------
 */
#include "url/host_globs.h"

#include <string.h>

#include "url/ascii.h"
#include "url/host.h"

static bool
is_separator(char c)
{
	return c == ',' || c == ' ' || (c >= '\t' && c <= '\r');
}

/* The next pattern of a list and its length, or NULL at the end. */
static const char *
next_pattern(const char *globs, size_t *len)
{
	while (is_separator(*globs))
		globs++;
	*len = 0;
	while (globs[*len] != '\0' && !is_separator(globs[*len]))
		(*len)++;
	return *len > 0 ? globs : NULL;
}

static bool
is_any(const char *pattern, size_t len)
{
	return len == 1 && pattern[0] == '*';
}

static bool
has_star(const char *pattern, size_t len)
{
	return len > 2 && pattern[0] == '*' && pattern[1] == '.';
}

/* "*", a host name, or "*." and a host name. */
static bool
is_valid(const char *pattern, size_t len)
{
	char		name[URL_MAX_HOST_LEN];
	size_t		i;

	if (is_any(pattern, len))
		return true;
	if (len > sizeof(name))
		return false;
	for (i = 0; i < len; i++)
		name[i] = url_lower(pattern[i]);
	if (has_star(name, len))
		return url_is_dns_name(name + 2, len - 2);
	return url_is_dns_name(name, len) || url_is_ipv4(name, len);
}

static bool
same_letters(const char *a, const char *b, size_t len)
{
	size_t		i;

	for (i = 0; i < len; i++)
	{
		if (url_lower(a[i]) != url_lower(b[i]))
			return false;
	}
	return true;
}

static bool
matches(const char *host, size_t host_len, const char *pattern, size_t len)
{
	if (is_any(pattern, len))
		return true;
	if (has_star(pattern, len))
	{
		const char *dot = memchr(host, '.', host_len);

		/*
		 * the star stands for the first label; from the dot on, host and
		 * pattern must be equal
		 */
		if (dot == NULL || dot == host)
			return false;
		host_len -= (size_t) (dot - host);
		host = dot;
		pattern++;
		len--;
	}
	return host_len == len && same_letters(host, pattern, len);
}

bool
url_host_allowed(const char *host, const char *globs)
{
	size_t		host_len = strlen(host);
	size_t		len;

	if (host_len == 0)
		return false;
	for (; (globs = next_pattern(globs, &len)) != NULL; globs += len)
	{
		if (is_valid(globs, len) && matches(host, host_len, globs, len))
			return true;
	}
	return false;
}

bool
url_host_globs_valid(const char *globs)
{
	size_t		len;

	for (; (globs = next_pattern(globs, &len)) != NULL; globs += len)
	{
		if (!is_valid(globs, len))
			return false;
	}
	return true;
}
