/*-------------------------------------------------------------------------
 *
 * base64url.c
 *		Proof: an accepted text is the one encoding of its bytes, and encoding
 *		writes a text that is accepted.
 *
 * sources: jose/base64url.c
 * cbmc: --unwind 14 --pointer-overflow-check
 *
 *-------------------------------------------------------------------------
 */
#include "proof.h"

#include "jose/base64url.h"

/* Lengths up to three rounds of four characters and each possible rest. */
#define MAX_LEN		11

static bool
in_alphabet(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		(c >= '0' && c <= '9') || c == '-' || c == '_';
}

static void
decode_then_encode(size_t len)
{
	char	   *text = any_bytes(len);
	size_t		nbytes = BASE64URL_DECODED_LEN(len);
	uint8_t    *bytes = any_bytes(nbytes);
	char	   *again = any_bytes(len);
	size_t		i = nondet_size();

	if (!base64url_decode(text, len, bytes))
		return;
	PROVE(len % 4 != 1);
	PROVE(BASE64URL_ENCODED_LEN(nbytes) == len);
	base64url_encode(bytes, nbytes, again);
	ASSUME(i < len);
	PROVE(in_alphabet(text[i]));
	PROVE(again[i] == text[i]);
}

static void
encode_then_decode(size_t nbytes)
{
	uint8_t    *bytes = any_bytes(nbytes);
	size_t		len = BASE64URL_ENCODED_LEN(nbytes);
	char	   *text = any_bytes(len);
	uint8_t    *again = any_bytes(nbytes);
	size_t		i = nondet_size();

	base64url_encode(bytes, nbytes, text);
	PROVE(base64url_decode(text, len, again));
	PROVE(BASE64URL_DECODED_LEN(len) == nbytes);
	ASSUME(i < nbytes);
	PROVE(again[i] == bytes[i]);
}

void
proof(void)
{
	if (nondet_bool())
	{
		ANY_LENGTH(len, 0, MAX_LEN)
			decode_then_encode(len);
	}
	else
	{
		ANY_LENGTH(nbytes, 0, BASE64URL_DECODED_LEN(MAX_LEN))
			encode_then_decode(nbytes);
	}
}
