/*-------------------------------------------------------------------------
 *
 * cache_control.h
 *		What a Cache-Control header says of an answer's lifetime (RFC 9111).
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_CACHE_CONTROL_H
#define HCJWT_CACHE_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/header_line.h"

/* What delta-seconds beyond it are taken for (RFC 9111, section 1.2.2). */
#define DELTA_SECONDS_MAX	INT64_C(2147483648)

typedef enum CacheVerdict
{
	CACHE_NONE_GIVEN,			/* the headers say nothing of a lifetime */
	CACHE_NO_STORE,
	CACHE_LIFETIME				/* lifetime is set; 0 means stale already */
} CacheVerdict;

/*
 * Judges Cache-Control, whose text is not empty.  no-store goes before all else,
 * then no-cache, then the last valid max-age.  *lifetime is 0 or more, and 0
 * unless the verdict is CACHE_LIFETIME.
 */
extern CacheVerdict cache_control_judge(HeaderValue value, int64_t *lifetime);

/*
 * Reads delta-seconds: digits and nothing else.  escaped allows for the
 * backslashes of a quoted-string.
 */
extern bool delta_seconds_read(const char *text, size_t len, bool escaped,
							   int64_t *seconds);

#endif							/* HCJWT_CACHE_CONTROL_H */
