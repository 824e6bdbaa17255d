/*-------------------------------------------------------------------------
 *
 * ask.h
 *		What a backend asks of the refresh part.
 *
 * IDENTIFICATION
 *	  src/refresh/ask.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_ASK_H
#define HCJWT_ASK_H

/*
 * A token's kid is unknown.  Asks for a fetch where the rules permit one, and
 * waits for it where they permit that (design: "Key lifecycle"): in all no longer
 * than hcjwt.unknown_key_wait in each transaction of a client's statement.
 * help_center is the one that is named, expected or required, or NULL.  True when
 * keys may have changed meanwhile, so that another look-up is worth it; false in
 * every other case.  Interruptible.  *hint is set to a phrase for logs, or NULL.
 */
extern bool ask_for_unknown_kid(const char *help_center, const char **hint);

/*
 * A token's kid is known, and its signature is not by the key that this help
 * center lists under it, which may have changed.  Asks for a fetch where an unknown
 * kid might, and does not wait for it.
 */
extern void ask_after_bad_signature(const char *help_center);

#endif							/* HCJWT_ASK_H */
