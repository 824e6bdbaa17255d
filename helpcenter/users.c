/*-------------------------------------------------------------------------
 *
 * users.c
 *	  the users file: people, their credentials and the custom claims
 *
 * IDENTIFICATION
 *	  helpcenter/users.c
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "users.h"

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
	free(user->api_tokens);
	free(user->oauth_tokens);
	memset(user, 0, sizeof(*user));
}

void
users_free(Users *users)
{
	for (int i = 0; i < users->count; i++)
		user_free(&users->list[i]);
	free(users->list);
	for (int i = 0; i < users->nclaims; i++)
	{
		free(users->claims[i].name);
		free(users->claims[i].value);
	}
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

/* An optional array of secrets. */
static bool
read_secrets(json_t *object, const char *member, Digest **digests,
			 int *count, Error *err)
{
	json_t	   *array = json_object_get(object, member);
	json_t	   *item;
	size_t		i;

	if (array == NULL || json_is_null(array))
		return true;
	if (!json_is_array(array))
		return fail(err, "\"%s\" must be an array of strings", member);
	*digests = xalloc(json_array_size(array) * sizeof(Digest));
	json_array_foreach(array, i, item)
	{
		if (!json_is_string(item) || json_string_length(item) == 0)
			return fail(err, "\"%s\" must be an array of strings", member);
		(*digests)[(*count)++] = sha256_str(json_string_value(item));
	}
	return true;
}

/* A misspelt member would otherwise be ignored, and searched for long. */
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

static bool
read_user(json_t *object, User *user, Error *err)
{
	static const char *const known[] = {"id", "email", "external_id", "name",
		"role", "password", "api_tokens", "oauth_tokens", NULL};
	json_t	   *id;
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
	if (!json_is_integer(id) || json_integer_value(id) <= 0)
		return fail(err, "\"id\" must be a positive integer");
	if (email == NULL || strchr(email, '@') == NULL || strchr(email, ':'))
		return fail(err, "\"email\" must be an e-mail address");
	if (role == NULL)
		role = role_names[ROLE_END_USER];
	while (r < lengthof(role_names) && strcmp(role_names[r], role) != 0)
		r++;
	if (r == lengthof(role_names))
		return fail(err, "\"role\" must be end-user, agent or admin");

	user->id = json_integer_value(id);
	user->email = xstrdup(email);
	user->external_id = external_id ? xstrdup(external_id) : NULL;
	user->name = xstrdup(name ? name : email);
	user->role = (Role) r;
	user->has_password = password != NULL;
	if (password)
		user->password = sha256_str(password);
	return read_secrets(object, "api_tokens", &user->api_tokens,
						&user->napi_tokens, err) &&
		read_secrets(object, "oauth_tokens", &user->oauth_tokens,
					 &user->noauth_tokens, err);
}

static bool
add_user(Users *users, json_t *object, Error *err)
{
	User		user = {0};
	bool		ok = read_user(object, &user, err);

	if (ok && users_by_id(users, user.id))
		ok = fail(err, "there is a user with id %lld already",
				  (long long) user.id);
	if (ok && users_by_email(users, user.email))
		ok = fail(err, "there is a user with email \"%s\" already",
				  user.email);
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
	"claim_description", NULL};
	const char *name;
	json_t	   *value = json_object_get(object, "claim_value");

	if (!json_is_object(object) || !check_members(object, known, err) ||
		!read_string(object, "claim_identifier", &name, err) ||
		name == NULL || !json_is_string(value))
		return fail(err, "a custom claim must be an object of "
					"\"claim_identifier\" and \"claim_value\", both strings");
	return users_set_claim(users, name, json_string_value(value), err);
}

