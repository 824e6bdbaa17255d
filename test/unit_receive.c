/*-------------------------------------------------------------------------
 *
 * unit_receive.c
 *		Unit tests of http/receive.c, which libcurl calls: here we call it, and stand in
 *		for libcurl, for memory that runs out, and for what wipes.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "unit.h"

#define HCJWT_LIBCURL_H
typedef void CURL;
#define CURLOPT_LOW_SPEED_LIMIT	0
#define CURLOPT_LOW_SPEED_TIME	1

static long settings[2];
static size_t wiped;
static bool no_memory;

#define curl_easy_setopt(easy, option, value) ((void) (easy), settings[option] = (value), 0)
#define OPENSSL_cleanse(memory, len) (wiped += (len), OPENSSL_cleanse(memory, len))
#define malloc(size) (no_memory ? NULL : malloc(size))
#define realloc(memory, size) (no_memory ? NULL : realloc(memory, size))
#include "http/receive.c"

static Received r;

static void
begin(void)
{
	http_receive_free(&r);
	memset(&r, 0, sizeof(r));
	r.last_slot = HEADER_NONE;
}

static bool
take_bytes(const char *bytes, size_t len)
{
	return http_receive_header(exact(bytes, len), 1, len, &r) == len;
}

/* A line, without its end, which is added. */
static bool
take(const char *text)
{
	char		line[1024];
	size_t		len = strlen(text);

	memcpy(line, text, len);
	memcpy(line + len, "\r\n", 2);
	return take_bytes(line, len + 2);
}

/* The lines of a head up to a NULL, and its end: is all of it taken? */
static bool
head(const char *const *lines)
{
	begin();
	for (; *lines != NULL; lines++)
		if (!take(*lines))
			return false;
	return take("");
}
#define HEAD(...) head((const char *const[]) {__VA_ARGS__, NULL})

static bool
has(HeaderSlot slot, const char *value)
{
	const Header *header = &r.headers[slot];

	return header->len == strlen(value) &&
		(header->len == 0 || strcmp(header->value, value) == 0);
}

static void
test_headers(void)
{
	char		line[301];

	ok(HEAD("HTTP/1.1 200 OK", "Content-Type: a", "Content-Encoding: b", "Cache-Control: c",
			"Age: d", "Expires: e", "Date: f", "ETag: g", "Retry-After: h", "Location: i") &&
	   has(HEADER_CONTENT_TYPE, "a") && has(HEADER_CONTENT_ENCODING, "b") &&
	   has(HEADER_CACHE_CONTROL, "c") && has(HEADER_AGE, "d") && has(HEADER_EXPIRES, "e") &&
	   has(HEADER_DATE, "f") && has(HEADER_ETAG, "g") && has(HEADER_RETRY_AFTER, "h") &&
	   has(HEADER_LOCATION, "i"), "each header is kept in its place");
	ok(HEAD("HTTP/1.1 200 OK", "Age: 1", "Date: x", "age:2", "Age:", "Age: 3") &&
	   has(HEADER_AGE, "1, 2, 3") && has(HEADER_DATE, "x"), "repeated headers are joined");
	ok(HEAD("HTTP/1.1 200 OK", "Age: 1", "  2", "\t3 ", " ", "X: 4", " 5", "Date:", " 6") &&
	   has(HEADER_AGE, "1 2 3") && has(HEADER_DATE, "6"), "so are folded lines, each to its header");
	ok(HEAD("HTTP/1.1 200 OK", " 1", "Age: 2", "Content-Length: 3", " 4") && has(HEADER_AGE, "2"),
	   "and those of headers that are not kept to none");
	ok(HEAD("HTTP/1.1 200 OK", "Age: \x1f\x7f\x80\xff ~!\t\x01.") &&
	   has(HEADER_AGE, "\x7f\x7f\x7f\x7f ~!\t\x7f."), "DEL stands for what is not visible");

	/* joined they need more room, twice */
	memset(line, 'x', 300);
	memcpy(line, "ETag:", 5);
	line[300] = '\0';
	ok(HEAD("HTTP/1.1 200 OK", line, line, line) && r.headers[HEADER_ETAG].len == 3 * 295 + 4,
	   "long headers are kept");
	line[5 + 294] = '\0';
	for (size_t i = 0; i < 3; i++)
		ok(memcmp(r.headers[HEADER_ETAG].value + i * 297, line + 5, 294) == 0 &&
		   strncmp(r.headers[HEADER_ETAG].value + i * 297 + 294, i < 2 ? "x, x" : "x", 4) == 0,
		   "all of them");
}

