/*-------------------------------------------------------------------------
 *
 * base64url.h
 *		base64url without padding (RFC 4648, section 5), strict both ways.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_BASE64URL_H
#define HCJWT_BASE64URL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that len characters decode to, and the reverse. */
#define BASE64URL_DECODED_LEN(len)	((len) / 4 * 3 + ((len) % 4 * 3) / 4)
#define BASE64URL_ENCODED_LEN(len)	(((len) * 4 + 2) / 3)

/*
 * Decodes exactly len characters into dst, which has room for
 * BASE64URL_DECODED_LEN(len) bytes.  Refuses padding, white space, the standard
 * alphabet, a length of 1 modulo 4, and unused trailing bits that are not zero,
 * so that every accepted text is the one encoding of its bytes.
 */
extern bool base64url_decode(const char *src, size_t len, uint8_t *dst);

/* Writes BASE64URL_ENCODED_LEN(len) characters, no terminator. */
extern void base64url_encode(const uint8_t *src, size_t len, char *dst);

#endif							/* HCJWT_BASE64URL_H */
