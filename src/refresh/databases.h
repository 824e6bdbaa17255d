/*-------------------------------------------------------------------------
 *
 * databases.h
 *		The launcher's view of the cluster's databases.
 *
 * IDENTIFICATION
 *	  src/refresh/databases.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_DATABASES_H
#define HCJWT_DATABASES_H

/* Asks for a load of every database there is, and forgets those that are gone. */
extern void sweep_databases(void);

/*
 * Asks for loads of the databases whose commits told so.  True when some were
 * not taken down, so that a sweep is needed.
 */
extern bool take_notices(void);

extern bool database_exists(Oid oid);
extern void forget_database(Oid oid);

/* How many are known, or a few more. */
extern int	count_databases(void);

#endif							/* HCJWT_DATABASES_H */
