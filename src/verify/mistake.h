/*-------------------------------------------------------------------------
 *
 * mistake.h
 *		What somebody has sent in place of a help center's token.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_MISTAKE_H
#define HCJWT_MISTAKE_H

#include "verify/verification.h"

/*
 * For explain(): which mistake a refused token looks like, as a phrase without
 * a full stop, or NULL.  The phrase quotes nothing that could be a token: only
 * a character that no token has, and its place.
 */
extern char *mistake_in_shape(const Verification *v);
extern char *mistake_in_header(const Verification *v);
extern char *mistake_in_alg(const Verification *v);
extern char *mistake_in_signature(const Verification *v);

#endif							/* HCJWT_MISTAKE_H */
