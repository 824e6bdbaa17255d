/*-------------------------------------------------------------------------
 *
 * request.c
 *	  a request, from its first line to its answer
 *
 *-------------------------------------------------------------------------
 */
#include "http/request.h"

const char *const endpoint_names[EP_COUNT] =
{"keys", "token", "sessions", "custom_claims", "pages", "other"};

const char *
request_header(const Request *request, const char *name)
{
	return MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND,
									   name);
}

const char *
request_cookie(const Request *request, const char *name)
{
	return MHD_lookup_connection_value(request->connection, MHD_COOKIE_KIND,
									   name);
}
