/*-------------------------------------------------------------------------
 *
 * schedule.h
 *		What the launcher, the fetcher, the database workers and the
 *		backends share: which help center is due when, and who is at work.
 *
 * A help center's entry goes round: idle, fetching (the fetcher has a
 * transfer under way), answered (a database worker is to store what came), idle.
 * Entries are made and removed by the load pass alone, which runs in a database
 * worker; there is at most one of these for a database at a time, so loads and
 * stores never meet.
 *
 * Locks: an entry found is locked until schedule_release().  Nobody holds two,
 * and while one is held nothing slow is done, and nothing that raises.
 *
 * IDENTIFICATION
 *	  src/refresh/schedule.h
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
	bool		kept;			/* it could not be stored yet, see problem */
	TimestampTz kept_since;		/* then */
	TimestampTz store_at;		/* then, when to try again */
	EntryPhase	phase;
	bool		enabled;
	bool		urgent;			/* fetch as soon as possible */
	bool		urgent_fetch;	/* the fetch under way was urgent */
	int			failures;		/* in a row */
	bool		cut_off;		/* the last of them by the server's end */
	int			store_attempts; /* of the present answer */
	uint64		load;			/* the load that saw it last */
	uint64		fetch;			/* number of the fetch under way, unique */
	uint64		begun;			/* fetches of this help center */
	uint64		ended;			/* of these, stored or given up for good */
	TimestampTz trusted_since;	/* of its keys: the last success, DT_NOEND for
								 * imported ones, DT_NOBEGIN when there is none */
	TimestampTz last_attempt;	/* 0: none yet */
	TimestampTz last_end;		/* of a fetch, stored or given up; 0: none yet */
	TimestampTz next_attempt;
	TimestampTz not_before;		/* where a Retry-After ends; 0: nowhere */
	TimestampTz last_asked;		/* by an unknown kid; 0: never */
	char		problem[ENTRY_PROBLEM_LEN];	/* that could not be stored */
} Entry;

typedef enum LoadState
{
	LOAD_NEVER,
	LOAD_DONE,
	LOAD_NO_EXTENSION,
	LOAD_FAILED
} LoadState;

#define DATABASE_PROBLEM_LEN	192

typedef struct Database
{
	Oid			oid;			/* must be first */
	LoadState	state;
	bool		told;			/* a load is due of which a commit has told */
	uint64		loads_asked;	/* a load is due while asked > done */
	uint64		loads_done;		/* done, or failed */
	uint64		seen;			/* the launcher's list that has it */
	pid_t		worker;			/* its database worker, or 0 */
	TimestampTz worker_began;
	TimestampTz not_before;		/* no worker earlier, after one that failed */
	int			failures;		/* of database workers, in a row */
	bool		answers;		/* an entry may be ENTRY_ANSWERED */
	bool		answers_urgent; /* and somebody may be waiting for it */
	TimestampTz kept_until;		/* when kept answers are tried again; 0: none */
	RateLimit	asked;			/* fetches that unknown kids ask for */
	int			enabled;		/* enabled help centers */
	EntryKey	few[MAX_UNNAMED];	/* they, when they are not more */
	char		problem[DATABASE_PROBLEM_LEN];	/* why the last worker failed */
} Database;

/* Has the launcher a use for the fetcher's slot, there being no other? */
typedef enum SlotWanted
{
	SLOT_NOT_WANTED,
	SLOT_WANTED,				/* once its transfers have ended */
	SLOT_WANTED_NOW				/* somebody waits */
} SlotWanted;

/* So long there must have been no slot before anybody is told. */
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
 * An attempt under way, see attempts.c; there is room for many more than there are
 * transfers at once, since answers wait to be stored.
 */
typedef struct Attempt
{
	uint32		magic;			/* 0: not in use */
	int32		failures;		/* in a row, if it never ends */
	EntryKey	key;
	TimestampTz began;
} Attempt;

#define MAX_ATTEMPTS	256

