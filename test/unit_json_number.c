/*-------------------------------------------------------------------------
 *
 * unit_json_number.c
 *		Unit tests of the guard's rules for numbers.
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/guard.h"

typedef struct Case
{
	const char *number;
	JsonStatus	expected;
} Case;

static const Case cases[] = {
	{"0", JSON_OK},
	{"-0", JSON_OK},
	{"0.0", JSON_OK},
	{"-0.0e-0", JSON_OK},
	{"1", JSON_OK},
	{"-1", JSON_OK},
	{"10", JSON_OK},
	{"1.5", JSON_OK},
	{"1e0", JSON_OK},
	{"1E+007", JSON_OK},
	{"1.25e-3", JSON_OK},
	{"9007199254740993", JSON_OK},
	{"123456789012345678901234567890", JSON_OK},
	{"340282366920938463463374607431768211455", JSON_OK},
	{"1e39", JSON_OK},
	{"-9.99e39", JSON_OK},
	{"0.0001e43", JSON_OK},
	{"1e-40", JSON_OK},
	{"1.5e-39", JSON_OK},
	{"0e-40", JSON_OK},
	{"0e1000", JSON_OK},
	{"0.000e43", JSON_OK},

	{"1e40", JSON_NUMBER_RANGE},
	{"10e39", JSON_NUMBER_RANGE},
	{"0.0001e44", JSON_NUMBER_RANGE},
	{"1e-41", JSON_NUMBER_RANGE},
	{"1.5e-40", JSON_NUMBER_RANGE},
	{"0e-41", JSON_NUMBER_RANGE},
	{"0.0e-40", JSON_NUMBER_RANGE},
	{"0e1001", JSON_NUMBER_RANGE},
	{"1e308", JSON_NUMBER_RANGE},
	{"5e-324", JSON_NUMBER_RANGE},
	{"1e131071", JSON_NUMBER_RANGE},
	{"1e999999999", JSON_NUMBER_RANGE},
	{"1e-999999999", JSON_NUMBER_RANGE},
	{"1e2147483648", JSON_NUMBER_RANGE},
	{"1e18446744073709551616", JSON_NUMBER_RANGE},
	{"1e-18446744073709551616", JSON_NUMBER_RANGE},
	{"1e18446744073709551617", JSON_NUMBER_RANGE},
	{"0e99999999999999999999999999999999999999", JSON_NUMBER_RANGE},

	{"+1", JSON_SYNTAX},
	{"-", JSON_SYNTAX},
	{"--1", JSON_SYNTAX},
	{"- 1", JSON_SYNTAX},
	{"01", JSON_SYNTAX},
	{"-01", JSON_SYNTAX},
	{"00", JSON_SYNTAX},
	{"-00", JSON_SYNTAX},
	{"000", JSON_SYNTAX},
	{"0001", JSON_SYNTAX},
	{"1.", JSON_SYNTAX},
	{".5", JSON_SYNTAX},
	{"-.5", JSON_SYNTAX},
	{"1.e5", JSON_SYNTAX},
	{"1..5", JSON_SYNTAX},
	{"1.5.5", JSON_SYNTAX},
	{"1e", JSON_SYNTAX},
	{"1e+", JSON_SYNTAX},
	{"1e-", JSON_SYNTAX},
	{"1e1.5", JSON_SYNTAX},
	{"1e+-5", JSON_SYNTAX},
	{"1ee5", JSON_SYNTAX},
	{"e5", JSON_SYNTAX},
	{"1 000", JSON_SYNTAX},
	{"1_000", JSON_SYNTAX},
	{"0x10", JSON_SYNTAX},
	{"0b1", JSON_SYNTAX},
	{"0o7", JSON_SYNTAX},
	{"1f", JSON_SYNTAX},
	{"1L", JSON_SYNTAX},
	{"NaN", JSON_SYNTAX},
	{"nan", JSON_SYNTAX},
	{"-NaN", JSON_SYNTAX},
	{"Infinity", JSON_SYNTAX},
	{"-Infinity", JSON_SYNTAX},
	{"inf", JSON_SYNTAX},
	{"\xEF\xBC\x91", JSON_SYNTAX},	/* a full-width digit */
	{"\xD9\xA1", JSON_SYNTAX}	/* an Arabic one */
};

static JsonStatus
judge(const char *number)
{
	size_t		len = strlen(number);
	char	   *text = malloc(len + 8);
	JsonStatus	status;

	if (text == NULL)
		abort();
	len = (size_t) sprintf(text, "{\"a\":%s}", number);
	status = json_guard_object(exact(text, len), len, NULL, 0);
	free(text);
	return status;
}

static char *
append(char *p, char c, size_t n)
{
	memset(p, c, n);
	return p + n;
}

/* [-]9...9[.0...01][e...] with so many digits */
static JsonStatus
digits(size_t before, size_t behind, const char *exponent)
{
	char	   *number = malloc(before + behind + strlen(exponent) + 4);
	char	   *p = number;
	JsonStatus	status;

	if (number == NULL)
		abort();
	*p++ = '-';
	p = append(p, before > 0 ? '9' : '0', before > 0 ? before : 1);
	if (behind > 0)
	{
		*p++ = '.';
		p = append(p, '0', behind - 1);
		*p++ = '1';
	}
	strcpy(p, exponent);
	status = judge(number);
	free(number);
	return status;
}

void
test_json_number(void)
{
	size_t		i;

	for (i = 0; i < LENGTH_OF(cases); i++)
	{
		JsonStatus	got = judge(cases[i].number);

		ok(got == cases[i].expected, "number: %s %s", cases[i].number,
		   json_status_text(cases[i].expected));
	}

	ok(digits(40, 0, "") == JSON_OK, "number: 40 digits");
	ok(digits(41, 0, "") == JSON_NUMBER_RANGE, "number: 41 digits");
	ok(digits(200000, 0, "") == JSON_NUMBER_RANGE, "number: 200000 digits");
	ok(digits(41, 0, "e-1") == JSON_OK, "number: 41 digits and an exponent of -1");
	ok(digits(80, 0, "e-40") == JSON_OK, "number: 80 digits, half of them behind the point");
	ok(digits(81, 0, "e-40") == JSON_NUMBER_RANGE, "number: 81 digits and an exponent of -40");
	ok(digits(1, 40, "") == JSON_OK, "number: 40 digits behind the point");
	ok(digits(1, 41, "") == JSON_NUMBER_RANGE, "number: 41 digits behind the point");
	ok(digits(1, 41, "e1") == JSON_OK,
	   "number: 41 digits behind the point and an exponent of 1");
	ok(digits(0, 1000, "e1000") == JSON_OK,
	   "number: 1000 digits behind the point and as large an exponent");
	ok(digits(0, 100000, "e100000") == JSON_NUMBER_RANGE,
	   "number: 100000 digits behind the point and as large an exponent");
}
