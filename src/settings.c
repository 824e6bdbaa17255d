/*-------------------------------------------------------------------------
 *
 * settings.c
 *		The settings of hcjwt, except the token itself (session/token.c).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/guc.h"

#include "compat.h"
#include "epoch.h"
#include "settings.h"
#include "url/host_globs.h"

char	   *hcjwt_expected_help_center = NULL;
char	   *hcjwt_required_help_center = NULL;
bool		hcjwt_allow_session_token = false;
bool		hcjwt_log_visitor = false;
char	   *hcjwt_allowed_hosts = NULL;
bool		hcjwt_allow_http_loopback = false;
char	   *hcjwt_ca_file = NULL;
char	   *hcjwt_proxy = NULL;
int			hcjwt_refetch_cooldown = 30;
int			hcjwt_unknown_key_wait = 2000;
int			hcjwt_max_stale = 7 * 24 * 3600;
int			hcjwt_max_refresh_interval = 24 * 3600;
bool		hcjwt_fetch_keys = true;
bool		hcjwt_notify_key_changes = false;
char	   *hcjwt_primary_conninfo = NULL;
int			hcjwt_token_cache_size = 1024;

static void
assign_verdict_string(const char *newval, void *extra)
{
	hcjwt_epoch++;
}

static void
assign_verdict_bool(bool newval, void *extra)
{
	hcjwt_epoch++;
}

static void
assign_verdict_int(int newval, void *extra)
{
	hcjwt_epoch++;
}

static bool
check_allowed_hosts(char **newval, void **extra, GucSource source)
{
	if (url_host_globs_valid(*newval))
		return true;
	GUC_check_errdetail("A pattern is a host name, \"*.\" and a host name, or \"*\".");
	return false;
}

static bool
check_ca_file(char **newval, void **extra, GucSource source)
{
	if (**newval == '\0' || is_absolute_path(*newval))
		return true;
	GUC_check_errdetail("The path must be absolute.");
	return false;
}

/*
 * Does this context mean that a superuser or the server's configuration set
 * the value?
 */
static bool
set_with_right(GucContext context)
{
	return context != PGC_BACKEND && context != PGC_USERSET;
}

/*
 * When the library is loaded late: did somebody without the right set the
 * boundary's placeholder?  Then the server drops that value, and with it the
 * value that a superuser may have put on the role or the database.
 */
static bool
boundary_in_doubt(void)
{
	struct config_generic *placeholder;

	if (process_shared_preload_libraries_in_progress)
		return false;
	placeholder = find_setting("hcjwt.required_help_center");
	if (placeholder == NULL)
		return false;
	if (!set_with_right(placeholder->scontext) ||
		!set_with_right(placeholder->reset_scontext))
		return true;
	for (GucStack *stack = placeholder->stack; stack; stack = stack->prev)
		if (!set_with_right(stack->scontext) ||
			(stack->state == GUC_SET_LOCAL &&
			 !set_with_right(stack->masked_scontext)))
			return true;
	return false;
}

void
set_local(const char *name, const char *value)
{
	(void) set_config_option(name, value, PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_LOCAL, true, 0, false);
}

