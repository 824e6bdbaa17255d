/*-------------------------------------------------------------------------
 *
 * unit_url.c
 *		Unit tests of url/url.c, url/authority.c and url/host.c.
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "url/host.h"
#include "url/url.h"

static UrlStatus
parse(const char *text, Url *url)
{
	size_t		len = strlen(text);

	return url_parse(exact(text, len), len, url);
}

static void
good(const char *text, bool https, const char *host, int port, const char *path)
{
	Url			url;

	ok(parse(text, &url) == URL_OK && url.https == https &&
	   strcmp(url.host, host) == 0 && url.port == port &&
	   url.path_len == strlen(path) &&
	   memcmp(url.path, path, url.path_len) == 0 &&
	   url.host_is_ipv6 == (strchr(host, ':') != NULL),
	   "url: %s", text);
}

static const struct
{
	const char *text;
	UrlStatus	expected;
}			bad[] = {
	{"", URL_BAD_SCHEME},
	{"acme.zendesk.com", URL_BAD_SCHEME},
	{"//acme.zendesk.com", URL_BAD_SCHEME},
	{"https:acme.zendesk.com", URL_BAD_SCHEME},
	{"https:/acme.zendesk.com", URL_BAD_SCHEME},
	{"https", URL_BAD_SCHEME},
	{"https:/", URL_BAD_SCHEME},
	{"ftp://a.example", URL_BAD_SCHEME},
	{"file:///etc/passwd", URL_BAD_SCHEME},
	{"javascript://a.example", URL_BAD_SCHEME},
	{"httpss://a.example", URL_BAD_SCHEME},
	{"xhttps://a.example", URL_BAD_SCHEME},

	{" https://a.example", URL_BAD_CHARACTER},
	{"https://a.example ", URL_BAD_CHARACTER},
	{"https://a.example\n", URL_BAD_CHARACTER},
	{"https://a.example\r\nHost: b", URL_BAD_CHARACTER},
	{"https://a\t.example", URL_BAD_CHARACTER},
	{"https://a.example/\x7F", URL_BAD_CHARACTER},
	{"https://a.example/\x01", URL_BAD_CHARACTER},
	{"https://b\xC3\xBC" "cher.example", URL_BAD_CHARACTER},
	{"https://a.example/\xE2\x80\xAE", URL_BAD_CHARACTER},
	{"https://a.example/{x}", URL_BAD_CHARACTER},
	{"https://a.example/<x>", URL_BAD_CHARACTER},
	{"https://a.example/\"", URL_BAD_CHARACTER},
	{"https://a.example/a|b", URL_BAD_CHARACTER},
	{"https://a.example/`", URL_BAD_CHARACTER},
	{"https://a.example/^", URL_BAD_CHARACTER},

	{"https://user@a.example", URL_USERINFO},
	{"https://user:password@a.example", URL_USERINFO},
	{"https://@a.example", URL_USERINFO},
	{"https://a.example:443@b.example", URL_USERINFO},
	{"https://a.example\\@b.example", URL_USERINFO},

	{"https://a.example?", URL_QUERY},
	{"https://a.example/?", URL_QUERY},
	{"https://a.example/x?y=z", URL_QUERY},
	{"https://a.example?@b.example", URL_QUERY},
	{"https://a.example#", URL_FRAGMENT},
	{"https://a.example/x#y", URL_FRAGMENT},
	{"https://a.example#@b.example", URL_FRAGMENT},

	{"https://", URL_BAD_HOST},
	{"https:///x", URL_BAD_HOST},
	{"https://:443", URL_BAD_HOST},
	{"https://?", URL_BAD_HOST},
	{"https://.", URL_BAD_HOST},
	{"https://a.", URL_BAD_HOST},
	{"https://.a", URL_BAD_HOST},
	{"https://a..b", URL_BAD_HOST},
	{"https://a.example.", URL_BAD_HOST},
	{"https://localhost.", URL_BAD_HOST},
	{"https://-a.example", URL_BAD_HOST},
	{"https://a-.example", URL_BAD_HOST},
	{"https://a.-example", URL_BAD_HOST},
	{"https://a_b.example", URL_BAD_HOST},
	{"https://a%2eexample", URL_BAD_HOST},
	{"https://a%00.example", URL_BAD_HOST},
	{"https://a,b.example", URL_BAD_HOST},
	{"https://*.example", URL_BAD_HOST},
	{"https://a.example\\b", URL_BAD_HOST},
	{"https://a!.example", URL_BAD_HOST},
	{"https://1", URL_BAD_HOST},
	{"https://2130706433", URL_BAD_HOST},
	{"https://127.1", URL_BAD_HOST},
	{"https://127.0.1", URL_BAD_HOST},
	{"https://0x7f.1", URL_BAD_HOST},
	{"https://0x7f000001", URL_BAD_HOST},
	{"https://0X7F000001", URL_BAD_HOST},
	{"https://0x", URL_BAD_HOST},
	{"https://127.0.0.0x1", URL_BAD_HOST},
	{"https://a.0x1", URL_BAD_HOST},
	{"https://0177.0.0.1", URL_BAD_HOST},
	{"https://127.0.0.01", URL_BAD_HOST},
	{"https://127.0.0.256", URL_BAD_HOST},
	{"https://127.0.0.1000", URL_BAD_HOST},
	{"https://127.0.0.1.", URL_BAD_HOST},
	{"https://127.0.0.1.1", URL_BAD_HOST},
	{"https://127.0.0.", URL_BAD_HOST},
	{"https://127.0..1", URL_BAD_HOST},
	{"https://.127.0.0.1", URL_BAD_HOST},
	{"https://a.127", URL_BAD_HOST},
	{"https://example.443", URL_BAD_HOST},
	{"https://[", URL_BAD_HOST},
	{"https://[]", URL_BAD_HOST},
	{"https://[::1", URL_BAD_HOST},
	{"https://::1", URL_BAD_HOST},
	{"https://::1]", URL_BAD_HOST},
	{"https://[::1]x", URL_BAD_HOST},
	{"https://[::1].example", URL_BAD_HOST},
	{"https://[[::1]]", URL_BAD_HOST},
	{"https://x[::1]", URL_BAD_HOST},
	{"https://[127.0.0.1]", URL_BAD_HOST},
	{"https://[localhost]", URL_BAD_HOST},
	{"https://[fe80::1%25eth0]", URL_BAD_HOST},
	{"https://[v1.x]", URL_BAD_HOST},
	{"https://[1::2::3]", URL_BAD_HOST},
	{"https://[12345::]", URL_BAD_HOST},
	{"https://[1:2:3:4:5:6:7]", URL_BAD_HOST},
	{"https://[1:2:3:4:5:6:7:8:9]", URL_BAD_HOST},
	{"https://[:::1]", URL_BAD_HOST},
	{"https://[::g]", URL_BAD_HOST},
	{"https://[::1.2.3]", URL_BAD_HOST},
	{"https://[::1.2.3.256]", URL_BAD_HOST},

	{"https://a.example:", URL_BAD_PORT},
	{"https://a.example:/", URL_BAD_PORT},
	{"https://a.example:0", URL_BAD_PORT},
	{"https://a.example:0443", URL_BAD_PORT},
	{"https://a.example:65536", URL_BAD_PORT},
	{"https://a.example:99999", URL_BAD_PORT},
	{"https://a.example:100000", URL_BAD_PORT},
	{"https://a.example:4294967739", URL_BAD_PORT},
	{"https://a.example:18446744073709552059", URL_BAD_PORT},
	{"https://a.example:-1", URL_BAD_PORT},
	{"https://a.example:+443", URL_BAD_PORT},
	{"https://a.example:44x", URL_BAD_PORT},
	{"https://a.example:https", URL_BAD_PORT},
	{"https://a.example:1:2", URL_BAD_PORT},
	{"https://a.example::443", URL_BAD_PORT},
	{"https://[::1]:", URL_BAD_PORT},
	{"https://[::1]:x", URL_BAD_PORT},

	{"https://a.example/.", URL_BAD_PATH},
	{"https://a.example/..", URL_BAD_PATH},
	{"https://a.example/./x", URL_BAD_PATH},
	{"https://a.example/x/../y", URL_BAD_PATH},
	{"https://a.example/x/..", URL_BAD_PATH},
	{"https://a.example/%2e", URL_BAD_PATH},
	{"https://a.example/%2E%2e/x", URL_BAD_PATH},
	{"https://a.example/.%2e", URL_BAD_PATH},
	{"https://a.example/%2e./x", URL_BAD_PATH},
	{"https://a.example/%", URL_BAD_PATH},
	{"https://a.example/%4", URL_BAD_PATH},
	{"https://a.example/%4g", URL_BAD_PATH},
	{"https://a.example/%g4", URL_BAD_PATH},
	{"https://a.example/%%41", URL_BAD_PATH},
	{"https://a.example/%00", URL_BAD_PATH},
	{"https://a.example/%0d%0a", URL_BAD_PATH},
	{"https://a.example/%7f", URL_BAD_PATH},
	{"https://a.example/..%2fx", URL_BAD_PATH},
	{"https://a.example/x%5Cy", URL_BAD_PATH},
	{"https://a.example/x\\y", URL_BAD_PATH},
	{"https://a.example/\\..\\x", URL_BAD_PATH},
	{"https://a.example/[x]", URL_BAD_PATH},

	{"http://acme.zendesk.com", URL_HTTP_NOT_LOOPBACK},
	{"HTTP://a.example/", URL_HTTP_NOT_LOOPBACK},
	{"http://localhost.example", URL_HTTP_NOT_LOOPBACK},
	{"http://a.localhost", URL_HTTP_NOT_LOOPBACK},
	{"http://127.example", URL_HTTP_NOT_LOOPBACK},
	{"http://127.0.0.1.example", URL_HTTP_NOT_LOOPBACK},
	{"http://128.0.0.1", URL_HTTP_NOT_LOOPBACK},
	{"http://12.7.0.1", URL_HTTP_NOT_LOOPBACK},
	{"http://0.0.0.0", URL_HTTP_NOT_LOOPBACK},
	{"http://[::]", URL_HTTP_NOT_LOOPBACK},
	{"http://[::2]", URL_HTTP_NOT_LOOPBACK},
	{"http://[::1:2:3]", URL_HTTP_NOT_LOOPBACK},
	{"http://localhost.", URL_BAD_HOST},
	{"http://[::ffff:127.0.0.1]", URL_HTTP_NOT_LOOPBACK},
	{"http://[::127.0.0.1]", URL_HTTP_NOT_LOOPBACK},
	{"http://127.1a.b1", URL_HTTP_NOT_LOOPBACK},
	{"http://[1::1]", URL_HTTP_NOT_LOOPBACK},

	/* of several faults the first in this order */
	{"ftp://me@a..b:0/../x y", URL_BAD_CHARACTER},
	{"ftp://me@a..b:0/..?x#y", URL_BAD_SCHEME},
	{"http://me@a..b:0/..?x#y", URL_USERINFO},
	{"http://a..b:0/..?x#y", URL_BAD_HOST},
	{"http://a.example:0/..?x#y", URL_BAD_PORT},
	{"http://a.example/..?x#y", URL_QUERY},
	{"http://a.example/..#x?y", URL_FRAGMENT},
	{"http://a.example/..", URL_BAD_PATH}
};

