/*-------------------------------------------------------------------------
 *
 * cache_headers.c
 *		Proof: which header counts before which other, and what is taken where
 *		one is absent or invalid.
 *
 * Other proofs cover the functions that read a date, seconds and Cache-Control;
 * here stand-ins keep their contracts.
 *
 * entries: proof
 * sources: http/cache_headers.c http/header_line.c
 * cbmc: --unwind 5 --conversion-check
 *
 *-------------------------------------------------------------------------
 */
#include "proof.h"

#include "http/cache_headers.h"
#include "http/http_date.h"

#define MAX_LEN		3
#define MIN_TIME	INT64_C(-62167219200)	/* as http_date.c proves */
#define MAX_TIME	INT64_C(260000000000)
#define MAX_NOW		INT64_C(253402300799)	/* a clock between 1970 and 9999 */

/* A header, what its text means, and where that lies. */
typedef struct Header
{
	HeaderValue value;
	HeaderValue trimmed;
	bool		is_date;
	int64_t		date;
	bool		is_seconds;
	int64_t		seconds;
} Header;

static Header age;
static Header expires;
static Header date;
static Header retry;
static HeaderValue control;
static CacheVerdict control_verdict;
static int64_t control_lifetime;
static int64_t now;

static bool
is_same(const Header *header, const char *text, size_t len)
{
	return len == header->trimmed.len && (len == 0 || text == header->trimmed.text);
}

static bool
space(char c)
{
	return c == ' ' || c == '\t';
}

static Header
any_header(bool list)
{
	Header		header;
	size_t		len = any_size_to(MAX_LEN);
	const char *text = any_bytes(MAX_LEN);
	size_t		start = 0;
	size_t		end = 0;

	header.value.text = text;
	header.value.len = len;
	while (end < len && !(list && text[end] == ','))
		end++;
	while (start < end && space(text[start]))
		start++;
	while (end > start && space(text[end - 1]))
		end--;
	header.trimmed.text = text + start;
	header.trimmed.len = end - start;
	ASSUME(header.date >= MIN_TIME && header.date <= MAX_TIME);
	ASSUME(header.seconds >= 0 && header.seconds <= DELTA_SECONDS_MAX);
	/* nothing is neither, and nothing is both */
	ASSUME(IMPLIES(end == start, !header.is_date && !header.is_seconds));
	ASSUME(!(header.is_date && header.is_seconds));
	return header;
}

/* What it says is for the whole header, without the white space around it. */
bool
http_date_parse(const char *text, size_t len, int64_t clock, int64_t *seconds)
{
	const Header *header = &date;

	PROVE(clock == now);
	if (len == 0)
		return false;
	if (is_same(&expires, text, len))
		header = &expires;
	else if (is_same(&retry, text, len))
		header = &retry;
	else
		PROVE(is_same(&date, text, len));
	*seconds = header->is_date ? header->date : nondet_int64();
	return header->is_date;
}

bool
delta_seconds_read(const char *text, size_t len, bool escaped, int64_t *seconds)
{
	const Header *header = &retry;

	PROVE(!escaped);
	if (is_same(&age, text, len) && !is_same(&retry, text, len))
		header = &age;
	else
		PROVE(is_same(&retry, text, len));
	*seconds = header->is_seconds ? header->seconds : nondet_int64();
	return header->is_seconds;
}

CacheVerdict
cache_control_judge(HeaderValue value, int64_t *lifetime)
{
	PROVE(value.text == control.text && value.len == control.len && value.len > 0);
	*lifetime = control_lifetime;
	return control_verdict;
}

/*
 * RFC 9111, sections 4.2.1 and 5: no-store; else the lifetime of Cache-Control;
 * else Expires less Date, where an invalid Expires is in the past, and an
 * invalid Date is now; else none.  The age stays apart.  RFC 9110, section
 * 10.2.3: Retry-After is a number of seconds, or a date.
 */
void
proof(void)
{
	CacheHeaders headers;
	CacheAnswer answer;
	int64_t		origin_now;
	CacheVerdict said = CACHE_NONE_GIVEN;

	now = nondet_int64();
	ASSUME(now >= 0 && now <= MAX_NOW);
	age = any_header(true);
	expires = any_header(false);
	date = any_header(false);
	retry = any_header(false);
	control.text = any_bytes(MAX_LEN);
	control.len = any_size_to(MAX_LEN);
	control_verdict = (CacheVerdict) any_size_to(CACHE_LIFETIME);
	control_lifetime = nondet_int64();
	ASSUME(control_lifetime >= 0 && control_lifetime <= DELTA_SECONDS_MAX);
	ASSUME(IMPLIES(control_verdict != CACHE_LIFETIME, control_lifetime == 0));

	headers.cache_control = control;
	headers.age = age.value;
	headers.expires = expires.value;
	headers.date = date.value;
	headers.retry_after = retry.value;
	cache_headers_judge(&headers, now, &answer);

	origin_now = date.is_date ? date.date : now;
	if (control.len > 0)
		said = control_verdict;
	if (said != CACHE_NONE_GIVEN)
	{
		PROVE(answer.verdict == said);
		PROVE(answer.lifetime == control_lifetime);
	}
	else if (expires.trimmed.len > 0)
	{
		PROVE(answer.verdict == CACHE_LIFETIME);
		if (!expires.is_date || expires.date <= origin_now)
			PROVE(answer.lifetime == 0);
		else
			PROVE(answer.lifetime == expires.date - origin_now);
	}
	else
		PROVE(answer.verdict == CACHE_NONE_GIVEN && answer.lifetime == 0);

	PROVE(answer.age == (age.is_seconds ? age.seconds : 0));

	PROVE(answer.has_retry_after == (retry.is_seconds || retry.is_date));
	if (retry.is_seconds)
		PROVE(answer.retry_after == retry.seconds);
	else if (retry.is_date)
		PROVE(answer.retry_after == (retry.date > origin_now ? retry.date - origin_now : 0));
}
