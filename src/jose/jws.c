/*-------------------------------------------------------------------------
 *
 * jws.c
 *		The shape of a compact JWS (RFC 7515, section 3.1).
 *
 *-------------------------------------------------------------------------
 */
#include "jose/jws.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/*
 * Eight bytes are judged at once, as one number.  A byte below 0x80 plus (0x80
 * - first) has its top bit set where it is first or above, and carries nothing
 * into the next; bytes from 0x80 on are bad anyway.
 */
#define ONES			UINT64_C(0x0101010101010101)
#define FROM(x, first)	((x) + ONES * (0x80 - (first)))
#define AMONG(x, first, last)	(FROM(x, first) & ~FROM(x, (last) + 1))

/* Top bits are set where a byte is no base64url character, nor a dot. */
static inline uint64_t
judge_eight(uint64_t x)
{
	return x | ~(AMONG(x | ONES * 0x20, 'a', 'z') | AMONG(x, '0', '9') |
				 AMONG(x, '-', '.') | AMONG(x, '_', '_'));
}

static bool
all_allowed(const char *token, size_t len)
{
	uint64_t	bad = 0;
	uint64_t	x;

	for (; len >= sizeof(x); token += sizeof(x), len -= sizeof(x))
	{
		memcpy(&x, token, sizeof(x));
		bad |= judge_eight(x);
	}
	x = ONES * '.';
	memcpy(&x, token, len);
	return ((bad | judge_eight(x)) & ONES * 0x80) == 0;
}

JwsStatus
jws_split(const char *token, size_t len, JwsParts *parts)
{
	const char *end;
	const char *first;
	const char *second = NULL;

	if (len == 0)
		return JWS_EMPTY;
	if (len > JWS_MAX_LEN)
		return JWS_TOO_LONG;
	if (!all_allowed(token, len))
		return JWS_BAD_CHARACTER;

	end = token + len;
	first = memchr(token, '.', len);
	if (first != NULL)
		second = memchr(first + 1, '.', (size_t) (end - first - 1));
	if (second == NULL ||
		memchr(second + 1, '.', (size_t) (end - second - 1)) != NULL)
		return JWS_NOT_THREE_PARTS;

	parts->header = token;
	parts->header_len = (size_t) (first - token);
	parts->payload = first + 1;
	parts->payload_len = (size_t) (second - first - 1);
	parts->signature = second + 1;
	parts->signature_len = (size_t) (end - second - 1);
	parts->signing_input_len = (size_t) (second - token);

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
			return "no characters";
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
