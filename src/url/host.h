/*-------------------------------------------------------------------------
 *
 * host.h
 *		Hosts: DNS names, IPv4 and IPv6 addresses; which are this machine.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_URL_HOST_H
#define HCJWT_URL_HOST_H

#include <stdbool.h>
#include <stddef.h>

#define URL_MAX_HOST_LEN	253

/* One DNS label: 1 to 63 of a-z 0-9 -, no hyphen at either end. */
extern bool url_is_dns_label(const char *text, size_t len);

/*
 * A DNS name in lower case: labels of LDH, and no IPv4 address in disguise.  Its
 * length is for the caller to judge.
 */
extern bool url_is_dns_name(const char *text, size_t len);

/* Four decimal numbers of 0 to 255 without leading zeros. */
extern bool url_is_ipv4(const char *text, size_t len);

/*
 * Reads a host as it stands in a URL, IPv6 in brackets: into host in lower case,
 * an IPv6 address without brackets and in the one form of RFC 5952.
 */
extern bool url_parse_host(const char *text, size_t len,
						   char host[URL_MAX_HOST_LEN + 1], bool *is_ipv6);

/* localhost, 127.0.0.0/8 or ::1, by name only: nothing is resolved. */
extern bool url_host_is_loopback(const char *host, bool is_ipv6);

#endif							/* HCJWT_URL_HOST_H */
