/*-------------------------------------------------------------------------
 *
 * unit_numericdate.c
 *		Unit tests of jose/numericdate.c.
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "jose/numericdate.h"

#define S		INT64_C(1000000)
#define MAX		(NUMERICDATE_MAX * S)

static void
good(const char *text, int64_t expected)
{
	size_t		len = strlen(text);
	int64_t		usec = -1;

	ok(numericdate_parse(exact(text, len), len, &usec) && usec == expected,
	   "numericdate: %s", text);
}

static void
bad(const char *text)
{
	size_t		len = strlen(text);
	int64_t		usec;

	ok(!numericdate_parse(exact(text, len), len, &usec),
	   "numericdate: refuses '%s'", text);
}

/* 1.00...0[1] with so many zeros, times ten to so much */
static bool
long_fraction(const char *head, size_t zeros, const char *tail, int64_t *usec)
{
	size_t		head_len = strlen(head);
	size_t		tail_len = strlen(tail);
	size_t		len = head_len + zeros + tail_len;
	char	   *text = malloc(len);
	bool		result;

	if (text == NULL)
		abort();
	memcpy(text, head, head_len);
	memset(text + head_len, '0', zeros);
	memcpy(text + head_len + zeros, tail, tail_len);
	result = numericdate_parse(text, len, usec);
	free(text);
	return result;
}

void
test_numericdate(void)
{
	int64_t		usec;

	good("0", 0);
	good("-0", 0);
	good("-0.000", 0);
	good("0e5", 0);
	good("0e-99999999999999999999999", 0);
	good("0e99999999999999999999999", 0);
	good("1", S);
	good("1735689600", 1735689600 * S);
	good("1e3", 1000 * S);
	good("1E+3", 1000 * S);
	good("1000e-3", S);
	good("1.5", S + S / 2);
	good("0.000001", 1);
	good("0.0000019", 1);
	good("0.0000009999", 0);
	good("1.9999999", S + 999999);
	good("1e-6", 1);
	good("1e-7", 0);
	good("1e-99999999999999999999999", 0);
	good("0.00000000001e11", S);
	good("1234567890.123456789", 1234567890 * S + 123456);
	good("253402300799", MAX);
	good("253402300799.0", MAX);
	good("253402300799.00000000000000000000", MAX);
	good("253402300798.999999999", MAX - 1);
	good("2.53402300799e11", MAX);
	good("2534023007990e-1", MAX);
	good("0.253402300799e12", MAX);
	good("9007199254.740993", INT64_C(9007199254740993));

	bad("253402300799.0000001");
	bad("253402300799.00000000000000000000000000000000000000001");
	bad("253402300799.000001");
	bad("253402300800");
	bad("253402300799.5");
	bad("2.534023007991e11");
	bad("999999999999");
	bad("9999999999999");
	bad("9999999999999.999999");
	bad("99999999999999999999");
	bad("1e12");
	bad("1e308");
	bad("1e309");
	bad("1e99999999999999999999999");
	bad("9223372036854775807");
	bad("9223372036854775808");
	bad("18446744073709551616");
	bad("18446744073709551617");
	bad("-1");
	bad("-0.0000001");
	bad("-1e-400");
	bad("");
	bad("-");
	bad("+1");
	bad("01");
	bad("-01");
	bad("00");
	bad(".5");
	bad("1.");
	bad("1e");
	bad("1e+");
	bad("1x");
	bad(" 1");
	bad("1 ");
	bad("1,0");
	bad("0x10");
	bad("1_0");
	bad("NaN");
	bad("Infinity");
	bad("inf");
	bad("never");
	bad("null");
	bad("\"1\"");
	bad("[1]");

	ok(!numericdate_parse("1\0", 2, &usec), "numericdate: refuses a NUL");
	ok(!numericdate_parse(NULL, 0, &usec), "numericdate: refuses no text at all");
	ok(long_fraction("253402300799.", 100000, "", &usec) && usec == MAX,
	   "numericdate: the last second with 100000 zeros behind");
	ok(!long_fraction("253402300799.", 100000, "1", &usec),
	   "numericdate: the last second, 100000 zeros and a one");
	ok(!long_fraction("1", 100000, "", &usec),
	   "numericdate: refuses a one and 100000 zeros");
	ok(long_fraction("1", 100000, "e-100000", &usec) && usec == S,
	   "numericdate: the same by a power of ten is a second");
	ok(long_fraction("0.", 100000, "1e100001", &usec) && usec == S,
	   "numericdate: a second from far behind the point");
}
