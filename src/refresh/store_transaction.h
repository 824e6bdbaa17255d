/*-------------------------------------------------------------------------
 *
 * store_transaction.h
 *		One answer on its way into the tables.
 *
 * IDENTIFICATION
 *	  src/refresh/store_transaction.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_STORE_TRANSACTION_H
#define HCJWT_STORE_TRANSACTION_H

#include "refresh/answer.h"

typedef enum StoreFate
{
	FATE_DISCARDED,				/* it is not what is to be fetched any more */
	FATE_ETAG_GONE,				/* "not modified", but the keys here were */
	FATE_STORED
} StoreFate;

typedef struct StoreTask
{
	MemoryContext context;		/* for what outlives the transaction */
	Answer	   *answer;
	char	   *name;			/* of the help center */
	uint64		fetch;			/* which the entry still must be about */
	int			attempts;		/* at storing, this one included */
	bool		kept;			/* an earlier one met with a fault of ours */

	/* what is to be stored along with it */
	int			failures;
	TimestampTz next_attempt;
	TimestampTz not_before;		/* 0: none */

	/* what came of it */
	StoreFate	fate;
	const char *etag;			/* what the entry is to have; NULL: as it is */
	TimestampTz trusted_since;	/* the same, as the schedule has it; 0: as it is */
	int			added;
	int			retired;
	int			spared;
	bool		error_is_new;
} StoreTask;

/* When to come again, by the answer, its cache headers and the failures before. */
extern void plan_next(StoreTask *task);

/*
 * For try_work(), with a StoreTask: stores the answer; deletes keys that have been
 * retired for long.
 */
extern void store_in_transaction(void *arg);
extern void prune_in_transaction(void *arg);

#endif							/* HCJWT_STORE_TRANSACTION_H */
