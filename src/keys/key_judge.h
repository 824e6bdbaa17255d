/*-------------------------------------------------------------------------
 *
 * key_judge.h
 *		Is the key of a row of hcjwt.keys trusted?
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_KEY_JUDGE_H
#define HCJWT_KEY_JUDGE_H

#include "access/genam.h"
#include "keys/trust.h"

/* Is a key trusted, or why not?  hcjwt.max_stale is judged at each use. */
typedef enum KeyTrust
{
	KEY_TRUSTED,
	KEY_REVOKED,
	KEY_RETIRED,
	KEY_DISABLED,				/* its help center is disabled, or has no row */
	KEY_NEVER_FETCHED,			/* no fetch has succeeded */
	KEY_UNUSABLE,				/* the trigger refuses such a JWK */
	KEY_MATERIAL_REVOKED		/* under another kid */
} KeyTrust;

/* The tables as one look-up uses them. */
typedef struct KeyTables
{
	Relation	help_centers;
	Relation	keys;
	Relation	fetch_state;
	bool		unguarded;		/* see TrustedKeys */
} KeyTables;

/* Some rows of hcjwt.keys. */
typedef struct KeyScan
{
	KeyTables	tables;
	SysScanDesc rows;			/* NULL: no key in the tables is trusted */
} KeyScan;

/* What is found in a row of hcjwt.keys.  The jwk is set only for a trusted one. */
typedef struct JudgedKey
{
	KeyTrust	trust;
	bool		listed;			/* it is not retired */
	TimestampTz since;			/* revoked, retired or trusted since then */
	TrustingCenter center;
	Jwk		   *jwk;
} JudgedKey;

/*
 * Begins to read the rows with these values.  To open an index takes a new backend longer
 * than to read all of a few pages, and most servers have few help centers and keys.
 */
extern SysScanDesc begin_scan(Relation table, const char *index, int nkeys, ScanKey key);

/*
 * Begins to read the keys listed under a kid, or for a help center, under a fresh
 * catalog snapshot.  Calls of next_key() follow until it returns false, which they do
 * at once when no key in the tables is trusted.
 */
extern void scan_kid(KeyScan *scan, const char *kid, size_t kid_len);
extern void scan_keys_of(KeyScan *scan, const char *help_center);

/* Judges the next key; false, and ends the scan, when there is none. */
extern bool next_key(KeyScan *scan, JudgedKey *judged);

#endif							/* HCJWT_KEY_JUDGE_H */
