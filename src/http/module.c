/*-------------------------------------------------------------------------
 *
 * module.c
 *		Entry of the library hcjwt_http.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"

#include "compat.h"
#include "http/pool.h"

MODULE_MAGIC("hcjwt_http");

PGDLLEXPORT const HttpApi *hcjwt_http_api(void);

/* HTTP_API_FUNCTION */
const HttpApi *
hcjwt_http_api(void)
{
	return &http_api;
}
