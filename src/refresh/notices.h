/*-------------------------------------------------------------------------
 *
 * notices.h
 *		What the other processes tell the launcher.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_NOTICES_H
#define HCJWT_NOTICES_H

/*
 * Tells the launcher that help centers of this database have changed.  Called after
 * a commit: never raises.
 */
extern void note_database(void);
extern void note_prepared(TransactionId xid);

/* Tells the fetcher and the launcher that something is urgent. */
extern void note_urgent(void);

extern void wake_launcher(void);

extern bool launcher_is_running(void);

#endif							/* HCJWT_NOTICES_H */
