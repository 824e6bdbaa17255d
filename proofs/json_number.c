/*-------------------------------------------------------------------------
 *
 * json_number.c
 *		Proof: numbers are read by the grammar, and no number that is too large
 *		passes.
 *
 * sources: json/number.c
 * cbmc: --unwind 9 --unwindset long_exponent.0:21,read_exponent.0:22
 * cbmc: --unwindset fits.0:47,json_number_fits.0:47
 *
 *-------------------------------------------------------------------------
 */
#include "proof.h"

#include "json/number.h"

/* "-1.0e-1" */
#define MAX_LEN		7

static bool
digit(char c)
{
	return c >= '0' && c <= '9';
}

static void
read_number(size_t len)
{
	char	   *text = any_bytes(len);
	const char *end = text + len;
	JsonNumber	number;
	const char *p = json_number_read(text, end, &number);
	size_t		i = nondet_size();

	if (p == NULL)
		return;
	PROVE(p > text && p <= end);
	PROVE(number.negative == (text[0] == '-'));
	PROVE(number.integer == text + (number.negative ? 1 : 0));
	PROVE(number.integer_len >= 1);
	PROVE(number.integer + number.integer_len <= p);
	PROVE(IMPLIES(number.integer_len > 1, number.integer[0] != '0'));
	PROVE(IMPLIES(i < number.integer_len, digit(number.integer[i])));
	if (number.fraction_len > 0)
	{
		PROVE(number.fraction == number.integer + number.integer_len + 1);
		PROVE(number.fraction[-1] == '.');
		PROVE(number.fraction + number.fraction_len <= p);
		PROVE(IMPLIES(i < number.fraction_len, digit(number.fraction[i])));
	}
	PROVE(number.exponent >= -JSON_EXPONENT_CLAMP &&
		  number.exponent <= JSON_EXPONENT_CLAMP);
	/* the longest number counts */
	PROVE(IMPLIES(p < end, !digit(*p) || number.integer[0] == '0'));
}

/* For any exponent and lengths, but for no more digits than the proof looks at. */
#define MAX_DIGITS	45

static void
fits(void)
{
	static char integer[1];
	static char fraction[MAX_DIGITS];
	JsonNumber	number;
	size_t		zeros = 0;
	int64_t		first;

	integer[0] = (char) nondet_int();
	__CPROVER_havoc_object(fraction);
	number.integer = integer;
	number.integer_len = any_size_to(256 * 1024);
	number.fraction = fraction;
	number.fraction_len = any_size_to(MAX_DIGITS);
	number.exponent = nondet_int64();
	ASSUME(digit(integer[0]) && number.integer_len > 0);
	ASSUME(IMPLIES(integer[0] == '0', number.integer_len == 1));
	ASSUME(number.exponent >= -JSON_EXPONENT_CLAMP &&
		   number.exponent <= JSON_EXPONENT_CLAMP);

	if (!json_number_fits(&number))
		return;
	PROVE((int64_t) number.fraction_len - number.exponent <= 40);
	if (integer[0] != '0')
		PROVE((int64_t) number.integer_len + number.exponent <= 40);
	else
	{
		while (zeros < number.fraction_len && fraction[zeros] == '0')
			zeros++;
		first = number.exponent - (int64_t) zeros;
		PROVE(IMPLIES(zeros < number.fraction_len, first <= 40));
		PROVE(number.exponent <= 1000);
	}
}

/* An exponent of more digits than an int64 holds. */
static void
long_exponent(void)
{
	char		text[22];
	JsonNumber	number;

	text[0] = '1';
	text[1] = 'e';
	for (int i = 2; i < 22; i++)
		ASSUME(digit(text[i]));
	PROVE(json_number_read(text, text + 22, &number) == text + 22);
	PROVE(number.exponent >= 0 && number.exponent <= JSON_EXPONENT_CLAMP);
}

void
proof(void)
{
	if (nondet_bool())
		long_exponent();
	else if (nondet_bool())
	{
		ANY_LENGTH(len, 0, MAX_LEN)
			read_number(len);
	}
	else
		fits();
}
