/*-------------------------------------------------------------------------
 *
 * url.c
 *		Proof: scheme, host and port are those of the text, a user name never
 *		passes, and no path leads elsewhere.
 *
 * url_host.c proves url_parse_host(); here a stand-in keeps its contract.
 *
 * entries: schemes authorities ports paths urls origins
 * cbmc schemes: --unwind 11
 * cbmc: --unwind 10 --conversion-check --unsigned-overflow-check
 * cbmc origins: --unwind 14
 * cbmc authorities: --unwind 14
 * cbmc urls: --unwind 40 --unwindset is_good_path.0:3,is_good_path.1:3
 * cbmc paths: --unwind 30 --unwindset is_good_path.0:5,is_good_path.1:5,good_path.0:6
 *
 *-------------------------------------------------------------------------
 */
#include "proof.h"

#include "url/authority.c"
#include "url/origin.c"
#include "url/url.c"

#define HTTPS	"https://"
#define HTTP	"http://"

/* A host has some characters, and none of them ends a host. */
static bool
in_host(char c)
{
	return (c >= 'a' && c <= 'z') || url_is_digit(c) || c == '-' || c == '.' || c == ':';
}

static size_t host_len;
static const char *host_text;

bool
url_parse_host(const char *text, size_t len, char host[URL_MAX_HOST_LEN + 1], bool *is_ipv6)
{
	PROVE(len == 0 || __CPROVER_r_ok(text, len));
	host_text = text;
	host_len = len;
	*is_ipv6 = len > 0 && text[0] == '[';
	if (len < 1 || len > URL_MAX_HOST_LEN || (*is_ipv6 && text[len - 1] != ']'))
		return false;
	for (size_t i = 0; i < len; i++)
	{
		host[i] = url_lower(text[i]);
		if (!in_host(host[i]) && !(*is_ipv6 && (i == 0 || i == len - 1)))
			return false;
	}
	host[len] = '\0';
	return nondet_bool();
}

bool
url_host_is_loopback(const char *host, bool is_ipv6)
{
	return !is_ipv6 && host[0] == 'l';
}

/* A text of so many bytes; it begins with a scheme. */
static char *
with_scheme(const char *scheme, size_t len)
{
	char	   *text = any_bytes(len);

	for (size_t i = 0; scheme[i] != '\0'; i++)
		text[i] = scheme[i];
	return text;
}

/*
 * The schemes https and http are accepted, without regard to case, and no
 * others.
 */
void
schemes(void)
{
	ANY_LENGTH(len, 0, 9)
	{
		char	   *text = any_bytes(len);
		Url			url;
		size_t		used;
		bool		https = len >= 8;
		bool		http = len >= 7;
		UrlStatus	status = url_parse_authority(text, len, &url, &used);

		for (size_t i = 0; i < 8; i++)
		{
			https = https && url_lower(text[i]) == HTTPS[i];
			http = http && (i == 7 || url_lower(text[i]) == HTTP[i]);
		}
		PROVE((status == URL_BAD_SCHEME) == (!https && !http));
		PROVE(IMPLIES(status != URL_BAD_SCHEME, url.https == https));
		PROVE(IMPLIES(status == URL_OK, url.port == (https ? 443 : 80) || text[8] == ':'));
	}
}

/* Where the authority ends by RFC 3986, and which parts it has. */
static void
authority(const char *scheme, size_t len)
{
	char	   *text = with_scheme(scheme, len);
	size_t		start = strlen(scheme);
	size_t		end = start;
	bool		at = false;
	Url			url;
	size_t		used;
	size_t		i = nondet_size();
	size_t		behind;
	UrlStatus	status = url_parse_authority(text, len, &url, &used);

	while (end < len && text[end] != '/' && text[end] != '?' && text[end] != '#')
	{
		at = at || text[end] == '@';
		end++;
	}
	PROVE((status == URL_USERINFO) == at);
	if (status != URL_OK)
		return;
	PROVE(used == end);
	PROVE(host_text == text + start && host_len > 0);
	behind = start + host_len;
	PROVE(behind <= end);
	PROVE(behind == end || text[behind] == ':');
	PROVE(IMPLIES(i < host_len && !url.host_is_ipv6, text[start + i] != ':'));
	PROVE(url.port >= 1 && url.port <= 65535);
	if (behind == end)
		PROVE(url.port == (url.https ? 443 : 80));
	else
		PROVE(end - behind >= 2 && text[behind + 1] != '0');
}

void
authorities(void)
{
	ANY_LENGTH(len, 7, 11)
		authority(HTTP, len);
}

