/*-------------------------------------------------------------------------
 *
 * certs.c
 *	  the test CA and the server certificates that it issues
 *
 * The first start makes DIR/ca.pem and DIR/ca-key.pem.  The server's own key
 * is only in memory.  Each start issues a new certificate, which names the
 * hosts of this run.
 *
 *-------------------------------------------------------------------------
 */
#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/conf.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/encode.h"
#include "serve/certs.h"

#define DAY (24L * 60 * 60)

static const char *const kind_names[] =
{"good", "wrong-host", "expired", "unknown-ca", "common-name"};

bool
cert_kind_parse(const char *name, CertKind *kind)
{
	for (size_t i = 0; i < count_of(kind_names); i++)
		if (strcmp(kind_names[i], name) == 0)
		{
			*kind = (CertKind) i;
			return true;
		}
	return false;
}

/*
 * Makes a certificate with these extensions, written in OpenSSL's
 * configuration syntax.  The CA signs it; without a CA it signs itself.
 */
static X509 *
issue(EVP_PKEY *pkey, const char *common_name, long from, long to,
	  const TestCA *ca, const char *extensions)
{
	X509	   *cert = X509_new();
	X509	   *issuer = ca ? ca->cert : cert;
	X509_NAME  *name = X509_NAME_new();
	CONF	   *conf = NCONF_new(NULL);
	BIO		   *text = BIO_new_mem_buf(extensions, -1);
	X509V3_CTX	ctx;
	uint64_t	serial;

	random_bytes(&serial, sizeof(serial));
	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	X509V3_set_nconf(&ctx, conf);
	if (cert == NULL ||
		!X509_set_version(cert, X509_VERSION_3) ||
		!ASN1_INTEGER_set_uint64(X509_get_serialNumber(cert), serial >> 1) ||
		!X509_gmtime_adj(X509_getm_notBefore(cert), from) ||
		!X509_gmtime_adj(X509_getm_notAfter(cert), to) ||
		!X509_set_pubkey(cert, pkey) ||
		!X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
									(const unsigned char *) common_name,
									-1, -1, 0) ||
		!X509_set_subject_name(cert, name) ||
		!X509_set_issuer_name(cert, X509_get_subject_name(issuer)) ||
		NCONF_load_bio(conf, text, NULL) <= 0 ||
		!X509V3_EXT_add_nconf(conf, &ctx, "default", cert) ||
		!X509_sign(cert, ca ? ca->pkey : pkey, EVP_sha256()))
		fatal("could not make a certificate");
	X509_NAME_free(name);
	NCONF_free(conf);
	BIO_free(text);
	return cert;
}

static char *
pem_of(X509 *cert, EVP_PKEY *pkey)
{
	BIO		   *bio = BIO_new(BIO_s_mem());
	char	   *data;
	char	   *text;
	long		len;

	if (bio == NULL ||
		!(cert ? PEM_write_bio_X509(bio, cert) :
		  PEM_write_bio_PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL)))
		fatal("out of memory");
	len = BIO_get_mem_data(bio, &data);
	text = xalloc(len + 1);
	memcpy(text, data, len);
	BIO_free(bio);
	return text;
}

static void
make_ca(TestCA *ca)
{
	unsigned char tag[4];
	char	   *hex;
	char	   *name;

	random_bytes(tag, sizeof(tag));
	hex = hex_encode(tag, sizeof(tag));
	name = xprintf("helpcenterd test CA %s", hex);
	ca->pkey = EVP_EC_gen("P-256");
	ca->cert = issue(ca->pkey, name, -DAY, 3650 * DAY, NULL,
					 "basicConstraints = critical,CA:TRUE,pathlen:0\n"
					 "keyUsage = critical,keyCertSign,cRLSign\n"
					 "subjectKeyIdentifier = hash\n");
	ca->pem = pem_of(ca->cert, NULL);
	free(name);
	free(hex);
}