typedef struct Schedule
{
	slock_t		mutex;			/* for the fields up to launcher_latch */
	int			nnotices;
	Oid			notices[MAX_NOTICES];	/* databases to load again */
	bool		notices_lost;	/* there was no room: all of them */
	int			nprepared;		/* those without room wait for the sweep */
	Prepared	prepared[MAX_PREPARED];
	pid_t		launcher;
	pid_t		fetcher;		/* the fetcher */
	bool		fetcher_done;	/* it ended because nothing was left to do */
	Latch	   *launcher_latch; /* in shared memory as well; NULL: none */
	Latch	   *spare_latch;	/* of a spare worker that waits; NULL: none */
	Latch	   *spare_taken;	/* of one that is given work, and does not know */
	Oid			spare_database; /* this work: a database's, or InvalidOid */

	TimestampTz started;		/* of this shared memory */
	pg_atomic_uint32 work_serial;	/* moves when something becomes urgent */
	pg_atomic_uint64 no_slot_since; /* TimestampTz; 0: there is one */
	pg_atomic_uint32 slot_wanted;	/* a SlotWanted */
	pg_atomic_uint32 waiters;	/* backends that wait for a fetch */
	pg_atomic_uint64 fetch_serial;
	pg_atomic_uint64 answer_bytes;	/* that wait to be stored */
	pg_atomic_uint64 kept_bytes;	/* that could not be stored yet */
	pg_atomic_uint64 fetches;	/* that ended, for statistics */
	pg_atomic_uint64 failures;
	ConditionVariable ended;	/* broadcast when a fetch or a load ends */

	LWLock	   *attempts_lock;	/* for these two */
	bool		attempts_read;	/* from the file */
	Attempt		attempts[MAX_ATTEMPTS];

	int			tranche;
	dshash_table_handle entries;
	dshash_table_handle databases;
	/* the area itself follows */
} Schedule;

/* NULL unless preloaded. */
extern Schedule *schedule;

/* This process's view of it, after schedule_attach(). */
extern dsa_area *schedule_area;
extern dshash_table *schedule_entries;
extern dshash_table *schedule_databases;

/*
 * From shmem_request_hook and shmem_startup_hook, when preloaded; the latter with
 * AddinShmemInitLock held.
 */
extern void schedule_shmem_request(void);
extern void schedule_shmem_startup(void);

/* Makes the tables reachable from this process; may raise. */
extern void schedule_attach(void);

extern void entry_key(Oid database, const char *name, EntryKey *key);

/* NULL when there is none. */
extern Entry *find_entry(const EntryKey *key, bool exclusive);
extern Database *find_database(Oid oid, bool exclusive);
extern void release_entry(Entry *entry);
extern void release_database(Database *database);

/* The strings of a locked entry; "" for no ETag. */
extern const char *entry_name(const Entry *entry);
extern const char *entry_url(const Entry *entry);
extern const char *entry_etag(const Entry *entry);

/* When is the next attempt due, and is it now?  The entry is locked. */
extern TimestampTz entry_next_attempt(const Entry *entry, TimestampTz now);
extern bool entry_due(const Entry *entry, TimestampTz now);

/*
 * When is the attempt due after one that ended then?  failures counts those in a
 * row, this one included; cache may be NULL after a failure.
 */
extern TimestampTz next_after_success(TimestampTz ended, const CacheAnswer *cache);
extern TimestampTz next_after_failure(TimestampTz ended, int failures,
									  const CacheAnswer *cache);

/* Packs strings for entry->strings; InvalidDsaPointer when out of memory. */
extern dsa_pointer pack_entry_strings(const char *name, const char *url,
									   const char *etag);

/*
 * Ends a fetch: the entry, locked exclusively, is idle again, its answer freed.
 * Call fetch_ended() once the lock is released.
 */
extern void entry_idle(Entry *entry);
extern void fetch_ended(void);

/* Removes the entries of a database that a load did not see, or all (load 0). */
extern void remove_entries(Oid database, uint64 load);

/*
 * Copies what pick() makes of the entries of either table, into the current memory
 * context.  pick() is called with an entry locked, tells whether it wants it, and
 * must neither raise nor allocate.  It may be called for an entry more than once,
 * since the copies that there is no room for are made again with more room.
 */
typedef bool (*PickFunction) (const void *entry, void *copy, void *arg);
extern void *pick_entries(dshash_table *table, PickFunction pick, void *arg,
						  size_t copy_size, int *count);

extern void wake_launcher(void);

/* The answer of a locked entry stays, to be stored later: false, no room for it. */
extern bool keep_answer(Entry *entry);

/* Has there been no slot for a worker for so long that nobody should wait? */
extern bool no_slot_for_long(TimestampTz now);

/* Has the launcher load a database again; for a commit's callback: never raises. */
extern void note_database(Oid database);
extern void note_my_database(void);
extern void note_prepared(TransactionId xid);

/* Tells the fetcher, or the launcher, that something is urgent. */
extern void note_urgent(void);

extern bool launcher_is_running(void);

/* For WaitLatch and the like. */
typedef enum WaitReason
{
	WAIT_LAUNCHER,
	WAIT_FETCH,
	WAIT_KEYS,
	WAIT_SPARE,
	NUM_WAIT_REASONS
} WaitReason;
extern uint32 wait_event(WaitReason reason);

#endif							/* HCJWT_SCHEDULE_H */
