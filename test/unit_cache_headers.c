/*-------------------------------------------------------------------------
 *
 * unit_cache_headers.c
 *		Unit tests of http/cache_headers.c, cache_control.c and http_date.c.
 *
 *-------------------------------------------------------------------------
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/cache_headers.h"
#include "http/http_date.h"
#include "unit.h"

/* Sun, 06 Nov 1994 08:49:37 GMT, the standard's own example */
#define THEN	INT64_C(784111777)
#define NOW		INT64_C(1760000000) /* Thu, 09 Oct 2025 08:53:20 GMT */
#define NOW_TEXT "Thu, 09 Oct 2025 08:53:20 GMT"

#define NONE	INT64_C(-1)		/* nothing given */
#define NOSTORE INT64_C(-2)
#define INVALID INT64_C(-3)

static void
same(int64_t got, int64_t expected, const char *what)
{
	ok(got == expected, "%s", what);
	if (got != expected)
		printf("# got %lld, expected %lld\n", (long long) got,
			   (long long) expected);
}

/*
 * Exactly as long as the text, so that a sanitizer sees any byte read behind it.
 */
static HeaderValue
value(const char *text)
{
	HeaderValue v = {NULL, 0};

	if (text != NULL && text[0] != '\0')
	{
		char	   *copy = malloc(strlen(text));

		if (copy == NULL)
			abort();
		memcpy(copy, text, strlen(text));
		v.text = copy;
		v.len = strlen(text);
	}
	return v;
}

static CacheAnswer
judge(const char *cache_control, const char *age, const char *expires,
	  const char *date, const char *retry_after)
{
	CacheHeaders headers;
	CacheAnswer answer;

	headers.cache_control = value(cache_control);
	headers.age = value(age);
	headers.expires = value(expires);
	headers.date = value(date);
	headers.retry_after = value(retry_after);
	memset(&answer, 0x55, sizeof(answer));
	cache_headers_judge(&headers, NOW, &answer);
	free((char *) headers.cache_control.text);
	free((char *) headers.age.text);
	free((char *) headers.expires.text);
	free((char *) headers.date.text);
	free((char *) headers.retry_after.text);
	return answer;
}

static int64_t
outcome(const CacheAnswer *answer)
{
	switch (answer->verdict)
	{
		case CACHE_NONE_GIVEN:
			return NONE;
		case CACHE_NO_STORE:
			return NOSTORE;
		case CACHE_LIFETIME:
			return answer->lifetime;
	}
	return INVALID;
}

static int64_t
cache_control(const char *text)
{
	CacheAnswer answer = judge(text, NULL, NULL, NULL, NULL);

	return outcome(&answer);
}

static int64_t
expires(const char *text, const char *date)
{
	CacheAnswer answer = judge(NULL, NULL, text, date, NULL);

	return outcome(&answer);
}

static int64_t
age(const char *text)
{
	return judge(NULL, text, NULL, NULL, NULL).age;
}

static int64_t
retry_after(const char *text, const char *date)
{
	CacheAnswer answer = judge(NULL, NULL, NULL, date, text);

	return answer.has_retry_after ? answer.retry_after : NONE;
}

static int64_t
date_at(const char *text, int64_t now)
{
	HeaderValue v = value(text);
	int64_t		seconds = 0;

	if (!http_date_parse(v.text, v.len, now, &seconds))
		seconds = INVALID;
	free((char *) v.text);
	return seconds;
}

static int64_t
date(const char *text)
{
	return date_at(text, NOW);
}

