/*-------------------------------------------------------------------------
 *
 * number.h
 *		JSON numbers: their grammar, and which of them are not too large.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_JSON_NUMBER_H
#define HCJWT_JSON_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A JSON number taken apart. */
typedef struct JsonNumber
{
	bool		negative;
	const char *integer;
	size_t		integer_len;	/* at least 1 */
	const char *fraction;
	size_t		fraction_len;	/* 0 when there is none */
	int64_t		exponent;		/* 0 when there is none; clamped, see below */
} JsonNumber;

/*
 * A larger exponent is reduced to this one.  Memory cannot hold enough digits to make
 * a number with such an exponent small again.
 */
#define JSON_EXPONENT_CLAMP INT64_C(1000000000000000)

/*
 * Reads a number by RFC 8259's grammar, as far as it goes.  Returns what stands
 * behind it, which is the caller's to judge, or NULL when there is none.
 */
extern const char *json_number_read(const char *p, const char *end,
									JsonNumber *number);

/*
 * Written out in full, has the number at most 40 digits on each side of its
 * point?
 */
extern bool json_number_fits(const JsonNumber *number);

#endif							/* HCJWT_JSON_NUMBER_H */
