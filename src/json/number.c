/*-------------------------------------------------------------------------
 *
 * number.c
 *		JSON numbers: their grammar, and which of them are not too large.
 *
 *-------------------------------------------------------------------------
 */
#include "json/number.h"

/*
 * A number is written out in full wherever a claim is shown as text, so one of six
 * characters such as 1e9999 would become ten thousand.  What claims are made of
 * needs few digits: 12 for a NumericDate (RFC 7519, section 2), 19 for a user's id,
 * 39 for a UUID as an integer.
 */
#define MAX_DIGITS_BEFORE_POINT 40
#define MAX_DIGITS_BEHIND_POINT 40

/* A larger exponent is refused whatever the digits, for zero too. */
#define MAX_EXPONENT		1000

#define IS_DIGIT(c)			((c) >= '0' && (c) <= '9')

static const char *
read_exponent(const char *p, const char *end, int64_t *exponent)
{
	bool		negative = false;
	int64_t		value = 0;

	if (p < end && (*p == '+' || *p == '-'))
		negative = *p++ == '-';
	if (p == end || !IS_DIGIT(*p))
		return NULL;
	for (; p < end && IS_DIGIT(*p); p++)
	{
		if (value < JSON_EXPONENT_CLAMP)
			value = value * 10 + (*p - '0');
	}
	if (value > JSON_EXPONENT_CLAMP)
		value = JSON_EXPONENT_CLAMP;
	*exponent = negative ? -value : value;
	return p;
}

const char *
json_number_read(const char *p, const char *end, JsonNumber *number)
{
	number->negative = false;
	number->fraction = NULL;
	number->fraction_len = 0;
	number->exponent = 0;

	if (p < end && *p == '-')
	{
		number->negative = true;
		p++;
	}
	if (p == end || !IS_DIGIT(*p))
		return NULL;

	/* a zero stands alone before the point: a digit behind it is not ours */
	number->integer = p;
	if (*p == '0')
		p++;
	else
	{
		while (p < end && IS_DIGIT(*p))
			p++;
	}
	number->integer_len = (size_t) (p - number->integer);

	if (p < end && *p == '.')
	{
		number->fraction = ++p;
		while (p < end && IS_DIGIT(*p))
			p++;
		number->fraction_len = (size_t) (p - number->fraction);
		if (number->fraction_len == 0)
			return NULL;
	}
	if (p < end && (*p == 'e' || *p == 'E'))
		p = read_exponent(p + 1, end, &number->exponent);
	return p;
}

bool
json_number_fits(const JsonNumber *number)
{
	int64_t		exponent = number->exponent;
	int64_t		position;

	if (exponent > MAX_EXPONENT || exponent < -MAX_EXPONENT)
		return false;
	if ((int64_t) number->fraction_len - exponent > MAX_DIGITS_BEHIND_POINT)
		return false;

	if (number->integer[0] != '0')
		position = (int64_t) number->integer_len - 1;
	else
	{
		size_t		zeros = 0;

		while (zeros < number->fraction_len && number->fraction[zeros] == '0')
			zeros++;
		if (zeros == number->fraction_len)
			return true;		/* the value is zero */
		position = -1 - (int64_t) zeros;
	}
	return position + exponent < MAX_DIGITS_BEFORE_POINT;
}
