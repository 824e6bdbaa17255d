/*-------------------------------------------------------------------------
 *
 * users.c
 *	  the users file: people, their credentials and the custom claims
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "account/users.h"

#define MAX_FILE (16 * 1024 * 1024)

static const char *const role_names[] = {"end-user", "agent", "admin"};

const char *
role_name(Role role)
{
	return role_names[role];
}

static void
user_free(User *user)
{
	free(user->email);
	free(user->external_id);
	free(user->name);
	free(user->oauth_tokens);
	memset(user, 0, sizeof(*user));
}

void
users_free(Users *users)
{
	for (int i = 0; i < users->count; i++)
		user_free(&users->list[i]);
	free(users->list);
	free(users->api_tokens);
	claims_free(&users->claims);
	memset(users, 0, sizeof(*users));
}

/* An optional member that must be a non-empty string when it is there. */
static bool
read_string(json_t *object, const char *member, const char **value,
			Error *err)
{
	json_t	   *item = json_object_get(object, member);

	*value = NULL;
	if (item == NULL || json_is_null(item))
		return true;
	if (!json_is_string(item) || json_string_length(item) == 0)
		return fail(err, "\"%s\" must be a string that is not empty", member);
	*value = json_string_value(item);
	return true;
}

/* Refuses unknown members: a misspelt one would be ignored and hard to find. */
static bool
check_members(json_t *object, const char *const *known, Error *err)
{
	const char *name;
	json_t	   *value;

	json_object_foreach(object, name, value)
	{
		int			i = 0;

		while (known[i] && strcmp(known[i], name) != 0)
			i++;
		if (known[i] == NULL)
			return fail(err, "unknown member \"%.64s\"", name);
	}
	return true;
}

/* An optional array of API tokens, which are added to the account's. */
static bool
read_api_tokens(json_t *object, Users *users, Error *err)
{
	json_t	   *array = json_object_get(object, "api_tokens");
	int			count = users->napi_tokens;
	json_t	   *item;
	size_t		i;

	if (array == NULL || json_is_null(array))
		return true;
	if (!json_is_array(array))
		return fail(err, "\"api_tokens\" must be an array of strings");
	users->api_tokens = xrealloc(users->api_tokens,
								 (count + json_array_size(array) + 1) *
								 sizeof(Digest));
	json_array_foreach(array, i, item)
	{
		if (!json_is_string(item) || json_string_length(item) == 0)
			return fail(err, "\"api_tokens\" must be an array of strings");
		users->api_tokens[count++] = sha256_str(json_string_value(item));
	}
	users->napi_tokens = count;
	return true;
}

/* Accepts scopes of other resources ("tickets:read"), and ignores them. */
static bool
read_scopes(json_t *array, unsigned int *scopes, Error *err)
{
	static const struct
	{
		const char *name;
		unsigned int scope;
	}			known[] =
	{
		{"read", SCOPE_READ},
		{"hc:read", SCOPE_READ},
		{"write", SCOPE_WRITE},
		{"hc:write", SCOPE_WRITE},
		{"impersonate", SCOPE_IMPERSONATE},
	};
	json_t	   *item;
	size_t		i;

	*scopes = 0;
	if (!json_is_array(array))
		return fail(err, "\"scopes\" must be an array of strings");
	json_array_foreach(array, i, item)
	{
		const char *name = json_string_value(item);
		bool		found = name && strchr(name, ':');

		for (size_t k = 0; name && k < count_of(known); k++)
			if (strcmp(known[k].name, name) == 0)
			{
				*scopes |= known[k].scope;
				found = true;
			}
		if (!found)
			return fail(err, "\"scopes\" must be of read, write, impersonate, "
						"and those of one resource, such as hc:read");
	}
	return true;
}

/* An optional array.  A token that is only a string may read and write. */
static bool
read_oauth_tokens(json_t *object, User *user, Error *err)
{
	static const char *const known[] = {"token", "scopes", NULL};
	json_t	   *array = json_object_get(object, "oauth_tokens");
	json_t	   *item;
	size_t		i;

	if (array == NULL || json_is_null(array))
		return true;
	if (!json_is_array(array))
		return fail(err, "\"oauth_tokens\" must be an array");
	user->oauth_tokens = xalloc((json_array_size(array) + 1) *
								sizeof(OAuthToken));
	json_array_foreach(array, i, item)
	{
		OAuthToken *token = &user->oauth_tokens[i];
		json_t	   *text = json_is_object(item) ?
			json_object_get(item, "token") : item;

		if (!json_is_string(text) || json_string_length(text) == 0)
			return fail(err, "\"oauth_tokens\" must be strings, or objects of "
						"\"token\" and \"scopes\"");
		token->digest = sha256_str(json_string_value(text));
		token->scopes = SCOPE_READ | SCOPE_WRITE;
		if (json_is_object(item) &&
			(!check_members(item, known, err) ||
			 !read_scopes(json_object_get(item, "scopes"), &token->scopes,
						  err)))
			return false;
		user->noauth_tokens++;
	}
	return true;
}

