/*-------------------------------------------------------------------------
 *
 * module.c
 *		Entry of the library hcjwt_http.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"

#include "compat.h"
#include "http/library.h"
#include "http/pool.h"

MODULE_MAGIC("hcjwt_http");

void		_PG_init(void);
PGDLLEXPORT const HttpApi *hcjwt_http_api(void);

/*
 * If somebody preloads this library, the postmaster must still not call
 * libcurl. The first pool of a backend starts it then.
 */
void
_PG_init(void)
{
	if (!process_shared_preload_libraries_in_progress)
		http_library_init();
}

/* HTTP_API_FUNCTION */
const HttpApi *
hcjwt_http_api(void)
{
	return &http_api;
}
