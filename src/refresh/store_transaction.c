/*-------------------------------------------------------------------------
 *
 * store_transaction.c
 *		The transaction that stores one answer.
 *
 * Locks the help center's row first, and discards the answer unless row, URL and
 * enabled are still what was fetched.  The lock is one that foreign keys to the row
 * do not conflict with.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

#include "encoding.h"
#include "keys/catalog.h"
#include "keys/key_reader.h"
#include "keys/statement.h"
#include "keys_url.h"
#include "refresh/schedule.h"
#include "refresh/store_transaction.h"
#include "refresh/work.h"
#include "settings.h"

/* Retired keys that are kept for each help center, and for how long. */
#define RETIRED_KEYS_KEPT	1000
#define RETIRED_DAYS_KEPT	30

/* So that no transaction takes long. */
#define PRUNED_AT_ONCE		5000

/*
 * Each statement here has these parameters, whether it uses them or not: $1 is
 * the help center, $2 the URL that was asked, $3 the ETag that was sent, $4 the
 * phrase about the answer; $5 to $7 are the kids, thumbprints and JWKs of the
 * answer's keys.
 */
static struct
{
	Datum		values[7];
	char		nulls[8];
}			common;

static Datum
answer_array(Datum *elements, int count)
{
	return PointerGetDatum(construct_array(elements, count, TEXTOID, -1, false,
										   TYPALIGN_INT));
}

static void
set_common(const StoreTask *task)
{
	memset(common.nulls, ' ', sizeof(common.nulls));
	common.nulls[4] = common.nulls[5] = common.nulls[6] = 'n';
	common.values[0] = CStringGetTextDatum(task->name);
	common.values[1] = CStringGetTextDatum(task->answer->url);
	common.values[2] = CStringGetTextDatum(task->answer->sent_etag);
	common.values[3] = CStringGetTextDatum(task->answer->error);
}

/* Returns how many rows the statement returned or changed. */
static uint64
run_common(const char *query, int expected)
{
	static const Oid types[7] = {TEXTOID, TEXTOID, TEXTOID, TEXTOID,
	TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID};

	return run_statement(query, expected, lengthof(types), types,
						 common.values, common.nulls);
}

/* The only value that a query returns. */
static Datum
value_of(const char *query, bool *isnull)
{
	(void) run_common(query, SPI_OK_SELECT);
	return SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, isnull);
}

/* How many rows of hcjwt.keys fulfil the condition? */
static int
count_keys(const char *condition)
{
	bool		isnull;

	return DatumGetInt64(value_of(psprintf("SELECT count(*) FROM hcjwt.keys %s",
										   condition), &isnull));
}

/* Is the help center's row still what was fetched?  Locks it. */
static bool
still_wanted(void)
{
	return run_common("SELECT FROM hcjwt.help_centers h WHERE h.name = $1 AND h.enabled"
					  " AND " KEYS_URL_SQL("h") " = $2 FOR NO KEY UPDATE", SPI_OK_SELECT) > 0;
}

/*
 * Are the stored keys still those of the ETag that was sent?  When anybody else
 * changes a fetched key, the trigger deletes the ETag.
 */
static bool
same_etag(void)
{
	return run_common("SELECT FROM hcjwt.fetch_state s WHERE s.help_center = $1"
					  " AND s.etag = $3 AND s.keys_url = $2", SPI_OK_SELECT) > 0;
}

/* Did the answer before have the same phrase? */
static bool
error_is_old(void)
{
	return run_common("SELECT FROM hcjwt.fetch_state s"
					  " WHERE s.help_center = $1 AND s.last_error = $4", SPI_OK_SELECT) > 0;
}

/* Adds to the phrase about the answer. */
static void
add_to_error(StoreTask *task, const char *what)
{
	Answer	   *answer = task->answer;
	const char *before = answer->error;

	answer->error = MemoryContextStrdup(task->context,
										psprintf("%s%s%s", before,
												 before[0] ? "; " : "", what));
	common.values[3] = CStringGetTextDatum(answer->error);
}

/*
 * Makes parameters of the answer's keys; returns how many this database can
 * have.
 */
