/*-------------------------------------------------------------------------
 *
 * origin.c
 *		Origins (RFC 6454).
 *
 *-------------------------------------------------------------------------
 */
#include "url/origin.h"

#include <string.h>

bool
origin_parse(const char *text, size_t len, Url *origin)
{
	size_t		used;

	if (len > URL_MAX_LEN ||
		url_parse_authority(text, len, origin, &used) != URL_OK)
		return false;
	origin->path = text + used;
	origin->path_len = len - used;
	return origin->path_len == 0 ||
		(origin->path_len == 1 && origin->path[0] == '/');
}

bool
url_same_origin(const Url *a, const Url *b)
{
	return a->https == b->https && a->port == b->port &&
		a->host_is_ipv6 == b->host_is_ipv6 && strcmp(a->host, b->host) == 0;
}
