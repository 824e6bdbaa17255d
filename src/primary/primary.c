/*-------------------------------------------------------------------------
 *
 * primary.c
 *		A standby's question to its primary: the library hcjwt_primary.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <ctype.h>

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "libpq-fe.h"
#include "miscadmin.h"
#include "storage/latch.h"

#include "compat.h"
#include "primary/primary.h"

MODULE_MAGIC("hcjwt_primary");

PGDLLEXPORT const PrimaryApi *hcjwt_primary_api(void);

/*
 * The longest time between two looks at interrupts.  An interrupt does not end
 * a name look-up by libpq, here as in the WAL receiver.
 */
#define LOOK_MS		200

static PGconn *connection = NULL;

/* libpq would write notices to standard error, where nobody reads them. */
static void
ignore_notice(void *arg, const char *message)
{
}

/*
 * The first line of what libpq or the primary says.  The primary may be some
 * other server, so its message may be any text, or empty.
 */
static void
note_problem(char *problem, const char *said)
{
	size_t		len = strcspn(said, "\n");

	if (len == 0)
	{
		said = "the answer cannot be read";
		len = strlen(said);
	}
	strlcpy(problem, said, Min(len + 1, PRIMARY_PROBLEM_LEN));
	for (char *p = problem; *p; p++)
		if (iscntrl((unsigned char) *p))
			*p = '?';
}

static void
close_connection(void)
{
	if (connection != NULL)
		PQfinish(connection);
	connection = NULL;
}

/* Waits for the socket; false after the deadline. */
static bool
wait_for_socket(int events, TimestampTz deadline, uint32 wait_event)
{
	int64		left = deadline - GetCurrentTimestamp();

	if (left <= 0)
		return false;
	(void) WaitLatchOrSocket(MyLatch,
							 WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH | events,
							 PQsocket(connection), Min(left / 1000 + 1, LOOK_MS),
							 wait_event);
	ResetLatch(MyLatch);
	CHECK_FOR_INTERRUPTS();
	return true;
}

static bool
is_uri(const char *conninfo)
{
	return strncmp(conninfo, "postgresql://", 13) == 0 ||
		strncmp(conninfo, "postgres://", 11) == 0;
}

/*
 * libpq's words for a bad conninfo quote it, and with it perhaps a password.  Where a
 * password in a URI has a character that should be percent-encoded, the rest of it is a
 * host, a port or a database, which libpq quotes as well.  A host that begins with @ is a
 * socket.
 */
static bool
is_readable(const char *conninfo)
{
	PQconninfoOption *options = PQconninfoParse(conninfo, NULL);
	bool		readable = options != NULL;

	for (PQconninfoOption *option = is_uri(conninfo) ? options : NULL;
		 readable && option && option->keyword; option++)
	{
		if (option->val == NULL || option->val[0] == '\0')
			continue;
		if (strcmp(option->keyword, "port") == 0)
			readable = option->val[strspn(option->val, "0123456789, ")] == '\0';
		else if (strcmp(option->keyword, "host") == 0)
			readable = strchr(option->val + 1, '@') == NULL;
		else if (strcmp(option->keyword, "dbname") == 0)
			readable = strchr(option->val, '@') == NULL;
	}
	PQconninfoFree(options);
	return readable;
}

static bool
primary_connect(const char *conninfo, const char *database, const char *encoding,
				TimestampTz deadline, uint32 wait_event, char *problem)
{
	/* a later value replaces that of the conninfo */
	const char *const names[] = {
		"dbname", "dbname", "replication", "client_encoding",
		"fallback_application_name", NULL
	};
	const char *const values[] = {
		conninfo, database, "false", encoding, "hcjwt", NULL
	};
	PostgresPollingStatusType status = PGRES_POLLING_WRITING;

	if (!is_readable(conninfo))
	{
		note_problem(problem, "the connection string cannot be read");
		return false;
	}
	connection = PQconnectStartParams(names, values, true);
	if (connection == NULL)
	{
		note_problem(problem, "out of memory");
		return false;
	}
	(void) PQsetNoticeProcessor(connection, ignore_notice, NULL);
	if (PQstatus(connection) == CONNECTION_BAD)
		status = PGRES_POLLING_FAILED;
	while (status != PGRES_POLLING_OK && status != PGRES_POLLING_FAILED)
	{
		if (!wait_for_socket(status == PGRES_POLLING_READING ?
							 WL_SOCKET_READABLE : WL_SOCKET_CONNECTED,
							 deadline, wait_event))
		{
			note_problem(problem, "no connection in time");
			close_connection();
			return false;
		}
		status = PQconnectPoll(connection);
	}
	if (status == PGRES_POLLING_OK)
		return true;
	note_problem(problem, PQerrorMessage(connection));
	close_connection();
	return false;
}

/*
 * The one result of the query.  NULL for a COPY, which has no end and which no
 * query of ours asks for.
 */
static PGresult *
await_result(TimestampTz deadline, uint32 wait_event, char *problem)
{
	PGresult   *result = NULL;
	PGresult   *next;

	for (;;)
	{
		if (!PQconsumeInput(connection))
		{
			note_problem(problem, PQerrorMessage(connection));
			break;
		}
		if (PQisBusy(connection))
		{
			if (wait_for_socket(WL_SOCKET_READABLE, deadline, wait_event))
				continue;
			note_problem(problem, "no answer in time");
			break;
		}
		next = PQgetResult(connection);
		if (next == NULL && result != NULL)
			return result;
		if (next == NULL || result != NULL)
		{
			PQclear(next);
			note_problem(problem, "");
			break;
		}
		result = next;
	}
	PQclear(result);
	return NULL;
}

static PrimaryReply
read_reply(const PGresult *result, XLogRecPtr *lsn, char *problem)
{
	const char *message;
	uint32		high;
	uint32		low;

	if (PQresultStatus(result) != PGRES_TUPLES_OK)
	{
		message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
		note_problem(problem, message ? message : PQresultErrorMessage(result));
		return PRIMARY_FAILED;
	}
	if (PQntuples(result) == 1 && PQnfields(result) == 1)
	{
		if (PQgetisnull(result, 0, 0))
			return PRIMARY_FETCHES;
		if (sscanf(PQgetvalue(result, 0, 0), "%X/%X", &high, &low) == 2)
		{
			*lsn = (uint64) high << 32 | low;
			return PRIMARY_DONE;
		}
	}
	note_problem(problem, "");
	return PRIMARY_FAILED;
}

static PrimaryReply
primary_ask(const char *help_center, int waited, TimestampTz deadline,
			uint32 wait_event, XLogRecPtr *lsn, char *problem)
{
	static const Oid types[] = {TEXTOID, INT4OID};
	char		number[16];
	const char *values[] = {help_center, number};
	PGresult   *result;
	PrimaryReply reply;

	snprintf(number, sizeof(number), "%d", waited);
	if (!PQsendQueryParams(connection, "SELECT hcjwt.ask_for_keys($1, $2)", 2,
						   types, values, NULL, NULL, 0))
	{
		note_problem(problem, PQerrorMessage(connection));
		return PRIMARY_FAILED;
	}
	result = await_result(deadline, wait_event, problem);
	if (result == NULL)
		return PRIMARY_FAILED;
	reply = read_reply(result, lsn, problem);
	PQclear(result);
	return reply;
}

/* PRIMARY_API_FUNCTION */
const PrimaryApi *
hcjwt_primary_api(void)
{
	static const PrimaryApi api = {
		PRIMARY_API_VERSION, primary_connect, primary_ask, close_connection
	};

	return &api;
}
