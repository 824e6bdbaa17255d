/*-------------------------------------------------------------------------
 *
 * commands.c
 *	  what the control socket can be asked for
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>

#include "serve/commands.h"
#include "serve/daemon.h"
#include "serve/hold.h"

/* A command gets the rest of its line.  What it adds to result is the answer. */
typedef bool (*Command) (Server *server, char *args, Buf *result,
						 Error *err);

/* Cuts off the first word and returns it; *rest is what follows. */
static char *
next_word(char **rest)
{
	char	   *word = *rest + strspn(*rest, " ");
	size_t		len = strcspn(word, " ");

	*rest = word + len;
	if (**rest)
	{
		**rest = '\0';
		*rest += 1 + strspn(*rest + 1, " ");
	}
	return word;
}

static void
add_json(Buf *result, json_t *json)
{
	char	   *text = json_text(json);

	buf_str(result, text);
	free(text);
	json_decref(json);
}

static bool
cmd_rotate(Server *server, char *args, Buf *result, Error *err)
{
	bool		retire = strcmp(args, "--retire") == 0;

	if (*args && !retire)
		return fail(err, "usage: rotate [--retire]");
	if (!keystore_rotate(&server->center.keys, (int) server->options->key_bits, retire,
						 err))
		return false;
	buf_str(result, keystore_signer(&server->center.keys)->kid);
	return true;
}

static bool
cmd_publish(Server *server, char *args, Buf *result, Error *err)
{
	if (*args)
		return fail(err, "usage: publish");
	if (!keystore_publish(&server->center.keys, (int) server->options->key_bits, err))
		return false;
	buf_str(result, server->center.keys.keys[server->center.keys.nkeys - 1].kid);
	return true;
}

static bool
cmd_use(Server *server, char *args, Buf *result, Error *err)
{
	return keystore_use(&server->center.keys, args, err);
}

static bool
cmd_retire(Server *server, char *args, Buf *result, Error *err)
{
	return keystore_retire(&server->center.keys, args, err);
}

static bool
cmd_keys(Server *server, char *args, Buf *result, Error *err)
{
	if (*args)
		return fail(err, "usage: keys");
	add_json(result, keystore_describe(&server->center.keys));
	return true;
}

static bool
cmd_add_user(Server *server, char *args, Buf *result, Error *err)
{
	return users_add_json(&server->center.users, args, err);
}

/* By e-mail address, by id, or by a JSON object that has one of them. */
static bool
cmd_remove_user(Server *server, char *args, Buf *result, Error *err)
{
	json_t	   *object = *args == '{' ? json_loads(args, 0, NULL) : NULL;
	const char *email = json_string_value(json_object_get(object, "email"));
	json_t	   *id = json_object_get(object, "id");
	char	   *who = email ? xstrdup(email) :
		id ? json_text(id) : xstrdup(args);
	bool		ok = users_remove(&server->center.users, who, err);

	free(who);
	json_decref(object);
	return ok;
}

/* A suspended user cannot sign in by any credentials. */
static bool
cmd_suspend(Server *server, char *args, Buf *result, Error *err)
{
	return users_suspend(&server->center.users, args, true, err);
}

static bool
cmd_unsuspend(Server *server, char *args, Buf *result, Error *err)
{
	return users_suspend(&server->center.users, args, false, err);
}

/* Sets or removes a custom claim of the account's first brand. */
static bool
cmd_custom_claim(Server *server, char *args, Buf *result, Error *err)
{
	Claims	   *claims = &server->center.users.claims;
	char	   *name = next_word(&args);
	CustomClaim *claim = claims_by_identifier(claims, NULL, name);
	json_t	   *members;
	json_t	   *errors;

	if (*name == '\0')
		return fail(err, "usage: custom-claim NAME [VALUE]");
	if (*args == '\0')
	{
		if (claim == NULL)
			return fail(err, "no custom claim \"%s\"", name);
		claims_remove(claims, claim);
		return true;
	}
	members = json_pack("{s:s, s:s}", "claim_identifier", name,
						"claim_value", args);
	if (members == NULL)
		return fail(err, "a custom claim must be UTF-8");
	errors = claims_write(claims, NULL, members, &claim);
	json_decref(members);
	return errors == NULL || claims_fail(errors, err);
}

