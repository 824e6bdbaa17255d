/*-------------------------------------------------------------------------
 *
 * token.c
 *		The setting hcjwt.token: a bearer token and the transaction it is for.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "miscadmin.h"
#include "utils/guc.h"

#include "compat.h"
#include "epoch.h"
#include "session/citus.h"
#include "session/frames.h"
#include "session/token.h"
#include "verify/masking.h"
#include "verify/refusal_log.h"

/*
 * What is stored is not what was set: the check hook puts the local id of the
 * setting transaction before the token, as eight hex digits and a colon.  So the
 * two come and go together through savepoints and RESET, and reach parallel
 * workers, which get the stored value.  Nobody can set the prefix: the hook puts
 * its own before any value, except while a parallel worker is started.
 */
#define PREFIX_LEN			9

typedef struct TokenExtra
{
	uint64		serial;
	LocalTransactionId transaction;
} TokenExtra;

static char *stored_token = NULL;
static const TokenExtra *current = NULL;
static uint64 last_serial = 0;

uint64		hcjwt_token_changes = 0;

/*
 * Where the library is loaded late, the server sets the placeholder's values again
 * while the setting is being defined: first the one that an earlier transaction left,
 * if there is one, then those of the present transaction.
 */
static bool next_is_left_behind = false;

/*
 * The transaction for which a token is set now.  0 stands for no transaction at all: a
 * token with it always counts as left behind.
 */
static LocalTransactionId
setting_transaction(void)
{
	if (next_is_left_behind)
	{
		next_is_left_behind = false;
		return InvalidLocalTransactionId;
	}
	return IsTransactionState() ? PROC_LXID(MyProc) : InvalidLocalTransactionId;
}

/*
 * A token belongs to one visitor and one request, so it cannot be a default of a
 * database, role, connection or configuration file.  Only this function says so: with
 * GUC_DISALLOW_IN_FILE the server itself would refuse ALTER SYSTEM, and log the
 * statement with the token.
 */
static bool
may_be_set_by(GucSource source)
{
	return source == PGC_S_SESSION || source == PGC_S_INTERACTIVE;
}

/*
 * Tokens that were set in the present transaction.  One that is set again gets the
 * same serial, so that queries that have read it may go on.
 */
#define RECENT_TOKENS		8

static struct
{
	LocalTransactionId transaction;
	uint64		serial;
	uint64		used;			/* the token that was set longest ago is
								 * forgotten first */
	char	   *token;
}			recent[RECENT_TOKENS];

static uint64
serial_of(const char *token, LocalTransactionId transaction)
{
	static uint64 uses = 0;
	int			oldest = 0;
	char	   *copy;

	for (int i = 0; i < RECENT_TOKENS; i++)
	{
		if (recent[i].token != NULL && recent[i].transaction == transaction &&
			strcmp(recent[i].token, token) == 0)
		{
			recent[i].used = ++uses;
			return recent[i].serial;
		}
		if (recent[i].used < recent[oldest].used)
			oldest = i;
	}

	copy = strdup(token);
	if (copy != NULL)
	{
		free(recent[oldest].token);
		recent[oldest].token = copy;
		recent[oldest].transaction = transaction;
		recent[oldest].serial = last_serial + 1;
		recent[oldest].used = ++uses;
	}
	return ++last_serial;
}

/*
 * A part of a distributed query runs set_config() on a worker.  The node that the
 * client is connected to would not know of it, nor take the token back.
 */
static bool
is_set_behind_client(void)
{
	if (!session_is_of_citus())
		return false;
	for (QueryFrame *frame = innermost_query(); frame; frame = frame->outer)
		if (query_has_tables(frame))
			return citus_is_here();
	return false;
}

