/*-------------------------------------------------------------------------
 *
 * unit_origin.c
 *		Unit tests of url/origin.c and url/host_globs.c.
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "url/host_globs.h"
#include "url/origin.h"
#include "url/permission.h"
#include "url/url.h"

static bool
parse(const char *text, Url *origin)
{
	size_t		len = strlen(text);

	return origin_parse(exact(text, len), len, origin);
}

static void
compare(const char *a, const char *b, bool expected)
{
	Url			x;
	Url			y;

	ok(parse(a, &x) && parse(b, &y) && url_same_origin(&x, &y) == expected &&
	   url_same_origin(&y, &x) == expected,
	   "origin: %s %s %s", a, expected ? "is" : "is not", b);
}

static void
bad(const char *text)
{
	Url			origin;

	ok(!parse(text, &origin), "origin: refuses '%s'", text);
}

void
test_origin(void)
{
	Url			origin;
	char		text[URL_MAX_LEN + 2];

	compare("https://a.example", "https://a.example", true);
	compare("https://a.example", "https://a.example/", true);
	compare("https://a.example", "https://a.example:443", true);
	compare("https://a.example", "HTTPS://A.EXAMPLE:443/", true);
	compare("http://a.example", "http://a.example:80", true);
	compare("https://[::1]", "https://[0:0::0:1]:443", true);
	compare("https://1.2.3.4", "https://1.2.3.4/", true);

	compare("https://a.example", "http://a.example", false);
	compare("https://a.example:80", "http://a.example:80", false);
	compare("https://a.example", "https://a.example:8443", false);
	compare("https://a.example", "https://a.example:80", false);
	compare("https://a.example", "https://b.example", false);
	compare("https://a.example", "https://a.example.com", false);
	compare("https://a.example", "https://aa.example", false);
	compare("https://a.example", "https://x.a.example", false);
	compare("https://acme.zendesk.com", "https://acme.zendesk.co", false);
	compare("https://[::1]", "https://[::2]", false);
	compare("https://[::1]", "https://localhost", false);
	compare("https://127.0.0.1", "https://localhost", false);
	compare("https://[::ffff:1.2.3.4]", "https://1.2.3.4", false);

	bad("");
	bad("null");
	bad("*");
	bad("a.example");
	bad("//a.example");
	bad("https:");
	bad("https://");
	bad("https:///");
	bad("ftp://a.example");
	bad("https://a.example//");
	bad("https://a.example/x");
	bad("https://a.example/.");
	bad("https://a.example?");
	bad("https://a.example/?");
	bad("https://a.example#");
	bad("https://a.example/#");
	bad("https://a.example\\");
	bad("https://a.example ");
	bad(" https://a.example");
	bad("https://a.example\n");
	bad("https://a.example,https://b.example");
	bad("https://a.example https://b.example");
	bad("https://user@a.example");
	bad("https://a.example@b.example");
	bad("https://a.example.");
	bad("https://a.example:");
	bad("https://a.example:0");
	bad("https://a.example:443x");
	bad("https://a.example:65536");
	bad("https://*.example");
	bad("https://127.1");
	bad("https://b\xC3\xBC" "cher.example");

	ok(!origin_parse("https://a.example\0", 18, &origin),
	   "origin: refuses a NUL behind");
	memset(text, 'a', sizeof(text));
	memcpy(text, "https://", 8);
	ok(!origin_parse(text, sizeof(text), &origin),
	   "origin: refuses what is too long");
}

static void
allowed(const char *host, const char *globs, bool expected)
{
	ok(url_host_allowed(exact(host, strlen(host) + 1),
						exact(globs, strlen(globs) + 1)) == expected,
	   "globs: %s %s in '%s'", host, expected ? "is" : "is not", globs);
}

static void
valid(const char *globs, bool expected)
{
	ok(url_host_globs_valid(exact(globs, strlen(globs) + 1)) == expected,
	   "globs: '%s' %s well-formed", globs, expected ? "is" : "is not");
}

/* The longest name that there can be is a pattern, and one character more is none. */
static void
long_patterns(void)
{
	char		name[255];
	char		star[256] = "*.";

	memset(name, 'a', sizeof(name));
	for (size_t i = 63; i < sizeof(name); i += 64)
		name[i] = '.';
	name[254] = '\0';
	valid(name, false);
	name[253] = '\0';
	valid(name, true);
	allowed(name, name, true);

	/* with a star as well: there is no longer host that it could stand for */
	memcpy(star + 2, name, sizeof(name) - 2);
	valid(star, false);
	star[253] = '\0';
	valid(star, true);
}

