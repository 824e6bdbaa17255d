/*-------------------------------------------------------------------------
 *
 * sha256.h
 *		SHA-256, by OpenSSL.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_SHA256_H
#define HCJWT_SHA256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHA256_LEN			32

/*
 * Keeps the algorithm and a context for the next call.  False when OpenSSL has failed,
 * which callers treat as an internal error, never as a verdict.
 */
extern bool sha256(const void *data, size_t len, uint8_t digest[SHA256_LEN]);

#endif							/* HCJWT_SHA256_H */
