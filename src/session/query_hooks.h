/*-------------------------------------------------------------------------
 *
 * query_hooks.h
 *		The executor's hooks: which query begins, runs and ends.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_QUERY_HOOKS_H
#define HCJWT_QUERY_HOOKS_H

/* Called by _PG_init(). */
extern void query_hooks_init(void);

#endif							/* HCJWT_QUERY_HOOKS_H */
