/*-------------------------------------------------------------------------
 *
 * processes.h
 *		The background workers of the refresh part, and how they are started.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_PROCESSES_H
#define HCJWT_PROCESSES_H

#include "utils/timestamp.h"

/* Called by _PG_init when hcjwt is preloaded, but not in a binary upgrade. */
extern void processes_init(void);

/*
 * The launcher's record of the workers that it has started.  start_worker()
 * starts a database's worker, or the fetcher for InvalidOid: in a free slot of
 * max_worker_processes, else by giving the work to the spare worker.  It
 * returns false when there is neither; slot_looked_for_until() tells when to
 * look again.
 */
extern bool start_worker(Oid database, bool urgent);
extern TimestampTz slot_looked_for_until(TimestampTz now);
extern bool worker_started(Oid database);

/*
 * Starts the asker of this database, on a standby, from a backend; false when there is no
 * slot.  Its bgw_extra has the database's name, and NAMEDATALEN bytes on the encoding's.
 */
extern bool start_asker(const char *name);

/* How many more database workers may be started now? */
extern int	free_database_workers(void);

/*
 * Starts a spare worker where there is none.  Returns when to look for a slot
 * again.
 */
extern TimestampTz spare_looked_for_until(TimestampTz now);

/* Forgets the workers that have ended. */
extern void reap_workers(void);

#endif							/* HCJWT_PROCESSES_H */
