/*-------------------------------------------------------------------------
 *
 * store_transaction.h
 *		One answer on its way into the tables.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_STORE_TRANSACTION_H
#define HCJWT_STORE_TRANSACTION_H

#include "refresh/answer.h"

typedef enum StoreFate
{
	FATE_DISCARDED,				/* the help center or its URL has changed */
	FATE_ETAG_GONE,				/* "not modified", but the keys here have
								 * changed */
	FATE_STORED
} StoreFate;

typedef struct StoreTask
{
	MemoryContext context;		/* for what outlives the transaction */
	Answer	   *answer;
	char	   *name;			/* of the help center */
	uint64		fetch;			/* number of the fetch; see Entry */
	int			attempts;		/* to store it, this one included */
	bool		kept;			/* an earlier one met a fault of this server */

	/* what is stored with it */
	int			failures;
	TimestampTz next_attempt;
	TimestampTz not_before;		/* 0: none */

	/* what came of it */
	StoreFate	fate;
	const char *etag;			/* the entry's new ETag; NULL: no change */
	TimestampTz trusted_since;	/* the entry's; 0: no change */
	int			added;
	int			retired;
	int			spared;
	bool		error_is_new;
} StoreTask;

/* Sets when to fetch again, by the answer and the failures before it. */
extern void plan_next(StoreTask *task);

/*
 * Called by try_work() with a StoreTask.  The first stores the answer, the
 * second deletes keys that have been retired for long.
 */
extern void store_in_transaction(void *arg);
extern void prune_in_transaction(void *arg);

#endif							/* HCJWT_STORE_TRANSACTION_H */
