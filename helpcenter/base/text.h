/*-------------------------------------------------------------------------
 *
 * text.h
 *	  what a text must be, and numbers, JSON and dates as text
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_TEXT_H
#define HC_TEXT_H

#include <jansson.h>

#include "base/util.h"

extern bool parse_int64(const char *text, int64_t low, int64_t high,
						int64_t *value);
extern char *json_text(const json_t *json);
extern size_t url_origin_length(const char *url);
extern bool origin_valid(const char *origin);
extern bool header_value_valid(const char *value);
extern bool host_name_valid(const char *name);
extern bool starts_with(const char *text, const char *prefix);
extern void http_date(time_t when, char *text, size_t size);

#endif							/* HC_TEXT_H */
