/*-------------------------------------------------------------------------
 *
 * store.c
 *		The store pass: one short transaction for each answer that waits.
 *
 * A row that is broken or locked delays no help center but its own.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/memutils.h"

#include "keys/changes.h"
#include "refresh/attempts.h"
#include "refresh/notices.h"
#include "refresh/schedule.h"
#include "refresh/store.h"
#include "refresh/store_transaction.h"
#include "refresh/work.h"

/* How long a worker stays connected: others may wait until it is gone. */
#define STORE_FOR			(500 * INT64_C(1000))

/*
 * After so many workers have ended while they stored it, an answer is given up.
 */
#define MAX_STORE_ATTEMPTS	3

/* The pause before an answer is stored again, after a fault of this server. */
#define STORE_AGAIN			ONE_SECOND

/*
 * When there is no room to keep an answer, its keys are fetched again after
 * this time.
 */
#define FETCH_AGAIN			ONE_MINUTE

/* Tells the launcher that answers still wait. */
static void
note_answers(void)
{
	Database   *database = find_database(MyDatabaseId, true);

	if (database == NULL)
		return;
	database->answers = true;
	release_database(database);
}

static void
note_kept(TimestampTz then)
{
	Database   *database = find_database(MyDatabaseId, true);

	if (database == NULL)
		return;
	if (database->kept_until == 0 || then < database->kept_until)
		database->kept_until = then;
	release_database(database);
}

static void
note_no_answers(void)
{
	Database   *database = find_database(MyDatabaseId, true);

	if (database == NULL)
		return;
	database->answers = false;
	database->answers_urgent = false;
	database->kept_until = 0;
	release_database(database);
}

typedef struct Waiting
{
	EntryKey	key;
	bool		kept;
	bool		urgent;
} Waiting;

/*
 * Answers that were tried before come last: else one locked row would delay
 * all.  Of the others, the answers that a backend may wait for come first.
 */
static int
compare_waiting(const void *a, const void *b)
{
	const Waiting *x = a;
	const Waiting *y = b;

	if (x->kept != y->kept)
		return x->kept ? 1 : -1;
	if (x->urgent != y->urgent)
		return x->urgent ? -1 : 1;
	return 0;
}

typedef struct WaitingPick
{
	TimestampTz now;
	TimestampTz later;			/* when the next kept answer's turn comes */
} WaitingPick;

static bool
pick_waiting(const void *entry, void *copy, void *arg)
{
	const Entry *candidate = entry;
	WaitingPick *pick = arg;
	Waiting    *waiting = copy;

	if (candidate->key.database != MyDatabaseId || candidate->phase != ENTRY_ANSWERED)
		return false;
	if (candidate->kept && candidate->store_at > pick->now &&
		candidate->store_at <= pick->now + STORE_AGAIN)
	{
		pick->later = Min(pick->later, candidate->store_at);
		return false;
	}
	waiting->key = candidate->key;
	waiting->kept = candidate->kept;
	waiting->urgent = candidate->urgent_fetch;
	return true;
}

/* The entries whose answers are to be stored now, in order. */
static Waiting *
list_answers(int *count)
{
	WaitingPick pick = {GetCurrentTimestamp(), DT_NOEND};
	Waiting    *list = pick_entries(schedule_entries, pick_waiting, &pick,
									sizeof(Waiting), count);

	if (pick.later != DT_NOEND)
		note_kept(pick.later);
	qsort(list, *count, sizeof(Waiting), compare_waiting);
	return list;
}

/* Copies the answer; false when it is no longer there. */
static bool
take_answer(const EntryKey *key, StoreTask *task)
{
	Entry	   *entry = find_entry(key, true);
	size_t		size;
	size_t		name_len;
	char	   *packed;
	char	   *name;

	memset(task, 0, sizeof(*task));
	task->context = CurrentMemoryContext;
	if (entry == NULL)
		return false;
	if (entry->phase != ENTRY_ANSWERED)
	{
		release_entry(entry);
		return false;
	}
	size = entry->answer_size;
	name_len = strlen(entry_name(entry));
	task->fetch = entry->fetch;
	task->failures = entry->failures;
	task->kept = entry->kept;
	task->attempts = ++entry->store_attempts;
	release_entry(entry);

	/* memory is allocated only while no entry is locked */
	packed = MemoryContextAllocHuge(CurrentMemoryContext, size);
	name = palloc(name_len + 1);
	entry = find_fetch(key, task->fetch, ENTRY_ANSWERED);
	if (entry == NULL)
		return false;
	memcpy(packed, dsa_get_address(schedule_area, entry->answer), size);
	memcpy(name, entry_name(entry), name_len + 1);
	release_entry(entry);

	task->answer = unpack_answer(packed, size);
	task->name = name;
	return true;
}

