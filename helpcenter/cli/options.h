/*-------------------------------------------------------------------------
 *
 * options.h
 *	  the command line of "helpcenterd serve"
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_OPTIONS_H
#define HC_OPTIONS_H

#include "serve/server.h"

extern void options_parse(Options *options, int argc, char **argv);
extern void options_free(Options *options);

#endif							/* HC_OPTIONS_H */
