/*-------------------------------------------------------------------------
 *
 * jws_fuzzer.c
 *		Fuzzes jose/jws.c: the parts and their dots are the token.
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"

#include <stdbool.h>
#include <string.h>

#include "jose/jws.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *token = (const char *) data;
	JwsParts	parts;
	size_t		ndots = 0;
	bool		good = true;
	size_t		i;

	for (i = 0; i < size; i++)
	{
		ndots += token[i] == '.';
		good = good && token[i] != '\0' &&
			strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.",
				   token[i]) != NULL;
	}

	switch (jws_split(token, size, &parts))
	{
		case JWS_OK:
			CHECK(size <= JWS_MAX_LEN && ndots == 2 && good);
			CHECK(parts.header == token);
			CHECK(parts.payload == parts.header + parts.header_len + 1);
			CHECK(parts.signature == parts.payload + parts.payload_len + 1);
			CHECK(parts.signature + parts.signature_len == token + size);
			CHECK(parts.signing_input_len ==
				  parts.header_len + 1 + parts.payload_len);
			CHECK(parts.payload[-1] == '.' && parts.signature[-1] == '.');
			CHECK(parts.header_len && parts.payload_len && parts.signature_len);
			break;
		case JWS_EMPTY:
			CHECK(size == 0);
			break;
		case JWS_TOO_LONG:
			CHECK(size > JWS_MAX_LEN);
			break;
		case JWS_NOT_THREE_PARTS:
			CHECK(ndots != 2);
			break;
		case JWS_EMPTY_PART:
			CHECK(ndots == 2);
			break;
		case JWS_BAD_CHARACTER:
			CHECK(!good);
			break;
	}
	return 0;
}
