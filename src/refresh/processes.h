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

/* Entry points, found by name (bgw_function_name). */
extern PGDLLEXPORT void hcjwt_launcher_main(Datum arg);
extern PGDLLEXPORT void hcjwt_refresh_worker_main(Datum arg);
extern PGDLLEXPORT void hcjwt_database_worker_main(Datum arg);

/*
 * The launcher's record of the workers it has started.  start_worker() with
 * InvalidOid starts the refresh worker, else a database worker.  It returns
 * false, and is silent but for the first time, when max_worker_processes is used
 * up; workers_blocked_until() tells when to try again.
 */
extern bool start_worker(Oid database);
extern TimestampTz workers_blocked_until(void);
extern bool worker_started(Oid database);
extern bool may_start_database_worker(void);

/* Forgets those that have ended. */
extern void reap_workers(void);

#endif							/* HCJWT_PROCESSES_H */
