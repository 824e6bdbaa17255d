/*-------------------------------------------------------------------------
 *
 * receive.c
 *		Proof: whatever lines and pieces a server sends, all of it stays within
 *		bounds, and only visible characters of headers are kept.
 *
 * libcurl gives the pieces; nothing else of libcurl matters here.
 *
 * stands in for: curl_easy_setopt OPENSSL_cleanse realloc memcpy
 * entries: heads folded bodies
 * sources: http/header_line.c
 * cbmc: --unwind 10 -DHCJWT_LIBCURL_H -DCURL=void
 * cbmc heads: --unwind 18
 * cbmc folded: --unwind 17 --unwindset append_to_header.0:3
 * cbmc bodies: --unwind 10
 *
 *-------------------------------------------------------------------------
 */
#include "proof.h"

#define stand_in_curl_easy_setopt(easy, option, value) 0

#include "http/receive.c"

void
stand_in_OPENSSL_cleanse(void *memory, size_t len)
{
	PROVE(__CPROVER_w_ok(memory, len));
}

static Received r;

void *
stand_in_realloc(void *memory, size_t size)
{
	char	   *larger = any_bytes(256);

	PROVE(size == 256);
	for (size_t i = 0; i < 4 && memory != NULL; i++)
		larger[i] = ((char *) memory)[i];
	return larger;
}

/* What an earlier head said is forgotten; only the final one's end counts. */
void
heads(void)
{
	char		line[] = "HTTP/1 204\r\n";
	HeaderSlot	slot = (HeaderSlot) any_size_to(HEADER_SLOTS - 1);

	line[7] = (char) ('1' + any_size_to(3));
	r.status = 7;
	r.too_long = nondet_bool();
	r.last_slot = slot;
	r.headers[slot].len = nondet_size();
	PROVE(http_receive_header(line, 1, 12, &r) == 12);
	PROVE(r.status == (line[7] - '0') * 100 + 4 && !r.too_long && r.stop == STOP_NOT);
	PROVE(r.last_slot == HEADER_NONE && r.headers[slot].len == 0 && !r.head_ended);

	if (nondet_bool())
		r.status = 200;
	r.too_long = nondet_bool();
	if (http_receive_header("\r\n", 1, 2, &r) == 2)
		PROVE(r.stop == STOP_NOT && (r.head_ended ? r.status == 200 && !r.too_long :
									 r.status < 200));
	else
		PROVE(r.stop == (r.status == 200 ? STOP_BODY_TOO_LARGE : STOP_BODY_UNWANTED) &&
			  r.head_ended && r.status >= 200);
	if (r.head_ended)
		PROVE(http_receive_header("Age: 1", 1, 6, &r) == 6 && r.headers[HEADER_AGE].len == 0);

	/* bytes beyond the limit are not taken */
	r.header_bytes = HTTP_MAX_HEADERS;
	PROVE(http_receive_header(" ", 1, 1, &r) == 0 && r.stop == STOP_HEADERS_TOO_LARGE);
}

/*
 * More of a header's value is joined to the value, with room for the
 * terminator.  Nothing joined to nothing is nothing.
 */
static void
fold(size_t before)
{
	char		line[2] = {' ', (char) nondet_int()};
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
	PROVE(IMPLIES(age->len > before, age->value[before] == ' '));
	PROVE(IMPLIES(age->len > before,
				  age->value[before + 1] == (line[1] >= ' ' && line[1] <= '~' ? line[1] : '\x7f')));
}

void
folded(void)
{
	if (nondet_bool())
		fold(1);
	else
		fold(2);
}

/* Proves only that the copy fits; its bytes are not looked at. */
void *
stand_in_memcpy(void *to, const void *from, size_t n)
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