/* Does the object have the member, as null? */
static bool
says_null(json_t *object, const char *member)
{
	return json_is_null(json_object_get(object, member));
}

static bool
read_user(const Users *users, json_t *object, User *user, Error *err)
{
	static const char *const known[] = {"id", "email", "external_id", "name",
	"role", "suspended", "password", "api_tokens", "oauth_tokens", NULL};
	json_t	   *id;
	json_t	   *suspended;
	const char *email;
	const char *external_id;
	const char *name;
	const char *role;
	const char *password;
	size_t		r = 0;

	if (!json_is_object(object))
		return fail(err, "a user must be a JSON object");
	if (!check_members(object, known, err) ||
		!read_string(object, "email", &email, err) ||
		!read_string(object, "external_id", &external_id, err) ||
		!read_string(object, "name", &name, err) ||
		!read_string(object, "role", &role, err) ||
		!read_string(object, "password", &password, err))
		return false;
	id = json_object_get(object, "id");
	if (!json_is_integer(id) || json_integer_value(id) <= 0 ||
		json_integer_value(id) > INT64_MAX - USERS_SANDBOX_OFFSET)
		return fail(err, "\"id\" must be a positive integer");
	if (email && (strchr(email, '@') == NULL || strchr(email, ':')))
		return fail(err, "\"email\" must be an e-mail address");
	suspended = json_object_get(object, "suspended");
	if (suspended && !json_is_boolean(suspended))
		return fail(err, "\"suspended\" must be true or false");
	if (role == NULL)
		role = role_names[ROLE_END_USER];
	while (r < count_of(role_names) && strcmp(role_names[r], role) != 0)
		r++;
	if (r == count_of(role_names))
		return fail(err, "\"role\" must be end-user, agent or admin");

	user->id = json_integer_value(id) + users->id_offset;
	user->email = email ? xstrdup(email) : NULL;
	user->email_null = says_null(object, "email");
	user->external_id = external_id ? xstrdup(external_id) : NULL;
	user->external_id_null = says_null(object, "external_id");
	user->name = name ? xstrdup(name) : email ? xstrdup(email) :
		xprintf("User %lld", (long long) user->id);
	user->role = (Role) r;
	user->suspended = json_is_true(suspended);
	user->has_password = password != NULL;
	if (password)
		user->password = sha256_str(password);
	return read_oauth_tokens(object, user, err);
}

static bool
add_user(Users *users, json_t *object, Error *err)
{
	User		user = {0};
	bool		ok = read_user(users, object, &user, err);

	if (ok && users_by_id(users, user.id))
		ok = fail(err, "there is a user with id %lld already",
				  (long long) user.id);
	if (ok && user.email && users_by_email(users, user.email))
		ok = fail(err, "there is a user with email \"%s\" already",
				  user.email);

	/* API tokens belong to the account, even those that a user's entry lists. */
	ok = ok && read_api_tokens(object, users, err);
	if (!ok)
	{
		user_free(&user);
		return false;
	}
	users->list = xrealloc(users->list, (users->count + 1) * sizeof(User));
	users->list[users->count++] = user;
	return true;
}

static bool
add_claim(Users *users, json_t *object, Error *err)
{
	static const char *const known[] = {"claim_identifier", "claim_value",
	"claim_description", "brand", NULL};
	CustomClaim *claim = NULL;
	const char *brand;
	json_t	   *errors;

	if (!json_is_object(object))
		return fail(err, "a custom claim must be a JSON object");
	if (!check_members(object, known, err) ||
		!read_string(object, "brand", &brand, err))
		return false;
	errors = claims_write(&users->claims, brand, object, &claim);
	return errors == NULL || claims_fail(errors, err);
}

