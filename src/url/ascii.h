/*-------------------------------------------------------------------------
 *
 * ascii.h
 *		Letters and digits of ASCII, whatever the locale.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_URL_ASCII_H
#define HCJWT_URL_ASCII_H

#include <stdbool.h>

static inline char
url_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char) (c - 'A' + 'a') : c;
}

static inline bool
url_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

#endif							/* HCJWT_URL_ASCII_H */
