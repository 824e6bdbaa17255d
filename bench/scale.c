/*-------------------------------------------------------------------------
 *
 * scale.c
 *		How new keys spread over many nodes and help centers: a simulation.
 *
 *		make -C test scale
 *
 * When a key is fetched is judged by the code that judges it in the server,
 * src/refresh/timing.c and src/rate_limit.c.  The model has the fetcher's 16
 * transfers at once (MAX_FETCHES), each of which takes TRANSFER; urgent
 * fetches, which go first; visitors with a token of the new key, who come at
 * random, for each help center and node once in VISITOR on average; and an
 * interval of 1 h, for cache headers that say nothing, or of a day.  All nodes
 * start at the same moment, which is the worst for herds, and keys change two
 * and a half hours later.
 *
 *-------------------------------------------------------------------------
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rate_limit.h"
#include "refresh/timing.h"

#define CENTERS		10000
#define NODES		50
#define TRANSFER	(ONE_SECOND / 5)
#define VISITOR		ONE_MINUTE
#define COOLDOWN	(30 * ONE_SECOND)
#define CHANGE		(5 * ONE_HOUR / 2)
#define END			(5 * ONE_HOUR)

typedef enum Kind
{
	TIMED,						/* the timer's fetch is due */
	VISIT						/* a visitor with a token of the new key comes */
} Kind;

typedef struct Event
{
	int64_t		at;
	int			center;
	Kind		kind;
} Event;

static Event *heap;
static int	nheap;

static void
push(int64_t at, int center, Kind kind)
{
	int			i = nheap++;

	while (i > 0 && heap[(i - 1) / 2].at > at)
	{
		heap[i] = heap[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	heap[i].at = at;
	heap[i].center = center;
	heap[i].kind = kind;
}

static Event
pop(void)
{
	Event		top = heap[0];
	Event		last = heap[--nheap];
	int			i = 0;

	for (;;)
	{
		int			child = 2 * i + 1;

		if (child >= nheap)
			break;
		if (child + 1 < nheap && heap[child + 1].at < heap[child].at)
			child++;
		if (heap[child].at >= last.at)
			break;
		heap[i] = heap[child];
		i = child;
	}
	heap[i] = last;
	return top;
}

static double
chance(void)
{
	return rand() / (RAND_MAX + 1.0);
}

/* Requests that reach one help center, by the second; and what was known when. */
static int	requests[END / ONE_SECOND + 60];
static int64_t known[NODES * CENTERS];
static int	nknown;
static int64_t fetches;

static int64_t transfers[MAX_FETCHES];	/* when each place is free */

/* Fetches in the first place that is free; returns when it begins. */
static int64_t
fetch(int center, int64_t now)
{
	int			place = 0;
	int64_t		begins;

	for (int i = 1; i < MAX_FETCHES; i++)
		if (transfers[i] < transfers[place])
			place = i;
	begins = transfers[place] > now ? transfers[place] : now;
	transfers[place] = begins + TRANSFER;
	fetches++;
	if (center == 0)
		requests[begins / ONE_SECOND]++;
	return begins;
}

/* One server fetches for the visitors of so many nodes; so many help centers change keys. */
static void
simulate_node(int visited_as, int changed, int demand, int64_t fresh)
{
	static int64_t next[CENTERS];
	static int64_t asked[CENTERS];
	static char knows[CENTERS];
	CacheAnswer cache = {0};
	RateLimit	limit = {0};
	int64_t		longest = timing_longest(FRESH_MAX, 7 * FRESH_MAX);

	cache.verdict = fresh > 0 ? CACHE_LIFETIME : CACHE_NONE_GIVEN;
	cache.lifetime = fresh / ONE_SECOND;
	nheap = 0;
	memset(transfers, 0, sizeof(transfers));
	memset(asked, 0, sizeof(asked));
	memset(knows, 0, sizeof(knows));
	for (int i = 0; i < CENTERS; i++)
	{
		push(next[i] = 0, i, TIMED);
		if (demand && i < changed)
			push(CHANGE - (int64_t) (log(1 - chance()) * VISITOR / visited_as), i, VISIT);
	}
	while (nheap > 0)
	{
		Event		event = pop();
		int			i = event.center;
		int64_t		begins;

		if (event.at > END)
			break;
		if (event.kind == TIMED && event.at < next[i])
			continue;			/* a visitor's fetch has delayed it */
		if (event.kind == VISIT)
		{
			if (knows[i])
				continue;
			push(event.at - (int64_t) (log(1 - chance()) * VISITOR / visited_as), i, VISIT);
			if (!timing_may_ask(asked[i], COOLDOWN, 0, event.at) ||
				!rate_limit_take(&limit, timing_demand_interval(CENTERS), event.at))
				continue;
			asked[i] = event.at;
		}
		begins = fetch(i, event.at);
		next[i] = begins + TRANSFER + timing_after_success(&cache, longest, chance());
		push(next[i], i, TIMED);
		if (i < changed && begins >= CHANGE && !knows[i])
		{
			knows[i] = 1;
			known[nknown++] = begins + TRANSFER - CHANGE;
		}
	}
}

static int
compare(const void *a, const void *b)
{
	int64_t		x = *(const int64_t *) a;
	int64_t		y = *(const int64_t *) b;

	return (x > y) - (x < y);
}

static void
simulate(const char *what, int fetching, int changed, int demand, int64_t fresh)
{
	int			second = 0;
	int			later = 0;
	int			hour = 0;

	memset(requests, 0, sizeof(requests));
	nknown = 0;
	fetches = 0;
	for (int i = 0; i < fetching; i++)
		simulate_node(NODES / fetching, changed, demand, fresh);
	qsort(known, nknown, sizeof(int64_t), compare);
	for (int i = 0; i < (int) (END / ONE_SECOND); i++)
	{
		if (requests[i] > second)
			second = requests[i];
		if (i > 3600 && requests[i] > later)
			later = requests[i];
		if (i >= 3600 && i < 7200)
			hour += requests[i];
	}
	printf("%-42s %6.0f %6.0f %6.0f s  %4d/h %3d/s %3d/s  %9lld\n", what,
		   known[nknown / 2] / 1e6, known[(int) (nknown * 0.99)] / 1e6,
		   known[nknown - 1] / 1e6, hour, second, later, (long long) fetches);
	if (nknown != fetching * changed)
	{
		printf("only %d of %d are known in the end\n", nknown, fetching * changed);
		exit(1);
	}
}

int
main(void)
{
	heap = malloc(sizeof(Event) * CENTERS * 64);
	srand(1);
	printf("%-42s %-23s  %-19s  %s\n", "", "new key known after", "requests to one", "all");
	printf("%-42s %6s %6s %6s    %5s %5s %5s  %9s\n", "", "median", "99 %", "all", "", "most", "later", "fetches");
	simulate("each fetches, one changes, no visitors", NODES, 1, 0, 0);
	simulate("each fetches, one changes", NODES, 1, 1, 0);
	simulate("each fetches, all change, no visitors", NODES, CENTERS, 0, 0);
	simulate("each fetches, all change", NODES, CENTERS, 1, 0);
	simulate("one fetches, one changes", 1, 1, 1, 0);
	simulate("one fetches, all change", 1, CENTERS, 1, 0);
	simulate("one fetches, all change, fresh for a day", 1, CENTERS, 1, FRESH_MAX);
	return 0;
}