static bool
load_root(Users *users, json_t *root, Error *err)
{
	static const char *const known[] = {"users", "api_tokens",
	"custom_claims", NULL};
	json_t	   *list = json_object_get(root, "users");
	json_t	   *claims = json_object_get(root, "custom_claims");
	json_t	   *item;
	Error		why;
	size_t		i;

	if (!json_is_object(root) || !json_is_array(list))
		return fail(err, "there must be an array \"users\"");
	if (claims && !json_is_array(claims))
		return fail(err, "\"custom_claims\" must be an array");
	if (!check_members(root, known, err) ||
		!read_api_tokens(root, users, err))
		return false;
	json_array_foreach(list, i, item)
	{
		if (!add_user(users, item, &why))
			return fail(err, "users[%zu]: %s", i, why.text);
	}
	json_array_foreach(claims, i, item)
	{
		if (!add_claim(users, item, &why))
			return fail(err, "custom_claims[%zu]: %s", i, why.text);
	}
	return true;
}

bool
users_load(Users *users, const char *path, bool sandbox, Error *err)
{
	Buf			text = {0};
	json_error_t where;
	json_t	   *root = NULL;
	Error		why;
	bool		ok;

	memset(users, 0, sizeof(*users));
	users->id_offset = sandbox ? USERS_SANDBOX_OFFSET : 0;
	ok = file_read(path, MAX_FILE, &text, err);
	if (ok)
	{
		root = json_loadb(text.data, text.len, JSON_REJECT_DUPLICATES, &where);
		if (root == NULL)
			ok = fail(err, "\"%s\" line %d: %s", path, where.line, where.text);
		else if (!load_root(users, root, &why))
			ok = fail(err, "\"%s\": %s", path, why.text);
	}
	json_decref(root);
	buf_free(&text);
	if (!ok)
		users_free(users);
	return ok;
}

bool
users_add_json(Users *users, const char *text, Error *err)
{
	json_error_t where;
	json_t	   *object = json_loads(text, JSON_REJECT_DUPLICATES, &where);
	bool		ok;

	if (object == NULL)
		return fail(err, "not JSON: %s", where.text);
	ok = add_user(users, object, err);
	json_decref(object);
	return ok;
}

static User *
find_user(const Users *users, const char *who, Error *err)
{
	const User *user = users_by_email_or_id(users, who);

	if (user == NULL)
		fail(err, "no user \"%s\"", who);
	return (User *) user;
}

bool
users_remove(Users *users, const char *who, Error *err)
{
	User	   *user = find_user(users, who, err);
	size_t		behind;

	if (user == NULL)
		return false;
	user_free(user);
	behind = &users->list[--users->count] - user;
	memmove(user, user + 1, behind * sizeof(User));
	return true;
}

bool
users_suspend(Users *users, const char *who, bool suspended, Error *err)
{
	User	   *user = find_user(users, who, err);

	if (user == NULL)
		return false;
	user->suspended = suspended;
	return true;
}

const User *
users_by_email(const Users *users, const char *email)
{
	for (int i = 0; i < users->count; i++)
		if (users->list[i].email &&
			strcasecmp(users->list[i].email, email) == 0)
			return &users->list[i];
	return NULL;
}

const User *
users_by_id(const Users *users, int64_t id)
{
	for (int i = 0; i < users->count; i++)
		if (users->list[i].id == id)
			return &users->list[i];
	return NULL;
}

const User *
users_by_email_or_id(const Users *users, const char *who)
{
	int64_t		id;

	if (parse_int64(who, 1, INT64_MAX, &id))
		return users_by_id(users, id);
	return users_by_email(users, who);
}

/*
 * These functions compare a secret with every stored one, by digest, so the
 * time they take does not tell whether one fits, or which.
 */
bool
user_check_password(const User *user, const char *password)
{
	Digest		given = sha256_str(password);

	return digest_equal(&user->password, &given) && user->has_password;
}

bool
users_check_api_token(const Users *users, const char *token)
{
	Digest		given = sha256_str(token);
	bool		found = false;

	for (int i = 0; i < users->napi_tokens; i++)
		found |= digest_equal(&users->api_tokens[i], &given);
	return found;
}

const User *
users_by_oauth_token(const Users *users, const char *token,
					 unsigned int *scopes)
{
	Digest		given = sha256_str(token);
	const User *found = NULL;

	for (int i = 0; i < users->count; i++)
	{
		const User *user = &users->list[i];

		for (int k = 0; k < user->noauth_tokens; k++)
			if (digest_equal(&user->oauth_tokens[k].digest, &given))
			{
				found = user;
				*scopes = user->oauth_tokens[k].scopes;
			}
	}
	return found;
}
