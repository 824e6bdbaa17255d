/*-------------------------------------------------------------------------
 *
 * loop.h
 *	  the event loop
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_LOOP_H
#define HC_LOOP_H

#include "serve/control.h"
#include "serve/server.h"

/* Runs until a signal arrives or the server is stopping. */
extern void loop_run(Server *server, Control *control, int signal_fd);

#endif							/* HC_LOOP_H */
