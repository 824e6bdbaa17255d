/*-------------------------------------------------------------------------
 *
 * pins.c
 *		The help center that a caller or a setting insists on.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "verify/pins.h"

const char *
pinned_help_center(const Verification *v)
{
	if (v->required)
		return v->required;
	return v->named ? v->named : v->expected;
}

bool
pins_contradict(const Verification *v)
{
	const char *pinned = pinned_help_center(v);

	return pinned != NULL &&
		((v->named && strcmp(v->named, pinned) != 0) ||
		 (v->expected && strcmp(v->expected, pinned) != 0));
}