static void
permission(const char *text, const char *globs, bool http, UrlPermission expected)
{
	Url			url;

	ok(url_parse(exact(text, strlen(text)), strlen(text), &url) == URL_OK &&
	   url_permission(&url, globs, http) == expected,
	   "permission: %s in '%s', %s http", text, globs, http ? "with" : "without");
}

static void
permissions(void)
{
	permission("https://a.example", "a.example", false, URL_PERMITTED);
	permission("https://a.example", "b.example", true, URL_HOST_NOT_PERMITTED);
	permission("https://localhost", "*.example", true, URL_HOST_NOT_PERMITTED);
	permission("http://localhost", "localhost", true, URL_PERMITTED);
	permission("http://localhost", "*.example", true, URL_HOST_NOT_PERMITTED);
	permission("http://localhost", "localhost", false, URL_HTTP_NOT_PERMITTED);
	permission("http://localhost", "*.example", false, URL_HTTP_NOT_PERMITTED);
}

void
test_host_globs(void)
{
	long_patterns();
	permissions();
	allowed("acme.zendesk.com", "*.zendesk.com", true);
	allowed("ACME.Zendesk.com", "*.ZENDESK.com", true);
	allowed("a.example", "a.example", true);
	allowed("a.example", "*.zendesk.com, a.example", true);
	allowed("a.example", "b.example,a.example", true);
	allowed("a.example", "  \t\n,, a.example ,", true);
	allowed("127.0.0.1", "localhost 127.0.0.1", true);
	allowed("anything.at.all", "*", true);
	allowed("::1", "*", true);
	allowed("a.example", "a*, a.example", true);

	allowed("zendesk.com", "*.zendesk.com", false);
	allowed("a.b.zendesk.com", "*.zendesk.com", false);
	allowed(".zendesk.com", "*.zendesk.com", false);
	allowed("acme.zendesk.com.evil.example", "*.zendesk.com", false);
	allowed("acmezendesk.com", "*.zendesk.com", false);
	allowed("evilzendesk.com", "*.zendesk.com", false);
	allowed("evil.xzendesk.com", "*.zendesk.com", false);
	allowed("acme.zendesk.co", "*.zendesk.com", false);
	allowed("acme.zendesk.comx", "*.zendesk.com", false);
	allowed("b.example", "a.example", false);
	allowed("a.example", "", false);
	allowed("a.example", " , ", false);
	allowed("", "*", false);
	allowed("", "*.example", false);
	allowed("a.example", "a*", false);
	allowed("a.example", "*example", false);
	allowed("a.example", "a.*", false);
	allowed("a.b.example", "a.*.example", false);
	allowed("a.example", "**", false);
	allowed("a.example", "*.*", false);
	allowed("a.example", "?.example", false);
	allowed("a.example", "[a].example", false);
	allowed("a.example", "a.example.", false);
	allowed("a.example", "a.example;b.example", false);
	allowed("a.example", "https://a.example", false);
	allowed("1.2.3.4", "*.2.3.4", false);

	valid("", true);
	valid("*", true);
	valid("*.zendesk.com", true);
	valid("*.zendesk.com, help.example.com\nlocalhost,127.0.0.1", true);
	valid("*.com", true);
	valid("**", false);
	valid("*.", false);
	valid("*zendesk.com", false);
	valid("a.*", false);
	valid("*.*.com", false);
	valid("a*.com", false);
	valid("a..com", false);
	valid(".com", false);
	valid("a.com.", false);
	valid("-a.com", false);
	valid("a_b.com", false);
	valid("a.com:443", false);
	valid("https://a.com", false);
	valid("a.com/x", false);
	valid("127.1", false);
	valid("*.1", false);
	valid("[::1]", false);
	valid("::1", false);
	valid("b\xC3\xBC" "cher.example", false);
	valid("a.example, *.b.example, c d, !", false);
}