static bool
cmd_brand(Server *server, char *args, Buf *result, Error *err)
{
	Brands	   *brands = &server->center.brands;
	const char *what = next_word(&args);
	const char *host = next_word(&args);
	const char *other = next_word(&args);

	if (strcmp(what, "list") == 0 && !*host)
	{
		add_json(result, brands_describe(brands));
		return true;
	}
	if (strcmp(what, "add") == 0 && *host && !*args)
	{
		if (!brands_add(brands, host, *other ? other : NULL,
						server->center.base_url, err))
			return false;
	}
	else if (strcmp(what, "rename") == 0 && *other && !*args)
	{
		if (!brands_rename(brands, host, other, server->center.base_url, err))
			return false;
		claims_move(&server->center.users.claims, host, other);
	}
	else if (strcmp(what, "remove") == 0 && *host && !*other)
	{
		if (!brands_remove(brands, host, err))
			return false;
		claims_move(&server->center.users.claims, host, NULL);
	}
	else
		return fail(err, "usage: brand add HOST [MAPPED_HOST] | "
					"brand rename HOST NEW_HOST | brand remove HOST | "
					"brand list");
	return daemon_hosts_changed(server, err);
}

static bool
cmd_seen(Server *server, char *args, Buf *result, Error *err)
{
	const char *name = next_word(&args);

	if (strcmp(name, "list") == 0 && !*args)
		add_json(result, seen_describe(server->center.seen));
	else if (strcmp(name, "clear") == 0 && !*args)
		memset(server->center.seen, 0, sizeof(server->center.seen));
	else if (strcmp(name, "clear") == 0)
		return seen_set(server->center.seen, args, false, err);
	else if (!*args)
		return seen_set(server->center.seen, name, true, err);
	else
		return fail(err, "usage: seen NAME | seen clear [NAME] | seen list");
	return true;
}

static bool
set_token_life(Server *server, const char *value, Error *err)
{
	if (!parse_int64(value, -31536000, 31536000, &server->center.token_life))
		return fail(err, "token-life must be a number of seconds");
	return true;
}

static bool
set_cache_control(Server *server, const char *value, Error *err)
{
	if (!header_value_valid(value))
		return fail(err, "cache-control must be printable text");
	free(server->center.cache_control);
	server->center.cache_control = *value ? xstrdup(value) : NULL;
	return true;
}

static bool
set_plan(Server *server, const char *value, Error *err)
{
	bool		team = strcmp(value, "team") == 0;

	if (!team && strcmp(value, "enterprise") != 0)
		return fail(err, "plan must be team or enterprise");
	server->center.team_plan = team;
	return true;
}

static bool
set_origin(Server *server, const char *value, Error *err)
{
	Brand	   *brand = &server->center.brands.list[0];

	if (*value && !origin_valid(value))
		return fail(err, "origin must be a URL without path, "
					"such as https://acme.zendesk.com");
	free(brand->origin);
	brand->origin = *value ? xstrdup(value) : NULL;
	return help_center_save_origin(&server->center, err);
}

static bool
set_switch(bool *place, const char *value, Error *err)
{
	bool		on = strcmp(value, "on") == 0;

	if (!on && strcmp(value, "off") != 0)
		return fail(err, "must be on or off");
	*place = on;
	return true;
}

static bool
set_passwords(Server *server, const char *value, Error *err)
{
	return set_switch(&server->center.passwords, value, err);
}

static bool
set_api_tokens(Server *server, const char *value, Error *err)
{
	return set_switch(&server->center.api_tokens, value, err);
}

static bool
cmd_set(Server *server, char *args, Buf *result, Error *err)
{
	static const struct
	{
		const char *name;
		bool		(*set) (Server *server, const char *value, Error *err);
	}			settings[] =
	{
		{"token-life", set_token_life},
		{"cache-control", set_cache_control},
		{"plan", set_plan},
		{"origin", set_origin},
		{"passwords", set_passwords},
		{"api-tokens", set_api_tokens},
	};
	char	   *name = next_word(&args);

	for (size_t i = 0; i < count_of(settings); i++)
		if (strcmp(settings[i].name, name) == 0)
			return settings[i].set(server, args, err);
	return fail(err, "unknown setting \"%s\": token-life, cache-control, "
				"plan, origin, passwords and api-tokens can be set", name);
}

