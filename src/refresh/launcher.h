/*-------------------------------------------------------------------------
 *
 * launcher.h
 *		The launcher: sleeps until something is due, then starts who does it.
 *
 * IDENTIFICATION
 *	  src/refresh/launcher.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_LAUNCHER_H
#define HCJWT_LAUNCHER_H

/* Entry point. */
extern PGDLLEXPORT void hcjwt_launcher_main(Datum arg);

#endif							/* HCJWT_LAUNCHER_H */
