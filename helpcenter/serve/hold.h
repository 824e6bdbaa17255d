/*-------------------------------------------------------------------------
 *
 * hold.h
 *	  requests whose connection is suspended
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_HOLD_H
#define HC_HOLD_H

#include <poll.h>

#include "http/request.h"

/* Suspends the connection until that monotonic ms; 0: until released. */
extern void hold(Request *request, int64_t wake_at);
extern int	hold_count(const struct Server *server);

/* The first resumes requests whose fault was cleared; the second ends all of them. */
extern void hold_release(struct Server *server);
extern void hold_end_all(struct Server *server);

/* For the event loop */
extern int64_t hold_next_wake(const struct Server *server);
extern void hold_add_pollfds(const struct Server *server, struct pollfd *fds);
extern void hold_handle(struct Server *server, const struct pollfd *fds,
						int nfds);

#endif							/* HC_HOLD_H */
