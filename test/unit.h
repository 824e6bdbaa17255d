/*-------------------------------------------------------------------------
 *
 * unit.h
 *		What the unit tests of the pure parsers share.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_UNIT_H
#define HCJWT_UNIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LENGTH_OF(array)	(sizeof(array) / sizeof((array)[0]))

/* One test, as a line of TAP. */
extern void ok(bool passed, const char *format,...)
			__attribute__((format(printf, 2, 3)));

/*
 * A copy on the heap of exactly this length, so that a sanitizer sees any byte
 * read outside.  Kept until the program ends.
 */
extern char *exact(const void *bytes, size_t len);

extern void test_memory(void);
extern void test_base64url(void);
extern void test_jws(void);
extern void test_json_guard(void);
extern void test_json_number(void);
extern void test_json_string(void);
extern void test_numericdate(void);
extern void test_jwk(void);
extern void test_jwks(void);
extern void test_rs256(void);
extern void test_rs256_forgeries(void);
extern void test_url(void);
extern void test_origin(void);
extern void test_host_globs(void);
extern void test_rate_limit(void);
extern void test_cache_headers(void);
extern void test_header_line(void);
extern void test_receive(void);
extern void test_timing(void);

#endif							/* HCJWT_UNIT_H */
