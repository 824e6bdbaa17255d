/*-------------------------------------------------------------------------
 *
 * keystore.c
 *	  the signing keys of the stand-in help center and their rotation
 *
 * DIR/keys.json names the keys, oldest first, and says which are listed and
 * which one signs; DIR/keys/KID.pem holds each private key.  Retired keys
 * are kept for a while, so that "helpcenterd sign --key" can make a token
 * of a key that the keys endpoint no longer shows.
 *
 *-------------------------------------------------------------------------
 */
#include <errno.h>
#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/encode.h"
#include "account/keystore.h"

#define MAX_FILE (256 * 1024)

static void
key_free(SigningKey *key)
{
	free(key->kid);
	EVP_PKEY_free(key->pkey);
	memset(key, 0, sizeof(*key));
}

static char *
key_path(const KeyStore *store, const char *kid)
{
	return xprintf("%s/keys/%s.pem", store->dir, kid);
}

/* The vendor's kids are made this way, as their published example shows. */
static char *
make_kid(EVP_PKEY *pkey)
{
	unsigned char *der = NULL;
	int			len = i2d_PublicKey(pkey, &der);
	Digest		digest;

	if (len <= 0)
		fatal("could not encode a public key");
	digest = sha256(der, len);
	OPENSSL_free(der);
	return hex_encode(digest.bytes, DIGEST_LEN);
}

/* One number of the public key, as base64url of its big-endian bytes. */
static char *
key_number(EVP_PKEY *pkey, const char *name)
{
	BIGNUM	   *number = NULL;
	unsigned char *bytes;
	char	   *text;
	int			len;

	if (!EVP_PKEY_get_bn_param(pkey, name, &number))
		fatal("could not read a public key");
	bytes = xalloc(BN_num_bytes(number));
	len = BN_bn2bin(number, bytes);
	text = base64url_encode(bytes, len);
	free(bytes);
	BN_free(number);
	return text;
}

static SigningKey *
append_key(KeyStore *store)
{
	store->keys = xrealloc(store->keys,
						   (store->nkeys + 1) * sizeof(SigningKey));
	memset(&store->keys[store->nkeys], 0, sizeof(SigningKey));
	return &store->keys[store->nkeys++];
}

static void
drop_key(KeyStore *store, int i)
{
	key_free(&store->keys[i]);
	memmove(&store->keys[i], &store->keys[i + 1],
			(store->nkeys - i - 1) * sizeof(SigningKey));
	store->nkeys--;
	if (store->signer > i)
		store->signer--;
}

static bool
save_index(KeyStore *store, Error *err)
{
	json_t	   *list = json_array();
	json_t	   *root = json_object();
	char	   *path = xprintf("%s/keys.json", store->dir);
	char	   *text;
	bool		ok;

	for (int i = 0; i < store->nkeys; i++)
	{
		SigningKey *key = &store->keys[i];

		json_array_append_new(list, json_pack("{s:s, s:b, s:I}",
											  "kid", key->kid,
											  "listed", (int) key->listed,
											  "created",
											  (json_int_t) key->created));
	}
	if (store->signer >= 0)
		json_object_set_new(root, "signing",
							json_string(store->keys[store->signer].kid));
	json_object_set_new(root, "keys", list);
	text = json_dumps(root, JSON_INDENT(2));
	if (text == NULL)
		fatal("out of memory");
	ok = file_write(path, text, strlen(text), 0600, err);
	free(text);
	free(path);
	json_decref(root);
	return ok;
}

static bool
load_key(KeyStore *store, json_t *entry, Error *err)
{
	const char *kid = json_string_value(json_object_get(entry, "kid"));
	SigningKey *key;
	EVP_PKEY   *pkey;
	char	   *path;
	FILE	   *file;

	/* The kid becomes part of a path. */
	if (kid == NULL || strlen(kid) != DIGEST_LEN * 2 ||
		strspn(kid, "0123456789abcdef") != DIGEST_LEN * 2)
		return fail(err, "\"%s/keys.json\" names a key without a valid kid",
					store->dir);
	path = key_path(store, kid);
	file = fopen(path, "re");
	pkey = file ? PEM_read_PrivateKey(file, NULL, NULL, NULL) : NULL;
	if (file)
		fclose(file);
	if (pkey == NULL)
		fail(err, "could not read the key in \"%s\"", path);
	free(path);
	if (pkey == NULL)
		return false;
	key = append_key(store);
	key->kid = xstrdup(kid);
	key->pkey = pkey;
	key->listed = json_is_true(json_object_get(entry, "listed"));
	key->created = json_integer_value(json_object_get(entry, "created"));
	return true;
}

