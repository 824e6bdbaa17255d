/*-------------------------------------------------------------------------
 *
 * serve.h
 *	  "helpcenterd serve": a help center, until a signal or a command ends it
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_SERVE_H
#define HC_SERVE_H

#include "serve/server.h"

extern int	serve(const Options *options);

#endif							/* HC_SERVE_H */
