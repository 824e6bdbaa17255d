/*-------------------------------------------------------------------------
 *
 * key_reader.h
 *		Reads from the tables which keys of a kid are trusted.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_KEY_READER_H
#define HCJWT_KEY_READER_H

#include "keys/key_judge.h"

typedef struct KeysOfHelpCenter
{
	int64		trusted;		/* how many, by hcjwt.max_stale too */
	TimestampTz trusted_since;	/* the last success; DT_NOEND for imported
								 * keys, DT_NOBEGIN for no key */
	bool		any_revoked;	/* is any of them revoked? */
	bool		unguarded;		/* see TrustedKeys */
} KeysOfHelpCenter;

/*
 * Reads the tables under a fresh catalog snapshot, whatever the transaction's
 * isolation, and judges each key listed under the kid (which is in the
 * database's encoding).  The result is in the current memory context; the keys
 * made of it are given back when that context is reset.  Does not judge
 * hcjwt.max_stale, which within_max_stale() does at each use.
 */
extern TrustedKeys *read_trusted_keys(const char *kid, size_t kid_len);

/*
 * How the key of a kid is listed for that help center; with NULL, for the first
 * help center by name that lists it.  False when none does.
 */
extern bool find_listed_key(const char *kid, size_t kid_len, const char *help_center,
							JudgedKey *found);

/* Judges all keys of a help center in the same way. */
extern void count_keys_of(const char *help_center, KeysOfHelpCenter *found);

#endif							/* HCJWT_KEY_READER_H */
