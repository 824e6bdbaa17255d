/*-------------------------------------------------------------------------
 *
 * url_fuzzer.c
 *		Fuzzes url/url.c: an accepted URL, put together again, is that URL.
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"

#include <string.h>

#include "url/host.h"
#include "url/origin.h"
#include "url/url.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *) data;
	char		rebuilt[URL_MAX_LEN + URL_MAX_HOST_LEN];
	Url			url;
	Url			again;
	Url			origin;
	int			len;
	size_t		i;

	if (url_parse(text, size, &url) != URL_OK)
		return 0;

	CHECK(size <= URL_MAX_LEN);
	for (i = 0; i < size; i++)
		CHECK(text[i] > 0x20 && text[i] < 0x7F && text[i] != '\\' &&
			  text[i] != '?' && text[i] != '#');
	CHECK(url.port >= 1 && url.port <= 65535);
	CHECK(url.path + url.path_len == text + size);
	CHECK(url.path_len == 0 || url.path[0] == '/');
	CHECK(url.https || url_host_is_loopback(url.host, url.host_is_ipv6));
	CHECK(strlen(url.host) > 0 && strpbrk(url.host, "/@%[] ") == NULL);
	CHECK(url.host_is_ipv6 == (strchr(url.host, ':') != NULL));

	len = snprintf(rebuilt, sizeof(rebuilt), "%s://%s%s%s:%d%.*s",
				   url.https ? "https" : "http", url.host_is_ipv6 ? "[" : "",
				   url.host, url.host_is_ipv6 ? "]" : "", url.port,
				   (int) url.path_len, url.path);
	if (len > URL_MAX_LEN)
		return 0;
	CHECK(url_parse(rebuilt, (size_t) len, &again) == URL_OK);
	CHECK(url_same_origin(&url, &again));
	CHECK(url.path_len == again.path_len &&
		  memcmp(url.path, again.path, url.path_len) == 0);

	/* its origin is one */
	CHECK(origin_parse(rebuilt, (size_t) len - url.path_len, &origin));
	CHECK(url_same_origin(&url, &origin));
	return 0;
}
