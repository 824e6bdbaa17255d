/*-------------------------------------------------------------------------
 *
 * base64url_fuzzer.c
 *		Fuzzes jose/base64url.c: what is accepted is the one encoding.
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"

#include <string.h>

#include "jose/base64url.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t		decoded_len = BASE64URL_DECODED_LEN(size);
	size_t		encoded_len = BASE64URL_ENCODED_LEN(size);
	uint8_t    *decoded = room_of(decoded_len);
	uint8_t    *back = room_of(size);
	char	   *again = room_of(size);
	char	   *encoded = room_of(encoded_len);

	/* as text: decode, encode */
	if (base64url_decode((const char *) data, size, decoded))
	{
		CHECK(BASE64URL_ENCODED_LEN(decoded_len) == size);
		base64url_encode(decoded, decoded_len, again);
		CHECK(memcmp(again, data, size) == 0);
	}

	/* as bytes: encode, decode */
	base64url_encode(data, size, encoded);
	CHECK(BASE64URL_DECODED_LEN(encoded_len) == size);
	CHECK(base64url_decode(encoded, encoded_len, back));
	CHECK(memcmp(back, data, size) == 0);

	free(decoded);
	free(back);
	free(again);
	free(encoded);
	return 0;
}
