/*-------------------------------------------------------------------------
 *
 * session.c
 *		The verified token of the present transaction.
 *
 * IDENTIFICATION
 *	  src/session/session.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/datum.h"
#include "utils/memutils.h"

#include "keys/catalog.h"
#include "session/session.h"
#include "session/token.h"
#include "verify/refusal.h"

Session		hcjwt_session = {.version = 1};

/*
 * What the verdict on a token rests on.  While token, settings and keys are the
 * same (epoch), only the clock has to be asked again.
 */
static struct
{
	uint64		epoch;			/* 0: there is no verdict */
	TimestampTz valid_from;
	TimestampTz valid_until;
	TimestampTz trusted_since;
}			verdict;

static MemoryContext session_context = NULL;

static void
forget_claims(void)
{
	verdict.epoch = 0;
	hcjwt_session.epoch = 0;
	hcjwt_session.version++;
	hcjwt_session.payload = NULL;
	hcjwt_session.help_center = NULL;
	if (session_context == NULL)
		session_context = AllocSetContextCreate(TopMemoryContext, "hcjwt session",
												ALLOCSET_START_SMALL_SIZES);
	MemoryContextReset(session_context);
}

static void
remember_claims(const Verification *v, Jsonb *payload, uint64 epoch)
{
	MemoryContext old;

	forget_claims();
	old = MemoryContextSwitchTo(session_context);
	hcjwt_session.payload = (Jsonb *)
		datumCopy(PointerGetDatum(payload), false, -1);
	hcjwt_session.help_center = pstrdup(v->center->name);
	MemoryContextSwitchTo(old);
	hcjwt_session.expires_at = v->expires_at;

	verdict.valid_from = v->valid_from;
	verdict.valid_until = v->valid_until;
	verdict.trusted_since = v->center->trusted_since;
	verdict.epoch = epoch;
}

/* Is the verdict of before still right, but for the clock? */
static bool
verdict_holds(TimestampTz now)
{
	return verdict.epoch == hcjwt_epoch &&
		hcjwt_session.payload != NULL &&
		now >= verdict.valid_from && now < verdict.valid_until &&
		within_max_stale(verdict.trusted_since, now);
}

/* The whole way, in a context of its own, since what it leaves is no one's. */
static void
verify_session_token(const char *token)
{
	uint64		epoch = hcjwt_epoch;
	Verification v;
	Reason		reason;
	MemoryContext context;
	MemoryContext old;

	context = AllocSetContextCreate(CurrentMemoryContext, "hcjwt verification",
									ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(context);
	verification_begin(&v, token, strlen(token), NULL, true);
	reason = verify_token(&v);
	if (reason != REASON_NONE)
		refuse(&v, reason);
	remember_claims(&v, verified_payload(&v), epoch);
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
}

void
session_judge(void)
{
	TimestampTz statement = GetCurrentStatementStartTimestamp();
	LocalTransactionId transaction = PROC_LXID(MyProc);
	uint64		serial;
	uint64		epoch;
	const char *token;

	catch_up_with_changes();

	/* whatever happens on the way, a change of this calls us again */
	epoch = hcjwt_epoch;
	hcjwt_session.epoch = 0;

	token = session_token(&serial);
	if (token == NULL)
	{
		if (hcjwt_session.payload != NULL)
			forget_claims();
	}
	else if (!hcjwt_allow_session_token && !session_token_is_current())
	{
		forget_claims();
		refuse_left_behind();
	}
	else if (!verdict_holds(statement))
	{
		forget_claims();
		verify_session_token(token);
	}

	hcjwt_session.statement = statement;
	hcjwt_session.transaction = transaction;
	hcjwt_session.epoch = epoch;
}

void
session_adopt(const Verification *v, Jsonb *payload, uint64 generation)
{
	/* keys changed since: the first use verifies again */
	if (generation != hcjwt_keys_generation)
		return;
	remember_claims(v, payload, hcjwt_epoch);
	hcjwt_session.statement = GetCurrentStatementStartTimestamp();
	hcjwt_session.transaction = PROC_LXID(MyProc);
	hcjwt_session.epoch = hcjwt_epoch;
}
