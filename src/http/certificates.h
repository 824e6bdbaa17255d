/*-------------------------------------------------------------------------
 *
 * certificates.h
 *		Which certificates are trusted: the system's, and hcjwt.ca_file's.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_CERTIFICATES_H
#define HCJWT_CERTIFICATES_H

#include <stdbool.h>

#include <openssl/x509.h>

#include "http/libcurl.h"

/* What a transfer trusts, and whether its TLS handshake has begun. */
typedef struct TransferTrust
{
	X509_STORE *store;			/* its own reference; NULL for http */
	bool		hand_shaking;	/* TLS has begun, with a proxy or the server */
} TransferTrust;

/*
 * Makes the store of the system's certificates and this ca_file's ("" for none),
 * unless it is there already.  False when the file cannot be read or memory is
 * short; then the old store stays.
 */
extern bool http_certificates_load(const char *ca_file);

/*
 * Makes the transfer trust the store that http_certificates_load() last made,
 * and nothing else.
 */
extern bool http_certificates_use(CURL *easy, TransferTrust *t);

#endif							/* HCJWT_CERTIFICATES_H */
