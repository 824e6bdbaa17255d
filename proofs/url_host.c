/*-------------------------------------------------------------------------
 *
 * url_host.c
 *		Proof: an accepted host is a DNS name, an IPv4 address or an IPv6
 *		address.
 *
 * stands in for: inet_pton inet_ntop
 * entries: labels names addresses hosts ipv6 loopback long_names
 * cbmc: --unwind 8 --conversion-check --unsigned-overflow-check
 * cbmc addresses: --unwind 11
 * cbmc hosts: --unwind 9
 * cbmc ipv6: --unwind 47
 * cbmc loopback: --unwind 12
 * cbmc long_names: --unwind 65
 *
 *-------------------------------------------------------------------------
 */
#include "proof.h"

#include "url/host.c"

/* Stand-ins that keep what inet_pton() and inet_ntop() promise: see README.md. */
int
stand_in_inet_pton(int family, const char *text, void *address)
{
	size_t		len = strlen(text);

	PROVE(family == AF_INET6);
	PROVE(len > 0 && len < INET6_ADDRSTRLEN);
	__CPROVER_havoc_object(address);
	return nondet_bool() ? 1 : 0;
}

static bool
of_ipv6(char c)
{
	return url_is_digit(c) || (c >= 'a' && c <= 'f') || c == ':' || c == '.';
}

const char *
stand_in_inet_ntop(int family, const void *address, char *text, socklen_t size)
{
	size_t		len = any_size_to(INET6_ADDRSTRLEN - 1);

	PROVE(family == AF_INET6 && address != NULL);
	PROVE(size >= INET6_ADDRSTRLEN);
	if (nondet_bool())
		return NULL;
	__CPROVER_havoc_slice(text, INET6_ADDRSTRLEN);
	text[len] = '\0';
	return text;
}

static bool
ldh(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

static bool
label(const char *text, size_t len)
{
	bool		good = len >= 1 && len <= 63 && text[0] != '-' && text[len - 1] != '-';

	for (size_t i = 0; i < len; i++)
		good = good && ldh(text[i]);
	return good;
}

void
labels(void)
{
	ANY_LENGTH(len, 0, 4)
	{
		char	   *text = any_bytes(len);

		PROVE(url_is_dns_label(text, len) == label(text, len));
	}
}

void
names(void)
{
	ANY_LENGTH(len, 0, 6)
	{
		char	   *text = any_bytes(len);
		size_t		last = len;
		bool		good = len > 0;
		bool		number = true;

		/* backwards: from the last label to the first */
		for (size_t i = len, end = len; i > 0; i--)
		{
			if (text[i - 1] == '.')
			{
				good = good && label(text + i, end - i);
				end = i - 1;
			}
			else if (end == len)
				last = i - 1;
			if (i == 1)
				good = good && label(text, end);
		}
		for (size_t i = last; i < len; i++)
			number = number && url_is_digit(text[i]);
		if (len - last > 1 && text[last] == '0' && text[last + 1] == 'x')
			number = true;
		PROVE(url_is_dns_name(text, len) == (good && !number));
	}
}

/* An address is four numbers with dots between them. */
static bool
ipv4(const char *text, size_t len)
{
	size_t		dots = 0;
	size_t		ndigits = 0;
	int			value = 0;
	bool		good = true;

	for (size_t i = 0; i <= len; i++)
	{
		if (i < len && url_is_digit(text[i]))
		{
			good = good && (ndigits == 0 || value > 0) && ndigits < 3;
			value = good ? value * 10 + (text[i] - '0') : 0;
			ndigits++;
			continue;
		}
		good = good && ndigits > 0 && value <= 255 && (i == len || text[i] == '.');
		dots += i < len;
		ndigits = 0;
		value = 0;
	}
	return good && dots == 3;
}

static void
address(size_t len)
{
	char	   *text = any_bytes(len);

	PROVE(url_is_ipv4(text, len) == ipv4(text, len));
	PROVE(IMPLIES(ipv4(text, len), !url_is_dns_name(text, len)));
}

void
addresses(void)
{
	ANY_LENGTH(len, 7, 9)
		address(len);
}

/*
 * A host as a URL has it: the result is in lower case, and is a name or an
 * address.
 */
void
hosts(void)
{
	char		host[URL_MAX_HOST_LEN + 1];
	bool		is_ipv6;
	size_t		i = nondet_size();

	ANY_LENGTH(len, 0, 3)
	{
		char	   *text = any_bytes(len);
		char		lower[3];

		for (size_t j = 0; j < len; j++)
			lower[j] = url_lower(text[j]);
		if (len > 0 && text[0] == '[')
			continue;			/* ipv6() */
		PROVE(url_parse_host(text, len, host, &is_ipv6) ==
			  (url_is_dns_name(lower, len) || url_is_ipv4(lower, len)));
		PROVE(!is_ipv6);
		if (len > 0)
			PROVE(host[len] == '\0' && IMPLIES(i < len, host[i] == lower[i]));
	}
}

static void
bracketed(size_t len)
{
	char	   *text = any_bytes(len);
	char		host[URL_MAX_HOST_LEN + 1];
	bool		is_ipv6;
	size_t		i = nondet_size();

	text[0] = '[';
	if (!url_parse_host(text, len, host, &is_ipv6))
		return;
	PROVE(is_ipv6 && text[len - 1] == ']');
	PROVE(len > 2 && len < INET6_ADDRSTRLEN + 2);
	PROVE(IMPLIES(i >= 1 && i < len - 1, of_ipv6(url_lower(text[i]))));
}

/* The shortest texts, and texts about as long as the longest. */
void
ipv6(void)
{
	ANY_LENGTH(len, 1, 5)
		bracketed(len);
	ANY_LENGTH(long_len, INET6_ADDRSTRLEN + 1, INET6_ADDRSTRLEN + 2)
		bracketed(long_len);
}

/* Loopback is exactly localhost, ::1 and 127.x.y.z. */
void
loopback(void)
{
	static const char *const locals[] = {"localhost", "127.0.0.1", "127.9.8.77"};
	char		host[11];
	size_t		len = any_size_to(sizeof(host) - 1);

	for (size_t i = 0; i < len; i++)
		ASSUME(host[i] != '\0');
	host[len] = '\0';
	if (url_host_is_loopback(host, false))
		PROVE(strcmp(host, "localhost") == 0 ||
			  (ipv4(host, len) && host[0] == '1' && host[1] == '2' && host[2] == '7'));
	PROVE(url_host_is_loopback(host, true) == (strcmp(host, "::1") == 0));
	for (size_t i = 0; i < 3; i++)
		PROVE(url_host_is_loopback(locals[i], false));
}

/* The rules for lengths. */
void
long_names(void)
{
	char		text[64];
	char		host[URL_MAX_HOST_LEN + 1];
	bool		is_ipv6;

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = 'a';
	PROVE(url_is_dns_label(text, 63));
	PROVE(!url_is_dns_label(text, 64));
	/* a host that is too long is not read */
	PROVE(!url_parse_host("a", URL_MAX_HOST_LEN + 1, host, &is_ipv6));
}
