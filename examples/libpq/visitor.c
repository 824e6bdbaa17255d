#include "visitor.h"

/*
 * One flight, one transaction: where authenticate() fails, the server skips the other.  Between
 * BEGIN and COMMIT it is part of that transaction.
 */
PGresult *
query_as_visitor(PGconn *conn, const char *token, const char *statement, const char *param)
{
	PGresult   *res[2];

	PQenterPipelineMode(conn);
	PQsendQueryParams(conn, "SELECT hcjwt.authenticate($1)", 1, NULL, &token, NULL, NULL, 0);
	PQsendQueryParams(conn, statement, param != NULL, NULL, &param, NULL, NULL, 0);
	PQpipelineSync(conn);
	for (int i = 0; i < 2; i++)
	{
		res[i] = PQgetResult(conn);
		PQclear(PQgetResult(conn)); /* NULL: there is no more of it */
	}
	PQclear(PQgetResult(conn)); /* the sync */
	PQexitPipelineMode(conn);
	if (PQresultStatus(res[0]) != PGRES_TUPLES_OK)
		return PQclear(res[1]), res[0];
	return PQclear(res[0]), res[1];
}
