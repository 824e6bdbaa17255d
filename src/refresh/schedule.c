/*-------------------------------------------------------------------------
 *
 * schedule.c
 *		The schedule in shared memory: its making and its tables.
 *
 * The area is made in place in the main shared memory segment, and grows by
 * dynamic segments when many help centers are registered.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "common/pg_prng.h"
#include "miscadmin.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "storage/shmem.h"
#include "utils/memutils.h"

#include "compat.h"
#include "refresh/schedule.h"
#include "settings.h"

#define TRANCHE_NAME	"hcjwt"

/*
 * Room for all answers that are kept because they could not be stored.  They do
 * not count as waiting answers: else one locked row would stop all fetches.
 */
#define MAX_KEPT_BYTES	(16 * 1024 * 1024)

/* Enough for the tables and some hundred help centers. */
#define AREA_SIZE		MAXALIGN(256 * 1024)

Schedule   *schedule = NULL;
dsa_area   *schedule_area = NULL;
dshash_table *schedule_entries = NULL;
dshash_table *schedule_databases = NULL;

static const dshash_parameters entry_parameters = {
	.key_size = sizeof(EntryKey),
	.entry_size = sizeof(Entry),
	.compare_function = dshash_memcmp,
	.hash_function = dshash_memhash,
	DSHASH_COPY_FUNCTION
};

static const dshash_parameters database_parameters = {
	.key_size = sizeof(Oid),
	.entry_size = sizeof(Database),
	.compare_function = dshash_memcmp,
	.hash_function = dshash_memhash,
	DSHASH_COPY_FUNCTION
};

static dshash_parameters
in_our_tranche(const dshash_parameters *parameters)
{
	dshash_parameters result = *parameters;

	result.tranche_id = schedule->tranche;
	return result;
}

static void *
area_place(void)
{
	return (char *) schedule + MAXALIGN(sizeof(Schedule));
}

void
schedule_shmem_request(void)
{
	RequestAddinShmemSpace(MAXALIGN(sizeof(Schedule)) + AREA_SIZE);
	RequestNamedLWLockTranche(TRANCHE_NAME, 1);
}

/*
 * The postmaster cannot use dynamic segments, so all that it makes must fit
 * here.
 */
static void
create_area(void)
{
	dshash_parameters parameters;
	dshash_table *table;
	dsa_area   *area;

	area = dsa_create_in_place(area_place(), AREA_SIZE, schedule->tranche, NULL);
	dsa_pin(area);
	dsa_set_size_limit(area, AREA_SIZE);

	parameters = in_our_tranche(&entry_parameters);
	table = dshash_create(area, &parameters, NULL);
	schedule->entries = dshash_get_hash_table_handle(table);
	dshash_detach(table);

	parameters = in_our_tranche(&database_parameters);
	table = dshash_create(area, &parameters, NULL);
	schedule->databases = dshash_get_hash_table_handle(table);
	dshash_detach(table);

	dsa_set_size_limit(area, (size_t) -1);
	dsa_detach(area);
}

void
schedule_shmem_startup(void)
{
	bool		found;

	/* after a crash the postmaster makes all of it again */
	schedule_area = NULL;
	schedule_entries = NULL;
	schedule_databases = NULL;

	schedule = ShmemInitStruct("hcjwt schedule",
							   MAXALIGN(sizeof(Schedule)) + AREA_SIZE, &found);
	if (!found)
	{
		memset(schedule, 0, sizeof(Schedule));
		SpinLockInit(&schedule->mutex);
		ConditionVariableInit(&schedule->ended);
		pg_atomic_init_u32(&schedule->work_serial, 0);
		pg_atomic_init_u64(&schedule->no_slot_since, 0);
		pg_atomic_init_u32(&schedule->slot_wanted, SLOT_NOT_WANTED);
		pg_atomic_init_u32(&schedule->waiters, 0);
		pg_atomic_init_u64(&schedule->fetch_serial, 0);
		pg_atomic_init_u64(&schedule->answer_bytes, 0);
		pg_atomic_init_u64(&schedule->kept_bytes, 0);
		pg_atomic_init_u64(&schedule->fetches, 0);
		pg_atomic_init_u64(&schedule->failures, 0);
		pg_atomic_init_u64(&schedule->fetch_time, 0);
		pg_atomic_init_u64(&schedule->waits, 0);
		pg_atomic_init_u64(&schedule->wait_time, 0);
		schedule->started = GetCurrentTimestamp();
		schedule->attempts_lock = &GetNamedLWLockTranche(TRANCHE_NAME)->lock;
		schedule->tranche = schedule->attempts_lock->tranche;
		create_area();
	}
}

