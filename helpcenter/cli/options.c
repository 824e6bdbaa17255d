/*-------------------------------------------------------------------------
 *
 * options.c
 *	  the command line of "helpcenterd serve"
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/arguments.h"
#include "cli/help.h"
#include "cli/options.h"

static bool
api_url_valid(const char *url)
{
	size_t		len = url_origin_length(url);

	if (len == 0 || (url[len] != '\0' && url[len] != '/'))
		return false;
	for (; url[len]; len++)
		if (url[len] <= ' ' || url[len] > '~' || strchr("\"'<>;,", url[len]))
			return false;
	return true;
}

static bool
plan_valid(const char *plan)
{
	return strcmp(plan, "team") == 0 || strcmp(plan, "enterprise") == 0;
}

static bool
certificate_valid(const char *name)
{
	CertKind	kind;

	return cert_kind_parse(name, &kind);
}

/* Refuses a pipe, which can be read only once and may block. */
static bool
file_readable(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) &&
		access(path, R_OK) == 0;
}

static const Options defaults =
{
	.address = "127.0.0.1",
	.center.tls = true,
	.center.token_life = 300,
	.session_life = 8 * 60 * 60,
	.key_bits = 3072,
	.keys = 1,
	.center.etag = true,
	.center.passwords = true,
	.center.api_tokens = true
};

void
options_parse(Options *options, int argc, char **argv)
{
	const char *plan = "enterprise";
	const char *certificate = "good";
	const Argument arguments[] =
	{
		{"data", ARG_TEXT, &options->data},
		{"users", ARG_TEXT, &options->users},
		{"port", ARG_NUMBER, &options->port, 0, 65535},
		{"address", ARG_TEXT, &options->address},
		{"https", ARG_ON, &options->center.tls},
		{"http", ARG_OFF, &options->center.tls},
		{"port-file", ARG_TEXT, &options->port_file},
		{"hostname", ARG_LIST, &options->hostnames,
		.valid = host_name_valid,.must_be = "a host name"},
		{"origin", ARG_TEXT, &options->origin,
			.valid = origin_valid,
		.must_be = "a URL without path, such as https://acme.zendesk.com"},
		{"no-origin", ARG_ON, &options->no_origin},
		{"token-life", ARG_NUMBER, &options->center.token_life,
		-31536000, 31536000},
		{"session-life", ARG_NUMBER, &options->session_life, 1, 31536000},
		{"key-bits", ARG_NUMBER, &options->key_bits, 2048, 4096},
		{"keys", ARG_NUMBER, &options->keys, 1, 100},
		{"plan", ARG_TEXT, &plan,
		.valid = plan_valid,.must_be = "enterprise or team"},
		{"etag", ARG_ON, &options->center.etag},
		{"no-etag", ARG_OFF, &options->center.etag},
		{"cache-control", ARG_TEXT, &options->center.cache_control,
		.valid = header_value_valid,.must_be = "printable text"},
		{"control", ARG_TEXT, &options->control},
		{"access-log", ARG_TEXT, &options->access_log},
		{"ca-out", ARG_TEXT, &options->ca_out},
		{"api-url", ARG_TEXT, &options->center.api_url,
		.valid = api_url_valid,.must_be = "an http or https URL"},
		{"theme-script", ARG_TEXT, &options->center.theme_script,
		.valid = file_readable,.must_be = "a file that we may read"},
		{"brand", ARG_LIST, &options->brands},
		{"sandbox", ARG_ON, &options->sandbox},
		{"no-passwords", ARG_OFF, &options->center.passwords},
		{"no-api-tokens", ARG_OFF, &options->center.api_tokens},
		{"seen", ARG_LIST, &options->seen},
		{"certificate", ARG_TEXT, &certificate,
			.valid = certificate_valid,
		.must_be = "good, wrong-host, expired, unknown-ca or common-name"},
		{"fault", ARG_LIST, &options->faults},
	};

	*options = defaults;
	arguments_parse(arguments, count_of(arguments), argc, argv, print_help);
	if (options->data == NULL)
		fatal("--data DIR is needed: see \"helpcenterd --help\"");
	if (options->key_bits % 1024 != 0)
		fatal("--key-bits: must be 2048, 3072 or 4096");
	options->center.team_plan = strcmp(plan, "team") == 0;
	cert_kind_parse(certificate, &options->certificate);
	/* The certificate has the usual loopback names anyway. */
	string_list_add(&options->hostnames, (char *) options->address);
}

void
options_free(Options *options)
{
	free(options->hostnames.items);
	free(options->brands.items);
	free(options->seen.items);
	free(options->faults.items);
	memset(options, 0, sizeof(*options));
}
