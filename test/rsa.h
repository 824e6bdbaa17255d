/*-------------------------------------------------------------------------
 *
 * rsa.h
 *		What tests do with an RSA key's private half.
 *
 * For signer.c and the corpus.  Uses nothing of src/.  Each function ends the
 * program when OpenSSL fails.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_RSA_H
#define HCJWT_RSA_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The bytes of the largest modulus. */
#define RSA_MAX_LEN		1024

/* More than two primes make a large key sooner. */
extern EVP_PKEY *rsa_make(int bits, int primes, unsigned long exponent);

/* OSSL_PKEY_PARAM_RSA_N or ..._E, big-endian; returns its length. */
extern size_t rsa_number(EVP_PKEY *pkey, const char *name, uint8_t *dst);

/*
 * RSASSA-PKCS1-v1_5 or RSASSA-PSS over a digest by md; with RSA_NO_PADDING and
 * without md the private operation alone, on a block as long as the modulus.
 * Returns the signature's length.
 */
extern size_t rsa_sign(EVP_PKEY *pkey, int padding, const char *md, int salt_len,
					   const uint8_t *data, size_t len, uint8_t *dst);

extern void rsa_must(bool done, const char *what);

#endif							/* HCJWT_RSA_H */
