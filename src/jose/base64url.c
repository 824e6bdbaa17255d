/*-------------------------------------------------------------------------
 *
 * base64url.c
 *		base64url without padding (RFC 4648, section 5), strict both ways.
 *
 *-------------------------------------------------------------------------
 */
#include "jose/base64url.h"

static const char alphabet[64] =
{
	'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M',
	'N', 'O', 'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z',
	'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm',
	'n', 'o', 'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z',
	'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '-', '_'
};

/* A bit that no digit has: the character is not in the alphabet. */
#define NO		0x80

/* Rows of 16 characters, from 0x00 on. */
static const uint8_t digit_value[256] =
{
	NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
	NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
	NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, 62, NO, NO,
	52, 53, 54, 55, 56, 57, 58, 59, 60, 61, NO, NO, NO, NO, NO, NO,
	NO, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
	15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, NO, NO, NO, NO, 63,
	NO, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
	41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, NO, NO, NO, NO, NO,
	NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
	NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
	NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
	NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
	NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
	NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
	NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
	NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO
};

/*
 * Collects that bit of bad characters, and judges it once at the end: no
 * branch for each character.
 */
bool
base64url_decode(const char *src, size_t len, uint8_t *dst)
{
	const uint8_t *s = (const uint8_t *) src;
	size_t		quads = len / 4;
	uint32_t	bad = 0;
	uint32_t	a;
	uint32_t	b;
	uint32_t	c;

	for (; quads > 0; quads--)
	{
		uint32_t	d;
		uint32_t	bits;

		a = digit_value[s[0]];
		b = digit_value[s[1]];
		c = digit_value[s[2]];
		d = digit_value[s[3]];
		bad |= a | b | c | d;
		bits = a << 18 | b << 12 | c << 6 | d;
		dst[0] = (uint8_t) (bits >> 16);
		dst[1] = (uint8_t) (bits >> 8);
		dst[2] = (uint8_t) bits;
		s += 4;
		dst += 3;
	}

	switch (len % 4)
	{
		case 1:
			return false;
		case 2:
			a = digit_value[s[0]];
			b = digit_value[s[1]];
			bad |= a | b | (b & 0x0F ? NO : 0);
			dst[0] = (uint8_t) (a << 2 | b >> 4);
			break;
		case 3:
			a = digit_value[s[0]];
			b = digit_value[s[1]];
			c = digit_value[s[2]];
			bad |= a | b | c | (c & 0x03 ? NO : 0);
			dst[0] = (uint8_t) (a << 2 | b >> 4);
			dst[1] = (uint8_t) (b << 4 | c >> 2);
			break;
		default:
			break;
	}
	return (bad & NO) == 0;
}

void
base64url_encode(const uint8_t *src, size_t len, char *dst)
{
	for (; len >= 3; len -= 3)
	{
		uint32_t	bits = (uint32_t) src[0] << 16 | (uint32_t) src[1] << 8 |
			src[2];

		dst[0] = alphabet[bits >> 18];
		dst[1] = alphabet[bits >> 12 & 0x3F];
		dst[2] = alphabet[bits >> 6 & 0x3F];
		dst[3] = alphabet[bits & 0x3F];
		src += 3;
		dst += 4;
	}
	if (len > 0)
	{
		dst[0] = alphabet[src[0] >> 2];
		if (len == 1)
			dst[1] = alphabet[(src[0] & 0x03) << 4];
		else
		{
			dst[1] = alphabet[(src[0] & 0x03) << 4 | src[1] >> 4];
			dst[2] = alphabet[(src[1] & 0x0F) << 2];
		}
	}
}
