/*-------------------------------------------------------------------------
 *
 * control.h
 *	  the control socket: one line in, one line out
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_CONTROL_H
#define HC_CONTROL_H

#include <poll.h>
#include <sys/un.h>

#include "base/text.h"

#define CONTROL_LINE_LIMIT (256 * 1024)
#define CONTROL_MAX_CLIENTS 16

struct Server;

typedef struct ControlClient
{
	int			fd;
	Buf			in;
	Buf			out;
	size_t		sent;
} ControlClient;

typedef struct Control
{
	char	   *path;
	int			fd;
	ControlClient clients[CONTROL_MAX_CLIENTS];
	int			nclients;
} Control;

extern bool control_address(const char *path, struct sockaddr_un *address,
							Error *err);
extern bool control_open(Control *control, const char *path, Error *err);
extern void control_close(Control *control);

/* For the event loop */
extern int	control_add_pollfds(const Control *control, struct pollfd *fds);
extern void control_handle(Control *control, struct Server *server,
						   const struct pollfd *fds, int nfds);

#endif							/* HC_CONTROL_H */
