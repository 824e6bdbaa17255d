/*-------------------------------------------------------------------------
 *
 * condition.h
 *		Whom a policy's condition lets pass, found without evaluating it.
 *
 * IDENTIFICATION
 *	  src/policies/condition.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_CONDITION_H
#define HCJWT_CONDITION_H

#include "nodes/bitmapset.h"
#include "nodes/pg_list.h"
#include "utils/array.h"

typedef struct ConditionFacts
{
	/* what to go by: the caller's to set, the rest is zero */
	Oid			schema;			/* of hcjwt */
	ArrayType  *wrappers;		/* functions that hand out claims, too */
	ArrayType  *guarded;		/* tables of which only a claim shows rows */

	/* what is found */
	bool		anonymous_passes;	/* a row may pass without a token */
	bool		stranger_passes;	/* … with a good token that no row belongs to */
	bool		always_true;
	bool		uses_claim;
	List	   *accessors;		/* names */
	List	   *claims;			/* names in claim('...') and claims() ->> '...' */
	List	   *settings;		/* names in current_setting('...') */
	Bitmapset  *columns;		/* of the policy's table, compared with a claim;
								 * where none is, all that are named */

	/* the walk's own */
	bool		anonymous;		/* which visitor */
	int			depth;			/* how many sub-selects it is in */
} ConditionFacts;

extern void judge_condition(Node *condition, ConditionFacts *facts);

#endif							/* HCJWT_CONDITION_H */