static void
test_heads(void)
{
	settings[0] = settings[1] = 0;
	ok(HEAD("HTTP/1.1 200 OK") && r.head_ended && r.status == 200 && r.stop == STOP_NOT,
	   "the head of an answer");
	ok(settings[CURLOPT_LOW_SPEED_LIMIT] == HTTP_LOW_SPEED_BYTES &&
	   settings[CURLOPT_LOW_SPEED_TIME] == HTTP_LOW_SPEED_SECONDS, "from then on it must not trickle");
	ok(HEAD("HTTP/1.1 103 Early", "Content-Type: 1", "Age: 1", "Content-Length: 999999", "Date: 2",
			"Location: 1") && !r.head_ended &&
	   take("HTTP/1.1 200 OK") && take(" 3") && has(HEADER_CONTENT_TYPE, "") && has(HEADER_AGE, "") &&
	   has(HEADER_DATE, "") && has(HEADER_LOCATION, "") &&
	   take("Age: 4") && take("") && r.head_ended && r.status == 200 && has(HEADER_AGE, "4"),
	   "what an earlier head said is forgotten");
	ok(HEAD("HTTP/1.1 200 OK", "Age: 1") && take("Age: 2") && take("HTTP/1.1 500 No") &&
	   r.status == 200 && has(HEADER_AGE, "1"), "trailers are not read");
	ok(HEAD("HTTP/1.1 20 OK") && !r.head_ended && HEAD("HTTP/1.1 199 OK") && !r.head_ended &&
	   HEAD("Age: 1") && !r.head_ended, "a head without a final status does not end");
	ok(!HEAD("HTTP/1.1 404 No", "Location: x") && r.stop == STOP_BODY_UNWANTED && r.head_ended &&
	   r.status == 404 && has(HEADER_LOCATION, "x"), "of another status the body is not wanted");
	ok(!HEAD("HTTP/1.1 201 OK") && r.stop == STOP_BODY_UNWANTED, "not even of 201");
	begin();
	ok(take_bytes("HTTP/1.1 200 OK\n", 16) && take_bytes("Age: 1\n", 7) && take_bytes("\n", 1) &&
	   r.head_ended && has(HEADER_AGE, "1"), "lines may end without CR");
}

static void
test_lengths(void)
{
	char		line[1000];
	bool		taken = true;

	ok(HEAD("HTTP/1.1 200 OK", "Content-Length: 262144") && r.stop == STOP_NOT,
	   "the longest body");
	ok(!HEAD("HTTP/1.1 200 OK", "content-length: 262145") && r.stop == STOP_BODY_TOO_LARGE,
	   "one byte more");
	ok(!HEAD("HTTP/1.1 200 OK", "Content-Length: 262145", "Content-Length: 1") &&
	   r.stop == STOP_BODY_TOO_LARGE, "or another length behind");
	ok(!HEAD("HTTP/1.1 404 No", "Content-Length: 262145") && r.stop == STOP_BODY_UNWANTED,
	   "which is nothing to a body that is not wanted");

	begin();
	memset(line, 'x', sizeof(line));
	for (int i = 0; i < 65; i++)
		taken = taken && take_bytes(line, sizeof(line));
	ok(taken && take_bytes(line, 536), "64 kB of headers");
	ok(!take_bytes(line, 1) && r.stop == STOP_HEADERS_TOO_LARGE, "and no byte more");
	ok(HEAD("HTTP/1.1 200 OK") && http_receive_header(NULL, 256, 256, &r) == 0 &&
	   r.stop == STOP_HEADERS_TOO_LARGE, "nor of trailers");
}

static bool
body(const char *bytes, size_t len)
{
	return http_receive_body(exact(bytes, len), len, 1, &r) == len;
}

static void
test_body(void)
{
	static char all[HTTP_MAX_BODY];

	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (char) (i * 7 >> 3);
	begin();
	ok(body(all, 8191) && r.body_len == 8191 && r.body[8191] == '\0', "a piece of a body");
	wiped = 0;
	ok(body(all + 8191, 1) && r.body_len == 8192 && r.body[8192] == '\0' &&
	   memcmp(r.body, all, 8192) == 0, "one byte more needs more room");
	ok(wiped == 8191, "the old room is wiped");
	ok(body(all + 8192, sizeof(all) - 8192) && r.body_len == sizeof(all) &&
	   memcmp(r.body, all, sizeof(all)) == 0, "all of it");
	ok(body("", 0) && !body("x", 1) && r.stop == STOP_BODY_TOO_LARGE &&
	   r.body_len == sizeof(all), "and no byte more");
	wiped = 0;
	begin();
	ok(wiped == sizeof(all), "a body is wiped in the end");
	ok(http_receive_body(all, 2, 3, &r) == 6 && r.body_len == 6, "a piece may be of several items");
}

static void
test_no_memory(void)
{
	begin();
	no_memory = true;
	ok(take("HTTP/1.1 200 OK") && !take("Age: 1") && r.stop == STOP_OUT_OF_MEMORY &&
	   has(HEADER_AGE, ""), "no memory for a header");
	begin();
	ok(!body("x", 1) && r.stop == STOP_OUT_OF_MEMORY && r.body_len == 0, "none for a body");
	no_memory = false;
}

void
test_receive(void)
{
	test_headers();
	test_heads();
	test_lengths();
	test_body();
	test_no_memory();
	begin();
}
