/*-------------------------------------------------------------------------
 *
 * json_differential.c
 *		Writes JSON texts, well-formed and broken, with the guard's verdicts.
 *
 * Each line is for COPY: the verdict's number, a tab, the text as bytea.  The
 * script json-differential gives them to a server, to see that what the guard
 * lets pass is jsonb to it, too.
 *
 * usage: json_differential COUNT SEED
 *
 *-------------------------------------------------------------------------
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json/guard.h"

#define ROOM				(JSON_MAX_LEN + 1024)

static char text[ROOM];
static size_t len;
static uint64_t state;

/* splitmix64: the same texts for the same seed, everywhere */
static uint64_t
random_number(uint64_t below)
{
	uint64_t	z = (state += UINT64_C(0x9E3779B97F4A7C15));

	z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
	return (z ^ z >> 31) % below;
}

static void
put(const char *bytes, size_t n)
{
	if (n > ROOM - len)
		n = ROOM - len;
	memcpy(text + len, bytes, n);
	len += n;
}

static void
put_text(const char *s)
{
	put(s, strlen(s));
}

static void
put_digits(size_t n, const char *of)
{
	for (; n > 0; n--)
		put(of + random_number(strlen(of)), 1);
}

static void
put_space(void)
{
	while (random_number(6) == 0)
		put(&" \t\r\n"[random_number(4)], 1);
}

/* Around one of numeric's limits, or small. */
static int64_t
edge(int64_t limit)
{
	if (random_number(3) == 0)
		return (int64_t) random_number(8);
	return limit - 3 + (int64_t) random_number(7);
}

/*
 * A number whose digits before and behind the point, and exponent, are such that
 * its scale or its first digit is about where numeric ends.
 */
static void
put_edge_number(void)
{
	static const int64_t lengths[] = {0, 1, 2, 5, 100, 16383, 131072};
	char		exponent[32];
	int64_t		before = edge(lengths[random_number(7)]);
	int64_t		behind = edge(lengths[random_number(random_number(8) ? 5 : 7)]);
	int64_t		power;

	if (before < 0)
		before = 0;
	if (behind < 0)
		behind = 0;
	if (random_number(2) == 0)
		put("-", 1);
	if (before == 0)
		put("0", 1);
	else
	{
		put_digits(1, "123456789");
		put_digits((size_t) before - 1, random_number(2) ? "0" : "0123456789");
	}
	if (behind > 0)
	{
		put(".", 1);
		put_digits((size_t) behind - 1, random_number(2) ? "0" : "0123456789");
		put_digits(1, random_number(3) ? "123456789" : "0");
	}

	switch (random_number(6))
	{
		case 0:
			return;
		case 1:
			power = edge(131071 - (before > 0 ? before - 1 : -behind));
			break;
		case 2:
			power = edge(-16383 + behind);
			break;
		case 3:
			power = edge(131071);
			break;
		case 4:
			power = edge(random_number(2) ? 1000000 : -1000000);
			break;
		default:
			power = edge(random_number(2) ? INT64_C(2147483647) :
						 -INT64_C(2147483648));
			break;
	}
	snprintf(exponent, sizeof(exponent), "%c%s%s%lld",
			 random_number(2) ? 'e' : 'E',
			 power >= 0 && random_number(2) ? "+" : "",
			 power >= 0 && random_number(4) == 0 ? "00" : "",
			 (long long) power);
	put_text(exponent);
}

