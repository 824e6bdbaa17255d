/*-------------------------------------------------------------------------
 *
 * registration_advice.h
 *		What people get wrong when they register a help center.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_REGISTRATION_ADVICE_H
#define HCJWT_REGISTRATION_ADVICE_H

#include "url/authority.h"

/* What to call instead of add_help_center() with this name alone: a hint. */
extern const char *right_registration(const char *name);

/* Raises 22023 for the URL of a help center's pages (url is base_url, parsed). */
extern void check_base_path(const char *base_url, const Url *url);

/*
 * Raises a notice when another help center has the same keys, or fetches from
 * the same URL: then a token's origin, or a name, has to tell which is meant.
 * Within SPI.
 */
extern void tell_of_shared_keys(Datum help_center);

#endif							/* HCJWT_REGISTRATION_ADVICE_H */
