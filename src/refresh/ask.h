/*-------------------------------------------------------------------------
 *
 * ask.h
 *		What a backend asks of the refresh part.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_ASK_H
#define HCJWT_ASK_H

/*
 * A token's kid is unknown: asks for a fetch and waits for it, where the rules
 * permit. help_center is the one that is named, expected or required, or
 * NULL.  The waits of one transaction of a client's statement take no longer
 * than hcjwt.unknown_key_wait together, and can be interrupted.  True when keys
 * may have changed, so that another look-up is worthwhile.  *hint is set to a
 * phrase for logs, or NULL.
 */
extern bool ask_for_unknown_kid(const char *help_center, const char **hint);

/*
 * A token's kid is known, but its signature is not by the key of that kid,
 * which may have changed: asks for a fetch where an unknown kid could, and does
 * not wait.
 */
extern void ask_after_bad_signature(const char *help_center);

#endif							/* HCJWT_ASK_H */
