/*-------------------------------------------------------------------------
 *
 * verdict_cache.c
 *		Proof: a verdict that was added is found, and no other is; a new verdict
 *		replaces the least recently used one.
 *
 * The proof looks at one byte of a digest and of a thumbprint, which stands for
 * all bytes: the code compares and copies them as a whole.
 *
 * stands in for: memcmp memcpy
 * entries: verdicts wraps hits
 * cbmc: --unwind 9
 * cbmc verdicts: --unsigned-overflow-check
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "storage/spin.h"

#include "proof.h"

/* The lock is never taken twice, and never released twice. */
static int	locked;

#undef SpinLockAcquire
#undef SpinLockRelease
#define SpinLockAcquire(lock)	PROVE(locked++ == 0)
#define SpinLockRelease(lock)	PROVE(locked-- == 1)

#include "verify/verdict_cache.c"

#define LOOKED_AT	7

/* The code compares and copies whole digests; one byte is enough to see that. */
int
stand_in_memcmp(const void *a, const void *b, size_t n)
{
	PROVE(n == SHA256_LEN || n == JWK_THUMBPRINT_LEN);
	PROVE(__CPROVER_r_ok(a, n) && __CPROVER_r_ok(b, n));
	return ((const char *) a)[LOOKED_AT] != ((const char *) b)[LOOKED_AT];
}

void *
stand_in_memcpy(void *to, const void *from, size_t n)
{
	PROVE(__CPROVER_w_ok(to, n) && __CPROVER_r_ok(from, n));
	if (n == sizeof(uint32))
		*(uint32 *) to = 0;
	else if (n == SHA256_LEN || n == JWK_THUMBPRINT_LEN)
		((char *) to)[LOOKED_AT] = ((const char *) from)[LOOKED_AT];
	return to;
}

static VerdictSet set;
static uint8_t digests[2][SHA256_LEN];
static char thumbprints[2][JWK_THUMBPRINT_LEN];

static bool
are_same(void)
{
	return memcmp(digests[0], digests[1], SHA256_LEN) == 0 &&
		memcmp(thumbprints[0], thumbprints[1], JWK_THUMBPRINT_LEN) == 0;
}

/* For any state of the set, and any two verdicts. */
void
verdicts(void)
{
	int			way = (int) any_size_to(WAYS - 1);
	bool		known;
	bool		other;
	bool		stays;
	uint8_t		digest;
	char		thumbprint;

	sets = &set;
	__CPROVER_havoc_object(&set);
	__CPROVER_havoc_object(digests);
	__CPROVER_havoc_object(thumbprints);
	set.clock = nondet_uint32();
	ASSUME(set.clock < PG_UINT32_MAX - 1);
	for (int i = 0; i < WAYS; i++)
		ASSUME(set.used[i] <= set.clock);

	known = find_verdict(&set, digests[0], thumbprints[0]) >= 0;
	other = find_verdict(&set, digests[1], thumbprints[1]) >= 0;
	stays = known;
	for (int i = 0; i < WAYS; i++)
		stays = stays || set.used[i] < set.used[way];
	digest = set.digest[way][LOOKED_AT];
	thumbprint = set.thumbprint[way][LOOKED_AT];

	verdict_cache_add(digests[0], thumbprints[0]);
	PROVE(IMPLIES(stays, set.digest[way][LOOKED_AT] == digest &&
				  set.thumbprint[way][LOOKED_AT] == thumbprint));
	PROVE(verdict_cache_has(digests[0], thumbprints[0]));
	PROVE(IMPLIES(!other && !are_same(), !verdict_cache_has(digests[1], thumbprints[1])));
	PROVE(locked == 0);
}

/* A verdict that is asked for is then the youngest. */
void
hits(void)
{
	int			way;

	sets = &set;
	__CPROVER_havoc_object(&set);
	__CPROVER_havoc_object(digests);
	__CPROVER_havoc_object(thumbprints);
	ASSUME(set.clock < PG_UINT32_MAX);
	for (int i = 0; i < WAYS; i++)
		ASSUME(set.used[i] <= set.clock);
	way = find_verdict(&set, digests[0], thumbprints[0]);
	PROVE(verdict_cache_has(digests[0], thumbprints[0]) == (way >= 0));
	for (int i = 0; way >= 0 && i < WAYS; i++)
		PROVE(i == way || set.used[i] < set.used[way]);
}

/* Once the clock has run out, all times are before its own, and no verdict is lost. */
void
wraps(void)
{
	uint32		used[WAYS];

	__CPROVER_havoc_object(&set);
	set.clock = PG_UINT32_MAX;
	for (int i = 0; i < WAYS; i++)
		used[i] = set.used[i];
	PROVE(tick(&set) == 2 && set.clock == 2);
	for (int i = 0; i < WAYS; i++)
		PROVE(set.used[i] == (used[i] != 0));
}
