/*-------------------------------------------------------------------------
 *
 * condition.h
 *		Whom a policy's condition lets pass, found without evaluating it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_CONDITION_H
#define HCJWT_CONDITION_H

#include "policies/facts.h"

/* Sets the fields of *facts that are found in the condition; see facts.h. */
extern void judge_condition(Node *condition, ConditionFacts *facts);

#endif							/* HCJWT_CONDITION_H */
