/*-------------------------------------------------------------------------
 *
 * cache_control.c
 *		Proof: the times that Cache-Control gives are in bounds, and of its
 *		directives counts what counts before the others.
 *
 * entries: seconds directives quoted hears judges max_ages stores
 * sources: http/header_line.c
 * cbmc: --unwind 10
 * cbmc seconds: --conversion-check --unsigned-overflow-check --unwind 22
 * cbmc max_ages: --unwind 40
 * cbmc stores: --unwind 40
 * cbmc directives: --unwind 18
 * cbmc quoted: --unwind 18
 *
 *-------------------------------------------------------------------------
 */
#include "proof.h"

#include "http/cache_control.c"

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
	PROVE(delta_seconds_read(text, sizeof(text), false, &result) == good);
	PROVE(IMPLIES(good, result == value));
	PROVE(!delta_seconds_read(text, 0, false, &result));

	/* numbers around the largest one, and numbers of more digits */
	most[9] = (char) ('0' + any_size_to(9));
	PROVE(delta_seconds_read(most, 10, false, &result));
	PROVE(result == (most[9] < '8' ? INT64_C(2147483640) + (most[9] - '0') :
					 INT64_C(2147483648)));
	PROVE(delta_seconds_read("99999999999999999999", 20, false, &result));
	PROVE(result == INT64_C(2147483648));

	/* where a backslash is allowed, it changes nothing */
	ASSUME(text[0] == '\\');
	PROVE(delta_seconds_read(text, 2, true, &result) == (text[1] >= '0' && text[1] <= '9'));
	PROVE(!delta_seconds_read(text, 1, true, &result));
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

/* ---- what is heard, of any directive and whatever was heard before ---- */

/* Is the name that word, which is in small letters? */
static bool
is_named(const Directive *d, const char *word)
{
	size_t		len = 0;

	for (; word[len] != '\0'; len++)
		if (len >= d->name_len || (d->name[len] | ('a' <= word[len] ? 32 : 0)) != word[len])
			return false;
	return len == d->name_len;
}

/* Holds before the first directive, and behind each. */
static bool
is_sound(const Heard *heard)
{
	return heard->max_age >= 0 && heard->max_age <= DELTA_SECONDS_MAX &&
		(heard->any_max_age || heard->max_age == 0);
}

static Heard
any_heard(void)
{
	Heard		heard = {nondet_bool(), nondet_bool(), nondet_bool(), nondet_int64()};

	ASSUME(is_sound(&heard));
	return heard;
}

void
hears(void)
{
	Heard		before = any_heard();
	Heard		heard = before;
	Directive	d;
	int64_t		seconds;
	bool		valid;

	d.name_len = any_size_to(8);
	d.name = any_bytes(8);
	d.value_len = any_size_to(2);
	d.value = any_bytes(2);
	d.has_value = nondet_bool();
	d.quoted = nondet_bool();
	d.well_formed = nondet_bool();
	ASSUME(d.has_value || d.value_len == 0);
	hear_directive(&heard, &d);

	valid = is_named(&d, "max-age") && d.well_formed && d.has_value &&
		delta_seconds_read(d.value, d.value_len, d.quoted, &seconds);
	PROVE(heard.no_store == (before.no_store || is_named(&d, "no-store")));
	PROVE(heard.no_cache == (before.no_cache ||
							 (is_named(&d, "no-cache") && (!d.well_formed || d.value_len == 0))));
	PROVE(heard.any_max_age == (before.any_max_age || is_named(&d, "max-age")));
	PROVE(heard.max_age == (valid ? seconds : before.max_age));
	PROVE(is_sound(&heard));
}

/* no-store goes before no-cache, that before max-age; without any there is nothing. */
void
judges(void)
{
	Heard		heard = any_heard();
	int64_t		lifetime;
	CacheVerdict verdict = judge_heard(&heard, &lifetime);

	PROVE((verdict == CACHE_NO_STORE) == heard.no_store);
	PROVE((verdict == CACHE_NONE_GIVEN) ==
		  (!heard.no_store && !heard.no_cache && !heard.any_max_age));
	PROVE(lifetime == (!heard.no_store && !heard.no_cache && heard.any_max_age ?
					   heard.max_age : 0));
}

/* ---- whole headers ---- */

typedef struct Judgement
{
	CacheVerdict verdict;
	int64_t		lifetime;
} Judgement;

static Judgement
judge(const char *text)
{
	HeaderValue value = {text, strlen(text)};
	Judgement	judgement;

	judgement.verdict = cache_control_judge(value, &judgement.lifetime);
	return judgement;
}

/* Of two max-age directives the last valid one counts. */
static void
max_age(const char *text, int64_t expected)
{
	Judgement	answer = judge(text);

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
