/*-------------------------------------------------------------------------
 *
 * work.h
 *		The transactions of a database worker.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_WORK_H
#define HCJWT_WORK_H

/*
 * Begins a transaction in which hcjwt's tables are surely the extension's own and
 * stay so; false, without one, when there is no extension here.
 */
extern bool begin_work(void);
extern void end_work(void);

/*
 * Runs work() and returns NULL.  When an error ends it, aborts the transaction and
 * returns the error's message in the caller's memory context, and its SQLSTATE
 * unless sqlstate is NULL.
 */
extern char *try_work(void (*work) (void *arg), void *arg, int *sqlstate);

/*
 * Is an error one that passes by itself: a lock, a lack of room, a fault of the
 * machine, an interruption?
 */
extern bool local_fault(int sqlstate);

/* The database's name, for messages.  Not within a transaction. */
extern const char *database_name(void);

#endif							/* HCJWT_WORK_H */
