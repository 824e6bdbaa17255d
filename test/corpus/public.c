/*-------------------------------------------------------------------------
 *
 * public.c
 *		A public key in the forms that people keep it in.
 *
 * An attacker has all of these, and tries each as the secret of an HMAC.
 *
 *-------------------------------------------------------------------------
 */
#include "keys.h"

#include <openssl/bio.h>
#include <openssl/encoder.h>
#include <openssl/x509.h>

static Bytes
encode(const Key *k, const char *form, const char *structure)
{
	OSSL_ENCODER_CTX *ctx =
		OSSL_ENCODER_CTX_new_for_pkey(k->pkey, EVP_PKEY_PUBLIC_KEY,
									  form, structure, NULL);
	unsigned char *data = NULL;
	size_t		len = 0;
	Bytes		result;

	must(ctx != NULL && OSSL_ENCODER_to_data(ctx, &data, &len),
		 "cannot write a public key");
	result = bytes(data, len);
	OPENSSL_free(data);
	OSSL_ENCODER_CTX_free(ctx);
	return result;
}

Bytes
spki_der(const Key *k)
{
	return encode(k, "DER", "SubjectPublicKeyInfo");
}

Bytes
spki_pem(const Key *k)
{
	return encode(k, "PEM", "SubjectPublicKeyInfo");
}

Bytes
pkcs1_der(const Key *k)
{
	return encode(k, "DER", "type-specific");
}

Bytes
pkcs1_pem(const Key *k)
{
	return encode(k, "PEM", "type-specific");
}

/* Self-signed, as in x5c. */
Bytes
certificate_der(const Key *k)
{
	X509	   *cert = X509_new();
	X509_NAME  *name = X509_NAME_new();
	unsigned char *data = NULL;
	int			len;
	Bytes		result;

	must(cert != NULL && X509_set_version(cert, X509_VERSION_3) &&
		 ASN1_INTEGER_set(X509_get_serialNumber(cert), 1) &&
		 X509_gmtime_adj(X509_getm_notBefore(cert), -3600) &&
		 X509_gmtime_adj(X509_getm_notAfter(cert), 86400) &&
		 X509_set_pubkey(cert, k->pkey) &&
		 name != NULL &&
		 X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
									(const unsigned char *) "acme.zendesk.com",
									-1, -1, 0) &&
		 X509_set_subject_name(cert, name) &&
		 X509_set_issuer_name(cert, name) &&
		 X509_sign(cert, k->pkey, EVP_sha256()) > 0,
		 "cannot make a certificate");
	len = i2d_X509(cert, &data);
	must(len > 0, "cannot write a certificate");
	result = bytes(data, (size_t) len);
	OPENSSL_free(data);
	X509_NAME_free(name);
	X509_free(cert);
	return result;
}
