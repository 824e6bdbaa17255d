/*-------------------------------------------------------------------------
 *
 * http_date.h
 *		Reads the dates of HTTP's headers (RFC 9110, section 5.6.7).
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_HTTP_DATE_H
#define HCJWT_HTTP_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Reads an HTTP-date in any of its three formats, without regard to case (RFC
 * 9111, section 4.2).  *seconds is the time since 1970-01-01 UTC; where the text
 * is no date, it is not set.  now serves to place the two-digit years of RFC 850.
 */
extern bool http_date_parse(const char *text, size_t len, int64_t now,
							int64_t *seconds);

#endif							/* HCJWT_HTTP_DATE_H */
