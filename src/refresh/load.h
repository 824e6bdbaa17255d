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
 * Reads the tables into the schedule, and tells how that went.  LOAD_FAILED: *error
 * is the error's message, *sqlstate its SQLSTATE; else they are as they were.
 */
extern LoadState load_help_centers(char **error, int *sqlstate);

#endif							/* HCJWT_LOAD_H */
