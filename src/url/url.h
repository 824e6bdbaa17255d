/*-------------------------------------------------------------------------
 *
 * url.h
 *		The URLs that hcjwt fetches from (RFC 3986).
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_URL_H
#define HCJWT_URL_H

#include "url/authority.h"

/*
 * Parses a base or keys URL: absolute, https (http only to loopback), no
 * userinfo, query or fragment.  The host is a DNS name of LDH labels (with
 * underscores refused, punycode as it comes), a dotted-quad IPv4 address, or a
 * bracketed IPv6 address.
 */
extern UrlStatus url_parse(const char *text, size_t len, Url *url);

/*
 * The host that a Location (RFC 9110, section 10.2.2) leads to, in lower case;
 * false when it names none, or has a user name.
 */
extern bool url_location_host(const char *location, char host[URL_MAX_HOST_LEN + 1]);

#endif							/* HCJWT_URL_H */
