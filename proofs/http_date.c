/*-------------------------------------------------------------------------
 *
 * http_date.c
 *		Proof: a text is taken exactly when it is a date in one of the three
 *		formats, and means that second of the Gregorian calendar.
 *
 * What a date means is said without a formula: 1970-01-01 is 0, the next day is
 * 86400 later whatever month or year ends between them, and within a day hours,
 * minutes and seconds count.  Steps from each day to the next lead to every date.
 *
 * entries: fixdates asctimes rfc850s judged examples epoch days times new_years years clocks
 * sources: http/header_line.c
 * cbmc days: --unwind 33
 * cbmc new_years: --unwind 10051
 * cbmc: --unwind 14 --conversion-check --unsigned-overflow-check
 *
 *-------------------------------------------------------------------------
 */
#include "proof.h"

#include "http/http_date.c"

#define MIN_TIME	INT64_C(-62167219200)	/* the year 0 */
#define MAX_TIME	INT64_C(260000000000)	/* 50 years behind the year 9999 */
#define MAX_YEAR	10049
#define MAX_NOW		INT64_C(253402300799)	/* the end of the year 9999 */

/* A date's parts as they stand; the month is from 1 to 12, or 0 when it is none. */
typedef struct Parts
{
	bool		grammar;		/* everything else is as it must be */
	int			year;
	int			month;
	int			day;
	int			hour;
	int			minute;
	int			second;
} Parts;

static int
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

static bool
stands(const char *text, const char *word)
{
	for (int i = 0; word[i] != '\0'; i++)
		if (lower(text[i]) != word[i])
			return false;
	return true;
}

static int
digit(Parts *parts, char c)
{
	if (c < '0' || c > '9')
		parts->grammar = false;
	return c - '0';
}

static int
two(Parts *parts, const char *text)
{
	return digit(parts, text[0]) * 10 + digit(parts, text[1]);
}

/* Looks at letters one by one, which is faster for CBMC than twelve words. */
static int
month_at(const char *text)
{
	int			first = lower(text[0]);
	int			second = lower(text[1]);
	int			third = lower(text[2]);

	if (first == 'j')
		return second == 'a' && third == 'n' ? 1 : second != 'u' ? 0 :
			third == 'n' ? 6 : third == 'l' ? 7 : 0;
	if (first == 'm')
		return second != 'a' ? 0 : third == 'r' ? 3 : third == 'y' ? 5 : 0;
	if (first == 'a')
		return second == 'p' && third == 'r' ? 4 : second == 'u' && third == 'g' ? 8 : 0;
	if (first == 'f')
		return second == 'e' && third == 'b' ? 2 : 0;
	if (first == 's')
		return second == 'e' && third == 'p' ? 9 : 0;
	if (first == 'o')
		return second == 'c' && third == 't' ? 10 : 0;
	if (first == 'n')
		return second == 'o' && third == 'v' ? 11 : 0;
	return first == 'd' && second == 'e' && third == 'c' ? 12 : 0;
}

static bool
short_weekday(const char *text)
{
	return stands(text, "sun") || stands(text, "mon") || stands(text, "tue") ||
		stands(text, "wed") || stands(text, "thu") || stands(text, "fri") ||
		stands(text, "sat");
}

static void
time_at(Parts *parts, const char *text)
{
	parts->hour = two(parts, text);
	parts->minute = two(parts, text + 3);
	parts->second = two(parts, text + 6);
	parts->grammar = parts->grammar && text[2] == ':' && text[5] == ':';
}

/* "Sun, 06 Nov 1994 08:49:37 GMT" */
#define FIXDATE_LEN 29

static Parts
fixdate_parts(const char *text)
{
	Parts		parts = {.grammar = true};

	parts.day = two(&parts, text + 5);
	parts.month = month_at(text + 8);
	parts.year = two(&parts, text + 12) * 100 + two(&parts, text + 14);
	time_at(&parts, text + 17);
	parts.grammar = parts.grammar && short_weekday(text) && stands(text + 3, ", ") &&
		text[7] == ' ' && text[11] == ' ' && text[16] == ' ' && stands(text + 25, " gmt");
	return parts;
}

