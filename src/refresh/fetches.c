/*-------------------------------------------------------------------------
 *
 * flights.c
 *		The refresh worker's transfers under way: begun, driven, judged, and
 *		handed to whoever stores the answer.
 *
 * IDENTIFICATION
 *	  src/refresh/fetches.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/pg_prng.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/pmsignal.h"
#include "utils/memutils.h"

#include "http/http.h"
#include "refresh/answer.h"
#include "refresh/attempts.h"
#include "refresh/fetches.h"
#include "settings.h"
#include "url/authority.h"

/*
 * For so long a transfer that somebody asked for keeps others from taking its
 * place; who waits has given up by then.
 */
#define URGENT_FOR		(3 * ONE_SECOND)

/*
 * An answer may find no room in shared memory.  Its help center is fetched again
 * after this time.
 */
#define NO_ROOM_PAUSE	ONE_SECOND

typedef struct Flight
{
	bool		used;
	bool		urgent;
	HttpTransfer *transfer;
	CenterKey	key;
	uint64		fetch;
	TimestampTz began;
	char		url[URL_MAX_LEN + 1];
	char		etag[HTTP_MAX_ETAG + 1];
} Flight;

static Flight flights[MAX_FETCHES];

static const HttpApi *api;
static HttpPool *pool;
static char problem[128];		/* why there is no pool */
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
		strlcpy(problem, "the library hcjwt_http is of another version",
				sizeof(problem));
		return;
	}
	pool = api->open();
	if (pool == NULL)
	{
		words = api->problem();
		strlcpy(problem, words ? words : "libcurl cannot be used",
				sizeof(problem));
	}
}

void
open_flights(void)
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
		strlcpy(problem, error->message, sizeof(problem));
		FreeErrorData(error);
	}
	PG_END_TRY();
}

/* The flight's entry, locked, unless it has been made anew or dropped. */
static Center *
center_of_flight(const Flight *flight)
{
	Center	   *center = find_center(&flight->key, true);

	if (center == NULL)
		return NULL;
	if (center->phase == CENTER_FETCHING && center->fetch == flight->fetch)
		return center;
	release_center(center);
	return NULL;
}

/* Hands the answer over; what it is made of may be freed afterwards. */
static void
hand_over(const Flight *flight, Answer *answer)
{
	dsa_pointer packed;
	size_t		size;
	Center	   *center;
	Database   *database;
	bool		urgent;

	if (!fetch_succeeded(answer->outcome))
		pg_atomic_fetch_add_u64(&schedule->failures, 1);

	packed = pack_answer(answer, &size);
	center = center_of_flight(flight);
	if (center == NULL)
	{
		if (DsaPointerIsValid(packed))
			dsa_free(schedule_area, packed);
		return;
	}
	if (!DsaPointerIsValid(packed))
	{
		/* a fault of ours, which counts against no help center */
		center->next_attempt = answer->ended + NO_ROOM_PAUSE;
		strlcpy(center->problem, "out of shared memory", CENTER_PROBLEM_LEN);
		center_idle(center);
		release_center(center);
		attempt_ended(&flight->key);
		fetch_ended();
		return;
	}
	urgent = center->urgent_fetch;
	center->answer = packed;
	center->answer_size = size;
	center->store_attempts = 0;
	center->phase = CENTER_ANSWERED;
	pg_atomic_fetch_add_u64(&schedule->answer_bytes, size);
	release_center(center);

	/* after the entry, so that who clears this first will see the entry */
	database = find_database(flight->key.database, true);
	if (database != NULL)
	{
		database->answers = true;
		database->answers_urgent |= urgent;
		release_database(database);
	}
	wake_launcher();
}

/* Hands over the answer of a flight, judged already or from the response. */
static void
end_flight(Flight *flight, Answer *answer, const HttpResponse *response)
{
	MemoryContext oldcontext = MemoryContextSwitchTo(answer_context);

	answer->began = flight->began;
	answer->ended = GetCurrentTimestamp();
	answer->url = flight->url;
	answer->sent_etag = flight->etag;
	if (response != NULL)
		judge_response(response, answer);
	hand_over(flight, answer);
	if (flight->transfer != NULL)
		api->release(pool, flight->transfer);
	flight->transfer = NULL;
	flight->used = false;
	MemoryContextSwitchTo(oldcontext);
	MemoryContextReset(answer_context);
}

/*
 * Takes a flight back as though it had not begun.  It is due still, but no
 * longer urgent, or those that nobody answers would take turns for ever.
 */
static void
abandon(Flight *flight)
{
	Center	   *center = center_of_flight(flight);

	if (center != NULL)
	{
		center->phase = CENTER_IDLE;
		center->urgent_fetch = false;
		center->begun--;
		center->next_attempt = flight->began;
		release_center(center);
		attempt_ended(&flight->key);
	}
	api->release(pool, flight->transfer);
	flight->transfer = NULL;
	flight->used = false;
}

