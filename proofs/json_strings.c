/*-------------------------------------------------------------------------
 *
 * json_strings.c
 *		Proof: strings are judged exactly as RFC 8259 and Unicode say, and all
 *		functions agree about what a string stands for.
 *
 * entries: eight sequence escapes written reading long_plain steps decoding equality
 * entries: unescaping unescaping_pair unescaping_any
 * cbmc: --unwind 15
 * cbmc written: --conversion-check --unsigned-overflow-check
 * cbmc reading: --unwindset json_string_read.0:5,skip_plain.0:2,skip_plain.1:5,judge.0:5
 * cbmc long_plain: --unwindset json_string_read.0:4,skip_plain.0:2,skip_plain.1:11
 * cbmc decoding: --unwindset json_string_decode.0:4
 * cbmc unescaping: --unwindset json_unescape_non_ascii.0:8
 * cbmc unescaping_pair: --unwindset json_unescape_non_ascii.0:14
 * cbmc unescaping_any: --unwindset json_unescape_non_ascii.0:4
 * cbmc equality: --unwindset same.0:5
 *
 *-------------------------------------------------------------------------
 */
#include "proof.h"

#include "json/strings.c"

/*
 * Strings of any bytes, up to this length.  Longer ones are proved piece by
 * piece.
 */
#define MAX_LEN		4

/* "\uD834\uDD1E", and one more */
#define PAIR_LEN	13

/* What a string is by the standards, and which characters it stands for. */
typedef struct Meaning
{
	JsonStatus	status;
	bool		escaped;
	size_t		len;			/* length of the string, without its quotes */
	uint8_t		bytes[PAIR_LEN];
	size_t		nbytes;
} Meaning;

static void
give(Meaning *m, uint32_t c)
{
	static const uint8_t lead[] = {0x00, 0xC0, 0xE0, 0xF0};
	size_t		more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;

	for (size_t i = more; i > 0; i--)
	{
		m->bytes[m->nbytes + i] = 0x80 | (c & 0x3F);
		c >>= 6;
	}
	m->bytes[m->nbytes] = lead[more] | (uint8_t) c;
	m->nbytes += more + 1;
}

/* Reads one character of UTF-8.  Returns its length, or 0. */
static size_t
character(const uint8_t *p, size_t room, uint32_t *c)
{
	static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
	size_t		more = p[0] < 0x80 ? 0 : p[0] < 0xE0 ? 1 : p[0] < 0xF0 ? 2 : 3;

	if (more == 0)
	{
		*c = p[0];
		return 1;
	}
	if (p[0] < 0xC0 || p[0] >= 0xF8 || room <= more)
		return 0;
	*c = p[0] & (0x3Fu >> more);
	for (size_t i = 1; i <= more; i++)
	{
		if ((p[i] & 0xC0) != 0x80)
			return 0;
		*c = *c << 6 | (p[i] & 0x3F);
	}
	return *c >= least[more] && *c <= 0x10FFFF && (*c < 0xD800 || *c > 0xDFFF) ?
		more + 1 : 0;
}

/* The value of the four hexadecimal digits at p. */
static bool
unit(const uint8_t *p, size_t room, uint32_t *c)
{
	*c = 0;
	if (room < 4)
		return false;
	for (size_t i = 0; i < 4; i++)
	{
		uint8_t		lower = p[i] | 0x20;

		if (p[i] >= '0' && p[i] <= '9')
			*c = *c << 4 | (uint32_t) (p[i] - '0');
		else if (lower >= 'a' && lower <= 'f')
			*c = *c << 4 | (uint32_t) (lower - 'a' + 10);
		else
			return false;
	}
	return true;
}

/* Reads one escape.  Returns its length, or 0 with the status set. */
static size_t
escape(const uint8_t *p, size_t room, uint32_t *c, JsonStatus *status)
{
	static const char letters[] = "\"\\/bfnrt";
	static const char means[] = "\"\\/\b\f\n\r\t";
	uint32_t	low;

	*status = JSON_SYNTAX;
	for (size_t i = 0; room > 1 && i < sizeof(letters) - 1; i++)
	{
		if (p[1] == letters[i])
		{
			*c = means[i];
			return 2;
		}
	}
	if (room < 6 || p[1] != 'u' || !unit(p + 2, room - 2, c))
		return 0;
	if (*c == 0)
	{
		*status = JSON_NUL;
		return 0;
	}
	if ((*c & 0xF800) != 0xD800)
		return 6;
	*status = JSON_LONE_SURROGATE;
	if ((*c & 0x0400) || room < 12 || p[6] != '\\' || p[7] != 'u' ||
		!unit(p + 8, room - 8, &low) || (low & 0xFC00) != 0xDC00)
		return 0;
	*c = 0x10000 + (*c & 0x03FF) * 0x400 + (low & 0x03FF);
	return 12;
}

