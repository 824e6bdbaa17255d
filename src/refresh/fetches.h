/*-------------------------------------------------------------------------
 *
 * fetches.h
 *		The fetcher's transfers under way.
 *
 * IDENTIFICATION
 *	  src/refresh/fetches.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_FETCHES_H
#define HCJWT_FETCHES_H

#include "refresh/schedule.h"

/* Loads the library of transfers; without it every fetch fails, and says so. */
extern void open_fetches(void);

/* Ends all without waiting; what was under way has failed. */
extern void close_fetches(void);

/*
 * Begins a fetch if it is still due and there is room.  For an urgent one a
 * transfer gives way that is not.  False: there was no room.
 */
extern bool begin_fetch(const EntryKey *key, bool urgent);

extern bool room_for_fetch(void);
extern bool any_fetch(void);

/* Has this process begun any at all? */
extern bool begun_any_fetch(void);

/*
 * Ends the transfers under way, except those that somebody has just asked for.
 * What is ended here does not count as an attempt.
 */
extern void abandon_fetches(void);

/* Moves transfers on for at most so long, and hands over the answers. */
extern void drive_fetches(int timeout_ms);

#endif							/* HCJWT_FETCHES_H */