static Flight *
free_flight(void)
{
	for (int i = 0; i < MAX_FETCHES; i++)
		if (!flights[i].used)
			return &flights[i];
	return NULL;
}

static bool
gives_way(const Flight *flight, TimestampTz now)
{
	return flight->used &&
		!(flight->urgent && flight->began + URGENT_FOR > now);
}

/*
 * Room for an urgent fetch: the youngest transfer that is not urgent itself
 * gives way.  Not the oldest, which is nearest to its end; else a steady stream
 * of urgent ones would keep it from ever ending.
 */
static Flight *
make_room(void)
{
	TimestampTz now = GetCurrentTimestamp();
	Flight	   *youngest = NULL;

	for (int i = 0; i < MAX_FETCHES; i++)
	{
		Flight	   *flight = &flights[i];

		if (!gives_way(flight, now))
			continue;
		if (youngest == NULL || flight->began > youngest->began)
			youngest = flight;
	}
	if (youngest != NULL)
		abandon(youngest);
	return youngest;
}

/*
 * Stamps the attempt before it is made: should this process end, or the server with
 * it, the back-off stands already.
 */
static bool
stamp_attempt(Flight *flight, const CenterKey *key)
{
	Center	   *center = find_center(key, true);
	int			failures;

	flight->began = GetCurrentTimestamp();
	if (center == NULL)
		return false;
	if (!center_due(center, flight->began))
	{
		release_center(center);
		return false;
	}
	flight->key = *key;
	flight->fetch = pg_atomic_add_fetch_u64(&schedule->fetch_serial, 1);
	flight->urgent = center->urgent;
	strlcpy(flight->url, center_url(center), sizeof(flight->url));
	strlcpy(flight->etag, center_etag(center), sizeof(flight->etag));

	center->phase = CENTER_FETCHING;
	center->fetch = flight->fetch;
	center->urgent_fetch = center->urgent;
	center->urgent = false;
	center->begun++;
	center->last_attempt = flight->began;
	center->next_attempt = flight->began +
		timing_after_failure(center->failures + 1, NULL,
							 pg_prng_double(&pg_global_prng_state));
	failures = center->failures + 1;
	release_center(center);
	attempt_begins(key, flight->began, failures);
	return true;
}

static const char *
or_null(const char *text)
{
	return text == NULL || text[0] == '\0' ? NULL : text;
}

bool
begin_flight(const CenterKey *key, bool urgent)
{
	Flight	   *flight = free_flight();
	HttpRequest request = {0};
	Answer		answer = {0};

	if (flight == NULL && urgent)
		flight = make_room();
	if (flight == NULL)
		return false;
	if (!stamp_attempt(flight, key))
		return true;

	begun_any = true;
	flight->used = true;
	answer.error = "";
	answer.etag = "";
	if (!judge_url(flight->url, &answer))
	{
		end_flight(flight, &answer, NULL);
		return true;
	}
	if (pool != NULL)
	{
		request.url = flight->url;
		request.if_none_match = or_null(flight->etag);
		request.ca_file = or_null(hcjwt_ca_file);
		request.proxy = or_null(hcjwt_proxy);
		request.tag = flight;
		flight->transfer = api->begin(pool, &request);
	}
	if (flight->transfer == NULL)
	{
		answer.outcome = FETCH_FAILED;
		answer.error = pool != NULL ? "the transfer could not be begun" : problem;
		end_flight(flight, &answer, NULL);
	}
	return true;
}

bool
room_for_flight(void)
{
	return free_flight() != NULL;
}

bool
begun_any_flight(void)
{
	return begun_any;
}

void
abandon_flights(void)
{
	TimestampTz now = GetCurrentTimestamp();

	for (int i = 0; i < MAX_FETCHES; i++)
		if (gives_way(&flights[i], now))
			abandon(&flights[i]);
}

bool
any_flight(void)
{
	for (int i = 0; i < MAX_FETCHES; i++)
		if (flights[i].used)
			return true;
	return false;
}

void
drive_flights(int timeout_ms)
{
	HttpTransfer *transfer;

	api->drive(pool, timeout_ms);
	while ((transfer = api->ended(pool)) != NULL)
	{
		const HttpResponse *response = api->response(transfer);
		Answer		answer = {0};

		end_flight(response->tag, &answer, response);
	}
}

void
close_flights(void)
{
	for (int i = 0; i < MAX_FETCHES; i++)
	{
		Flight	   *flight = &flights[i];
		Center	   *center;

		if (!flight->used)
			continue;
		flight->used = false;
		center = center_of_flight(flight);
		if (center == NULL)
			continue;
		center->failures++;
		strlcpy(center->problem, "the refresh worker was ended",
				CENTER_PROBLEM_LEN);
		center_idle(center);
		release_center(center);
		/* a server that is killed may be so because of what it did */
		if (PostmasterIsAlive())
			attempt_ended(&flight->key);
		fetch_ended();
	}
	if (pool != NULL)
		api->close(pool);
	pool = NULL;
}
