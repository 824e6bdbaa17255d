/*-------------------------------------------------------------------------
 *
 * payload.h
 *		A verified payload as jsonb.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_PAYLOAD_H
#define HCJWT_PAYLOAD_H

#include "utils/jsonb.h"
#include "verify/verification.h"

/* The claims of a verified token. */
extern Jsonb *verified_payload(const Verification *v);

#endif							/* HCJWT_PAYLOAD_H */
