/*-------------------------------------------------------------------------
 *
 * epoch.c
 *		Counts the changes that a verdict on a token may depend on.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "epoch.h"

uint64		hcjwt_epoch = 1;
