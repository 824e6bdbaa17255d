/*-------------------------------------------------------------------------
 *
 * unit_base64url.c
 *		Unit tests of jose/base64url.c.
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include <string.h>

#include "jose/base64url.h"
#include "jose/jws.h"

static void
good(const char *bytes, size_t len, const char *text)
{
	size_t		text_len = strlen(text);
	char	   *encoded = exact(text, BASE64URL_ENCODED_LEN(len));
	char	   *decoded = exact(bytes, len);

	memset(encoded, '!', BASE64URL_ENCODED_LEN(len));
	base64url_encode((const uint8_t *) exact(bytes, len), len, encoded);
	ok(BASE64URL_ENCODED_LEN(len) == text_len &&
	   memcmp(encoded, text, text_len) == 0, "base64url: encodes to %s", text);

	memset(decoded, '!', len);
	ok(BASE64URL_DECODED_LEN(text_len) == len &&
	   base64url_decode(exact(text, text_len), text_len, (uint8_t *) decoded) &&
	   memcmp(decoded, bytes, len) == 0, "base64url: decodes %s", text);
}

static void
bad(const char *text, const char *why)
{
	size_t		len = strlen(text);
	char	   *dst = exact(text, BASE64URL_DECODED_LEN(len));

	ok(!base64url_decode(exact(text, len), len, (uint8_t *) dst),
	   "base64url: refuses %s", why);
}

/* Each byte value at each place of a group of four, and of the two kinds of short groups. */
static void
every_character(void)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	size_t		place;
	size_t		len;
	int			c;

	for (len = 2; len <= 4; len++)
	{
		for (place = 0; place < len; place++)
		{
			int			wrong = 0;
			int			accepted = 0;

			for (c = 0; c < 256; c++)
			{
				char		text[4] = {'A', 'A', 'A', 'A'};
				uint8_t		dst[3];
				const char *found;
				bool		expected;

				text[place] = (char) c;
				found = c ? strchr(alphabet, c) : NULL;
				expected = found != NULL;

				/* the last character of a short group has bits to spare */
				if (expected && place == len - 1 && len < 4)
					expected = (found - alphabet) % (len == 2 ? 16 : 4) == 0;
				if (base64url_decode(text, len, dst) != expected)
					wrong++;
				if (expected)
					accepted++;
			}
			ok(wrong == 0 &&
			   accepted == (place < len - 1 || len == 4 ? 64 :
							len == 2 ? 4 : 16),
			   "base64url: each byte at place %zu of %zu", place, len);
		}
	}
}

static void
every_length(void)
{
	uint8_t		bytes[64];
	size_t		len;
	int			wrong = 0;

	for (len = 0; len < sizeof(bytes); len++)
		bytes[len] = (uint8_t) (len * 37 + 11);
	for (len = 0; len <= sizeof(bytes); len++)
	{
		char		text[BASE64URL_ENCODED_LEN(64)];
		uint8_t		back[64];

		base64url_encode(bytes, len, text);
		if (BASE64URL_DECODED_LEN(BASE64URL_ENCODED_LEN(len)) != len ||
			!base64url_decode(text, BASE64URL_ENCODED_LEN(len), back) ||
			memcmp(bytes, back, len) != 0)
			wrong++;
	}
	ok(wrong == 0, "base64url: 0 to 64 bytes come back");
}

static void
longest_part(void)
{
	static uint8_t bytes[JWS_MAX_PART_LEN];
	static uint8_t back[JWS_MAX_PART_LEN];
	static char text[JWS_MAX_LEN];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t) (i * 37 >> 2);
	base64url_encode(bytes, sizeof(bytes), text);
	ok(base64url_decode(text, sizeof(text), back) && memcmp(bytes, back, sizeof(back)) == 0,
	   "base64url: so do those of the longest token");
}

void
test_base64url(void)
{
	/* RFC 4648, section 10, without its padding */
	good("", 0, "");
	good("f", 1, "Zg");
	good("fo", 2, "Zm8");
	good("foo", 3, "Zm9v");
	good("foob", 4, "Zm9vYg");
	good("fooba", 5, "Zm9vYmE");
	good("foobar", 6, "Zm9vYmFy");
	/* RFC 7515, appendix C */
	good("\x03\xEC\xFF\xE0\xC1", 5, "A-z_4ME");
	good("\0\0\0", 3, "AAAA");
	good("\xFF\xFF\xFF", 3, "____");

	bad("Z", "one character");
	bad("Zm9vY", "five characters");
	bad("Zg==", "padding of two");
	bad("Zm8=", "padding of one");
	bad("Zm9v====", "four of padding");
	bad("A+z/", "the standard alphabet");
	bad("Zm9v\n", "a line feed at the end");
	bad("Zm9v\nYmFy", "a line feed inside");
	bad("Zm 9", "a space");
	bad(" Zm9", "a space in front");
	bad("Zm9v.YmFy", "a dot");
	bad("Zh", "spare bits after one byte");
	bad("Zm9vYh", "spare bits after four bytes");
	bad("Zm9", "spare bits after two bytes");
	bad("Zm9vYmF", "spare bits after five bytes");
	bad("Zm9\xC3\xA9", "non-ASCII");
	bad("Zm9%", "a per cent sign");

	every_character();
	every_length();
	longest_part();
}
