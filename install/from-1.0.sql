/* hcjwt--1.0--1.1.sql */

-- complain if script is sourced in psql, rather than via ALTER EXTENSION
\echo Use "ALTER EXTENSION hcjwt UPDATE TO '1.1'" to load this file. \quit

-- The server runs this with search_path = pg_catalog, pg_temp: see schema in
-- hcjwt.control.

------------------------------------------------------------------------------
-- From 1.0: what must be there before functions and views are made anew
------------------------------------------------------------------------------

ALTER TABLE hcjwt.fetch_state ADD COLUMN fresh_for interval;
-- the table's trigger has this rule, and refuses more: an interval of days or months
ALTER TABLE hcjwt.help_centers DROP CONSTRAINT help_centers_leeway_check;

-- which the triggers see to: src/keys/trigger.h says why
ALTER TABLE hcjwt.help_centers ALTER leeway DROP DEFAULT, ALTER enabled DROP DEFAULT;
ALTER TABLE hcjwt.keys ALTER source DROP DEFAULT, ALTER first_seen DROP DEFAULT,
	ALTER last_seen DROP DEFAULT, DROP CONSTRAINT keys_source_check;
ALTER TABLE hcjwt.fetch_state ALTER consecutive_failures DROP DEFAULT;

COMMENT ON TABLE hcjwt.fetch_state IS
'What the fetcher must know after a restart; read it through the view hcjwt.status';
COMMENT ON COLUMN hcjwt.keys.source IS
'"fetched" by the fetcher, or "imported" by hand, which wins and does not age';
COMMENT ON COLUMN hcjwt.fetch_state.last_attempt IS
'when the last attempt that ended began';
COMMENT ON COLUMN hcjwt.fetch_state.last_result IS
'when it ended';
COMMENT ON COLUMN hcjwt.fetch_state.fresh_for IS
'how long the stored keys are fresh after a success, by their answer''s headers; kept by a 304 without such (RFC 9111, section 4.3.4)';
COMMENT ON COLUMN hcjwt.help_centers.keys_url IS
'https URL of its JWK Set; NULL means base_url || ''/api/v2/help_center/integration/keys.json''; ''none'': nothing is fetched, keys are imported or replicated';

-- Some functions get more arguments or results.  To DROP and CREATE a function would
-- fail where something depends on it, and would lose administrators' grants.  (A GRANT
-- in this script counts as the extension's own, which pg_dump leaves out.)  So the
-- function stays, and gets the arguments of another one, which is made only for that.
CREATE FUNCTION hcjwt.import_keys_1_1(help_center text, jwks jsonb,
	prune bool DEFAULT false)
	RETURNS int4
	AS 'MODULE_PATHNAME', 'hcjwt_import_keys' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
CREATE FUNCTION hcjwt.new_token_1_1(help_center text,
	email text DEFAULT NULL, password text DEFAULT NULL,
	api_token text DEFAULT NULL, oauth_token text DEFAULT NULL,
	on_behalf_of text DEFAULT NULL)
	RETURNS text
	AS '$libdir/hcjwt_http', 'hcjwt_new_token' LANGUAGE C VOLATILE PARALLEL UNSAFE
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
CREATE FUNCTION hcjwt.show_session_1_1(help_center text,
	email text DEFAULT NULL, password text DEFAULT NULL,
	api_token text DEFAULT NULL, oauth_token text DEFAULT NULL,
	on_behalf_of text DEFAULT NULL)
	RETURNS jsonb
	AS '$libdir/hcjwt_http', 'hcjwt_show_session' LANGUAGE C VOLATILE PARALLEL UNSAFE
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
CREATE FUNCTION hcjwt.check_policies_1_1(api_role regrole DEFAULT NULL, custom_claims jsonb DEFAULT NULL)
	RETURNS TABLE (severity text, relation regclass, policy name, problem text, advice text)
	LANGUAGE sql SET search_path = pg_catalog, pg_temp
	AS 'SELECT NULL::text, NULL::regclass, NULL::name, NULL::text, NULL::text';
CREATE FUNCTION hcjwt.counters_1_1(OUT verified int8, OUT from_cache int8,
	OUT rejected int8, OUT rejected_by_reason jsonb,
	OUT fetches int8, OUT fetch_failures int8,
	OUT since timestamptz, OUT fetch_seconds float8,
	OUT key_waits int8, OUT key_wait_seconds float8)
	AS 'MODULE_PATHNAME', 'hcjwt_counters' LANGUAGE C VOLATILE PARALLEL RESTRICTED;
UPDATE pg_proc AS old
SET pronargs = new.pronargs, pronargdefaults = new.pronargdefaults, proargtypes = new.proargtypes,
	proallargtypes = new.proallargtypes, proargmodes = new.proargmodes, proargnames = new.proargnames,
	proargdefaults = new.proargdefaults
FROM pg_proc AS new
WHERE old.pronamespace = 'hcjwt'::regnamespace AND new.pronamespace = old.pronamespace
	AND new.proname = concat(old.proname, '_1_1');
DROP FUNCTION hcjwt.import_keys_1_1, hcjwt.new_token_1_1, hcjwt.show_session_1_1, hcjwt.check_policies_1_1,
	hcjwt.counters_1_1;
