/*-------------------------------------------------------------------------
 *
 * numbers.c
 *		Numbers that are none, and numbers that PostgreSQL cannot hold.
 *
 *-------------------------------------------------------------------------
 */
#include "corpus.h"

static void
bad(const char *name, const char *value)
{
	const char *members = string(format("\"x\":%s", value));

	refused(string(format("claim: %s", name)), REFUSED("payload"), "numbers/claim: 1",
			token_with_payload(payload(members)));
	refused(string(format("header: %s", name)), REFUSED("header"), "numbers/header: 1",
			token_with_header(header(KID, members)));
	refused(string(format("nested: %s", name)), REFUSED("payload"), "numbers/claim: 1",
			token_with_payload(payload(string(format("\"x\":[{\"y\":[1,%s]}]", value)))));
}

static void
good(const char *name, const char *value)
{
	const char *members = string(format("\"x\":%s", value));

	accepted(string(format("claim: %s", name)), token_with_payload(payload(members)));
	accepted(string(format("header: %s", name)), token_with_header(header(KID, members)));
}

void
make_numbers(void)
{
	static const char *const fine[] = {
		"1", "0", "-0", "-1", "1.5", "-1.50", "0.1", "1e5", "1E5", "1e+5", "1e-5", "0e0",
		"0e5", "-0e-5", "0.0e10", "1.5e30", "1e39", "9.9e39", "-1e39", "1e-40",
		"9007199254740993", "9223372036854775807", "9223372036854775808",
		"18446744073709551616", "340282366920938463463374607431768211456",
		"10e38", "0.1e40", "0.01e41", "1.0e-39", "10e-40", "0e-40", "0e1000", "0.0e900"
	};
	static const char *const wrong[] = {
		"NaN", "nan", "-NaN", "Infinity", "-Infinity", "inf", "1e", "1e+", "1e-", "1E", "e5",
		".5", "-.5", "5.", "-5.", "5.e3", "+1", "-+1", "--1", "-", "+", ".", "01", "-01", "00",
		"0.", "1.2.3", "1e5.5", "1e5e5", "0x10", "0b1", "0o7", "1_000", "1,000", "1 000", "1f",
		"1n", "1L", "1d", "\xEF\xBC\x91", "\xD9\xA1", "1\xC2\xBD", "1e\xE2\x88\x92" "5", "(1)",
		"1/2", "1+1", "$1", "1%", "#1",
		"1e40", "10e39", "-1e40", "0.1e41", "1e308", "1e309", "1e131071", "1e131072",
		"1e1000000", "1e2147483647",
		"1e2147483648", "1e4294967296", "1e9223372036854775807", "1e9223372036854775808",
		"1e18446744073709551617", "1e99999999999999999999999999999999",
		"1e-41", "0.1e-40", "1.0e-40", "0e-41", "5e-324", "1e-16383", "0e1001", "0e1000000",
		"1e-2147483648", "1e-2147483649",
		"1e-99999999999999999999999999999999", "0e-99999999999999999999",
		"0e99999999999999999999", "-0.0e-40"
	};

	for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++)
		good(fine[i], fine[i]);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		bad(wrong[i], wrong[i]);

	good("40 digits", string(repeat("7", 40)));
	bad("41 digits", string(repeat("7", 41)));
	bad("10^4 digits", string(repeat("7", 10000)));
	good("40 digits behind the point", string(join(B("0."), repeat("7", 40))));
	bad("41 digits behind the point", string(join(B("0."), repeat("7", 41))));
	bad("10^4 digits behind the point", string(join(B("0."), repeat("7", 10000))));
	bad("10^4 zeros behind the point", string(join(B("0."), repeat("0", 10000))));
	bad("40 digits and an exponent", string(join(repeat("7", 40), B("e1"))));
	good("80 digits and an exponent that fits", string(join(repeat("7", 80), B("e-40"))));
	bad("10^4 digits and an exponent", string(join(repeat("7", 10000), B("e-9960"))));
	bad("10^4 digits of exponent", string(join(B("1e"), repeat("9", 10000))));
	bad("10^4 zeros of exponent, and too much", string(join3(B("1e"), repeat("0", 9000), B("40"))));
	good("10^4 zeros of exponent", string(join3(B("1e"), repeat("0", 9000), B("5"))));
	refused("10^5 digits", REFUSED("shape"), "numbers/claim: 40 digits",
			token_with_payload(payload(string(join(B("\"x\":"), repeat("7", 100000))))));
	refused("10^5 digits behind the point", REFUSED("shape"),
			"numbers/claim: 40 digits behind the point",
			token_with_payload(payload(string(join(B("\"x\":0."), repeat("7", 100000))))));

	/*
	 * as many numbers as there is room for, each as long as it gets when
	 * written
	 */
	accepted("two thousand of 40 digits",
			 token_with_payload(payload(string(join3(B("\"x\":["), repeat("1e39,", 2000),
													 B("0]"))))));
	refused("a thousand of 131072 digits", REFUSED("payload"), "numbers/two thousand of 40 digits",
			token_with_payload(payload(string(join3(B("\"x\":["), repeat("1e131071,", 1000),
													B("0]"))))));
}
