/*-------------------------------------------------------------------------
 *
 * receive.c
 *		Proof: whatever lines and pieces a server sends, all of it stays within
 *		bounds, and only visible characters of headers are kept.
 *
 * entries: heads folded lengths bodies
 * cbmc: --unwind 9
 * cbmc heads: --unwind 13
 * cbmc folded: --unwind 17 --unwindset append_to_header.0:3
 * cbmc bodies: --unwind 10
 *
 *-------------------------------------------------------------------------
 */
#include "proof.h"

/* libcurl gives the pieces; nothing else of libcurl matters here. */
#define HCJWT_LIBCURL_H
typedef void CURL;
#define CURLOPT_LOW_SPEED_LIMIT	0
#define CURLOPT_LOW_SPEED_TIME	0
#define curl_easy_setopt(easy, option, value) 0

#include "http/receive.c"

void
OPENSSL_cleanse(void *memory, size_t len)
{
	PROVE(__CPROVER_w_ok(memory, len));
}

static Received r;

static bool
clean(char c)
{
	return (c >= 0x20 && c <= 0x7f) || c == '\t';
}

/* A status of three digits, or none. */
void
heads(void)
{
	ANY_LENGTH(len, 5, 11)
	{
		char	   *line = any_bytes(len);
		size_t		space = 5;
		int			status = 0;

		memcpy(line, "HTTP/", 5);
		ASSUME(line[len - 1] != '\r' && line[len - 1] != '\n');
		r.status = 7;
		r.too_long = true;
		PROVE(http_receive_header(line, 1, len, &r) == len);
		while (space < len && line[space] != ' ')
			space++;
		if (len - space >= 4 && space < len && (len - space == 4 || line[space + 4] == ' ') &&
			url_is_digit(line[space + 1]) && url_is_digit(line[space + 2]) &&
			url_is_digit(line[space + 3]))
			status = (line[space + 1] - '0') * 100 + (line[space + 2] - '0') * 10 +
				line[space + 3] - '0';
		PROVE(r.status == status && !r.too_long && r.stop == STOP_NOT);
	}
}

/*
 * More of a header's value is joined to the value, with room for the
 * terminator.  Nothing joined to nothing is nothing.
 */
static void
fold(size_t before)
{
	char		line[2] = {' ', (char) any_size_to(127)};
	Header	   *age = &r.headers[HEADER_AGE];

	ASSUME(line[1] != '\r' && line[1] != '\n');
	r.last_slot = nondet_bool() ? HEADER_AGE : HEADER_NONE;
	age->size = 4;
	age->len = before;
	age->value = any_bytes(4);
	for (size_t i = 0; i < 4; i++)
		age->value[i] = i < before ? '1' : '\0';
	PROVE(http_receive_header(line, 1, sizeof(line), &r) == sizeof(line));
	PROVE(age->len < age->size && age->value[age->len] == '\0');
	PROVE(age->len == before || (age->len == before + 2 && r.last_slot == HEADER_AGE));
	PROVE(IMPLIES(age->len > before, age->value[before] == ' ' && clean(age->value[before + 1])));
}

void *
realloc(void *memory, size_t size)
{
	char	   *larger = any_bytes(256);

	PROVE(size == 256);
	for (size_t i = 0; i < 4 && memory != NULL; i++)
		larger[i] = ((char *) memory)[i];
	return larger;
}

void
folded(void)
{
	if (nondet_bool())
		fold(1);
	else
		fold(2);

	/* a value of too many bytes is not read */
	r.header_bytes = HTTP_MAX_HEADERS;
	PROVE(http_receive_header(NULL, 1, 1, &r) == 0 && r.stop == STOP_HEADERS_TOO_LARGE);
}

/* Content-Length: the digits at the start of the value. */
void
lengths(void)
{
	ANY_LENGTH(len, 0, 7)
	{
		char	   *text = any_bytes(len);
		long		value = 0;
		bool		digits = true;

		for (size_t i = 0; i < len; i++)
		{
			digits = digits && url_is_digit(text[i]);
			value = digits ? value * 10 + (text[i] - '0') : value;
		}
		PROVE(is_too_long(text, len) == (value > HTTP_MAX_BODY));
	}
}

/* Proves only that the copy fits; its bytes are not looked at. */
void *
memcpy(void *to, const void *from, size_t n)
{
	PROVE(__CPROVER_w_ok(to, n) && __CPROVER_r_ok(from, n));
	for (size_t i = 0; i < 5 && i < n; i++)
		((char *) to)[i] = ((const char *) from)[i];
	return to;
}

/* A piece of a body, of any length, after a body of any length. */
void
bodies(void)
{
	size_t		len = any_size_to(HTTP_MAX_BODY + 1);
	char	   *piece = any_bytes(len);
	size_t		before;

	if (nondet_bool())
	{
		r.body_size = any_size_to(2 * HTTP_MAX_BODY);
		ASSUME(r.body_size >= 8192);
		r.body_len = any_size_to(HTTP_MAX_BODY);
		ASSUME(r.body_len < r.body_size);
		r.body = any_bytes(r.body_size);
	}
	before = r.body_len;
	if (http_receive_body(piece, 1, len, &r) != len)
	{
		PROVE(r.stop == STOP_BODY_TOO_LARGE && before + len > HTTP_MAX_BODY);
		return;
	}
	PROVE(IMPLIES(len > 0, r.body_len == before + len && r.body_len <= HTTP_MAX_BODY));
	PROVE(r.body_len < r.body_size && __CPROVER_w_ok(r.body, r.body_size));
	PROVE(r.body[r.body_len] == '\0');
	PROVE(r.body_size <= 2 * HTTP_MAX_BODY);
}
