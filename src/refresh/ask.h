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
 * waits for it where they permit that (design: "Key lifecycle").  help_center is
 * the one that is named, expected or required, or NULL.  True when keys may have
 * changed meanwhile, so that another look-up is worth it; false at once in every
 * other case: no preload, a standby, not permitted, waited already in this
 * statement.  Interruptible.  *hint, when not NULL, is set to a phrase for logs and
 * explain, or NULL.
 */
extern bool ask_for_unknown_kid(const char *help_center, const char **hint);

#endif							/* HCJWT_ASK_H */
