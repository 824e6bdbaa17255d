-- Functions and views: an upgrade makes them anew.  In an extension's script CREATE OR
-- REPLACE replaces no object but the extension's own.

------------------------------------------------------------------------------
-- Triggers: the rules of the tables, and the invalidation of what is cached
------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION hcjwt.check_help_center() RETURNS trigger
	AS 'MODULE_PATHNAME', 'hcjwt_check_help_center' LANGUAGE C
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
CREATE OR REPLACE FUNCTION hcjwt.help_center_changed() RETURNS trigger
	AS 'MODULE_PATHNAME', 'hcjwt_help_center_changed' LANGUAGE C
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
CREATE OR REPLACE FUNCTION hcjwt.check_key() RETURNS trigger
	AS 'MODULE_PATHNAME', 'hcjwt_check_key' LANGUAGE C
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
CREATE OR REPLACE FUNCTION hcjwt.key_changed() RETURNS trigger
	AS 'MODULE_PATHNAME', 'hcjwt_key_changed' LANGUAGE C
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
CREATE OR REPLACE FUNCTION hcjwt.check_fetch_state() RETURNS trigger
	AS 'MODULE_PATHNAME', 'hcjwt_check_fetch_state' LANGUAGE C
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
CREATE OR REPLACE FUNCTION hcjwt.refuse_truncate() RETURNS trigger
	AS 'MODULE_PATHNAME', 'hcjwt_refuse_truncate' LANGUAGE C
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp;

COMMENT ON FUNCTION hcjwt.check_help_center() IS
'trigger: refuses a help center that could not be used (22023), merges one that replication or a restore brings again';
COMMENT ON FUNCTION hcjwt.help_center_changed() IS
'trigger: retires fetched keys when a URL changes, drops cached keys everywhere, wakes the launcher at commit';
COMMENT ON FUNCTION hcjwt.check_key() IS
'trigger: refuses an unusable JWK (22023), merges a key that is there already, keeps revocations (55000)';
COMMENT ON FUNCTION hcjwt.key_changed() IS
'trigger: drops cached keys in every session, on standbys too';
COMMENT ON FUNCTION hcjwt.check_fetch_state() IS
'trigger: of rows that replication brings, takes those of help centers that this server does not fetch from';
COMMENT ON FUNCTION hcjwt.refuse_truncate() IS
'trigger: refuses TRUNCATE, which would lose revocations (55000)';

------------------------------------------------------------------------------
-- Verification
------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION hcjwt.verify(token text, help_center text DEFAULT NULL)
	RETURNS jsonb
	AS 'MODULE_PATHNAME', 'hcjwt_verify' LANGUAGE C STABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION hcjwt.verify(text, text) IS
'the claims of a help center JWT (compact JWS, RS256, RFC 7519); raises 28J00 invalid, 28J01 expired, 28J02 not yet valid, 28J03 unknown key, 28J04 not for this use; NULL for NULL';

CREATE OR REPLACE FUNCTION hcjwt.try_verify(token text, help_center text DEFAULT NULL)
	RETURNS jsonb
	AS 'MODULE_PATHNAME', 'hcjwt_try_verify' LANGUAGE C STABLE PARALLEL SAFE COST 1000;
COMMENT ON FUNCTION hcjwt.try_verify(text, text) IS
'the claims of a help center JWT, or NULL where hcjwt.verify() would raise an error of class 28';

------------------------------------------------------------------------------
-- Session
------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION hcjwt.authenticate(token text, help_center text DEFAULT NULL)
	RETURNS jsonb
	AS 'MODULE_PATHNAME', 'hcjwt_authenticate' LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000;
