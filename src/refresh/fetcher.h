/*-------------------------------------------------------------------------
 *
 * fetcher.h
 *		The fetcher: makes all fetches, connected to no database.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_FETCHER_H
#define HCJWT_FETCHER_H

/* Entry point, which the postmaster finds by its name. */
extern PGDLLEXPORT void hcjwt_fetcher_main(Datum arg);

#endif							/* HCJWT_FETCHER_H */
