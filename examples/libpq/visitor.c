/* See visitor.h. */
#include <string.h>

#include "visitor.h"

/*
 * Both statements go in one flight.  What stands before a pipeline's sync is one
 * transaction; where authenticate() fails, the server skips the statement behind it.
 */
PGresult *
query_as_visitor(PGconn *conn, const char *token, const char *statement,
				 int nparams, const char *const *params)
{
	PGresult   *wanted = NULL;
	PGresult   *res;

	if (!PQenterPipelineMode(conn) ||
		!PQsendQueryParams(conn, "SELECT hcjwt.authenticate($1)", 1, NULL, &token, NULL, NULL, 0) ||
		!PQsendQueryParams(conn, statement, nparams, NULL, params, NULL, NULL, 0) ||
		!PQpipelineSync(conn))
		return NULL;
	for (;;)
	{
		res = PQgetResult(conn);
		if (PQresultStatus(res) == PGRES_PIPELINE_SYNC)
			break;
		if (PQstatus(conn) != CONNECTION_OK)
			return PQclear(res), PQclear(wanted), NULL;
		if (res == NULL)		/* between two statements */
			continue;

		/* the first error, or else the last result */
		if (PQresultStatus(wanted) == PGRES_FATAL_ERROR && wanted)
			PQclear(res);
		else
		{
			PQclear(wanted);
			wanted = res;
		}
	}
	PQclear(res);
	PQexitPipelineMode(conn);
	return wanted;
}

int
status_of(const PGresult *res)
{
	const char *state = PQresultErrorField(res, PG_DIAG_SQLSTATE);

	if (res && PQresultStatus(res) == PGRES_TUPLES_OK)
		return 200;
	if (state == NULL)
		return 503;
	if (strcmp(state, "28J01") == 0 || strcmp(state, "28J03") == 0)
		return 401;
	if (strncmp(state, "28J", 3) == 0 || strcmp(state, "42501") == 0)
		return 403;
	if (strncmp(state, "22", 2) == 0 || strncmp(state, "23", 2) == 0)
		return 400;
	return strchr("0258", state[0]) && strncmp(state, "25", 2) != 0 ? 503 : 500;
}
