/*-------------------------------------------------------------------------
 *
 * listener.c
 *	  the listening socket, and connections that get no answer
 *
 *-------------------------------------------------------------------------
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "serve/listener.h"

/*
 * Accepts loopback addresses only.  This is a development tool: its users file
 * has passwords in clear text, and every client that reaches it meets its
 * faults.
 */
static bool
address_parse(Address *address, const char *text, int port, Error *err)
{
	struct sockaddr_in *in4 = (struct sockaddr_in *) &address->storage;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *) &address->storage;

	memset(address, 0, sizeof(*address));
	if (strcmp(text, "localhost") == 0)
		text = "127.0.0.1";
	if (inet_pton(AF_INET, text, &in4->sin_addr) == 1 &&
		(ntohl(in4->sin_addr.s_addr) >> 24) == 127)
	{
		in4->sin_family = AF_INET;
		in4->sin_port = htons((uint16_t) port);
		address->len = sizeof(*in4);
		snprintf(address->host, sizeof(address->host), "%s", text);
		return true;
	}
	memset(&address->storage, 0, sizeof(address->storage));
	if (inet_pton(AF_INET6, text, &in6->sin6_addr) == 1 &&
		IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr))
	{
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons((uint16_t) port);
		address->len = sizeof(*in6);
		snprintf(address->host, sizeof(address->host), "[::1]");
		return true;
	}
	return fail(err, "\"%s\" is not a loopback address", text);
}

bool
listener_open(Listener *listener, const char *text, int port, Error *err)
{
	Address    *address = &listener->address;
	struct sockaddr *sockaddr = (struct sockaddr *) &address->storage;
	int			on = 1;

	memset(listener, 0, sizeof(*listener));
	listener->fd = -1;
	if (!address_parse(address, text, port, err))
		return false;
	listener->fd = socket(sockaddr->sa_family,
						  SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (listener->fd < 0 ||
		setsockopt(listener->fd, SOL_SOCKET, SO_REUSEADDR,
				   &on, sizeof(on)) != 0 ||
		bind(listener->fd, sockaddr, address->len) != 0 ||
		listen(listener->fd, SOMAXCONN) != 0 ||
		getsockname(listener->fd, sockaddr, &address->len) != 0)
	{
		fail(err, "could not listen on %s port %d: %s", address->host, port,
			 strerror(errno));
		listener_close(listener);
		return false;
	}
	listener->port = ntohs(sockaddr->sa_family == AF_INET ?
						   ((struct sockaddr_in *) sockaddr)->sin_port :
						   ((struct sockaddr_in6 *) sockaddr)->sin6_port);
	return true;
}

void
listener_close(Listener *listener)
{
	for (int i = 0; i < listener->nfillers; i++)
		close(listener->fillers[i]);
	for (int i = 0; i < listener->nsilent; i++)
		close(listener->silent[i]);
	free(listener->silent);
	if (listener->fd >= 0)
		close(listener->fd);
	memset(listener, 0, sizeof(*listener));
	listener->fd = -1;
}

int
listener_accept(Listener *listener)
{
	return accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

/* Connects to our own socket; false when that does not succeed at once. */
static bool
add_filler(Listener *listener)
{
	Address    *address = &listener->address;
	int			fd = socket(address->storage.ss_family,
							SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct pollfd pfd = watch(fd, POLLOUT);

	if (fd < 0)
		return false;
	if ((connect(fd, (struct sockaddr *) &address->storage,
				 address->len) != 0 && errno != EINPROGRESS) ||
		poll(&pfd, 1, 20) != 1 || (pfd.revents & POLLERR))
	{
		close(fd);
		return false;
	}
	listener->fillers[listener->nfillers++] = fd;
	return true;
}

/*
 * With the accept queue full, the kernel ignores a client's SYN: it waits
 * for its connection as it would with a host that is down.
 */
void
listener_block(Listener *listener)
{
	if (listener->blocked)
		return;
	listener->blocked = true;
	listen(listener->fd, 0);
	while (listener->nfillers < LISTENER_MAX_FILLERS && add_filler(listener))
		;
}

/* The fillers are first in the queue.  Other clients try again and get in. */
void
listener_unblock(Listener *listener)
{
	if (!listener->blocked)
		return;
	for (int i = 0; i < listener->nfillers; i++)
	{
		int			fd = listener_accept(listener);

		if (fd >= 0)
			close(fd);
		close(listener->fillers[i]);
	}
	listener->nfillers = 0;
	listener->blocked = false;
	listen(listener->fd, SOMAXCONN);
}

void
listener_keep_silent(Listener *listener, int fd)
{
	listener->silent = xrealloc(listener->silent,
								(listener->nsilent + 1) * sizeof(int));
	listener->silent[listener->nsilent++] = fd;
}

int
listener_take_silent(Listener *listener)
{
	if (listener->nsilent == 0)
		return -1;
	return listener->silent[--listener->nsilent];
}

/* Watches each silent connection, to see when its client leaves. */
void
listener_add_pollfds(const Listener *listener, struct pollfd *fds)
{
	for (int i = 0; i < listener->nsilent; i++)
		fds[i] = watch(listener->silent[i], POLLRDHUP);
}

/* fds are those of listener_add_pollfds(), in the order of the connections. */
void
listener_handle(Listener *listener, const struct pollfd *fds, int nfds)
{
	int			kept = 0;

	for (int i = 0; i < nfds; i++)
	{
		if (fds[i].revents)
			close(fds[i].fd);
		else
			listener->silent[kept++] = fds[i].fd;
	}
	listener->nsilent = kept;
}
