/*-------------------------------------------------------------------------
 *
 * database_worker.h
 *		The database worker: stores answers, loads help_centers, and ends.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_DATABASE_WORKER_H
#define HCJWT_DATABASE_WORKER_H

/* Entry point, which the postmaster finds by its name; arg is the database's OID. */
extern PGDLLEXPORT void hcjwt_database_worker_main(Datum arg);

#endif							/* HCJWT_DATABASE_WORKER_H */
