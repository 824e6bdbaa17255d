/*-------------------------------------------------------------------------
 *
 * kinds.h
 *	  the faults there are, and what a faulty help center answers
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_KINDS_H
#define HC_KINDS_H

#include "faults/fault.h"

/* NULL where there is none of that name. */
extern const FaultKind *fault_kind(const char *name);
extern bool bad_key_known(const char *name);

#endif							/* HC_KINDS_H */