static void
host_lengths(void)
{
	char		text[URL_MAX_LEN + 2];
	char		label[64];
	Url			url;
	size_t		len;

	memset(label, 'a', 63);
	label[63] = '\0';

	/* 3 * 64 + 61 = 253 */
	sprintf(text, "https://%s.%s.%s.%.61s", label, label, label, label);
	ok(parse(text, &url) == URL_OK && strlen(url.host) == URL_MAX_HOST_LEN,
	   "url: a host of 253 characters");
	sprintf(text, "https://%s.%s.%s.%.62s", label, label, label, label);
	ok(parse(text, &url) == URL_BAD_HOST, "url: a host of 254 characters");
	sprintf(text, "https://%sa.example", label);
	ok(parse(text, &url) == URL_BAD_HOST, "url: a label of 64 characters");

	memset(text, 'a', sizeof(text));
	memcpy(text, "https://a.example/", 18);
	ok(url_parse(text, URL_MAX_LEN, &url) == URL_OK, "url: the longest");
	ok(url_parse(text, URL_MAX_LEN + 1, &url) == URL_TOO_LONG,
	   "url: one character more");
	memset(text + 8, 'a', sizeof(text) - 8);
	ok(url_parse(text, URL_MAX_LEN, &url) == URL_BAD_HOST,
	   "url: a host of 2040 characters");
	for (len = 0; len < 22; len++)
	{
		if (url_parse(exact("https://a.example:8443", len), len, &url) == URL_OK &&
			(len < 9 || len == 10 || len == 18))
			break;
	}
	ok(len == 22, "url: no prefix is read beyond its end");
	ok(url_parse("https://a.example\0/", 19, &url) == URL_BAD_CHARACTER,
	   "url: a NUL");
}

