/*-------------------------------------------------------------------------
 *
 * trust.c
 *		Which certificates are trusted: the system's, and hcjwt.ca_file's.
 *
 * libcurl's CURLOPT_CAINFO would replace the system's certificates, and reading
 * these anew for each connection costs more than the connection.  So we read them
 * once for a pool and give every connection the same store.
 *
 * IDENTIFICATION
 *	  src/http/trust.c
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "http/transfer.h"

/*
 * The certificates that libcurl itself would trust.  One that is not there is no
 * error: then hcjwt.ca_file has to do, or no server will be believed.
 */
static void
load_system(X509_STORE *store)
{
	const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);

	if (info->cainfo != NULL)
		(void) X509_STORE_load_file(store, info->cainfo);
	if (info->capath != NULL)
		(void) X509_STORE_load_path(store, info->capath);
	if (info->cainfo == NULL && info->capath == NULL)
		(void) X509_STORE_set_default_paths(store);
}

static bool
same_file(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/*
 * One certificate of the store as PEM: for libcurl, which in some versions reads
 * all of the system's for each connection, only to see its store replaced by
 * ours, unless it is given something.
 */
static BIO *
take_anchor(X509_STORE *store)
{
	STACK_OF(X509) *all = X509_STORE_get1_all_certs(store);
	BIO		   *anchor = NULL;

	if (all != NULL && sk_X509_num(all) > 0 &&
		(anchor = BIO_new(BIO_s_mem())) != NULL &&
		PEM_write_bio_X509(anchor, sk_X509_value(all, 0)) != 1)
	{
		BIO_free(anchor);
		anchor = NULL;
	}
	sk_X509_pop_free(all, X509_free);
	return anchor;
}

void
http_trust_free(HttpPool *pool)
{
	BIO_free(pool->anchor);
	X509_STORE_free(pool->store);
	free(pool->store_ca_file);
}

/*
 * Makes pool->store what this ca_file (or NULL) wants.  False, with the pool's
 * store as it was, when the file cannot be read or memory is short.
 */
bool
http_trust(HttpPool *pool, const char *ca_file)
{
	X509_STORE *store;
	char	   *copy = NULL;

	if (pool->store != NULL && same_file(pool->store_ca_file, ca_file))
		return true;

	store = X509_STORE_new();
	if (store == NULL)
		return false;
	load_system(store);
	if (ca_file != NULL &&
		((copy = strdup(ca_file)) == NULL ||
		 X509_STORE_load_file(store, ca_file) != 1))
	{
		ERR_clear_error();
		X509_STORE_free(store);
		free(copy);
		return false;
	}

	/* as libcurl and openssl's programs do: a trusted one ends the chain */
	X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
	http_trust_free(pool);
	pool->store = store;
	pool->store_ca_file = copy;
	pool->anchor = take_anchor(store);
	ERR_clear_error();
	return true;
}

/* CURLOPT_SSL_CTX_FUNCTION: called for each connection, a proxy's too. */
static CURLcode
use_store(CURL *easy, void *ssl_ctx, void *arg)
{
	HttpTransfer *t = (HttpTransfer *) arg;

	(void) easy;
	t->hand_shaking = true;
	SSL_CTX_set1_cert_store((SSL_CTX *) ssl_ctx, t->store);
	return CURLE_OK;
}

/* Has the transfer trust what its pool does, and nothing else. */
bool
http_trust_set(HttpTransfer *t, HttpPool *pool)
{
	CURL	   *easy = t->easy;

	X509_STORE_up_ref(pool->store);
	t->store = pool->store;

	if (pool->anchor != NULL)
	{
		struct curl_blob blob;
		char	   *pem;

		blob.len = (size_t) BIO_get_mem_data(pool->anchor, &pem);
		blob.data = pem;
		blob.flags = CURL_BLOB_COPY;
		if (curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &blob) != CURLE_OK)
			return false;
	}
	return
		curl_easy_setopt(easy, CURLOPT_CAINFO, (char *) NULL) == CURLE_OK &&
		curl_easy_setopt(easy, CURLOPT_CAPATH, (char *) NULL) == CURLE_OK &&
		curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, use_store) == CURLE_OK &&
		curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, t) == CURLE_OK;
}
