/*-------------------------------------------------------------------------
 *
 * certificates.c
 *		Which certificates are trusted: the system's, and hcjwt.ca_file's.
 *
 * libcurl's CURLOPT_CAINFO would replace the system's certificates, and reading
 * these anew takes longer than all the rest of a request, with no interrupt
 * served.  So a process reads them once, and again only when the files have
 * changed, and gives every connection the same store.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "http/certificates.h"

/* Tells whether a file has changed; all zero when there is no file. */
typedef struct FileStamp
{
	dev_t		device;
	ino_t		inode;
	off_t		size;
	time_t		modified;
	time_t		changed;
} FileStamp;

/* The store, and what it was made from. */
typedef struct Trust
{
	X509_STORE *store;			/* NULL: not made yet */
	BIO		   *anchor;			/* one certificate as PEM, or NULL */
	char	   *ca_file;		/* hcjwt.ca_file */
	FileStamp	stamps[3];		/* the system's file and directory, ca_file */
} Trust;

static Trust trust;

static void
take_stamp(const char *path, FileStamp *stamp)
{
	struct stat st;

	if (path == NULL || stat(path, &st) != 0)
		return;
	stamp->device = st.st_dev;
	stamp->inode = st.st_ino;
	stamp->size = st.st_size;
	stamp->modified = st.st_mtime;
	stamp->changed = st.st_ctime;
}

static void
take_stamps(const char *ca_file, FileStamp *stamps)
{
	const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);

	memset(stamps, 0, sizeof(trust.stamps));
	take_stamp(info->cainfo, &stamps[0]);
	take_stamp(info->capath, &stamps[1]);
	take_stamp(ca_file, &stamps[2]);
}

/*
 * To read a pipe or a device could take for ever, and nothing could interrupt
 * it.
 */
static bool
is_regular_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/*
 * Loads the certificates that libcurl itself would trust.  A file that is
 * missing is no error: then only hcjwt.ca_file counts.
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

/*
 * One certificate of the store as PEM, for libcurl.  Without any, some versions
 * read all of the system's certificates for each connection, although our store
 * then replaces them.
 */
static BIO *
take_anchor(X509_STORE *store)
{
	STACK_OF(X509) * all = X509_STORE_get1_all_certs(store);
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

static void
free_trust(Trust *old)
{
	BIO_free(old->anchor);
	X509_STORE_free(old->store);
	free(old->ca_file);
}

bool
http_certificates_load(const char *ca_file)
{
	Trust		fresh = {0};

	take_stamps(ca_file, fresh.stamps);
	if (trust.store != NULL && strcmp(trust.ca_file, ca_file) == 0 &&
		memcmp(trust.stamps, fresh.stamps, sizeof(trust.stamps)) == 0)
		return true;

	fresh.store = X509_STORE_new();
	fresh.ca_file = strdup(ca_file);
	if (fresh.store != NULL)
		load_system(fresh.store);
	if (fresh.store == NULL || fresh.ca_file == NULL ||
		(ca_file[0] != '\0' &&
		 (!is_regular_file(ca_file) ||
		  X509_STORE_load_file(fresh.store, ca_file) != 1)))
	{
		ERR_clear_error();
		free_trust(&fresh);
		return false;
	}

	/*
	 * a trusted certificate ends the chain, as with libcurl and openssl's
	 * programs
	 */
	X509_STORE_set_flags(fresh.store, X509_V_FLAG_PARTIAL_CHAIN);
	fresh.anchor = take_anchor(fresh.store);
	ERR_clear_error();

	free_trust(&trust);
	trust = fresh;
	return true;
}

/*
 * Does a certificate have a subjectAltName?  libcurl would fall back on a host
 * name in the subject's common name, which must be ignored (RFC 9525, section
 * 2; RFC 9110, section 4.3.4).
 */
static bool
has_alternative_name(X509 *certificate)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	bool		found = false;

	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++)
	{
		int			type = sk_GENERAL_NAME_value(names, i)->type;

		found = found || type == GEN_DNS || type == GEN_IPADD;
	}
	GENERAL_NAMES_free(names);
	return found;
}

/* Called for each certificate of a chain; the server's own has depth 0. */
static int
verify_certificate(int so_far, X509_STORE_CTX *context)
{
	if (so_far == 1 && X509_STORE_CTX_get_error_depth(context) == 0 &&
		!has_alternative_name(X509_STORE_CTX_get_current_cert(context)))
	{
		X509_STORE_CTX_set_error(context, X509_V_ERR_HOSTNAME_MISMATCH);
		return 0;
	}
	return so_far;
}

/* CURLOPT_SSL_CTX_FUNCTION: called for each connection, also for a proxy's. */
static CURLcode
use_store(CURL *easy, void *ssl_ctx, void *arg)
{
	TransferTrust *t = (TransferTrust *) arg;

	(void) easy;
	t->hand_shaking = true;
	SSL_CTX_set1_cert_store((SSL_CTX *) ssl_ctx, t->store);
	SSL_CTX_set_verify((SSL_CTX *) ssl_ctx, SSL_VERIFY_PEER, verify_certificate);
	return CURLE_OK;
}

bool
http_certificates_use(CURL *easy, TransferTrust *t)
{
	X509_STORE_up_ref(trust.store);
	t->store = trust.store;

	if (trust.anchor != NULL)
	{
		struct curl_blob blob;
		CURLcode	code;
		char	   *pem;

		blob.len = (size_t) BIO_get_mem_data(trust.anchor, &pem);
		blob.data = pem;
		blob.flags = CURL_BLOB_COPY;
		code = curl_easy_setopt(easy, LIBCURL_CAINFO_BLOB, &blob);
		if (code != CURLE_OK && code != CURLE_UNKNOWN_OPTION)
			return false;
	}
	return
		curl_easy_setopt(easy, CURLOPT_CAINFO, (char *) NULL) == CURLE_OK &&
		curl_easy_setopt(easy, CURLOPT_CAPATH, (char *) NULL) == CURLE_OK &&
		curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, use_store) == CURLE_OK &&
		curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, t) == CURLE_OK;
}
