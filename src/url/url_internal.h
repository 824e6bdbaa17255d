/*-------------------------------------------------------------------------
 *
 * url_internal.h
 *		What the files behind url.h share among themselves.
 *
 * IDENTIFICATION
 *	  src/url/url_internal.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_URL_INTERNAL_H
#define HCJWT_URL_INTERNAL_H

#include "url/url.h"

/* ASCII only: no locale has a say in what a letter is. */
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

/* authority.c */

/*
 * Reads scheme "://" host [":" port] into everything of *url but the path;
 * *used is set to its length.  What follows is "/", "?", "#" or the end.
 */
extern UrlStatus url_parse_authority(const char *text, size_t len,
									 Url *url, size_t *used);

/* host.c */

/*
 * Reads a host as it stands in a URL, IPv6 in brackets, into url's host (in
 * lower case; an IPv6 address in the one form of RFC 5952) and host_is_ipv6.
 */
extern bool url_parse_host(const char *text, size_t len, Url *url);

/*
 * A DNS name in lower case: labels of LDH, and no IPv4 address in disguise.  Its
 * length is for the caller to judge.
 */
extern bool url_is_dns_name(const char *text, size_t len);

/* Four decimal numbers of 0 to 255 without leading zeros. */
extern bool url_is_ipv4(const char *text, size_t len);

#endif							/* HCJWT_URL_INTERNAL_H */
