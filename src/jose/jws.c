/*-------------------------------------------------------------------------
 *
 * jws.c
 *		The shape of a compact JWS (RFC 7515, section 3.1).
 *
 * IDENTIFICATION
 *	  src/jose/jws.c
 *
 *-------------------------------------------------------------------------
 */
#include "jose/jws.h"

#include <stdint.h>

#define N		0				/* no character of a token */
#define C		1				/* a base64url character */
#define D		2				/* the dot */

/* Rows of 16 characters, from 0x00 on; 0x80 and above are N. */
static const uint8_t class_of[256] =
{
	N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
	N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,
	N, N, N, N, N, N, N, N, N, N, N, N, N, C, D, N,
	C, C, C, C, C, C, C, C, C, C, N, N, N, N, N, N,
	N, C, C, C, C, C, C, C, C, C, C, C, C, C, C, C,
	C, C, C, C, C, C, C, C, C, C, C, N, N, N, N, C,
	N, C, C, C, C, C, C, C, C, C, C, C, C, C, C, C,
	C, C, C, C, C, C, C, C, C, C, C, N, N, N, N, N
};

JwsStatus
jws_split(const char *token, size_t len, JwsParts *parts)
{
	const uint8_t *t = (const uint8_t *) token;
	size_t		dot[2] = {0, 0};
	size_t		ndots = 0;
	size_t		i = 0;

	if (len == 0)
		return JWS_EMPTY;
	if (len > JWS_MAX_LEN)
		return JWS_TOO_LONG;

	while (i < len)
	{
		uint8_t		class;

		/* C has a bit that neither N nor D has */
		while (len - i >= 4 &&
			   (class_of[t[i]] & class_of[t[i + 1]] &
				class_of[t[i + 2]] & class_of[t[i + 3]]) == C)
			i += 4;
		if (i == len)
			break;

		class = class_of[t[i]];
		if (class == N)
			return JWS_BAD_CHARACTER;
		if (class == D)
		{
			if (ndots < 2)
				dot[ndots] = i;
			ndots++;
		}
		i++;
	}

	if (ndots != 2)
		return JWS_NOT_THREE_PARTS;

	parts->header = token;
	parts->header_len = dot[0];
	parts->payload = token + dot[0] + 1;
	parts->payload_len = dot[1] - dot[0] - 1;
	parts->signature = token + dot[1] + 1;
	parts->signature_len = len - dot[1] - 1;
	parts->signing_input_len = dot[1];

	if (parts->header_len == 0 || parts->payload_len == 0 ||
		parts->signature_len == 0)
		return JWS_EMPTY_PART;
	return JWS_OK;
}

const char *
jws_status_text(JwsStatus status)
{
	switch (status)
	{
		case JWS_OK:
			return "three parts";
		case JWS_EMPTY:
			return "no character at all";
		case JWS_TOO_LONG:
			return "more than 16384 characters";
		case JWS_BAD_CHARACTER:
			return "a character other than A-Z a-z 0-9 - _ .";
		case JWS_NOT_THREE_PARTS:
			return "other than three parts";
		case JWS_EMPTY_PART:
			return "an empty part";
	}
	return "an unknown fault";
}
