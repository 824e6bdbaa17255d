/*-------------------------------------------------------------------------
 *
 * databases.h
 *		The launcher's view of the cluster's databases.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_DATABASES_H
#define HCJWT_DATABASES_H

#include "utils/timestamp.h"

/*
 * Asks for a load of every database, and forgets the databases that are gone.
 */
extern void sweep_databases(void);

/*
 * Asks for loads of the databases whose commits have told the launcher.  True
 * when there was no room for some, so that a sweep is needed.
 */
extern bool take_notices(void);

/*
 * Asks for loads of the databases whose prepared transactions have
 * ended.  While others have not, lowers *wake to the time to look again.
 */
extern void take_prepared(TimestampTz now, TimestampTz *wake);

/* Is there such a database, and can it be connected to? */
extern bool database_exists(Oid oid);

/* Removes the database and its entries from the schedule. */
extern void forget_database(Oid oid);

#endif							/* HCJWT_DATABASES_H */
