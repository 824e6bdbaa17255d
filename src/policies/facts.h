/*-------------------------------------------------------------------------
 *
 * facts.h
 *		What is found in a policy's condition: claims, settings and columns.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_FACTS_H
#define HCJWT_FACTS_H

#include "nodes/bitmapset.h"
#include "nodes/nodes.h"
#include "nodes/pg_list.h"
#include "utils/array.h"

typedef struct ConditionFacts
{
	/* set by the caller, who sets all the rest to zero */
	Oid			schema;			/* the schema of hcjwt */
	ArrayType  *wrappers;		/* other functions that return claims */
	ArrayType  *guarded;		/* tables of which only a claim shows rows */

	/* what is found */
	bool		anonymous_passes;	/* a row may pass without a token */
	bool		stranger_passes;	/* a row may pass with a good token that
									 * no row belongs to */
	bool		always_true;
	bool		uses_claim;
	List	   *accessors;		/* names */
	List	   *claims;			/* names in claim('...') and claims() ->>
								 * '...' */
	List	   *settings;		/* names in current_setting('...') */
	Bitmapset  *columns;		/* of the policy's table, those compared with
								 * a claim; if there is none, all that it
								 * names */

	/* used by the walk itself */
	bool		anonymous;		/* which visitor */
	int			depth;			/* in how many sub-selects the walk is */
} ConditionFacts;

extern bool is_among(Oid oid, ArrayType *oids);

/* Notes the name, where it is a constant. */
extern void note_claim(Node *name, ConditionFacts *facts);
extern void note_setting(Node *name, ConditionFacts *facts);

/* Notes the columns of the policy's table that the expression names. */
extern void note_columns(Node *node, ConditionFacts *facts);

/* Does the function return claims, as hcjwt's own do?  If so, notes its name. */
extern bool hands_out_claims(Oid function, List *args, ConditionFacts *facts);
extern bool is_claims_call(Node *node, ConditionFacts *facts);

/* Is there a claim anywhere in the expression? */
extern bool any_claim(Node *node, ConditionFacts *facts);

#endif							/* HCJWT_FACTS_H */
