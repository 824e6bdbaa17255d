/*-------------------------------------------------------------------------
 *
 * host_globs.h
 *		Lists of host patterns, such as "*.zendesk.com, help.example.com".
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_URL_HOST_GLOBS_H
#define HCJWT_URL_HOST_GLOBS_H

#include <stdbool.h>

/*
 * Is the host among these globs?  The list is separated by commas and white
 * space; a pattern is a host name compared without regard to case, in which a
 * "*" as its first label stands for exactly one label ("*.zendesk.com" matches
 * acme.zendesk.com, neither zendesk.com nor a.b.zendesk.com); "*" alone matches
 * any host.  url_host_globs_valid tells whether a list is well-formed.
 */
extern bool url_host_allowed(const char *host, const char *globs);
extern bool url_host_globs_valid(const char *globs);

#endif							/* HCJWT_URL_HOST_GLOBS_H */