static bool
load_index(KeyStore *store, const char *text, Error *err)
{
	json_error_t why;
	json_t	   *root = json_loads(text, 0, &why);
	const char *signing;
	json_t	   *entry;
	size_t		i;
	bool		ok = true;

	if (root == NULL)
		return fail(err, "\"%s/keys.json\" is not JSON: %s",
					store->dir, why.text);
	json_array_foreach(json_object_get(root, "keys"), i, entry)
	{
		ok = load_key(store, entry, err);
		if (!ok)
			break;
	}
	signing = json_string_value(json_object_get(root, "signing"));
	for (int k = 0; k < store->nkeys; k++)
		if (signing && strcmp(store->keys[k].kid, signing) == 0)
			store->signer = k;
	json_decref(root);
	return ok;
}

/* Returns a descriptor that holds the lock, or -1. */
int
keystore_lock(const char *dir, Error *err)
{
	char	   *path = xprintf("%s/lock", dir);
	char	   *keys = xprintf("%s/keys", dir);
	int			fd = -1;

	if ((mkdir(dir, 0700) != 0 && errno != EEXIST) ||
		(mkdir(keys, 0700) != 0 && errno != EEXIST))
		fail(err, "could not create the directory \"%s\": %s",
			 dir, strerror(errno));
	else if ((fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600)) < 0)
		fail(err, "could not open \"%s\": %s", path, strerror(errno));
	else if (flock(fd, LOCK_EX | LOCK_NB) != 0)
	{
		fail(err, "another helpcenterd uses \"%s\"", dir);
		close(fd);
		fd = -1;
	}
	free(keys);
	free(path);
	return fd;
}

/* A directory without keys.json is an empty store. */
bool
keystore_open(KeyStore *store, const char *dir, Error *err)
{
	Buf			text = {0};
	char	   *path = xprintf("%s/keys.json", dir);
	bool		ok = true;

	memset(store, 0, sizeof(*store));
	store->dir = xstrdup(dir);
	store->signer = -1;
	if (access(path, F_OK) == 0)
		ok = file_read(path, MAX_FILE, &text, err) &&
			load_index(store, text.data, err);
	buf_free(&text);
	free(path);
	if (!ok)
		keystore_close(store);
	return ok;
}

void
keystore_close(KeyStore *store)
{
	for (int i = 0; i < store->nkeys; i++)
		key_free(&store->keys[i]);
	free(store->keys);
	free(store->dir);
	memset(store, 0, sizeof(*store));
	store->signer = -1;
}

/* Makes a key.  Writes the PEM file before the index that names it. */
static bool
generate(KeyStore *store, int bits, Error *err)
{
	EVP_PKEY   *pkey;
	SigningKey *key;
	BIO		   *bio;
	char	   *pem;
	long		len;
	char	   *path;
	bool		ok;

	if (keystore_listed(store) >= KEYSTORE_MAX_LISTED)
		return fail(err, "there are %d listed keys already: retire some",
					KEYSTORE_MAX_LISTED);
	pkey = EVP_RSA_gen((unsigned int) bits);
	bio = BIO_new(BIO_s_secmem());
	if (pkey == NULL || bio == NULL ||
		!PEM_write_bio_PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL))
		fatal("could not generate a key of %d bits", bits);
	len = BIO_get_mem_data(bio, &pem);
	key = append_key(store);
	key->kid = make_kid(pkey);
	key->pkey = pkey;
	key->listed = true;
	key->created = time(NULL);
	path = key_path(store, key->kid);
	ok = file_write(path, pem, len, 0600, err);
	if (!ok)
		drop_key(store, store->nkeys - 1);
	free(path);
	BIO_free(bio);
	return ok;
}

/* Removes the oldest retired keys, so that the store does not grow for ever. */
static void
prune(KeyStore *store)
{
	int			retired = store->nkeys - keystore_listed(store);

	for (int i = 0; i < store->nkeys && retired > KEYSTORE_MAX_RETIRED;)
	{
		char	   *path;

		if (store->keys[i].listed)
		{
			i++;
			continue;
		}
		path = key_path(store, store->keys[i].kid);
		unlink(path);
		free(path);
		drop_key(store, i);
		retired--;
	}
}

