/*-------------------------------------------------------------------------
 *
 * trust.h
 *		Which certificates are trusted: the system's, and hcjwt.ca_file's.
 *
 * IDENTIFICATION
 *	  src/http/trust.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_TRUST_H
#define HCJWT_TRUST_H

#include <stdbool.h>

#include <openssl/x509.h>

#include "http/libcurl.h"

/* What a transfer trusts, and how far it has come with that. */
typedef struct TransferTrust
{
	X509_STORE *store;			/* a reference of its own; NULL for http */
	bool		hand_shaking;	/* TLS has begun, with a proxy or the server */
} TransferTrust;

/*
 * Sees to it that what this ca_file (or NULL) wants is what is trusted.  False,
 * with all as it was, when the file cannot be read or memory is short.
 */
extern bool http_trust(const char *ca_file);

/* Has the transfer trust what http_trust() last made, and nothing else. */
extern bool http_trust_set(CURL *easy, TransferTrust *t);

#endif							/* HCJWT_TRUST_H */
