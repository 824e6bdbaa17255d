/*-------------------------------------------------------------------------
 *
 * logic.c
 *		SQL's logic over sets of values that an expression may come to.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/lsyscache.h"

#include "policies/logic.h"

Outcome
outcome_not(Outcome arg)
{
	int			may_be = arg.may_be & MAY_BE_NULL;

	if (arg.may_be & MAY_BE_TRUE)
		may_be |= MAY_BE_FALSE;
	if (arg.may_be & MAY_BE_FALSE)
		may_be |= MAY_BE_TRUE;
	return outcome(may_be, arg.claim);
}

/* One FALSE decides an AND, one TRUE decides an OR. */
static Outcome
combine(Outcome a, Outcome b, int decides, int other)
{
	int			may_be = (a.may_be | b.may_be) & decides;

	/* NULL, where one is NULL and the other does not decide */
	if (((a.may_be & MAY_BE_NULL) && (b.may_be & ~decides)) ||
		((b.may_be & MAY_BE_NULL) && (a.may_be & ~decides)))
		may_be |= MAY_BE_NULL;
	may_be |= a.may_be & b.may_be & other;
	return outcome(may_be, a.claim || b.claim);
}

Outcome
outcome_and(Outcome a, Outcome b)
{
	return combine(a, b, MAY_BE_FALSE, MAY_BE_TRUE);
}

Outcome
outcome_or(Outcome a, Outcome b)
{
	return combine(a, b, MAY_BE_TRUE, MAY_BE_FALSE);
}

Outcome
outcome_test(Outcome arg, int wanted, bool negated)
{
	int			may_be = 0;

	if (arg.may_be & wanted)
		may_be |= negated ? MAY_BE_FALSE : MAY_BE_TRUE;
	if (arg.may_be & ~wanted)
		may_be |= negated ? MAY_BE_TRUE : MAY_BE_FALSE;
	return outcome(may_be, arg.claim);
}

Outcome
outcome_of_const(Const *constant)
{
	if (constant->constisnull)
		return outcome(MAY_BE_NULL, false);
	if (constant->consttype == BOOLOID)
		return outcome(DatumGetBool(constant->constvalue) ? MAY_BE_TRUE : MAY_BE_FALSE, false);
	return outcome(MAY_BE_TRUE | MAY_BE_FALSE, false);
}

int
outcome_for_stranger(Oid opno, List *args)
{
	char	   *name = OidIsValid(opno) ? get_opname(opno) : NULL;

	if (name == NULL)
		return MAY_BE_FALSE;
	if (strcmp(name, "<>") == 0 || name[0] == '!')
		return MAY_BE_TRUE;
	if (strcmp(name, "<") == 0 || strcmp(name, ">") == 0 ||
		strcmp(name, "<=") == 0 || strcmp(name, ">=") == 0)
		return MAY_BE_TRUE | MAY_BE_FALSE;
	if (strcmp(name, "=") == 0 && equal(linitial(args), llast(args)))
		return MAY_BE_TRUE;
	return MAY_BE_FALSE;
}