void
schedule_attach(void)
{
	MemoryContext oldcontext;
	dshash_parameters parameters;

	if (schedule_databases != NULL)
		return;

	oldcontext = MemoryContextSwitchTo(TopMemoryContext);
	if (schedule_area == NULL)
	{
		schedule_area = dsa_attach_in_place(area_place(), NULL);
		dsa_pin_mapping(schedule_area);
		on_shmem_exit(dsa_on_shmem_exit_release_in_place,
					  PointerGetDatum(area_place()));
	}
	if (schedule_entries == NULL)
	{
		parameters = in_our_tranche(&entry_parameters);
		schedule_entries = dshash_attach(schedule_area, &parameters,
										 schedule->entries, NULL);
	}
	parameters = in_our_tranche(&database_parameters);
	schedule_databases = dshash_attach(schedule_area, &parameters,
									   schedule->databases, NULL);
	MemoryContextSwitchTo(oldcontext);
}

/*
 * Administrators choose the names, so the hash need not resist an attack.  With
 * 128 bits no two names share a hash by chance.
 */
void
entry_key(const char *name, EntryKey *key)
{
	const unsigned char *bytes = (const unsigned char *) name;
	int			len = strlen(name);

	Assert(OidIsValid(MyDatabaseId));
	memset(key, 0, sizeof(*key));
	key->database = MyDatabaseId;
	key->name[0] = hash_bytes_extended(bytes, len, 1);
	key->name[1] = hash_bytes_extended(bytes, len, 2);
}

Entry *
find_entry(const EntryKey *key, bool exclusive)
{
	return dshash_find(schedule_entries, key, exclusive);
}

Entry *
find_fetch(const EntryKey *key, uint64 fetch, EntryPhase phase)
{
	Entry	   *entry = find_entry(key, true);

	if (entry == NULL || (entry->fetch == fetch && entry->phase == phase))
		return entry;
	release_entry(entry);
	return NULL;
}

Database *
find_database(Oid oid, bool exclusive)
{
	return dshash_find(schedule_databases, &oid, exclusive);
}

Database *
make_database(Oid oid)
{
	bool		found;
	Database   *database = dshash_find_or_insert(schedule_databases, &oid, &found);

	if (!found)
	{
		memset(database, 0, sizeof(*database));
		database->oid = oid;
	}
	return database;
}

Entry *
make_entry(const EntryKey *key, bool *found)
{
	Entry	   *entry = dshash_find_or_insert(schedule_entries, key, found);

	if (!*found)
	{
		memset(entry, 0, sizeof(*entry));
		entry->key = *key;
	}
	return entry;
}

void
release_entry(Entry *entry)
{
	dshash_release_lock(schedule_entries, entry);
}

void
release_database(Database *database)
{
	dshash_release_lock(schedule_databases, database);
}

/* The chunk has three strings, each with its NUL. */
const char *
entry_name(const Entry *entry)
{
	Assert(DsaPointerIsValid(entry->strings));
	return dsa_get_address(schedule_area, entry->strings);
}

const char *
entry_url(const Entry *entry)
{
	const char *name = entry_name(entry);

	return name + strlen(name) + 1;
}

const char *
entry_etag(const Entry *entry)
{
	const char *url = entry_url(entry);

	return url + strlen(url) + 1;
}

static int64
longest_interval(void)
{
	return timing_longest(hcjwt_max_refresh_interval * ONE_SECOND,
						  hcjwt_max_stale * ONE_SECOND);
}

TimestampTz
next_after_success(TimestampTz ended, const CacheAnswer *cache)
{
	return ended + timing_after_success(cache, longest_interval(),
										pg_prng_double(&pg_global_prng_state));
}

TimestampTz
next_after_failure(TimestampTz ended, int failures, const CacheAnswer *cache)
{
	return ended + timing_after_failure(failures, cache,
										pg_prng_double(&pg_global_prng_state));
}

TimestampTz
entry_next_attempt(const Entry *entry, TimestampTz now)
{
	return timing_due(entry->next_attempt, entry->last_attempt,
					  entry->failures, longest_interval(), now);
}

bool
entry_due(const Entry *entry, TimestampTz now)
{
	return entry->load != 0 && entry->enabled && entry->phase == ENTRY_IDLE &&
		(entry->urgent || entry_next_attempt(entry, now) <= now);
}

