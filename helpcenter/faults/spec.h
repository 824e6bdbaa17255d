/*-------------------------------------------------------------------------
 *
 * spec.h
 *	  how a fault is written
 *
 *-------------------------------------------------------------------------
 */
#ifndef HC_SPEC_H
#define HC_SPEC_H

#include "faults/fault.h"

extern Fault *fault_parse(const char *spec, Error *err);

/* The endpoint of that name; FAULT_ALL for "all"; -1 with an error for others. */
extern int	fault_endpoint(const char *name, size_t len, Error *err);

#endif							/* HC_SPEC_H */
