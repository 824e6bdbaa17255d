/*-------------------------------------------------------------------------
 *
 * store_sql.c
 *		The transaction that stores one answer.
 *
 * Locks the help center's row first, and discards the answer unless row, URL and
 * enabled are still what was fetched.  The lock is one that foreign keys to the row
 * do not conflict with.
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
#include "refresh/timing.h"
#include "refresh/store.h"
#include "settings.h"

/* Retired keys that are kept for each help center, and for how long. */
#define RETIRED_KEYS_KEPT	1000
#define RETIRED_DAYS_KEPT	30

/* So that no store takes long, however many there are. */
#define PRUNED_AT_ONCE		5000

/* A new key that an older set leaves out: $1 is the help center, $2 the set's kids. */
#define SPARED_SQL \
	"first_seen > now() - '10 minutes'::interval" \
	" AND first_seen > (SELECT max(listed.first_seen) FROM hcjwt.keys listed" \
	" WHERE listed.help_center = $1 AND listed.kid = ANY ($2))"

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
		" AND " KEYS_URL_SQL("h") " = $2 FOR NO KEY UPDATE";
	Oid			types[2] = {TEXTOID, TEXTOID};
	Datum		values[2];

	values[0] = CStringGetTextDatum(task->name);
	values[1] = CStringGetTextDatum(task->answer->url);
	return run(query, SPI_OK_SELECT, 2, types, values, NULL) > 0;
}

/*
 * Are the stored keys still those of the ETag that was sent?  Whoever else
 * changes a fetched key makes the trigger forget it.
 */
static bool
same_etag(StoreTask *task)
{
	static const char query[] =
		"SELECT FROM hcjwt.fetch_state s WHERE s.help_center = $1"
		" AND s.etag = $2 AND s.keys_url = $3";
	Oid			types[3] = {TEXTOID, TEXTOID, TEXTOID};
	Datum		values[3];

	values[0] = CStringGetTextDatum(task->name);
	values[1] = CStringGetTextDatum(task->answer->sent_etag);
	values[2] = CStringGetTextDatum(task->answer->url);
	return run(query, SPI_OK_SELECT, 3, types, values, NULL) > 0;
}

/* Has the phrase about the answer changed since the one before? */
static bool
error_is_new(StoreTask *task)
{
	static const char query[] =
		"SELECT FROM hcjwt.fetch_state s WHERE s.help_center = $1 AND s.last_error = $2";
	Oid			types[2] = {TEXTOID, TEXTOID};
	Datum		values[2];

	values[0] = CStringGetTextDatum(task->name);
	values[1] = CStringGetTextDatum(task->answer->error);
	return run(query, SPI_OK_SELECT, 2, types, values, NULL) == 0;
}

