/*-------------------------------------------------------------------------
 *
 * columns.h
 *		Which columns of a policy's table an expression names.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_COLUMNS_H
#define HCJWT_COLUMNS_H

#include "nodes/bitmapset.h"

/*
 * Adds the columns.  depth: in how many sub-selects of the condition node
 * stands.
 */
extern void find_columns(Node *node, int depth, Bitmapset **found);

#endif							/* HCJWT_COLUMNS_H */
