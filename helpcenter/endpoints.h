/*-------------------------------------------------------------------------
 *
 * endpoints.h
 *	  the handlers of each path
 *
 * IDENTIFICATION
 *	  helpcenter/endpoints.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_ENDPOINTS_H
#define HC_ENDPOINTS_H

#include "http.h"

typedef void (*Handler) (Request *request, Reply *reply);

extern void endpoint_keys(Request *request, Reply *reply);
extern void endpoint_token(Request *request, Reply *reply);
extern void endpoint_sessions(Request *request, Reply *reply);
extern void endpoint_claims(Request *request, Reply *reply);

#endif							/* HC_ENDPOINTS_H */
