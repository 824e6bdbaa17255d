/*-------------------------------------------------------------------------
 *
 * loop.c
 *	  the event loop
 *
 * One poll() waits for all: signals, new connections, libmicrohttpd's
 * connections, those that are held or silent, and control clients.
 *
 * libmicrohttpd tells which descriptors it would select().  Its epoll mode is
 * edge-triggered and misses the end of a client when that arrives with the
 * last bytes: such connections would stay until they time out.
 *
 *-------------------------------------------------------------------------
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>

#include "serve/daemon.h"
#include "serve/hold.h"
#include "serve/loop.h"

/* What is polled, in this order; libmicrohttpd's descriptors come last. */
typedef struct PollSet
{
	struct pollfd *fds;
	int			nheld;
	int			nsilent;
	int			nclients;
	int			nhttp;
} PollSet;

#define FD_SIGNAL 0
#define FD_LISTEN 1
#define FD_OTHERS 2

static struct pollfd *
held_fds(const PollSet *set)
{
	return set->fds + FD_OTHERS;
}

static struct pollfd *
silent_fds(const PollSet *set)
{
	return held_fds(set) + set->nheld;
}

static struct pollfd *
client_fds(const PollSet *set)
{
	return silent_fds(set) + set->nsilent;
}

static struct pollfd *
http_fds(const PollSet *set)
{
	return client_fds(set) + set->nclients;
}

static void
add_http_fds(Server *server, PollSet *set)
{
	struct pollfd *fds = http_fds(set);
	fd_set		readable;
	fd_set		writable;
	fd_set		urgent;
	int			max = -1;

	FD_ZERO(&readable);
	FD_ZERO(&writable);
	FD_ZERO(&urgent);
	if (MHD_get_fdset(server->daemon, &readable, &writable, &urgent,
					  &max) != MHD_YES)
		fatal("too many connections for the event loop");
	set->nhttp = 0;
	for (int fd = 0; fd <= max; fd++)
	{
		short		events = (FD_ISSET(fd, &readable) ? POLLIN : 0) |
			(FD_ISSET(fd, &writable) ? POLLOUT : 0) |
			(FD_ISSET(fd, &urgent) ? POLLPRI : 0);

		if (events)
			fds[set->nhttp++] = watch(fd, events);
	}
}

static void
run_http(Server *server, const PollSet *set)
{
	const struct pollfd *fds = http_fds(set);
	fd_set		readable;
	fd_set		writable;
	fd_set		urgent;

	FD_ZERO(&readable);
	FD_ZERO(&writable);
	FD_ZERO(&urgent);
	for (int i = 0; i < set->nhttp; i++)
	{
		short		happened = fds[i].revents;

		if (happened & (POLLHUP | POLLERR))
			happened |= fds[i].events;
		if (happened & POLLIN)
			FD_SET(fds[i].fd, &readable);
		if (happened & POLLOUT)
			FD_SET(fds[i].fd, &writable);
		if (happened & POLLPRI)
			FD_SET(fds[i].fd, &urgent);
	}
	MHD_run_from_select(server->daemon, &readable, &writable, &urgent);
	daemon_note_open(server);
}

/* Milliseconds until a timer ends, -1 when there is none. */
static int
next_timeout(const Server *server)
{
	MHD_UNSIGNED_LONG_LONG timeout;
	int64_t		wake = hold_next_wake(server);
	int64_t		wait = -1;

	if (MHD_get_timeout(server->daemon, &timeout) == MHD_YES)
		wait = timeout > 60000 ? 60000 : (int64_t) timeout;
	if (wake)
	{
		int64_t		left = wake - monotonic_ms();

		if (left < 0)
			left = 0;
		if (wait < 0 || left < wait)
			wait = left;
	}
	return (int) wait;
}

static void
prepare(Server *server, Control *control, int signal_fd, PollSet *set)
{
	Listener   *listener = &server->listener;
	bool		deaf = listener->blocked ||
		daemon_connections(server) >= SERVER_MAX_CONNECTIONS;

	set->nheld = hold_count(server);
	set->nsilent = listener->nsilent;
	set->fds = xrealloc(set->fds, (FD_OTHERS + set->nheld + set->nsilent +
								   CONTROL_MAX_CLIENTS + 1 + FD_SETSIZE) *
						sizeof(struct pollfd));
	set->fds[FD_SIGNAL] = watch(signal_fd, POLLIN);
	set->fds[FD_LISTEN] = watch(deaf ? -1 : listener->fd, POLLIN);
	hold_add_pollfds(server, held_fds(set));
	listener_add_pollfds(listener, silent_fds(set));
	set->nclients = control_add_pollfds(control, client_fds(set));
	add_http_fds(server, set);
}

/*
 * libmicrohttpd runs before any command or fault, which may close one of its
 * descriptors.
 */
static void
handle(Server *server, Control *control, const PollSet *set)
{
	hold_handle(server, held_fds(set), set->nheld);
	listener_handle(&server->listener, silent_fds(set), set->nsilent);
	run_http(server, set);
	if (set->fds[FD_LISTEN].revents)
		daemon_accept(server);
	control_handle(control, server, client_fds(set), set->nclients);
}

void
loop_run(Server *server, Control *control, int signal_fd)
{
	PollSet		set = {0};

	while (!server->stopping)
	{
		prepare(server, control, signal_fd, &set);
		if (poll(set.fds, http_fds(&set) + set.nhttp - set.fds,
				 next_timeout(server)) < 0)
		{
			if (errno == EINTR)
				continue;
			fatal("could not wait for events: %s", strerror(errno));
		}
		if (set.fds[FD_SIGNAL].revents)
			break;
		handle(server, control, &set);
	}
	free(set.fds);
}