/* One more thing to be said of the answer. */
static void
say_too(StoreTask *task, const char *what)
{
	Answer	   *answer = task->answer;
	const char *before = answer->error;

	answer->error = MemoryContextStrdup(task->context,
										psprintf("%s%s%s", before,
												 before[0] ? "; " : "", what));
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

/*
 * How many of the kids are here with other material than the answer has under them?
 * Asked once the answer is stored, so that these are imported or revoked keys, which
 * a fetched one does not replace.
 */
static int
count_other_material(Datum name, Datum kids, Datum thumbprints)
{
	static const char query[] =
		"SELECT count(*)::int4 FROM hcjwt.keys k,"
		" unnest($2, $3) AS listed (kid, thumbprint)"
		" WHERE k.help_center = $1 AND k.kid = listed.kid"
		" AND k.thumbprint <> listed.thumbprint AND k.retired_at IS NULL";
	Oid			types[3] = {TEXTOID, TEXTARRAYOID, TEXTARRAYOID};
	Datum		values[3];
	bool		isnull;

	values[0] = name;
	values[1] = kids;
	values[2] = thumbprints;
	(void) run(query, SPI_OK_SELECT, 3, types, values, NULL);
	return DatumGetInt32(result(1, &isnull));
}

/*
 * How many new keys does the answer leave out that are not to be retired?  An older
 * set may come back once from a cache that is behind: one that lists nothing but what
 * was there before these keys were.  Then they are kept, for minutes at most.
 */
static int
count_spared(Datum name, Datum kids)
{
	static const char query[] =
		"SELECT count(*)::int4 FROM hcjwt.keys WHERE help_center = $1"
		" AND kid <> ALL ($2) AND source = 'fetched' AND retired_at IS NULL"
		" AND " SPARED_SQL;
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

static Datum
text_array(Datum *elements, int count)
{
	return PointerGetDatum(construct_array(elements, count, TEXTOID, -1, false,
										   TYPALIGN_INT));
}

/*
 * Stores the usable keys and retires what is no longer listed.  The answer's
 * ETag is good only if all it lists is here as fetched, not shadowed by an
 * imported key, nor left out, and nothing else is.
 */
static void
store_keys(StoreTask *task)
{
	static const char retire[] =
		"UPDATE hcjwt.keys SET retired_at = now() WHERE help_center = $1"
		" AND kid <> ALL ($2) AND source = 'fetched' AND retired_at IS NULL"
		" AND NOT coalesce(" SPARED_SQL ", false)";
	Answer	   *answer = task->answer;
	Oid			types[2] = {TEXTOID, TEXTARRAYOID};
	Datum		values[2];
	Datum	   *kids = palloc(sizeof(Datum) * answer->nkeys);
	Datum	   *thumbprints = palloc(sizeof(Datum) * answer->nkeys);
	const AnswerKey **keys = palloc(sizeof(AnswerKey *) * answer->nkeys);
	int			nkids = 0;
	int			before;
	int			after;
	int			others;

	for (int i = 0; i < answer->nkeys; i++)
	{
		const char *kid = answer->keys[i].kid;
		size_t		len;

		kid = utf8_to_server(kid, strlen(kid), &len);
		if (kid == NULL)
			continue;			/* this database's encoding has it not */
		keys[nkids] = &answer->keys[i];
		thumbprints[nkids] = CStringGetTextDatum(answer->keys[i].thumbprint);
		kids[nkids++] = CStringGetTextDatum(kid);
	}
	if (nkids < answer->nkeys)
		say_too(task, psprintf("%d keys skipped: the kid has a character that the database's encoding has not",
							   answer->nkeys - nkids));

	values[0] = CStringGetTextDatum(task->name);
	values[1] = text_array(kids, nkids);
	before = count_fetched(values[0], values[1]);
	for (int i = 0; i < nkids; i++)
		insert_key(values[0], kids[i], keys[i]);
	task->retired = run(retire, SPI_OK_UPDATE, 2, types, values, NULL);
	after = count_fetched(values[0], values[1]);
	task->added = after - before;
	task->spared = count_spared(values[0], values[1]);
	if (task->spared > 0)
		task->next_attempt = Min(task->next_attempt, answer->ended + FRESH_MIN);
	task->etag = after == answer->nkeys && task->spared == 0 ? answer->etag : "";
	others = count_other_material(values[0], values[1], text_array(thumbprints, nkids));
	if (others > 0)
		say_too(task, psprintf("%d of its keys not used: an imported or revoked key has the same kid and other material",
							   others));
}

/* What the schedule is to know of the keys, once they are stored. */
static TimestampTz
trusted_since(const StoreTask *task)
{
	static const char query[] =
		"SELECT bool_or(source = 'imported') FROM hcjwt.keys k"
		" WHERE help_center = $1 AND retired_at IS NULL AND revoked_at IS NULL"
		" AND NOT EXISTS (SELECT FROM hcjwt.keys r WHERE r.help_center = $1"
		" AND r.thumbprint = k.thumbprint AND r.revoked_at IS NOT NULL)";
	Oid			types[1] = {TEXTOID};
	Datum		values[1];
	bool		imported;
	bool		isnull;

	values[0] = CStringGetTextDatum(task->name);
	(void) run(query, SPI_OK_SELECT, 1, types, values, NULL);
	imported = DatumGetBool(result(1, &isnull));
	return isnull ? DT_NOBEGIN : imported ? DT_NOEND : task->answer->ended;
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
			if (fetch_succeeded(task->answer->outcome))
				task->trusted_since = trusted_since(task);
			task->error_is_new = task->answer->error[0] != '\0' && error_is_new(task);
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
