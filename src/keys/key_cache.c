/*-------------------------------------------------------------------------
 *
 * key_cache.c
 *		This backend's parsed keys, by kid.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "common/hashfn.h"
#include "lib/ilist.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "keys/catalog.h"
#include "keys/key_cache.h"
#include "keys/key_reader.h"
#include "settings.h"

/* Kids remembered; the least recently used goes first. */
#define KEY_CACHE_SIZE		512

/* After this time a kid with untrusted rows is read again, even if nobody tells. */
#define UNTRUSTED_FOR		USECS_PER_MINUTE

typedef struct CachedKid
{
	uint64		hash;			/* hash key; must be first */
	dlist_node	lru;
	MemoryContext context;		/* of all below, and of the keys themselves */
	char	   *kid;
	size_t		kid_len;
	TimestampTz read_at;		/* the statement that read them */
	int			max_stale;		/* hcjwt.max_stale then */
	TimestampTz trusted_since;	/* the least of the centers' within it then */
	bool		all_trusted;	/* every row of it was trusted then */
	TrustedKeys *keys;
} CachedKid;

static HTAB *kids = NULL;
static dlist_head kids_by_use = DLIST_STATIC_INIT(kids_by_use);
static uint64 kids_generation = 0;

static void
forget(CachedKid *entry)
{
	MemoryContext context = entry->context;

	dlist_delete(&entry->lru);
	(void) hash_search(kids, &entry->hash, HASH_REMOVE, NULL);
	MemoryContextDelete(context);
}

static void
forget_all(void)
{
	while (!dlist_is_empty(&kids_by_use))
		forget(dlist_container(CachedKid, lru, dlist_head_node(&kids_by_use)));
}

static void
create_cache(void)
{
	HASHCTL		control;

	control.keysize = sizeof(uint64);
	control.entrysize = sizeof(CachedKid);
	control.hcxt = TopMemoryContext;
	kids = hash_create("hcjwt kids", KEY_CACHE_SIZE, &control,
					   HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

/* Notes which rows of the kid are trusted now, and for how long by the clock. */
static void
note_trust(CachedKid *entry, TimestampTz now)
{
	int			ntrusted = 0;

	entry->read_at = now;
	entry->max_stale = hcjwt_max_stale;
	entry->trusted_since = DT_NOEND;
	for (int i = 0; i < entry->keys->ncenters; i++)
	{
		TimestampTz since = entry->keys->centers[i].trusted_since;

		if (!within_max_stale(since, now))
			continue;
		ntrusted++;
		entry->trusted_since = Min(entry->trusted_since, since);
	}
	entry->all_trusted = ntrusted == entry->keys->nlisted;
}

/*
 * Is what was read still right?  Most fetches change nothing and send no
 * invalidation, but each successful one makes its keys be trusted for longer.
 * So when a key reaches hcjwt.max_stale by what was read, the tables are read
 * again.  Keys that are past it already need not be read again: the fetch that
 * makes them trusted again does send an invalidation.
 */
static bool
in_date(const CachedKid *entry, TimestampTz now)
{
	return entry->read_at == now ||
		(entry->read_at < now &&
		 entry->max_stale == hcjwt_max_stale &&
		 within_max_stale(entry->trusted_since, now) &&
		 (entry->all_trusted || now - entry->read_at < UNTRUSTED_FOR));
}

/* Reads the tables, and remembers a kid that is in them. */
static TrustedKeys *
read_into_cache(uint64 hash, const char *kid, size_t kid_len, TimestampTz now)
{
	uint64		generation = hcjwt_keys_generation;
	MemoryContext context;
	MemoryContext old;
	TrustedKeys *keys;
	char	   *kid_copy;
	CachedKid  *entry;

	/*
	 * The context is a child of the caller's while we read, so that an error
	 * frees it; once all is read, it becomes a child of TopMemoryContext.
	 */
	context = AllocSetContextCreate(CurrentMemoryContext, "hcjwt kid",
									ALLOCSET_SMALL_SIZES);
	old = MemoryContextSwitchTo(context);
	keys = read_trusted_keys(kid, kid_len);
	kid_copy = pnstrdup(kid, kid_len);
	MemoryContextSwitchTo(old);

	/*
	 * when an invalidation came while we read, the result serves this call
	 * only
	 */
	if (keys->nlisted == 0 || generation != hcjwt_keys_generation)
		return keys;

	if (hash_get_num_entries(kids) >= KEY_CACHE_SIZE)
		forget(dlist_container(CachedKid, lru, dlist_tail_node(&kids_by_use)));
	entry = hash_search(kids, &hash, HASH_ENTER, NULL);
	entry->context = context;
	entry->kid = kid_copy;
	entry->kid_len = kid_len;
	entry->keys = keys;
	note_trust(entry, now);
	dlist_push_head(&kids_by_use, &entry->lru);
	MemoryContextSetParent(context, TopMemoryContext);
	return keys;
}

TrustedKeys *
key_cache_look_up(const char *kid, size_t kid_len, TimestampTz now)
{
	uint64		hash;
	CachedKid  *entry;

	Assert(IsTransactionState());
	if (kids == NULL)
		create_cache();
	if (kids_generation != hcjwt_keys_generation)
	{
		forget_all();
		kids_generation = hcjwt_keys_generation;
	}

	hash = hash_bytes_extended((const unsigned char *) kid, (int) kid_len, 0);
	entry = hash_search(kids, &hash, HASH_FIND, NULL);
	if (entry != NULL)
	{
		if (entry->kid_len == kid_len &&
			memcmp(entry->kid, kid, kid_len) == 0 && in_date(entry, now))
		{
			dlist_move_head(&kids_by_use, &entry->lru);
			return entry->keys;
		}
		forget(entry);
	}
	return read_into_cache(hash, kid, kid_len, now);
}
