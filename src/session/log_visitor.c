/*-------------------------------------------------------------------------
 *
 * log_visitor.c
 *		hcjwt.log_visitor: log entries say who the visitor is.
 *
 * The hook that sees each entry before it is written adds a line to its context.
 * So nothing is done where nothing is logged, and an entry says who the visitor
 * is even where another hook, such as pgaudit's, hides its context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "tcop/tcopprot.h"
#include "utils/memutils.h"

#include "session/log_visitor.h"
#include "session/session.h"
#include "session/token.h"
#include "settings.h"
#include "verify/refusal_log.h"

static emit_log_hook_type next_log_hook = NULL;

/*
 * hcjwt_session.version at the end of the last transaction; visitors_version is 0
 * unless that transaction was a visitor's.
 */
static uint64 last_version = 0;
static uint64 visitors_version = 0;

/* The phrase of the token now in force, if that is the one last verified. */
static const char *
phrase_of_token(void)
{
	uint64		serial;

	if (hcjwt_session.phrase == NULL ||
		session_token(&serial) == NULL || serial != hcjwt_session.serial)
		return NULL;
	return hcjwt_session.phrase;
}

static const char *
present_visitor(void)
{
	const char *phrase = phrase_of_token();

	return phrase && (hcjwt_allow_session_token || session_token_is_current())
		? phrase : NULL;
}

/*
 * The phrase for the visitor whose entry this is, or NULL.  A statement's
 * duration is logged when the statement may have ended its transaction already;
 * and once a transaction has failed, its token is gone.
 */
static const char *
visitor_of_entry(void)
{
	if (IsTransactionState())
		return present_visitor();
	if (debug_query_string != NULL && visitors_version == hcjwt_session.version)
		return hcjwt_session.phrase;
	return NULL;
}

/*
 * After its end a transaction has no id to compare with the one that the token
 * was set in.  But a transaction verifies its token, which changes the version;
 * so a version with which an earlier transaction ended is not this one's.
 */
static void
note_end(XactEvent event, void *arg)
{
	if (event != XACT_EVENT_COMMIT && event != XACT_EVENT_ABORT &&
		event != XACT_EVENT_PREPARE)
		return;
	visitors_version = 0;
	if (hcjwt_log_visitor && phrase_of_token() != NULL &&
		(hcjwt_allow_session_token || last_version != hcjwt_session.version))
		visitors_version = hcjwt_session.version;
	last_version = hcjwt_session.version;
}

/*
 * When a leader reports a parallel worker's error again, the context has the
 * phrase already.
 */
static bool
has_phrase(const ErrorData *edata, const char *phrase)
{
	return !edata->hide_ctx && edata->context && strstr(edata->context, phrase);
}

static void
add_visitor(ErrorData *edata)
{
	const char *phrase = visitor_of_entry();
	bool		hidden = edata->hide_ctx;
	MemoryContext old;

	if (phrase == NULL || may_quote_token(edata) || has_phrase(edata, phrase))
		return;
	old = MemoryContextSwitchTo(edata->assoc_context);
	edata->context = edata->context && !hidden
		? psprintf("%s\n%s", edata->context, phrase) : pstrdup(phrase);
	edata->hide_ctx = false;
	MemoryContextSwitchTo(old);
}

static void
name_visitor(ErrorData *edata)
{
	if (hcjwt_log_visitor)
		add_visitor(edata);
	if (next_log_hook)
		next_log_hook(edata);
}

void
log_visitor_init(void)
{
	next_log_hook = emit_log_hook;
	emit_log_hook = name_visitor;
	RegisterXactCallback(note_end, NULL);
}
