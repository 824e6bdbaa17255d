/*-------------------------------------------------------------------------
 *
 * schedule.h
 *		What the launcher, the fetcher, the database workers and the
 *		backends share: which help center is due when, and who is at work.
 *
 * README.md tells who moves an entry from phase to phase, and which lock guards
 * what.  An entry that is found is locked until it is released.  Nobody holds two,
 * and while one is held nothing slow is done, and nothing that raises.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_SCHEDULE_H
#define HCJWT_SCHEDULE_H

#include "lib/dshash.h"
#include "port/atomics.h"
#include "rate_limit.h"
#include "refresh/timing.h"
#include "storage/condition_variable.h"
#include "storage/latch.h"
#include "storage/lwlock.h"
#include "storage/spin.h"
#include "utils/dsa.h"
#include "utils/timestamp.h"

/* A help center of one database, its name as a 128-bit hash. */
typedef struct EntryKey
{
	Oid			database;
	uint32		unused;			/* zero */
	uint64		name[2];
} EntryKey;

typedef enum EntryPhase
{
	ENTRY_IDLE,
	ENTRY_FETCHING,
	ENTRY_ANSWERED
} EntryPhase;

#define ENTRY_PROBLEM_LEN	96

typedef struct Entry
{
	EntryKey	key;			/* must be first */
	dsa_pointer strings;		/* name, URL and ETag, see entry_name() */
	dsa_pointer answer;			/* while ENTRY_ANSWERED: an Answer, packed */
	size_t		answer_size;
	bool		kept;			/* it could not be stored yet: see problem */
	TimestampTz kept_since;		/* when the first store failed */
	TimestampTz store_at;		/* when to store it again */
	EntryPhase	phase;
	bool		enabled;
	bool		urgent;			/* fetch as soon as possible */
	bool		urgent_fetch;	/* the fetch under way was urgent */
	int			failures;		/* in a row */
	bool		cut_off;		/* the last failure was the server's own end */
	int			store_attempts; /* of the present answer */
	uint64		load;			/* the load that saw it last; 0: none, a
								 * standby's backend has made it */
	uint64		fetch;			/* number of the fetch under way, unique;
								 * larger than that of any that began before */
	uint64		ended;			/* fetches, stored or given up for good */
	uint64		ended_fetch;	/* the number of the last of them */
	TimestampTz trusted_since;	/* of its keys: the last success; DT_NOEND for
								 * imported keys, DT_NOBEGIN for no key */
	TimestampTz last_attempt;	/* 0: none yet */
	TimestampTz last_end;		/* when a fetch last ended; 0: never */
	TimestampTz next_attempt;
	TimestampTz not_before;		/* end of a Retry-After; 0: none */
	TimestampTz last_asked;		/* when an unknown kid last asked; 0: never */
	char		problem[ENTRY_PROBLEM_LEN]; /* one that fetch_state lacks */
} Entry;

typedef enum LoadState
{
	LOAD_NEVER,
	LOAD_DONE,
	LOAD_NO_EXTENSION,
	LOAD_FAILED
} LoadState;

#define DATABASE_PROBLEM_LEN	192

/* On a standby: the process that asks the primary, see asker.c. */
typedef struct Asker
{
	pid_t		pid;			/* or 0 */
	TimestampTz started;		/* when a backend started it; 0: it has begun */
	uint64		questions;		/* grows with each */
	TimestampTz not_before;		/* the primary was out of reach: no question
								 * before this time */
	uint32		conninfo;		/* hash of the conninfo by which it was out of
								 * reach */
	int			failures;		/* in a row */
	char		problem[DATABASE_PROBLEM_LEN];	/* of the last, "" for none */
} Asker;

