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
 * A query or a command is about to be run: the nodes that take part in it must know
 * the token now in force, and no other.  Raises an error where they cannot.  The query
 * of the frame is the innermost one.
 */
extern void nodes_before_query(const QueryFrame *frame);
extern void nodes_before_command(const Node *command);

/*
 * The transaction is about to become a visitor's.  Raises an error where Citus would not
 * carry the token to the nodes, or has called us on one of them.
 */
extern void nodes_before_visitor(void);

/* From _PG_init. */
extern void nodes_init(void);

#endif							/* HCJWT_NODES_H */
