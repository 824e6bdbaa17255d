/*-------------------------------------------------------------------------
 *
 * database_worker.h
 *		What a database worker does while it is connected.
 *
 * IDENTIFICATION
 *	  src/refresh/database_worker.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_DATABASE_WORKER_H
#define HCJWT_DATABASE_WORKER_H

#include "keys/catalog.h"

/*
 * The URL a help center's keys come from, as the schedule and the answers have
 * it: hc is an alias of hcjwt.help_centers.  A row that somebody broke has "".
 */
#define KEYS_URL_SQL(hc) \
	"CASE WHEN octet_length(" ANY_URL_SQL(hc) ") <= 2048" \
	" THEN " ANY_URL_SQL(hc) " ELSE '' END"
#define ANY_URL_SQL(hc) \
	"coalesce(" hc ".keys_url, " hc ".base_url || '" KEYS_PATH "', '')"

/* Is anything fetched for a help center?  hc as above. */
#define FETCHED_SQL(hc) \
	"(" hc ".enabled AND " hc ".keys_url IS DISTINCT FROM '" KEYS_URL_NONE "')"

/*
 * Begins a transaction in which hcjwt's tables are surely the extension's own and
 * stay so; false, without one, when there is no extension here.
 */
extern bool begin_work(void);
extern void end_work(void);

/*
 * Runs work() and returns NULL, or the message of the error that ended it, after
 * the transaction was aborted; in the caller's memory context.  sqlstate may be
 * NULL.
 */
extern char *try_work(void (*work) (void *arg), void *arg, int *sqlstate);

/*
 * Is an error one that passes by itself: a lock, a lack of room, a fault of the
 * machine, an interruption?
 */
extern bool local_fault(int sqlstate);

/* The database's name, for messages. */
extern const char *database_name(void);

/* Stores the answers that wait, or as many as there is time for. */
extern void store_answers(void);

typedef enum LoadResult
{
	LOADED,
	LOADED_NOTHING,				/* there is no extension */
	NOT_LOADED					/* an error, to be found in *problem */
} LoadResult;

/* Reads help_centers and fetch_state into the schedule. */
extern LoadResult load_help_centers(char **problem, int *sqlstate);

#endif							/* HCJWT_DATABASE_WORKER_H */
