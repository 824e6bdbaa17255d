/*-------------------------------------------------------------------------
 *
 * epoch.h
 *		Counts the changes that a verdict on a token may depend on.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_EPOCH_H
#define HCJWT_EPOCH_H

/*
 * Moves on whenever anything changes that a verdict on the session's token may
 * depend on: the token, the settings, the keys.  Never 0.
 */
extern uint64 hcjwt_epoch;

#endif							/* HCJWT_EPOCH_H */
