/*-------------------------------------------------------------------------
 *
 * numericdate.h
 *		NumericDate (RFC 7519, section 2) as it stands in a guarded JSON text.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_NUMERICDATE_H
#define HCJWT_NUMERICDATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NUMERICDATE_MAX		INT64_C(253402300799)	/* 9999-12-31 23:59:59 UTC */

/*
 * Converts a JSON number (fractions and exponents allowed) to microseconds since
 * 1970-01-01 UTC, digits below a microsecond cut off.  False when it is not in
 * 0 ... NUMERICDATE_MAX (judged exactly, before anything is cut off) or no JSON
 * number at all.
 */
extern bool numericdate_parse(const char *text, size_t len, int64_t *usec);

#endif							/* HCJWT_NUMERICDATE_H */
