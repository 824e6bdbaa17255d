/*-------------------------------------------------------------------------
 *
 * keys_url.h
 *		Where a help center's keys come from.
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_KEYS_URL_H
#define HCJWT_KEYS_URL_H

/* Path of the JWK Set below a base URL (seeds: List Public Keys). */
#define KEYS_PATH "/api/v2/help_center/integration/keys.json"

/*
 * The keys_url of a help center whose keys are imported or replicated, never
 * fetched.
 */
#define KEYS_URL_NONE "none"

/*
 * SQL for the URL that the keys come from; hc is an alias of
 * hcjwt.help_centers. It is "" for a row that somebody broke.
 */
#define KEYS_URL_SQL(hc) \
	"CASE WHEN octet_length(" ANY_URL_SQL(hc) ") <= 2048" \
	" THEN " ANY_URL_SQL(hc) " ELSE '' END"
#define ANY_URL_SQL(hc) \
	"coalesce(" hc ".keys_url, " hc ".base_url || '" KEYS_PATH "', '')"

/* SQL: is anything fetched for a help center?  hc as above. */
#define FETCHED_SQL(hc) \
	"(" hc ".enabled AND " hc ".keys_url IS DISTINCT FROM '" KEYS_URL_NONE "')"

#endif							/* HCJWT_KEYS_URL_H */