/* Where a redirect leads: a host, or none that can be told. */
static void
location(const char *text, const char *expected)
{
	char		host[URL_MAX_HOST_LEN + 1] = "";
	bool		found = url_location_host(text, host);

	ok(expected == NULL ? !found : found && strcmp(host, expected) == 0,
	   "location %.40s", text);
}

static void
locations(void)
{
	static char longest[URL_MAX_LEN + 2];

	location("https://a.example/x?y#z", "a.example");
	location("HTTP://A.Example:8080", "a.example");
	location("//b.example/x", "b.example");
	location("https://[::1]:1/", "::1");
	location("", NULL);
	location("/x", NULL);
	location("/", NULL);
	location("x//a.example", NULL);
	location("///a.example", NULL);
	location("https:", NULL);
	location("https://", NULL);
	location("https://me:secret@a.example/", NULL);
	location("//me@a.example/", NULL);
	location("ftp://a.example/", NULL);
	location("https://a.example:99999/", NULL);
	location("https://a\x7f.example/", NULL);
	memset(longest, 'x', sizeof(longest) - 1);
	memcpy(longest, "https://a.example/", 18);
	location(longest, NULL);
	longest[URL_MAX_LEN] = '\0';
	location(longest, "a.example");
	memcpy(longest, "//a.example/xxxxxx", 18);
	location(longest, "a.example");
}

