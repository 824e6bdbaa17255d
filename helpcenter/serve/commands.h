/*-------------------------------------------------------------------------
 *
 * commands.h
 *	  what the control socket can be asked for
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_COMMANDS_H
#define HC_COMMANDS_H

#include "serve/server.h"

/* Runs a command and appends its answer: one line, without the newline. */
extern void command_run(Server *server, const char *line, Buf *answer);

#endif							/* HC_COMMANDS_H */
