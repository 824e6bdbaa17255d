/*-------------------------------------------------------------------------
 *
 * token.h
 *	  making and signing help center JWTs
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_TOKEN_H
#define HC_TOKEN_H

#include "account/brands.h"
#include "account/keystore.h"
#include "account/users.h"

extern json_t *token_header(const char *kid);
extern json_t *token_claims(const User *user, const Claims *claims,
							const char *brand, int64_t exp,
							const char *origin);
extern char *token_sign(EVP_PKEY *pkey, const char *header,
						const char *payload);
extern char *token_for_user(const KeyStore *keys, const Users *users,
							const User *user, const Brand *brand,
							int64_t life);

#endif							/* HC_TOKEN_H */
