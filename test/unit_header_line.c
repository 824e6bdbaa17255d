/*-------------------------------------------------------------------------
 *
 * unit_header_line.c
 *		Unit tests of http/header_line.c.
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "http/header_line.h"
#include "unit.h"

static void
is_header(const char *line, HeaderSlot slot, const char *text)
{
	size_t		len = strlen(line);
	HeaderValue value;
	HeaderSlot	got = header_line_read(exact(line, len), len, &value);

	ok(got == slot && value.len == strlen(text) && memcmp(value.text, text, value.len) == 0,
	   "the header line \"%s\"", line);
}

static void
test_lines(void)
{
	is_header("Content-Type: text/html", HEADER_CONTENT_TYPE, "text/html");
	is_header("content-encoding:gzip", HEADER_CONTENT_ENCODING, "gzip");
	is_header("CACHE-CONTROL: no-store", HEADER_CACHE_CONTROL, "no-store");
	is_header("Age:\t5 \t", HEADER_AGE, "5");
	is_header("Expires: Thu, 01 Jan 1970 00:00:00 GMT", HEADER_EXPIRES,
			  "Thu, 01 Jan 1970 00:00:00 GMT");
	is_header("Date: x", HEADER_DATE, "x");
	is_header("ETag: W/\"a b\"", HEADER_ETAG, "W/\"a b\"");
	is_header("Retry-After: 5", HEADER_RETRY_AFTER, "5");
	is_header("Location: https://a.example:1/", HEADER_LOCATION, "https://a.example:1/");
	is_header("Content-Length: 5", HEADER_CONTENT_LENGTH, "5");
	is_header("Age:", HEADER_AGE, "");
	is_header("Age: \t", HEADER_AGE, "");

	is_header("Ag: 5", HEADER_NONE, "");
	is_header("Ages: 5", HEADER_NONE, "");
	is_header("X-Age: 5", HEADER_NONE, "");
	is_header("Age : 5", HEADER_NONE, "");
	is_header("Age", HEADER_NONE, "");
	is_header("Age 5", HEADER_NONE, "");
	is_header(": 5", HEADER_NONE, "");
	is_header("A\xc7" "e: 5", HEADER_NONE, "");
	is_header("Retry_After: 5", HEADER_NONE, "");
	is_header("Set-Cookie: Age: 5", HEADER_NONE, "");

	is_header(" Age: 5 ", HEADER_FOLDED, "Age: 5");
	is_header("\t", HEADER_FOLDED, "");
}

static void
is_status(const char *line, bool begins, int status)
{
	size_t		len = strlen(line);
	int			got = -1;

	ok(header_status_read(exact(line, len), len, &got) == begins && got == status,
	   "the status line \"%s\"", line);
}

static void
test_statuses(void)
{
	is_status("HTTP/1.1 200 OK", true, 200);
	is_status("HTTP/1.0 304", true, 304);
	is_status("HTTP/2 503 ", true, 503);
	is_status("HTTP/1.1 000 ?", true, 0);
	is_status("HTTP/1.1 20", true, 0);
	is_status("HTTP/1.1 2000", true, 0);
	is_status("HTTP/1.1 20x OK", true, 0);
	is_status("HTTP/1.1 -20", true, 0);
	is_status("HTTP/1.1  200", true, 0);
	is_status("HTTP/1.1", true, 0);
	is_status("HTTP/", true, 0);
	is_status("HTTP", false, 0);
	is_status("http/1.1 200 OK", false, 0);
	is_status("Http: 200", false, 0);
	is_status("", false, 0);
}

static void
exceeds(const char *text, bool expected)
{
	size_t		len = strlen(text);
	HeaderValue value = {exact(text, len), len};

	ok(header_length_exceeds(value, 262144) == expected, "Content-Length: %s", text);
}

void
test_header_line(void)
{
	test_lines();
	test_statuses();
	exceeds("262144", false);
	exceeds("262145", true);
	exceeds("0000000000262144", false);
	exceeds("18446744073709551617", true);
	exceeds("5, 262145", false);
	exceeds("x", false);
	exceeds("", false);
}
