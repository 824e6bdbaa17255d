/*-------------------------------------------------------------------------
 *
 * counters.h
 *		Counts of verdicts since the server's start, for the view hcjwt.stats.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_COUNTERS_H
#define HCJWT_COUNTERS_H

#include "verify/reason.h"

/*
 * Called by the shared memory hooks when hcjwt is preloaded.  Otherwise each
 * backend has counters of its own.
 */
extern void counters_shmem_request(void);
extern void counters_shmem_startup(void);

extern void count_verdict(Reason reason, bool from_cache);

/*
 * How many tokens were refused for the reason; for REASON_NONE, how many were
 * verified.
 */
extern uint64 verdicts(Reason reason);

/*
 * Of the verified tokens, those whose signature was remembered and not computed
 * again.
 */
extern uint64 verdicts_from_cache(void);

#endif							/* HCJWT_COUNTERS_H */
