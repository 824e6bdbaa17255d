/*-------------------------------------------------------------------------
 *
 * custom_claims.h
 *	  /api/v2/help_center/integration/account_custom_claims: Account Custom
 *	  Claims
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_API_CUSTOM_CLAIMS_H
#define HC_API_CUSTOM_CLAIMS_H

#include "http/reply.h"
#include "http/request.h"

extern void endpoint_claims(Request *request, Reply *reply);
extern void endpoint_claims_post(Request *request, Reply *reply);
extern void endpoint_claim(Request *request, Reply *reply);
extern void endpoint_claim_put(Request *request, Reply *reply);
extern void endpoint_claim_delete(Request *request, Reply *reply);

#endif							/* HC_API_CUSTOM_CLAIMS_H */