static bool
check_token(char **newval, void **extra, GucSource source)
{
	TokenExtra *mine;
	size_t		len;
	char	   *stored;

	if (**newval == '\0')
		return true;

	/* the server's own message would quote the value */
	if (!may_be_set_by(source))
	{
		GUC_check_errcode(ERRCODE_CANT_CHANGE_RUNTIME_PARAM);
		GUC_check_errmsg(TOKEN_AS_DEFAULT);
		GUC_check_errhint("Set it in each transaction, by hcjwt.authenticate() or SET LOCAL.");
		return false;
	}

	if (is_set_behind_client())
	{
		GUC_check_errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE);
		GUC_check_errmsg("hcjwt.token was set by a query that Citus has sent to another node");
		GUC_check_errhint("Set it in a statement of its own that reads no table.");
		return false;
	}

	mine = setting_alloc(sizeof(TokenExtra));
	if (mine == NULL)
		return false;

	/* a parallel worker gets the stored value, prefix and all */
	if (InitializingParallelWorker)
	{
		mine->serial = ++last_serial;
		mine->transaction = (LocalTransactionId) strtoul(*newval, NULL, 16);
		*extra = mine;
		return true;
	}

	/* store the prefix and the token in place of the token */
	mine->transaction = setting_transaction();
	mine->serial = serial_of(*newval, mine->transaction);
	len = strlen(*newval);
	stored = setting_alloc(PREFIX_LEN + len + 1);
	if (stored == NULL)
	{
		setting_free(mine);
		return false;
	}
	for (int i = 0; i < PREFIX_LEN - 1; i++)
		stored[i] = "0123456789abcdef"[mine->transaction >> (28 - 4 * i) & 0x0F];
	stored[PREFIX_LEN - 1] = ':';
	memcpy(stored + PREFIX_LEN, *newval, len + 1);
	setting_free(*newval);
	*newval = stored;
	*extra = mine;
	return true;
}

static void
assign_token(const char *newval, void *extra)
{
	const TokenExtra *next = extra;

	/*
	 * pg_stat_activity shows the statement for as long as the session is idle
	 * after it
	 */
	if (newval != NULL && newval[0] != '\0')
		mask_statement();

	if ((next ? next->serial : 0) != (current ? current->serial : 0))
		hcjwt_token_changes++;
	current = next;
	hcjwt_epoch++;
}

static const char *
show_token(void)
{
	return stored_token && stored_token[0] ? "***" : "";
}

const char *
session_token(uint64 *serial)
{
	if (stored_token == NULL || stored_token[0] == '\0')
		return NULL;
	*serial = current->serial;
	return stored_token + PREFIX_LEN;
}

bool
session_token_is_current(void)
{
	PGPROC	   *proc = MyProc;

	/* a worker's transaction has an id of its own */
	if (IsParallelWorker())
		proc = MyProc->lockGroupLeader;
	Assert(current != NULL);
	return proc != NULL &&
		current->transaction != InvalidLocalTransactionId &&
		current->transaction == PROC_LXID(proc);
}

/*
 * Does the placeholder have a value from before the present transaction?  The
 * stack of a setting is that of the changes of the present transaction, and
 * beneath them lies what was there before.
 */
static bool
a_token_was_left_behind(void)
{
	struct config_generic *placeholder = find_setting("hcjwt.token");
	const char *value;
	GucSource	source;

	if (placeholder == NULL)
		return false;
	value = GetConfigOption("hcjwt.token", true, false);
	source = placeholder->source;
	for (GucStack *change = placeholder->stack; change; change = change->prev)
	{
		value = change->prior.val.stringval;
		source = change->source;
	}
	return value != NULL && value[0] != '\0' && may_be_set_by(source);
}

void
token_init(void)
{
	next_is_left_behind = a_token_was_left_behind();
	DefineCustomStringVariable("hcjwt.token",
							   "The visitor's help center JWT.",
							   "For the present transaction; set it by hcjwt.authenticate() or SET LOCAL. Never shown.",
							   &stored_token, "",
							   PGC_USERSET,
							   GUC_NO_SHOW_ALL | GUC_NOT_IN_SAMPLE,
							   check_token, assign_token, show_token);
	next_is_left_behind = false;
}
