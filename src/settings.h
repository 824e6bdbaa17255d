/*-------------------------------------------------------------------------
 *
 * settings.h
 *		The settings of hcjwt, except the token itself (session/token.h).
 *
 *-------------------------------------------------------------------------
 */
#ifndef HCJWT_SETTINGS_H
#define HCJWT_SETTINGS_H

/* Boundaries and expectations: strings are never NULL, "" when unset. */
extern char *hcjwt_expected_help_center;
extern char *hcjwt_required_help_center;
extern bool hcjwt_allow_session_token;
extern bool hcjwt_log_visitor;

/* Where keys may come from (SIGHUP). */
extern char *hcjwt_allowed_hosts;
extern bool hcjwt_allow_http_loopback;
extern char *hcjwt_ca_file;
extern char *hcjwt_proxy;

/* How they are refreshed (SIGHUP). */
extern int	hcjwt_refetch_cooldown; /* s */
extern int	hcjwt_unknown_key_wait; /* ms */
extern int	hcjwt_max_stale;	/* s */
extern int	hcjwt_max_refresh_interval; /* s */

/* Does this server fetch keys? (SIGHUP) */
extern bool hcjwt_fetch_keys;

/* Do changes of keys NOTIFY? (SIGHUP) */
extern bool hcjwt_notify_key_changes;

/* Whom a standby asks for new keys (SIGHUP); "": its primary_conninfo. */
extern char *hcjwt_primary_conninfo;

extern int	hcjwt_token_cache_size; /* kB, when preloaded (restart) */

/*
 * The value of hcjwt.required_help_center in a backend that loaded the library
 * late, and found that somebody without the right had set the placeholder.
 * The boundary may have been lifted, so no token passes: no help center can
 * have this name.  As a value of the setting it reaches parallel workers, too.
 */
#define BOUNDARY_IN_DOUBT	"\001boundary in doubt"

/* Sets a setting that everybody may set, until the end of this transaction. */
extern void set_local(const char *name, const char *value);

/* Called by _PG_init(). */
extern void settings_init(void);

#endif							/* HCJWT_SETTINGS_H */