static int
set_keys(const Answer *answer)
{
	Datum	   *kids = palloc(sizeof(Datum) * answer->nkeys);
	Datum	   *thumbprints = palloc(sizeof(Datum) * answer->nkeys);
	Datum	   *jwks = palloc(sizeof(Datum) * answer->nkeys);
	int			count = 0;

	for (int i = 0; i < answer->nkeys; i++)
	{
		const AnswerKey *key = &answer->keys[i];
		size_t		len;
		const char *kid = utf8_to_server(key->kid, strlen(key->kid), &len);

		if (kid == NULL)
			continue;			/* the database's encoding lacks a character */
		kids[count] = CStringGetTextDatum(kid);
		thumbprints[count] = CStringGetTextDatum(key->thumbprint);
		jwks[count++] = CStringGetTextDatum(utf8_to_server(key->jwk, strlen(key->jwk), &len));
	}
	common.values[4] = answer_array(kids, count);
	common.values[5] = answer_array(thumbprints, count);
	common.values[6] = answer_array(jwks, count);
	memset(common.nulls, ' ', sizeof(common.nulls));
	return count;
}

#define FETCHED_KEYS_SQL \
	"WHERE help_center = $1 AND source = 'fetched' AND retired_at IS NULL"
#define LISTED_SQL		FETCHED_KEYS_SQL " AND kid = ANY ($5)"
#define NOT_LISTED_SQL	FETCHED_KEYS_SQL " AND kid <> ALL ($5)"

/*
 * A new key that is not retired although the answer leaves it out.  A cache may
 * return an older set, which lists only keys that are older than the new one.
 * Then the new key is kept, for minutes at most.
 */
#define SPARED_SQL \
	"first_seen > now() - '10 minutes'::interval" \
	" AND first_seen > (SELECT max(listed.first_seen) FROM hcjwt.keys listed" \
	" WHERE listed.help_center = $1 AND listed.kid = ANY ($5))"

/*
 * Stores the usable keys, which the trigger merges with those that are there,
 * and retires the keys that are no longer listed.  The answer's ETag is stored
 * only if the fetched keys are now exactly those that the answer lists.
 */
static void
store_keys(StoreTask *task)
{
	Answer	   *answer = task->answer;
	int			skipped = answer->nkeys - set_keys(answer);
	int			before;
	int			after;
	int			others;

	if (skipped > 0)
		add_to_error(task, psprintf("%d keys skipped: the kid has a character that the database's encoding lacks",
									skipped));

	before = count_keys(LISTED_SQL);
	(void) run_common("INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint, source)"
					  " SELECT $1, kid, jwk::jsonb, thumbprint, 'fetched'"
					  " FROM unnest($5, $6, $7) AS listed (kid, thumbprint, jwk)",
					  SPI_OK_INSERT);
	task->retired = run_common("UPDATE hcjwt.keys SET retired_at = now() " NOT_LISTED_SQL
							   " AND NOT coalesce(" SPARED_SQL ", false)", SPI_OK_UPDATE);
	after = count_keys(LISTED_SQL);
	task->added = after - before;
	task->spared = count_keys(NOT_LISTED_SQL " AND " SPARED_SQL);
	if (task->spared > 0)
		task->next_attempt = Min(task->next_attempt, answer->ended + FRESH_MIN);
	task->etag = after == answer->nkeys && task->spared == 0 ? answer->etag : "";

	/* a fetched key does not replace these, which are imported or revoked */
	others = count_keys("k, unnest($5, $6) AS listed (kid, thumbprint)"
						" WHERE k.help_center = $1 AND k.kid = listed.kid"
						" AND k.thumbprint <> listed.thumbprint AND k.retired_at IS NULL");
	if (others > 0)
		add_to_error(task, psprintf("%d of its keys not used: an imported or revoked key has the same kid and other material",
									others));
}

/*
 * After "not modified": the keys were seen again.  This is not written every
 * time.
 */
static void
see_keys_again(void)
{
	(void) run_common("UPDATE hcjwt.keys SET last_seen = now() " FETCHED_KEYS_SQL
					  " AND last_seen < now() - '1 hour'::interval", SPI_OK_UPDATE);
}

