/*-------------------------------------------------------------------------
 *
 * numericdate.c
 *		NumericDate (RFC 7519, section 2) as it stands in a guarded JSON text.
 *
 *-------------------------------------------------------------------------
 */
#include "jose/numericdate.h"

#include "json/number.h"

/* Decimal positions, units being 0. */
#define HIGHEST_POSITION	11	/* the first digit of NUMERICDATE_MAX */
#define LOWEST_POSITION		(-6)	/* microseconds */

static char
digit_at(const JsonNumber *number, size_t i)
{
	if (i < number->integer_len)
		return number->integer[i];
	return number->fraction[i - number->integer_len];
}

/*
 * Uses no floating point: adds digits up by their position.  Digits below a
 * microsecond only tell that the value is a little more.
 */
bool
numericdate_parse(const char *text, size_t len, int64_t *usec)
{
	JsonNumber	number;
	const char *end;
	size_t		ndigits;
	size_t		i = 0;
	int64_t		position;
	int64_t		value = 0;
	int64_t		max = NUMERICDATE_MAX * 1000000;
	bool		more = false;

	if (len == 0)
		return false;
	end = text + len;
	if (json_number_read(text, end, &number) != end)
		return false;

	ndigits = number.integer_len + number.fraction_len;
	while (i < ndigits && digit_at(&number, i) == '0')
		i++;
	if (i == ndigits)
	{
		*usec = 0;				/* -0 too, and with any exponent */
		return true;
	}
	if (number.negative)
		return false;

	position = (int64_t) number.integer_len - 1 - (int64_t) i + number.exponent;
	if (position > HIGHEST_POSITION)
		return false;

	for (; i < ndigits && position >= LOWEST_POSITION; i++, position--)
		value = value * 10 + (digit_at(&number, i) - '0');
	for (; i < ndigits && !more; i++)
		more = digit_at(&number, i) != '0';
	if (value != 0)
	{
		for (; position >= LOWEST_POSITION; position--)
			value *= 10;
	}

	if (value > max || (value == max && more))
		return false;
	*usec = value;
	return true;
}
