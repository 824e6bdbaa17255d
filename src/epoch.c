/*-------------------------------------------------------------------------
 *
 * epoch.c
 *		What a verdict on a token depends on has changed.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "epoch.h"

uint64		hcjwt_epoch = 1;
