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
 * For explain, of a token that a rule has refused: which mistake that looks like,
 * as phrases without a full stop, or NULL.  Nothing is shown of what could be a
 * token: only where a character stands that none has, and that character.
 */
extern char *mistake_in_shape(const Verification *v);
extern char *mistake_in_header(const Verification *v);
extern char *mistake_in_alg(const Verification *v);
extern char *mistake_in_signature(const Verification *v);

#endif							/* HCJWT_MISTAKE_H */
