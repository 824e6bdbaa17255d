/*-------------------------------------------------------------------------
 *
 * primary.h
 *		A standby's question to its primary.
 *
 * It is a library of its own, hcjwt_primary, so that only the process that asks maps
 * libpq.  load_external_function(PRIMARY_LIBRARY, PRIMARY_API_FUNCTION) gives a
 * function without arguments that returns the table below.  The server's own
 * libpqwalreceiver would do, but its functions differ from version to version, take a
 * WAL sender's place on the primary, and want a process that is connected to a database
 * here.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_PRIMARY_H
#define HCJWT_PRIMARY_H

#include "access/xlogdefs.h"
#include "utils/timestamp.h"

#define PRIMARY_LIBRARY		"$libdir/hcjwt_primary"
#define PRIMARY_API_FUNCTION	"hcjwt_primary_api"

/* What went wrong, in one line: never a password, nor a part of a conninfo. */
#define PRIMARY_PROBLEM_LEN	192

typedef enum PrimaryReply
{
	PRIMARY_FAILED,				/* the connection cannot be used any more */
	PRIMARY_FETCHES,			/* a fetch is under way: ask again */
	PRIMARY_DONE				/* all that it knows is in the WAL up to *lsn */
} PrimaryReply;

typedef struct PrimaryApi
{
	int			version;		/* PRIMARY_API_VERSION */

	/*
	 * Connects to the database of that name, by a conninfo that may name
	 * another. There is one connection; false, with the problem, when it is
	 * not made by the deadline.  Waits with interrupts served, as ask() does.
	 */
	bool		(*connect) (const char *conninfo, const char *database,
							const char *encoding, TimestampTz deadline,
							uint32 wait_event, char *problem);

	/*
	 * Asks for the keys of a help center, for which the standby has waited so
	 * many milliseconds.
	 */
	PrimaryReply (*ask) (const char *help_center, int waited, TimestampTz deadline,
						 uint32 wait_event, XLogRecPtr *lsn, char *problem);

	void		(*close) (void);
} PrimaryApi;

#define PRIMARY_API_VERSION	1

typedef const PrimaryApi *(*PrimaryApiFunction) (void);

#endif							/* HCJWT_PRIMARY_H */
