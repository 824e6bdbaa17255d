/*-------------------------------------------------------------------------
 *
 * users.h
 *	  the users file: people, their credentials and the custom claims
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_USERS_H
#define HC_USERS_H

#include <jansson.h>

#include "account/claims.h"
#include "base/encode.h"

typedef enum Role
{
	ROLE_END_USER,
	ROLE_AGENT,
	ROLE_ADMIN
} Role;

/* What an OAuth token may be used for; other scopes permit nothing here. */
#define SCOPE_READ			1	/* read, hc:read */
#define SCOPE_WRITE			2	/* write, hc:write */
#define SCOPE_IMPERSONATE	4	/* impersonate */

/* Secrets are kept as digests, which is enough to compare them. */
typedef struct OAuthToken
{
	Digest		digest;
	unsigned int scopes;
} OAuthToken;

typedef struct User
{
	int64_t		id;
	char	   *email;			/* NULL when the user has none */
	bool		email_null;		/* the file says null: tokens have the claim,
								 * as null */
	char	   *external_id;	/* as email */
	bool		external_id_null;
	char	   *name;
	Role		role;
	bool		suspended;		/* cannot sign in by any credentials */
	bool		has_password;
	Digest		password;
	OAuthToken *oauth_tokens;
	int			noauth_tokens;
} User;

typedef struct Users
{
	User	   *list;
	int			count;
	Digest	   *api_tokens;		/* the account's: each signs in as any user */
	int			napi_tokens;
	Claims		claims;
	int64_t		id_offset;		/* added to the ids of a sandbox's users */
} Users;

/* A sandbox's users have other ids than those in the file. */
#define USERS_SANDBOX_OFFSET INT64_C(1000000000000)

extern bool users_load(Users *users, const char *path, bool sandbox,
					   Error *err);
extern void users_free(Users *users);

/* Changes while the server runs; WHO is an e-mail address or an id. */
extern bool users_add_json(Users *users, const char *text, Error *err);
extern bool users_remove(Users *users, const char *who, Error *err);
extern bool users_suspend(Users *users, const char *who, bool suspended,
						  Error *err);

/* Looking up */
extern const User *users_by_email(const Users *users, const char *email);
extern const User *users_by_id(const Users *users, int64_t id);
extern const User *users_by_email_or_id(const Users *users, const char *who);
extern const User *users_by_oauth_token(const Users *users,
										const char *token,
										unsigned int *scopes);
extern bool users_check_api_token(const Users *users, const char *token);
extern bool user_check_password(const User *user, const char *password);
extern const char *role_name(Role role);

#endif							/* HC_USERS_H */