static bool
cmd_certificate(Server *server, char *args, Buf *result, Error *err)
{
	CertKind	kind;

	if (!cert_kind_parse(args, &kind))
		return fail(err, "usage: certificate "
					"good|wrong-host|expired|unknown-ca|common-name");
	return daemon_set_certificate(server, kind, err);
}

/* Clearing faults, of one endpoint or all, also releases the requests they hold. */
static bool
cmd_fault(Server *server, char *args, Buf *result, Error *err)
{
	if (strcmp(args, "list") == 0)
		add_json(result, faults_describe(&server->faults));
	else if (strcmp(args, "clear") == 0 || starts_with(args, "clear "))
	{
		next_word(&args);
		if (!faults_clear(&server->faults, args, err))
			return false;
	}
	else if (!faults_add(&server->faults, args, err))
		return false;
	daemon_faults_changed(server);
	return true;
}

static bool
cmd_stats(Server *server, char *args, Buf *result, Error *err)
{
	Stats	   *stats = &server->stats;
	json_t	   *requests = json_object();
	json_t	   *in_flight = json_object();
	json_t	   *max_in_flight = json_object();

	if (*args && strcmp(args, "reset") != 0)
		return fail(err, "usage: stats [reset]");
	for (int i = 0; i < EP_COUNT; i++)
	{
		const char *name = endpoint_names[i];

		json_object_set_new(requests, name, json_integer(stats->requests[i]));
		json_object_set_new(in_flight, name,
							json_integer(stats->in_flight[i]));
		json_object_set_new(max_in_flight, name,
							json_integer(stats->max_in_flight[i]));
	}
	add_json(result,
			 json_pack("{s:o, s:I, s:o, s:o, s:{s:i, s:i, s:I}, s:i, s:i}",
					   "requests", requests,
					   "not_modified", (json_int_t) stats->not_modified,
					   "in_flight", in_flight,
					   "max_in_flight", max_in_flight,
					   "connections",
					   "open", daemon_connections(server),
					   "max", stats->max_open,
					   "accepted", (json_int_t) stats->accepted,
					   "held", hold_count(server),
					   "sessions", server->center.sessions.count));
	if (*args)
	{
		memset(stats->requests, 0, sizeof(stats->requests));
		memcpy(stats->max_in_flight, stats->in_flight,
			   sizeof(stats->in_flight));
		stats->not_modified = 0;
		stats->accepted = 0;
		stats->max_open = daemon_connections(server);
	}
	return true;
}

static bool
cmd_shutdown(Server *server, char *args, Buf *result, Error *err)
{
	if (*args)
		return fail(err, "usage: shutdown");
	server->stopping = true;
	return true;
}

static const struct
{
	const char *name;
	Command		run;
}			commands[] =

{
	{"rotate", cmd_rotate},
	{"publish", cmd_publish},
	{"use", cmd_use},
	{"retire", cmd_retire},
	{"keys", cmd_keys},
	{"add-user", cmd_add_user},
	{"remove-user", cmd_remove_user},
	{"suspend", cmd_suspend},
	{"unsuspend", cmd_unsuspend},
	{"custom-claim", cmd_custom_claim},
	{"brand", cmd_brand},
	{"seen", cmd_seen},
	{"set", cmd_set},
	{"certificate", cmd_certificate},
	{"fault", cmd_fault},
	{"stats", cmd_stats},
	{"shutdown", cmd_shutdown},
};

void
command_run(Server *server, const char *line, Buf *answer)
{
	char	   *copy = xstrdup(line);
	char	   *args = copy;
	char	   *name = next_word(&args);
	Buf			result = {0};
	Error		err;
	size_t		i = 0;
	bool		ok;

	while (i < count_of(commands) && strcmp(commands[i].name, name) != 0)
		i++;
	if (i < count_of(commands))
		ok = commands[i].run(server, args, &result, &err);
	else
		ok = fail(&err, "unknown command \"%.64s\"", name);
	if (!ok)
		buf_printf(answer, "error %s", err.text);
	else if (result.len > 0)
		buf_printf(answer, "ok %s", result.data);
	else
		buf_str(answer, "ok");
	buf_free(&result);
	free(copy);
}
