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
#include <string.h>

#include "http/cache_headers.h"
#include "http/http_date.h"

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
	return delta_seconds_read(value.text, value.len, false, &seconds) ? seconds : 0;
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
	if (!http_date_parse(date.text, date.len, now, &origin_now))
		origin_now = now;

	if (headers->cache_control.len > 0)
		answer->verdict = cache_control_judge(headers->cache_control, &answer->lifetime);

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
		if (delta_seconds_read(retry.text, retry.len, false, &answer->retry_after))
			answer->has_retry_after = true;
		else if (http_date_parse(retry.text, retry.len, now, &then))
		{
			answer->has_retry_after = true;
			answer->retry_after = then > origin_now ? then - origin_now : 0;
		}
	}
}
