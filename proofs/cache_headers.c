/*-------------------------------------------------------------------------
 *
 * cache_headers.c
 *		Proof: the times that headers give are in bounds, and the last valid
 *		max-age counts.
 *
 * entries: seconds directives quoted max_ages stores dates
 * sources: http/header_line.c
 * cbmc: --unwind 8
 * cbmc seconds: --conversion-check --unsigned-overflow-check --unwind 22
 * cbmc max_ages: --unwind 40
 * cbmc stores: --unwind 40
 * cbmc directives: --unwind 18
 * cbmc quoted: --unwind 18
 * cbmc dates: --unwind 49
 *
 *-------------------------------------------------------------------------
 */
#include "proof.h"

#include <stdarg.h>

#include "http/cache_headers.c"

/*
 * ---- stand-ins for the C library, as far as the code uses it: see README.md
 * ----
 */

/* sscanf() for an HTTP-date: gives any texts and numbers that the widths allow. */
int
sscanf(const char *text, const char *format,...)
{
	va_list		args;
	int			nparts = (int) any_size_to(7);
	int			n = 0;
	int			width = 0;

	PROVE(strlen(text) < 48);
	va_start(args, format);
	for (const char *p = format; *p != '\0' && n < nparts; p++)
	{
		if (p[0] == '%')
			width = p[1] - '0';
		if (p[0] == 'd')
		{
			int			value = nondet_int();
			int			most = width == 4 ? 9999 : 99;

			PROVE(width == 2 || width == 4);
			ASSUME(value <= most && value >= -(most / 10));
			*va_arg(args, int *) = value;
			n++;
		}
		else if (p[0] == 's' || (p[0] == '[' && width > 0))
		{
			char	   *to = va_arg(args, char *);
			size_t		len = any_size_to((size_t) width);

			PROVE(__CPROVER_w_ok(to, (size_t) width + 1));
			__CPROVER_havoc_slice(to, (size_t) width + 1);
			to[len] = '\0';
			n++;
			width = 0;			/* a set in brackets is no conversion */
			while (p[0] == '[' && *p != ']')
				p++;
		}
	}
	va_end(args);
	return n;
}

/* snprintf(): writes the same text again, into the room that there is. */
int
snprintf(char *to, size_t size, const char *format,...)
{
	size_t		len = any_size_to(size - 1);

	PROVE(size > 0 && __CPROVER_w_ok(to, size));
	__CPROVER_havoc_slice(to, size);
	to[len] = '\0';
	return (int) len;
}

/* timegm() for years of four digits and other parts of two. */
#define MAX_TIME	INT64_C(260000000000)
#define MAX_NOW		INT64_C(253402300799)	/* the end of the year 9999 */

time_t
timegm(struct tm *tm)
{
	time_t		time = (time_t) nondet_int64();

	PROVE(tm->tm_year >= -1900 - 999 && tm->tm_year <= 9999 - 1900 + 200);
	PROVE(tm->tm_mon >= 0 && tm->tm_mon <= 12);
	ASSUME(time >= -MAX_TIME && time <= MAX_TIME);
	return time;
}

struct tm  *
gmtime_r(const time_t *time, struct tm *tm)
{
	if (nondet_bool())
		return NULL;
	__CPROVER_havoc_object(tm);
	ASSUME(tm->tm_mon >= 0 && tm->tm_mon <= 11 && tm->tm_mday >= 1 && tm->tm_mday <= 31);
	ASSUME(tm->tm_hour >= 0 && tm->tm_hour <= 23 && tm->tm_min >= 0 && tm->tm_min <= 59);
	ASSUME(tm->tm_sec >= 0 && tm->tm_sec <= 60);
	ASSUME(tm->tm_year >= -12000 && tm->tm_year <= 12000);
	return tm;
}

/* ---- the proofs ---- */

/*
 * The value is a number only if the text is digits alone, with backslashes
 * before them where these are allowed.  It is at most 2^31.
 */
