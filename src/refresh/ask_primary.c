/*-------------------------------------------------------------------------
 *
 * ask_primary.c
 *		What a backend on a standby does for a token of a new key: it makes an
 *		entry, and makes the asker ask the primary.
 *
 * A standby fetches nothing, and no load fills its schedule.  The gates are those of
 * ask.c, as on the primary.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xlogrecovery.h"
#include "commands/dbcommands.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"

#include "compat.h"
#include "keys/fetched_help_centers.h"
#include "keys_url.h"
#include "refresh/ask_primary.h"
#include "refresh/processes.h"
#include "settings.h"

/* An asker that has not begun after this time is started again. */
#define START_PATIENCE		(5 * ONE_SECOND)

const char *
conninfo_of_primary(void)
{
	if (strcmp(hcjwt_primary_conninfo, KEYS_URL_NONE) == 0)
		return "";
	return hcjwt_primary_conninfo[0] ? hcjwt_primary_conninfo : PrimaryConnInfo;
}

uint32
hash_of_conninfo(void)
{
	const char *conninfo = conninfo_of_primary();

	return hash_bytes((const unsigned char *) conninfo, strlen(conninfo));
}

/* After a change of the conninfo the primary is asked at once. */
bool
may_ask_primary(const char **hint)
{
	TimestampTz now = GetCurrentTimestamp();
	Database   *database;
	TimestampTz not_before = 0;

	if (conninfo_of_primary()[0] == '\0')
	{
		*hint = "no fetch: this is a standby, which gets its keys from the primary, and has no conninfo to ask it";
		return false;
	}
	database = find_database(MyDatabaseId, false);
	if (database == NULL)
		database = make_database(MyDatabaseId);
	if (database->asker.conninfo == hash_of_conninfo())
		not_before = database->asker.not_before;
	release_database(database);
	if (now < not_before && not_before - now <= MAX_OUT_OF_REACH)
	{
		*hint = "no fetch: this standby could not ask its primary, see hcjwt.status";
		return false;
	}
	return true;
}

/* Makes an entry that no load has seen; false when there is no room for it. */
static bool
make_standby_entry(const char *name, EntryKey *key)
{
	Entry	   *entry;
	dsa_pointer strings;
	bool		found;

	entry_key(name, key);
	entry = find_entry(key, false);
	if (entry != NULL)
	{
		release_entry(entry);
		return true;
	}
	strings = pack_entry_strings(name, "", "");
	if (!DsaPointerIsValid(strings))
		return false;
	entry = make_entry(key, &found);
	if (!found)
	{
		entry->strings = strings;
		entry->enabled = true;
	}
	release_entry(entry);
	if (found)
		dsa_free(schedule_area, strings);
	return true;
}

int
candidates_on_standby(const char *help_center, EntryKey *keys, const char **hint)
{
	char	   *names[MAX_UNNAMED + 1];
	int			count = read_fetched_help_centers(help_center, names, lengthof(names));

	if (count > MAX_UNNAMED)
	{
		*hint = HINT_UNNAMED;
		return 0;
	}
	for (int i = 0; i < count; i++)
		if (!make_standby_entry(names[i], &keys[i]))
			return i;
	return count;
}

bool
call_asker(const char **hint)
{
	const char *name = get_database_name(MyDatabaseId);
	TimestampTz now = GetCurrentTimestamp();
	Database   *database = name ? find_database(MyDatabaseId, true) : NULL;
	Asker	   *asker;
	bool		start;

	if (database == NULL)
		return false;
	asker = &database->asker;
	asker->questions++;
	start = asker->pid == 0 && (asker->started == 0 || asker->started > now ||
								now - asker->started > START_PATIENCE);
	if (start)
		asker->started = now;
	release_database(database);
	if (!start || start_asker(name))
		return true;

	database = find_database(MyDatabaseId, true);
	if (database != NULL)
	{
		database->asker.started = 0;
		database->asker.conninfo = hash_of_conninfo();
		strlcpy(database->asker.problem, "no background worker slot is free",
				DATABASE_PROBLEM_LEN);
		release_database(database);
	}
	/* others may wait for the one that we have not started */
	ConditionVariableBroadcast(&schedule->ended);
	*hint = "no fetch: no background worker slot is free to ask the primary";
	return false;
}

bool
asker_is_there(void)
{
	Database   *database = find_database(MyDatabaseId, false);
	bool		result;

	if (database == NULL)
		return false;
	result = database->asker.pid != 0 || database->asker.started != 0;
	release_database(database);
	return result;
}
