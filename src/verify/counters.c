/*-------------------------------------------------------------------------
 *
 * counters.c
 *		Counts of verdicts since the server's start, for the view hcjwt.stats.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "port/atomics.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"

#include "verify/counters.h"

typedef struct Counters
{
	pg_atomic_uint64 from_cache;
	pg_atomic_uint64 by_reason[NUM_REASONS];	/* REASON_NONE: verified */
} Counters;

static Counters *counters = NULL;
static Counters own_counters;

static void
init_counters(Counters *c)
{
	pg_atomic_init_u64(&c->from_cache, 0);
	for (int i = 0; i < NUM_REASONS; i++)
		pg_atomic_init_u64(&c->by_reason[i], 0);
}

void
counters_shmem_request(void)
{
	RequestAddinShmemSpace(MAXALIGN(sizeof(Counters)));
}

void
counters_shmem_startup(void)
{
	bool		found;

	Assert(LWLockHeldByMeInMode(AddinShmemInitLock, LW_EXCLUSIVE));
	counters = ShmemInitStruct("hcjwt counters", sizeof(Counters), &found);
	if (!found)
		init_counters(counters);
}

static Counters *
get_counters(void)
{
	if (counters == NULL)
	{
		init_counters(&own_counters);
		counters = &own_counters;
	}
	return counters;
}

void
count_verdict(Reason reason, bool from_cache)
{
	Counters   *c = get_counters();

	Assert(reason < NUM_REASONS);
	pg_atomic_fetch_add_u64(&c->by_reason[reason], 1);
	if (from_cache && reason == REASON_NONE)
		pg_atomic_fetch_add_u64(&c->from_cache, 1);
}

uint64
verdicts(Reason reason)
{
	return pg_atomic_read_u64(&get_counters()->by_reason[reason]);
}

uint64
verdicts_from_cache(void)
{
	return pg_atomic_read_u64(&get_counters()->from_cache);
}
