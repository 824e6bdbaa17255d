/*-------------------------------------------------------------------------
 *
 * fault.c
 *	  what can go wrong on request, and a fault of that kind
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>

#include "faults/fault.h"

Fault *
fault_copy(const Fault *fault)
{
	Fault	   *copy = xalloc(sizeof(Fault));

	*copy = *fault;
	copy->value = fault->value ? xstrdup(fault->value) : NULL;
	copy->retry_after = fault->retry_after ?
		xstrdup(fault->retry_after) : NULL;
	copy->next = NULL;
	return copy;
}

void
fault_free(Fault *fault)
{
	free(fault->value);
	free(fault->retry_after);
	free(fault);
}