void
ports(void)
{
	ANY_LENGTH(len, 0, 6)
	{
		char	   *text = any_bytes(len);
		int			port;
		long		value = 0;
		bool		good = len > 0 && text[0] != '0';

		for (size_t i = 0; i < len; i++)
		{
			good = good && url_is_digit(text[i]);
			value = good ? value * 10 + (text[i] - '0') : 0;
		}
		good = good && value <= 65535;
		PROVE(read_port(text, len, &port) == good);
		PROVE(IMPLIES(good, port == value));
	}
}

/*
 * The rule for paths, segment by segment: no dot segment, escaped or not, no
 * control character, no backslash, no escaped slash.
 */
static bool
good_path(const char *path, size_t len)
{
	size_t		nchars = 0;
	size_t		ndots = 0;

	for (size_t i = 0; i <= len; i++)
	{
		int			c;

		if (i == len || path[i] == '/')
		{
			if (nchars > 0 && nchars == ndots && ndots <= 2)
				return false;
			nchars = ndots = 0;
			continue;
		}
		c = path[i] & 0xFF;
		nchars++;
		if (c != '%')
		{
			if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
				c != '-' && c != '.' && c != '_' && c != '~' && c != '!' && c != '$' &&
				!(c >= '&' && c <= ',') && c != ';' && c != '=' && c != ':' && c != '@')
				return false;
			ndots += c == '.';
			continue;
		}
		if (len - i < 3 || hex_value(path[i + 1]) < 0 || hex_value(path[i + 2]) < 0)
			return false;
		c = hex_value(path[i + 1]) * 16 + hex_value(path[i + 2]);
		if (c < 0x20 || c == 0x7F || c == '/' || c == '\\')
			return false;
		ndots += c == '.';
		i += 2;
	}
	return true;
}

void
paths(void)
{
	char		c = (char) any_size_to(127);

	/* the digits of an escape */
	PROVE(hex_value(c) == (c >= '0' && c <= '9' ? c - '0' :
						   c >= 'A' && c <= 'F' ? c - 'A' + 10 :
						   c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1));
	ANY_LENGTH(len, 0, 4)
	{
		char	   *path = any_bytes(len);

		ASSUME(len == 0 || path[0] == '/');
		PROVE(is_good_path(path, len) == good_path(path, len));
	}
}

/*
 * http leads to this machine only; no query, no fragment, only characters of
 * RFC 3986.
 */
void
urls(void)
{
	static const char *const texts[] = {HTTPS, HTTP};
	Url			url;

	for (int k = 0; k < 2; k++)
	{
		size_t		len = strlen(texts[k]) + 2;
		char	   *text = with_scheme(texts[k], len);
		size_t		i = any_size_to(len - 1);

		if (url_parse(text, len, &url) != URL_OK)
			continue;
		PROVE(text[i] > 0x20 && text[i] < 0x7F && text[i] != '?' && text[i] != '#' &&
			  text[i] != '"' && text[i] != '<' && text[i] != '>' && text[i] != '\\' &&
			  text[i] != '^' && text[i] != '`' && text[i] != '{' && text[i] != '|' &&
			  text[i] != '}' && text[i] != '@');
		PROVE(url.https == (k == 0));
		PROVE(url.https || url.host[0] == 'l');
		PROVE(url.path + url.path_len == text + len);
		PROVE(url.path_len == 0 || url.path[0] == '/');
	}
	/* a URL that is too long is not read */
	PROVE(url_parse("", URL_MAX_LEN + 1, &url) == URL_TOO_LONG);
	PROVE(!origin_parse("", URL_MAX_LEN + 1, &url));
}

/* A text that is written from an origin's parts is read as the same origin. */
void
origins(void)
{
	Url			url;
	Url			again;
	char		text[14] = HTTP;
	size_t		len = 7;

	ANY_LENGTH(given, 8, 10)
	{
		char	   *origin = with_scheme(HTTP, given);

		if (!origin_parse(origin, given, &url))
			continue;
		PROVE(url.path_len == 0 || (url.path_len == 1 && origin[given - 1] == '/'));
		for (size_t i = 0; url.host[i] != '\0'; i++)
			text[len++] = url.host[i];
		if (url.port != 80)
		{
			PROVE(url.port < 100);
			text[len++] = ':';
			if (url.port >= 10)
				text[len++] = (char) ('0' + url.port / 10);
			text[len++] = (char) ('0' + url.port % 10);
		}
		if (!origin_parse(text, len, &again))
			continue;			/* the contract of url_parse_host() does not
								 * promise it */
		PROVE(url_same_origin(&url, &again) && url_same_origin(&again, &url));
		again.port++;
		PROVE(!url_same_origin(&url, &again));
		again.port--;
		again.https = !again.https;
		PROVE(!url_same_origin(&url, &again));
		again.https = !again.https;
		again.host[0]++;
		PROVE(!url_same_origin(&url, &again));
	}
}