static void
drop_stored_etag(StoreTask *task)
{
	(void) run_common("UPDATE hcjwt.fetch_state SET etag = NULL WHERE help_center = $1",
					  SPI_OK_UPDATE);
	task->etag = "";
}

/*
 * After a success keys past hcjwt.max_stale are trusted again.  Backends that
 * have looked before must look again, unless the last success is recent.
 */
static void
invalidate_after_success(void)
{
	if (run_common(psprintf("SELECT FROM hcjwt.fetch_state"
							" WHERE help_center = $1 AND keys_url = $2"
							" AND last_success > now() - %d * '1 second'::interval",
							hcjwt_max_stale / 2), SPI_OK_SELECT) == 0)
		invalidate_keys();
}

void
plan_next(StoreTask *task)
{
	const Answer *answer = task->answer;

	if (fetch_succeeded(answer->outcome))
	{
		task->next_attempt = next_after_success(answer->ended, &answer->cache);
		task->not_before = 0;
		task->failures = 0;
	}
	else
	{
		int64		retry_after = timing_retry_after(&answer->cache);

		task->failures++;
		task->next_attempt = next_after_failure(answer->ended, task->failures,
												&answer->cache);
		task->not_before = retry_after > 0 ? answer->ended + retry_after : 0;
	}
}

static void
store_state(const StoreTask *task)
{
	static const char query[] =
		"INSERT INTO hcjwt.fetch_state AS s (help_center, keys_url,"
		" last_attempt, last_result, last_success, outcome, http_status,"
		" last_error, consecutive_failures, next_attempt, not_before, etag)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, nullif($12, ''))"
		" ON CONFLICT (help_center) DO UPDATE SET"
		" keys_url = excluded.keys_url,"
		" last_attempt = excluded.last_attempt,"
		" last_result = excluded.last_result,"
		" last_success = coalesce(excluded.last_success,"
		" CASE WHEN s.keys_url = excluded.keys_url THEN s.last_success END),"
		" outcome = excluded.outcome,"
		" http_status = excluded.http_status,"
		" last_error = excluded.last_error,"
		" consecutive_failures = excluded.consecutive_failures,"
		" next_attempt = excluded.next_attempt,"
		" not_before = excluded.not_before,"
		" etag = CASE WHEN $12 IS NOT NULL THEN excluded.etag"
		" WHEN s.keys_url = excluded.keys_url THEN s.etag END";
	static const Oid types[12] = {TEXTOID, TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID,
		TIMESTAMPTZOID, TEXTOID, INT4OID, TEXTOID, INT4OID, TIMESTAMPTZOID,
	TIMESTAMPTZOID, TEXTOID};
	const Answer *answer = task->answer;
	bool		success = fetch_succeeded(answer->outcome);
	Datum		values[12] = {
		common.values[0],
		common.values[1],
		TimestampTzGetDatum(answer->began),
		TimestampTzGetDatum(answer->ended),
		TimestampTzGetDatum(answer->ended),
		CStringGetTextDatum(outcome_word(answer->outcome)),
		Int32GetDatum(answer->http_status),
		common.values[3],
		Int32GetDatum(task->failures),
		TimestampTzGetDatum(task->next_attempt),
		TimestampTzGetDatum(task->not_before),
		CStringGetTextDatum(task->etag ? task->etag : "")
	};
	char		nulls[12];

	memset(nulls, ' ', sizeof(nulls));
	if (!success)
		nulls[4] = 'n';
	if (answer->http_status == 0)
		nulls[6] = 'n';
	if (answer->error[0] == '\0')
		nulls[7] = 'n';
	if (task->not_before == 0)
		nulls[10] = 'n';
	if (task->etag == NULL)
		nulls[11] = 'n';
	if (success)
		invalidate_after_success();
	(void) run_statement(query, SPI_OK_INSERT, 12, types, values, nulls);
}

