/*-------------------------------------------------------------------------
 *
 * fetches.c
 *		The fetcher's transfers under way: begun, driven, judged, and
 *		handed to the process that stores the answer.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "storage/pmsignal.h"
#include "utils/memutils.h"

#include "http/http.h"
#include "refresh/attempts.h"
#include "refresh/fetches.h"
#include "refresh/judge.h"
#include "refresh/notices.h"
#include "settings.h"
#include "url/authority.h"

/*
 * For this time an urgent fetch does not give way to another.  After it, the
 * backend that asked has given up waiting.
 */
#define URGENT_FOR		(3 * ONE_SECOND)

/*
 * When shared memory has no room for an answer, the next attempt is after this
 * time.
 */
#define NO_ROOM_PAUSE	ONE_SECOND

typedef struct Fetch
{
	bool		used;
	bool		urgent;
	HttpTransfer *transfer;
	EntryKey	key;
	uint64		number;			/* Entry.fetch */
	TimestampTz began;
	char		url[URL_MAX_LEN + 1];
	char		etag[HTTP_MAX_ETAG + 1];
} Fetch;

static Fetch fetches[MAX_FETCHES];

static const HttpApi *api;
static HttpPool *pool;
static char pool_problem[128];	/* why pool is NULL */
static MemoryContext answer_context;
static bool begun_any = false;

static void
load_api(void)
{
	HttpApiFunction get_api;
	const char *words;

	get_api = (HttpApiFunction) load_external_function(HTTP_LIBRARY,
													   HTTP_API_FUNCTION,
													   true, NULL);
	api = get_api();
	if (api->version != HTTP_API_VERSION)
	{
		strlcpy(pool_problem, "the library hcjwt_http is of another version",
				sizeof(pool_problem));
		return;
	}
	pool = api->open();
	if (pool == NULL)
	{
		words = api->problem();
		strlcpy(pool_problem, words ? words : "libcurl cannot be used",
				sizeof(pool_problem));
	}
}

void
open_fetches(void)
{
	MemoryContext oldcontext = CurrentMemoryContext;

	answer_context = AllocSetContextCreate(TopMemoryContext, "hcjwt answer",
										   ALLOCSET_DEFAULT_SIZES);
	PG_TRY();
	{
		load_api();
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(oldcontext);
		error = CopyErrorData();
		FlushErrorState();
		strlcpy(pool_problem, error->message, sizeof(pool_problem));
		FreeErrorData(error);
	}
	PG_END_TRY();
}

/* Copies the answer into shared memory, for the database worker. */
static void
hand_over(const Fetch *fetch, Answer *answer)
{
	dsa_pointer packed;
	size_t		size;
	Entry	   *entry;
	Database   *database;
	bool		urgent;

	pg_atomic_fetch_add_u64(&schedule->fetch_time, Max(answer->ended - answer->began, 0));
	if (!fetch_succeeded(answer->outcome))
		pg_atomic_fetch_add_u64(&schedule->failures, 1);

	packed = pack_answer(answer, &size);
	entry = find_fetch(&fetch->key, fetch->number, ENTRY_FETCHING);
	if (entry == NULL)
	{
		if (DsaPointerIsValid(packed))
			dsa_free(schedule_area, packed);
		return;
	}
	if (!DsaPointerIsValid(packed))
	{
		/* a fault of this server, which counts against no help center */
		entry->next_attempt = answer->ended + NO_ROOM_PAUSE;
		strlcpy(entry->problem, "out of shared memory", ENTRY_PROBLEM_LEN);
		entry_idle(entry);
		release_entry(entry);
		attempt_ended(&fetch->key);
		fetch_ended();
		return;
	}
	urgent = entry->urgent_fetch;
	entry->answer = packed;
	entry->answer_size = size;
	entry->store_attempts = 0;
	entry->phase = ENTRY_ANSWERED;
	pg_atomic_fetch_add_u64(&schedule->answer_bytes, size);
	release_entry(entry);

	/*
	 * after the entry: a worker clears this first, and looks at the entries
	 * then
	 */
	database = find_database(fetch->key.database, true);
	if (database != NULL)
	{
		database->answers = true;
		database->answers_urgent |= urgent;
		release_database(database);
	}
	wake_launcher();
}

/* Ends a fetch with its response, or with an answer that is judged already. */
static void
end_fetch(Fetch *fetch, Answer *answer, const HttpResponse *response)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(answer_context);

	answer->began = fetch->began;
	answer->ended = GetCurrentTimestamp();
	answer->url = fetch->url;
	answer->sent_etag = fetch->etag;
	if (response != NULL)
		judge_response(response, answer);
	hand_over(fetch, answer);
	if (fetch->transfer != NULL)
		api->release(pool, fetch->transfer);
	fetch->transfer = NULL;
	fetch->used = false;
	MemoryContextSwitchTo(oldcontext);
	MemoryContextReset(answer_context);
}

/*
 * Takes a fetch back as if it had not begun.  It is still due, but no longer
 * urgent: else help centers that never answer would take turns for ever.
 */
static void
abandon(Fetch *fetch)
{
	Entry	   *entry = find_fetch(&fetch->key, fetch->number, ENTRY_FETCHING);

	if (entry != NULL)
	{
		Assert(!DsaPointerIsValid(entry->answer));
		entry->phase = ENTRY_IDLE;
		entry->urgent_fetch = false;
		entry->next_attempt = fetch->began;
		release_entry(entry);
		attempt_ended(&fetch->key);
	}
	api->release(pool, fetch->transfer);
	fetch->transfer = NULL;
	fetch->used = false;
}

