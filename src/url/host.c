/*-------------------------------------------------------------------------
 *
 * host.c
 *		Hosts: DNS names, IPv4 and IPv6 addresses; which are this machine.
 *
 * Resolvers read "127.1", "0x7f.1" and "2130706433" as addresses.  So a host whose last
 * label could be a number must be a dotted quad, or it is refused.
 *
 *-------------------------------------------------------------------------
 */
#include "url/host.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "url/ascii.h"

#define MAX_LABEL_LEN		63

bool
url_is_dns_label(const char *text, size_t len)
{
	size_t		i;

	if (len == 0 || len > MAX_LABEL_LEN)
		return false;
	if (text[0] == '-' || text[len - 1] == '-')
		return false;
	for (i = 0; i < len; i++)
	{
		char		c = text[i];

		if (!((c >= 'a' && c <= 'z') || url_is_digit(c) || c == '-'))
			return false;
	}
	return true;
}

/* Would some resolver take this label for a number? */
static bool
looks_like_number(const char *label, size_t len)
{
	size_t		i;

	if (len >= 2 && label[0] == '0' && label[1] == 'x')
		return true;
	for (i = 0; i < len; i++)
	{
		if (!url_is_digit(label[i]))
			return false;
	}
	return true;
}

bool
url_is_dns_name(const char *text, size_t len)
{
	size_t		start = 0;
	size_t		i;

	for (i = 0; i < len; i++)
	{
		if (text[i] != '.')
			continue;
		if (!url_is_dns_label(text + start, i - start))
			return false;
		start = i + 1;
	}
	return url_is_dns_label(text + start, len - start) &&
		!looks_like_number(text + start, len - start);
}

bool
url_is_ipv4(const char *text, size_t len)
{
	size_t		i = 0;
	int			part;

	for (part = 0; part < 4; part++)
	{
		size_t		start;
		int			value = 0;

		if (part > 0)
		{
			if (i == len || text[i] != '.')
				return false;
			i++;
		}
		start = i;
		while (i < len && i - start < 3 && url_is_digit(text[i]))
			value = value * 10 + (text[i++] - '0');
		if (i == start || value > 255)
			return false;
		if (text[start] == '0' && i - start > 1)
			return false;
	}
	return i == len;
}

/*
 * Reads an IPv6 address; accepts the forms with colons only.  inet_pton knows
 * the grammar; it sees nothing but hexadecimal digits, colons and dots.
 */
static bool
read_ipv6(const char *text, size_t len, char *host)
{
	char		copy[INET6_ADDRSTRLEN];
	struct in6_addr address;
	size_t		i;

	if (len == 0 || len >= sizeof(copy))
		return false;
	for (i = 0; i < len; i++)
	{
		char		c = url_lower(text[i]);

		if (!url_is_digit(c) && !(c >= 'a' && c <= 'f') && c != ':' && c != '.')
			return false;
		copy[i] = c;
	}
	copy[len] = '\0';
	return inet_pton(AF_INET6, copy, &address) == 1 &&
		inet_ntop(AF_INET6, &address, host, URL_MAX_HOST_LEN + 1) != NULL;
}

bool
url_parse_host(const char *text, size_t len,
			   char host[URL_MAX_HOST_LEN + 1], bool *is_ipv6)
{
	size_t		i;

	*is_ipv6 = len > 0 && text[0] == '[';
	if (*is_ipv6)
		return len > 2 && text[len - 1] == ']' &&
			read_ipv6(text + 1, len - 2, host);

	if (len == 0 || len > URL_MAX_HOST_LEN)
		return false;
	for (i = 0; i < len; i++)
		host[i] = url_lower(text[i]);
	host[len] = '\0';
	return url_is_dns_name(host, len) || url_is_ipv4(host, len);
}

bool
url_host_is_loopback(const char *host, bool is_ipv6)
{
	if (is_ipv6)
		return strcmp(host, "::1") == 0;
	if (strcmp(host, "localhost") == 0)
		return true;
	return strncmp(host, "127.", 4) == 0 && url_is_ipv4(host, strlen(host));
}
