/*-------------------------------------------------------------------------
 *
 * store_sql.c
 *		The transaction that stores one answer.
 *
 * Locks the help center's row first, and discards the answer unless row, URL and
 * enabled are still what was fetched.
 *
 * IDENTIFICATION
 *	  src/refresh/store_sql.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/jsonb.h"
#include "utils/lsyscache.h"

#include "encoding.h"
#include "keys/catalog.h"
#include "keys/statement.h"
#include "refresh/database_worker.h"
#include "refresh/store.h"
#include "settings.h"

/* Retired keys that are kept for each help center, and for how long. */
#define RETIRED_KEYS_KEPT	1000
#define RETIRED_DAYS_KEPT	30

/* So that no store takes long, however many there are. */
#define PRUNED_AT_ONCE		5000

static uint64
run(const char *query, int expected, int nargs, Oid *types, Datum *values,
	const char *nulls)
{
	return run_statement(query, expected, nargs, types, values, nulls);
}

static Datum
result(int number, bool *isnull)
{
	return SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc,
						 number, isnull);
}

/* Is the help center's row still what was fetched?  Locks it. */
static bool
still_wanted(StoreTask *task)
{
	static const char query[] =
		"SELECT FROM hcjwt.help_centers h WHERE h.name = $1 AND h.enabled"
		" AND " KEYS_URL_SQL("h") " = $2 FOR UPDATE";
	Oid			types[2] = {TEXTOID, TEXTOID};
	Datum		values[2];

	values[0] = CStringGetTextDatum(task->name);
	values[1] = CStringGetTextDatum(task->answer->url);
	return run(query, SPI_OK_SELECT, 2, types, values, NULL) > 0;
}

/*
 * Are the stored keys still those of the ETag that was sent?  Whoever else
 * changes a fetched key makes the trigger forget it.  On the way, has the phrase
 * about the answer changed?
 */
static bool
same_etag(StoreTask *task)
{
	static const char query[] =
		"SELECT coalesce(s.etag = $2 AND s.keys_url = $3, false),"
		" coalesce(s.last_error, '') <> $4"
		" FROM hcjwt.fetch_state s WHERE s.help_center = $1";
	Oid			types[4] = {TEXTOID, TEXTOID, TEXTOID, TEXTOID};
	Datum		values[4];
	bool		isnull;

	values[0] = CStringGetTextDatum(task->name);
	values[1] = CStringGetTextDatum(task->answer->sent_etag);
	values[2] = CStringGetTextDatum(task->answer->url);
	values[3] = CStringGetTextDatum(task->answer->error);
	task->error_is_new = true;
	if (run(query, SPI_OK_SELECT, 4, types, values, NULL) == 0)
		return false;
	task->error_is_new = DatumGetBool(result(2, &isnull));
	return DatumGetBool(result(1, &isnull));
}

/* How many of the kids are trusted as fetched? */
static int
count_fetched(Datum name, Datum kids)
{
	static const char query[] =
		"SELECT count(*)::int4 FROM hcjwt.keys WHERE help_center = $1"
		" AND kid = ANY ($2) AND source = 'fetched' AND retired_at IS NULL";
	Oid			types[2] = {TEXTOID, TEXTARRAYOID};
	Datum		values[2];
	bool		isnull;

	values[0] = name;
	values[1] = kids;
	(void) run(query, SPI_OK_SELECT, 2, types, values, NULL);
	return DatumGetInt32(result(1, &isnull));
}

/* The trigger merges a key that is there already. */
static void
insert_key(Datum name, Datum kid, const AnswerKey *key)
{
	static const char query[] =
		"INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint, source)"
		" VALUES ($1, $2, $3, $4, 'fetched')";
	Oid			types[4] = {TEXTOID, TEXTOID, JSONBOID, TEXTOID};
	Datum		values[4];
	const char *jwk;
	size_t		len;

	jwk = utf8_to_server(key->jwk, strlen(key->jwk), &len);
	values[0] = name;
	values[1] = kid;
	values[2] = DirectFunctionCall1(jsonb_in, CStringGetDatum(jwk));
	values[3] = CStringGetTextDatum(key->thumbprint);
	(void) run(query, SPI_OK_INSERT, 4, types, values, NULL);
}

/*
 * Stores the usable keys and retires what is no longer listed.  The answer's
 * ETag is good only if all it lists is here as fetched, not shadowed by an
 * imported key, nor left out.
 */
