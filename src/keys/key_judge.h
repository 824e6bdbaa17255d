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

/* What is found in a row of hcjwt.keys.  The jwk is set only for a trusted one. */
typedef struct JudgedKey
{
	KeyTrust	trust;
	TimestampTz since;			/* revoked, retired or trusted since then */
	TrustingCenter center;
	Jwk		   *jwk;
} JudgedKey;

/*
 * Opens the tables, to be read under a fresh catalog snapshot; false when no key in
 * them is trusted.  Either way close_key_tables() follows.
 */
extern bool open_key_tables(KeyTables *tables);
extern void close_key_tables(KeyTables *tables);

/*
 * Begins to read the rows with these values.  To open an index takes a new backend longer
 * than to read all of a few pages, and most servers have few help centers and keys.
 */
extern SysScanDesc begin_scan(Relation table, const char *index, int nkeys, ScanKey key);

/* Begins to read the keys listed under a kid, or for a help center. */
extern SysScanDesc scan_kid(KeyTables *tables, const char *kid, size_t kid_len);
extern SysScanDesc scan_keys_of(KeyTables *tables, const char *help_center);

extern void judge_key(KeyTables *tables, HeapTuple tuple, JudgedKey *judged);

/* A column of a row of hcjwt.keys; false when it is NULL. */
extern bool key_timestamp(KeyTables *tables, HeapTuple tuple, AttrNumber attno,
						  TimestampTz *when);

#endif							/* HCJWT_KEY_JUDGE_H */
