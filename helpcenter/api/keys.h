/*-------------------------------------------------------------------------
 *
 * keys.h
 *	  GET /api/v2/help_center/integration/keys: List Public Keys
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_API_KEYS_H
#define HC_API_KEYS_H

#include "http/reply.h"
#include "http/request.h"

extern void endpoint_keys(Request *request, Reply *reply);

#endif							/* HC_API_KEYS_H */
