/*-------------------------------------------------------------------------
 *
 * help_center.h
 *		What is asked of a help center's name and URLs.
 *
 * IDENTIFICATION
 *	  src/keys/help_center.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_HELP_CENTER_H
#define HCJWT_HELP_CENTER_H

#include "url/url.h"

#define MAX_NAME_LEN		255

/* Raises 22023 unless the text is a URL that a help center could have. */
extern void parse_help_center_url(const char *column, const char *text, Url *url);

/*
 * Raises 22023 unless the present settings let us fetch from there:
 * hcjwt.allowed_hosts and hcjwt.allow_http_loopback.  Asked when a help center is
 * added and, by the worker, before each fetch; not of a row that is restored.
 */
extern void check_url_allowed(const char *column, const Url *url);

#endif							/* HCJWT_HELP_CENTER_H */
