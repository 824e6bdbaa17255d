/*-------------------------------------------------------------------------
 *
 * verify_sql.h
 *		What the SQL functions that take a token share.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_VERIFY_SQL_H
#define HCJWT_VERIFY_SQL_H

#include "fmgr.h"
#include "verify/verification.h"

/*
 * The bytes of a token argument.  An argument that is longer than any token may be is
 * not decompressed: then *token is NULL, and the first rule refuses it by *len, which
 * is its true length.
 */
extern void token_from_datum(Datum datum, const char **token, size_t *len);

/* Argument n, the name of a help center; NULL when the argument is NULL. */
extern const char *help_center_argument(FunctionCallInfo fcinfo, int n);

/*
 * Prepares a verification for a function of a token and a help center; false when the
 * token is NULL.
 */
extern bool verification_of_arguments(FunctionCallInfo fcinfo, Verification *v);

#endif							/* HCJWT_VERIFY_SQL_H */
