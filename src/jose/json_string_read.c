/*-------------------------------------------------------------------------
 *
 * json_string_read.c
 *		Which JSON strings are well-formed: UTF-8, escapes, no U+0000.
 *
 * IDENTIFICATION
 *	  src/jose/json_string_read.c
 *
 *-------------------------------------------------------------------------
 */
#include "jose/json_internal.h"

#include <string.h>

/*
 * The length of the well-formed UTF-8 sequence at p, by table 3-7 of the
 * Unicode standard; 0 when there is none.
 */
static size_t
utf8_length(const uint8_t *p, size_t room)
{
	uint8_t		low = 0x80;
	uint8_t		high = 0xBF;
	size_t		n;
	size_t		i;

	if (p[0] >= 0xC2 && p[0] <= 0xDF)
		n = 2;
	else if (p[0] >= 0xE0 && p[0] <= 0xEF)
	{
		n = 3;
		if (p[0] == 0xE0)
			low = 0xA0;			/* no overlong form */
		else if (p[0] == 0xED)
			high = 0x9F;		/* no surrogate */
	}
	else if (p[0] >= 0xF0 && p[0] <= 0xF4)
	{
		n = 4;
		if (p[0] == 0xF0)
			low = 0x90;
		else if (p[0] == 0xF4)
			high = 0x8F;		/* none above U+10FFFF */
	}
	else
		return 0;

	if (room < n || p[1] < low || p[1] > high)
		return 0;
	for (i = 2; i < n; i++)
	{
		if (p[i] < 0x80 || p[i] > 0xBF)
			return 0;
	}
	return n;
}

/* The length of the escape sequence at p; 0 with *status set when it is bad. */
static size_t
escape_length(const char *p, const char *end, JsonStatus *status)
{
	int			unit;
	int			low;

	*status = JSON_SYNTAX;
	if (end - p < 2)
		return 0;
	switch (p[1])
	{
		case '"':
		case '\\':
		case '/':
		case 'b':
		case 'f':
		case 'n':
		case 'r':
		case 't':
			return 2;
		case 'u':
			break;
		default:
			return 0;
	}

	if (end - p < 6 || (unit = json_hex4(p + 2)) < 0)
		return 0;
	if (unit == 0)
	{
		*status = JSON_NUL;
		return 0;
	}
	if (unit < 0xD800 || unit > 0xDFFF)
		return 6;

	*status = JSON_LONE_SURROGATE;
	if (unit > 0xDBFF || end - p < 12 || p[6] != '\\' || p[7] != 'u')
		return 0;
	low = json_hex4(p + 8);
	return low >= 0xDC00 && low <= 0xDFFF ? 12 : 0;
}

/* Is there, among these eight bytes, other than unescaped printable ASCII? */
static inline bool
eight_need_a_look(const char *p)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t	x;
	uint64_t	quote;
	uint64_t	backslash;

	/* a borrow comes only from a byte below that needs the look itself */
	memcpy(&x, p, 8);
	quote = x ^ ones * '"';
	backslash = x ^ ones * '\\';
	return ((x | (x - ones * 0x20) | (quote - ones) | (backslash - ones)) &
			ones * 0x80) != 0;
}

/* Skips unescaped printable ASCII. */
static inline const char *
skip_plain(const char *p, const char *end)
{
	while (end - p >= 8 && !eight_need_a_look(p))
		p += 8;
	while (p < end && *p >= 0x20 && *p < 0x7F && *p != '"' && *p != '\\')
		p++;
	return p;
}

const char *
json_string_read(const char *p, const char *end, bool *escaped,
				 JsonStatus *status)
{
	size_t		n;

	*escaped = false;
	for (;;)
	{
		uint8_t		c;

		p = skip_plain(p, end);
		if (p == end)
			break;

		c = (uint8_t) *p;
		if (c == '"')
			return p;
		if (c == '\\')
		{
			*escaped = true;
			n = escape_length(p, end, status);
			if (n == 0)
				return NULL;
			p += n;
		}
		else if (c < 0x20)
		{
			*status = JSON_CONTROL_CHARACTER;
			return NULL;
		}
		else if (c < 0x80)
			p++;
		else
		{
			n = utf8_length((const uint8_t *) p, (size_t) (end - p));
			if (n == 0)
			{
				*status = JSON_BAD_UTF8;
				return NULL;
			}
			p += n;
		}
	}
	*status = JSON_SYNTAX;
	return NULL;
}
