/*-------------------------------------------------------------------------
 *
 * listener.h
 *	  the listening socket, and connections that get no answer
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_LISTENER_H
#define HC_LISTENER_H

#include <netinet/in.h>
#include <poll.h>

#include "base/text.h"

#define LISTENER_MAX_FILLERS 8

/* A loopback address and how it is written in a URL. */
typedef struct Address
{
	struct sockaddr_storage storage;
	socklen_t	len;
	char		host[INET6_ADDRSTRLEN + 2];
} Address;

typedef struct Listener
{
	int			fd;
	Address		address;
	int			port;

	/* stall-connect: the accept queue is full of connections of our own */
	bool		blocked;
	int			fillers[LISTENER_MAX_FILLERS];
	int			nfillers;

	/* stall-handshake: connections that were accepted and get no answer */
	int		   *silent;
	int			nsilent;
} Listener;

extern bool listener_open(Listener *listener, const char *address, int port,
						  Error *err);
extern void listener_close(Listener *listener);

/* listener_block() keeps new connections from being established. */
extern void listener_block(Listener *listener);
extern void listener_unblock(Listener *listener);

/* Connections.  The caller owns the descriptor; -1: no connection waits. */
extern int	listener_accept(Listener *listener);
extern void listener_keep_silent(Listener *listener, int fd);
extern int	listener_take_silent(Listener *listener);

/* For the event loop */
extern void listener_add_pollfds(const Listener *listener,
								 struct pollfd *fds);
extern void listener_handle(Listener *listener, const struct pollfd *fds,
							int nfds);

#endif							/* HC_LISTENER_H */
