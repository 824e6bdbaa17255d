/*-------------------------------------------------------------------------
 *
 * cache_control.c
 *		What a Cache-Control header says of an answer's lifetime (RFC 9111).
 *
 * Pure C: no server headers, no allocation and no locale.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "http/cache_control.h"
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

bool
delta_seconds_read(const char *text, size_t len, bool escaped, int64_t *seconds)
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

/* What the directives said that were read. */
typedef struct Heard
{
	bool		no_store;
	bool		no_cache;
	bool		any_max_age;
	int64_t		max_age;		/* the last valid one */
} Heard;

static void
hear_directive(Heard *heard, const Directive *d)
{
	int64_t		seconds;

	if (header_equals(d->name, d->name_len, "no-store"))
		heard->no_store = true;
	else if (is_plain_no_cache(d))
		heard->no_cache = true;
	else if (header_equals(d->name, d->name_len, "max-age"))
	{
		heard->any_max_age = true;
		if (d->well_formed && d->has_value &&
			delta_seconds_read(d->value, d->value_len, d->quoted, &seconds))
			heard->max_age = seconds;
	}
}

/* Without a valid max-age the answer is stale, as section 4.2.1 encourages. */
static CacheVerdict
judge_heard(const Heard *heard, int64_t *lifetime)
{
	*lifetime = 0;
	if (heard->no_store)
		return CACHE_NO_STORE;
	if (heard->no_cache)
		return CACHE_LIFETIME;
	*lifetime = heard->max_age;
	return heard->any_max_age ? CACHE_LIFETIME : CACHE_NONE_GIVEN;
}

CacheVerdict
cache_control_judge(HeaderValue value, int64_t *lifetime)
{
	Cursor		c = {value.text, value.text + value.len};
	Directive	d;
	Heard		heard = {0};

	while (next_directive(&c, &d))
		hear_directive(&heard, &d);
	return judge_heard(&heard, lifetime);
}