static void
ask_for_own_load(void)
{
	Database   *database = find_database(MyDatabaseId, true);

	if (database == NULL)
		return;
	database->loads_asked++;
	database->told = true;
	release_database(database);
}

/* Updates the entry by what was stored, or should have been stored. */
static void
settle(const EntryKey *key, const StoreTask *task, const char *problem)
{
	const Answer *answer = task->answer;
	dsa_pointer strings = InvalidDsaPointer;
	Entry	   *entry;
	bool		ours;
	bool		again = false;
	uint64		ended_before;

	if (task->etag != NULL)
		strings = pack_entry_strings(task->name, answer->url, task->etag);

	entry = find_fetch(key, task->fetch, ENTRY_ANSWERED);
	ours = entry != NULL;
	if (ours)
	{
		if (task->fate == FATE_STORED && strcmp(entry_url(entry), answer->url) == 0)
		{
			entry->failures = task->failures;
			entry->next_attempt = task->next_attempt;
			entry->not_before = task->not_before;
			if (task->trusted_since != 0)
				entry->trusted_since = task->trusted_since;
		}
		strlcpy(entry->problem, problem ? problem : "", ENTRY_PROBLEM_LEN);
		if (DsaPointerIsValid(strings) &&
			strcmp(entry_url(entry), answer->url) == 0)
		{
			dsa_free(schedule_area, entry->strings);
			entry->strings = strings;
			strings = InvalidDsaPointer;
			again = task->fate == FATE_ETAG_GONE;
		}
		ended_before = entry->ended_fetch;
		entry_idle(entry);
		if (again)
		{
			/* fetch again without an ETag, as if this fetch had not happened */
			entry->ended--;
			entry->ended_fetch = ended_before;
			entry->urgent = true;
		}
		release_entry(entry);
	}
	if (DsaPointerIsValid(strings))
		dsa_free(schedule_area, strings);

	if (task->fate == FATE_DISCARDED)
		ask_for_own_load();
	if (ours)
		attempt_ended(key);
	if (again)
		note_urgent();
	else
		fetch_ended();
}

/*
 * After a fault of this server: keeps the answer, to store it again.  When
 * there is no room, gives it up, and the keys are fetched again soon.
 */
static void
keep_for_later(const EntryKey *key, const StoreTask *task, const char *problem)
{
	TimestampTz now = GetCurrentTimestamp();
	Entry	   *entry = find_fetch(key, task->fetch, ENTRY_ANSWERED);
	bool		kept;

	if (entry == NULL)
		return;
	strlcpy(entry->problem, problem, ENTRY_PROBLEM_LEN);
	entry->store_attempts = 0;
	entry->store_at = now + STORE_AGAIN;
	kept = keep_answer(entry);
	if (!kept)
	{
		entry->next_attempt = now + FETCH_AGAIN;
		entry_idle(entry);
	}
	release_entry(entry);
	if (kept)
		note_kept(now + STORE_AGAIN);
	else
	{
		attempt_ended(key);
		fetch_ended();
	}
	if (kept && !task->kept)
		ereport(LOG,
				(errmsg("could not store the keys of help center \"%s\" in database \"%s\" yet: %s",
						task->name, database_name(), problem),
				 errdetail("They are kept, and stored again each second.")));
}

