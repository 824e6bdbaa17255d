/*-------------------------------------------------------------------------
 *
 * attempts.h
 *		The attempts under way, stamped where a crash does not lose them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_ATTEMPTS_H
#define HCJWT_ATTEMPTS_H

#include "refresh/schedule.h"

/* Called by the launcher at its start: reads what the last server has left. */
extern void read_attempts(void);

/*
 * Called before an attempt is made, and when its answer is stored or given up.
 * failures counts the failures in a row, as if this attempt were one.
 */
extern void attempt_begins(const EntryKey *key, TimestampTz began, int failures);
extern void attempt_ended(const EntryKey *key);

/* Did an attempt begin before this shared memory was made, and never end? */
extern bool attempt_was_cut_off(const EntryKey *key, TimestampTz *began,
								int *failures);

#endif							/* HCJWT_ATTEMPTS_H */
