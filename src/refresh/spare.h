/*-------------------------------------------------------------------------
 *
 * spare.h
 *		The spare worker: holds a slot of max_worker_processes for the moment in
 *		which no other is free.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_SPARE_H
#define HCJWT_SPARE_H

/*
 * Gives the spare worker its work: InvalidOid for the fetcher's, or a database
 * worker's for this database.  False when no spare worker waits.
 */
extern bool give_to_spare(Oid database);

/* Makes a spare worker that waits look whether its launcher is still there. */
extern void wake_spare(void);

#endif							/* HCJWT_SPARE_H */
