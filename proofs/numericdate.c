/*-------------------------------------------------------------------------
 *
 * numericdate.c
 *		Proof: a NumericDate has the value of its digits, cut off below a
 *		microsecond, and is never out of range.
 *
 * json_number.c proves the function that reads the number; here a stand-in
 * keeps its contract.
 *
 * sources: jose/numericdate.c
 * entries: any_number digits exponents
 * cbmc: --unwind 24 --unsigned-overflow-check --conversion-check
 * cbmc any_number: --unwindset numericdate_parse.0:7,numericdate_parse.1:7,numericdate_parse.2:7
 *
 *-------------------------------------------------------------------------
 */
#include "proof.h"

#include "jose/numericdate.h"
#include "json/number.h"

#define MAX_USEC	(NUMERICDATE_MAX * 1000000)

static JsonNumber given;
static bool whole;

const char *
json_number_read(const char *p, const char *end, JsonNumber *number)
{
	*number = given;
	return whole ? end : nondet_bool() ? p : NULL;
}

static bool
digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A number of these digits. */
static void
give(char *text, size_t integer_len, size_t fraction_len)
{
	whole = true;
	given.negative = false;
	given.integer = text;
	given.integer_len = integer_len;
	given.fraction = text + integer_len;
	given.fraction_len = fraction_len;
	given.exponent = 0;
}

/* A number of any sign and exponent is in range, or refused. */
void
any_number(void)
{
	char		text[6];
	size_t		integer_len = any_size_to(3);
	int64_t		usec;
	bool		zero = true;

	ASSUME(integer_len > 0);
	give(text, integer_len, any_size_to(3));
	for (size_t i = 0; i < sizeof(text); i++)
	{
		ASSUME(digit(text[i]));
		zero = zero && (text[i] == '0' || i >= integer_len + given.fraction_len);
	}
	whole = nondet_bool();
	given.negative = nondet_bool();
	given.exponent = nondet_int64();
	ASSUME(given.exponent >= -JSON_EXPONENT_CLAMP && given.exponent <= JSON_EXPONENT_CLAMP);
	if (!numericdate_parse(text, sizeof(text), &usec))
	{
		PROVE(!whole || !zero);
		return;
	}
	PROVE(whole);
	PROVE(usec >= 0 && usec <= MAX_USEC);
	PROVE(IMPLIES(given.negative, zero && usec == 0));
	PROVE(!numericdate_parse(text, 0, &usec));
}

/* The last microsecond that is in range, and one digit below a microsecond. */
#define LAST	"2534023007990000000"
#define BEFORE	12

/* One digit may have any value; its weight is that of its place. */
static void
one_digit(size_t place)
{
	char		text[] = LAST;
	int64_t		value = MAX_USEC;
	int64_t		weight = 1;
	int64_t		usec;
	bool		taken;
	char		c = (char) ('0' + any_size_to(9));

	for (size_t i = place; i < 17; i++)
		weight *= 10;
	value += (c - text[place]) * weight;
	text[place] = c;
	give(text, BEFORE, sizeof(LAST) - 1 - BEFORE);
	taken = numericdate_parse(text, sizeof(LAST) - 1, &usec);
	if (place < 18)
	{
		PROVE(taken == (value <= MAX_USEC));
		PROVE(IMPLIES(taken, usec == value));
	}
	else
		PROVE(taken == (c == '0')); /* a little more than the last microsecond */
}

void
digits(void)
{
	ANY_LENGTH(place, 1, sizeof(LAST) - 2)
		one_digit(place);
}

/* Two digits; this is the first. */
static void
with_exponent(char first, int exponent)
{
	char		text[2] = {first, (char) ('0' + any_size_to(9))};
	int64_t		value = (first - '0') * 10 + (text[1] - '0');
	int64_t		usec;
	int			places = exponent + 5;	/* from tenths of a second to
										 * microseconds */
	bool		taken;

	give(text, 1, 1);
	given.exponent = exponent;
	taken = numericdate_parse(text, sizeof(text), &usec);
	for (; places > 0; places--)
		value *= 10;
	for (; places < 0; places++)
		value /= 10;
	PROVE(taken == (value <= MAX_USEC));
	PROVE(IMPLIES(taken, usec == value));
}

void
exponents(void)
{
	ANY_LENGTH(e, 0, 19)
	{
		if (nondet_bool())
			with_exponent('2', (int) e - 8);
		else
			with_exponent('9', (int) e - 8);
	}
}
