/*
 * The shop's orders: libmicrohttpd and libpq.  Its helper is visitor.c.
 * PostgreSQL writes and reads the JSON.
 */
#include <microhttpd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "visitor.h"

#define ORDER "id AS \"order\", item, placed_on::text AS placed, state"

/* No WHERE: whose orders they are is the policy's business. */
#define ORDERS "SELECT coalesce(json_agg(o), '[]') " \
	"FROM (SELECT " ORDER " FROM orders ORDER BY id) o"
#define PLACE_ORDER "WITH o AS (INSERT INTO orders (item) " \
	"VALUES ($1::json ->> 'item') RETURNING " ORDER ") SELECT to_json(o), item FROM o"

struct body
{
	char		text[4096];
	size_t		length;
};

static _Thread_local PGconn *conn;	/* each thread has its own */

/* 401: the theme's script fetches a new token, and tries once more. */
static int
status_of(const PGresult *res)
{
	const char *state = PQresultErrorField(res, PG_DIAG_SQLSTATE);

	if (PQresultStatus(res) == PGRES_TUPLES_OK)
		return 200;
	if (state == NULL || strncmp(state, "08", 2) == 0 || strncmp(state, "53", 2) == 0 || strncmp(state, "57", 2) == 0)
		return 503;
	if (strcmp(state, "28J01") == 0 || strcmp(state, "28J03") == 0)
		return 401;
	if (strncmp(state, "28J", 3) == 0 || strcmp(state, "42501") == 0)
		return 403;
	if (strncmp(state, "22", 2) == 0 || strncmp(state, "23", 2) == 0)
		return 400;
	return strncmp(state, "28", 2) == 0 ? 503 : 500;
}

static PGresult *
place_order(const char *token, const char *body)
{
	PGresult   *res;
	const char *authenticate = "SELECT hcjwt.authenticate($1)";

	PQclear(PQexec(conn, "BEGIN"));
	res = PQexecParams(conn, authenticate, 1, NULL, &token, NULL, NULL, 0);
	if (status_of(res) == 200)
	{
		PQclear(res);
		res = PQexecParams(conn, PLACE_ORDER, 1, NULL, &body, NULL, NULL, 0);
	}
	if (status_of(res) == 200 && strcmp(PQgetvalue(res, 0, 1), "The Moon") != 0)
		PQclear(PQexec(conn, "COMMIT"));
	else
		PQclear(PQexec(conn, "ROLLBACK"));
	return res;
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

static enum MHD_Result
answer(void *unused, struct MHD_Connection *request, const char *url, const char *method,
	   const char *version, const char *data, size_t *size, void **state)
{
	/* "Bearer TOKEN"; anything else is no token, and the database says so */
	const char *token = MHD_lookup_connection_value(request, MHD_HEADER_KIND, "Authorization");
	struct body *body = *state;
	PGresult   *res;
	enum MHD_Result queued;
	int			status;

	(void) unused, (void) version;
	if (body == NULL)
		return (*state = calloc(1, sizeof(*body))) ? MHD_YES : MHD_NO;
	if (*size > 0)
	{
		if (*size >= sizeof(body->text) - body->length)
			return MHD_NO;
		memcpy(body->text + body->length, data, *size);
		body->length += *size;
		*size = 0;
		return MHD_YES;
	}
	if (strcmp(url, "/orders") != 0)
		return reply(request, 404, "");
	if (strcmp(method, "OPTIONS") == 0)
		return reply(request, 204, "");
	if (token && strncasecmp(token, "Bearer ", 7) == 0)
		token += 7;

	if (conn && PQstatus(conn) != CONNECTION_OK)
	{
		PQfinish(conn);
		conn = NULL;
	}
	if (conn == NULL)
		conn = PQconnectdb("");	/* PG... in the environment says where */
	res = strcmp(method, "POST") == 0 ? place_order(token, body->text)
		: query_as_visitor(conn, token, ORDERS);
	status = status_of(res);
	if (status >= 400)
		fprintf(stderr, "%s", res ? PQresultErrorMessage(res) : PQerrorMessage(conn));
	if (status == 200 && strcmp(method, "POST") == 0)
		status = strcmp(PQgetvalue(res, 0, 1), "The Moon") == 0 ? 500 : 201;
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
	struct MHD_Daemon *server;
	sigset_t	end;
	int			signal;

	sigemptyset(&end);
	sigaddset(&end, SIGTERM);
	sigaddset(&end, SIGINT);
	pthread_sigmask(SIG_BLOCK, &end, NULL);
	server = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD, atoi(getenv("PORT")),
							  NULL, NULL, answer, NULL,
							  MHD_OPTION_NOTIFY_COMPLETED, finished, NULL,
							  MHD_OPTION_THREAD_POOL_SIZE, 4u, MHD_OPTION_END);
	if (server == NULL)
		return 1;
	sigwait(&end, &signal);
	MHD_stop_daemon(server);
	return 0;
}
