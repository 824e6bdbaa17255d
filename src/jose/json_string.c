/*-------------------------------------------------------------------------
 *
 * json_string.c
 *		What a guarded JSON string stands for.
 *
 * The guard has judged the text before.  These functions stay inside it
 * whatever it holds, all the same: an escape that is none is taken literally.
 *
 * IDENTIFICATION
 *	  src/jose/json_string.c
 *
 *-------------------------------------------------------------------------
 */
#include "jose/json_internal.h"

#include <string.h>

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int
json_hex4(const char *p)
{
	int			value = 0;
	int			i;

	for (i = 0; i < 4; i++)
	{
		int			digit = hex_value(p[i]);

		if (digit < 0)
			return -1;
		value = value << 4 | digit;
	}
	return value;
}

static int
utf8_write(uint32_t c, uint8_t *dst)
{
	if (c < 0x80)
	{
		dst[0] = (uint8_t) c;
		return 1;
	}
	if (c < 0x800)
	{
		dst[0] = (uint8_t) (0xC0 | c >> 6);
		dst[1] = (uint8_t) (0x80 | (c & 0x3F));
		return 2;
	}
	if (c < 0x10000)
	{
		dst[0] = (uint8_t) (0xE0 | c >> 12);
		dst[1] = (uint8_t) (0x80 | (c >> 6 & 0x3F));
		dst[2] = (uint8_t) (0x80 | (c & 0x3F));
		return 3;
	}
	dst[0] = (uint8_t) (0xF0 | c >> 18);
	dst[1] = (uint8_t) (0x80 | (c >> 12 & 0x3F));
	dst[2] = (uint8_t) (0x80 | (c >> 6 & 0x3F));
	dst[3] = (uint8_t) (0x80 | (c & 0x3F));
	return 4;
}

/*
 * Reads the \u escape, or the pair of them, whose backslash is at p.  Returns
 * its length and sets *c, or returns 0 when there is none.
 */
static size_t
read_u_escape(const char *p, const char *end, uint32_t *c)
{
	int			unit;
	int			low;

	if (end - p < 6 || p[1] != 'u')
		return 0;
	unit = json_hex4(p + 2);
	if (unit < 0 || (unit >= 0xDC00 && unit <= 0xDFFF))
		return 0;
	if (unit < 0xD800 || unit > 0xDBFF)
	{
		*c = (uint32_t) unit;
		return 6;
	}
	if (end - p < 12 || p[6] != '\\' || p[7] != 'u')
		return 0;
	low = json_hex4(p + 8);
	if (low < 0xDC00 || low > 0xDFFF)
		return 0;
	*c = 0x10000 + ((uint32_t) (unit - 0xD800) << 10) +
		(uint32_t) (low - 0xDC00);
	return 12;
}

void
json_bytes_start(JsonBytes *bytes, const char *src, size_t len)
{
	bytes->p = src;
	bytes->end = src + len;
	bytes->nheld = 0;
	bytes->given = 0;
}

int
json_bytes_next(JsonBytes *bytes)
{
	const char *p = bytes->p;
	uint32_t	c;
	size_t		n;

	if (bytes->given < bytes->nheld)
		return bytes->held[bytes->given++];
	if (p >= bytes->end)
		return -1;
	if (*p != '\\' || bytes->end - p < 2)
	{
		bytes->p = p + 1;
		return (uint8_t) *p;
	}

	bytes->p = p + 2;
	switch (p[1])
	{
		case '"':
		case '\\':
		case '/':
			return p[1];
		case 'b':
			return '\b';
		case 'f':
			return '\f';
		case 'n':
			return '\n';
		case 'r':
			return '\r';
		case 't':
			return '\t';
		default:
			break;
	}

	n = read_u_escape(p, bytes->end, &c);
	if (n == 0)
	{
		bytes->p = p + 1;
		return '\\';
	}
	bytes->p = p + n;
	bytes->nheld = utf8_write(c, bytes->held);
	bytes->given = 1;
	return bytes->held[0];
}

size_t
json_string_decode(const char *src, size_t len, char *dst)
{
	const char *backslash = len > 0 ? memchr(src, '\\', len) : NULL;
	size_t		plain = backslash ? (size_t) (backslash - src) : len;
	JsonBytes	bytes;
	char	   *out = dst + plain;
	int			c;

	if (plain > 0 && dst != src)
		memmove(dst, src, plain);
	if (backslash == NULL)
		return len;

	/* an escape is never shorter than its bytes, so out stays behind bytes.p */
	json_bytes_start(&bytes, backslash, len - plain);
	while ((c = json_bytes_next(&bytes)) >= 0)
		*out++ = (char) c;
	return (size_t) (out - dst);
}

bool
json_string_equals(const char *src, size_t len,
				   const char *text, size_t text_len)
{
	JsonBytes	bytes;
	size_t		i;

	/* no string has fewer characters than the bytes that it decodes to */
	if (len < text_len)
		return false;
	if (len == 0 || memchr(src, '\\', len) == NULL)
		return len == text_len && (len == 0 || memcmp(src, text, len) == 0);

	json_bytes_start(&bytes, src, len);
	for (i = 0; i < text_len; i++)
	{
		if (json_bytes_next(&bytes) != (uint8_t) text[i])
			return false;
	}
	return json_bytes_next(&bytes) < 0;
}

size_t
json_unescape_non_ascii(char *text, size_t len)
{
	const char *p = len > 0 ? memchr(text, '\\', len) : NULL;
	const char *end;
	char	   *out;

	if (p == NULL)
		return len;
	end = text + len;
	out = text + (p - text);
	while (p < end)
	{
		uint8_t		utf8[4];
		uint32_t	c;
		size_t		n;

		if (*p != '\\')
		{
			*out++ = *p++;
			continue;
		}
		n = read_u_escape(p, end, &c);
		if (n > 0 && c >= 0x80)
		{
			size_t		nbytes = (size_t) utf8_write(c, utf8);

			memcpy(out, utf8, nbytes);
			out += nbytes;
			p += n;
			continue;
		}
		/* keep the escape; what a backslash escapes is never one itself */
		*out++ = *p++;
		if (p < end)
			*out++ = *p++;
	}
	return (size_t) (out - text);
}