void
seconds(void)
{
	char		text[3];
	char		most[] = "2147483648";
	int64_t		result;
	int64_t		value = 0;
	bool		good = true;

	for (size_t i = 0; i < sizeof(text); i++)
	{
		good = good && text[i] >= '0' && text[i] <= '9';
		value = good ? value * 10 + (text[i] - '0') : 0;
	}
	PROVE(delta_seconds(text, sizeof(text), false, &result) == good);
	PROVE(IMPLIES(good, result == value));
	PROVE(!delta_seconds(text, 0, false, &result));

	/* numbers around the largest one, and numbers of more digits */
	most[9] = (char) ('0' + any_size_to(9));
	PROVE(delta_seconds(most, 10, false, &result));
	PROVE(result == (most[9] < '8' ? INT64_C(2147483640) + (most[9] - '0') :
					 INT64_C(2147483648)));
	PROVE(delta_seconds("99999999999999999999", 20, false, &result));
	PROVE(result == INT64_C(2147483648));

	/* where a backslash is allowed, it changes nothing */
	ASSUME(text[0] == '\\');
	PROVE(delta_seconds(text, 2, true, &result) == (text[1] >= '0' && text[1] <= '9'));
	PROVE(!delta_seconds(text, 1, true, &result));
}

static bool
in_token(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		c == '!' || (c >= '#' && c <= '\'') || c == '*' || c == '+' || c == '-' || c == '.' ||
		c == '^' || c == '_' || c == '`' || c == '|' || c == '~';
}

/*
 * A directive is a name, and perhaps a value, up to a comma.  From any place
 * each step moves forward.
 */
static void
directive(size_t len, bool with_quotes)
{
	char	   *text = any_bytes(len);
	Cursor		c = {text, text + len};
	Directive	d;
	size_t		i = nondet_size();

	if (with_quotes)
		ASSUME(text[0] == 'a' && text[1] == '=' && text[2] == '"');
	if (!next_directive(&c, &d))
	{
		PROVE(c.at == c.end);
		PROVE(IMPLIES(i < len, text[i] == ' ' || text[i] == '\t' || text[i] == ','));
		return;
	}
	PROVE(c.at > text && c.at <= c.end);
	PROVE(c.at == c.end || *c.at == ',');
	PROVE(d.name >= text && d.name + d.name_len <= c.at);
	PROVE(IMPLIES(i < d.name_len, in_token(d.name[i])));
	PROVE(d.name + d.name_len == text + len || !in_token(d.name[d.name_len]));
	PROVE(IMPLIES(d.well_formed, d.name_len > 0));
	if (!d.has_value)
		return;
	PROVE(d.value > d.name + d.name_len && d.value <= c.at);
	PROVE(d.value_len <= (size_t) (c.at - d.value));
	PROVE(d.quoted == (d.value[-1] == '"'));
	if (!d.well_formed)
		return;
	if (d.quoted)
		PROVE(d.value[d.value_len] == '"' &&
			  IMPLIES(d.value_len > 0 && d.value[d.value_len - 1] == '\\',
					  d.value_len > 1 && d.value[d.value_len - 2] == '\\'));
	else
		PROVE(d.value_len > 0 && IMPLIES(i < d.value_len, in_token(d.value[i])));
}

void
directives(void)
{
	ANY_LENGTH(len, 0, 3)
		directive(len, false);
}

void
quoted(void)
{
	ANY_LENGTH(len, 3, 5)
		directive(len, true);
}

/* One character of a header's text. */
static CacheAnswer
judge(const char *text)
{
	HeaderValue value = {text, strlen(text)};
	CacheAnswer answer = {0};

	judge_cache_control(value, &answer);
	return answer;
}

/* Of two max-age directives the last valid one counts. */
static void
max_age(const char *text, int64_t expected)
{
	CacheAnswer answer = judge(text);

	PROVE(answer.verdict == CACHE_LIFETIME && answer.lifetime == expected);
}

void
max_ages(void)
{
	max_age("max-age=7,max-age=5", 5);
	max_age("max-age=7,max-age=x", 7);
	max_age("max-age=7,max-age", 7);
	max_age("max-age,max-age=\"5\"", 5);
	max_age("max-age=0x7", 0);
	max_age("MAX-AGE=7;a=1", 0);
}

/* no-store counts before everything else, then no-cache, without regard to case. */
void
stores(void)
{
	max_age("max-age=7,No-Cache", 0);
	max_age("max-age=7,no-cache=\"a,no-store\"", 7);
	PROVE(judge("no-sTore,max-age=7").verdict == CACHE_NO_STORE);
	PROVE(judge("a=\"no-store\",no-stor").verdict == CACHE_NONE_GIVEN);
}

/* Any text, as any of the three date formats. */
void
dates(void)
{
	size_t		len = any_size_to(50);
	char	   *text = any_bytes(len);
	int64_t		now = nondet_int64();
	int64_t		result;

	ASSUME(now >= 0 && now <= MAX_NOW);
	if (http_date_parse(text, len, now, &result))
	{
		PROVE(len > 0 && len < 48);
		PROVE(result >= -MAX_TIME && result <= MAX_TIME + 1);
	}
}
