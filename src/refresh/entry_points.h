/*-------------------------------------------------------------------------
 *
 * entry_points.h
 *		Where the background workers begin: launcher.c, fetcher.c,
 *		database_worker.c, spare.c.  The postmaster finds them by their names.
 *
 * IDENTIFICATION
 *	  src/refresh/entry_points.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_ENTRY_POINTS_H
#define HCJWT_ENTRY_POINTS_H

extern PGDLLEXPORT void hcjwt_launcher_main(Datum arg);
extern PGDLLEXPORT void hcjwt_fetcher_main(Datum arg);
extern PGDLLEXPORT void hcjwt_database_worker_main(Datum arg);	/* the OID */
extern PGDLLEXPORT void hcjwt_spare_worker_main(Datum arg);

#endif							/* HCJWT_ENTRY_POINTS_H */
