/*-------------------------------------------------------------------------
 *
 * users.h
 *	  the users file: people, their credentials and the custom claims
 *
 * IDENTIFICATION
 *	  helpcenter/users.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_USERS_H
#define HC_USERS_H

#include <jansson.h>

#include "encode.h"

#define USERS_MAX_CUSTOM_CLAIMS 5	/* the vendor's limit */

typedef enum Role
{
	ROLE_END_USER,
	ROLE_AGENT,
	ROLE_ADMIN
} Role;

/* Secrets are kept as digests: all that is ever asked is whether one fits. */
typedef struct User
{
	int64_t		id;
	char	   *email;
	char	   *external_id;	/* NULL when the user has none */
	char	   *name;
	Role		role;
	bool		has_password;
	Digest		password;
	Digest	   *api_tokens;
	int			napi_tokens;
	Digest	   *oauth_tokens;
	int			noauth_tokens;
} User;

typedef struct CustomClaim
{
	char	   *name;
	char	   *value;
} CustomClaim;

typedef struct Users
{
	User	   *list;
	int			count;
	CustomClaim claims[USERS_MAX_CUSTOM_CLAIMS];
	int			nclaims;
} Users;

extern bool users_load(Users *users, const char *path, Error *err);
extern void users_free(Users *users);

/* Changes while the server runs. */
extern bool users_add_json(Users *users, const char *text, Error *err);
extern bool users_remove(Users *users, const char *email_or_id, Error *err);
extern bool users_set_claim(Users *users, const char *name,
							const char *value, Error *err);

/* Looking up */
extern const User *users_by_email(const Users *users, const char *email);
extern const User *users_by_id(const Users *users, int64_t id);
extern const User *users_by_oauth_token(const Users *users,
										const char *token);
extern bool user_check_password(const User *user, const char *password);
extern bool user_check_api_token(const User *user, const char *token);
extern const char *role_name(Role role);

#endif							/* HC_USERS_H */
