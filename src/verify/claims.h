/*-------------------------------------------------------------------------
 *
 * claims.h
 *		The rules for a signed token's payload (RFC 7519, section 4).
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_CLAIMS_H
#define HCJWT_CLAIMS_H

#include "verify/verification.h"

extern Reason check_payload(Verification *v);
extern Reason check_claim_types(Verification *v);
extern Reason choose_help_center(Verification *v);
extern Reason check_exp(Verification *v);
extern Reason check_nbf(Verification *v);
extern Reason check_audience(Verification *v);
extern Reason check_issuer(Verification *v);

#endif							/* HCJWT_CLAIMS_H */