static void
test_cache_control(void)
{
	static const struct
	{
		const char *text;
		int64_t		expected;
	}			cases[] = {
		{"", NONE},
		{"max-age=60", 60},
		{"max-age=0", 0},
		{"max-age=007", 7},
		{"MAX-AGE=60", 60},
		{"Max-Age=60", 60},
		{"public, max-age=60", 60},
		{"public,max-age=60,must-revalidate", 60},
		{"max-age=60 , public", 60},
		{"\tmax-age=60\t", 60},
		{",, ,max-age=60,,", 60},
		{",", NONE},

		/* only blanks and tabs are white space */
		{"max-age=60\n", 0},
		{"\nmax-age=60", NONE},
		{"max-age=60\r", 0},
		{"max-age=60\v, max-age=5", 5},

		/* the quoted form */
		{"max-age=\"60\"", 60},
		{"max-age=\"6\\0\"", 60},
		{"max-age=\"60", 0},
		{"max-age=\"60\\\"", 0},
		{"max-age=\"6\\", 0},
		{"max-age=\"\"", 0},
		{"max-age=\" 60\"", 0},
		{"max-age=\"60\"x", 0},

		/* never by substring */
		{"s-maxage=60", NONE},
		{"s-maxage=60, max-age=5", 5},
		{"max-age=5, s-maxage=60", 5},
		{"x-max-age=60", NONE},
		{"max-agent=60", NONE},
		{"max-ag=60", NONE},
		{"foo=\"max-age=60\"", NONE},
		{"foo=\"a, max-age=60, b\"", NONE},
		{"foo=\"a, no-store\", max-age=60", 60},
		{"foo=\"a\\\", no-store, \", max-age=60", 60},
		{"foo=\"a\\\\\", max-age=60", 60},
		{"foo=\"a, max-age=60", NONE},
		{"foo=no-store", NONE},
		{"no-storex", NONE},
		{"foo=max-age=60", NONE},

		/* the last valid one wins; none valid is stale */
		{"max-age=60, max-age=300", 300},
		{"max-age=300, max-age=60", 60},
		{"max-age=60, max-age=abc", 60},
		{"max-age=abc, max-age=60", 60},
		{"max-age=60, max-age", 60},
		{"max-age=60, max-age=-1", 60},
		{"max-age=60, max-age=", 60},
		{"max-age=60, max-age=70 s", 60},
		{"max-age=60, max-age = 70", 60},
		{"max-age=60, max-age= 70", 60},
		{"max-age=60, max-age=70;", 60},
		{"max-age=abc", 0},
		{"max-age", 0},
		{"max-age=", 0},
		{"max-age=-1", 0},
		{"max-age=+1", 0},
		{"max-age=1.5", 0},
		{"max-age=1e3", 0},
		{"max-age=0x10", 0},

		/* overflow saturates */
		{"max-age=2147483647", INT64_C(2147483647)},
		{"max-age=2147483648", DELTA_SECONDS_MAX},
		{"max-age=4294967356", DELTA_SECONDS_MAX},
		{"max-age=18446744073709551676", DELTA_SECONDS_MAX},
		{"max-age=99999999999999999999999999999999999999", DELTA_SECONDS_MAX},
		{"max-age=\"99999999999999999999\"", DELTA_SECONDS_MAX},

		/* no-store, no-cache */
		{"no-store", NOSTORE},
		{"No-Store", NOSTORE},
		{"no-store, max-age=60", NOSTORE},
		{"max-age=60, no-store", NOSTORE},
		{"max-age=60, no-store=", NOSTORE},
		{"max-age=60, no-store=\"", NOSTORE},
		{"no-cache, no-store", NOSTORE},
		{"no-cache", 0},
		{"NO-CACHE", 0},
		{"no-cache, max-age=60", 0},
		{"max-age=60, no-cache", 0},
		{"no-cache=\"\"", 0},
		{"no-cached", NONE},
		{"no-cache-x, max-age=60", 60},
		{"x-no-cache, max-age=60", 60},
		{"no-cache=\"Set-Cookie\", max-age=60", 60},
		{"no-cache=\"Set-Cookie, Vary\", max-age=60", 60},
		{"no-cache=\"Set-Cookie", 0},

		/* other directives, and garbage between commas */
		{"private", NONE},
		{"immutable, stale-while-revalidate=60", NONE},
		{"=60, max-age=60", 60},
		{"\"no-store\", max-age=60", 60},
		{"\"a, no-store\", max-age=60", 60},
		{"@@@, max-age=60", 60},
		{"foo bar, max-age=60", 60},
		{"max-age=60\x80", 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		char		what[200];

		snprintf(what, sizeof(what), "Cache-Control: %s", cases[i].text);
		same(cache_control(cases[i].text), cases[i].expected, what);
	}
}

/*
 * A character that can be part of a name makes another name; others end the
 * name.
 */
static void
test_token_characters(void)
{
	static const char others[] = "!#$%&'*+-.^_`|~0123456789"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	int			bad = 0;

	for (int c = 1; c < 256; c++)
	{
		char		text[] = {'n', 'o', '-', 's', 't', 'o', 'r', 'e', (char) c, '\0'};

		if (cache_control(text) != (strchr(others, c) ? NONE : NOSTORE))
			bad++;
	}
	ok(bad == 0, "each character behind a directive's name");
}

static void
test_every_prefix(void)
{
	static const char text[] =
		"no-cache=\"a\\\"b\", max-age=\"1\\2\", private=\"x, y\", max-age=30, foo";
	int			bad = 0;

	/*
	 * a sanitizer watches; a text cut short never gives a longer time than
	 * allowed
	 */
	for (size_t len = 0; len < sizeof(text); len++)
	{
		char		prefix[sizeof(text)];

		memcpy(prefix, text, len);
		prefix[len] = '\0';
		if (cache_control(prefix) > 30)
			bad++;
	}
	ok(bad == 0, "every prefix of a long Cache-Control is judged");
}

static void
test_age(void)
{
	same(age(""), 0, "no Age");
	same(age("60"), 60, "Age");
	same(age(" 60 "), 60, "Age between white space");
	same(age("60, 90"), 60, "the first of two Ages");
	same(age("x, 90"), 0, "the first of two Ages is invalid");
	same(age("-1"), 0, "a negative Age");
	same(age("60\n"), 0, "an Age and a line feed");
	same(age("60s"), 0, "an Age with a unit");
	same(age("\\6"), 0, "an Age with a backslash");
	same(age("\"60\""), 0, "a quoted Age");
	same(age("99999999999999999999"), DELTA_SECONDS_MAX, "an overflowing Age");
}

static void
test_dates(void)
{
	same(date("Sun, 06 Nov 1994 08:49:37 GMT"), THEN, "IMF-fixdate");
	same(date("Sunday, 06-Nov-94 08:49:37 GMT"), THEN, "RFC 850");
	same(date("Sun Nov  6 08:49:37 1994"), THEN, "asctime");
	same(date("sUN, 06 nOV 1994 08:49:37 gmt"), THEN, "case is not looked at");
	same(date("Thu, 01 Jan 1970 00:00:00 GMT"), 0, "the epoch");
	same(date("Wed, 31 Dec 1969 23:59:59 GMT"), -1, "before the epoch");
	same(date("Tue, 29 Feb 2000 00:00:00 GMT"), 951782400, "29 February 2000");
	same(date("Thu, 29 Feb 2024 12:00:00 GMT"), 1709208000, "29 February 2024");
	same(date("Fri, 31 Dec 9999 23:59:59 GMT"), INT64_C(253402300799),
		 "the year 9999");
	same(date("Sat, 31 Dec 2016 23:59:60 GMT"), 1483228800, "a leap second");
	same(date("Thu Oct 09 08:53:20 2025"), NOW, "asctime with two digits");
	same(date("Wednesday, 09-Oct-75 00:00:00 GMT"), INT64_C(3337804800),
		 "RFC 850: 50 years ahead is 2075");
	same(date("Saturday, 09-Oct-76 00:00:00 GMT"), INT64_C(213667200),
		 "RFC 850: more than 50 years ahead is 1976");
	same(date_at("Thursday, 01-Jan-05 00:00:00 GMT", INT64_C(4070908800)),
		 INT64_C(4260211200), "RFC 850: 05 seen from 2099 is 2105");
	same(date_at("Tuesday, 01-Jan-30 00:00:00 GMT", INT64_C(3471336000)),
		 INT64_C(5049129600), "RFC 850: 30 seen from 2080 is 2130");

	same(date(""), INVALID, "an empty date");
	same(date("0"), INVALID, "the date 0");
	same(date("-1"), INVALID, "the date -1");
	same(date("Mon, 06 Nov 1994 08:49:37 GMT"), THEN, "a wrong weekday");
	same(date("Thu Aug  8 02:01:18 2050"), INT64_C(2543536878), "another");
	same(date("Sux, 06 Nov 1994 08:49:37 GMT"), INVALID, "no weekday");
	same(date("Sun, 06 Nov 1994 08:49:37 UTC"), INVALID, "UTC");
	same(date("Sun, 06 Nov 1994 08:49:37 +0000"), INVALID, "a numeric zone");
	same(date("Sun, 06 Nov 1994 08:49:37"), INVALID, "no zone");
	same(date("Sun, 06 Nov 1994 08:49:37 GMT "), INVALID, "a space behind");
	same(date("Sun, 06 Nov 1994 08:49:37 GMTx"), INVALID, "more behind");
	same(date("Sun,  06 Nov 1994 08:49:37 GMT"), INVALID, "two spaces");
	same(date("Sun, 06 Nov -994 08:49:37 GMT"), INVALID, "a sign before the year");
	same(date("Sun, 6 Nov 1994 08:49:37 GMT"), INVALID, "one digit of a day");
	same(date("Sun, 06 Nov 94 08:49:37 GMT"), INVALID, "two digits of a year");
	same(date("Sun, 06 Nov 1994 8:49:37 GMT"), INVALID, "one digit of an hour");
	same(date("Sun, 06 Nov 1994 24:00:00 GMT"), INVALID, "the hour 24");
	same(date("Sun, 06 Nov 1994 08:60:00 GMT"), INVALID, "the minute 60");
	same(date("Sun, 06 Nov 1994 08:49:61 GMT"), INVALID, "the second 61");
	same(date("Thu, 00 Nov 1994 08:49:37 GMT"), INVALID, "the day 0");
	same(date("Thu, 31 Nov 1994 08:49:37 GMT"), INVALID, "31 November");
	same(date("Thu, 29 Feb 1900 08:49:37 GMT"), INVALID, "29 February 1900");
	same(date("Wed, 29 Feb 2023 08:49:37 GMT"), INVALID, "29 February 2023");
	same(date("Sun, 06 Nox 1994 08:49:37 GMT"), INVALID, "no such month");
	same(date("Sun, 06-Nov-94 08:49:37 GMT"), INVALID, "RFC 850, short weekday");
	same(date("1994-11-06T08:49:37Z"), INVALID, "ISO 8601");
	same(date("Sun, 06 Nov 1994 08:49:37 GM"), INVALID, "cut off");
}

static void
test_expires(void)
{
	CacheAnswer answer;

	same(expires("", NULL), NONE, "no Expires");
	same(expires("Thu, 09 Oct 2025 09:53:20 GMT", NOW_TEXT), 3600, "Expires");
	same(expires("Thu, 09 Oct 2025 09:53:20 GMT", NULL), 3600,
		 "Expires without Date counts from now");
	same(expires("Thu, 09 Oct 2025 09:53:20 GMT", "yesterday"), 3600,
		 "Expires with a bad Date counts from now");
	same(expires("Thu, 09 Oct 2025 09:53:20 GMT", "Sun, 06 Nov 1994 08:49:37 UTC"), 3600,
		 "and with one that is bad at its end");
	same(expires("\tThu, 09 Oct 2025 09:53:20 GMT ", " Thu, 09 Oct 2025 08:53:19 GMT\t"), 3601,
		 "Expires and Date between white space");
	same(expires("Sun, 06 Nov 1994 08:50:37 GMT",
				 "Sun, 06 Nov 1994 08:49:37 GMT"), 60,
		 "Expires counts from Date, whatever our clock says");
	same(expires("Thursday, 09-Oct-25 09:53:20 GMT", NOW_TEXT), 3600,
		 "Expires in RFC 850's form");
	same(expires("Thu Oct  9 09:53:20 2025", NOW_TEXT), 3600,
		 "Expires in asctime's form");
	same(expires(NOW_TEXT, NOW_TEXT), 0, "Expires equal to Date");
	same(expires("Sun, 06 Nov 1994 08:49:37 GMT", NOW_TEXT), 0,
		 "Expires in the past");
	same(expires("0", NULL), 0, "Expires: 0");
	same(expires("-1", NULL), 0, "Expires: -1");
	same(expires("3600", NULL), 0, "Expires: 3600 is no date");
	same(expires("tomorrow", NULL), 0, "Expires: tomorrow");
	same(expires("Thu, 09 Oct 2025 09:53:20 GMT, "
				 "Thu, 09 Oct 2025 10:53:20 GMT", NULL), 0,
		 "two Expires are stale");

	answer = judge("max-age=60", NULL, "0", NULL, NULL);
	same(outcome(&answer), 60, "max-age goes before a bad Expires");
	answer = judge("max-age=x", NULL, "Thu, 09 Oct 2025 09:53:20 GMT", NULL,
				   NULL);
	same(outcome(&answer), 0, "a bad max-age does not fall back to Expires");
	answer = judge("public, s-maxage=60", NULL, "Thu, 09 Oct 2025 09:53:20 GMT",
				   NULL, NULL);
	same(outcome(&answer), 3600, "Expires counts beside s-maxage");
	answer = judge("no-store", NULL, "Thu, 09 Oct 2025 09:53:20 GMT", NULL,
				   NULL);
	same(outcome(&answer), NOSTORE, "no-store goes before Expires");
	answer = judge("max-age=60", "45", NULL, NULL, NULL);
	ok(outcome(&answer) == 60 && answer.age == 45,
	   "the lifetime comes with the Age beside it");
}

static void
test_retry_after(void)
{
	CacheAnswer answer;

	same(retry_after("", NULL), NONE, "no Retry-After");
	same(retry_after("120", NULL), 120, "Retry-After in seconds");
	same(retry_after("0", NULL), 0, "Retry-After: 0");
	same(retry_after(" 1 ", NULL), 1, "Retry-After between white space");
	same(retry_after("99999999999999999999", NULL), DELTA_SECONDS_MAX,
		 "an overflowing Retry-After");
	same(retry_after("Thu, 09 Oct 2025 08:54:20 GMT", NULL), 60,
		 "Retry-After as a date");
	same(retry_after("Sun, 06 Nov 1994 08:50:07 GMT",
					 "Sun, 06 Nov 1994 08:49:37 GMT"), 30,
		 "Retry-After as a date counts from Date");
	answer = judge("max-age=60", NULL, NULL, "Sun, 06 Nov 1994 08:49:37 GMT",
				   "Sun, 06 Nov 1994 08:50:07 GMT");
	same(answer.retry_after, 30, "and so beside a max-age");
	same(retry_after("Sun, 06 Nov 1994 08:49:37 GMT", NULL), 0,
		 "Retry-After in the past");
	same(retry_after("-5", NULL), NONE, "a negative Retry-After");
	same(retry_after("1.5", NULL), NONE, "a Retry-After with a fraction");
	same(retry_after("soon", NULL), NONE, "Retry-After: soon");
	same(retry_after("60, 120", NULL), NONE, "two Retry-After");
}

void
test_cache_headers(void)
{
	test_cache_control();
	test_token_characters();
	test_every_prefix();
	test_age();
	test_dates();
	test_expires();
	test_retry_after();
}