/* Lists a new key.  The first key signs at once, any other after keystore_use(). */
bool
keystore_publish(KeyStore *store, int bits, Error *err)
{
	if (!generate(store, bits, err))
		return false;
	if (store->signer < 0)
		store->signer = store->nkeys - 1;
	return save_index(store, err);
}

bool
keystore_rotate(KeyStore *store, int bits, bool retire_others, Error *err)
{
	if (!generate(store, bits, err))
		return false;
	store->signer = store->nkeys - 1;
	if (retire_others)
	{
		for (int i = 0; i < store->nkeys - 1; i++)
			store->keys[i].listed = false;
		prune(store);
	}
	return save_index(store, err);
}

/* When the signer is retired, the newest key that is still listed signs. */
bool
keystore_retire(KeyStore *store, const char *kid, Error *err)
{
	SigningKey *key = (SigningKey *) keystore_find(store, kid);
	int			next = -1;

	if (key == NULL || !key->listed)
		return fail(err, "no listed key \"%s\"", kid);
	for (int i = 0; i < store->nkeys; i++)
		if (store->keys[i].listed && &store->keys[i] != key)
			next = i;
	if (next < 0)
		return fail(err, "the only listed key cannot be retired: rotate first");
	key->listed = false;
	if (&store->keys[store->signer] == key)
		store->signer = next;
	prune(store);
	return save_index(store, err);
}

bool
keystore_use(KeyStore *store, const char *kid, Error *err)
{
	SigningKey *key = (SigningKey *) keystore_find(store, kid);

	if (key == NULL)
		return fail(err, "no key \"%s\"", kid);
	key->listed = true;
	store->signer = (int) (key - store->keys);
	return save_index(store, err);
}

int
keystore_listed(const KeyStore *store)
{
	int			count = 0;

	for (int i = 0; i < store->nkeys; i++)
		count += store->keys[i].listed;
	return count;
}

const SigningKey *
keystore_signer(const KeyStore *store)
{
	return store->signer < 0 ? NULL : &store->keys[store->signer];
}

/* Finds a key by its kid, or by its place, counted from 1 as "keys" shows it. */
const SigningKey *
keystore_find(const KeyStore *store, const char *number_or_kid)
{
	int64_t		number;

	if (parse_int64(number_or_kid, 1, store->nkeys, &number))
		return &store->keys[number - 1];
	for (int i = 0; i < store->nkeys; i++)
		if (strcmp(store->keys[i].kid, number_or_kid) == 0)
			return &store->keys[i];
	return NULL;
}

/* The members in the order of the vendor's example. */
json_t *
jwk_rsa(const char *n, const char *e, const char *kid)
{
	return json_pack("{s:s, s:s, s:s, s:s}",
					 "e", e, "kid", kid, "kty", "RSA", "n", n);
}

/* Exactly what the keys endpoint answers: no alg, no use, no key_ops. */
json_t *
keystore_jwks(const KeyStore *store)
{
	json_t	   *list = json_array();

	for (int i = 0; i < store->nkeys; i++)
	{
		SigningKey *key = &store->keys[i];
		char	   *n;
		char	   *e;

		if (!key->listed)
			continue;
		n = key_number(key->pkey, OSSL_PKEY_PARAM_RSA_N);
		e = key_number(key->pkey, OSSL_PKEY_PARAM_RSA_E);
		json_array_append_new(list, jwk_rsa(n, e, key->kid));
		free(n);
		free(e);
	}
	return json_pack("{s:o}", "keys", list);
}

json_t *
keystore_describe(const KeyStore *store)
{
	json_t	   *list = json_array();

	for (int i = 0; i < store->nkeys; i++)
	{
		SigningKey *key = &store->keys[i];
		const char *state = i == store->signer ? "signing" :
			key->listed ? "listed" : "retired";

		json_array_append_new(list,
							  json_pack("{s:i, s:s, s:i, s:s}",
										"number", i + 1,
										"kid", key->kid,
										"bits", EVP_PKEY_get_bits(key->pkey),
										"state", state));
	}
	return list;
}
