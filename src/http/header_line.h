/*-------------------------------------------------------------------------
 *
 * header_line.h
 *		Reads one line of an answer's head (RFC 9112, RFC 9110).
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_HEADER_LINE_H
#define HCJWT_HEADER_LINE_H

#include <stdbool.h>
#include <stddef.h>

/* The headers that are read; header_names in header_line.c has their order. */
typedef enum HeaderSlot
{
	HEADER_CONTENT_TYPE,
	HEADER_CONTENT_ENCODING,
	HEADER_CACHE_CONTROL,
	HEADER_AGE,
	HEADER_EXPIRES,
	HEADER_DATE,
	HEADER_ETAG,
	HEADER_RETRY_AFTER,
	HEADER_LOCATION,
	HEADER_SLOTS,				/* those before it are kept */
	HEADER_CONTENT_LENGTH = HEADER_SLOTS,
	HEADER_NONE,				/* another one, or no header at all */
	HEADER_FOLDED				/* more of the header before: obsolete line
								 * folding (RFC 9112, section 5.2) */
} HeaderSlot;

/* One header's value, repeated ones joined by ", "; of length 0 when absent. */
typedef struct HeaderValue
{
	const char *text;
	size_t		len;
} HeaderValue;

static inline bool
header_is_space(char c)
{
	return c == ' ' || c == '\t';
}

/* The same without white space at its ends. */
extern HeaderValue header_trim(HeaderValue value);

/* Is this text that word, whatever the case of its letters? */
extern bool header_equals(const char *text, size_t len, const char *word);

/*
 * Does the line, which is without its end, begin a head, as "HTTP/1.1 200 OK" does?
 * *status is 0 when it is malformed.
 */
extern bool header_status_read(const char *line, size_t len, int *status);

/*
 * Which header is the line, which is not empty and without its end?  *value is
 * what it says, trimmed; of HEADER_NONE it is empty.
 */
extern HeaderSlot header_line_read(const char *line, size_t len, HeaderValue *value);

/* Is the number that this Content-Length begins with larger than max? */
extern bool header_length_exceeds(HeaderValue value, size_t max);

#endif							/* HCJWT_HEADER_LINE_H */