COMMENT ON FUNCTION hcjwt.authenticate(text, text) IS
'verifies a help center JWT, makes it this transaction''s, and returns its claims; NULL or '''' makes the transaction anonymous; raises as hcjwt.verify() does';

CREATE OR REPLACE FUNCTION hcjwt.pre_request() RETURNS void
	AS 'MODULE_PATHNAME', 'hcjwt_pre_request' LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000;
COMMENT ON FUNCTION hcjwt.pre_request() IS
'for PostgREST 12 or later, as db-pre-request: authenticates the transaction by the request''s header X-Help-Center-Token, or makes it anonymous; a refused token is an answer with status 401 (SQLSTATE PGRST)';

CREATE OR REPLACE FUNCTION hcjwt.claims() RETURNS jsonb
	AS 'MODULE_PATHNAME', 'hcjwt_claims' LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION hcjwt.claims() IS
'all claims of the transaction''s token; NULL without one; raises as hcjwt.verify() does, and 28J05 where the query has read another token';

CREATE OR REPLACE FUNCTION hcjwt.claim(name text) RETURNS text
	AS 'MODULE_PATHNAME', 'hcjwt_claim' LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION hcjwt.claim(text) IS
'one claim of the transaction''s token as text, as claims() ->> name; NULL without it or without a token; raises as claims() does';

CREATE OR REPLACE FUNCTION hcjwt.user_id() RETURNS int8
	AS 'MODULE_PATHNAME', 'hcjwt_user_id' LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION hcjwt.user_id() IS
'the claim "userId", the user''s identity within its help center''s account; NULL unless it is a JSON integer in range';

CREATE OR REPLACE FUNCTION hcjwt.email() RETURNS text
	AS 'MODULE_PATHNAME', 'hcjwt_email' LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION hcjwt.email() IS
'the claim "email"; NULL unless it is a string and not empty; unique inside one account only, and changeable there';

CREATE OR REPLACE FUNCTION hcjwt.external_id() RETURNS text
	AS 'MODULE_PATHNAME', 'hcjwt_external_id' LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION hcjwt.external_id() IS
'the claim "externalId"; NULL unless it is a string and not empty; the email never stands in for it';

CREATE OR REPLACE FUNCTION hcjwt.help_center() RETURNS text
	AS 'MODULE_PATHNAME', 'hcjwt_help_center' LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION hcjwt.help_center() IS
'the name (hcjwt.help_centers) of the help center that signed the transaction''s token';

CREATE OR REPLACE FUNCTION hcjwt.expires_at() RETURNS timestamptz
	AS 'MODULE_PATHNAME', 'hcjwt_expires_at' LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION hcjwt.expires_at() IS
'the claim "exp" of the transaction''s token, without leeway';

------------------------------------------------------------------------------
-- Help centers and keys: for administrators
------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION hcjwt.add_help_center(name text,
	base_url text DEFAULT NULL, keys_url text DEFAULT NULL,
	origins text[] DEFAULT NULL, audience text DEFAULT NULL,
	issuer text DEFAULT NULL, leeway interval DEFAULT NULL)
	RETURNS void
	AS 'MODULE_PATHNAME', 'hcjwt_add_help_center' LANGUAGE C VOLATILE PARALLEL UNSAFE
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION hcjwt.add_help_center(text, text, text, text[], text, text, interval) IS
'registers a help center, whose keys are fetched after the commit; without base_url, name means https://NAME.zendesk.com; raises 22023, 42710 when the name is taken';

CREATE OR REPLACE FUNCTION hcjwt.drop_help_center(name text)
	RETURNS void
	AS 'MODULE_PATHNAME', 'hcjwt_drop_help_center' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION hcjwt.drop_help_center(text) IS
'removes a help center with its keys and revocations; raises 42704 when there is none of the name';

CREATE OR REPLACE FUNCTION hcjwt.import_keys(help_center text, jwks jsonb,
	prune bool DEFAULT false)
	RETURNS int4
	AS 'MODULE_PATHNAME', 'hcjwt_import_keys' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION hcjwt.import_keys(text, jsonb, bool) IS
'takes the usable keys of a JWK Set (RFC 7517, section 5) as imported ones and returns their number; prune deletes imported keys that the set lacks, revoked ones excepted; raises 22023 when there is none that is usable, 42704 for an unknown help center';

CREATE OR REPLACE FUNCTION hcjwt.revoke_key(help_center text, kid text)
	RETURNS void
	AS 'MODULE_PATHNAME', 'hcjwt_revoke_key' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION hcjwt.revoke_key(text, text) IS
'no longer trusts a key''s material for this help center, under any kid; raises 42704 for an unknown kid';

CREATE OR REPLACE FUNCTION hcjwt.unrevoke_key(help_center text, kid text)
	RETURNS void
	AS 'MODULE_PATHNAME', 'hcjwt_unrevoke_key' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION hcjwt.unrevoke_key(text, text) IS
'takes a key''s revocation back; raises 42704 for an unknown kid';

------------------------------------------------------------------------------
-- Refresh
------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION hcjwt.schedule(OUT help_center text,
	OUT last_attempt timestamptz, OUT next_attempt timestamptz,
	OUT under_way bool, OUT consecutive_failures int4,
	OUT problem text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'hcjwt_schedule' LANGUAGE C VOLATILE PARALLEL RESTRICTED
	ROWS 10;
COMMENT ON FUNCTION hcjwt.schedule() IS
'internal, for hcjwt.status: what shared memory has of this database''s help centers';

CREATE OR REPLACE FUNCTION hcjwt.triggers(OUT trigger_name text, OUT repair text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'hcjwt_triggers' LANGUAGE C STABLE PARALLEL RESTRICTED
	ROWS 1;
COMMENT ON FUNCTION hcjwt.triggers() IS
'internal, for hcjwt.status: the extension''s triggers that are not in force (missing, disabled or not ENABLE ALWAYS), and the statements that repair them';

CREATE OR REPLACE FUNCTION hcjwt.help_center_status(hcjwt.help_centers, hcjwt.fetch_state,
	crowded bool, twin text, repair text,
	OUT state text, OUT trusted_keys int8,
	OUT last_attempt timestamptz, OUT last_success timestamptz,
	OUT http_status int4, OUT last_error text,
	OUT consecutive_failures int4, OUT next_attempt timestamptz,
	OUT etag text, OUT advice text)
	RETURNS record
	AS 'MODULE_PATHNAME', 'hcjwt_help_center_status' LANGUAGE C VOLATILE PARALLEL RESTRICTED;
COMMENT ON FUNCTION hcjwt.help_center_status IS
'internal, for hcjwt.status: what is known of a help center and its keys, in words, with advice';

CREATE OR REPLACE VIEW hcjwt.status AS
	WITH listed AS NOT MATERIALIZED (
		-- which of them are trusted, src/keys/key_judge.c judges
		SELECT k.help_center, k.kid, k.thumbprint
		FROM hcjwt.keys k
			JOIN hcjwt.help_centers h ON h.name = k.help_center AND h.enabled
		WHERE k.retired_at IS NULL AND k.revoked_at IS NULL
	), twins AS MATERIALIZED (
		-- a key that several help centers list, as brands of one account do
		SELECT l.kid, l.thumbprint, min(l.help_center) AS first,
			max(l.help_center) AS last
		FROM listed l
		GROUP BY l.kid, l.thumbprint
		HAVING count(*) > 1
	), crowds AS MATERIALIZED (
		-- a kid with more keys than hcjwt tries for a token that names no help center
		SELECT l.kid
		FROM listed l
		GROUP BY l.kid
		HAVING count(DISTINCT l.thumbprint) > 4
	)
	SELECT h.name AS help_center, s.state, s.trusted_keys, s.last_attempt, s.last_success,
		s.http_status, s.last_error, s.consecutive_failures, s.next_attempt, s.etag, s.advice
	FROM hcjwt.help_centers h
		CROSS JOIN (SELECT string_agg(t.repair, ' ') AS repair
			FROM hcjwt.triggers() t) g
		LEFT JOIN hcjwt.fetch_state f ON f.help_center = h.name
		CROSS JOIN LATERAL hcjwt.help_center_status(h, f,
			EXISTS (SELECT FROM listed l
					JOIN crowds c ON c.kid = l.kid
				WHERE l.help_center = h.name),
			(SELECT min(CASE WHEN t.first = h.name THEN t.last ELSE t.first END)
				FROM listed l
					JOIN twins t ON t.kid = l.kid
						AND t.thumbprint = l.thumbprint
				WHERE l.help_center = h.name),
			g.repair) s;

COMMENT ON VIEW hcjwt.status IS
'how each help center''s keys are: state is fresh, stale, expired, never fetched, failing (why), not fetched, no trusted key, disabled, no worker or triggers not in force, and advice says what to do about it';

COMMENT ON COLUMN hcjwt.status.help_center IS
'its name';
COMMENT ON COLUMN hcjwt.status.state IS
'fresh, stale, expired, never fetched, failing (why), not fetched, no trusted key, disabled, no worker, or triggers not in force';
COMMENT ON COLUMN hcjwt.status.trusted_keys IS
'how many of its keys are trusted now';
COMMENT ON COLUMN hcjwt.status.last_attempt IS
'when the last attempt to fetch began';
COMMENT ON COLUMN hcjwt.status.last_success IS
'when the keys were last fetched, or found not to have changed; hcjwt.max_stale counts from here';
COMMENT ON COLUMN hcjwt.status.http_status IS
'of the last answer; null when none came';
COMMENT ON COLUMN hcjwt.status.last_error IS
'what went wrong last, never quoting the answer''s body';
COMMENT ON COLUMN hcjwt.status.consecutive_failures IS
'since the last success';
COMMENT ON COLUMN hcjwt.status.next_attempt IS
'when the keys are due';
COMMENT ON COLUMN hcjwt.status.etag IS
'of the stored keys';
COMMENT ON COLUMN hcjwt.status.advice IS
'what to do about it; null when nothing is amiss';

CREATE OR REPLACE FUNCTION hcjwt.refresh(help_center text DEFAULT NULL,
	timeout interval DEFAULT '10 seconds')
	RETURNS SETOF hcjwt.status
	AS 'MODULE_PATHNAME', 'hcjwt_refresh' LANGUAGE C VOLATILE PARALLEL UNSAFE
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION hcjwt.refresh(text, interval) IS
'fetches keys now, waits until they are stored, and returns hcjwt.status; raises 55000 where there is no worker or help centers were changed in this transaction, 42704 for an unknown one';

CREATE OR REPLACE FUNCTION hcjwt.ask_for_keys(help_center text, waited int4 DEFAULT 0)
	RETURNS pg_lsn
	AS 'MODULE_PATHNAME', 'hcjwt_ask_for_keys' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION hcjwt.ask_for_keys(text, int4) IS
'for a standby, whose replication role may be granted it: asks for a fetch as a token of an unknown kid does, and does not wait; waited is since when the standby asks, in milliseconds; NULL while the fetch is under way, then the place in the WAL up to which its outcome is found';

------------------------------------------------------------------------------
-- The help center's own API, live: for administrators
------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION hcjwt.list_public_keys(help_center text)
	RETURNS jsonb
	AS '$libdir/hcjwt_http', 'hcjwt_list_public_keys' LANGUAGE C VOLATILE PARALLEL UNSAFE
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION hcjwt.list_public_keys(text) IS
'the usable keys that a help center publishes just now, as a JWK Set (vendor: List Public Keys); asks over the network; raises class 08, 0A000 (404: the plan has no help center JWTs), 53400 (429), 42704 for an unknown help center';

CREATE OR REPLACE FUNCTION hcjwt.new_token(help_center text,
	email text DEFAULT NULL, password text DEFAULT NULL,
	api_token text DEFAULT NULL, oauth_token text DEFAULT NULL,
	on_behalf_of text DEFAULT NULL)
	RETURNS text
	AS '$libdir/hcjwt_http', 'hcjwt_new_token' LANGUAGE C VOLATILE PARALLEL UNSAFE
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION hcjwt.new_token(text, text, text, text, text, text) IS
'a new JWT of a user (vendor: New Token): of the owner of oauth_token, or of on_behalf_of, an e-mail address or id, when an administrator''s oauth_token has the scope impersonate; or of email with api_token or password; pass credentials as bind parameters; asks over the network; raises 28000 (401, 403, no token in the answer), 22023, and what list_public_keys() does';

CREATE OR REPLACE FUNCTION hcjwt.show_session(help_center text,
	email text DEFAULT NULL, password text DEFAULT NULL,
	api_token text DEFAULT NULL, oauth_token text DEFAULT NULL,
	on_behalf_of text DEFAULT NULL)
	RETURNS jsonb
	AS '$libdir/hcjwt_http', 'hcjwt_show_session' LANGUAGE C VOLATILE PARALLEL UNSAFE
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION hcjwt.show_session(text, text, text, text, text, text) IS
'{"csrf_token": "..."}, what the sessions endpoint answers these credentials, or an anonymous visitor (vendor: Show Session): shows that the endpoint answers, and no more, since the session''s cookie is not kept; asks over the network; raises as new_token() does';

CREATE OR REPLACE FUNCTION hcjwt.list_custom_claims(help_center text,
	email text DEFAULT NULL, password text DEFAULT NULL,
	api_token text DEFAULT NULL, oauth_token text DEFAULT NULL)
	RETURNS jsonb
	AS '$libdir/hcjwt_http', 'hcjwt_list_custom_claims' LANGUAGE C VOLATILE PARALLEL UNSAFE
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION hcjwt.list_custom_claims(text, text, text, text, text) IS
'the custom claims that the account adds to this brand''s tokens (vendor: List Account Custom Claims): an array of objects with claim_identifier, claim_value and so on; the credentials, as for new_token(), must be an administrator''s; asks over the network; raises as new_token() does';

------------------------------------------------------------------------------
-- Insight: for administrators and monitoring
------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION hcjwt.explain(token text, help_center text DEFAULT NULL)
	RETURNS TABLE (step int4, check_name text,
		passed bool, detail text)
	AS 'MODULE_PATHNAME', 'hcjwt_explain' LANGUAGE C STABLE PARALLEL UNSAFE
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp
	ROWS 16;
COMMENT ON FUNCTION hcjwt.explain(text, text) IS
'the checks of hcjwt.verify() one by one, up to the first that fails, with what was found; never fetches or waits; no row for NULL';

CREATE OR REPLACE FUNCTION hcjwt.counters(OUT verified int8, OUT from_cache int8,
	OUT rejected int8, OUT rejected_by_reason jsonb,
	OUT fetches int8, OUT fetch_failures int8,
	OUT since timestamptz, OUT fetch_seconds float8,
	OUT key_waits int8, OUT key_wait_seconds float8)
	AS 'MODULE_PATHNAME', 'hcjwt_counters' LANGUAGE C VOLATILE PARALLEL RESTRICTED;
COMMENT ON FUNCTION hcjwt.counters() IS
'internal: what the view hcjwt.stats shows';

CREATE OR REPLACE VIEW hcjwt.stats AS
	SELECT verified, from_cache, rejected, rejected_by_reason, fetches,
		fetch_failures, since, fetch_seconds, key_waits, key_wait_seconds
	FROM hcjwt.counters();
COMMENT ON VIEW hcjwt.stats IS
'counts since the server''s start: tokens verified (from_cache: without computing the signature again) and rejected, in all and by reason; fetches of keys, and those that failed; of this session alone where hcjwt is not preloaded';
COMMENT ON COLUMN hcjwt.stats.verified IS
'tokens accepted';
COMMENT ON COLUMN hcjwt.stats.from_cache IS
'of these, how many without computing the signature again';
COMMENT ON COLUMN hcjwt.stats.rejected IS
'tokens refused';
COMMENT ON COLUMN hcjwt.stats.rejected_by_reason IS
'tokens refused, by the rule that refused them';
COMMENT ON COLUMN hcjwt.stats.fetches IS
'attempts to fetch keys; null where hcjwt is not preloaded';
COMMENT ON COLUMN hcjwt.stats.fetch_failures IS
'of these, how many failed';
COMMENT ON COLUMN hcjwt.stats.since IS
'since when these count; null where hcjwt is not preloaded';
COMMENT ON COLUMN hcjwt.stats.fetch_seconds IS
'how long fetches took, in all; null where hcjwt is not preloaded';
COMMENT ON COLUMN hcjwt.stats.key_waits IS
'how often a statement waited for the fetch of a key not seen before; null where hcjwt is not preloaded';
COMMENT ON COLUMN hcjwt.stats.key_wait_seconds IS
'how long they waited, in all; null where hcjwt is not preloaded';