/* Logs each change of state once, not each attempt. */
static void
report_answer(const StoreTask *task, int failures_before, const char *problem)
{
	const char *error = problem ? problem : task->answer->error;

	if (task->fate != FATE_STORED)
		return;
	if (task->failures > 0 && failures_before == 0)
		ereport(LOG,
				(errmsg("could not refresh the keys of help center \"%s\" in database \"%s\": %s",
						task->name, database_name(), error),
				 errdetail("Keys fetched before stay as they are; the next attempt is in %d s.",
						   (int) ((task->next_attempt - task->answer->ended) / ONE_SECOND))));
	else if (task->failures == 0 && failures_before > 0)
		ereport(LOG,
				(errmsg_plural("keys of help center \"%s\" in database \"%s\" are refreshed again, after %d failure",
							   "keys of help center \"%s\" in database \"%s\" are refreshed again, after %d failures",
							   failures_before,
							   task->name, database_name(), failures_before)));
	if (task->failures == 0 && error[0] != '\0' && task->error_is_new)
		ereport(LOG,
				(errmsg("not all keys of help center \"%s\" in database \"%s\" can be used: %s",
						task->name, database_name(), error)));
	if (task->spared > 0)
		ereport(LOG,
				(errmsg_plural("help center \"%s\" in database \"%s\" no longer lists %d new key, which is kept for now",
							   "help center \"%s\" in database \"%s\" no longer lists %d new keys, which are kept for now",
							   task->spared,
							   task->name, database_name(), task->spared),
				 errdetail("The answer is an older set than one that came before, as a cache may give it.")));
	if (task->added > 0 || task->retired > 0)
		ereport(LOG,
				(errmsg("keys of help center \"%s\" in database \"%s\": %d added, %d retired",
						task->name, database_name(), task->added, task->retired)));
}

/*
 * A foreign key that somebody made may forbid it; new keys are stored
 * nevertheless.
 */
static void
prune(StoreTask *task)
{
	char	   *problem = try_work(prune_in_transaction, task, NULL);

	if (problem != NULL)
		ereport(LOG,
				(errmsg("could not delete retired keys of help center \"%s\" in database \"%s\": %s",
						task->name, database_name(), problem)));
}

/* An answer that could not be stored is a failure: stores that instead. */
static char *
store_failure(StoreTask *task, int failures_before, const char *problem)
{
	Answer	   *answer = task->answer;

	pg_atomic_fetch_add_u64(&schedule->failures, 1);
	answer->outcome = FETCH_STORE;
	answer->error = problem;
	answer->nkeys = 0;
	memset(&answer->cache, 0, sizeof(answer->cache));
	task->failures = failures_before;
	task->etag = NULL;
	task->added = task->retired = task->spared = 0;
	task->trusted_since = 0;
	plan_next(task);
	if (task->attempts > MAX_STORE_ATTEMPTS + 1)
		return pstrdup(problem);
	return try_work(store_in_transaction, task, NULL);
}

static void
store_answer(const EntryKey *key)
{
	StoreTask	task;
	int			failures_before;
	char	   *problem = NULL;
	char	   *still = NULL;
	int			sqlstate = 0;

	if (!take_answer(key, &task))
		return;
	failures_before = task.failures;
	plan_next(&task);
	if (task.attempts > MAX_STORE_ATTEMPTS)
		problem = pstrdup("the workers that should have stored the keys were ended");
	else
		problem = try_work(store_in_transaction, &task, &sqlstate);
	if (problem != NULL && local_fault(sqlstate))
	{
		keep_for_later(key, &task, problem);
		return;
	}
	if (problem != NULL)
		still = store_failure(&task, failures_before, problem);
	if (still != NULL)
		task.fate = FATE_STORED;	/* the entry at least has the failure */
	report_answer(&task, failures_before, problem);
	settle(key, &task, still != NULL ? problem : NULL);
	if (task.fate == FATE_STORED && task.failures == 0)
		prune(&task);
}

void
store_answers(void)
{
	TimestampTz began = GetCurrentTimestamp();
	MemoryContext context;
	MemoryContext oldcontext;
	Waiting    *list;
	int			count;

	keys_stored_by_worker = true;

	/* first: an answer that comes from now on sets it again */
	note_no_answers();
	list = list_answers(&count);
	context = AllocSetContextCreate(CurrentMemoryContext, "hcjwt store",
									ALLOCSET_DEFAULT_SIZES);
	oldcontext = MemoryContextSwitchTo(context);
	for (int i = 0; i < count; i++)
	{
		TimestampTz now = GetCurrentTimestamp();

		CHECK_FOR_INTERRUPTS();
		if (i > 0 && (now < began || now > began + STORE_FOR))
		{
			note_answers();
			break;
		}
		store_answer(&list[i].key);
		MemoryContextReset(context);
	}
	MemoryContextSwitchTo(oldcontext);
	MemoryContextDelete(context);
	keys_stored_by_worker = false;
}
