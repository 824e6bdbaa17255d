/*-------------------------------------------------------------------------
 *
 * keys.c
 *	  GET /api/v2/help_center/integration/keys: List Public Keys
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>

#include "api/keys.h"
#include "base/encode.h"

/* If-None-Match (RFC 9110, 13.1.2): a list of tags, compared weakly. */
static bool
etag_matches(const char *list, const char *etag)
{
	size_t		len = strlen(etag);

	while (*list)
	{
		list += strspn(list, " \t,");
		if (*list == '*')
			return true;
		if (starts_with(list, "W/"))
			list += 2;
		if (strncmp(list, etag, len) == 0)
			return true;
		if (*list == '"')
			list += 1 + strcspn(list + 1, "\"");
		list += strcspn(list, ",");
	}
	return false;
}

void
endpoint_keys(Request *request, Reply *reply)
{
	const HelpCenter *center = request->center;

	reply_json(reply, 200, keystore_jwks(&center->keys));
	if (center->cache_control)
		reply_header(reply, "Cache-Control", center->cache_control);
	if (center->etag)
	{
		Digest		digest = sha256(reply->body.data, reply->body.len);
		char	   *hex = hex_encode(digest.bytes, 16);
		char	   *etag = xprintf("\"%s\"", hex);
		const char *given = request_header(request, "If-None-Match");

		reply_header(reply, "ETag", etag);
		if (given && etag_matches(given, etag))
			reply_not_modified(reply);
		free(etag);
		free(hex);
	}
}
