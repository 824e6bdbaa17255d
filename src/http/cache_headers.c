/*-------------------------------------------------------------------------
 *
 * cache_headers.c
 *		What an answer's headers say of its freshness and of when to come
 *		again (RFC 9111, RFC 9110).
 *
 * Pure C: no server headers, no allocation, no locale and no time zone.
 *
 *-------------------------------------------------------------------------
 */
#define _DEFAULT_SOURCE			/* timegm() and gmtime_r() */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "http/cache_headers.h"
#include "url/ascii.h"

/* A place in a text. */
typedef struct Cursor
{
	const char *at;
	const char *end;
} Cursor;

/* A directive of Cache-Control as it stands; quotes and escapes included. */
typedef struct Directive
{
	const char *name;
	size_t		name_len;
	bool		has_value;
	const char *value;			/* without the quotes around it */
	size_t		value_len;
	bool		quoted;
	bool		well_formed;
} Directive;

/* tchar of RFC 9110, section 5.6.2 */
static bool
is_token_char(char c)
{
	return url_is_digit(c) || (url_lower(c) >= 'a' && url_lower(c) <= 'z') ||
		(c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static void
skip_spaces(Cursor *c)
{
	while (c->at < c->end && header_is_space(*c->at))
		c->at++;
}

/*
 * delta-seconds: digits and nothing else.  escaped allows for the backslashes of
 * a quoted-string.
 */
static bool
delta_seconds(const char *text, size_t len, bool escaped, int64_t *seconds)
{
	int64_t		sum = 0;
	bool		any = false;

	for (size_t i = 0; i < len; i++)
	{
		if (escaped && text[i] == '\\' && ++i == len)
			return false;
		if (!url_is_digit(text[i]))
			return false;
		any = true;
		sum = sum * 10 + (text[i] - '0');
		if (sum > DELTA_SECONDS_MAX)
			sum = DELTA_SECONDS_MAX;
	}
	*seconds = sum;
	return any;
}

/*
 * Moves behind a quoted-string whose opening quote c stands on.  False when
 * nothing closes it; then all the rest of the text belongs to it.
 */
static bool
skip_quoted(Cursor *c)
{
	for (c->at++; c->at < c->end; c->at++)
	{
		if (*c->at == '\\' && c->at + 1 < c->end)
			c->at++;
		else if (*c->at == '"')
		{
			c->at++;
			return true;
		}
	}
	return false;
}

/*
 * Reads the next element of a #cache-directive list; false at its end.  For an
 * element that breaks the grammar well_formed is false, and reading goes on
 * behind the next comma outside quotes.
 */
static bool
next_directive(Cursor *c, Directive *d)
{
	while (c->at < c->end && (header_is_space(*c->at) || *c->at == ','))
		c->at++;
	if (c->at == c->end)
		return false;

	memset(d, 0, sizeof(*d));
	d->name = c->at;
	while (c->at < c->end && is_token_char(*c->at))
		c->at++;
	d->name_len = c->at - d->name;
	d->well_formed = d->name_len > 0;

	if (d->well_formed && c->at < c->end && *c->at == '=')
	{
		c->at++;
		d->has_value = true;
		if (c->at < c->end && *c->at == '"')
		{
			d->quoted = true;
			d->value = c->at + 1;
			d->well_formed = skip_quoted(c);
			d->value_len = c->at - d->value - (d->well_formed ? 1 : 0);
		}
		else
		{
			d->value = c->at;
			while (c->at < c->end && is_token_char(*c->at))
				c->at++;
			d->value_len = c->at - d->value;
			d->well_formed = d->value_len > 0;
		}
	}

	skip_spaces(c);
	while (c->at < c->end && *c->at != ',')
	{
		d->well_formed = false;
		if (*c->at == '"')
			(void) skip_quoted(c);
		else
			c->at++;
	}
	return true;
}

/*
 * Is this an unqualified no-cache?  The qualified form names header fields that
 * must not be reused; we reuse none.
 */
static bool
is_plain_no_cache(const Directive *d)
{
	return header_equals(d->name, d->name_len, "no-cache") &&
		(!d->well_formed || d->value_len == 0);
}

/*
 * Reads Cache-Control.  Of several max-age the last valid one counts; when none
 * of them is valid the answer is stale, as section 4.2.1 encourages.
 */
static void
judge_cache_control(HeaderValue value, CacheAnswer *answer)
{
	Cursor		c = {value.text, value.text + value.len};
	Directive	d;
	bool		no_store = false;
	bool		no_cache = false;
	bool		any_max_age = false;
	int64_t		max_age = 0;

	while (next_directive(&c, &d))
	{
		if (header_equals(d.name, d.name_len, "no-store"))
			no_store = true;
		else if (is_plain_no_cache(&d))
			no_cache = true;
		else if (header_equals(d.name, d.name_len, "max-age"))
		{
			int64_t		seconds;

			any_max_age = true;
			if (d.well_formed && d.has_value &&
				delta_seconds(d.value, d.value_len, d.quoted, &seconds))
				max_age = seconds;
		}
	}

	if (no_store)
		answer->verdict = CACHE_NO_STORE;
	else if (no_cache || any_max_age)
	{
		answer->verdict = CACHE_LIFETIME;
		answer->lifetime = no_cache ? 0 : max_age;
	}
}

/* ---- HTTP-date ---- */

static const char *const weekdays[] = {
	"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"
};
static const char *const months[] = {
	"Jan", "Feb", "Mar", "Apr", "May", "Jun",
	"Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
};

/* The number of the month of that name; 12 when there is none. */
static int
month_number(const char *name)
{
	int			month = 0;

	while (month < 12 && !header_equals(name, strlen(name), months[month]))
		month++;
	return month;
}

/*
 * Is this the name of a weekday, whole or of three letters?  It need not be the
 * date's own weekday: it adds nothing to the date, and other recipients ignore
 * it.
 */
static bool
is_weekday(const char *name, bool whole)
{
	for (int i = 0; i < 7; i++)
		if (whole ? header_equals(name, strlen(name), weekdays[i]) :
			header_equals(weekdays[i], 3, name))
			return true;
	return false;
}

/* A year of two digits is at most 50 years ahead (RFC 9110). */
static int
whole_year(int two_digits, int64_t now)
{
	/* the present year, approximately: 365.2425 days have 31556952 s */
	int			this_year = 1970 + (int) (now / 31556952);
	int			year = this_year - this_year % 100 + two_digits;

	if (year > this_year + 50)
		return year - 100;
	return year <= this_year - 50 ? year + 100 : year;
}

/*
 * sscanf() and timegm() are lenient, as libcurl's curl_getdate() and
 * CURLINFO_RETRY_AFTER are.  So the time that they read is written in the same
 * format again, and must give the same text.
 */
bool
http_date_parse(const char *text, size_t len, int64_t now, int64_t *seconds)
{
	char		copy[48];
	char		again[48];
	char		weekday[10];
	char		month[4];
	struct tm	tm = {0};
	time_t		time;
	int			second;
	int			format;

	if (len == 0 || len >= sizeof(copy))
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';

	/* "Sun, 06 Nov 1994 08:49:37 GMT" */
	if (sscanf(copy, "%9[A-Za-z], %2d %3s %4d %2d:%2d:%2d", weekday, &tm.tm_mday, month,
			   &tm.tm_year, &tm.tm_hour, &tm.tm_min, &second) == 7)
		format = 0;
	/* "Sunday, 06-Nov-94 08:49:37 GMT" */
	else if (sscanf(copy, "%9[A-Za-z], %2d-%3[A-Za-z]-%2d %2d:%2d:%2d", weekday, &tm.tm_mday, month,
					&tm.tm_year, &tm.tm_hour, &tm.tm_min, &second) == 7)
	{
		format = 1;
		tm.tm_year = whole_year(tm.tm_year, now);
	}
	/* "Sun Nov  6 08:49:37 1994" */
	else if (sscanf(copy, "%9[A-Za-z] %3s %2d %2d:%2d:%2d %4d", weekday, month, &tm.tm_mday,
					&tm.tm_hour, &tm.tm_min, &second, &tm.tm_year) == 7)
	{
		format = 2;
		if (copy[8] == '0')
			copy[8] = ' ';		/* the day may have two digits as well */
	}
	else
		return false;

	/* a second of 60 is a leap second */
	tm.tm_mon = month_number(month);
	tm.tm_year -= 1900;
	tm.tm_sec = second == 60 ? 59 : second;
	time = timegm(&tm);
	if (!is_weekday(weekday, format == 1) || tm.tm_mon == 12 ||
		tm.tm_year < -1900 || gmtime_r(&time, &tm) == NULL)
		return false;
	tm.tm_sec += second == 60 ? 1 : 0;
	if (format == 0)
		snprintf(again, sizeof(again), "%s, %02d %s %04d %02d:%02d:%02d GMT",
				 weekday, tm.tm_mday, months[tm.tm_mon],
				 1900 + tm.tm_year, tm.tm_hour, tm.tm_min, tm.tm_sec);
	else if (format == 1)
		snprintf(again, sizeof(again), "%s, %02d-%s-%02d %02d:%02d:%02d GMT",
				 weekday, tm.tm_mday, months[tm.tm_mon],
				 (1900 + tm.tm_year) % 100, tm.tm_hour, tm.tm_min, tm.tm_sec);
	else
		snprintf(again, sizeof(again), "%s %s %2d %02d:%02d:%02d %04d",
				 weekday, months[tm.tm_mon], tm.tm_mday,
				 tm.tm_hour, tm.tm_min, tm.tm_sec, 1900 + tm.tm_year);
	*seconds = (int64_t) time + (second == 60 ? 1 : 0);
	return header_equals(copy, len, again);
}

/* ---- the headers together ---- */

/*
 * In a list of ages the first one counts; an invalid age is ignored (RFC 9111,
 * section 5.1).
 */
static int64_t
judge_age(HeaderValue value)
{
	const char *comma = value.len > 0 ? memchr(value.text, ',', value.len) : NULL;
	int64_t		seconds;

	if (comma != NULL)
		value.len = comma - value.text;
	value = header_trim(value);
	return delta_seconds(value.text, value.len, false, &seconds) ? seconds : 0;
}

void
cache_headers_judge(const CacheHeaders *headers, int64_t now,
					CacheAnswer *answer)
{
	HeaderValue expires = header_trim(headers->expires);
	HeaderValue date = header_trim(headers->date);
	HeaderValue retry = header_trim(headers->retry_after);
	int64_t		origin_now;
	int64_t		then;

	memset(answer, 0, sizeof(*answer));
	answer->age = judge_age(headers->age);

	/* dates are by the origin's clock, so they are compared with its Date */
	if (date.len == 0 ||
		!http_date_parse(date.text, date.len, now, &origin_now))
		origin_now = now;

	if (headers->cache_control.len > 0)
		judge_cache_control(headers->cache_control, answer);

	/*
	 * max-age overrides Expires; an invalid Expires is in the past (section
	 * 5.3)
	 */
	if (answer->verdict == CACHE_NONE_GIVEN && expires.len > 0)
	{
		answer->verdict = CACHE_LIFETIME;
		if (http_date_parse(expires.text, expires.len, now, &then) &&
			then > origin_now)
			answer->lifetime = then - origin_now;
	}

	if (retry.len > 0)
	{
		if (delta_seconds(retry.text, retry.len, false, &answer->retry_after))
			answer->has_retry_after = true;
		else if (http_date_parse(retry.text, retry.len, now, &then))
		{
			answer->has_retry_after = true;
			answer->retry_after = then > origin_now ? then - origin_now : 0;
		}
	}
}