/* "Sun Nov  6 08:49:37 1994", or "Sun Nov 06 ..." */
#define ASCTIME_LEN 24

static Parts
asctime_parts(const char *text)
{
	Parts		parts = {.grammar = true};

	parts.month = month_at(text + 4);
	parts.day = (text[8] == ' ' ? 0 : digit(&parts, text[8]) * 10) + digit(&parts, text[9]);
	time_at(&parts, text + 11);
	parts.year = two(&parts, text + 20) * 100 + two(&parts, text + 22);
	parts.grammar = parts.grammar && short_weekday(text) && text[3] == ' ' &&
		text[7] == ' ' && text[10] == ' ' && text[19] == ' ';
	return parts;
}

/* "Sunday, 06-Nov-94 08:49:37 GMT"; the year has two digits */
#define RFC850_LEN(weekday_len) ((weekday_len) + 24)

static Parts
rfc850_parts(const char *text, size_t weekday_len)
{
	Parts		parts = {.grammar = true};
	const char *date = text + weekday_len;

	parts.day = two(&parts, date + 2);
	parts.month = month_at(date + 5);
	parts.year = two(&parts, date + 9);
	time_at(&parts, date + 12);
	parts.grammar = parts.grammar && stands(date, ", ") && date[4] == '-' &&
		date[8] == '-' && date[11] == ' ' && stands(date + 20, " gmt");
	return parts;
}

/* Thirty days hath September. */
static int
last_day(int year, int month)
{
	if (month == 4 || month == 6 || month == 9 || month == 11)
		return 30;
	if (month != 2)
		return 31;
	if (year % 400 == 0)
		return 29;
	return year % 4 == 0 && year % 100 != 0 ? 29 : 28;
}

static bool
is_date(const Parts *parts)
{
	return parts->grammar && parts->month != 0 &&
		parts->day >= 1 && parts->day <= last_day(parts->year, parts->month) &&
		parts->hour < 24 && parts->minute < 60 && parts->second <= 60;
}

static int64_t
any_now(void)
{
	int64_t		now = nondet_int64();

	ASSUME(now >= 0 && now <= MAX_NOW);
	return now;
}

/* A text is read exactly when it is in the format, and its parts are what stands there. */
static void
read_is(bool taken, const HttpDate *date, const Parts *parts)
{
	PROVE(taken == (parts->grammar && parts->month != 0));
	if (taken)
		PROVE(date->year == parts->year && date->month == parts->month - 1 &&
			  date->day == parts->day && date->hour == parts->hour &&
			  date->minute == parts->minute && date->second == parts->second);
}

void
fixdates(void)
{
	HeaderValue text = {any_bytes(FIXDATE_LEN), FIXDATE_LEN};
	Parts		parts = fixdate_parts(text.text);
	HttpDate	date;

	read_is(read_fixdate(text, &date), &date, &parts);
}

void
asctimes(void)
{
	HeaderValue text = {any_bytes(ASCTIME_LEN), ASCTIME_LEN};
	Parts		parts = asctime_parts(text.text);
	HttpDate	date;

	read_is(read_asctime(text, &date), &date, &parts);
}

static void
rfc850_is(const char *weekday)
{
	size_t		len = strlen(weekday);
	char	   *text = any_bytes(RFC850_LEN(len));
	HeaderValue value = {text, RFC850_LEN(len)};
	Parts		parts;
	HttpDate	date;

	memcpy(text, weekday, len);
	parts = rfc850_parts(text, len);
	if (parts.grammar)
		parts.year += parts.year <= 75 ? 2000 : 1900;
	read_is(read_rfc850(value, INT64_C(1760000000), &date), &date, &parts); /* 2025 */
}

void
rfc850s(void)
{
	if (nondet_bool())
		rfc850_is("monday");
	else
		rfc850_is("Wednesday");
}

static int64_t
parts_seconds(const Parts *parts)
{
	HttpDate	date = {parts->year, parts->month - 1, parts->day,
		parts->hour, parts->minute, parts->second
	};

	return date_seconds(&date);
}

