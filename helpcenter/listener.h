/*-------------------------------------------------------------------------
 *
 * listener.h
 *	  the listening socket and connections not yet handed on
 *
 * IDENTIFICATION
 *	  helpcenter/listener.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_LISTENER_H
#define HC_LISTENER_H

#include <netinet/in.h>

#include "util.h"

/* A loopback address and how it is written in a URL. */
typedef struct Address
{
	struct sockaddr_storage storage;
	socklen_t	len;
	char		host[INET6_ADDRSTRLEN + 2];
} Address;

extern bool address_parse(Address *address, const char *text, int port,
						  Error *err);
extern int	listen_on(Address *address, int *port, Error *err);

#endif							/* HC_LISTENER_H */
