/*-------------------------------------------------------------------------
 *
 * refresh.h
 *		Entry points of the refresh part for the module's start (hcjwt.c).
 *
 * IDENTIFICATION
 *	  src/refresh/refresh.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_REFRESH_H
#define HCJWT_REFRESH_H

/*
 * From shmem_request_hook and shmem_startup_hook, when preloaded; the latter with
 * AddinShmemInitLock held.
 */
extern void refresh_shmem_request(void);
extern void refresh_shmem_startup(void);

/*
 * From _PG_init, when preloaded and not in binary upgrade: registers the
 * launcher and sets help_centers_committed_hook.
 */
extern void refresh_register_launcher(void);

#endif							/* HCJWT_REFRESH_H */