typedef struct Database
{
	Oid			oid;			/* must be first */
	LoadState	state;
	bool		told;			/* a commit has asked for the load that is due */
	uint64		loads_asked;	/* a load is due while asked > done */
	uint64		loads_done;		/* how many of these are done, or have failed */
	uint64		seen;			/* the last sweep that has seen it */
	pid_t		worker;			/* its database worker, or 0 */
	TimestampTz worker_began;
	TimestampTz not_before;		/* no new worker before this time */
	int			failures;		/* of database workers, in a row */
	bool		answers;		/* an entry may be ENTRY_ANSWERED */
	bool		answers_urgent; /* and a backend may wait for it */
	TimestampTz kept_until;		/* when to store kept answers; 0: none */
	RateLimit	asked;			/* limits the fetches that unknown kids cause */
	int			enabled;		/* how many help centers are enabled */
	EntryKey	few[MAX_UNNAMED];	/* their keys, unless there are more */
	char		problem[DATABASE_PROBLEM_LEN];	/* why the last worker failed */
	Asker		asker;
} Database;

static inline bool
load_due(const Database *database)
{
	return database->loads_asked != database->loads_done;
}

/* Does the launcher need the fetcher's slot, because no other is free? */
typedef enum SlotWanted
{
	SLOT_NOT_WANTED,
	SLOT_WANTED,				/* when its fetches have ended */
	SLOT_WANTED_NOW				/* now, because a backend waits */
} SlotWanted;

/* After so long without a slot, status and the log say so. */
#define NO_SLOT_PATIENCE	(5 * ONE_SECOND)

#define MAX_NOTICES		512
#define MAX_PREPARED	16

/* A prepared transaction that, once it commits, changes help centers. */
typedef struct Prepared
{
	Oid			database;
	TransactionId xid;
	TimestampTz since;
} Prepared;

/*
 * An attempt under way, see attempts.c.  There are more of them than fetches at
 * once, because an attempt ends when its answer is stored.
 */
typedef struct Attempt
{
	uint32		magic;			/* 0: not in use */
	int32		failures;		/* in a row, if this attempt never ends */
	EntryKey	key;
	TimestampTz began;
} Attempt;

#define MAX_ATTEMPTS	256

typedef struct Schedule
{
	slock_t		mutex;			/* guards the fields up to spare_database */
	int			nnotices;
	Oid			notices[MAX_NOTICES];	/* databases to load again */
	bool		notices_lost;	/* there was no room: load all */
	int			nprepared;		/* others wait for the sweep */
	Prepared	prepared[MAX_PREPARED];
	pid_t		launcher;
	pid_t		fetcher;		/* the fetcher */
	bool		fetcher_done;	/* it ended with nothing left to do */
	Latch	   *launcher_latch; /* NULL: there is no launcher */
	Latch	   *spare_latch;	/* of the spare worker that waits, or NULL */
	Latch	   *spare_taken;	/* of one that has not seen its work yet */
	Oid			spare_database; /* this work; InvalidOid: the fetcher's */

	TimestampTz started;		/* when this shared memory was made */
	pg_atomic_uint32 work_serial;	/* grows when something becomes urgent */
	pg_atomic_uint64 no_slot_since; /* TimestampTz; 0: there is a slot */
	pg_atomic_uint32 slot_wanted;	/* a SlotWanted */
	pg_atomic_uint32 waiters;	/* backends that wait for a fetch */
	pg_atomic_uint64 fetch_serial;
	pg_atomic_uint64 answer_bytes;	/* of answers that wait to be stored */
	pg_atomic_uint64 kept_bytes;	/* of answers that could not be stored yet */
	pg_atomic_uint64 fetches;	/* how many have ended, for hcjwt.stats */
	pg_atomic_uint64 failures;
	pg_atomic_uint64 fetch_time;	/* of all, in microseconds */
	pg_atomic_uint64 waits;		/* of backends for a fetch */
	pg_atomic_uint64 wait_time;
	ConditionVariable ended;	/* broadcast when a fetch or a load ends */

	LWLock	   *attempts_lock;	/* guards the next two */
	bool		attempts_read;	/* the file has been read */
	Attempt		attempts[MAX_ATTEMPTS];

	int			tranche;
	dshash_table_handle entries;
	dshash_table_handle databases;
	/* the area itself follows */
} Schedule;

