/*-------------------------------------------------------------------------
 *
 * certs.h
 *	  the test CA and the server certificates that it issues
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_CERTS_H
#define HC_CERTS_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/text.h"

typedef enum CertKind
{
	CERT_GOOD,
	CERT_WRONG_HOST,
	CERT_EXPIRED,
	CERT_UNKNOWN_CA,
	CERT_COMMON_NAME			/* names its host in the common name alone */
} CertKind;

typedef struct TestCA
{
	EVP_PKEY   *pkey;
	X509	   *cert;
	char	   *pem;			/* the certificate, for clients */
} TestCA;

extern bool ca_open(TestCA *ca, const char *dir, Error *err);
extern void ca_close(TestCA *ca);

/* Makes a new server key and certificate, both as PEM. */
extern bool ca_issue(const TestCA *ca, CertKind kind,
					 char *const *names, int nnames,
					 char **cert_pem, char **key_pem, Error *err);

extern bool cert_kind_parse(const char *name, CertKind *kind);

#endif							/* HC_CERTS_H */
