/*-------------------------------------------------------------------------
 *
 * payload.c
 *		Proof: an integer of a payload is read exactly, or left to PostgreSQL's
 *		parser.
 *
 * entries: integers
 * cbmc: --unwind 21 --conversion-check
 *
 *-------------------------------------------------------------------------
 */
#include "verify/payload.c"

#include "proof.h"

static void
integer(size_t len, bool exactly)
{
	char	   *text = any_bytes(len);
	bool		negative = text[0] == '-';
	bool		good = len - (negative ? 1 : 0) <= 18;
	int64		value;
	int64		expected = 0;

	for (size_t i = negative ? 1 : 0; i < len && good; i++)
	{
		good = text[i] >= '0' && text[i] <= '9';
		if (exactly)
			expected = good ? expected * 10 + (text[i] - '0') : 0;
	}
	PROVE(plain_integer(text, len, &value) == good);
	if (exactly && good)
		PROVE(value == (negative ? -expected : expected));
}

/* Numbers of a few digits, and of so many that an int64 may not hold them. */
void
integers(void)
{
	ANY_LENGTH(len, 1, 3)
		integer(len, true);
	ANY_LENGTH(long_len, 19, 20)
		integer(long_len, false);
}