/* What the log says of a token that names no help center. */
#define HINT_UNNAMED \
	"no fetch: no help center is named, and more than 4 are registered"

/* NULL unless hcjwt is preloaded. */
extern Schedule *schedule;

/* This process's view of the schedule, after schedule_attach(). */
extern dsa_area *schedule_area;
extern dshash_table *schedule_entries;
extern dshash_table *schedule_databases;

/*
 * Called by shmem_request_hook and shmem_startup_hook when hcjwt is preloaded;
 * the latter holds AddinShmemInitLock.
 */
extern void schedule_shmem_request(void);
extern void schedule_shmem_startup(void);

/* Makes the tables reachable from this process; may raise. */
extern void schedule_attach(void);

/* The key of a help center of this database. */
extern void entry_key(const char *name, EntryKey *key);

/* NULL when there is no such entry.  Else it is locked until it is released. */
extern Entry *find_entry(const EntryKey *key, bool exclusive);
extern Database *find_database(Oid oid, bool exclusive);

/* The entry, locked exclusively, if it is in that phase of that fetch; else NULL. */
extern Entry *find_fetch(const EntryKey *key, uint64 fetch, EntryPhase phase);

extern Database *make_database(Oid oid);	/* where there is none; may raise */
extern Entry *make_entry(const EntryKey *key, bool *found); /* likewise */
extern void release_entry(Entry *entry);
extern void release_database(Database *database);

/* The strings of a locked entry; no ETag is "". */
extern const char *entry_name(const Entry *entry);
extern const char *entry_url(const Entry *entry);
extern const char *entry_etag(const Entry *entry);

/* When is the next attempt due, and is it now?  The entry is locked. */
extern TimestampTz entry_next_attempt(const Entry *entry, TimestampTz now);
extern bool entry_due(const Entry *entry, TimestampTz now);

/*
 * When is the next attempt due, after one that ended at this time?  failures counts those
 * in a row, this one included; cache may be NULL after a failure.
 */
extern TimestampTz next_after_success(TimestampTz ended, const CacheAnswer *cache);
extern TimestampTz next_after_failure(TimestampTz ended, int failures,
									  const CacheAnswer *cache);

/* Makes entry->strings; InvalidDsaPointer when out of memory. */
extern dsa_pointer pack_entry_strings(const char *name, const char *url,
									  const char *etag);

/*
 * Ends a fetch: frees the answer and makes the entry idle.  The caller has
 * locked the entry exclusively, and calls fetch_ended() after the release.
 */
extern void entry_idle(Entry *entry);
extern void fetch_ended(void);

/*
 * Removes a database's entries that the load has not seen; load 0 removes all.
 */
extern void remove_entries(Oid database, uint64 load);

/*
 * Copies what pick() makes of the entries of either table, into the current
 * memory context.  pick() is called with an entry locked, tells whether it
 * wants it, and must neither raise nor allocate.  If there is no room for all
 * copies, all are made again: then pick() is called twice for an entry.
 */
typedef bool (*PickFunction) (const void *entry, void *copy, void *arg);
extern void *pick_entries(dshash_table *table, PickFunction pick, void *arg,
						  size_t copy_size, int *count);

/*
 * Keeps the answer of a locked entry, to be stored later.  False: there is no
 * room.
 */
extern bool keep_answer(Entry *entry);

/*
 * Has there been no slot for NO_SLOT_PATIENCE?  Then nobody should wait for
 * keys.
 */
extern bool no_slot_for_long(TimestampTz now);

/* For WaitLatch and the like. */
typedef enum WaitReason
{
	WAIT_LAUNCHER,
	WAIT_FETCH,
	WAIT_KEYS,
	WAIT_SPARE,
	WAIT_PRIMARY,
	NUM_WAIT_REASONS
} WaitReason;
extern uint32 wait_event(WaitReason reason);

#endif							/* HCJWT_SCHEDULE_H */