/* Does the column exist?  ALTER EXTENSION hcjwt UPDATE adds it. */
static bool
has_column_fresh_for(void)
{
	const HcjwtCatalog *catalog = hcjwt_catalog();

	return catalog != NULL &&
		get_attnum(catalog->fetch_state, "fresh_for") != InvalidAttrNumber;
}

/*
 * An answer "not modified" may have no headers on freshness.  Then the keys are fresh for as
 * long as the headers of the stored answer said (RFC 9111, section 4.3.4).
 */
static void
recall_freshness(StoreTask *task)
{
	CacheAnswer *cache = &task->answer->cache;
	int64		seconds;
	bool		isnull;

	if (cache->verdict != CACHE_NONE_GIVEN || !has_column_fresh_for())
		return;
	seconds = DatumGetInt64(value_of("SELECT max(extract(epoch FROM fresh_for)::int8)"
									 " FROM hcjwt.fetch_state WHERE help_center = $1",
									 &isnull));
	if (isnull)
		return;
	cache->verdict = CACHE_LIFETIME;
	cache->lifetime = seconds;
	plan_next(task);
}

/* What an answer's headers say of freshness, for the next bare "not modified". */
static void
store_freshness(const StoreTask *task)
{
	const CacheAnswer *cache = &task->answer->cache;
	int64		seconds = cache->verdict == CACHE_LIFETIME ? cache->lifetime : 0;

	if (has_column_fresh_for())
		(void) run_common(psprintf("UPDATE hcjwt.fetch_state SET fresh_for ="
								   " make_interval(secs => %s) WHERE help_center = $1",
								   cache->verdict == CACHE_NONE_GIVEN ? "NULL" :
								   psprintf(INT64_FORMAT, seconds)), SPI_OK_UPDATE);
}

static void
store_wanted(StoreTask *task)
{
	const Answer *answer = task->answer;
	KeysOfHelpCenter keys;

	if (answer->outcome == FETCH_NOT_MODIFIED && !same_etag())
	{
		task->fate = FATE_ETAG_GONE;
		drop_stored_etag(task);
		return;
	}

	task->fate = FATE_STORED;
	if (answer->outcome == FETCH_OK)
		store_keys(task);
	else if (answer->outcome == FETCH_NOT_MODIFIED)
	{
		recall_freshness(task);
		see_keys_again();
	}
	else if (answer->forget_etag)
		task->etag = "";
	task->error_is_new = answer->error[0] != '\0' && !error_is_old();
	store_state(task);
	if (fetch_succeeded(answer->outcome))
	{
		count_keys_of(task->name, &keys);
		task->trusted_since = keys.trusted_since;
		store_freshness(task);
	}
}

void
store_in_transaction(void *arg)
{
	StoreTask  *task = arg;

	task->fate = FATE_DISCARDED;
	if (!begin_work())
		return;
	set_common(task);
	if (still_wanted())
		store_wanted(task);
	end_work();
}

/*
 * Keys that are retired for long are of no use.  They would fill the table
 * where a help center lists new keys each time.
 */
void
prune_in_transaction(void *arg)
{
#define RETIRED_FOR_LONG \
	" FROM (SELECT k.kid, k.retired_at," \
	" row_number() OVER (ORDER BY k.retired_at DESC, k.kid) AS n" \
	" FROM hcjwt.keys k WHERE k.help_center = $1 AND k.source = 'fetched'" \
	" AND k.retired_at IS NOT NULL AND k.revoked_at IS NULL) retired" \
	" WHERE n > " CppAsString2(RETIRED_KEYS_KEPT) \
	" OR retired_at < now() - '" CppAsString2(RETIRED_DAYS_KEPT) " days'::interval"

	if (!begin_work())
		return;
	set_common(arg);
	if (run_common("SELECT" RETIRED_FOR_LONG " LIMIT 1", SPI_OK_SELECT) > 0 && still_wanted())
		(void) run_common("DELETE FROM hcjwt.keys WHERE help_center = $1 AND kid IN"
						  " (SELECT kid" RETIRED_FOR_LONG " LIMIT " CppAsString2(PRUNED_AT_ONCE) ")",
						  SPI_OK_DELETE);
	end_work();
}
