/*-------------------------------------------------------------------------
 *
 * catalog.h
 *		Finds the extension's own tables by OID, never by search_path.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_CATALOG_H
#define HCJWT_CATALOG_H

#include "access/attnum.h"

/* Columns, in the order of install/tables.sql. */
#define Anum_help_centers_name			1
#define Anum_help_centers_base_url		2
#define Anum_help_centers_keys_url		3
#define Anum_help_centers_origins		4
#define Anum_help_centers_audience		5
#define Anum_help_centers_issuer		6
#define Anum_help_centers_leeway		7
#define Anum_help_centers_enabled		8
#define Natts_help_centers				8

#define Anum_keys_help_center			1
#define Anum_keys_kid					2
#define Anum_keys_jwk					3
#define Anum_keys_thumbprint			4
#define Anum_keys_source				5
#define Anum_keys_first_seen			6
#define Anum_keys_last_seen				7
#define Anum_keys_retired_at			8
#define Anum_keys_revoked_at			9
#define Natts_keys						9

#define Anum_fetch_state_help_center	1
#define Anum_fetch_state_keys_url		2
#define Anum_fetch_state_last_attempt	3
#define Anum_fetch_state_last_success	5
#define Anum_fetch_state_outcome		6
#define Anum_fetch_state_http_status	7
#define Anum_fetch_state_last_error		8
#define Anum_fetch_state_consecutive_failures	9
#define Anum_fetch_state_next_attempt	10
#define Anum_fetch_state_etag			12

typedef struct HcjwtCatalog
{
	Oid			help_centers;
	Oid			keys;
	Oid			fetch_state;
} HcjwtCatalog;

/*
 * The OIDs, looked up once and again after any of them went away.  NULL when
 * the extension is not installed in this database, or its tables are not its
 * own.  Needs a transaction.
 */
extern const HcjwtCatalog *hcjwt_catalog(void);

/*
 * The same, but the caller has to find out whether the tables are the
 * extension's own.  NULL when there are no tables of these names.
 */
extern const HcjwtCatalog *tables_by_name(void);

/*
 * Moves on with every invalidation that concerns keys or help centers.  What was read
 * before an invalidation must not be used after it.
 */
extern uint64 hcjwt_keys_generation;

/*
 * For a reader that finds one of the relations gone.  It was dropped while the OIDs
 * were being looked up, so no invalidation will come.
 */
extern void forget_catalog(void);

/*
 * Makes every session, on standbys too, read the keys again once the present
 * transaction has committed.
 */
extern void invalidate_keys(void);

/* Called by _PG_init(). */
extern void catalog_init(void);

#endif							/* HCJWT_CATALOG_H */
