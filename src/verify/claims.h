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

/*
 * Steps of verify.c, in their order; each returns REASON_NONE, or why the token
 * is refused, with v->detail set.  check_payload() reads the claims that the
 * others judge; choose_help_center() sets v->center, whose rules the steps after
 * it apply.
 */
extern Reason check_payload(Verification *v);
extern Reason check_claim_types(Verification *v);
extern Reason choose_help_center(Verification *v);
extern Reason check_exp(Verification *v);
extern Reason check_nbf(Verification *v);
extern Reason check_audience(Verification *v);
extern Reason check_issuer(Verification *v);

#endif							/* HCJWT_CLAIMS_H */
