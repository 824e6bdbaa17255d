/*-------------------------------------------------------------------------
 *
 * help_center.h
 *		What is asked of the columns of a help center.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_HELP_CENTER_H
#define HCJWT_HELP_CENTER_H

#include "datatype/timestamp.h"
#include "url/authority.h"

#define MAX_NAME_LEN		255

/* Is nothing fetched for a help center with this keys_url (or NULL)? */
extern bool is_never_fetched(const char *keys_url);

/* Raises 22023 unless the text is a URL that a help center could have. */
extern void parse_help_center_url(const char *column, const char *text, Url *url);

/*
 * Raises 22023 unless the present settings let us fetch from the URL
 * (url/permission.h).  add_help_center() asks this; a row that is restored need not
 * pass, since each fetch asks again.
 */
extern void check_url_allowed(const char *column, const Url *url);

/* The leeway in microseconds; -1 for one that no help center may have. */
extern int64 leeway_of(const Interval *leeway);

#endif							/* HCJWT_HELP_CENTER_H */
