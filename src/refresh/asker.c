/*-------------------------------------------------------------------------
 *
 * asker.c
 *		The asker: on a standby, a short process that asks the primary for keys.
 *
 * A backend has made a help center's entry urgent, and started the asker of its
 * database (ask_primary.c).  The asker makes the primary fetch, by the
 * primary's own gates, waits until the standby has replayed what the primary
 * then has, and ends.  It is connected to no database here.  On a standby of a
 * standby the one above asks in turn.
 *
 * Over the wire go names of help centers, and nothing of a token.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xlog.h"
#include "access/xlogrecovery.h"
#include "miscadmin.h"
#include "postmaster/bgworker.h"
#include "postmaster/interrupt.h"
#include "replication/walreceiver.h"
#include "storage/ipc.h"
#include "storage/lwlock.h"
#include "storage/proc.h"
#include "tcop/tcopprot.h"
#include "utils/guc.h"
#include "utils/memutils.h"

#include "compat.h"
#include "keys/help_center.h"
#include "primary/primary.h"
#include "refresh/ask_primary.h"
#include "refresh/notices.h"
#include "refresh/processes.h"
#include "settings.h"

/* Entry point, which the postmaster finds by its name. */
extern PGDLLEXPORT void hcjwt_asker_main(Datum arg);

/* How long a connection may take, and an answer. */
#define CONNECT_PATIENCE	(3 * ONE_SECOND)
#define ANSWER_PATIENCE		(2 * ONE_SECOND)

/* While the primary fetches it is asked again after this time. */
#define ASK_AGAIN			(ONE_SECOND / 20)

/* How often to look whether the primary's WAL is replayed. */
#define LOOK_MS				5

/*
 * How long to wait for the replay of what was received.  When it takes longer,
 * it waits for a query here whose snapshot still needs the rows that it
 * removes.  That may be the very query that waits for the key: it then ends
 * with an error, and the next query finds the key.
 */
#define REPLAY_PATIENCE		(ONE_SECOND / 4)

#define MAX_QUESTIONS		32

/* A help center whose keys the primary is asked for. */
typedef struct Question
{
	bool		open;
	bool		answered;		/* when all is replayed up to lsn, it is done */
	EntryKey	key;
	uint64		number;			/* Entry.fetch */
	TimestampTz began;			/* when the first backend asked */
	TimestampTz ask_at;
	TimestampTz answered_at;
	XLogRecPtr	lsn;
	char		name[MAX_NAME_LEN + 1];
} Question;

/* The asker that this process is. */
static struct
{
	Oid			database;
	uint64		seen;			/* the questions that had been asked */
	bool		connected;
	const PrimaryApi *api;
	XLogRecPtr	replayed;
	TimestampTz moved;			/* when that last grew */
	Question	questions[MAX_QUESTIONS];
	char		problem[PRIMARY_PROBLEM_LEN];
}			this_asker;

StaticAssertDecl(PRIMARY_PROBLEM_LEN <= DATABASE_PROBLEM_LEN, "room for a problem");

/* False when the database has another asker, or is gone. */
static bool
become_the_asker(void)
{
	Database   *database = find_database(this_asker.database, true);
	bool		alone;

	if (database == NULL)
		return false;
	alone = database->asker.pid == 0;
	if (alone)
	{
		database->asker.pid = MyProcPid;
		database->asker.started = 0;
		this_asker.seen = database->asker.questions;
	}
	release_database(database);
	return alone;
}

static bool
pick_question(const void *entry, void *copy, void *arg)
{
	const Entry *candidate = entry;

	*(EntryKey *) copy = candidate->key;
	return candidate->key.database == this_asker.database && candidate->load == 0 &&
		candidate->urgent && candidate->phase == ENTRY_IDLE;
}

/* Takes the question for which backends have made the entry urgent. */
static void
take_question(Question *question, const EntryKey *key)
{
	Entry	   *entry = find_entry(key, true);

	if (entry == NULL)
		return;
	if (entry->urgent && entry->phase == ENTRY_IDLE && entry->load == 0)
	{
		Assert(!DsaPointerIsValid(entry->answer));
		entry->urgent = false;
		entry->phase = ENTRY_FETCHING;
		entry->fetch = pg_atomic_add_fetch_u64(&schedule->fetch_serial, 1);
		entry->last_attempt = GetCurrentTimestamp();
		memset(question, 0, sizeof(*question));
		question->open = true;
		question->key = *key;
		question->number = entry->fetch;
		question->began = Min(entry->last_asked, entry->last_attempt);
		strlcpy(question->name, entry_name(entry), sizeof(question->name));
	}
	release_entry(entry);
}

