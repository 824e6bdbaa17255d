/*-------------------------------------------------------------------------
 *
 * token.c
 *	  making and signing help center JWTs
 *
 * A help center JWT is a compact JWS (RFC 7515) signed with RS256.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>

#include "account/token.h"

json_t *
token_header(const char *kid)
{
	return json_pack("{s:s, s:s, s:s}",
					 "typ", "JWT", "alg", "RS256", "kid", kid);
}

/*
 * The payload.  A custom claim comes last and replaces a member of its name.
 * The vendor documents no reserved names, so an administrator may call a custom
 * claim "email", and a verifier has to cope with that.
 */
json_t *
token_claims(const User *user, const Claims *claims, const char *brand,
			 int64_t exp, const char *origin)
{
	json_t	   *payload = json_object();
	CustomClaim *claim;
	int			pos = 0;

	if (user)
	{
		json_object_set_new(payload, "userId", json_integer(user->id));
		if (user->email || user->email_null)
			json_object_set_new(payload, "email", user->email ?
								json_string(user->email) : json_null());
		if (user->external_id || user->external_id_null)
			json_object_set_new(payload, "externalId", user->external_id ?
								json_string(user->external_id) : json_null());
	}
	json_object_set_new(payload, "exp", json_integer(exp));
	if (origin)
		json_object_set_new(payload, "origin", json_string(origin));
	while ((claim = claims_next(claims, brand, &pos)) != NULL)
		json_object_set_new(payload, claim->identifier,
							json_string(claim->value));
	return payload;
}

/* header.payload.signature; without pkey the signature is empty. */
char *
token_sign(EVP_PKEY *pkey, const char *header, const char *payload)
{
	char	   *h = base64url_encode(header, strlen(header));
	char	   *p = base64url_encode(payload, strlen(payload));
	char	   *input = xprintf("%s.%s", h, p);
	char	   *signature = NULL;
	char	   *token;

	if (pkey)
	{
		EVP_MD_CTX *ctx = EVP_MD_CTX_new();
		size_t		len = EVP_PKEY_get_size(pkey);
		unsigned char *bytes = xalloc(len);

		/* OpenSSL's default for RSA is RSASSA-PKCS1-v1_5. */
		if (ctx == NULL ||
			EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, pkey) != 1 ||
			EVP_DigestSign(ctx, bytes, &len, (unsigned char *) input,
						   strlen(input)) != 1)
			fatal("could not sign a token");
		signature = base64url_encode(bytes, len);
		free(bytes);
		EVP_MD_CTX_free(ctx);
	}
	token = xprintf("%s.%s", input, signature ? signature : "");
	free(signature);
	free(input);
	free(p);
	free(h);
	return token;
}

char *
token_for_user(const KeyStore *keys, const Users *users, const User *user,
			   const Brand *brand, int64_t life)
{
	const SigningKey *key = keystore_signer(keys);
	json_t	   *header = token_header(key->kid);
	json_t	   *claims = token_claims(user, &users->claims, brand->host,
									  (int64_t) time(NULL) + life,
									  brand->origin);
	char	   *header_text = json_text(header);
	char	   *claims_text = json_text(claims);
	char	   *token = token_sign(key->pkey, header_text, claims_text);

	free(header_text);
	free(claims_text);
	json_decref(header);
	json_decref(claims);
	return token;
}