/*
 * Reads one character of a string, escaped or not.  Returns its length, or 0
 * for a quote.
 */
static size_t
meaning_of(const uint8_t *p, size_t room, uint32_t *c, JsonStatus *status)
{
	if (p[0] == '\\')
		return escape(p, room, c, status);
	*status = p[0] < 0x20 ? JSON_CONTROL_CHARACTER : JSON_BAD_UTF8;
	return p[0] < 0x20 ? 0 : character(p, room, c);
}

static void
judge(const char *text, size_t len, Meaning *m)
{
	const uint8_t *bytes = (const uint8_t *) text;

	m->status = JSON_OK;
	m->escaped = false;
	m->nbytes = 0;
	m->len = 0;
	while (m->len < len && bytes[m->len] != '"')
	{
		uint32_t	c = 0;
		size_t		n;

		m->escaped = m->escaped || bytes[m->len] == '\\';
		n = meaning_of(bytes + m->len, len - m->len, &c, &m->status);
		if (n == 0)
			return;
		give(m, c);
		m->len += n;
	}
	m->status = m->len < len ? JSON_OK : JSON_SYNTAX;
}

/* Eight bytes are skipped only if each of them is plain. */
void
eight(void)
{
	char	   *p = any_bytes(8);
	size_t		i = any_size_to(7);

	PROVE(eight_need_a_look(p) ||
		  (p[i] >= 0x20 && p[i] < 0x7F + 1 && p[i] != '"' && p[i] != '\\'));
}

void
sequence(void)
{
	ANY_LENGTH(room, 1, 5)
	{
		uint8_t    *p = any_bytes(room);
		uint32_t	c;

		ASSUME(p[0] >= 0x80);
		PROVE(utf8_length(p, room) == character(p, room, &c));
	}
}

void
escapes(void)
{
	ANY_LENGTH(len, 1, PAIR_LEN)
	{
		char	   *p = any_bytes(len);
		JsonStatus	status;
		JsonStatus	expected;
		uint32_t	meant;
		uint32_t	c;
		size_t		n;
		size_t		u;

		ASSUME(p[0] == '\\');
		n = escape_length(p, p + len, &status);
		PROVE(n == escape((uint8_t *) p, len, &meant, &expected));
		PROVE(IMPLIES(n == 0, status == expected));

		/* a later reader finds the same characters */
		u = read_u_escape(p, p + len, &c);
		PROVE(u == 0 || u == 6 || u == 12);
		PROVE(IMPLIES(n >= 6, u == n && c == meant));
		PROVE(IMPLIES(n == 2, u == 0));
	}
}

/* The UTF-8 of each character is well-formed, and stands for that character. */
void
written(void)
{
	uint8_t		bytes[4];
	uint32_t	c = nondet_uint32();
	uint32_t	again;
	int			n;

	ASSUME(c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF));
	n = utf8_write(c, bytes);
	PROVE(n >= 1 && n <= 4);
	PROVE(character(bytes, (size_t) n, &again) == (size_t) n);
	PROVE(again == c);
	PROVE(IMPLIES(c >= 0x80, utf8_length(bytes, (size_t) n) == (size_t) n));
}

void
reading(void)
{
	ANY_LENGTH(len, 0, MAX_LEN)
	{
		char	   *text = any_bytes(len);
		Meaning		m;
		bool		escaped;
		JsonStatus	status = JSON_OK;
		const char *quote = json_string_read(text, text + len, &escaped, &status);

		judge(text, len, &m);
		PROVE((quote != NULL) == (m.status == JSON_OK));
		PROVE(IMPLIES(quote == NULL, status == m.status));
		PROVE(IMPLIES(quote != NULL, quote == text + m.len && escaped == m.escaped));
	}
}