static Question *
free_question(void)
{
	for (int i = 0; i < MAX_QUESTIONS; i++)
		if (!this_asker.questions[i].open)
			return &this_asker.questions[i];
	return NULL;
}

static void
take_questions(void)
{
	Database   *database = find_database(this_asker.database, false);
	EntryKey   *keys;
	int			count;
	Question   *place;

	/* before the entries: if somebody asks from now on, retire() notices */
	if (database == NULL)
		return;
	this_asker.seen = database->asker.questions;
	release_database(database);
	keys = pick_entries(schedule_entries, pick_question, NULL, sizeof(EntryKey), &count);
	for (int i = 0; i < count && (place = free_question()) != NULL; i++)
		take_question(place, &keys[i]);
	pfree(keys);
}

/*
 * If nothing could be asked, another backend may ask again once the primary is
 * there.
 */
static void
end_question(Question *question)
{
	Entry	   *entry = find_fetch(&question->key, question->number, ENTRY_FETCHING);

	question->open = false;
	if (entry != NULL)
	{
		entry_idle(entry);
		if (!question->answered)
			entry->last_asked = 0;
		release_entry(entry);
	}
	ConditionVariableBroadcast(&schedule->ended);
}

static bool
any_question(void)
{
	for (int i = 0; i < MAX_QUESTIONS; i++)
		if (this_asker.questions[i].open)
			return true;
	return false;
}

static void
end_questions(void)
{
	for (int i = 0; i < MAX_QUESTIONS; i++)
		if (this_asker.questions[i].open)
			end_question(&this_asker.questions[i]);
}

/* Notes the problem, or "" for success.  The log has each problem once. */
static void
note_outcome(const char *problem)
{
	Database   *database = find_database(this_asker.database, true);
	bool		is_new;
	int64		pause;

	if (database == NULL)
		return;
	is_new = strcmp(database->asker.problem, problem) != 0;
	strlcpy(database->asker.problem, problem, DATABASE_PROBLEM_LEN);
	if (problem[0] == '\0')
	{
		database->asker.failures = 0;
		database->asker.not_before = 0;
	}
	else
	{
		pause = ONE_SECOND << Min(database->asker.failures++, 6);
		database->asker.not_before = GetCurrentTimestamp() +
			Min(pause, MAX_OUT_OF_REACH);
		database->asker.conninfo = hash_of_conninfo();
	}
	release_database(database);
	if (is_new && problem[0] != '\0')
		ereport(LOG,
				(errmsg("this standby could not ask its primary for new keys: %s",
						problem)));
}

/* Connects, unless it has; false when that fails. */
static bool
reach_primary(void)
{
	const char *name = MyBgworkerEntry->bgw_extra;

	if (this_asker.api == NULL)
	{
		PrimaryApiFunction get_api = (PrimaryApiFunction)
			load_external_function(PRIMARY_LIBRARY, PRIMARY_API_FUNCTION, true, NULL);

		this_asker.api = get_api();
		if (this_asker.api->version != PRIMARY_API_VERSION)
			elog(ERROR, "the library hcjwt_primary is of another version");
	}
	if (!this_asker.connected)
		this_asker.connected =
			this_asker.api->connect(conninfo_of_primary(), name, name + NAMEDATALEN,
									GetCurrentTimestamp() + CONNECT_PATIENCE,
									wait_event(WAIT_PRIMARY), this_asker.problem);
	return this_asker.connected;
}

/*
 * Has this server replayed what the primary had when it answered?  True also
 * when waiting longer is useless.
 */
static bool
is_replayed(const Question *question, TimestampTz now)
{
	XLogRecPtr	replayed = GetXLogReplayRecPtr(NULL);

	if (replayed != this_asker.replayed || this_asker.moved > now)
	{
		this_asker.replayed = replayed;
		this_asker.moved = now;
	}
	return replayed >= question->lsn ||
		(now - Max(this_asker.moved, question->answered_at) > REPLAY_PATIENCE &&
		 GetWalRcvFlushRecPtr(NULL, NULL) >= question->lsn);
}

