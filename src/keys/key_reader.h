/*-------------------------------------------------------------------------
 *
 * key_reader.h
 *		Reads from the tables which keys of a kid are trusted.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_KEY_READER_H
#define HCJWT_KEY_READER_H

#include "access/genam.h"
#include "keys/trust.h"

/*
 * Reads the tables under a fresh catalog snapshot, whatever the transaction's
 * isolation, and judges each key listed under the kid (which is in the
 * database's encoding).  The result is in the current memory context; the keys
 * made of it are given back when that context is reset.  Does not judge
 * hcjwt.max_stale, which within_max_stale() does at each use.
 */
extern TrustedKeys *read_trusted_keys(const char *kid, size_t kid_len);

/*
 * Begins to read the rows with these values.  To open an index takes a new backend longer
 * than to read all of a few pages, and most servers have few help centers and keys.
 */
extern SysScanDesc begin_scan(Relation table, const char *index, int nkeys, ScanKey key);

#endif							/* HCJWT_KEY_READER_H */
