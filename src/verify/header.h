/*-------------------------------------------------------------------------
 *
 * header.h
 *		The rules for a token's shape and header (RFC 7515, section 4).
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_HEADER_H
#define HCJWT_HEADER_H

#include "verify/verification.h"

/*
 * Steps of verify.c, in their order; each returns REASON_NONE, or why the token
 * is refused, with v->detail set.  check_shape() sets v->parts, check_header()
 * finds the members that the others judge, check_kid() sets v->kid.
 */
extern Reason check_shape(Verification *v);
extern Reason check_header(Verification *v);
extern Reason check_alg(Verification *v);
extern Reason check_typ(Verification *v);
extern Reason check_crit(Verification *v);
extern Reason check_kid(Verification *v);

/*
 * All tokens of a key have the same header, so the last one that passed is
 * remembered, to the letter, with the kid that was found in it.
 */
extern bool recall_header(Verification *v);
extern void remember_header(const Verification *v);

#endif							/* HCJWT_HEADER_H */
