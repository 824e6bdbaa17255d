/*-------------------------------------------------------------------------
 *
 * logic.h
 *		SQL's logic over sets of values that an expression may come to.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_LOGIC_H
#define HCJWT_LOGIC_H

/* What an expression may come to: any of these. */
#define MAY_BE_TRUE		1
#define MAY_BE_FALSE	2		/* also: any value that is no boolean */
#define MAY_BE_NULL		4
#define MAY_BE_ANY		(MAY_BE_TRUE | MAY_BE_FALSE | MAY_BE_NULL)

typedef struct Outcome
{
	int			may_be;
	bool		claim;			/* it is made of a claim */
	bool		no_rows;		/* an array or aggregate of rows that no claim selects */
} Outcome;

static inline Outcome
outcome(int may_be, bool claim)
{
	return (Outcome) {may_be, claim, false};
}

static inline bool
surely_null(Outcome o)
{
	return o.may_be == MAY_BE_NULL;
}

extern Outcome outcome_not(Outcome arg);
extern Outcome outcome_and(Outcome a, Outcome b);
extern Outcome outcome_or(Outcome a, Outcome b);

/* x IS TRUE, x IS NULL and the like: these are never NULL. */
extern Outcome outcome_test(Outcome arg, int wanted, bool negated);

#endif							/* HCJWT_LOGIC_H */
