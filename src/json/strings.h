/*-------------------------------------------------------------------------
 *
 * strings.h
 *		JSON strings: which are well-formed, and what they stand for.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_JSON_STRINGS_H
#define HCJWT_JSON_STRINGS_H

#include <stdint.h>

#include "json/json.h"

/*
 * Reads a string from behind its opening quote.  Returns the closing one, or
 * NULL with *status set.
 */
extern const char *json_string_read(const char *p, const char *end,
									bool *escaped, JsonStatus *status);

/*
 * Decodes what stands between a guarded string's quotes into UTF-8 at dst, which
 * has room for len bytes; returns the length.  dst may be src.
 */
extern size_t json_string_decode(const char *src, size_t len, char *dst);

/* Does a guarded string (as above) decode to exactly this text? */
extern bool json_string_equals(const char *src, size_t len,
							   const char *text, size_t text_len);

/*
 * The bytes that a guarded string decodes to, one after the other, so that
 * names can be compared and hashed without a copy.
 */
typedef struct JsonBytes
{
	const char *p;
	const char *end;
	uint8_t		held[4];		/* of an escape: the bytes not yet given out */
	int			nheld;
	int			given;
} JsonBytes;

extern void json_bytes_start(JsonBytes *bytes, const char *src, size_t len);

/* The next byte, or -1 at the end. */
extern int	json_bytes_next(JsonBytes *bytes);

/*
 * Replaces each \u escape of a non-ASCII character in a guarded text by its
 * UTF-8, in place, and returns the new length, which is never larger.  So
 * a database whose encoding is not UTF8 treats both spellings of a character alike.
 */
extern size_t json_unescape_non_ascii(char *text, size_t len);

#endif							/* HCJWT_JSON_STRINGS_H */
