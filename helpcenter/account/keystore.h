/*-------------------------------------------------------------------------
 *
 * keystore.h
 *	  the signing keys of the stand-in help center and their rotation
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_KEYSTORE_H
#define HC_KEYSTORE_H

#include <jansson.h>
#include <openssl/evp.h>

#include "base/text.h"

#define KEYSTORE_MAX_LISTED 200
#define KEYSTORE_MAX_RETIRED 32

typedef struct SigningKey
{
	char	   *kid;			/* hex SHA-256 of the PKCS#1 RSAPublicKey */
	EVP_PKEY   *pkey;
	bool		listed;			/* the keys endpoint shows it */
	int64_t		created;		/* seconds since 1970 */
} SigningKey;

typedef struct KeyStore
{
	char	   *dir;
	SigningKey *keys;			/* oldest first */
	int			nkeys;
	int			signer;			/* index of the key that signs, -1: none */
} KeyStore;

/* Makes the directory; one process at a time may change what is in it. */
extern int	keystore_lock(const char *dir, Error *err);

extern bool keystore_open(KeyStore *store, const char *dir, Error *err);
extern void keystore_close(KeyStore *store);

/* Changes; each is on disk when it returns true. */
extern bool keystore_publish(KeyStore *store, int bits, Error *err);
extern bool keystore_rotate(KeyStore *store, int bits, bool retire_others,
							Error *err);
extern bool keystore_retire(KeyStore *store, const char *kid, Error *err);
extern bool keystore_use(KeyStore *store, const char *kid, Error *err);

/* Reading */
extern int	keystore_listed(const KeyStore *store);
extern const SigningKey *keystore_signer(const KeyStore *store);
extern const SigningKey *keystore_find(const KeyStore *store,
									   const char *number_or_kid);
extern json_t *keystore_jwks(const KeyStore *store);
extern json_t *keystore_describe(const KeyStore *store);

/* A JWK of these numbers. */
extern json_t *jwk_rsa(const char *n, const char *e, const char *kid);

#endif							/* HC_KEYSTORE_H */
