/*-------------------------------------------------------------------------
 *
 * pins.h
 *		The help center that a caller or a setting insists on.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_PINS_H
#define HCJWT_PINS_H

#include "verify/verification.h"

/* The help center that the caller or a setting insists on, or NULL. */
extern const char *pinned_help_center(const Verification *v);

/* Do they insist on different ones?  Then no token is for this use. */
extern bool pins_contradict(const Verification *v);

#endif							/* HCJWT_PINS_H */
