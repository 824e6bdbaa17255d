/*-------------------------------------------------------------------------
 *
 * token.h
 *	  GET /api/v2/help_center/integration/token: New Token
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_API_TOKEN_H
#define HC_API_TOKEN_H

#include "http/reply.h"
#include "http/request.h"

extern void endpoint_token(Request *request, Reply *reply);

#endif							/* HC_API_TOKEN_H */
