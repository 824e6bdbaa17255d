/*-------------------------------------------------------------------------
 *
 * verdict_cache.c
 *		Which tokens verify under which keys, known to the whole server.
 *
 * IDENTIFICATION
 *	  src/verify/verdict_cache.c
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

typedef struct Verdict
{
	uint8_t		digest[SHA256_LEN];
	char		thumbprint[JWK_THUMBPRINT_LEN + 1];
	uint32		used;			/* by the set's clock; 0: empty */
} Verdict;

typedef struct VerdictSet
{
	slock_t		lock;
	uint32		clock;
	Verdict		verdicts[WAYS];
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
	if (found)
		return;
	memset(sets, 0, mul_size(n, sizeof(VerdictSet)));
	for (uint32 i = 0; i < n; i++)
		SpinLockInit(&sets[i].lock);
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

/* The set's time, which starts anew when it has run out. */
static uint32
tick(VerdictSet *set)
{
	if (unlikely(++set->clock == 0))
	{
		for (int i = 0; i < WAYS; i++)
			set->verdicts[i].used = set->verdicts[i].used != 0;
		set->clock = 2;
	}
	return set->clock;
}

static Verdict *
find_verdict(VerdictSet *set, const uint8_t digest[SHA256_LEN], const char *thumbprint)
{
	for (int i = 0; i < WAYS; i++)
	{
		Verdict    *verdict = &set->verdicts[i];

		if (verdict->used != 0 &&
			memcmp(verdict->digest, digest, SHA256_LEN) == 0 &&
			memcmp(verdict->thumbprint, thumbprint, JWK_THUMBPRINT_LEN) == 0)
			return verdict;
	}
	return NULL;
}

bool
verdict_cache_has(const uint8_t digest[SHA256_LEN], const char *thumbprint)
{
	VerdictSet *set = set_of(digest);
	Verdict    *verdict;

	SpinLockAcquire(&set->lock);
	verdict = find_verdict(set, digest, thumbprint);
	if (verdict != NULL)
		verdict->used = tick(set);
	SpinLockRelease(&set->lock);
	return verdict != NULL;
}

void
verdict_cache_add(const uint8_t digest[SHA256_LEN], const char *thumbprint)
{
	VerdictSet *set = set_of(digest);
	Verdict    *verdict;

	SpinLockAcquire(&set->lock);
	verdict = find_verdict(set, digest, thumbprint);
	if (verdict == NULL)
	{
		verdict = &set->verdicts[0];
		for (int i = 1; i < WAYS; i++)
			if (set->verdicts[i].used < verdict->used)
				verdict = &set->verdicts[i];
		memcpy(verdict->digest, digest, SHA256_LEN);
		memcpy(verdict->thumbprint, thumbprint, JWK_THUMBPRINT_LEN + 1);
	}
	verdict->used = tick(set);
	SpinLockRelease(&set->lock);
}
