#include "visitor.h"

/* One flight, one transaction: where authenticate() fails, the server skips the other. */
PGresult *
query_as_visitor(PGconn *conn, const char *token, const char *statement)
{
	PGresult   *authenticated,
			   *rows;

	PQenterPipelineMode(conn);
	PQsendQueryParams(conn, "SELECT hcjwt.authenticate($1)", 1, NULL, &token, NULL, NULL, 0);
	PQsendQueryParams(conn, statement, 0, NULL, NULL, NULL, NULL, 0);
	PQpipelineSync(conn);
	authenticated = PQgetResult(conn);
	PQgetResult(conn);			/* NULL: there is no more of it */
	rows = PQgetResult(conn);
	PQgetResult(conn);
	PQclear(PQgetResult(conn)); /* the sync */
	PQexitPipelineMode(conn);
	if (PQresultStatus(authenticated) != PGRES_TUPLES_OK)
		return PQclear(rows), authenticated;
	return PQclear(authenticated), rows;
}
