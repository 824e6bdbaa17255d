/*-------------------------------------------------------------------------
 *
 * signature.h
 *		The rules for the key and the signature of a token.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_SIGNATURE_H
#define HCJWT_SIGNATURE_H

#include "verify/verification.h"

/* Different keys of one kid that are tried on a signature. */
#define MAX_KEYS_TRIED		4

/*
 * Steps of verify.c.  find_key() sets v->keys; for an unknown kid it may ask for
 * a fetch, and wait for it if v->may_wait.  check_signature() sets v->material,
 * the key that verifies; after a bad signature it may ask for a fetch, and does
 * not wait.
 */
extern Reason find_key(Verification *v);
extern Reason check_signature(Verification *v);

#endif							/* HCJWT_SIGNATURE_H */
