/*-------------------------------------------------------------------------
 *
 * attempts.c
 *		The attempts under way, stamped where a crash does not lose them.
 *
 * An attempt may crash the server, and must not be made again at once then.
 * Shared memory is lost in a crash, and the fetcher is connected to no
 * database. So a file in the data directory remembers: it has the same array
 * of records as shared memory, one for each attempt that has not ended.  It
 * need not survive a crash of the machine, which no attempt causes, so nothing
 * waits for the disk.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <fcntl.h>
#include <unistd.h>

#include "storage/fd.h"

#include "refresh/attempts.h"

#define ATTEMPTS_FILE	"hcjwt.attempts"

/* Marks a record in use.  It changes with the record's layout. */
#define ATTEMPT_MAGIC	0x68636a31

/*
 * The longest plausible number of failures: a higher one in the file means
 * nothing, because each failure takes up to an hour.
 */
#define MOST_FAILURES	1000000

/*
 * Without the file everything works, but after a crash the attempt is repeated
 * too soon.
 */
static int
open_file(int flags)
{
	static bool said = false;
	int			fd = BasicOpenFile(ATTEMPTS_FILE, flags | PG_BINARY);

	if (fd < 0 && errno != ENOENT && !said)
	{
		said = true;
		ereport(LOG,
				(errcode_for_file_access(),
				 errmsg("could not open file \"%s\": %m", ATTEMPTS_FILE)));
	}
	return fd;
}

/* Called with the lock held. */
static void
write_attempt(int number)
{
	static int	fd = -1;
	const Attempt *attempt = &schedule->attempts[number];

	Assert(LWLockHeldByMeInMode(schedule->attempts_lock, LW_EXCLUSIVE));
	if (fd < 0)
		fd = open_file(O_RDWR | O_CREAT);
	if (fd >= 0 &&
		pg_pwrite(fd, attempt, sizeof(Attempt), number * sizeof(Attempt)) != sizeof(Attempt))
		elog(DEBUG1, "could not write file \"%s\": %m", ATTEMPTS_FILE);
}

void
read_attempts(void)
{
	Attempt		attempts[MAX_ATTEMPTS] = {0};
	int			fd;

	if (schedule->attempts_read)
		return;
	fd = open_file(O_RDONLY);
	if (fd >= 0)
	{
		if (pg_pread(fd, attempts, sizeof(attempts), 0) < 0)
			memset(attempts, 0, sizeof(attempts));
		close(fd);
	}
	LWLockAcquire(schedule->attempts_lock, LW_EXCLUSIVE);
	for (int i = 0; i < MAX_ATTEMPTS; i++)
		if (attempts[i].magic == ATTEMPT_MAGIC &&
			attempts[i].failures > 0 && attempts[i].failures < MOST_FAILURES)
			schedule->attempts[i] = attempts[i];
	schedule->attempts_read = true;
	LWLockRelease(schedule->attempts_lock);
}

/* The number of the help center's record, or -1.  Called with the lock held. */
static int
find_attempt(const EntryKey *key)
{
	Assert(LWLockHeldByMe(schedule->attempts_lock));
	for (int i = 0; i < MAX_ATTEMPTS; i++)
		if (schedule->attempts[i].magic == ATTEMPT_MAGIC &&
			memcmp(&schedule->attempts[i].key, key, sizeof(EntryKey)) == 0)
			return i;
	return -1;
}

/*
 * A free record, else the oldest.  A crash has left the oldest one, or its
 * answer waits to be stored behind very many others.
 */
static int
free_attempt(void)
{
	int			oldest = 0;

	for (int i = 0; i < MAX_ATTEMPTS; i++)
	{
		if (schedule->attempts[i].magic != ATTEMPT_MAGIC)
			return i;
		if (schedule->attempts[i].began < schedule->attempts[oldest].began)
			oldest = i;
	}
	return oldest;
}

void
attempt_begins(const EntryKey *key, TimestampTz began, int failures)
{
	int			number;

	LWLockAcquire(schedule->attempts_lock, LW_EXCLUSIVE);
	number = find_attempt(key);
	if (number < 0)
		number = free_attempt();
	memset(&schedule->attempts[number], 0, sizeof(Attempt));
	schedule->attempts[number].magic = ATTEMPT_MAGIC;
	schedule->attempts[number].failures = failures;
	schedule->attempts[number].key = *key;
	schedule->attempts[number].began = began;
	write_attempt(number);
	LWLockRelease(schedule->attempts_lock);
}

void
attempt_ended(const EntryKey *key)
{
	int			number;

	LWLockAcquire(schedule->attempts_lock, LW_EXCLUSIVE);
	number = find_attempt(key);
	if (number >= 0)
	{
		memset(&schedule->attempts[number], 0, sizeof(Attempt));
		write_attempt(number);
	}
	LWLockRelease(schedule->attempts_lock);
}

bool
attempt_was_cut_off(const EntryKey *key, TimestampTz *began, int *failures)
{
	int			number;
	bool		result = false;

	LWLockAcquire(schedule->attempts_lock, LW_SHARED);
	number = find_attempt(key);
	if (number >= 0)
	{
		*began = schedule->attempts[number].began;
		*failures = schedule->attempts[number].failures;
		result = *began < schedule->started;
	}
	LWLockRelease(schedule->attempts_lock);
	return result;
}
