/*-------------------------------------------------------------------------
 *
 * cache_headers_fuzzer.c
 *		Fuzzes http/cache_headers.c: any headers give bounded answers.
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"

#include <string.h>

#include "http/cache_headers.h"
#include "http/http_date.h"

#define NOW		INT64_C(1760000000)

/* Each line is a header, in the order of the struct. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *) data;
	const char *end = p + size;
	HeaderValue values[5] = {{NULL, 0}};
	char	   *copies[5] = {NULL};
	CacheHeaders headers;
	CacheAnswer answer;
	CacheAnswer again;
	int64_t		seconds;
	int			i;

	for (i = 0; i < 5 && p < end; i++)
	{
		const char *line = memchr(p, '\n', (size_t) (end - p));
		size_t		len = (size_t) ((line != NULL ? line : end) - p);

		copies[i] = copy_of(p, len);
		values[i].text = copies[i];
		values[i].len = len;
		p += len + (line != NULL);
	}
	headers.cache_control = values[0];
	headers.age = values[1];
	headers.expires = values[2];
	headers.date = values[3];
	headers.retry_after = values[4];

	memset(&answer, 0, sizeof(answer));
	memset(&again, 0, sizeof(again));
	cache_headers_judge(&headers, NOW, &answer);
	cache_headers_judge(&headers, NOW, &again);
	CHECK(answer.verdict == again.verdict);
	CHECK(answer.verdict != CACHE_LIFETIME ||
		  (answer.lifetime >= 0 && answer.lifetime == again.lifetime));
	CHECK(answer.age >= 0 && answer.age == again.age);
	CHECK(!answer.has_retry_after || answer.retry_after >= 0);

	for (i = 0; i < 5; i++)
	{
		/* from year 0 to year 9999 */
		if (http_date_parse(values[i].text, values[i].len, NOW, &seconds))
			CHECK(seconds >= INT64_C(-62167219200) &&
				  seconds <= INT64_C(253402300800));
		free(copies[i]);
	}
	return 0;
}
