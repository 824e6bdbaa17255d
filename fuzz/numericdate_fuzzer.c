/*-------------------------------------------------------------------------
 *
 * numericdate_fuzzer.c
 *		Fuzzes jose/numericdate.c against the machine's long double.
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"

#include <math.h>
#include <string.h>

#include "json/guard.h"
#include "jose/numericdate.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *) data;
	char	   *object = room_of(size + 7);
	int64_t		usec;

	memcpy(object, "{\"a\":", 5);
	memcpy(object + 5, data, size);
	object[size + 5] = '}';
	object[size + 6] = '\0';

	if (numericdate_parse(text, size, &usec))
	{
		JsonStatus	status = json_guard_object(object, size + 6, NULL, 0);
		long double value;

		CHECK(status == JSON_OK || status == JSON_NUMBER_RANGE);
		CHECK(usec >= 0 && usec <= NUMERICDATE_MAX * 1000000);

		/* 64 bits of mantissa hold the value, except for one or two roundings */
		object[size + 5] = '\0';
		value = strtold(object + 5, NULL) * 1e6L;
		CHECK(fabsl(value - (long double) usec) <= 1.5L);
	}
	else if (size > 0 && strchr("-+0123456789", text[0]) != NULL)
	{
		/* a text that is refused is no JSON number, or is out of range */
		if (json_guard_object(object, size + 6, NULL, 0) == JSON_OK &&
			memchr(text, ',', size) == NULL)
		{
			long double value;

			object[size + 5] = '\0';
			value = strtold(object + 5, NULL);
			CHECK(value < 0 || value >= NUMERICDATE_MAX ||
				  strpbrk(object + 5, " \t\r\n") != NULL ||
				  (value == 0 && text[0] == '-'));
		}
	}
	free(object);
	return 0;
}