/* Whether a day, an hour, a minute, a second and a year are in the calendar. */
static void
judge_with(const char *month, size_t at)
{
	char		text[] = "Sun, 29 Nov 1900 23:59:59 GMT";
	char		any[2];			/* was never set */
	Parts		parts;
	int64_t		seconds = 0;
	bool		taken;

	memcpy(text + 8, month, 3);
	text[at] = any[0];
	text[at + 1] = any[1];
	parts = fixdate_parts(text);
	taken = http_date_parse(text, FIXDATE_LEN, 0, &seconds);
	PROVE(taken == is_date(&parts));
	PROVE(IMPLIES(taken, seconds == parts_seconds(&parts)));
}

void
judged(void)
{
	judge_with("Nov", 5);
	judge_with("Feb", 12);
	judge_with("Feb", 14);
	judge_with("Oct", 17);
	judge_with("Oct", 20);
	judge_with("Oct", 23);
}

static void
example(const char *text, size_t len)
{
	char		more[40];
	int64_t		seconds;

	PROVE(http_date_parse(text, len, 0, &seconds) && seconds == 784111777);
	PROVE(!http_date_parse(text, len - 1, 0, &seconds));
	memcpy(more, text, len);	/* and any character */
	PROVE(!http_date_parse(more, len + 1, 0, &seconds));
}

/* The standard's examples; a character more or less makes them none. */
void
examples(void)
{
	example("Sun, 06 Nov 1994 08:49:37 GMT", FIXDATE_LEN);
	example("Sunday, 06-Nov-94 08:49:37 GMT", RFC850_LEN(6));
	example("Sun Nov  6 08:49:37 1994", ASCTIME_LEN);
	example("Tuesday, 06-nov-94 08:49:37 gmt", RFC850_LEN(7));
	example("thursday, 06-Nov-94 08:49:37 GMT", RFC850_LEN(8));
	example("SATURDAY, 06-NOV-94 08:49:37 GMT", RFC850_LEN(8));
	example("Friday, 06-Nov-94 08:49:37 GMT", RFC850_LEN(6));
}

/* ---- what it means ---- */

void
epoch(void)
{
	HttpDate	first = {1970, 0, 1, 0, 0, 0};
	HttpDate	earliest = {0, 0, 1, 0, 0, 0};
	HttpDate	latest = {MAX_YEAR, 11, 31, 23, 59, 60};

	PROVE(date_seconds(&first) == 0);
	PROVE(date_seconds(&earliest) == MIN_TIME && date_seconds(&latest) <= MAX_TIME);
}

/* From each day to the next, in a year that is a leap year, and in one that is none. */
void
days(void)
{
	for (int year = 2023; year <= 2024; year++)
	{
		HttpDate	first = {year, 0, 1, 0, 0, 0};
		int64_t		expected = date_seconds(&first);

		for (int month = 1; month <= 12; month++)
		{
			for (int day = 1; day <= last_day(year, month); day++)
			{
				HttpDate	date = {year, month - 1, day, 0, 0, 0};

				PROVE(date_seconds(&date) == expected);
				expected += 86400;
			}
		}
	}
}

void
times(void)
{
	HttpDate	midnight = {2024, 1, 29, 0, 0, 0};
	HttpDate	date = midnight;

	date.hour = (int) any_size_to(23);
	date.minute = (int) any_size_to(59);
	date.second = (int) any_size_to(60);
	PROVE(date_seconds(&date) - date_seconds(&midnight) ==
		  date.hour * 3600 + date.minute * 60 + date.second);
}

/* Each year begins where the one before it ends. */
void
new_years(void)
{
	for (int year = 0; year < MAX_YEAR; year++)
		PROVE(days_before_year(year + 1) - days_before_year(year) ==
			  (last_day(year, 2) == 29 ? 366 : 365));
}

/* A year of two digits is the one that is nearest to the clock's. */
void
years(void)
{
	int			this_year = nondet_int();
	int			two_digits = (int) any_size_to(99);
	int			year;

	ASSUME(this_year >= 1970 && this_year <= 9999);
	year = whole_year(two_digits, this_year);
	PROVE(year % 100 == two_digits);
	PROVE(year > this_year - 50 && year <= this_year + 50);
}

/* The clock's year is one of four digits. */
void
clocks(void)
{
	int			year = year_of(any_now());

	PROVE(year >= 1970 && year <= 9999);
}
