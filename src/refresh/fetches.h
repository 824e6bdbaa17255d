/*-------------------------------------------------------------------------
 *
 * flights.h
 *		The refresh worker's transfers under way.
 *
 * IDENTIFICATION
 *	  src/refresh/fetches.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_FLIGHTS_H
#define HCJWT_FLIGHTS_H

#include "refresh/schedule.h"

/* Loads the library of transfers; without it every fetch fails, and says so. */
extern void open_flights(void);

/* Ends all without waiting; what was under way has failed. */
extern void close_flights(void);

/*
 * Begins a fetch if it is still due and there is room.  For an urgent one a
 * transfer gives way that is not.  False: there was no room.
 */
extern bool begin_flight(const CenterKey *key, bool urgent);

extern bool room_for_flight(void);
extern bool any_flight(void);

/* Has this process begun any at all? */
extern bool begun_any_flight(void);

/*
 * Ends the transfers under way, except those that somebody has just asked for.
 * What is ended here does not count as an attempt.
 */
extern void abandon_flights(void);

/* Moves transfers on for at most so long, and hands over the answers. */
extern void drive_flights(int timeout_ms);

#endif							/* HCJWT_FLIGHTS_H */
