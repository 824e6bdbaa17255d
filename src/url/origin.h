/*-------------------------------------------------------------------------
 *
 * origin.h
 *		Origins (RFC 6454).
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_URL_ORIGIN_H
#define HCJWT_URL_ORIGIN_H

#include "url/authority.h"

/*
 * Parses an origin: scheme "://" host [":" port], with at most a "/" behind it.
 * Compare two by url_same_origin (RFC 6454, section 5): scheme, host without
 * regard to case, port with defaults filled in.
 */
extern bool origin_parse(const char *text, size_t len, Url *origin);
extern bool url_same_origin(const Url *a, const Url *b);

#endif							/* HCJWT_URL_ORIGIN_H */