static void
put_character(void)
{
	static const char *const some[] = {
		"\\n", "\\\"", "\\\\", "\\/", "\\u0041", "\\u00e9", "\\uFFFF", "\\u0001",
		"\\uD83D\\uDE00", "\\ud800\\udc00", "\\uDBFF\\uDFFF", "\xC2\x80",
		"\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
		"\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF", "\x7F"
	};
	static const char *const bad[] = {
		"\\u0000", "\\uD800", "\\uDC00", "\\uD800\\u0041", "\\x", "\\u12", "\x01",
		"\n", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xC3", "\xFF"
	};

	switch (random_number(40))
	{
		case 0:
			if (random_number(30) == 0)
				put_text(bad[random_number(sizeof(bad) / sizeof(bad[0]))]);
			break;
		case 1:
		case 2:
		case 3:
		case 4:
			put_text(some[random_number(sizeof(some) / sizeof(some[0]))]);
			break;
		default:
			put_digits(1, "abcdefghijklmnopqrstuvwxyz 0123456789.:,{}[]");
			break;
	}
}

static void
put_string(void)
{
	size_t		n = random_number(random_number(20) ? 12 : 200);

	put("\"", 1);
	while (n-- > 0)
		put_character();
	put("\"", 1);
}

static void put_value(int depth);

static void
put_object(int depth)
{
	int			n = (int) random_number(5);
	int			i;

	put("{", 1);
	for (i = 0; i < n; i++)
	{
		if (i > 0)
			put(",", 1);
		put_space();
		put_string();
		put_space();
		put(":", 1);
		put_space();
		put_value(depth + 1);
		put_space();
	}
	put("}", 1);
}

static void
put_array(int depth)
{
	int			n = (int) random_number(5);
	int			i;

	put("[", 1);
	for (i = 0; i < n; i++)
	{
		if (i > 0)
			put(",", 1);
		put_space();
		put_value(depth + 1);
		put_space();
	}
	put("]", 1);
}

static void
put_value(int depth)
{
	static const char *const words[] = {"true", "false", "null"};
	static const char *const numbers[] = {
		"0", "-0", "1", "-1.5", "1e5", "1E-5", "0.0", "1735689600.25",
		"377841432074", "123456789012345678901234567890"
	};

	switch (random_number(depth < 14 ? 7 : 4))
	{
		case 0:
			put_text(words[random_number(3)]);
			break;
		case 1:
			put_text(numbers[random_number(10)]);
			break;
		case 2:
			if (random_number(10) == 0)
			{
				put_edge_number();
				break;
			}
			/* FALLTHROUGH */
		case 3:
			put_string();
			break;
		case 4:
		case 5:
			put_object(depth);
			break;
		default:
			put_array(depth);
			break;
	}
}

/* Changes, takes out or doubles a few bytes. */
static void
break_text(void)
{
	static const char tokens[] = "{}[]\",:\\u0123456789eE+-.tfn \t\n\x80\xC3\xFF";
	int			n = 1 + (int) random_number(3);

	for (; n > 0 && len > 1; n--)
	{
		size_t		at = random_number(len);

		switch (random_number(4))
		{
			case 0:
				text[at] = (char) random_number(256);
				break;
			case 1:
				text[at] = tokens[random_number(sizeof(tokens) - 1)];
				break;
			case 2:
				memmove(text + at, text + at + 1, len - at - 1);
				len--;
				break;
			default:
				if (len < ROOM)
				{
					memmove(text + at + 1, text + at, len - at);
					len++;
				}
				break;
		}
	}
}

int
main(int argc, char **argv)
{
	long		count = argc == 3 ? atol(argv[1]) : 0;
	long		i;

	if (count <= 0)
	{
		fprintf(stderr, "usage: json_differential COUNT SEED\n");
		return 2;
	}
	state = strtoull(argv[2], NULL, 10);
	for (i = 0; i < count; i++)
	{
		size_t		j;

		len = 0;
		if (random_number(50) == 0)
		{
			put_text("{\"a\":");
			put_edge_number();
			put_text("}");
		}
		else
		{
			put_space();
			put_object(0);
			put_space();
		}
		if (random_number(3) == 0)
			break_text();

		printf("%d\t\\\\x", (int) json_guard_object(text, len, NULL, 0));
		for (j = 0; j < len; j++)
			printf("%02x", (unsigned) (uint8_t) text[j]);
		putchar('\n');
	}
	return 0;
}
