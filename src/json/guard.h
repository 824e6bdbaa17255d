/*-------------------------------------------------------------------------
 *
 * guard.h
 *		Judges JSON text before any other parser sees it, in one pass.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_JSON_GUARD_H
#define HCJWT_JSON_GUARD_H

#include "json/json.h"

/*
 * Judges the whole text, which must be one object with nothing but white space
 * around it; finds the wanted members by their decoded names.  Allocates
 * nothing, uses bounded stack, takes time linear in len.  len is at most
 * JSON_MAX_LEN; longer is JSON_SYNTAX, and so are more than JSON_MAX_MEMBERS at
 * the top level (which no token has room for: 12288 bytes of JSON hold at most
 * 1769 different names).  With any status but JSON_OK, nothing is found.
 */
extern JsonStatus json_guard_object(const char *text, size_t len,
									JsonWanted *wanted, int nwanted);

#endif							/* HCJWT_JSON_GUARD_H */
