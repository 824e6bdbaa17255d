/*-------------------------------------------------------------------------
 *
 * logic.h
 *		SQL's logic over sets of values that an expression may come to.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_LOGIC_H
#define HCJWT_LOGIC_H

#include "nodes/primnodes.h"

/* What an expression may come to: any of these. */
#define MAY_BE_TRUE		1
#define MAY_BE_FALSE	2		/* or any value that is no boolean */
#define MAY_BE_NULL		4
#define MAY_BE_ANY		(MAY_BE_TRUE | MAY_BE_FALSE | MAY_BE_NULL)

typedef struct Outcome
{
	int			may_be;
	bool		claim;			/* it is made of a claim */
	bool		no_rows;		/* an array or aggregate of rows that no claim
								 * selects */
} Outcome;

static inline Outcome
outcome(int may_be, bool claim)
{
	Outcome		result = {may_be, claim, false};

	return result;
}

/*
 * An outcome of either kind, and one that is of both kinds.  If one is made of
 * a claim, so is the result.
 */
static inline Outcome
outcome_either(Outcome a, Outcome b)
{
	return outcome(a.may_be | b.may_be, a.claim || b.claim);
}

static inline Outcome
outcome_both(Outcome a, Outcome b)
{
	return outcome(a.may_be & b.may_be, a.claim || b.claim);
}

static inline bool
surely_null(Outcome o)
{
	return o.may_be == MAY_BE_NULL;
}

/* The outcome of a part of a value: NULL for a part of NULL, otherwise anything. */
static inline Outcome
outcome_of_part(Outcome whole)
{
	return surely_null(whole) ? whole : outcome(MAY_BE_ANY, whole.claim);
}

extern Outcome outcome_not(Outcome arg);
extern Outcome outcome_and(Outcome a, Outcome b);
extern Outcome outcome_or(Outcome a, Outcome b);

/* x IS TRUE, x IS NULL and the like: these are never NULL. */
extern Outcome outcome_test(Outcome arg, int wanted, bool negated);

extern Outcome outcome_of_const(Const *constant);

/*
 * What an operator may return when an argument is the stranger's claim, which
 * no row has.  Most operators return false.
 */
extern int	outcome_for_stranger(Oid opno, List *args);

#endif							/* HCJWT_LOGIC_H */