static bool
load_ca(TestCA *ca, const char *cert_path, const char *key_path, Error *err)
{
	FILE	   *cert = fopen(cert_path, "re");
	FILE	   *key = fopen(key_path, "re");

	if (cert)
		ca->cert = PEM_read_X509(cert, NULL, NULL, NULL);
	if (key)
		ca->pkey = PEM_read_PrivateKey(key, NULL, NULL, NULL);
	if (cert)
		fclose(cert);
	if (key)
		fclose(key);
	if (ca->cert == NULL || ca->pkey == NULL ||
		!X509_check_private_key(ca->cert, ca->pkey))
		return fail(err, "could not read the CA in \"%s\" and \"%s\": "
					"remove both to have a new one made",
					cert_path, key_path);
	ca->pem = pem_of(ca->cert, NULL);
	return true;
}

bool
ca_open(TestCA *ca, const char *dir, Error *err)
{
	char	   *cert_path = xprintf("%s/ca.pem", dir);
	char	   *key_path = xprintf("%s/ca-key.pem", dir);
	bool		ok;

	memset(ca, 0, sizeof(*ca));
	if (access(cert_path, F_OK) == 0 && access(key_path, F_OK) == 0)
		ok = load_ca(ca, cert_path, key_path, err);
	else
	{
		char	   *key_pem;

		make_ca(ca);
		key_pem = pem_of(NULL, ca->pkey);
		ok = file_write(key_path, key_pem, strlen(key_pem), 0600, err) &&
			file_write(cert_path, ca->pem, strlen(ca->pem), 0644, err);
		free(key_pem);
	}
	free(cert_path);
	free(key_path);
	if (!ok)
		ca_close(ca);
	return ok;
}

void
ca_close(TestCA *ca)
{
	EVP_PKEY_free(ca->pkey);
	X509_free(ca->cert);
	free(ca->pem);
	memset(ca, 0, sizeof(*ca));
}

static void
add_alt_names(Buf *text, char *const *names, int nnames)
{
	buf_str(text, "DNS:localhost,IP:127.0.0.1,IP:::1");
	for (int i = 0; i < nnames; i++)
	{
		unsigned char address[16];
		bool		is_ip = inet_pton(AF_INET, names[i], address) == 1 ||
			inet_pton(AF_INET6, names[i], address) == 1;

		buf_printf(text, ",%s:%s", is_ip ? "IP" : "DNS", names[i]);
	}
}

bool
ca_issue(const TestCA *ca, CertKind kind, char *const *names, int nnames,
		 char **cert_pem, char **key_pem, Error *err)
{
	TestCA		other = {0};
	EVP_PKEY   *pkey;
	X509	   *cert;
	Buf			extensions = {0};

	for (int i = 0; i < nnames; i++)
		if (!host_name_valid(names[i]))
			return fail(err, "\"%s\" is not a host name", names[i]);
	buf_str(&extensions, "basicConstraints = critical,CA:FALSE\n"
			"keyUsage = critical,digitalSignature\n"
			"extendedKeyUsage = serverAuth\n"
			"subjectKeyIdentifier = hash\n"
			"authorityKeyIdentifier = keyid\n");
	if (kind != CERT_COMMON_NAME)
		buf_str(&extensions, "subjectAltName = ");
	if (kind == CERT_WRONG_HOST)
		buf_str(&extensions, "DNS:wrong-host.invalid");
	else if (kind != CERT_COMMON_NAME)
		add_alt_names(&extensions, names, nnames);
	if (kind == CERT_UNKNOWN_CA)
		make_ca(&other);
	pkey = EVP_EC_gen("P-256");
	cert = issue(pkey, kind == CERT_COMMON_NAME ? "127.0.0.1" : "helpcenterd",
				 kind == CERT_EXPIRED ? -30 * DAY : -DAY,
				 kind == CERT_EXPIRED ? -1 * DAY : 365 * DAY,
				 kind == CERT_UNKNOWN_CA ? &other : ca, extensions.data);
	*cert_pem = pem_of(cert, NULL);
	*key_pem = pem_of(NULL, pkey);
	buf_free(&extensions);
	X509_free(cert);
	EVP_PKEY_free(pkey);
	ca_close(&other);
	return true;
}
