/*-------------------------------------------------------------------------
 *
 * changes.h
 *		What the tables' triggers tell the rest of hcjwt, and what it tells
 *		them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_CHANGES_H
#define HCJWT_CHANGES_H

/*
 * Called in a committing backend, after its commit is visible, when the
 * transaction changed what the schedule is made of: hcjwt.help_centers, or a
 * fetched key, unless a database worker changed it.  Set by the refresh part
 * when there is a launcher to wake.  Must not raise.
 */
extern void (*help_centers_committed_hook) (void);

/*
 * Likewise at PREPARE TRANSACTION, with the transaction's id: another session will
 * commit it, or roll it back, at any time.
 */
extern void (*help_centers_prepared_hook) (TransactionId xid);

/* Has the current transaction changed hcjwt.help_centers? */
extern bool help_centers_changed_in_transaction(void);

/*
 * Set by a database worker while it stores an answer.  A fetched key that
 * anybody else changes makes the trigger forget the ETag (hcjwt.fetch_state),
 * since the stored keys are then no longer those of that answer.
 */
extern bool keys_stored_by_worker;

/*
 * Set while hcjwt.unrevoke_key() takes a revocation back, which nothing else may:
 * neither an UPDATE nor a row that replication brings.
 */
extern bool keys_unrevoked_here;

/* Called by the triggers. */
extern void note_help_centers_changed(void);
extern void note_schedule_changed(void);

/* Called by _PG_init(). */
extern void changes_init(void);

#endif							/* HCJWT_CHANGES_H */
