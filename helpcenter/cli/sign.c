/*-------------------------------------------------------------------------
 *
 * sign.c
 *	  "helpcenterd sign" and "helpcenterd keys": work without a server
 *
 * People who test their policies get a token with any claims, and the key set
 * that verifies it.  People who test verifiers get tokens that no help center
 * would make.
 *
 *-------------------------------------------------------------------------
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "account/help_center.h"
#include "account/token.h"
#include "cli/arguments.h"
#include "cli/help.h"
#include "cli/sign.h"

#define DEFAULT_LIFE 300
#define DEFAULT_BITS 3072
#define NO_EXP INT64_MIN

typedef struct SignOptions
{
	const char *data;
	const char *users;
	const char *user;
	const char *claims;
	const char *header;
	const char *raw_payload;
	const char *raw_header;
	const char *kid;
	const char *key;
	const char *origin;
	bool		no_origin;
	bool		sandbox;
	int64_t		exp;
	int64_t		life;
} SignOptions;

static void
parse(SignOptions *options, int argc, char **argv, void (*help) (void))
{
	const Argument arguments[] =
	{
		{"data", ARG_TEXT, &options->data},
		{"users", ARG_TEXT, &options->users},
		{"user", ARG_TEXT, &options->user},
		{"claims", ARG_TEXT, &options->claims},
		{"header", ARG_TEXT, &options->header},
		{"raw-payload", ARG_TEXT, &options->raw_payload},
		{"raw-header", ARG_TEXT, &options->raw_header},
		{"kid", ARG_TEXT, &options->kid},
		{"key", ARG_TEXT, &options->key},
		{"origin", ARG_TEXT, &options->origin},
		{"no-origin", ARG_ON, &options->no_origin},
		{"sandbox", ARG_ON, &options->sandbox},
		{"life", ARG_NUMBER, &options->life, -INT32_MAX, INT32_MAX},
		{"exp", ARG_NUMBER, &options->exp, NO_EXP + 1, INT64_MAX},
	};

	memset(options, 0, sizeof(*options));
	options->life = DEFAULT_LIFE;
	options->exp = NO_EXP;
	arguments_parse(arguments, count_of(arguments), argc, argv, help);
	if (options->data == NULL)
		fatal("%s needs --data DIR", argv[0]);
}

/*
 * Opens the key store, and makes the first key where there is none.  Waits
 * when another process is making it.
 */
static void
open_keys(KeyStore *keys, const char *dir)
{
	Error		err;
	struct timespec pause = {0, 20 * 1000 * 1000};

	for (;;)
	{
		int			lock_fd;

		if (!keystore_open(keys, dir, &err))
			fatal("%s", err.text);
		if (keys->nkeys > 0)
			return;
		keystore_close(keys);
		lock_fd = keystore_lock(dir, &err);
		if (lock_fd >= 0)
		{
			if (!keystore_open(keys, dir, &err) ||
				(keys->nkeys == 0 &&
				 !keystore_publish(keys, DEFAULT_BITS, &err)))
				fatal("%s", err.text);
			close(lock_fd);
			return;
		}
		if (access(dir, W_OK) != 0)
			fatal("%s", err.text);
		nanosleep(&pause, NULL);
	}
}

/* Adds the members of a JSON object or replaces them; null removes one. */
static void
merge(json_t *into, const char *text, const char *option)
{
	json_error_t where;
	json_t	   *members = json_loads(text, JSON_ALLOW_NUL, &where);
	const char *name;
	json_t	   *value;

	if (!json_is_object(members))
		fatal("%s: must be a JSON object%s%s", option,
			  members ? "" : ": ", members ? "" : where.text);
	json_object_foreach(members, name, value)
	{
		if (json_is_null(value))
			json_object_del(into, name);
		else
			json_object_set(into, name, value);
	}
	json_decref(members);
}

static char *
make_payload(const SignOptions *options)
{
	Users		users = {0};
	const User *user = NULL;
	int64_t		exp = options->exp != NO_EXP ? options->exp :
		(int64_t) time(NULL) + options->life;
	char	   *origin = NULL;
	json_t	   *claims;
	char	   *text;
	Error		err;

	if (options->raw_payload)
		return xstrdup(options->raw_payload);
	if (options->users &&
		!users_load(&users, options->users, options->sandbox, &err))
		fatal("%s", err.text);
	if (options->user)
	{
		user = users_by_email_or_id(&users, options->user);
		if (user == NULL)
			fatal("no user \"%s\"%s", options->user,
				  options->users ? "" : ": name a users file with --users");
	}
	if (options->origin)
		origin = xstrdup(options->origin);
	else if (!options->no_origin)
		origin = help_center_saved_origin(options->data);
	claims = token_claims(user, &users.claims, NULL, exp, origin);
	if (options->claims)
		merge(claims, options->claims, "--claims");
	text = json_text(claims);
	json_decref(claims);
	free(origin);
	users_free(&users);
	return text;
}

int
sign_main(int argc, char **argv)
{
	SignOptions options;
	KeyStore	keys;
	const SigningKey *key;
	json_t	   *header;
	const char *alg;
	bool		unsigned_token;
	char	   *header_text;
	char	   *payload;
	char	   *token;

	parse(&options, argc, argv, print_sign_help);
	open_keys(&keys, options.data);
	key = options.key ? keystore_find(&keys, options.key) :
		keystore_signer(&keys);
	if (key == NULL)
		fatal("no key \"%s\"", options.key ? options.key : "");
	header = token_header(options.kid ? options.kid : key->kid);
	if (options.header)
		merge(header, options.header, "--header");
	alg = json_string_value(json_object_get(header, "alg"));
	unsigned_token = alg && strcmp(alg, "none") == 0;
	header_text = options.raw_header ? xstrdup(options.raw_header) :
		json_text(header);
	payload = make_payload(&options);
	token = token_sign(unsigned_token ? NULL : key->pkey, header_text,
					   payload);
	puts(token);
	free(token);
	free(payload);
	free(header_text);
	json_decref(header);
	keystore_close(&keys);
	return 0;
}

int
keys_main(int argc, char **argv)
{
	SignOptions options;
	KeyStore	keys;
	json_t	   *jwks;
	char	   *text;

	parse(&options, argc, argv, print_keys_help);
	open_keys(&keys, options.data);
	jwks = keystore_jwks(&keys);
	text = json_text(jwks);
	puts(text);
	free(text);
	json_decref(jwks);
	keystore_close(&keys);
	return 0;
}