static void
store_keys(StoreTask *task)
{
	static const char retire[] =
		"UPDATE hcjwt.keys SET retired_at = now() WHERE help_center = $1"
		" AND kid <> ALL ($2) AND source = 'fetched' AND retired_at IS NULL";
	Answer	   *answer = task->answer;
	Oid			types[2] = {TEXTOID, TEXTARRAYOID};
	Datum		values[2];
	Datum	   *kids = palloc(sizeof(Datum) * answer->nkeys);
	const AnswerKey **keys = palloc(sizeof(AnswerKey *) * answer->nkeys);
	int			nkids = 0;
	int			before;
	int			after;

	for (int i = 0; i < answer->nkeys; i++)
	{
		const char *kid = answer->keys[i].kid;
		size_t		len;

		kid = utf8_to_server(kid, strlen(kid), &len);
		if (kid == NULL)
			continue;			/* this database's encoding has it not */
		keys[nkids] = &answer->keys[i];
		kids[nkids++] = CStringGetTextDatum(kid);
	}
	if (nkids < answer->nkeys)
		answer->error = MemoryContextStrdup(task->context,
											psprintf("%d keys skipped: the kid has a character that the database's encoding has not",
													 answer->nkeys - nkids));

	values[0] = CStringGetTextDatum(task->name);
	values[1] = PointerGetDatum(construct_array(kids, nkids, TEXTOID, -1, false,
												TYPALIGN_INT));
	before = count_fetched(values[0], values[1]);
	for (int i = 0; i < nkids; i++)
		insert_key(values[0], kids[i], keys[i]);
	task->retired = run(retire, SPI_OK_UPDATE, 2, types, values, NULL);
	after = count_fetched(values[0], values[1]);
	task->added = after - before;
	task->etag = after == answer->nkeys ? answer->etag : "";
}

/* "Not modified": the keys were seen, which need not be written every time. */
static void
see_keys_again(StoreTask *task)
{
	static const char query[] =
		"UPDATE hcjwt.keys SET last_seen = now() WHERE help_center = $1"
		" AND source = 'fetched' AND retired_at IS NULL"
		" AND last_seen < now() - '1 hour'::interval";
	Oid			types[1] = {TEXTOID};
	Datum		values[1];

	values[0] = CStringGetTextDatum(task->name);
	(void) run(query, SPI_OK_UPDATE, 1, types, values, NULL);
}

static void
forget_etag(StoreTask *task)
{
	static const char query[] =
		"UPDATE hcjwt.fetch_state SET etag = NULL WHERE help_center = $1";
	Oid			types[1] = {TEXTOID};
	Datum		values[1];

	values[0] = CStringGetTextDatum(task->name);
	(void) run(query, SPI_OK_UPDATE, 1, types, values, NULL);
	task->etag = "";
}

/*
 * Keys past hcjwt.max_stale are trusted again, or may be by the clock of somebody
 * who has looked a while ago: he must look again.
 */
static void
tell_of_success(const StoreTask *task)
{
	static const char recent[] =
		"SELECT FROM hcjwt.fetch_state WHERE help_center = $1 AND keys_url = $2"
		" AND last_success > now() - $3 * '1 second'::interval";
	Oid			types[3] = {TEXTOID, TEXTOID, INT4OID};
	Datum		values[3];
	const HcjwtCatalog *catalog = hcjwt_catalog();

	values[0] = CStringGetTextDatum(task->name);
	values[1] = CStringGetTextDatum(task->answer->url);
	values[2] = Int32GetDatum(hcjwt_max_stale / 2);
	if (run(recent, SPI_OK_SELECT, 3, types, values, NULL) == 0 && catalog != NULL)
		CacheInvalidateRelcacheByRelid(catalog->keys);
}

static void
store_state(const StoreTask *task)
{
	static const char query[] =
		"INSERT INTO hcjwt.fetch_state AS s (help_center, keys_url,"
		" last_attempt, last_result, last_success, outcome, http_status,"
		" last_error, consecutive_failures, next_attempt, not_before, etag)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
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
		" etag = CASE WHEN excluded.etag IS NOT NULL THEN nullif(excluded.etag, '')"
		" WHEN s.keys_url = excluded.keys_url THEN s.etag END";
	const Answer *answer = task->answer;
	Oid			types[12] = {TEXTOID, TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID,
		TIMESTAMPTZOID, TEXTOID, INT4OID, TEXTOID, INT4OID, TIMESTAMPTZOID,
	TIMESTAMPTZOID, TEXTOID};
	Datum		values[12];
	char		nulls[13] = "            ";

	values[0] = CStringGetTextDatum(task->name);
	values[1] = CStringGetTextDatum(answer->url);
	values[2] = TimestampTzGetDatum(answer->began);
	values[3] = TimestampTzGetDatum(answer->ended);
	values[4] = TimestampTzGetDatum(answer->ended);
	if (fetch_succeeded(answer->outcome))
		tell_of_success(task);
	else
		nulls[4] = 'n';
	values[5] = CStringGetTextDatum(outcome_text(answer->outcome));
	values[6] = Int32GetDatum(answer->http_status);
	if (answer->http_status == 0)
		nulls[6] = 'n';
	values[7] = CStringGetTextDatum(answer->error);
	if (answer->error[0] == '\0')
		nulls[7] = 'n';
	values[8] = Int32GetDatum(task->failures);
	values[9] = TimestampTzGetDatum(task->next_attempt);
	values[10] = TimestampTzGetDatum(task->not_before);
	if (task->not_before == 0)
		nulls[10] = 'n';
	if (task->etag != NULL)
		values[11] = CStringGetTextDatum(task->etag);
	else
	{
		values[11] = (Datum) 0;
		nulls[11] = 'n';
	}
	(void) run(query, SPI_OK_INSERT, 12, types, values, nulls);
}

