/*-------------------------------------------------------------------------
 *
 * unit_jws.c
 *		Unit tests of jose/jws.c.
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "jose/jws.h"

static void
judged(const char *token, size_t len, JwsStatus expected, const char *what)
{
	JwsParts	parts;

	ok(jws_split(exact(token, len), len, &parts) == expected,
	   "jws: %s", what);
}

static void
text(const char *token, JwsStatus expected, const char *what)
{
	judged(token, strlen(token), expected, what);
}

static void
splits(const char *header, const char *payload, const char *signature)
{
	char		token[256];
	size_t		h = strlen(header);
	size_t		p = strlen(payload);
	size_t		s = strlen(signature);
	size_t		len = h + 1 + p + 1 + s;
	JwsParts	parts;
	const char *copy;

	memcpy(token, header, h);
	token[h] = '.';
	memcpy(token + h + 1, payload, p);
	token[h + 1 + p] = '.';
	memcpy(token + h + p + 2, signature, s);
	copy = exact(token, len);

	ok(jws_split(copy, len, &parts) == JWS_OK &&
	   parts.header == copy && parts.header_len == h &&
	   parts.payload == copy + h + 1 && parts.payload_len == p &&
	   parts.signature == copy + h + p + 2 && parts.signature_len == s &&
	   parts.signing_input_len == h + 1 + p,
	   "jws: parts of %zu, %zu and %zu characters", h, p, s);
}

static void
every_byte(void)
{
	static const char good[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	size_t		place;

	for (place = 0; place < 21; place++)
	{
		int			wrong = 0;
		int			c;

		if (place == 3 || place == 13)
			continue;
		for (c = 0; c < 256; c++)
		{
			char		token[] = "aaa.bbbbbbbbb.ccccccc";
			JwsStatus	expected = JWS_BAD_CHARACTER;
			JwsParts	parts;

			token[place] = (char) c;
			if (c == '.')
				expected = JWS_NOT_THREE_PARTS;
			else if (c != 0 && strchr(good, c) != NULL)
				expected = JWS_OK;
			if (jws_split(token, 21, &parts) != expected)
				wrong++;
		}
		ok(wrong == 0, "jws: each byte at place %zu", place);
	}
}

static void
lengths(void)
{
	size_t		big = 1024 * 1024;
	char	   *token = malloc(big);

	if (token == NULL)
		abort();
	memset(token, 'a', big);
	token[5] = token[JWS_MAX_LEN - 5] = '.';
	judged(token, JWS_MAX_LEN, JWS_OK, "the longest token");
	judged(token, JWS_MAX_LEN + 1, JWS_TOO_LONG, "one character more");
	judged(token, big, JWS_TOO_LONG, "a megabyte");
	memset(token, '.', big);
	judged(token, big, JWS_TOO_LONG, "a megabyte of dots");
	judged(token, JWS_MAX_LEN, JWS_NOT_THREE_PARTS, "16384 dots");
	memset(token, ' ', big);
	judged(token, big, JWS_TOO_LONG, "a megabyte of spaces");
	free(token);
}

void
test_jws(void)
{
	splits("a", "b", "c");
	splits("aaaa", "bbbb", "cccc");
	splits("aaaaa", "bb", "ccccccccc");
	splits("eyJhbGciOiJSUzI1NiJ9", "eyJpc3MiOiJqb2UifQ", "-_-_");

	text("", JWS_EMPTY, "nothing");
	text("a", JWS_NOT_THREE_PARTS, "one part");
	text("a.b", JWS_NOT_THREE_PARTS, "two parts");
	text("a.b.c.d", JWS_NOT_THREE_PARTS, "four parts");
	text("a.b.c.d.e", JWS_NOT_THREE_PARTS, "a JWE's five parts");
	text(".", JWS_NOT_THREE_PARTS, "a dot");
	text("..", JWS_EMPTY_PART, "two dots");
	text("...", JWS_NOT_THREE_PARTS, "three dots");
	text(".b.c", JWS_EMPTY_PART, "no header");
	text("a..c", JWS_EMPTY_PART, "no payload");
	text("a.b.", JWS_EMPTY_PART, "no signature");
	text("a.b.c.", JWS_NOT_THREE_PARTS, "a dot behind");
	text(".a.b.c", JWS_NOT_THREE_PARTS, "a dot in front");
	text(" a.b.c", JWS_BAD_CHARACTER, "a space in front");
	text("a.b.c ", JWS_BAD_CHARACTER, "a space behind");
	text("a.b.c\n", JWS_BAD_CHARACTER, "a line feed behind");
	text("a.b.c=", JWS_BAD_CHARACTER, "padding");
	text("a.b.c+", JWS_BAD_CHARACTER, "the standard alphabet's plus");
	text("a.b/.c", JWS_BAD_CHARACTER, "the standard alphabet's slash");
	text("a.b.\xC3\xA9", JWS_BAD_CHARACTER, "non-ASCII");
	text("Bearer a.b.c", JWS_BAD_CHARACTER, "the word Bearer");
	text("{\"payload\":\"a\",\"signatures\":[]}", JWS_BAD_CHARACTER,
		 "a JWS in JSON");
	text("....+", JWS_BAD_CHARACTER, "a bad character behind too many dots");
	judged("a.b.c\0", 6, JWS_BAD_CHARACTER, "a NUL behind");
	judged("a.\0.c", 5, JWS_BAD_CHARACTER, "a NUL inside");

	every_byte();
	lengths();
}
