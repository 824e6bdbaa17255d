/*-------------------------------------------------------------------------
 *
 * jws.c
 *		Proof: a token is accepted if and only if it has three parts, and the
 *		parts cover it.
 *
 * sources: jose/jws.c
 * entries: splitting places
 * cbmc: --unwind 11
 * cbmc places: --unwind 28
 *
 *-------------------------------------------------------------------------
 */
#include "proof.h"

#include "jose/jws.h"

/* Lengths of one round of eight characters and a rest. */
#define MAX_LEN		9

static bool
allowed(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		(c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

/* The same rule, written character by character. */
static JwsStatus
expected(const char *token, size_t len)
{
	size_t		ndots = 0;
	bool		empty = len > 0 && (token[0] == '.' || token[len - 1] == '.');

	for (size_t i = 0; i < len; i++)
	{
		if (!allowed(token[i]))
			return JWS_BAD_CHARACTER;
		if (token[i] == '.')
			ndots++;
		if (i > 0 && token[i] == '.' && token[i - 1] == '.')
			empty = true;
	}
	if (len == 0)
		return JWS_EMPTY;
	if (ndots != 2)
		return JWS_NOT_THREE_PARTS;
	return empty ? JWS_EMPTY_PART : JWS_OK;
}

static void
split(size_t len)
{
	char	   *token = any_bytes(len);
	JwsParts	parts;
	JwsStatus	status = jws_split(token, len, &parts);

	PROVE(status == expected(token, len));
	if (status != JWS_OK)
		return;
	PROVE(parts.header == token && parts.header_len > 0);
	PROVE(parts.payload == token + parts.header_len + 1 && parts.payload_len > 0);
	PROVE(parts.signature == parts.payload + parts.payload_len + 1);
	PROVE(parts.signature_len > 0);
	PROVE(parts.signature + parts.signature_len == token + len);
	PROVE(parts.signing_input_len == parts.header_len + 1 + parts.payload_len);
}

void
splitting(void)
{
	JwsParts	parts;
	size_t		more = nondet_size();

	ANY_LENGTH(len, 0, MAX_LEN)
		split(len);

	/* a token that is too long is not read */
	ASSUME(more > JWS_MAX_LEN);
	PROVE(jws_split(NULL, more, &parts) == JWS_TOO_LONG);
}

/*
 * One character, at any place of a longer token, is bad: no round forgets what
 * an earlier one found.
 */
void
places(void)
{
	char		token[] = "aaaaaaaaa.bbbbbbb.ccccccc";
	size_t		len = sizeof(token) - 1;
	JwsParts	parts;

	token[any_size_to(len - 1)] = (char) nondet_int();
	PROVE(jws_split(token, len, &parts) == expected(token, len));
}
