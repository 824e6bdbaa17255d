/*-------------------------------------------------------------------------
 *
 * keys.h
 *		The corpus' RSA keys, and everything that can be done with one.
 *
 *-------------------------------------------------------------------------
 */
#ifndef CORPUS_KEYS_H
#define CORPUS_KEYS_H

#include <openssl/evp.h>

#include "bytes.h"

typedef struct Key
{
	EVP_PKEY   *pkey;
	Bytes		n;				/* big-endian, no leading zero */
	Bytes		e;
} Key;

/* Where keys are kept from one run to the next. */
extern void keys_kept_in(const char *directory);

/*
 * The key of this name, made at its first use.  keys.c lists their names, sizes
 * and exponents.
 */
extern const Key *key(const char *name);

/* A key with the fault of CVE-2017-15361. */
extern EVP_PKEY *make_roca(void);

/* {"kty":"RSA","n":...,"e":...,"kid":...}, as the vendor's page has it */
extern Bytes jwk(const Key *k, const char *kid);
extern Bytes jwks(Bytes keys);

/* The public key in the usual formats. */
extern Bytes spki_der(const Key *k);
extern Bytes spki_pem(const Key *k);
extern Bytes pkcs1_der(const Key *k);
extern Bytes pkcs1_pem(const Key *k);
extern Bytes certificate_der(const Key *k);

/* RSASSA-PKCS1-v1_5 with SHA-256, as RS256 wants it. */
extern Bytes sign(const Key *k, Bytes data);

/* With another digest. */
extern Bytes sign_digest(const Key *k, const char *md, Bytes data);

/* RSASSA-PSS. */
extern Bytes sign_pss(const Key *k, const char *md, int salt_len, Bytes data);

/* The private operation alone, on a block as long as the modulus: block^d mod n. */
extern Bytes sign_raw(const Key *k, Bytes block);

extern Bytes digest(const char *md, Bytes data);
extern Bytes hmac(const char *md, Bytes secret, Bytes data);

#endif							/* CORPUS_KEYS_H */
