/*-------------------------------------------------------------------------
 *
 * attempts.h
 *		The attempts under way, stamped where a crash does not lose them.
 *
 * IDENTIFICATION
 *	  src/refresh/attempts.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_ATTEMPTS_H
#define HCJWT_ATTEMPTS_H

#include "refresh/schedule.h"

/* From the launcher, at its start: what the last server has left. */
extern void read_attempts(void);

/*
 * Before an attempt is made, and once its answer is stored or given up.  failures
 * counts those in a row, this attempt included should it never end.
 */
extern void attempt_begins(const EntryKey *key, TimestampTz began, int failures);
extern void attempt_ended(const EntryKey *key);

/* Did an attempt begin before this shared memory was made, and never end? */
extern bool attempt_was_cut_off(const EntryKey *key, TimestampTz *began,
								int *failures);

#endif							/* HCJWT_ATTEMPTS_H */
