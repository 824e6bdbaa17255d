/*-------------------------------------------------------------------------
 *
 * strings.c
 *		JSON strings: which are well-formed, and what they stand for.
 *
 * json_string_read() judges a string.  The other functions get only text that
 * it has judged.  They stay inside the text whatever it holds, and copy
 * unchanged what only looks like an escape.
 *
 *-------------------------------------------------------------------------
 */
#include "json/strings.h"

#include <string.h>

static int
json_hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static int
hex4(const char *p)
{
	int			value = 0;
	int			i;

	for (i = 0; i < 4; i++)
	{
		int			digit = json_hex_value(p[i]);

		if (digit < 0)
			return -1;
		value = value << 4 | digit;
	}
	return value;
}

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

	if (end - p < 6 || (unit = hex4(p + 2)) < 0)
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
	low = hex4(p + 8);
	return low >= 0xDC00 && low <= 0xDFFF ? 12 : 0;
}

/* Is any of these eight bytes something other than unescaped printable ASCII? */
static inline bool
eight_need_a_look(const char *p)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t	x;
	uint64_t	quote;
	uint64_t	backslash;

	/* only a byte that is not plain itself borrows from the byte above it */
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
	unit = hex4(p + 2);
	if (unit < 0 || (unit >= 0xDC00 && unit <= 0xDFFF))
		return 0;
	if (unit < 0xD800 || unit > 0xDBFF)
	{
		*c = (uint32_t) unit;
		return 6;
	}
	if (end - p < 12 || p[6] != '\\' || p[7] != 'u')
		return 0;
	low = hex4(p + 8);
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

		/*
		 * keep the escape: the character behind a backslash begins no other
		 * one
		 */
		*out++ = *p++;
		if (p < end)
			*out++ = *p++;
	}
	return (size_t) (out - text);
}