static bool
load_root(Users *users, json_t *root, Error *err)
{
	static const char *const known[] = {"users", "custom_claims", NULL};
	json_t	   *list = json_object_get(root, "users");
	json_t	   *claims = json_object_get(root, "custom_claims");
	json_t	   *item;
	Error		why;
	size_t		i;

	if (!json_is_object(root) || !json_is_array(list))
		return fail(err, "there must be an array \"users\"");
	if (claims && !json_is_array(claims))
		return fail(err, "\"custom_claims\" must be an array");
	if (!check_members(root, known, err))
		return false;
	json_array_foreach(list, i, item)
		if (!add_user(users, item, &why))
			return fail(err, "users[%zu]: %s", i, why.text);
	json_array_foreach(claims, i, item)
		if (!add_claim(users, item, &why))
			return fail(err, "custom_claims[%zu]: %s", i, why.text);
	return true;
}

bool
users_load(Users *users, const char *path, Error *err)
{
	Buf			text = {0};
	json_error_t where;
	json_t	   *root = NULL;
	Error		why;
	bool		ok;

	memset(users, 0, sizeof(*users));
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

bool
users_remove(Users *users, const char *email_or_id, Error *err)
{
	const User *user = users_by_email(users, email_or_id);
	int64_t		id;
	int			i;

	if (user == NULL && parse_int64(email_or_id, 1, INT64_MAX, &id))
		user = users_by_id(users, id);
	if (user == NULL)
		return fail(err, "no user \"%s\"", email_or_id);
	i = (int) (user - users->list);
	user_free(&users->list[i]);
	memmove(&users->list[i], &users->list[i + 1],
			(users->count - i - 1) * sizeof(User));
	users->count--;
	return true;
}

/* Sets an account custom claim, or with a NULL value takes it away. */
bool
users_set_claim(Users *users, const char *name, const char *value,
				Error *err)
{
	json_t	   *text = json_pack("[s, s]", name, value ? value : "");
	int			i = 0;

	json_decref(text);
	if (text == NULL)
		return fail(err, "a custom claim must be UTF-8");
	while (i < users->nclaims && strcmp(users->claims[i].name, name) != 0)
		i++;
	if (value == NULL)
	{
		if (i == users->nclaims)
			return fail(err, "no custom claim \"%s\"", name);
		free(users->claims[i].name);
		free(users->claims[i].value);
		users->nclaims--;
		memmove(&users->claims[i], &users->claims[i + 1],
				(users->nclaims - i) * sizeof(CustomClaim));
		return true;
	}
	if (i == USERS_MAX_CUSTOM_CLAIMS)
		return fail(err, "an account has at most %d custom claims",
					USERS_MAX_CUSTOM_CLAIMS);
	if (i == users->nclaims)
		users->claims[users->nclaims++].name = xstrdup(name);
	else
		free(users->claims[i].value);
	users->claims[i].value = xstrdup(value);
	return true;
}

const User *
users_by_email(const Users *users, const char *email)
{
	for (int i = 0; i < users->count; i++)
		if (strcasecmp(users->list[i].email, email) == 0)
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

/*
 * The secrets' checks take the same time whether and where one fits: every
 * secret is compared, by its digest.
 */
static bool
check_secrets(const Digest *digests, int count, const Digest *given)
{
	bool		found = false;

	for (int i = 0; i < count; i++)
		found |= digest_equal(&digests[i], given);
	return found;
}

bool
user_check_password(const User *user, const char *password)
{
	Digest		given = sha256_str(password);

	return check_secrets(&user->password, 1, &given) && user->has_password;
}

bool
user_check_api_token(const User *user, const char *token)
{
	Digest		given = sha256_str(token);

	return check_secrets(user->api_tokens, user->napi_tokens, &given);
}

const User *
users_by_oauth_token(const Users *users, const char *token)
{
	Digest		given = sha256_str(token);
	const User *found = NULL;

	for (int i = 0; i < users->count; i++)
	{
		const User *user = &users->list[i];

		if (check_secrets(user->oauth_tokens, user->noauth_tokens, &given))
			found = user;
	}
	return found;
}
