/*-------------------------------------------------------------------------
 *
 * verdict_cache.c
 *		Which tokens verify under which keys: remembered for the whole server.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "port/pg_bitutils.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"
#include "storage/spin.h"

#include "jose/jwk.h"
#include "settings.h"
#include "verify/verdict_cache.h"

/*
 * Set-associative: the digest chooses a set, and a new verdict takes the place
 * of the set's least recently used one.  A set's lock is held for the time of a
 * few comparisons.
 */
#define WAYS				8

/* What a look-up compares stands together, so that it touches few cache lines. */
typedef struct VerdictSet
{
	slock_t		lock;
	uint32		clock;
	uint32		used[WAYS];		/* by the set's clock; 0: empty */
	uint8_t		digest[WAYS][SHA256_LEN];
	char		thumbprint[WAYS][JWK_THUMBPRINT_LEN];
} VerdictSet;

static VerdictSet *sets = NULL;
static uint32 set_mask;

/* As many sets as fit the setting: a power of two. */
static uint32
number_of_sets(void)
{
	uint64		n = (uint64) hcjwt_token_cache_size * 1024 / sizeof(VerdictSet);

	return n == 0 ? 0 : (uint32) 1 << pg_leftmost_one_pos64(n);
}

void
verdict_cache_shmem_request(void)
{
	RequestAddinShmemSpace(mul_size(number_of_sets(), sizeof(VerdictSet)));
}

static void
init_sets(uint32 n)
{
	memset(sets, 0, mul_size(n, sizeof(VerdictSet)));
	for (uint32 i = 0; i < n; i++)
		SpinLockInit(&sets[i].lock);
}

void
verdict_cache_shmem_startup(void)
{
	uint32		n = number_of_sets();
	bool		found;

	Assert(LWLockHeldByMeInMode(AddinShmemInitLock, LW_EXCLUSIVE));
	if (n == 0)
		return;
	sets = ShmemInitStruct("hcjwt verdicts", mul_size(n, sizeof(VerdictSet)), &found);
	set_mask = n - 1;
	if (!found)
		init_sets(n);
}

bool
verdict_cache_is_on(void)
{
	return sets != NULL;
}

static VerdictSet *
set_of(const uint8_t digest[SHA256_LEN])
{
	uint32		n;

	memcpy(&n, digest, sizeof(n));
	return &sets[n & set_mask];
}

/*
 * When a new process first reads a page of shared memory, Linux maps the pages
 * around it as well; when it first writes one, Linux maps that page alone.  So
 * this reads the page first.
 */
static void
lock_set(VerdictSet *set)
{
	(void) *(volatile uint32 *) &set->clock;
	SpinLockAcquire(&set->lock);
}

/* The set's time, which starts anew when it has run out. */
static uint32
tick(VerdictSet *set)
{
	if (unlikely(++set->clock == 0))
	{
		for (int i = 0; i < WAYS; i++)
			set->used[i] = set->used[i] != 0;
		set->clock = 2;
	}
	return set->clock;
}

/* The index of that verdict in the set, or -1. */
static int
find_verdict(const VerdictSet *set, const uint8_t digest[SHA256_LEN], const char *thumbprint)
{
	for (int i = 0; i < WAYS; i++)
		if (set->used[i] != 0 &&
			memcmp(set->digest[i], digest, SHA256_LEN) == 0 &&
			memcmp(set->thumbprint[i], thumbprint, JWK_THUMBPRINT_LEN) == 0)
			return i;
	return -1;
}

bool
verdict_cache_has(const uint8_t digest[SHA256_LEN], const char *thumbprint)
{
	VerdictSet *set = set_of(digest);
	int			way;

	lock_set(set);
	way = find_verdict(set, digest, thumbprint);
	if (way >= 0)
		set->used[way] = tick(set);
	SpinLockRelease(&set->lock);
	return way >= 0;
}

void
verdict_cache_add(const uint8_t digest[SHA256_LEN], const char *thumbprint)
{
	VerdictSet *set = set_of(digest);
	int			way;

	lock_set(set);
	way = find_verdict(set, digest, thumbprint);
	if (way < 0)
	{
		way = 0;
		for (int i = 1; i < WAYS; i++)
			if (set->used[i] < set->used[way])
				way = i;
		memcpy(set->digest[way], digest, SHA256_LEN);
		memcpy(set->thumbprint[way], thumbprint, JWK_THUMBPRINT_LEN);
	}
	set->used[way] = tick(set);
	SpinLockRelease(&set->lock);
}
