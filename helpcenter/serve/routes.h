/*-------------------------------------------------------------------------
 *
 * routes.h
 *	  which handler answers which path and method
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_ROUTES_H
#define HC_ROUTES_H

#include "http/reply.h"
#include "http/request.h"

extern Endpoint routes_endpoint(const char *path);

/* Makes the reply: by the path's handler, or an error. */
extern void routes_run(Request *request, Reply *reply);

#endif							/* HC_ROUTES_H */
