/*-------------------------------------------------------------------------
 *
 * hold.c
 *	  requests whose connection is suspended
 *
 * libmicrohttpd does not watch a suspended connection, so we watch it, and
 * resume it when its client leaves.  Otherwise it would keep its descriptor
 * until the fault is cleared.
 *
 *-------------------------------------------------------------------------
 */
#include "serve/hold.h"
#include "serve/server.h"

void
hold(Request *request, int64_t wake_at)
{
	Server	   *server = request->server;

	request->held = true;
	request->wake_at = wake_at;
	request->next_held = server->held;
	server->held = request;
	MHD_suspend_connection(request->connection);
}

/* Takes *place out of the list and resumes its connection. */
static void
wake(Request **place)
{
	Request    *request = *place;

	*place = request->next_held;
	request->next_held = NULL;
	request->held = false;
	MHD_resume_connection(request->connection);
}

static int
connection_fd(const Request *request)
{
	return MHD_get_connection_info(request->connection,
								   MHD_CONNECTION_INFO_CONNECTION_FD)
		->connect_fd;
}

int
hold_count(const Server *server)
{
	int			count = 0;

	for (const Request *r = server->held; r; r = r->next_held)
		count++;
	return count;
}

void
hold_release(Server *server)
{
	for (Request **place = &server->held; *place;)
	{
		if (faults_were_cleared(&server->faults, *place))
			wake(place);
		else
			place = &(*place)->next_held;
	}
}

void
hold_end_all(Server *server)
{
	while (server->held)
	{
		server->held->gone = true;
		wake(&server->held);
	}
}

/* 0: no request has a time to wake. */
int64_t
hold_next_wake(const Server *server)
{
	int64_t		next = 0;

	for (const Request *r = server->held; r; r = r->next_held)
		if (r->wake_at && (next == 0 || r->wake_at < next))
			next = r->wake_at;
	return next;
}

void
hold_add_pollfds(const Server *server, struct pollfd *fds)
{
	for (const Request *r = server->held; r; r = r->next_held)
		*fds++ = watch(connection_fd(r), POLLRDHUP);
}

/* fds are those of hold_add_pollfds(), in the order of the requests. */
void
hold_handle(Server *server, const struct pollfd *fds, int nfds)
{
	int64_t		now = monotonic_ms();
	Request   **place = &server->held;

	for (int i = 0; i < nfds; i++)
	{
		Request    *request = *place;

		request->gone |= fds[i].revents != 0;
		if (request->gone ||
			(request->wake_at && request->wake_at <= now))
			wake(place);
		else
			place = &request->next_held;
	}
}
