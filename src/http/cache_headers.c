/*-------------------------------------------------------------------------
 *
 * cache_headers.c
 *		What an answer's headers say of its freshness and of when to come
 *		again (RFC 9111, RFC 9110).
 *
 * Pure C: no server headers, no allocation, no locale and no time zone.
 *
 * IDENTIFICATION
 *	  src/http/cache_headers.c
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "http/cache_headers.h"

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

static inline bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
is_space(char c)
{
	return c == ' ' || c == '\t';
}

static inline char
lower(char c)
{
	return (c >= 'A' && c <= 'Z') ? (char) (c - 'A' + 'a') : c;
}

/* tchar of RFC 9110, section 5.6.2 */
static bool
is_token_char(char c)
{
	return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') ||
		(c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static bool
equals_nocase(const char *text, size_t len, const char *word)
{
	if (len != strlen(word))
		return false;
	for (size_t i = 0; i < len; i++)
	{
		if (lower(text[i]) != lower(word[i]))
			return false;
	}
	return true;
}

static HeaderValue
trim(HeaderValue value)
{
	while (value.len > 0 && is_space(value.text[0]))
	{
		value.text++;
		value.len--;
	}
	while (value.len > 0 && is_space(value.text[value.len - 1]))
		value.len--;
	return value;
}

static void
skip_space(Cursor *c)
{
	while (c->at < c->end && is_space(*c->at))
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
		if (!is_digit(text[i]))
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
 * Reads the next element of a #cache-directive list; false at its end.  One that
 * breaks the grammar comes with well_formed false, and the comma to go on behind
 * is looked for outside quotes.
 */
static bool
next_directive(Cursor *c, Directive *d)
{
	while (c->at < c->end && (is_space(*c->at) || *c->at == ','))
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

	skip_space(c);
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
 * Does an unqualified no-cache stand here?  The qualified form names header
 * fields that must not be reused; we reuse none.
 */
static bool
is_plain_no_cache(const Directive *d)
{
	return equals_nocase(d->name, d->name_len, "no-cache") &&
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
		if (equals_nocase(d.name, d.name_len, "no-store"))
			no_store = true;
		else if (is_plain_no_cache(&d))
			no_cache = true;
		else if (equals_nocase(d.name, d.name_len, "max-age"))
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

typedef struct DateParts
{
	int			year;
	int			month;			/* 0 is January */
	int			day;
	int			hour;
	int			minute;
	int			second;
} DateParts;

static const char *const weekday_names[] = {
	"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"
};
static const char *const month_names[] = {
	"Jan", "Feb", "Mar", "Apr", "May", "Jun",
	"Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
};

/* Takes this text, without regard to case. */
static bool
take_text(Cursor *c, const char *text, size_t len)
{
	if ((size_t) (c->end - c->at) < len)
		return false;
	for (size_t i = 0; i < len; i++)
	{
		if (lower(c->at[i]) != lower(text[i]))
			return false;
	}
	c->at += len;
	return true;
}

static bool
take(Cursor *c, const char *text)
{
	return take_text(c, text, strlen(text));
}

static bool
take_digits(Cursor *c, int ndigits, int *number)
{
	*number = 0;
	if (c->end - c->at < ndigits)
		return false;
	for (int i = 0; i < ndigits; i++)
	{
		if (!is_digit(c->at[i]))
			return false;
		*number = *number * 10 + (c->at[i] - '0');
	}
	c->at += ndigits;
	return true;
}

/*
 * Whether it is that of the date is not looked at: it says nothing that the date does
 * not, and other recipients pass over it.
 */
static bool
take_weekday(Cursor *c, bool whole)
{
	for (int i = 0; i < 7; i++)
	{
		const char *name = weekday_names[i];

		if (take_text(c, name, whole ? strlen(name) : 3))
			return true;
	}
	return false;
}

static bool
take_month(Cursor *c, int *month)
{
	for (*month = 0; *month < 12; (*month)++)
	{
		if (take(c, month_names[*month]))
			return true;
	}
	return false;
}

static bool
take_time(Cursor *c, DateParts *p)
{
	return take_digits(c, 2, &p->hour) && take(c, ":") &&
		take_digits(c, 2, &p->minute) && take(c, ":") &&
		take_digits(c, 2, &p->second);
}

/* Days since 1970-01-01 in the proleptic Gregorian calendar. */
static int64_t
days_from_civil(int year, int month, int day)
{
	/* a year that begins in March has its leap day, if any, at its end */
	int64_t		y = month < 2 ? year - 1 : year;
	int64_t		m = (month + 10) % 12;
	int64_t		era = y / 400;
	int64_t		yoe = y - era * 400;
	int64_t		doy = (153 * m + 2) / 5 + day - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static bool
parts_to_seconds(const DateParts *p, int64_t *seconds)
{
	static const int month_days[] = {
		31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
	};
	bool		leap = (p->year % 4 == 0 && p->year % 100 != 0) ||
		p->year % 400 == 0;

	/* a second of 60 is a leap second */
	if (p->day < 1 ||
		p->day > month_days[p->month] + (leap && p->month == 1 ? 1 : 0) ||
		p->hour > 23 || p->minute > 59 || p->second > 60)
		return false;

	*seconds = days_from_civil(p->year, p->month, p->day) * 86400 +
		p->hour * 3600 + p->minute * 60 + p->second;
	return true;
}

/* "Sun, 06 Nov 1994 08:49:37 GMT" */
static bool
imf_fixdate(Cursor c, int64_t *seconds)
{
	DateParts	p;

	return take_weekday(&c, false) && take(&c, ", ") &&
		take_digits(&c, 2, &p.day) && take(&c, " ") &&
		take_month(&c, &p.month) && take(&c, " ") &&
		take_digits(&c, 4, &p.year) && take(&c, " ") &&
		take_time(&c, &p) && take(&c, " GMT") && c.at == c.end &&
		parts_to_seconds(&p, seconds);
}

/* "Sunday, 06-Nov-94 08:49:37 GMT" */
static bool
rfc850_date(Cursor c, int64_t now, int64_t *seconds)
{
	DateParts	p;
	int			two_digits;
	int			this_year;

	if (!(take_weekday(&c, true) && take(&c, ", ") &&
		  take_digits(&c, 2, &p.day) && take(&c, "-") &&
		  take_month(&c, &p.month) && take(&c, "-") &&
		  take_digits(&c, 2, &two_digits) && take(&c, " ") &&
		  take_time(&c, &p) && take(&c, " GMT") && c.at == c.end))
		return false;

	/* the year that now is in, near enough: 365.2425 days have 31556952 s */
	this_year = 1970 + (int) (now / 31556952);
	p.year = this_year - this_year % 100 + two_digits;
	if (p.year > this_year + 50)
		p.year -= 100;
	else if (p.year <= this_year - 50)
		p.year += 100;
	return parts_to_seconds(&p, seconds);
}

/* "Sun Nov  6 08:49:37 1994" */
static bool
asctime_date(Cursor c, int64_t *seconds)
{
	DateParts	p;

	return take_weekday(&c, false) && take(&c, " ") &&
		take_month(&c, &p.month) && take(&c, " ") &&
		(take(&c, " ") ? take_digits(&c, 1, &p.day) :
		 take_digits(&c, 2, &p.day)) && take(&c, " ") &&
		take_time(&c, &p) && take(&c, " ") &&
		take_digits(&c, 4, &p.year) && c.at == c.end &&
		parts_to_seconds(&p, seconds);
}

bool
http_date_parse(const char *text, size_t len, int64_t now, int64_t *seconds)
{
	Cursor		c;

	if (len == 0)
		return false;			/* and perhaps no text to point into */
	c.at = text;
	c.end = text + len;
	return imf_fixdate(c, seconds) ||
		rfc850_date(c, now, seconds) ||
		asctime_date(c, seconds);
}

/* ---- the headers together ---- */

/*
 * A list of ages counts by its first member, and an invalid one not at all
 * (RFC 9111, section 5.1).
 */
static int64_t
judge_age(HeaderValue value)
{
	const char *comma = value.len > 0 ? memchr(value.text, ',', value.len) : NULL;
	int64_t		seconds;

	if (comma != NULL)
		value.len = comma - value.text;
	value = trim(value);
	return delta_seconds(value.text, value.len, false, &seconds) ? seconds : 0;
}

void
cache_headers_judge(const CacheHeaders *headers, int64_t now,
					CacheAnswer *answer)
{
	HeaderValue expires = trim(headers->expires);
	HeaderValue date = trim(headers->date);
	HeaderValue retry = trim(headers->retry_after);
	int64_t		origin_now;
	int64_t		then;

	memset(answer, 0, sizeof(*answer));
	answer->age = judge_age(headers->age);

	/* dates are of the origin's clock, and so measured by its Date */
	if (date.len == 0 ||
		!http_date_parse(date.text, date.len, now, &origin_now))
		origin_now = now;

	if (headers->cache_control.len > 0)
		judge_cache_control(headers->cache_control, answer);

	/* Expires yields to max-age; a bad one is a time past (section 5.3) */
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
		else
			answer->retry_after = 0;
	}
}
