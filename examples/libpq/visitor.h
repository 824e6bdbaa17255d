/* One request, one transaction, one visitor: libpq 14 or later. */
#ifndef VISITOR_H
#define VISITOR_H

#include <libpq-fe.h>

/*
 * One statement, as the visitor whose token it is, or anonymously when that is NULL.
 * The result is the caller's to clear; NULL: the connection is lost.
 */
extern PGresult *query_as_visitor(PGconn *conn, const char *token,
								  const char *statement, int nparams,
								  const char *const *params);

/* The HTTP status for a result; 401 is to fetch a new token, and to try once more. */
extern int	status_of(const PGresult *res);

#endif
