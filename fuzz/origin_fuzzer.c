/*-------------------------------------------------------------------------
 *
 * origin_fuzzer.c
 *		Fuzzes url/origin.c: an accepted origin is the same as its parts.
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"

#include <string.h>

#include "url/host.h"
#include "url/origin.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char		rebuilt[URL_MAX_HOST_LEN + 32];
	Url			origin;
	Url			again;
	int			len;

	if (!origin_parse((const char *) data, size, &origin))
		return 0;

	CHECK(origin.path_len <= 1);
	CHECK(url_same_origin(&origin, &origin));
	len = snprintf(rebuilt, sizeof(rebuilt), "%s://%s%s%s:%d",
				   origin.https ? "https" : "http",
				   origin.host_is_ipv6 ? "[" : "", origin.host,
				   origin.host_is_ipv6 ? "]" : "", origin.port);
	CHECK(len > 0 && (size_t) len < sizeof(rebuilt));
	CHECK(origin_parse(rebuilt, (size_t) len, &again));
	CHECK(url_same_origin(&origin, &again));
	CHECK(strcmp(origin.host, again.host) == 0);
	again.port ^= 1;
	CHECK(!url_same_origin(&origin, &again));
	return 0;
}