static Fetch *
free_fetch(void)
{
	for (int i = 0; i < MAX_FETCHES; i++)
		if (!fetches[i].used)
			return &fetches[i];
	return NULL;
}

static bool
gives_way(const Fetch *fetch, TimestampTz now)
{
	return fetch->used &&
		!(fetch->urgent && fetch->began + URGENT_FOR > now);
}

/*
 * Makes room for an urgent fetch: the youngest fetch that is not urgent gives
 * way.  The oldest is nearest to its end; if it gave way, a steady stream of
 * urgent fetches would never let it end.
 */
static Fetch *
make_room(void)
{
	TimestampTz now = GetCurrentTimestamp();
	Fetch	   *youngest = NULL;

	for (int i = 0; i < MAX_FETCHES; i++)
	{
		Fetch	   *fetch = &fetches[i];

		if (!gives_way(fetch, now))
			continue;
		if (youngest == NULL || fetch->began > youngest->began)
			youngest = fetch;
	}
	if (youngest != NULL)
		abandon(youngest);
	return youngest;
}

/*
 * Stamps the attempt before it is made, so that its back-off holds even if this
 * process or the whole server ends.
 */
static bool
stamp_attempt(Fetch *fetch, const EntryKey *key)
{
	Entry	   *entry = find_entry(key, true);
	int			failures;

	fetch->began = GetCurrentTimestamp();
	if (entry == NULL)
		return false;
	if (!entry_due(entry, fetch->began))
	{
		release_entry(entry);
		return false;
	}
	fetch->key = *key;
	fetch->number = pg_atomic_add_fetch_u64(&schedule->fetch_serial, 1);
	fetch->urgent = entry->urgent;
	strlcpy(fetch->url, entry_url(entry), sizeof(fetch->url));
	strlcpy(fetch->etag, entry_etag(entry), sizeof(fetch->etag));

	Assert(entry->phase == ENTRY_IDLE);
	entry->phase = ENTRY_FETCHING;
	entry->fetch = fetch->number;
	entry->urgent_fetch = entry->urgent;
	entry->urgent = false;
	entry->cut_off = false;
	entry->last_attempt = fetch->began;
	entry->next_attempt = next_after_failure(fetch->began, entry->failures + 1, NULL);
	failures = entry->failures + 1;
	release_entry(entry);
	attempt_begins(key, fetch->began, failures);
	return true;
}

bool
begin_fetch(const EntryKey *key, bool urgent)
{
	Fetch	   *fetch = free_fetch();
	HttpRequest request = {0};
	Answer		answer = {0};

	if (fetch == NULL && urgent)
		fetch = make_room();
	if (fetch == NULL)
		return false;
	if (!stamp_attempt(fetch, key))
		return true;

	begun_any = true;
	fetch->used = true;
	answer.error = "";
	answer.etag = "";
	if (!judge_url(fetch->url, &answer))
	{
		end_fetch(fetch, &answer, NULL);
		return true;
	}
	if (pool != NULL)
	{
		request.url = fetch->url;
		request.if_none_match = fetch->etag;
		request.ca_file = hcjwt_ca_file;
		request.proxy = hcjwt_proxy;
		request.tag = fetch;
		fetch->transfer = api->begin(pool, &request);
	}
	if (fetch->transfer == NULL)
	{
		answer.outcome = FETCH_FAILED;
		answer.error = pool != NULL ? "the transfer could not be begun" : pool_problem;
		end_fetch(fetch, &answer, NULL);
	}
	return true;
}

bool
room_for_fetch(void)
{
	return free_fetch() != NULL;
}

bool
begun_any_fetch(void)
{
	return begun_any;
}

void
abandon_fetches(void)
{
	TimestampTz now = GetCurrentTimestamp();

	for (int i = 0; i < MAX_FETCHES; i++)
		if (gives_way(&fetches[i], now))
			abandon(&fetches[i]);
}

bool
any_fetch(void)
{
	for (int i = 0; i < MAX_FETCHES; i++)
		if (fetches[i].used)
			return true;
	return false;
}

void
drive_fetches(int timeout_ms)
{
	HttpTransfer *transfer;

	api->drive(pool, timeout_ms);
	while ((transfer = api->ended(pool)) != NULL)
	{
		const HttpResponse *response = api->response(transfer);
		Answer		answer = {0};

		end_fetch(response->tag, &answer, response);
	}
}

void
close_fetches(void)
{
	for (int i = 0; i < MAX_FETCHES; i++)
	{
		Fetch	   *fetch = &fetches[i];
		Entry	   *entry;

		if (!fetch->used)
			continue;
		fetch->used = false;
		entry = find_fetch(&fetch->key, fetch->number, ENTRY_FETCHING);
		if (entry == NULL)
			continue;
		entry->failures++;
		strlcpy(entry->problem, "the fetcher was ended",
				ENTRY_PROBLEM_LEN);
		entry_idle(entry);
		release_entry(entry);
		/* if the server is gone, this fetch may be the reason */
		if (PostmasterIsAlive())
			attempt_ended(&fetch->key);
		fetch_ended();
	}
	if (pool != NULL)
		api->close(pool);
	pool = NULL;
}
