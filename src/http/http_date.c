/*-------------------------------------------------------------------------
 *
 * http_date.c
 *		Reads the dates of HTTP's headers (RFC 9110, section 5.6.7).
 *
 * Pure C: no server headers, no allocation, no locale and no time zone.
 *
 * sscanf() and timegm() are lenient, as libcurl's curl_getdate() and CURLINFO_RETRY_AFTER
 * are: they take dates that are none.  So the three formats are read here, to the letter.
 *
 * The weekday need not be the date's own: it adds nothing to the date, and other
 * recipients ignore it.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "http/header_line.h"
#include "http/http_date.h"
#include "url/ascii.h"

typedef struct HttpDate
{
	int			year;
	int			month;			/* 0 is January */
	int			day;
	int			hour;
	int			minute;
	int			second;
} HttpDate;

static const char *const short_weekdays[] = {
	"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"
};
static const char *const weekdays[] = {
	"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"
};
static const char *const months[] = {
	"Jan", "Feb", "Mar", "Apr", "May", "Jun",
	"Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
};

/* ---- pieces of a date; each function moves rest behind what it reads ---- */

static bool
date_text(HeaderValue *rest, const char *text)
{
	size_t		len = strlen(text);

	if (rest->len < len || !header_equals(rest->text, len, text))
		return false;
	rest->text += len;
	rest->len -= len;
	return true;
}

/* Reads one of some names; *which is its place among them. */
static bool
date_name(HeaderValue *rest, const char *const names[], int nnames, int *which)
{
	for (*which = 0; *which < nnames; ++*which)
	{
		if (date_text(rest, names[*which]))
			return true;
	}
	return false;
}

/* Reads a number of exactly so many digits. */
static bool
date_digits(HeaderValue *rest, int ndigits, int *number)
{
	*number = 0;
	for (; ndigits > 0; ndigits--)
	{
		if (rest->len == 0 || !url_is_digit(rest->text[0]))
			return false;
		*number = *number * 10 + (rest->text[0] - '0');
		rest->text++;
		rest->len--;
	}
	return true;
}

static bool
date_weekday(HeaderValue *rest, const char *const names[])
{
	int			which;

	return date_name(rest, names, 7, &which);
}

static bool
date_month(HeaderValue *rest, HttpDate *date)
{
	return date_name(rest, months, 12, &date->month);
}

static bool
date_time(HeaderValue *rest, HttpDate *date)
{
	return date_digits(rest, 2, &date->hour) && date_text(rest, ":") &&
		date_digits(rest, 2, &date->minute) && date_text(rest, ":") &&
		date_digits(rest, 2, &date->second);
}

/* ---- the three formats ---- */

/* "Sun, 06 Nov 1994 08:49:37 GMT" */
static bool
read_fixdate(HeaderValue rest, HttpDate *date)
{
	return date_weekday(&rest, short_weekdays) && date_text(&rest, ", ") &&
		date_digits(&rest, 2, &date->day) && date_text(&rest, " ") &&
		date_month(&rest, date) && date_text(&rest, " ") &&
		date_digits(&rest, 4, &date->year) && date_text(&rest, " ") &&
		date_time(&rest, date) && date_text(&rest, " GMT") && rest.len == 0;
}

/* A year of two digits is at most 50 years ahead (RFC 9110). */
static int
whole_year(int two_digits, int this_year)
{
	int			year = this_year - this_year % 100 + two_digits;

	if (year > this_year + 50)
		return year - 100;
	return year <= this_year - 50 ? year + 100 : year;
}

/* The present year, approximately: 365.2425 days have 31556952 s. */
static int
year_of(int64_t now)
{
	return 1970 + (int) (now / 31556952);
}

/* "Sunday, 06-Nov-94 08:49:37 GMT" */
static bool
read_rfc850(HeaderValue rest, int64_t now, HttpDate *date)
{
	if (!(date_weekday(&rest, weekdays) && date_text(&rest, ", ") &&
		  date_digits(&rest, 2, &date->day) && date_text(&rest, "-") &&
		  date_month(&rest, date) && date_text(&rest, "-") &&
		  date_digits(&rest, 2, &date->year) && date_text(&rest, " ") &&
		  date_time(&rest, date) && date_text(&rest, " GMT") && rest.len == 0))
		return false;
	date->year = whole_year(date->year, year_of(now));
	return true;
}

/* "Sun Nov  6 08:49:37 1994" */
static bool
read_asctime(HeaderValue rest, HttpDate *date)
{
	return date_weekday(&rest, short_weekdays) && date_text(&rest, " ") &&
		date_month(&rest, date) && date_text(&rest, " ") &&
		date_digits(&rest, date_text(&rest, " ") ? 1 : 2, &date->day) &&
		date_text(&rest, " ") && date_time(&rest, date) && date_text(&rest, " ") &&
		date_digits(&rest, 4, &date->year) && rest.len == 0;
}

/* ---- what they mean ---- */

/* Days before each month of a year that is no leap year, and in all of it. */
static const int days_before[] = {
	0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365
};

static bool
is_leap_year(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int
days_of_month(const HttpDate *date)
{
	return days_before[date->month + 1] - days_before[date->month] +
		(date->month == 1 && is_leap_year(date->year) ? 1 : 0);
}

/*
 * The Gregorian calendar holds for all years.  Of those before a year, the year 0
 * and each fourth one behind it have a leap day, but for whole centuries.
 */
static int
days_before_year(int year)
{
	return 365 * year + (year + 3) / 4 - (year + 99) / 100 + (year + 399) / 400;
}

static int64_t
date_seconds(const HttpDate *date)
{
	int			days = days_before_year(date->year) - days_before_year(1970);

	days += days_before[date->month] + date->day - 1;
	if (date->month > 1 && is_leap_year(date->year))
		days++;
	return (int64_t) days * 86400 +
		date->hour * 3600 + date->minute * 60 + date->second;
}

bool
http_date_parse(const char *text, size_t len, int64_t now, int64_t *seconds)
{
	HeaderValue whole = {text, len};
	HttpDate	date;

	if (!read_fixdate(whole, &date) && !read_rfc850(whole, now, &date) &&
		!read_asctime(whole, &date))
		return false;
	/* a second of 60 is a leap second */
	if (date.day < 1 || date.day > days_of_month(&date) ||
		date.hour > 23 || date.minute > 59 || date.second > 60)
		return false;
	*seconds = date_seconds(&date);
	return true;
}
