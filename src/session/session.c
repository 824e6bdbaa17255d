/*-------------------------------------------------------------------------
 *
 * session.c
 *		The verified token of the present transaction.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/datum.h"
#include "utils/inval.h"
#include "utils/memutils.h"

#include "epoch.h"
#include "keys/catalog.h"
#include "session/session.h"
#include "session/token.h"
#include "settings.h"
#include "verify/payload.h"
#include "verify/refusal.h"
#include "verify/verify.h"
#include "verify/visitor.h"

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
	hcjwt_session.version++;
	hcjwt_session.serial = 0;
	hcjwt_session.payload = NULL;
	hcjwt_session.help_center = NULL;
	hcjwt_session.phrase = NULL;
	if (session_context == NULL)
		session_context = AllocSetContextCreate(TopMemoryContext, "hcjwt session",
												ALLOCSET_START_SMALL_SIZES);
	MemoryContextReset(session_context);
}

/* The same token of the same help center has the same claims. */
static void
remember_claims(const Verification *v, uint64 serial, Jsonb *payload, uint64 epoch)
{
	if (hcjwt_session.serial != serial ||
		strcmp(hcjwt_session.help_center, v->center->name) != 0)
	{
		MemoryContext old;
		Jsonb	   *payload_copy;
		char	   *help_center_copy;
		char	   *phrase = NULL;

		forget_claims();
		old = MemoryContextSwitchTo(session_context);
		payload_copy = (Jsonb *) datumCopy(PointerGetDatum(payload), false, -1);
		help_center_copy = pstrdup(v->center->name);
		if (hcjwt_log_visitor)
			phrase = visitor_phrase(payload_copy, help_center_copy);
		MemoryContextSwitchTo(old);
		hcjwt_session.payload = payload_copy;
		hcjwt_session.help_center = help_center_copy;
		hcjwt_session.phrase = phrase;
		hcjwt_session.expires_at = v->expires_at;
		hcjwt_session.serial = serial;
	}
	Assert(v->center != NULL);
	verdict.valid_from = v->valid_from;
	verdict.valid_until = v->valid_until;
	verdict.trusted_since = v->center->trusted_since;
	verdict.epoch = epoch;
}

/* Is the earlier verdict still right at this moment? */
static bool
verdict_holds(TimestampTz now)
{
	return verdict.epoch == hcjwt_epoch &&
		hcjwt_session.payload != NULL &&
		now >= verdict.valid_from && now < verdict.valid_until &&
		within_max_stale(verdict.trusted_since, now);
}

/*
 * Verifies the token by all rules, in a memory context that is deleted
 * afterwards.
 */
static Reason
verify_session_token(const char *token, uint64 serial, TimestampTz now, bool quietly)
{
	uint64		epoch = hcjwt_epoch;
	Verification v;
	Reason		reason;
	MemoryContext context;
	MemoryContext old;

	verdict.epoch = 0;
	context = AllocSetContextCreate(CurrentMemoryContext, "hcjwt verification",
									ALLOCSET_DEFAULT_SIZES);
	old = MemoryContextSwitchTo(context);
	verification_begin(&v, token, strlen(token), NULL, true);
	v.now = now;
	v.may_wait = !quietly;
	reason = verify_token(&v);
	if (reason == REASON_NONE)
		remember_claims(&v, serial, verified_payload(&v), epoch);
	else
	{
		forget_claims();
		if (!quietly)
			refuse(&v, reason);
	}
	MemoryContextSwitchTo(old);
	MemoryContextDelete(context);
	return reason;
}

static Reason
judge_present(TimestampTz now, bool quietly)
{
	uint64		serial;
	const char *token;

	/* from here on, keys that other sessions have revoked are refused */
	AcceptInvalidationMessages();

	token = session_token(&serial);
	if (token == NULL)
	{
		if (hcjwt_session.payload != NULL)
			forget_claims();
		return REASON_NONE;
	}
	if (!hcjwt_allow_session_token && !session_token_is_current())
	{
		forget_claims();
		if (!quietly)
			refuse_left_behind();
		return REASON_LEFT_BEHIND;
	}
	if (verdict_holds(now))
		return REASON_NONE;
	return verify_session_token(token, serial, now, quietly);
}

void
session_judge(TimestampTz now)
{
	(void) judge_present(now, false);
}

Reason
session_judge_quietly(TimestampTz now)
{
	return judge_present(now, true);
}

void
session_adopt(const Verification *v, Jsonb *payload, uint64 generation)
{
	uint64		serial;

	/* keys changed since: the first use verifies again */
	if (generation == hcjwt_keys_generation && session_token(&serial) != NULL)
		remember_claims(v, serial, payload, hcjwt_epoch);
}
