/*-------------------------------------------------------------------------
 *
 * load.h
 *		The load pass: reads help_centers and fetch_state into the schedule.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_LOAD_H
#define HCJWT_LOAD_H

#include "refresh/schedule.h"

/*
 * Reads the tables into the schedule, and returns the result.  For LOAD_FAILED
 * it sets *error to the error's message and *sqlstate to its SQLSTATE.
 */
extern LoadState load_help_centers(char **error, int *sqlstate);

#endif							/* HCJWT_LOAD_H */
