/*-------------------------------------------------------------------------
 *
 * listener.c
 *	  the listening socket and connections not yet handed on
 *
 * IDENTIFICATION
 *	  helpcenter/listener.c
 *
 *-------------------------------------------------------------------------
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "listener.h"

/*
 * Loopback addresses only.  This is a development tool: its users file has
 * passwords in clear and its faults are anybody's to meet.
 */
bool
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

/* Returns the listening socket, or -1; *port is the port it got. */
int
listen_on(Address *address, int *port, Error *err)
{
	int			on = 1;
	int			fd = socket(address->storage.ss_family,
							SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct sockaddr *sockaddr = (struct sockaddr *) &address->storage;

	if (fd < 0 ||
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
		bind(fd, sockaddr, address->len) != 0 ||
		listen(fd, SOMAXCONN) != 0 ||
		getsockname(fd, sockaddr, &address->len) != 0)
	{
		fail(err, "could not listen on %s: %s", address->host,
			 strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	*port = ntohs(address->storage.ss_family == AF_INET ?
				  ((struct sockaddr_in *) sockaddr)->sin_port :
				  ((struct sockaddr_in6 *) sockaddr)->sin6_port);
	return fd;
}
