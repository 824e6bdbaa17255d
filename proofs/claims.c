/*-------------------------------------------------------------------------
 *
 * claims.c
 *		Proof: numbers of a payload are read without overflow, however many digits.
 *
 * entries: milliseconds
 * cbmc: --unwind 22 --conversion-check --unsigned-overflow-check
 *
 *-------------------------------------------------------------------------
 */
#include "verify/claims.c"

#include "proof.h"

static bool
is_so(const char *text)
{
	JsonWanted	claim = {.type = JSON_NUMBER, .value = text, .value_len = strlen(text)};

	return is_in_milliseconds(&claim);
}

/* In range once it is divided by a thousand, and not before. */
void
milliseconds(void)
{
	char	   *text = any_bytes(20);
	JsonWanted	claim = {.type = JSON_NUMBER, .value = text, .value_len = 20};
	bool		digits = true;

	for (size_t i = 0; i < 20 && text[i] != '.'; i++)
		digits = digits && text[i] >= '0' && text[i] <= '9';
	PROVE(IMPLIES(is_in_milliseconds(&claim), digits));
	claim.type = JSON_STRING;
	PROVE(!is_in_milliseconds(&claim));
	PROVE(!is_so("253402300799"));
	PROVE(is_so("253402300800"));
	PROVE(is_so("253402300799999.5"));
	PROVE(!is_so("253402300800000"));
	PROVE(!is_so("-253402300800"));
}
