/*-------------------------------------------------------------------------
 *
 * gate.c
 *		May a token with a new key cause a fetch?
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "keys/trust.h"
#include "refresh/gate.h"
#include "refresh/notices.h"
#include "settings.h"

/*
 * When an answer could not be stored for longer than this, no backend waits for
 * it.
 */
#define KEPT_PATIENCE	(5 * ONE_SECOND)

static bool
under_way(const Entry *entry)
{
	return entry->phase != ENTRY_IDLE || entry->urgent;
}

/*
 * A fetch that began after this statement has brought all keys that the help
 * center has, so no other fetch is permitted, even if the cool-down is 0.  A
 * failure's back-off holds where the help center has a trusted key.  Without
 * one its visitors cannot sign in, so demand may fetch sooner.  An attempt
 * during which the server ended keeps its whole back-off: it may be the reason.
 */
static bool
permitted(const Entry *entry, TimestampTz statement, TimestampTz now)
{
	TimestampTz not_before = entry->not_before;

	if (entry->last_attempt >= statement &&
		entry->last_attempt <= now &&
		now - entry->last_attempt < RATE_LIMIT_INTERVAL)
		return false;
	if (entry->failures > 0 && within_max_stale(entry->trusted_since, now))
		not_before = Max(not_before, entry->cut_off ? entry->next_attempt :
						 timing_demand_from(entry->next_attempt,
											entry->last_attempt));
	return timing_may_ask(entry->last_asked,
						  hcjwt_refetch_cooldown * ONE_SECOND,
						  not_before, now);
}

static bool
count_demand(TimestampTz now)
{
	Database   *database = find_database(MyDatabaseId, true);
	bool		taken;

	if (database == NULL)
		return false;
	taken = rate_limit_take(&database->asked,
							timing_demand_interval(database->enabled), now);
	release_database(database);
	return taken;
}

/*
 * With ASK_REFUSED, *may_ask tells whether the caller may ask for a fetch.
 */
static AskResult
look_at(const Entry *entry, Awaited *awaited, TimestampTz statement, TimestampTz looked,
		TimestampTz now, bool *may_ask, const char **hint)
{
	awaited->ended = entry->ended;
	*may_ask = false;
	if (!entry->enabled)
		return ASK_REFUSED;
	if (entry->last_end >= looked && entry->last_end <= now)
		return ASK_ENDED;
	if (entry->kept && now - entry->kept_since > KEPT_PATIENCE)
	{
		*hint = "the keys were fetched, but cannot be stored yet";
		return ASK_REFUSED;
	}
	if (under_way(entry))
		return ASK_UNDER_WAY;
	*may_ask = permitted(entry, statement, now);
	if (!*may_ask)
		*hint = "no fetch: the last one was only a moment ago, or failed";
	return ASK_REFUSED;
}

AskResult
ask_for_fetch(Awaited *awaited, TimestampTz statement, TimestampTz looked, const char **hint)
{
	TimestampTz now = GetCurrentTimestamp();
	Entry	   *entry = find_entry(&awaited->key, false);
	AskResult	result;
	bool		may_ask;

	if (entry == NULL)
		return ASK_REFUSED;
	result = look_at(entry, awaited, statement, looked, now, &may_ask, hint);
	release_entry(entry);
	if (!may_ask)
		return result;
	/* the limit for the whole database, taken while no entry is locked */
	if (!count_demand(now))
	{
		*hint = "no fetch: too many unknown kids";
		return ASK_REFUSED;
	}

	entry = find_entry(&awaited->key, true);
	if (entry == NULL)
		return ASK_REFUSED;
	result = look_at(entry, awaited, statement, looked, now, &may_ask, hint);
	if (may_ask)
	{
		entry->urgent = true;
		entry->last_asked = now;
		result = ASK_UNDER_WAY;
	}
	release_entry(entry);
	if (may_ask)
		note_urgent();
	return result;
}
