/*-------------------------------------------------------------------------
 *
 * help.c
 *	  what "helpcenterd --help" prints, and its subcommands' --help
 *
 *-------------------------------------------------------------------------
 */
#include <stdio.h>

#include "cli/help.h"

/* What it is, and how to run one. */
static const char serve_help[] =
"helpcenterd is a stand-in for a help center: it issues help center JWTs and\n"
"publishes the keys that verify them, on this machine only, for development\n"
"and tests.\n"
"\n"
"Usage:\n"
"  helpcenterd [serve] --data DIR [OPTION]...     run a help center\n"
"  helpcenterd ctl --control PATH COMMAND...      change a running one\n"
"  helpcenterd sign --data DIR [OPTION]...        print a token\n"
"  helpcenterd keys --data DIR                    print the key set (JWKS)\n"
"\n"
"To try it:\n"
"  helpcenterd --data /tmp/hc --users users.sample.json --port 8443\n"
"  curl --cacert /tmp/hc/ca.pem -H 'Authorization: Bearer ada-oauth-token' \\\n"
"    https://127.0.0.1:8443/api/v2/help_center/integration/token.json\n"
"and, in a browser, https://127.0.0.1:8443/hc/en-us\n"
"\n"
"Running:\n"
"  --data DIR            keys, test CA and control socket live here; made at\n"
"                        first start\n"
"  --users FILE          the people who may sign in (JSON, see the manual)\n"
"  --address ADDRESS     127.0.0.1 (default), another loopback address or ::1\n"
"  --port N              0 (default) lets the system choose; the address is\n"
"                        printed when the server is ready\n"
"  --port-file FILE      also write the port number to FILE\n"
"  --https | --http      default is https\n"
"  --hostname NAME       another name for the certificate (may be repeated)\n"
"  --ca-out FILE         copy the CA certificate (it is also in DIR/ca.pem)\n"
"  --certificate KIND    good (default), wrong-host, expired, unknown-ca or\n"
"                        common-name\n"
"  --control PATH        control socket (default DIR/control)\n"
"  --access-log FILE     append a line for each request\n"
"  --plan PLAN           enterprise (default) or team, which has no JWTs: 404\n"
"  --brand HOST[=HOST]   another brand of the account, at this host; the second\n"
"                        is its mapped one, and its origin (may be repeated)\n"
"  --sandbox             a sandbox account: other ids for the same people\n"
"  --no-passwords        the API takes no passwords\n"
"  --no-api-tokens       nor API tokens, as from May 2027 on\n"
"  --seen NAME           an answer that was seen, and is not documented; see the\n"
"                        manual (may be repeated)\n"
"  --session-life SECS   browser sessions end when unused so long (28800)\n"
"  --api-url URL         where the help center's page fetches \"my orders\"\n"
"  --theme-script FILE   the page's script is this file, as it is at each request\n"
"  --fault SPEC          start with this fault (may be repeated, see below)\n"
"\n"
"Tokens and keys:\n"
"  --origin URL          the origin claim (default: the server's own address)\n"
"  --no-origin           leave the origin claim out\n"
"  --token-life SECS     how long a token is good (300)\n"
"  --key-bits N          2048, 3072 (default) or 4096\n"
"  --keys N              list at least N keys from the start (1)\n"
"  --etag | --no-etag    whether the keys have an ETag (default: they do)\n"
"  --cache-control TEXT  Cache-Control of the keys (default: none)\n";

/* The commands of "ctl". */
static const char ctl_help[] =
"  rotate [--retire]     a new key signs; --retire: it alone is listed\n"
"  publish               list a new key that does not sign yet\n"
"  use KID               sign with this key; or number, as in \"keys\"\n"
"  retire KID            list this key no longer\n"
"  keys                  show the keys (JSON)\n"
"  add-user JSON         as in the users file\n"
"  remove-user WHO       e-mail address or id\n"
"  suspend WHO           the user cannot sign in any more; unsuspend WHO\n"
"  custom-claim NAME [VALUE]   set an account custom claim, or remove it\n"
"  brand add HOST [MAPPED_HOST] | rename HOST NEW_HOST | remove HOST | list\n"
"  set token-life SECS | cache-control [TEXT] | plan PLAN | origin [URL]\n"
"  set passwords on|off | api-tokens on|off\n"
"  seen NAME | seen clear [NAME] | seen list\n"
"  certificate KIND      as --certificate\n"
"  fault SPEC | fault clear [ENDPOINT] | fault list\n"
"  stats [reset]         counters (JSON)\n"
"  shutdown\n";

/* Faults, for --fault and for the command. */
static const char fault_help[] =
"Faults: [keys:|token:|sessions:|custom_claims:|all:]NAME[=VALUE][,count=N],\n"
"default keys; count=N: for the next N requests only.\n"
"  status=CODE[,retry_after=SECONDS|DATE|date+SECONDS]   an error, 304, ...\n"
"  html  garbage  wrong-shape  no-token  empty-set      bad answers, all 200\n"
"  one-bad-key  duplicate-kid  many-keys=N              odd key sets\n"
"  huge[=BYTES]  deep[=LEVELS]  body=FILE               odd bodies\n"
"  redirect=URL  \"header=NAME: VALUE\"                   headers\n"
"  stall  stall-headers  delay=MS  trickle=BYTES_PER_SECOND\n"
"  cut[=BYTES]  reset[=BYTES]                           the connection breaks\n"
"  stall-connect  stall-handshake                       before any request\n";

/* The options of "sign". */
static const char sign_help[] =
"  --users FILE --user WHO     claims of this user: e-mail address or id\n"
"  --sandbox                   with the id of the sandbox's user\n"
"  --claims JSON         members to add or replace; null removes one\n"
"  --life SECS | --exp N when it expires (default in 300 seconds)\n"
"  --origin URL | --no-origin  default: as the last server on DIR\n"
"  --key N|KID           sign with this key, listed or retired\n"
"  --kid KID             the header's kid, whichever key signs\n"
"  --header JSON         members to add or replace; \"alg\":\"none\" leaves the\n"
"                        signature out\n"
"  --raw-header TEXT, --raw-payload TEXT    sign this, JSON or not\n";

static const char manual[] = "The manual, helpcenterd(1), has it all.\n";

void
print_help(void)
{
	printf("%s\n"
		   "helpcenterd ctl (or --data DIR instead of --control PATH):\n%s\n"
		   "%s\n"
		   "helpcenterd sign:\n%s\n"
		   "  --help, --version; ctl, sign and keys have their own --help\n\n%s",
		   serve_help, ctl_help, fault_help, sign_help, manual);
}

void
print_ctl_help(void)
{
	printf("Usage: helpcenterd ctl --data DIR|--control PATH COMMAND...\n"
		   "changes a running server.  It prints what it is asked for.\n\n"
		   "%s\n%s\n%s", ctl_help, fault_help, manual);
}

void
print_sign_help(void)
{
	printf("Usage: helpcenterd sign --data DIR [OPTION]...\n"
		   "prints a token, signed by a key of DIR's; no server needs to run.\n\n"
		   "%s\n%s", sign_help, manual);
}

void
print_keys_help(void)
{
	printf("Usage: helpcenterd keys --data DIR\n"
		   "prints DIR's key set (JWKS), as hcjwt.import_keys() takes it; no server\n"
		   "needs to run.\n\n%s", manual);
}
