/*-------------------------------------------------------------------------
 *
 * nodes.c
 *		Tells the other nodes of a Citus cluster whose transaction this is.
 *
 * Citus evaluates policies where the rows are: on its workers, in transactions of
 * their own.  It carries settings to them by watching for the statement SET LOCAL,
 * while citus.propagate_set_commands is "local".  It sends the text of the statement
 * to each worker that takes part in the transaction, and before all else to each one
 * that joins later.  So we run a SET LOCAL that changes nothing here, and give it a
 * text of our own.
 *
 * What the nodes were told last is compared with the token in force before each query.
 * So it does not matter how the token came into force, by authenticate(), a setting or
 * a savepoint; and a token goes nowhere but to a query that takes nodes, after it has
 * been verified here, by the settings of this session.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "nodes/extensible.h"
#include "nodes/nodeFuncs.h"
#include "tcop/utility.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "compat.h"
#include "session/citus.h"
#include "session/nodes.h"
#include "session/query.h"
#include "session/session.h"
#include "session/token.h"

/* What the nodes know: nothing before they were told in this transaction. */
static struct
{
	LocalTransactionId transaction;
	SubTransactionId subtransaction;	/* in which they were told */
	bool		in_doubt;		/* a savepoint may have changed what they know */
	uint64		serial;			/* of the token; 0: they know that there is
								 * none */
	const char *help_center;
}			told;

static bool
is_on(const char *setting)
{
	const char *value = GetConfigOption(setting, true, false);

	return value == NULL || strcmp(value, "on") == 0;
}

/* ---- what the nodes are told ---- */

/* Does not use SPI, because SPI's error context quotes the statement. */
static void
run_set_local(const char *text)
{
	VariableSetStmt *set = makeNode(VariableSetStmt);
	PlannedStmt *planned = makeNode(PlannedStmt);

	set->kind = VAR_SET_CURRENT;
	set->name = "hcjwt.expected_help_center";
	set->is_local = true;
	planned->commandType = CMD_UTILITY;
	planned->utilityStmt = (Node *) set;
	ProcessUtility(planned, text, false, PROCESS_UTILITY_QUERY, NULL, NULL,
				   None_Receiver, NULL);
}

/*
 * The text is a SELECT, not a SET, since pg_stat_statements keeps the constants
 * of a SET.  The help center goes with the token: so a key that several help
 * centers share means the same one everywhere, and a worker's own settings do
 * not lift a boundary.
 */
static void
tell_nodes(const char *token, uint64 serial, const char *help_center)
{
	char	   *text = psprintf("SELECT pg_catalog.set_config('hcjwt.token', %s, true), "
								"pg_catalog.set_config('hcjwt.expected_help_center', %s, true)",
								quote_literal_cstr(token), quote_literal_cstr(help_center));
	int			level = NewGUCNestLevel();

	(void) set_config_option(CARRIES_SET_LOCAL, "local", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	run_set_local(text);
	AtEOXact_GUC(true, level);

	told.transaction = PROC_LXID(MyProc);
	told.subtransaction = GetCurrentSubTransactionId();
	told.in_doubt = false;
	told.serial = serial;
	told.help_center = MemoryContextStrdup(TopTransactionContext, help_center);
	pfree(text);
}

static bool
told_something(void)
{
	return told.transaction == PROC_LXID(MyProc);
}

/* Tells the nodes the token that was judged last, or that there is none. */
static void
tell_judged(void)
{
	uint64		serial = 0;
	const char *token = session_token(&serial);
	const char *help_center = "";

	if (token == NULL && !told_something())
		return;
	if (token == NULL)
		token = "";
	else
	{
		Assert(serial == hcjwt_session.serial);
		help_center = hcjwt_session.help_center;
	}
	if (!told_something() || told.in_doubt || told.serial != serial ||
		strcmp(told.help_center, help_center) != 0)
		tell_nodes(token, serial, help_center);
}

/* Takes a token that is no longer in force from the nodes. */
static void
take_former_token(void)
{
	uint64		serial = 0;

	if (!told_something())
		return;
	(void) session_token(&serial);
	if (told.in_doubt || (told.serial != 0 && told.serial != serial))
		tell_nodes("", 0, "");
}

/*
 * A rollback to a savepoint undoes what the nodes were told since.  When a
 * savepoint is released, the nodes keep what they were told, but Citus forgets
 * it: a worker that joins later would get the token from before the savepoint.
 */
static void
at_subtransaction_end(SubXactEvent event, SubTransactionId subtransaction,
					  SubTransactionId parent, void *arg)
{
	if ((event == SUBXACT_EVENT_COMMIT_SUB || event == SUBXACT_EVENT_ABORT_SUB) &&
		told.subtransaction == subtransaction)
	{
		told.in_doubt = true;
		told.subtransaction = parent;
	}
}

/* ---- which queries take nodes, and whether they can be told ---- */

static bool
has_citus_scan(PlanState *state, void *context)
{
	if (state == NULL)
		return false;
	if (IsA(state->plan, CustomScan) &&
		strncmp(((CustomScan *) state->plan)->methods->CustomName, "Citus ", 6) == 0)
		return true;
	return planstate_tree_walker(state, has_citus_scan, context);
}

pg_noreturn static void
refuse_to_tell(const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_NO_ACTIVE_SQL_TRANSACTION),
			 errmsg("a help center token reaches the other nodes of Citus in a transaction block only"),
			 errhint("%s", hint),
			 errhidestmt(true),
			 errhidecontext(true)));
}

/*
 * Where Citus opens no transaction on each node, a statement would find no
 * token there.
 */
static void
require_transaction(void)
{
	if (!IsTransactionBlock())
		refuse_to_tell("Send BEGIN first, and then hcjwt.authenticate() and the queries.");
	if (!is_on("citus.select_opens_transaction_block"))
		refuse_to_tell("Set citus.select_opens_transaction_block to on.");
}

void
nodes_before_visitor(void)
{
	if (!citus_is_here())
		return;
	if (session_is_of_citus())
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("hcjwt.authenticate() was sent to another node by Citus"),
				 errhint("Call it in a statement of its own that reads no table, and in no distributed function."),
				 errhidestmt(true),
				 errhidecontext(true)));
	require_transaction();
}

void
nodes_before_query(const QueryFrame *frame)
{
	uint64		serial;

	if (!citus_is_here())
		return;
	if (!has_citus_scan(frame->desc->planstate, NULL))
	{
		take_former_token();
		return;
	}
	query_takes_nodes(frame);
	if (session_token(&serial) != NULL)
		require_transaction();
	tell_judged();
}

/* Does Citus carry this very statement to the nodes? */
static bool
is_carried(const Node *command)
{
	const char *carries;

	if (!IsA(command, VariableSetStmt))
		return false;
	carries = GetConfigOption(CARRIES_SET_LOCAL, true, false);
	return carries != NULL && strcmp(carries, "local") == 0;
}

void
nodes_before_command(const Node *command)
{
	uint64		serial;

	if (!IsTransactionState() || IsA(command, TransactionStmt) || !citus_is_here())
		return;
	if (is_carried(command))
	{
		told.transaction = PROC_LXID(MyProc);
		told.in_doubt = true;
	}
	if (!IsTransactionBlock() || IsA(command, VariableSetStmt) ||
		(session_token(&serial) == NULL && !told_something()))
		return;
	if (session_judge_quietly(present_moment()) == REASON_NONE)
		tell_judged();
	else
		take_former_token();
}

void
nodes_init(void)
{
	RegisterSubXactCallback(at_subtransaction_end, NULL);
}
