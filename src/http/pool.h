/*-------------------------------------------------------------------------
 *
 * pool.h
 *		The transfers of one process, moved on together.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_POOL_H
#define HCJWT_POOL_H

#include "http/http.h"

/* What HTTP_API_FUNCTION hands out. */
extern const HttpApi http_api;

#endif							/* HCJWT_POOL_H */
