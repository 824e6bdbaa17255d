/*-------------------------------------------------------------------------
 *
 * status.c
 *		What hcjwt.status says of a help center: its state, and what to do.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xlog.h"

#include "keys/trust.h"
#include "refresh/outcome.h"
#include "refresh/status.h"
#include "settings.h"

typedef enum State
{
	STATE_DISABLED,
	STATE_UNGUARDED,
	STATE_NOT_FETCHED,
	STATE_NO_WORKER,
	STATE_EXPIRED,
	STATE_FAILING,
	STATE_NEVER_FETCHED,
	STATE_NO_TRUSTED_KEY,
	STATE_STALE,
	STATE_FRESH
} State;

static const char *const state_words[] = {
	"disabled", "triggers not in force", "not fetched", "no worker", "expired",
	"failing", "never fetched", "no trusted key", "stale", "fresh"
};

/* Sets *why, too, for STATE_FAILING. */
static State
judge_state(const StatusFacts *facts, TimestampTz now, FetchOutcome *why)
{
	if (!facts->enabled)
		return STATE_DISABLED;
	if (facts->unguarded && facts->repair != NULL)
		return STATE_UNGUARDED;
	if (!facts->fetched)
		return STATE_NOT_FETCHED;
	if (facts->no_refresh != NULL)
		return STATE_NO_WORKER;
	if (facts->last_success != 0 && !within_max_stale(facts->last_success, now))
		return STATE_EXPIRED;

	if (facts->under_way && facts->problem[0] != '\0')
		*why = FETCH_STORE;
	else if (facts->failures > 0 && (facts->problem[0] != '\0' || !facts->known))
		*why = FETCH_FAILED;
	else if (facts->stored_failures > 0)
		*why = outcome_of_word(facts->outcome);
	else if (facts->last_success == 0)
		return STATE_NEVER_FETCHED;
	else if (facts->trusted_keys == 0)
		return STATE_NO_TRUSTED_KEY;
	else if (facts->stored_next != 0 && facts->stored_next < now)
		return STATE_STALE;
	else
		return STATE_FRESH;
	return STATE_FAILING;
}

static const char *
failure_advice(const StatusFacts *facts, State state)
{
	FetchOutcome outcome = FETCH_FAILED;
	const char *effect = "";

	if (facts->problem[0] == '\0')
		outcome = outcome_of_word(facts->outcome);
	else if (facts->under_way)
		outcome = FETCH_STORE;
	if (state == STATE_EXPIRED)
		effect = "No fetch has succeeded for hcjwt.max_stale: fetched keys are no longer trusted. ";
	else if (facts->trusted_keys == 0)
		effect = "No key of it is trusted, so its tokens are refused. ";
	return psprintf("%s%s", effect, outcome_advice(outcome, facts->http_status));
}

/* Advice where keys are fresh; NULL when nothing is wrong. */
static const char *
keys_advice(const StatusFacts *facts)
{
	if (facts->crowded)
		return "More than four different keys are listed under a kid of this one: a token that names no help center may be refused (28J00). Name it: hcjwt.authenticate(token, help_center), or hcjwt.required_help_center.";
	if (facts->twin != NULL)
		return psprintf("It has a key of help center \"%s\", too: a token without the claim \"origin\" is refused (28J04) unless one is named: hcjwt.authenticate(token, help_center), or hcjwt.required_help_center.",
						facts->twin);
	return NULL;
}

static const char *
advice_for(const StatusFacts *facts, State state)
{
	bool		standby = RecoveryInProgress();

	if (state == STATE_DISABLED)
		return "None of its keys is trusted. Set enabled in hcjwt.help_centers to use it again.";
	if (state == STATE_UNGUARDED)
		return psprintf("Triggers of hcjwt's tables are missing, disabled or not ENABLE ALWAYS, so no key is trusted. See hcjwt.check_policies() for roles that may make triggers there; run as their owner: %s",
						facts->repair);
	if (facts->repair != NULL)
		return psprintf("A trigger of hcjwt.fetch_state is missing, disabled or not ENABLE ALWAYS, so a subscription may replace what is known here of fetches. Run as the table's owner: %s",
						facts->repair);
	if (state == STATE_NOT_FETCHED && facts->trusted_keys == 0)
		return "Nothing is fetched for it (keys_url is 'none'), and no key of it is trusted: call hcjwt.import_keys(), or check its publisher.";
	if (state == STATE_NO_WORKER)
		return facts->no_refresh_advice;
	if (facts->not_asked != NULL)
		return psprintf("This standby could not ask its primary for new keys: %s. Until it can, a token that is refused (28J03) here may pass on the primary. Check hcjwt.primary_conninfo, and that its role may connect to this database and execute hcjwt.ask_for_keys().",
						facts->not_asked);
	if (standby && state != STATE_FRESH)
		return "This is a standby: see hcjwt.status on the primary, whose keys are replicated.";
	if (!hcjwt_fetch_keys && state != STATE_FRESH && state != STATE_NOT_FETCHED)
		return "hcjwt.fetch_keys is off: see hcjwt.status on the server that fetches, and pg_stat_subscription here. Its publication must have hcjwt.help_centers, hcjwt.keys and hcjwt.fetch_state.";
	if (state == STATE_NEVER_FETCHED)
		return "Its keys are fetched within seconds; hcjwt.refresh() waits for them.";
	if (state == STATE_STALE)
		return "A fetch is due or under way; the keys fetched before are still trusted.";
	if (state == STATE_FRESH && facts->last_error != NULL)
		return "Some keys of the set are not used: see last_error.";
	if (state == STATE_FRESH || state == STATE_NOT_FETCHED)
		return keys_advice(facts);
	if (state != STATE_NO_TRUSTED_KEY)
		return failure_advice(facts, state);
	if (facts->revoked && facts->last_error != NULL)
		return "It lists another key under a kid that is revoked here, which takes no other. Ask the vendor for a key with a kid of its own. If the vendor cannot give one, drop the help center and add it again when the endpoint no longer lists the revoked key; hcjwt.unrevoke_key() would trust that one.";
	if (facts->revoked)
		return "All keys that it lists are revoked here, so its tokens are refused until it lists another: ask the vendor for new keys, or call hcjwt.unrevoke_key() for one that was revoked by mistake.";
	return "None of the keys that it lists is here, so its tokens are refused: call hcjwt.refresh(), and see last_error then.";
}

static const char *
state_text(const StatusFacts *facts, State state, FetchOutcome why)
{
	if (state == STATE_NOT_FETCHED && facts->trusted_keys == 0)
		state = STATE_NO_TRUSTED_KEY;
	if (state == STATE_FAILING)
		return psprintf("failing (%s)", outcome_state(why, facts->http_status));
	return state_words[state];
}

void
judge_status(const StatusFacts *facts, TimestampTz now,
			 const char **state, const char **advice)
{
	FetchOutcome why = FETCH_OK;
	State		judged = judge_state(facts, now, &why);

	*state = state_text(facts, judged, why);
	*advice = advice_for(facts, judged);
}
