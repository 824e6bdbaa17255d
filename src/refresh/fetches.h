/*-------------------------------------------------------------------------
 *
 * fetches.h
 *		The fetcher's transfers under way.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_FETCHES_H
#define HCJWT_FETCHES_H

#include "refresh/schedule.h"

/*
 * Loads the library of transfers.  Without it every fetch fails, and says why.
 */
extern void open_fetches(void);

/* Ends all fetches without waiting.  Those under way have failed. */
extern void close_fetches(void);

/*
 * Begins a fetch if it is still due and there is room.  An urgent fetch takes
 * the place of one that is not urgent.  False: there was no room.
 */
extern bool begin_fetch(const EntryKey *key, bool urgent);

/* Could another fetch begin, and is any under way? */
extern bool room_for_fetch(void);
extern bool any_fetch(void);

/* Has this process begun any fetch? */
extern bool begun_any_fetch(void);

/*
 * Ends the fetches under way, except those that a backend has just asked for. A
 * fetch that is ended here does not count as an attempt.
 */
extern void abandon_fetches(void);

/* Moves the transfers on for at most this time, and hands over the answers. */
extern void drive_fetches(int timeout_ms);

#endif							/* HCJWT_FETCHES_H */