static void
labels(void)
{
	char		label[65];

	memset(label, 'a', sizeof(label));
	ok(url_is_dns_label("acme", 4) && url_is_dns_label("a", 1) &&
	   url_is_dns_label("a-b", 3) && url_is_dns_label("xn--bcher-kva", 13) &&
	   url_is_dns_label("0", 1) && url_is_dns_label(label, 63),
	   "label: good ones");
	ok(!url_is_dns_label("", 0), "label: none");
	ok(!url_is_dns_label(label, 64), "label: 64 characters");
	ok(!url_is_dns_label("-a", 2), "label: a hyphen in front");
	ok(!url_is_dns_label("a-", 2), "label: a hyphen behind");
	ok(!url_is_dns_label("-", 1), "label: a hyphen");
	ok(!url_is_dns_label("Acme", 4), "label: upper case");
	ok(!url_is_dns_label("a.b", 3), "label: a dot");
	ok(!url_is_dns_label("a_b", 3), "label: an underscore");
	ok(!url_is_dns_label("a b", 3), "label: a space");
	ok(!url_is_dns_label("a/b", 3), "label: a slash");
	ok(!url_is_dns_label("a\0b", 3), "label: a NUL");
	ok(!url_is_dns_label("\xC3\xBC", 2), "label: non-ASCII");
}

void
test_url(void)
{
	size_t		i;

	good("https://acme.zendesk.com", true, "acme.zendesk.com", 443, "");
	good("https://acme.zendesk.com/", true, "acme.zendesk.com", 443, "/");
	good("HTTPS://ACME.Zendesk.COM:8443/A/b", true, "acme.zendesk.com", 8443,
		 "/A/b");
	good("https://a", true, "a", 443, "");
	good("https://a.example:1", true, "a.example", 1, "");
	good("https://a.example:65535/", true, "a.example", 65535, "/");
	good("https://a.example:80", true, "a.example", 80, "");
	good("https://xn--bcher-kva.example", true, "xn--bcher-kva.example", 443, "");
	good("https://1.2.3.4", true, "1.2.3.4", 443, "");
	good("https://255.255.255.255:99", true, "255.255.255.255", 99, "");
	good("https://1.example", true, "1.example", 443, "");
	good("https://127.0.0.1.example", true, "127.0.0.1.example", 443, "");
	good("https://0xa.example", true, "0xa.example", 443, "");
	good("https://a.x0", true, "a.x0", 443, "");
	good("https://[::1]", true, "::1", 443, "");
	good("https://[2001:DB8::A]:8443/x", true, "2001:db8::a", 8443, "/x");
	good("https://[2001:db8:0:0:0:0:0:a]", true, "2001:db8::a", 443, "");
	good("https://[::ffff:1.2.3.4]", true, "::ffff:1.2.3.4", 443, "");
	good("https://a.example//x//", true, "a.example", 443, "//x//");
	good("https://a.example/a-b._~!$&'()*+,;=:@%20%C3%A9", true, "a.example", 443,
		 "/a-b._~!$&'()*+,;=:@%20%C3%A9");
	good("https://a.example/...", true, "a.example", 443, "/...");
	good("https://a.example/.x/x./%2ex", true, "a.example", 443,
		 "/.x/x./%2ex");
	good("https://a.example/%6f%6F", true, "a.example", 443, "/%6f%6F");
	good("https://a.example/user@b", true, "a.example", 443, "/user@b");
	good("http://localhost", false, "localhost", 80, "");
	good("http://LocalHost:8080/", false, "localhost", 8080, "/");
	good("http://127.0.0.1:8080", false, "127.0.0.1", 8080, "");
	good("http://127.255.255.254", false, "127.255.255.254", 80, "");
	good("http://[::1]:8080", false, "::1", 8080, "");
	good("http://[0:0:0:0:0:0:0:1]", false, "::1", 80, "");

	for (i = 0; i < LENGTH_OF(bad); i++)
	{
		Url			url;
		UrlStatus	got = parse(bad[i].text, &url);

		ok(got == bad[i].expected, "url: case %zu %s%s%s", i,
		   url_status_text(bad[i].expected),
		   got == bad[i].expected ? "" : ", got: ",
		   got == bad[i].expected ? "" : url_status_text(got));
	}
	host_lengths();
	labels();
	locations();
}
