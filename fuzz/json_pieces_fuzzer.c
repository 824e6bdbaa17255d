/*-------------------------------------------------------------------------
 *
 * json_pieces_fuzzer.c
 *		Fuzzes what reads guarded JSON on text that no guard has seen.
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"

#include <string.h>

#include "json/strings.h"
#include "json/walk.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *) data;
	char	   *decoded = copy_of(data, size);
	size_t		len = json_string_decode(text, size, decoded);
	size_t		pos = 0;
	size_t		n = 0;
	JsonWanted	element;
	JsonMember	member;

	CHECK(len <= size);
	CHECK(json_string_equals(text, size, decoded, len));

	while (json_array_next(text, size, &pos, &element))
	{
		CHECK(element.value >= text);
		CHECK(element.value + element.value_len <= text + size);
		CHECK(++n <= size);
	}
	pos = n = 0;
	while (json_object_next(text, size, &pos, &member))
	{
		CHECK(member.name > text);
		CHECK(member.name + member.name_len < member.value.value);
		CHECK(member.value.value + member.value.value_len <= text + size);
		CHECK(++n <= size);
	}
	free(decoded);
	return 0;
}