/* Only once ALTER EXTENSION hcjwt UPDATE has brought the column. */
static bool
has_fresh_for(void)
{
	const HcjwtCatalog *catalog = hcjwt_catalog();

	return catalog != NULL &&
		get_attnum(catalog->fetch_state, "fresh_for") != InvalidAttrNumber;
}

/*
 * "Not modified" without headers on freshness: the keys are fresh for as long as
 * those of the stored answer said (RFC 9111, section 4.3.4).
 */
static void
recall_freshness(StoreTask *task)
{
	static const char query[] =
		"SELECT extract(epoch FROM fresh_for)::int8 FROM hcjwt.fetch_state"
		" WHERE help_center = $1 AND fresh_for IS NOT NULL";
	CacheAnswer *cache = &task->answer->cache;
	Oid			types[1] = {TEXTOID};
	Datum		values[1];
	bool		isnull;

	if (cache->verdict != CACHE_NONE_GIVEN || !has_fresh_for())
		return;
	values[0] = CStringGetTextDatum(task->name);
	if (run(query, SPI_OK_SELECT, 1, types, values, NULL) == 0)
		return;
	cache->verdict = CACHE_LIFETIME;
	cache->lifetime = DatumGetInt64(result(1, &isnull));
	plan_next(task);
}

/* What an answer's headers say of freshness, for the next bare "not modified". */
static void
store_freshness(const StoreTask *task)
{
	static const char query[] =
		"UPDATE hcjwt.fetch_state SET fresh_for = make_interval(secs => $2)"
		" WHERE help_center = $1";
	const CacheAnswer *cache = &task->answer->cache;
	Oid			types[2] = {TEXTOID, FLOAT8OID};
	Datum		values[2];
	char		nulls[3] = "  ";

	if (!has_fresh_for())
		return;
	values[0] = CStringGetTextDatum(task->name);
	values[1] = Float8GetDatum(cache->verdict == CACHE_LIFETIME ? cache->lifetime : 0);
	if (cache->verdict == CACHE_NONE_GIVEN)
		nulls[1] = 'n';
	(void) run(query, SPI_OK_UPDATE, 2, types, values, nulls);
}

void
store_in_transaction(StoreTask *task)
{
	bool		same;

	task->fate = FATE_DISCARDED;
	if (!begin_work())
		return;
	if (still_wanted(task))
	{
		same = same_etag(task);
		if (task->answer->outcome == FETCH_NOT_MODIFIED && !same)
		{
			task->fate = FATE_ETAG_GONE;
			forget_etag(task);
		}
		else
		{
			task->fate = FATE_STORED;
			if (task->answer->outcome == FETCH_OK)
				store_keys(task);
			else if (task->answer->outcome == FETCH_NOT_MODIFIED)
			{
				recall_freshness(task);
				see_keys_again(task);
			}
			else if (task->answer->forget_etag)
				task->etag = "";
			store_state(task);
			if (fetch_succeeded(task->answer->outcome))
				store_freshness(task);
		}
	}
	end_work();
}

/*
 * Keys that are retired for long are of no use.  A help center that lists other
 * keys each time would fill the table with them.
 */
void
prune_in_transaction(StoreTask *task)
{
#define RETIRED_FOR_LONG \
	" FROM (SELECT k.kid, k.retired_at," \
	" row_number() OVER (ORDER BY k.retired_at DESC, k.kid) AS n" \
	" FROM hcjwt.keys k WHERE k.help_center = $1 AND k.source = 'fetched'" \
	" AND k.retired_at IS NOT NULL AND k.revoked_at IS NULL) retired" \
	" WHERE n > " CppAsString2(RETIRED_KEYS_KEPT) \
	" OR retired_at < now() - '" CppAsString2(RETIRED_DAYS_KEPT) " days'::interval"
	static const char exist[] = "SELECT" RETIRED_FOR_LONG " LIMIT 1";
	static const char prune[] =
		"DELETE FROM hcjwt.keys WHERE help_center = $1 AND kid IN"
		" (SELECT kid" RETIRED_FOR_LONG " LIMIT " CppAsString2(PRUNED_AT_ONCE) ")";
	Datum		name = CStringGetTextDatum(task->name);

	if (!begin_work())
		return;
	if (run_statement_on_text(exist, SPI_OK_SELECT, 1, &name) > 0 && still_wanted(task))
		(void) run_statement_on_text(prune, SPI_OK_DELETE, 1, &name);
	end_work();
}
