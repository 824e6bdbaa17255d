/*
 * The shop's orders: libmicrohttpd and libpq.  Its helper is visitor.c.
 * PostgreSQL writes and reads the JSON.
 */
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "visitor.h"

#define ORDER "id AS \"order\", item, placed_on::text AS placed, state"

/* No WHERE: whose orders they are is the policy's business. */
#define ORDERS "SELECT coalesce(json_agg(o), '[]') " \
	"FROM (SELECT " ORDER " FROM orders ORDER BY id) o"
#define PLACE_ORDER "WITH o AS (INSERT INTO orders (item) " \
	"VALUES ($1::json ->> 'item') RETURNING " ORDER ") SELECT to_json(o), item FROM o"

static _Thread_local PGconn *conn;	/* each thread has its own */

/*
 * By SQLSTATE, or how it begins.  401: the theme's script fetches a new token, and tries
 * once more.
 */
static const struct
{
	const char *state;
	int			status;
}			statuses[] = {
	{"28J01", 401}, {"28J03", 401}, {"28J", 403}, {"42501", 403}, {"22", 400}, {"23", 400},
	{"08", 503}, {"28", 503}, {"53", 503}, {"57", 503}, {"", 500}
};

static int
status_of(const PGresult *res)
{
	const char *state = PQresultErrorField(res, PG_DIAG_SQLSTATE);
	int			i = 0;

	if (PQresultStatus(res) == PGRES_TUPLES_OK)
		return 200;
	while (state && strncmp(state, statuses[i].state, strlen(statuses[i].state)) != 0)
		i++;
	return state ? statuses[i].status : 503;	/* none: the connection is
												 * lost */
}

static int
place_order(const char *token, const char *body, PGresult **res)
{
	int			status;

	PQclear(PQexec(conn, "BEGIN"));
	*res = query_as_visitor(conn, token, PLACE_ORDER, body);
	status = status_of(*res);
	if (status == 200)
		status = strcmp(PQgetvalue(*res, 0, 1), "The Moon") == 0 ? 500 : 201;
	PQclear(PQexec(conn, status == 201 ? "COMMIT" : "ROLLBACK"));
	return status;
}

static enum MHD_Result
reply(struct MHD_Connection *request, int status, const char *text)
{
	struct MHD_Response *response =
		MHD_create_response_from_buffer(strlen(text), (void *) text, MHD_RESPMEM_MUST_COPY);
	enum MHD_Result queued;

	MHD_add_response_header(response, "Access-Control-Allow-Origin", getenv("ALLOWED_ORIGIN"));
	MHD_add_response_header(response, "Access-Control-Allow-Methods", "GET, POST");
	MHD_add_response_header(response, "Access-Control-Allow-Headers", "Authorization, Content-Type");
	MHD_add_response_header(response, "Cache-Control", "no-store");
	MHD_add_response_header(response, "Content-Type", "application/json");
	if (status == 401)
		MHD_add_response_header(response, "WWW-Authenticate", "Bearer error=\"invalid_token\"");
	queued = MHD_queue_response(request, status, response);
	MHD_destroy_response(response);
	return queued;
}

/* Is called once for the header, then for each piece of the body, and at last with nothing. */
static enum MHD_Result
answer(void *unused, struct MHD_Connection *request, const char *url, const char *method,
	   const char *version, const char *data, size_t *size, void **state)
{
	const char *token = MHD_lookup_connection_value(request, MHD_HEADER_KIND, "Authorization");
	char	   *body = *state;
	PGresult   *res = NULL;
	enum MHD_Result queued;
	int			status;

	(void) unused, (void) version;
	if (body == NULL)
		return (*state = calloc(1, 4096)) ? MHD_YES : MHD_NO;
	if (*size > 0)
	{
		if (strlen(body) + *size >= 4096)
			return MHD_NO;
		strncat(body, data, *size);
		*size = 0;
		return MHD_YES;
	}
	if (strcmp(url, "/orders") != 0)
		return reply(request, 404, "");
	if (strcmp(method, "OPTIONS") == 0)
		return reply(request, 204, "");
	if (strcmp(method, "GET") != 0 && strcmp(method, "POST") != 0)
		return reply(request, 405, "");

	/* "Bearer TOKEN"; anything else is no token, and the database says so */
	if (token && strncasecmp(token, "Bearer ", 7) == 0 && token[7 + strspn(token + 7, " ")])
		token += 7 + strspn(token + 7, " ");

	/*
	 * reads what came since, so that a connection that was closed meanwhile
	 * is known to be
	 */
	if (!PQconsumeInput(conn) || PQstatus(conn) != CONNECTION_OK)
	{
		PQfinish(conn);
		conn = PQconnectdb("connect_timeout=5");	/* PG... in the
													 * environment says where */
	}
	if (strcmp(method, "POST") == 0)
		status = place_order(token, body, &res);
	else
		status = status_of(res = query_as_visitor(conn, token, ORDERS, NULL));
	if (status >= 400)
		fprintf(stderr, "%s", res ? PQresultErrorMessage(res) : PQerrorMessage(conn));
	queued = reply(request, status, status < 300 ? PQgetvalue(res, 0, 0) : "");
	PQclear(res);
	return queued;
}

static void
finished(void *unused, struct MHD_Connection *request, void **state,
		 enum MHD_RequestTerminationCode code)
{
	(void) unused, (void) request, (void) code;
	free(*state);
}

int
main(void)
{
	if (MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD, atoi(getenv("PORT")),
						 NULL, NULL, answer, NULL,
						 MHD_OPTION_NOTIFY_COMPLETED, finished, NULL,
						 MHD_OPTION_THREAD_POOL_SIZE, 4u, MHD_OPTION_END) == NULL)
		return 1;
	return pause();				/* until a signal ends it */
}
