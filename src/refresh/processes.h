/*-------------------------------------------------------------------------
 *
 * processes.h
 *		The background workers of the refresh part, and how they are started.
 *
 * IDENTIFICATION
 *	  src/refresh/processes.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_PROCESSES_H
#define HCJWT_PROCESSES_H

#include "utils/timestamp.h"

/* From _PG_init, when preloaded and not in binary upgrade. */
extern void processes_init(void);

/*
 * The launcher's record of the workers it has started.  start_worker() with
 * InvalidOid starts the fetcher, else a database worker: in a free slot of
 * max_worker_processes, or by giving the work to the spare worker.  It returns false
 * when there is neither; slot_looked_for_until() tells when to look again.
 */
extern bool start_worker(Oid database, bool urgent);
extern TimestampTz slot_looked_for_until(TimestampTz now);
extern bool worker_started(Oid database);

/* How many database workers more may be started now? */
extern int	free_database_workers(void);

/* Has a spare worker ready, or starts one; when to look again for a slot for it. */
extern TimestampTz spare_looked_for_until(TimestampTz now);

/* Forgets those that have ended. */
extern void reap_workers(void);

#endif							/* HCJWT_PROCESSES_H */
