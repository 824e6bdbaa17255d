/*-------------------------------------------------------------------------
 *
 * stored_jwk.h
 *		JWKs as hcjwt.keys has them: jsonb, in the encoding of the database.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_STORED_JWK_H
#define HCJWT_STORED_JWK_H

#include "jose/jwk.h"

/*
 * Judges the JWK of a row.  JWK_OTHER_KID: the row's kid differs from the
 * JWK's.  The trigger asks this when the row is written, and the reader asks
 * again: a JWK that came into the table in some other way is judged, too.
 */
#define JWK_OTHER_KID		((JwkStatus) (JWK_NO_DIGEST + 1))
extern JwkStatus jwk_from_row(Datum jsonb, const char *kid, Jwk *jwk);

/*
 * The members that a key consists of, and no others, as jsonb.  False when the kid has
 * a character that the encoding of the database lacks.
 */
extern bool jwk_to_row(const Jwk *jwk, Datum *jsonb);

#endif							/* HCJWT_STORED_JWK_H */
