/* hcjwt--1.1.sql */

-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION hcjwt" to load this file. \quit

-- The server runs this with search_path = pg_catalog, pg_temp: see schema in
-- hcjwt.control.  So a name without a schema is the server's own, whatever
-- somebody has planted elsewhere.  A schema that somebody has planted under our
-- name makes this first command fail.
CREATE SCHEMA hcjwt;

COMMENT ON SCHEMA hcjwt IS
'help center JWTs: verification, and the claims of the present transaction''s for policies';

------------------------------------------------------------------------------
-- Tables
------------------------------------------------------------------------------

CREATE TABLE hcjwt.help_centers (
	name		text COLLATE "C" NOT NULL,
	base_url	text NOT NULL,
	keys_url	text,
	origins		text[] NOT NULL,
	audience	text,
	issuer		text,
	leeway		interval NOT NULL,
	enabled		bool NOT NULL,
	CONSTRAINT help_centers_pkey PRIMARY KEY (name)
) USING heap;

COMMENT ON TABLE hcjwt.help_centers IS
'Help centers whose JWTs are verified here; add one with hcjwt.add_help_center()';
COMMENT ON COLUMN hcjwt.help_centers.name IS
'what policies and hcjwt.help_center() call it, 1 to 255 bytes';
COMMENT ON COLUMN hcjwt.help_centers.base_url IS
'https URL of the help center, without a slash at its end';
COMMENT ON COLUMN hcjwt.help_centers.keys_url IS
'https URL of its JWK Set; NULL means base_url || ''/api/v2/help_center/integration/keys.json''; ''none'': nothing is fetched, keys are imported or replicated';
COMMENT ON COLUMN hcjwt.help_centers.origins IS
'RFC 6454 origins of which a token''s claim "origin", when it has one, must be one; {*} opts out';
COMMENT ON COLUMN hcjwt.help_centers.audience IS
'when set, the claim "aud" must be this string or an array with it (RFC 7519, section 4.1.3)';
COMMENT ON COLUMN hcjwt.help_centers.issuer IS
'when set, the claim "iss" must be this string (RFC 7519, section 4.1.1)';
COMMENT ON COLUMN hcjwt.help_centers.leeway IS
'allowance for differing clocks in "exp" and "nbf", 0 to 5 minutes';
COMMENT ON COLUMN hcjwt.help_centers.enabled IS
'false: none of its keys is trusted and none is fetched';

CREATE TABLE hcjwt.keys (
	help_center	text COLLATE "C" NOT NULL,
	kid			text COLLATE "C" NOT NULL,
	jwk			jsonb NOT NULL,
	thumbprint	text COLLATE "C" NOT NULL,
	source		text NOT NULL,
	first_seen	timestamptz NOT NULL,
	last_seen	timestamptz NOT NULL,
	retired_at	timestamptz,
	revoked_at	timestamptz,
	CONSTRAINT keys_pkey PRIMARY KEY (help_center, kid)
) USING heap;

-- help_center references help_centers (name), with cascade.  Triggers do that, not a
-- foreign key: pg_restore -j loads an extension's tables in any order, and a foreign
-- key would refuse keys that come before their help center.
CREATE INDEX keys_kid_idx ON hcjwt.keys (kid);
CREATE INDEX keys_material_idx ON hcjwt.keys (help_center, thumbprint);

COMMENT ON TABLE hcjwt.keys IS
'Public keys (JWKs, RFC 7517) of help centers; change them with import_keys(), revoke_key() and unrevoke_key()';
COMMENT ON COLUMN hcjwt.keys.help_center IS
'the help center that is trusted to sign with it';
COMMENT ON COLUMN hcjwt.keys.kid IS
'its "kid" (RFC 7517, section 4.5), by which a token''s header names it';
COMMENT ON COLUMN hcjwt.keys.jwk IS
'the RSA public key: members kty, n, e and kid, and no other';
COMMENT ON COLUMN hcjwt.keys.thumbprint IS
'RFC 7638 thumbprint of the key, SHA-256, base64url; computed, whatever is inserted';
COMMENT ON COLUMN hcjwt.keys.source IS
'"fetched" by the fetcher, or "imported" by hand, which wins and does not age';
COMMENT ON COLUMN hcjwt.keys.first_seen IS
'when it was first listed or imported';
COMMENT ON COLUMN hcjwt.keys.last_seen IS
'when it was last listed or imported';
COMMENT ON COLUMN hcjwt.keys.retired_at IS
'since when the help center no longer lists the key; not trusted';
COMMENT ON COLUMN hcjwt.keys.revoked_at IS
'since when the key is revoked, under whatever kid it is listed; not trusted';

CREATE TABLE hcjwt.fetch_state (
	help_center	text COLLATE "C" NOT NULL,
	keys_url	text,
	last_attempt	timestamptz,
	last_result	timestamptz,
	last_success	timestamptz,
	outcome		text,
	http_status	int4,
	last_error	text,
	consecutive_failures	int4 NOT NULL,
	next_attempt	timestamptz,
	not_before	timestamptz,
	etag		text,
	fresh_for	interval,
	CONSTRAINT fetch_state_pkey PRIMARY KEY (help_center),
	CONSTRAINT fetch_state_help_center_fkey FOREIGN KEY (help_center)
		REFERENCES hcjwt.help_centers (name) ON UPDATE CASCADE ON DELETE CASCADE
) USING heap;

COMMENT ON TABLE hcjwt.fetch_state IS
'What the fetcher must know after a restart; read it through the view hcjwt.status';
COMMENT ON COLUMN hcjwt.fetch_state.help_center IS
'the help center whose keys are fetched';
COMMENT ON COLUMN hcjwt.fetch_state.keys_url IS
'the URL that the last answer came from';
COMMENT ON COLUMN hcjwt.fetch_state.last_attempt IS
'when the last attempt that ended began';
COMMENT ON COLUMN hcjwt.fetch_state.last_result IS
'when it ended';
COMMENT ON COLUMN hcjwt.fetch_state.last_success IS
'when the keys were last fetched, or found not to have changed';
COMMENT ON COLUMN hcjwt.fetch_state.outcome IS
'what the last attempt came to, in a word: ok, not_modified, plan, dns, ...';
COMMENT ON COLUMN hcjwt.fetch_state.http_status IS
'of the last answer; null when none came';
COMMENT ON COLUMN hcjwt.fetch_state.last_error IS
'what went wrong, never quoting the answer''s body';
COMMENT ON COLUMN hcjwt.fetch_state.consecutive_failures IS
'since the last success';
COMMENT ON COLUMN hcjwt.fetch_state.next_attempt IS
'when the keys are due';
COMMENT ON COLUMN hcjwt.fetch_state.not_before IS
'the help center asked not to be asked before (Retry-After; RFC 9110, section 10.2.3)';
COMMENT ON COLUMN hcjwt.fetch_state.etag IS
'of the stored keys, for If-None-Match; null when they may be others';
COMMENT ON COLUMN hcjwt.fetch_state.fresh_for IS
'how long the stored keys are fresh after a success, by their answer''s headers; kept by a 304 without such (RFC 9111, section 4.3.4)';

-- What a dump must carry: the configuration, and the keys that no fetch brings back.
SELECT pg_extension_config_dump('hcjwt.help_centers', '');
SELECT pg_extension_config_dump('hcjwt.keys',
	'WHERE source OPERATOR(pg_catalog.=) ''imported'' OR revoked_at IS NOT NULL');
