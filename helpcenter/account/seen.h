/*-------------------------------------------------------------------------
 *
 * seen.h
 *	  answers that the vendor does not document, but that its API was seen to
 *	  give or that public themes handle
 *
 * Each is a switch, off by default.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_SEEN_H
#define HC_SEEN_H

#include <jansson.h>

#include "base/text.h"

typedef enum Seen
{
	SEEN_LEGACY_ANONYMOUS_403,
	SEEN_ANONYMOUS_200,
	SEEN_WRONG_PASSWORD_ANONYMOUS,
	SEEN_CLAIMS_BARE_404,
	SEEN_ERROR_LIST,
	SEEN_COUNT
} Seen;

extern bool seen_set(bool *seen, const char *name, bool on, Error *err);
extern json_t *seen_describe(const bool *seen);

#endif							/* HC_SEEN_H */
