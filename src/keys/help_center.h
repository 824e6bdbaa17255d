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

#include "url/authority.h"

#define MAX_NAME_LEN		255

/* Is nothing fetched for a help center with this keys_url (or NULL)? */
extern bool is_never_fetched(const char *keys_url);

/* Raises 22023 unless the text is a URL that a help center could have. */
extern void parse_help_center_url(const char *column, const char *text, Url *url);

/*
 * Raises 22023 unless the present settings let us fetch from there:
 * hcjwt.allowed_hosts and hcjwt.allow_http_loopback.  Asked when a help center is
 * added and, by the worker, before each fetch; not of a row that is restored.
 */
extern void check_url_allowed(const char *column, const Url *url);

/* What to call instead of add_help_center() with this name alone: a hint. */
extern const char *right_registration(const char *name);

/* Raises 22023 for the URL of a help center's pages (url is base_url, parsed). */
extern void check_base_path(const char *base_url, const Url *url);

/*
 * A notice when another help center has the same keys, or fetches from the same
 * URL: then a token's origin, or a name, has to tell which is meant.  Within SPI.
 */
extern void tell_of_shared_keys(Datum help_center);

#endif							/* HCJWT_HELP_CENTER_H */