/* Seven, eight or nine bytes without an escape and without UTF-8 sequences. */
void
long_plain(void)
{
	ANY_LENGTH(len, 7, 9)
	{
		char	   *text = any_bytes(len);
		bool		escaped;
		JsonStatus	status;
		size_t		i = any_size_to(len - 1);
		size_t		at = any_size_to(len - 1);
		const char *quote;

		for (size_t j = 0; j < len; j++)
			ASSUME(text[j] >= 0x20 && text[j] < 0x7F && text[j] != '\\');
		quote = json_string_read(text, text + len, &escaped, &status);
		PROVE(quote == NULL ? status == JSON_SYNTAX : *quote == '"' && !escaped);
		PROVE(IMPLIES(text[i] == '"', quote != NULL && quote <= text + i));
	}
}

/* Reading byte by byte stays inside any text, and reaches its end. */
void
steps(void)
{
	ANY_LENGTH(len, 1, PAIR_LEN)
	{
		char	   *p = any_bytes(len);
		JsonBytes	bytes;
		Meaning		m = {.nbytes = 0};
		JsonStatus	status;
		uint32_t	c;
		size_t		n;

		json_bytes_start(&bytes, p, len);
		ASSUME(p[0] != '"');
		n = meaning_of((uint8_t *) p, len, &c, &status);
		for (size_t i = 0; i < 4; i++)
		{
			int			given = json_bytes_next(&bytes);

			if (i == 0 && n > 0)
				give(&m, c);
			PROVE(given >= 0 && given <= 0xFF);
			PROVE(bytes.p > p && bytes.p <= p + len);
			if (n == 0 || (p[0] != '\\' && n > 1))
				break;			/* the text byte by byte, as it is written */
			PROVE(given == m.bytes[i]);
			if (i + 1 == m.nbytes)
			{
				PROVE(bytes.p == p + n);
				break;
			}
		}
	}
}

/*
 * The decoded copy has the bytes that json_bytes_next() gives, is never longer
 * than the text, and can be made in place.
 */
void
decoding(void)
{
	ANY_LENGTH(len, 0, 3)
	{
		char	   *text = any_bytes(len);
		char	   *copy = any_bytes(len);
		JsonBytes	bytes;
		size_t		i = nondet_size();
		size_t		n = json_string_decode(text, len, copy);

		PROVE(n <= len);
		json_bytes_start(&bytes, text, len);
		for (size_t j = 0; j < n; j++)
			PROVE(json_bytes_next(&bytes) == (uint8_t) copy[j]);
		PROVE(json_bytes_next(&bytes) == -1);
		PROVE(json_string_decode(text, len, text) == n);
		PROVE(IMPLIES(i < n, text[i] == copy[i]));
	}
}

/* Compares in another way: decodes first. */
static bool
same(const char *src, size_t len, const char *text, size_t text_len)
{
	char		decoded[MAX_LEN];
	size_t		n = json_string_decode(src, len, decoded);

	if (n != text_len)
		return false;
	for (size_t i = 0; i < n; i++)
		if (decoded[i] != text[i])
			return false;
	return true;
}

void
equality(void)
{
	size_t		text_len = any_size_to(2);
	char		text[2];

	ANY_LENGTH(len, 0, 3)
	{
		char	   *src = any_bytes(len);

		PROVE(json_string_equals(src, len, text, text_len) ==
			  same(src, len, text, text_len));
	}
}

/*
 * One escape and one byte: an escape of a non-ASCII character becomes UTF-8,
 * any other stays.
 */
static void
unescape(size_t len)
{
	char	   *text = any_bytes(len);
	Meaning		m = {.nbytes = 0};
	JsonStatus	status;
	uint32_t	c = 0;
	size_t		n;
	size_t		i = any_size_to(3);
	size_t		meant;

	ASSUME(text[0] == '\\');
	meant = escape((uint8_t *) text, len, &c, &status);
	ASSUME(meant == len || (meant == len - 1 && text[len - 1] != '\\'));
	n = json_unescape_non_ascii(text, len);
	PROVE(n <= len);
	if (c < 0x80)
		PROVE(n == len && text[0] == '\\');
	else
	{
		give(&m, c);
		PROVE(n == len - meant + m.nbytes);
		PROVE(IMPLIES(i < m.nbytes, (uint8_t) text[i] == m.bytes[i]));
	}
}

void
unescaping(void)
{
	if (nondet_bool())
		unescape(3);
	else
		unescape(7);
}

void
unescaping_pair(void)
{
	unescape(PAIR_LEN);
}

/* Stays inside any text. */
void
unescaping_any(void)
{
	ANY_LENGTH(len, 0, 3)
	{
		char	   *text = any_bytes(len);

		PROVE(json_unescape_non_ascii(text, len) <= len);
	}
}
