/*-------------------------------------------------------------------------
 *
 * endpoint_keys.c
 *	  GET /api/v2/help_center/integration/keys: List Public Keys
 *
 * IDENTIFICATION
 *	  helpcenter/endpoint_keys.c
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>

#include "encode.h"
#include "endpoints.h"
#include "server.h"

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
	Server	   *server = request->server;

	reply_json(reply, 200, keystore_jwks(&server->keys));
	if (server->cache_control)
		reply_header(reply, "Cache-Control", server->cache_control);
	if (server->options->etag)
	{
		Digest		digest = sha256(reply->body.data, reply->body.len);
		char	   *hex = hex_encode(digest.bytes, 16);
		char	   *etag = xprintf("\"%s\"", hex);
		const char *given = request_header(request, "If-None-Match");

		reply_header(reply, "ETag", etag);
		if (given && etag_matches(given, etag))
		{
			reply_not_modified(reply);
			server->stats.not_modified++;
		}
		free(etag);
		free(hex);
	}
}
