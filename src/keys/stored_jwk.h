/*-------------------------------------------------------------------------
 *
 * stored_jwk.h
 *		JWKs as hcjwt.keys has them: jsonb, in the encoding of the database.
 *
 * IDENTIFICATION
 *	  src/keys/stored_jwk.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_STORED_JWK_H
#define HCJWT_STORED_JWK_H

#include "jose/jwk.h"

/*
 * Judges a JWK, which must have the kid of its row.  What could not be used is not
 * used, however it came into the table, so trigger and reader both ask this.
 * JWK_OTHER_KID stands for a kid that differs from the JWK's own.
 */
#define JWK_OTHER_KID		((JwkStatus) (JWK_NO_DIGEST + 1))
extern JwkStatus jwk_from_row(Datum jsonb, const char *kid, size_t kid_len, Jwk *jwk);

/*
 * The members that a key consists of, and no others, as jsonb.  False when the kid has
 * a character that the encoding of the database lacks.
 */
extern bool jwk_to_row(const Jwk *jwk, Datum *jsonb);

#endif							/* HCJWT_STORED_JWK_H */
