/* One request, one transaction, one visitor: libpq 14 or later. */
#include <libpq-fe.h>

/* token: NULL if anonymous.  param: the statement's $1.  The result is the caller's to clear. */
extern PGresult *query_as_visitor(PGconn *conn, const char *token,
								  const char *statement, const char *param);
