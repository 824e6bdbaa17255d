/*-------------------------------------------------------------------------
 *
 * key_cache.h
 *		This backend's parsed keys, by kid.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_KEY_CACHE_H
#define HCJWT_KEY_CACHE_H

#include "keys/trust.h"

/*
 * The trusted keys of a kid, which is in the encoding of the database.  They are read
 * from the tables, unless that has been done since the last invalidation.  The result
 * is valid until the next call.  A kid that is trusted nowhere has no materials, and is
 * not remembered.  now is for hcjwt.max_stale: keys past it are read again, because a
 * fetch may have succeeded, which by itself sends no invalidation.
 */
extern TrustedKeys *key_cache_look_up(const char *kid, size_t kid_len,
									  TimestampTz now);

#endif							/* HCJWT_KEY_CACHE_H */
