/*-------------------------------------------------------------------------
 *
 * ask_primary.h
 *		What a backend on a standby asks of the primary.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_ASK_PRIMARY_H
#define HCJWT_ASK_PRIMARY_H

#include "refresh/schedule.h"

/* When the primary cannot be reached, the pause is 1 s * 2^n, to this. */
#define MAX_OUT_OF_REACH	(30 * ONE_SECOND)

/* How to reach the primary; "": not to be asked. */
extern const char *conninfo_of_primary(void);
extern uint32 hash_of_conninfo(void);

/*
 * May this standby ask now?  If not, *hint says why.  Makes the record of this
 * database, which has the state of its asker.
 */
extern bool may_ask_primary(const char **hint);

/*
 * Lists the help centers that may have the key, and makes an entry for each:
 * the one that is named, or all when they are few.
 */
extern int	candidates_on_standby(const char *help_center, EntryKey *keys,
								  const char **hint);

/*
 * Makes the asker ask about urgent entries.  False when there is no slot for
 * the asker.
 */
extern bool call_asker(const char **hint);

/* Is there an asker, or one that has been started? */
extern bool asker_is_there(void);

#endif							/* HCJWT_ASK_PRIMARY_H */
