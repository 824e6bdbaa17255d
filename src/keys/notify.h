/*-------------------------------------------------------------------------
 *
 * notify.h
 *		NOTIFY hcjwt, where keys change (hcjwt.notify_key_changes).
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_NOTIFY_H
#define HCJWT_NOTIFY_H

/*
 * Makes the transaction notify of that key when it commits, if the setting says
 * so.
 */
extern void notify_later(const char *help_center, const char *kid);

/* Called by _PG_init(). */
extern void notify_init(void);

#endif							/* HCJWT_NOTIFY_H */
