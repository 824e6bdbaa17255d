/*-------------------------------------------------------------------------
 *
 * nodes.h
 *		Tells the other nodes of a Citus cluster whose transaction this is.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_NODES_H
#define HCJWT_NODES_H

#include "session/frames.h"

/*
 * Called before a query or a command runs: tells the nodes that take part in it
 * the token now in force, so that they know no other.  Raises an error where
 * they cannot be told.  The query of the frame is the innermost one.
 */
extern void nodes_before_query(const QueryFrame *frame);
extern void nodes_before_command(const Node *command);

/*
 * Called before the transaction becomes a visitor's.  Raises an error where
 * Citus would not carry the token to the nodes, or where this is a session that
 * Citus opened on one of them.
 */
extern void nodes_before_visitor(void);

/* Called by _PG_init(). */
extern void nodes_init(void);

#endif							/* HCJWT_NODES_H */
