/*-------------------------------------------------------------------------
 *
 * raw.c
 *		The least that the verification of a token can cost.
 *
 * That is a digest of the signing input, and EVP_PKEY_verify, with contexts
 * that are kept.  All else is done before the clock starts.
 *
 *	raw PUBLIC-KEY.pem TOKENS
 *
 *-------------------------------------------------------------------------
 */
#include <stdint.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "contestant.h"
#include "jose/base64url.h"

typedef struct Prepared
{
	size_t		input_len;
	size_t		signature_len;
	uint8_t		signature[1024];
} Prepared;

static Prepared *prepared;
static EVP_PKEY_CTX *context;
static EVP_MD_CTX *digest_context;
static EVP_MD *sha256;

static void
prepare(const char *pem)
{
	FILE	   *file = fopen(pem, "r");
	EVP_PKEY   *key = file ? PEM_read_PUBKEY(file, NULL, NULL, NULL) : NULL;

	if (key == NULL)
		exit(1);
	fclose(file);
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	digest_context = EVP_MD_CTX_new();
	context = EVP_PKEY_CTX_new(key, NULL);
	if (EVP_PKEY_verify_init(context) != 1 ||
		EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) != 1 ||
		EVP_PKEY_CTX_set_signature_md(context, sha256) != 1)
		exit(1);

	prepared = calloc((size_t) ntokens, sizeof(Prepared));
	for (int i = 0; i < ntokens; i++)
	{
		const char *signature = strrchr(tokens[i], '.') + 1;

		prepared[i].input_len = (size_t) (signature - 1 - tokens[i]);
		prepared[i].signature_len = BASE64URL_DECODED_LEN(strlen(signature));
		if (!base64url_decode(signature, strlen(signature), prepared[i].signature))
			exit(1);
	}
}

static void
verify(int i)
{
	uint8_t		digest[32];

	if (EVP_DigestInit_ex2(digest_context, sha256, NULL) != 1 ||
		EVP_DigestUpdate(digest_context, tokens[i], prepared[i].input_len) != 1 ||
		EVP_DigestFinal_ex(digest_context, digest, NULL) != 1 ||
		EVP_PKEY_verify(context, prepared[i].signature, prepared[i].signature_len,
						digest, sizeof(digest)) != 1)
		exit(1);
}

int
main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	read_tokens(argv[2]);
	prepare(argv[1]);
	serve(verify);
	return 0;
}
