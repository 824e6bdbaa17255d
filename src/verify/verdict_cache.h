/*-------------------------------------------------------------------------
 *
 * verdict_cache.h
 *		Which tokens verify under which keys: remembered for the whole server.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_VERDICT_CACHE_H
#define HCJWT_VERDICT_CACHE_H

#include "jose/sha256.h"

/*
 * Shared memory holds one kind of fact only: the token with this SHA-256 verifies
 * under the key with this thumbprint.  That stays true, so nothing is ever
 * invalidated.  Each backend judges at each use whether the key is trusted and the
 * claims pass.  Only good signatures enter, so junk cannot fill the cache.
 */
extern void verdict_cache_shmem_request(void);
extern void verdict_cache_shmem_startup(void);

/* Is there a cache, so that a digest is worth computing? */
extern bool verdict_cache_is_on(void);

/* Is it remembered that this token verifies under this key? */
extern bool verdict_cache_has(const uint8_t digest[SHA256_LEN], const char *thumbprint);

/* Remembers it. */
extern void verdict_cache_add(const uint8_t digest[SHA256_LEN], const char *thumbprint);

#endif							/* HCJWT_VERDICT_CACHE_H */