void
settings_init(void)
{
	bool		in_doubt = boundary_in_doubt();

	DefineCustomStringVariable("hcjwt.expected_help_center",
							   "Help center whose tokens the application expects.",
							   "Tokens of any other are refused (28J04). Anybody may set it: a check, not a boundary.",
							   &hcjwt_expected_help_center, "",
							   PGC_USERSET, 0,
							   NULL, assign_verdict_string, NULL);
	DefineCustomStringVariable("hcjwt.required_help_center",
							   "Help center whose tokens alone are accepted.",
							   "A superuser sets it on the login role or the database; tokens of any other are refused (28J04).",
							   &hcjwt_required_help_center, "",
							   PGC_SUSET, 0,
							   NULL, assign_verdict_string, NULL);
	if (in_doubt)
		SetConfigOption("hcjwt.required_help_center", BOUNDARY_IN_DOUBT,
						PGC_SUSET, PGC_S_OVERRIDE);
	DefineCustomBoolVariable("hcjwt.allow_session_token",
							 "Lets hcjwt.token outlive the transaction that set it.",
							 "Never switch this on behind a transaction pooler.",
							 &hcjwt_allow_session_token, false,
							 PGC_SUSET, 0,
							 NULL, assign_verdict_bool, NULL);

	DefineCustomBoolVariable("hcjwt.log_visitor",
							 "Adds to the context of log entries who the visitor is.",
							 "Names userId and help center, once the transaction's token is verified.",
							 &hcjwt_log_visitor, false,
							 PGC_SUSET, 0,
							 NULL, NULL, NULL);

	DefineCustomStringVariable("hcjwt.allowed_hosts",
							   "Hosts that help centers' URLs may name: a list of patterns.",
							   "\"*.example.com\" stands for any one label before example.com, \"*\" for any host.",
							   &hcjwt_allowed_hosts, "*.zendesk.com",
							   PGC_SIGHUP, GUC_LIST_INPUT,
							   check_allowed_hosts, NULL, NULL);
	DefineCustomBoolVariable("hcjwt.allow_http_loopback",
							 "Allows http URLs to this machine itself, for development.",
							 NULL,
							 &hcjwt_allow_http_loopback, false,
							 PGC_SIGHUP, 0,
							 NULL, NULL, NULL);
	DefineCustomStringVariable("hcjwt.ca_file",
							   "File of certificates (PEM) to trust beside the system's.",
							   NULL,
							   &hcjwt_ca_file, "",
							   PGC_SIGHUP, GUC_SUPERUSER_ONLY,
							   check_ca_file, NULL, NULL);
	DefineCustomStringVariable("hcjwt.proxy",
							   "URL of a proxy for requests to help centers.",
							   "The environment's proxy settings are ignored.",
							   &hcjwt_proxy, "",
							   PGC_SIGHUP, GUC_SUPERUSER_ONLY | GUC_NO_SHOW_ALL | GUC_NOT_IN_SAMPLE,
							   NULL, NULL, NULL);

	DefineCustomIntVariable("hcjwt.refetch_cooldown",
							"Least time between two fetches that unknown kids ask for, for each help center.",
							NULL,
							&hcjwt_refetch_cooldown, 30, 0, 24 * 3600,
							PGC_SIGHUP, GUC_UNIT_S,
							NULL, NULL, NULL);
	DefineCustomIntVariable("hcjwt.unknown_key_wait",
							"Longest time a backend waits for a fetch when a token's kid is unknown.",
							"0 means never.",
							&hcjwt_unknown_key_wait, 2000, 0, 60 * 1000,
							PGC_SIGHUP, GUC_UNIT_MS,
							NULL, NULL, NULL);
	DefineCustomIntVariable("hcjwt.max_stale",
							"How long fetched keys are trusted after the last successful fetch.",
							NULL,
							&hcjwt_max_stale, 7 * 24 * 3600, 1, INT_MAX,
							PGC_SIGHUP, GUC_UNIT_S,
							NULL, assign_verdict_int, NULL);

	DefineCustomIntVariable("hcjwt.max_refresh_interval",
							"Longest time from a successful fetch of keys to the next.",
							"Keys are fetched at least this often, whatever the help center's cache headers permit.",
							&hcjwt_max_refresh_interval, 24 * 3600, 60, 24 * 3600,
							PGC_SIGHUP, GUC_UNIT_S,
							NULL, NULL, NULL);

	DefineCustomBoolVariable("hcjwt.fetch_keys",
							 "Fetches keys from help centers.",
							 "Off: keys come from another server, by logical replication.",
							 &hcjwt_fetch_keys, true,
							 PGC_SIGHUP, 0,
							 NULL, NULL, NULL);

	DefineCustomBoolVariable("hcjwt.notify_key_changes",
							 "Sends NOTIFY hcjwt when keys change.",
							 "With help center and kid, for all roles that may connect and LISTEN.",
							 &hcjwt_notify_key_changes, false,
							 PGC_SIGHUP, 0,
							 NULL, NULL, NULL);

	DefineCustomStringVariable("hcjwt.primary_conninfo",
							   "Connection string by which a standby asks its primary for new keys.",
							   "Empty means primary_conninfo; \"none\": a standby asks for nothing. The database is the session's own.",
							   &hcjwt_primary_conninfo, "",
							   PGC_SIGHUP, GUC_SUPERUSER_ONLY | GUC_NO_SHOW_ALL | GUC_NOT_IN_SAMPLE,
							   NULL, NULL, NULL);

	/* shared memory is laid out at the server's start */
	if (process_shared_preload_libraries_in_progress)
		DefineCustomIntVariable("hcjwt.token_cache_size",
								"Shared memory for remembering which tokens have verified.",
								"0 turns the cache off. A token takes about 80 bytes.",
								&hcjwt_token_cache_size, 1024, 0, 1024 * 1024,
								PGC_POSTMASTER, GUC_UNIT_KB,
								NULL, NULL, NULL);
}
