/*-------------------------------------------------------------------------
 *
 * options.c
 *	  the command line of "helpcenterd serve"
 *
 * IDENTIFICATION
 *	  helpcenter/cli/options.c
 *
 *-------------------------------------------------------------------------
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/help.h"
#include "cli/options.h"

enum
{
	OPT_DATA = 256, OPT_USERS, OPT_PORT, OPT_ADDRESS, OPT_HTTPS, OPT_HTTP,
	OPT_PORT_FILE, OPT_HOSTNAME, OPT_ORIGIN, OPT_NO_ORIGIN, OPT_TOKEN_LIFE,
	OPT_SESSION_LIFE, OPT_KEY_BITS, OPT_KEYS, OPT_PLAN, OPT_ETAG,
	OPT_NO_ETAG, OPT_CACHE_CONTROL, OPT_CONTROL, OPT_ACCESS_LOG, OPT_CA_OUT,
	OPT_API_URL, OPT_BRAND, OPT_SANDBOX, OPT_NO_PASSWORDS, OPT_NO_API_TOKENS,
	OPT_SEEN, OPT_CERTIFICATE, OPT_FAULT, OPT_HELP, OPT_VERSION
};

static const struct option longopts[] = {
	{"data", required_argument, NULL, OPT_DATA},
	{"users", required_argument, NULL, OPT_USERS},
	{"port", required_argument, NULL, OPT_PORT},
	{"address", required_argument, NULL, OPT_ADDRESS},
	{"https", no_argument, NULL, OPT_HTTPS},
	{"http", no_argument, NULL, OPT_HTTP},
	{"port-file", required_argument, NULL, OPT_PORT_FILE},
	{"hostname", required_argument, NULL, OPT_HOSTNAME},
	{"origin", required_argument, NULL, OPT_ORIGIN},
	{"no-origin", no_argument, NULL, OPT_NO_ORIGIN},
	{"token-life", required_argument, NULL, OPT_TOKEN_LIFE},
	{"session-life", required_argument, NULL, OPT_SESSION_LIFE},
	{"key-bits", required_argument, NULL, OPT_KEY_BITS},
	{"keys", required_argument, NULL, OPT_KEYS},
	{"plan", required_argument, NULL, OPT_PLAN},
	{"etag", no_argument, NULL, OPT_ETAG},
	{"no-etag", no_argument, NULL, OPT_NO_ETAG},
	{"cache-control", required_argument, NULL, OPT_CACHE_CONTROL},
	{"control", required_argument, NULL, OPT_CONTROL},
	{"access-log", required_argument, NULL, OPT_ACCESS_LOG},
	{"ca-out", required_argument, NULL, OPT_CA_OUT},
	{"api-url", required_argument, NULL, OPT_API_URL},
	{"brand", required_argument, NULL, OPT_BRAND},
	{"sandbox", no_argument, NULL, OPT_SANDBOX},
	{"no-passwords", no_argument, NULL, OPT_NO_PASSWORDS},
	{"no-api-tokens", no_argument, NULL, OPT_NO_API_TOKENS},
	{"seen", required_argument, NULL, OPT_SEEN},
	{"certificate", required_argument, NULL, OPT_CERTIFICATE},
	{"fault", required_argument, NULL, OPT_FAULT},
	{"help", no_argument, NULL, OPT_HELP},
	{"version", no_argument, NULL, OPT_VERSION},
	{NULL, 0, NULL, 0}
};

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

static void
append(StringList *list, char *item)
{
	list->items = xrealloc(list->items, (list->count + 1) * sizeof(char *));
	list->items[list->count++] = item;
}

static int64_t
number(const char *name, const char *text, int64_t low, int64_t high)
{
	int64_t		value;

	if (!parse_int64(text, low, high, &value))
		fatal("%s: \"%s\" is not a number from %lld to %lld", name, text,
			  (long long) low, (long long) high);
	return value;
}

static void
set_option(Options *options, int opt)
{
	switch (opt)
	{
		case OPT_DATA:
			options->data = optarg;
			break;
		case OPT_USERS:
			options->users = optarg;
			break;
		case OPT_PORT:
			options->port = (int) number("--port", optarg, 0, 65535);
			break;
		case OPT_ADDRESS:
			options->address = optarg;
			break;
		case OPT_HTTPS:
		case OPT_HTTP:
			options->tls = opt == OPT_HTTPS;
			break;
		case OPT_PORT_FILE:
			options->port_file = optarg;
			break;
		case OPT_HOSTNAME:
			if (!host_name_valid(optarg))
				fatal("--hostname: \"%s\" is not a host name", optarg);
			append(&options->hostnames, optarg);
			break;
		case OPT_ORIGIN:
			if (!origin_valid(optarg))
				fatal("--origin: \"%s\" is not a URL without path, such as "
					  "https://acme.zendesk.com", optarg);
			options->origin = optarg;
			break;
		case OPT_NO_ORIGIN:
			options->no_origin = true;
			break;
		case OPT_TOKEN_LIFE:
			options->token_life = number("--token-life", optarg,
										 -31536000, 31536000);
			break;
		case OPT_SESSION_LIFE:
			options->session_life = number("--session-life", optarg,
										   1, 31536000);
			break;
		case OPT_KEY_BITS:
			options->key_bits = (int) number("--key-bits", optarg,
											 2048, 4096);
			if (options->key_bits % 1024 != 0)
				fatal("--key-bits: must be 2048, 3072 or 4096");
			break;
		case OPT_KEYS:
			options->keys = (int) number("--keys", optarg, 1, 100);
			break;
		case OPT_PLAN:
			options->team_plan = strcmp(optarg, "team") == 0;
			if (!options->team_plan && strcmp(optarg, "enterprise") != 0)
				fatal("--plan: must be enterprise or team");
			break;
		case OPT_ETAG:
		case OPT_NO_ETAG:
			options->etag = opt == OPT_ETAG;
			break;
		case OPT_CACHE_CONTROL:
			if (!header_value_valid(optarg))
				fatal("--cache-control: must be printable text");
			options->cache_control = optarg;
			break;
		case OPT_CONTROL:
			options->control = optarg;
			break;
		case OPT_ACCESS_LOG:
			options->access_log = optarg;
			break;
		case OPT_CA_OUT:
			options->ca_out = optarg;
			break;
		case OPT_API_URL:
			if (!api_url_valid(optarg))
				fatal("--api-url: \"%s\" is not an http or https URL",
					  optarg);
			options->api_url = optarg;
			break;
		case OPT_BRAND:
			append(&options->brands, optarg);
			break;
		case OPT_SANDBOX:
			options->sandbox = true;
			break;
		case OPT_NO_PASSWORDS:
			options->passwords = false;
			break;
		case OPT_NO_API_TOKENS:
			options->api_tokens = false;
			break;
		case OPT_SEEN:
			append(&options->seen, optarg);
			break;
		case OPT_CERTIFICATE:
			if (!cert_kind_parse(optarg, &options->certificate))
				fatal("--certificate: must be good, wrong-host, expired, "
					  "unknown-ca or common-name");
			break;
		case OPT_FAULT:
			append(&options->faults, optarg);
			break;
		case OPT_HELP:
			print_help();
			exit(0);
		case OPT_VERSION:
			puts("helpcenterd " HC_VERSION);
			exit(0);
		default:
			fatal("see \"helpcenterd --help\"");
	}
}

void
options_parse(Options *options, int argc, char **argv)
{
	int			opt;

	memset(options, 0, sizeof(*options));
	options->address = "127.0.0.1";
	options->tls = true;
	options->token_life = 300;
	options->session_life = 8 * 60 * 60;
	options->key_bits = 3072;
	options->keys = 1;
	options->etag = true;
	options->passwords = true;
	options->api_tokens = true;
	while ((opt = getopt_long(argc, argv, "", longopts, NULL)) != -1)
		set_option(options, opt);
	if (optind < argc)
		fatal("unexpected argument \"%s\": see \"helpcenterd --help\"",
			  argv[optind]);
	if (options->data == NULL)
		fatal("--data DIR is needed: see \"helpcenterd --help\"");
	/* The certificate has the usual loopback names in any case. */
	append(&options->hostnames, (char *) options->address);
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