/* Moves a question on; false when the primary cannot be asked any more. */
static bool
advance(Question *question)
{
	TimestampTz now = GetCurrentTimestamp();
	int64		waited = Max(now - question->began, 0);

	if (!question->answered && now >= question->ask_at)
	{
		switch (this_asker.api->ask(question->name, Min(waited, ONE_MINUTE) / 1000,
									now + ANSWER_PATIENCE, wait_event(WAIT_PRIMARY),
									&question->lsn, this_asker.problem))
		{
			case PRIMARY_FAILED:
				return false;
			case PRIMARY_FETCHES:
				question->ask_at = now + ASK_AGAIN;
				break;
			case PRIMARY_DONE:
				/* the answer may have taken long */
				now = GetCurrentTimestamp();
				question->answered = true;
				question->answered_at = now;
				break;
		}
		note_outcome("");
	}
	if ((question->answered && is_replayed(question, now)) ||
		waited > hcjwt_unknown_key_wait * INT64CONST(1000) + ONE_SECOND)
	{
		question->answered = true;
		end_question(question);
	}
	return true;
}

/* False when the primary cannot be asked: then nobody needs to wait longer. */
static bool
advance_all(void)
{
	if (!any_question())
		return true;
	if (conninfo_of_primary()[0] == '\0')
	{
		/*
		 * a reload has just set it to "", by which libpq would find some
		 * server
		 */
		end_questions();
		return true;
	}
	if (!reach_primary())
		return false;
	for (int i = 0; i < MAX_QUESTIONS; i++)
		if (this_asker.questions[i].open && !advance(&this_asker.questions[i]))
			return false;
	return true;
}

/* Stops being the asker, unless another question has come. */
static bool
retire(void)
{
	Database   *database = find_database(this_asker.database, true);
	bool		done = database == NULL || database->asker.questions == this_asker.seen;

	if (done && database != NULL)
		database->asker.pid = 0;
	if (database != NULL)
		release_database(database);
	return done;
}

static void
asker_at_exit(int code, Datum arg)
{
	Database   *database;

	/* an error may have come while an entry was locked */
	LWLockReleaseAll();
	end_questions();
	if (code != 0)
		note_outcome("the asker was ended, see the server's log");
	database = find_database(this_asker.database, true);
	if (database == NULL)
		return;
	if (database->asker.pid == MyProcPid)
		database->asker.pid = 0;
	release_database(database);
	ConditionVariableBroadcast(&schedule->ended);
}

/*
 * Has this server been promoted?  Then backends that wait may ask its own
 * launcher.
 */
static bool
fetches_itself(void)
{
	return !RecoveryInProgress() && launcher_is_running();
}

/* When the conninfo has changed, connects again. */
static void
reload_asker_settings(void)
{
	uint32		before = hash_of_conninfo();

	ConfigReloadPending = false;
	ProcessConfigFile(PGC_SIGHUP);
	if (this_asker.connected && hash_of_conninfo() != before)
	{
		this_asker.api->close();
		this_asker.connected = false;
	}
}

void
hcjwt_asker_main(Datum arg)
{
	bool		failed = false;

	this_asker.database = DatumGetObjectId(arg);
	pqsignal(SIGTERM, die);
	pqsignal(SIGHUP, SignalHandlerForConfigReload);
	BackgroundWorkerUnblockSignals();

	schedule_attach();
	if (!become_the_asker())
		proc_exit(0);
	before_shmem_exit(asker_at_exit, (Datum) 0);

	for (;;)
	{
		CHECK_FOR_INTERRUPTS();
		if (ConfigReloadPending)
			reload_asker_settings();
		if (fetches_itself())
			break;
		take_questions();
		if (!failed && !advance_all())
		{
			failed = true;
			note_outcome(this_asker.problem);
		}
		if (failed)
			end_questions();
		if (any_question())
		{
			(void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH,
							 LOOK_MS, wait_event(WAIT_PRIMARY));
			ResetLatch(MyLatch);
		}
		else if (retire())
			break;
	}
	if (this_asker.connected)
		this_asker.api->close();
	proc_exit(0);
}