dsa_pointer
pack_entry_strings(const char *name, const char *url, const char *etag)
{
	size_t		name_size = strlen(name) + 1;
	size_t		url_size = strlen(url) + 1;
	size_t		etag_size = strlen(etag) + 1;
	dsa_pointer chunk;
	char	   *place;

	chunk = dsa_allocate_extended(schedule_area,
								  name_size + url_size + etag_size,
								  DSA_ALLOC_NO_OOM);
	if (DsaPointerIsValid(chunk))
	{
		place = dsa_get_address(schedule_area, chunk);
		memcpy(place, name, name_size);
		memcpy(place + name_size, url, url_size);
		memcpy(place + name_size + url_size, etag, etag_size);
	}
	return chunk;
}

static void
free_answer(Entry *entry)
{
	if (!DsaPointerIsValid(entry->answer))
		return;
	Assert(entry->phase == ENTRY_ANSWERED);
	dsa_free(schedule_area, entry->answer);
	entry->answer = InvalidDsaPointer;
	pg_atomic_fetch_sub_u64(entry->kept ? &schedule->kept_bytes :
							&schedule->answer_bytes, entry->answer_size);
	entry->kept = false;
}

bool
keep_answer(Entry *entry)
{
	size_t		size = entry->answer_size;

	Assert(entry->phase == ENTRY_ANSWERED && DsaPointerIsValid(entry->answer));
	if (entry->kept)
		return true;
	if (pg_atomic_add_fetch_u64(&schedule->kept_bytes, size) > MAX_KEPT_BYTES)
	{
		pg_atomic_fetch_sub_u64(&schedule->kept_bytes, size);
		return false;
	}
	pg_atomic_fetch_sub_u64(&schedule->answer_bytes, size);
	entry->kept = true;
	entry->kept_since = GetCurrentTimestamp();
	return true;
}

void
entry_idle(Entry *entry)
{
	Assert(entry->phase != ENTRY_IDLE);
	free_answer(entry);
	entry->phase = ENTRY_IDLE;
	entry->urgent_fetch = false;
	entry->ended_fetch = entry->fetch;
	entry->fetch = 0;
	entry->ended++;
	entry->last_end = GetCurrentTimestamp();
}

void
fetch_ended(void)
{
	pg_atomic_fetch_add_u64(&schedule->fetches, 1);
	ConditionVariableBroadcast(&schedule->ended);
}

void
remove_entries(Oid oid, uint64 load)
{
	dshash_seq_status scan;
	Entry	   *entry;

	dshash_seq_init(&scan, schedule_entries, true);
	while ((entry = dshash_seq_next(&scan)) != NULL)
	{
		if (entry->key.database != oid || (load != 0 && entry->load == load))
			continue;
		free_answer(entry);
		dsa_free(schedule_area, entry->strings);
		dshash_delete_current(&scan);
	}
	dshash_seq_term(&scan);

	ConditionVariableBroadcast(&schedule->ended);
}

void *
pick_entries(dshash_table *table, PickFunction pick, void *arg,
			 size_t copy_size, int *count)
{
	int			room = 32;

	for (;;)
	{
		/* one element more than the room: what has no room overwrites it */
		char	   *copies = MemoryContextAllocHuge(CurrentMemoryContext,
													copy_size * (room + 1));
		dshash_seq_status scan;
		void	   *entry;
		int			found = 0;

		dshash_seq_init(&scan, table, false);
		while ((entry = dshash_seq_next(&scan)) != NULL)
			if (pick(entry, copies + copy_size * Min(found, room), arg))
				found++;
		dshash_seq_term(&scan);
		if (found <= room)
		{
			*count = found;
			return copies;
		}
		pfree(copies);
		room = found + found / 8;
	}
}

bool
no_slot_for_long(TimestampTz now)
{
	TimestampTz since = pg_atomic_read_u64(&schedule->no_slot_since);

	return since != 0 && now - since >= NO_SLOT_PATIENCE;
}

uint32
wait_event(WaitReason reason)
{
	static const char *const names[NUM_WAIT_REASONS] = {
		"HcjwtLauncherMain", "HcjwtFetch", "HcjwtKeyWait", "HcjwtSpareMain",
		"HcjwtPrimary"
	};
	static uint32 events[NUM_WAIT_REASONS];

	return named_wait_event(&events[reason], names[reason]);
}
