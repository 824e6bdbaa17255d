/* hcjwt--1.0--1.1.sql */

-- complain if script is sourced in psql, rather than via ALTER EXTENSION
\echo Use "ALTER EXTENSION hcjwt UPDATE TO '1.1'" to load this file. \quit

------------------------------------------------------------------------------
-- Tables
------------------------------------------------------------------------------

COMMENT ON COLUMN hcjwt.keys.source IS
'"fetched" by the fetcher, or "imported" by hand, which wins and does not age';
COMMENT ON TABLE hcjwt.fetch_state IS
'What the fetcher must know after a restart; read it through the view hcjwt.status';
COMMENT ON FUNCTION hcjwt.add_help_center(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text[], pg_catalog.text, pg_catalog.text, pg_catalog.interval) IS
'registers a help center, whose keys are fetched after the commit; without base_url, name means https://NAME.zendesk.com; raises 22023, 42710 when the name is taken';
COMMENT ON FUNCTION hcjwt.refresh(pg_catalog.text, pg_catalog.interval) IS
'has keys fetched now, waits for it, and returns hcjwt.status; raises 55000 where there is no worker or help centers were changed in this transaction, 42704 for an unknown one';
COMMENT ON COLUMN hcjwt.fetch_state.last_attempt IS
'when the last attempt that ended began';
COMMENT ON COLUMN hcjwt.fetch_state.last_result IS
'when it ended';

------------------------------------------------------------------------------
-- Triggers
------------------------------------------------------------------------------

-- a DELETE fires it too: see the C function
DROP TRIGGER check_help_center ON hcjwt.help_centers;
CREATE TRIGGER check_help_center BEFORE INSERT OR UPDATE OR DELETE ON hcjwt.help_centers
	FOR EACH ROW EXECUTE FUNCTION hcjwt.check_help_center();
ALTER TABLE hcjwt.help_centers ENABLE ALWAYS TRIGGER check_help_center;

------------------------------------------------------------------------------
-- Session
------------------------------------------------------------------------------

COMMENT ON FUNCTION hcjwt.claims() IS
'all claims of the transaction''s token; NULL without one; raises as hcjwt.verify() does, and 28J05 where the query has read another token';
COMMENT ON FUNCTION hcjwt.claim(pg_catalog.text) IS
'one claim of the transaction''s token as text, as claims() ->> name; NULL without it or without a token; raises as claims() does';

------------------------------------------------------------------------------
-- Tables and their triggers
------------------------------------------------------------------------------

ALTER TABLE hcjwt.fetch_state ADD COLUMN fresh_for pg_catalog.interval;

CREATE FUNCTION hcjwt.check_fetch_state() RETURNS pg_catalog.trigger
	AS 'MODULE_PATHNAME', 'hcjwt_check_fetch_state' LANGUAGE C
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
CREATE TRIGGER check_fetch_state BEFORE INSERT OR UPDATE OR DELETE ON hcjwt.fetch_state
	FOR EACH ROW EXECUTE FUNCTION hcjwt.check_fetch_state();
ALTER TABLE hcjwt.fetch_state ENABLE ALWAYS TRIGGER check_fetch_state;

COMMENT ON COLUMN hcjwt.fetch_state.fresh_for IS
'how long the stored keys are fresh after a success, by their answer''s headers; kept by a 304 without such (RFC 9111, section 4.3.4)';
COMMENT ON COLUMN hcjwt.help_centers.keys_url IS
'https URL of its JWK Set; NULL means base_url || ''/api/v2/help_center/integration/keys.json''; ''none'': nothing is fetched, keys are imported or replicated';
COMMENT ON FUNCTION hcjwt.check_help_center() IS
'trigger: refuses a help center that could not be used (22023), merges one that replication or a restore brings again';
COMMENT ON FUNCTION hcjwt.check_fetch_state() IS
'trigger: of rows that replication brings, takes those of help centers that this server does not fetch from';

------------------------------------------------------------------------------
-- import_keys(... prune): every role that could call it keeps that right
------------------------------------------------------------------------------

SELECT pg_catalog.set_config('hcjwt_update.import_keys_acl', COALESCE(p.proacl::pg_catalog.text, '{}'), true)
FROM pg_catalog.pg_proc p
WHERE p.oid OPERATOR(pg_catalog.=) 'hcjwt.import_keys(pg_catalog.text, pg_catalog.jsonb)'::pg_catalog.regprocedure;
DROP FUNCTION hcjwt.import_keys(pg_catalog.text, pg_catalog.jsonb);
CREATE FUNCTION hcjwt.import_keys(help_center pg_catalog.text, jwks pg_catalog.jsonb,
	prune pg_catalog.bool DEFAULT false)
	RETURNS pg_catalog.int4
	AS 'MODULE_PATHNAME', 'hcjwt_import_keys' LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
DO LANGUAGE plpgsql $$
DECLARE
	may record;
BEGIN
	FOR may IN
		SELECT DISTINCT a.grantee
		FROM pg_catalog.pg_proc p CROSS JOIN LATERAL pg_catalog.aclexplode(
				COALESCE(p.proacl, pg_catalog.acldefault('f', p.proowner))) a
		WHERE p.oid OPERATOR(pg_catalog.=) 'hcjwt.import_keys'::pg_catalog.regproc
			AND a.grantee OPERATOR(pg_catalog.<>) p.proowner
	LOOP
		EXECUTE pg_catalog.concat('REVOKE ALL ON FUNCTION hcjwt.import_keys FROM ',
			CASE WHEN may.grantee OPERATOR(pg_catalog.=) 0 THEN 'PUBLIC'
				ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(may.grantee)) END);
	END LOOP;
	FOR may IN
		SELECT a.grantee, pg_catalog.bool_or(a.is_grantable) AS further
		FROM pg_catalog.aclexplode(pg_catalog.current_setting('hcjwt_update.import_keys_acl')::pg_catalog.aclitem[]) a
			JOIN pg_catalog.pg_proc p ON p.oid OPERATOR(pg_catalog.=) 'hcjwt.import_keys'::pg_catalog.regproc
		WHERE a.grantee OPERATOR(pg_catalog.<>) p.proowner
		GROUP BY a.grantee
	LOOP
		EXECUTE pg_catalog.concat('GRANT EXECUTE ON FUNCTION hcjwt.import_keys TO ',
			CASE WHEN may.grantee OPERATOR(pg_catalog.=) 0 THEN 'PUBLIC'
				ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(may.grantee)) END,
			CASE WHEN may.further THEN ' WITH GRANT OPTION' END);
	END LOOP;
END
$$;
COMMENT ON FUNCTION hcjwt.import_keys(pg_catalog.text, pg_catalog.jsonb, pg_catalog.bool) IS
'takes the usable keys of a JWK Set (RFC 7517, section 5) as imported ones and returns their number; prune deletes imported keys that the set lacks, revoked ones excepted; raises 22023 when there is none that is usable, 42704 for an unknown help center';

------------------------------------------------------------------------------
-- Refresh
------------------------------------------------------------------------------

CREATE FUNCTION hcjwt.triggers(OUT trigger_name pg_catalog.text, OUT repair pg_catalog.text)
	RETURNS SETOF pg_catalog.record
	AS 'MODULE_PATHNAME', 'hcjwt_triggers' LANGUAGE C STABLE PARALLEL RESTRICTED
	ROWS 1;
COMMENT ON FUNCTION hcjwt.triggers() IS
'internal, for hcjwt.status: the extension''s triggers that are not in force (missing, disabled or not ENABLE ALWAYS), and the statements that repair them';

CREATE FUNCTION hcjwt.help_center_status(hcjwt.help_centers, hcjwt.fetch_state,
	imported pg_catalog.int8, fetched pg_catalog.int8, revoked pg_catalog.bool,
	crowded pg_catalog.bool, twin pg_catalog.text, repair pg_catalog.text,
	OUT state pg_catalog.text, OUT trusted_keys pg_catalog.int8,
	OUT last_attempt pg_catalog.timestamptz, OUT last_success pg_catalog.timestamptz,
	OUT http_status pg_catalog.int4, OUT last_error pg_catalog.text,
	OUT consecutive_failures pg_catalog.int4, OUT next_attempt pg_catalog.timestamptz,
	OUT etag pg_catalog.text, OUT advice pg_catalog.text)
	RETURNS pg_catalog.record
	AS 'MODULE_PATHNAME', 'hcjwt_help_center_status' LANGUAGE C VOLATILE PARALLEL RESTRICTED;
COMMENT ON FUNCTION hcjwt.help_center_status IS
'internal, for hcjwt.status: what is known of a help center and its keys, in words, with advice';

CREATE OR REPLACE VIEW hcjwt.status AS
	WITH usable AS NOT MATERIALIZED (
		-- but for hcjwt.max_stale, which help_center_status() judges
		SELECT k.help_center, k.kid, k.thumbprint
		FROM hcjwt.keys k
			JOIN hcjwt.help_centers h ON h.name OPERATOR(pg_catalog.=) k.help_center AND h.enabled
		WHERE k.retired_at IS NULL AND k.revoked_at IS NULL
	), twins AS MATERIALIZED (
		-- a key that several help centers list, as brands of one account do
		SELECT u.kid, u.thumbprint, pg_catalog.min(u.help_center) AS first,
			pg_catalog.max(u.help_center) AS last
		FROM usable u
		GROUP BY u.kid, u.thumbprint
		HAVING pg_catalog.count(*) OPERATOR(pg_catalog.>) 1
	), crowds AS MATERIALIZED (
		-- a kid with more keys than are tried on a token that names no help center
		SELECT u.kid
		FROM usable u
		GROUP BY u.kid
		HAVING pg_catalog.count(DISTINCT u.thumbprint) OPERATOR(pg_catalog.>) 4
	)
	SELECT h.name AS help_center, s.state, s.trusted_keys, s.last_attempt, s.last_success,
		s.http_status, s.last_error, s.consecutive_failures, s.next_attempt, s.etag, s.advice
	FROM hcjwt.help_centers h
		CROSS JOIN (SELECT pg_catalog.string_agg(t.repair, ' ') AS repair
			FROM hcjwt.triggers() t) g
		LEFT JOIN hcjwt.fetch_state f ON f.help_center OPERATOR(pg_catalog.=) h.name
		CROSS JOIN LATERAL (SELECT
				pg_catalog.count(*) FILTER (WHERE k.source OPERATOR(pg_catalog.=) 'imported') AS imported,
				pg_catalog.count(*) FILTER (WHERE k.source OPERATOR(pg_catalog.=) 'fetched') AS fetched
			FROM hcjwt.keys k
			WHERE k.help_center OPERATOR(pg_catalog.=) h.name
				AND k.retired_at IS NULL AND k.revoked_at IS NULL
				AND NOT EXISTS (SELECT FROM hcjwt.keys r
					WHERE r.help_center OPERATOR(pg_catalog.=) h.name
						AND r.thumbprint OPERATOR(pg_catalog.=) k.thumbprint
						AND r.revoked_at IS NOT NULL)) k
		CROSS JOIN LATERAL hcjwt.help_center_status(h, f, k.imported, k.fetched,
			EXISTS (SELECT FROM hcjwt.keys r
				WHERE r.help_center OPERATOR(pg_catalog.=) h.name
					AND r.retired_at IS NULL AND r.revoked_at IS NOT NULL),
			EXISTS (SELECT FROM usable u
					JOIN crowds c ON c.kid OPERATOR(pg_catalog.=) u.kid
				WHERE u.help_center OPERATOR(pg_catalog.=) h.name),
			(SELECT pg_catalog.min(CASE WHEN t.first OPERATOR(pg_catalog.=) h.name THEN t.last ELSE t.first END)
				FROM usable u
					JOIN twins t ON t.kid OPERATOR(pg_catalog.=) u.kid
						AND t.thumbprint OPERATOR(pg_catalog.=) u.thumbprint
				WHERE u.help_center OPERATOR(pg_catalog.=) h.name),
			g.repair) s;

DROP FUNCTION hcjwt.worker();

COMMENT ON VIEW hcjwt.status IS
'how each help center''s keys are: state is fresh, stale, expired, never fetched, failing (why), not fetched, no trusted key, disabled, no worker or triggers not in force, and advice says what to do about it';

COMMENT ON COLUMN hcjwt.status.state IS
'fresh, stale, expired, never fetched, failing (why), not fetched, no trusted key, disabled, no worker, or triggers not in force';

------------------------------------------------------------------------------
-- new_token() and show_session() take on_behalf_of
------------------------------------------------------------------------------

-- Each stays the function that it is, and gets one argument more: that of a function
-- made for this only.  DROP and CREATE would fail where something depends on it, and
-- would lose administrators' grants.  A GRANT in this script would not bring these
-- back: it counts as the extension's own, which pg_dump leaves out.
CREATE FUNCTION hcjwt.new_token_1_1(help_center pg_catalog.text,
	email pg_catalog.text DEFAULT NULL, password pg_catalog.text DEFAULT NULL,
	api_token pg_catalog.text DEFAULT NULL, oauth_token pg_catalog.text DEFAULT NULL,
	on_behalf_of pg_catalog.text DEFAULT NULL)
	RETURNS pg_catalog.text
	AS '$libdir/hcjwt_http', 'hcjwt_new_token' LANGUAGE C VOLATILE PARALLEL UNSAFE
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
CREATE FUNCTION hcjwt.show_session_1_1(help_center pg_catalog.text,
	email pg_catalog.text DEFAULT NULL, password pg_catalog.text DEFAULT NULL,
	api_token pg_catalog.text DEFAULT NULL, oauth_token pg_catalog.text DEFAULT NULL,
	on_behalf_of pg_catalog.text DEFAULT NULL)
	RETURNS pg_catalog.jsonb
	AS '$libdir/hcjwt_http', 'hcjwt_show_session' LANGUAGE C VOLATILE PARALLEL UNSAFE
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
UPDATE pg_catalog.pg_proc AS old
SET pronargs = new.pronargs, pronargdefaults = new.pronargdefaults, proargtypes = new.proargtypes,
	proargnames = new.proargnames, proargdefaults = new.proargdefaults
FROM pg_catalog.pg_proc AS new
WHERE (old.oid OPERATOR(pg_catalog.=) 'hcjwt.new_token(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text)'::pg_catalog.regprocedure
		AND new.oid OPERATOR(pg_catalog.=) 'hcjwt.new_token_1_1'::pg_catalog.regproc)
	OR (old.oid OPERATOR(pg_catalog.=) 'hcjwt.show_session(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text)'::pg_catalog.regprocedure
		AND new.oid OPERATOR(pg_catalog.=) 'hcjwt.show_session_1_1'::pg_catalog.regproc);
DROP FUNCTION hcjwt.new_token_1_1(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text);
DROP FUNCTION hcjwt.show_session_1_1(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text);
COMMENT ON FUNCTION hcjwt.new_token(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) IS
'a new JWT of a user (vendor: New Token): of the owner of oauth_token, or of on_behalf_of, an e-mail address or id, when an administrator''s oauth_token has the scope impersonate; or of email with api_token or password; pass credentials as bind parameters; asks over the network; raises 28000 (401, 403, no token in the answer), 22023, and what list_public_keys() does';
COMMENT ON FUNCTION hcjwt.show_session(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) IS
'{"csrf_token": "..."}, what the sessions endpoint answers these credentials, or an anonymous visitor (vendor: Show Session): shows that the endpoint answers, and no more, since the session''s cookie is not kept; asks over the network; raises as new_token() does';

------------------------------------------------------------------------------
-- list_custom_claims()
------------------------------------------------------------------------------

CREATE FUNCTION hcjwt.list_custom_claims(help_center pg_catalog.text,
	email pg_catalog.text DEFAULT NULL, password pg_catalog.text DEFAULT NULL,
	api_token pg_catalog.text DEFAULT NULL, oauth_token pg_catalog.text DEFAULT NULL)
	RETURNS pg_catalog.jsonb
	AS '$libdir/hcjwt_http', 'hcjwt_list_custom_claims' LANGUAGE C VOLATILE PARALLEL UNSAFE
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION hcjwt.list_custom_claims(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text) IS
'the custom claims that the account adds to this brand''s tokens (vendor: List Account Custom Claims): an array of objects with claim_identifier, claim_value and so on; the credentials, as for new_token(), must be an administrator''s; asks over the network; raises as new_token() does';

------------------------------------------------------------------------------
-- Insight
------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION hcjwt.check_policies()
	RETURNS TABLE (relation pg_catalog.regclass, policy pg_catalog.name,
		problem pg_catalog.text, advice pg_catalog.text)
	LANGUAGE sql STABLE PARALLEL UNSAFE
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	WITH RECURSIVE called AS MATERIALIZED (
		-- our functions that a policy calls, or a column's default, and so on
		SELECT d.classid, d.objid, p.proname
		FROM pg_catalog.pg_depend d
			JOIN pg_catalog.pg_proc p ON p.oid = d.refobjid
		WHERE d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass
			AND p.pronamespace = 'hcjwt'::pg_catalog.regnamespace
	), ours AS MATERIALIZED (
		-- policies that ask for the token
		SELECT pol.oid, pol.polrelid, pol.polname, pol.polcmd,
			array_agg(c.proname) AS functions
		FROM pg_catalog.pg_policy pol
			JOIN called c ON c.objid = pol.oid
				AND c.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass
		GROUP BY pol.oid, pol.polrelid, pol.polname, pol.polcmd
	), protected AS MATERIALIZED (
		SELECT c.oid, c.relname, c.relowner, c.relrowsecurity, c.relforcerowsecurity
		FROM pg_catalog.pg_class c
		WHERE EXISTS (SELECT FROM ours WHERE ours.polrelid = c.oid)
	), unbound AS MATERIALIZED (
		-- roles for whom the policies of a protected table do not hold
		SELECT p.oid AS relid, o.oid AS roleid, o.rolname
		FROM protected p
			CROSS JOIN pg_catalog.pg_roles o
		WHERE o.rolsuper OR o.rolbypassrls
			OR (NOT p.relforcerowsecurity AND pg_has_role(o.oid, p.relowner, 'USAGE'))
	), view_of AS MATERIALIZED (
		-- views, and what they read
		SELECT DISTINCT d.refobjid AS relid, v.oid, v.relkind, v.relowner, v.relacl,
			EXISTS (SELECT FROM pg_options_to_table(v.reloptions) AS option
				WHERE option.option_name = 'security_invoker' AND option.option_value::pg_catalog.bool) AS invoker
		FROM pg_catalog.pg_depend d
			JOIN pg_catalog.pg_rewrite w ON w.oid = d.objid
			JOIN pg_catalog.pg_class v ON v.oid = w.ev_class AND v.relkind IN ('v', 'm')
		WHERE d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
			AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
			AND d.refobjid <> v.oid
	), reading AS (
		-- those that read a protected table, themselves or through other views: one
		-- of the invoker's reads as the view does that it is read by
		SELECT p.oid AS relid, v.oid, v.relkind, v.relowner, v.relacl, v.invoker
		FROM protected p
			JOIN view_of v ON v.relid = p.oid
		UNION
		SELECT r.relid, v.oid, v.relkind, v.relowner, v.relacl, v.invoker
		FROM reading r
			JOIN view_of v ON v.relid = r.oid
		WHERE r.relkind = 'v' AND (r.invoker OR v.relkind = 'm')
	), required AS MATERIALIZED (
		-- hcjwt.required_help_center on roles and databases
		SELECT s.setdatabase, s.setrole, substr(item, strpos(item, '=') + 1) AS help_center
		FROM pg_catalog.pg_db_role_setting s
			CROSS JOIN LATERAL unnest(s.setconfig) AS item
		WHERE item LIKE 'hcjwt.required\_help\_center=_%'
			AND s.setdatabase IN (0, (SELECT d.oid FROM pg_catalog.pg_database d
				WHERE d.datname = current_database()))
	), granted (what, grantee, repair) AS MATERIALIZED (
		-- rights by which somebody can say who is believed, with the role that has each
		SELECT format('has %s on %s', a.privilege_type, c.oid::pg_catalog.regclass), a.grantee,
			format('REVOKE %s ON %s FROM', a.privilege_type, c.oid::pg_catalog.regclass)
		FROM pg_catalog.pg_class c
			CROSS JOIN LATERAL (
				SELECT t.grantee, t.privilege_type FROM aclexplode(c.relacl) AS t
				UNION
				SELECT t.grantee, t.privilege_type
				FROM pg_catalog.pg_attribute att
					CROSS JOIN LATERAL aclexplode(att.attacl) AS t
				WHERE att.attrelid = c.oid) AS a
		WHERE c.oid = ANY ('{hcjwt.help_centers,hcjwt.keys,hcjwt.fetch_state}'::pg_catalog.regclass[])
			AND a.privilege_type IN ('INSERT', 'UPDATE', 'DELETE', 'REFERENCES', 'TRIGGER')
			AND a.grantee <> c.relowner
		UNION ALL
		SELECT format('may call %s()', p.oid::pg_catalog.regproc), a.grantee,
			format('REVOKE EXECUTE ON FUNCTION %s FROM', p.oid::pg_catalog.regprocedure)
		FROM pg_catalog.pg_proc p
			CROSS JOIN LATERAL aclexplode(p.proacl) AS a
		WHERE p.pronamespace = 'hcjwt'::pg_catalog.regnamespace AND a.grantee <> p.proowner
			AND p.proname IN ('add_help_center', 'drop_help_center', 'import_keys', 'revoke_key', 'unrevoke_key')
		UNION ALL
		SELECT 'may create functions in schema hcjwt', a.grantee, 'REVOKE CREATE ON SCHEMA hcjwt FROM'
		FROM pg_catalog.pg_namespace n
			CROSS JOIN LATERAL aclexplode(n.nspacl) AS a
		WHERE n.nspname = 'hcjwt' AND a.privilege_type = 'CREATE' AND a.grantee <> n.nspowner
		UNION ALL
		SELECT format('may set %s', p.parname), a.grantee,
			format('REVOKE %s ON PARAMETER %s FROM', a.privilege_type, p.parname)
		FROM pg_catalog.pg_parameter_acl p
			CROSS JOIN LATERAL aclexplode(p.paracl) AS a
		WHERE p.parname IN ('hcjwt.allow_session_token', 'hcjwt.required_help_center', 'hcjwt.allowed_hosts',
				'hcjwt.allow_http_loopback', 'hcjwt.ca_file', 'hcjwt.proxy', 'hcjwt.max_stale')
			AND NOT EXISTS (SELECT FROM pg_catalog.pg_roles g WHERE g.oid = a.grantee AND g.rolsuper)
		UNION ALL
		SELECT 'owns tables or functions of hcjwt', o.owner, 'let a superuser own them, not'
		FROM (SELECT n.nspowner FROM pg_catalog.pg_namespace n WHERE n.nspname = 'hcjwt'
				UNION SELECT c.relowner FROM pg_catalog.pg_class c WHERE c.relnamespace = 'hcjwt'::pg_catalog.regnamespace
				UNION SELECT p.proowner FROM pg_catalog.pg_proc p WHERE p.pronamespace = 'hcjwt'::pg_catalog.regnamespace
				UNION SELECT e.extowner FROM pg_catalog.pg_extension e WHERE e.extname = 'hcjwt') AS o (owner)
		UNION ALL
		SELECT CASE g.rolname WHEN 'pg_write_all_data' THEN 'may write all tables'
				ELSE 'can make itself a superuser' END,
			m.member, format('REVOKE %I FROM', g.rolname)
		FROM pg_catalog.pg_auth_members m
			JOIN pg_catalog.pg_roles g ON g.oid = m.roleid
		WHERE g.rolname IN ('pg_write_all_data', 'pg_execute_server_program', 'pg_write_server_files')
		UNION ALL
		-- until version 15 it may give itself any role that is no superuser
		SELECT 'has CREATEROLE', g.oid, 'do ALTER ROLE ... NOCREATEROLE for'
		FROM pg_catalog.pg_roles g
		WHERE g.rolcreaterole AND current_setting('server_version_num')::pg_catalog.int4 < 160000
	), trusted (rolname, may, repair) AS MATERIALIZED (
		-- roles, no superusers, that have such a right or can become one that has
		SELECT r.rolname,
			concat(g.what, CASE WHEN g.grantee = 0 THEN ', as everybody may'
				WHEN g.grantee <> r.oid THEN format(', as a member of %I', o.rolname) END),
			concat(g.repair, ' ', coalesce(quote_ident(o.rolname), 'PUBLIC'))
		FROM pg_catalog.pg_roles r
			JOIN granted g ON g.grantee = 0 OR pg_has_role(r.oid, g.grantee, 'MEMBER')
			LEFT JOIN pg_catalog.pg_roles o ON o.oid = g.grantee
		WHERE NOT r.rolsuper AND r.rolname !~ '^pg_'
			AND (g.grantee <> 0 OR r.rolcanlogin)
	), found (relid, polname, problem, advice) AS (
		SELECT p.oid, NULL::pg_catalog.name,
			'it has policies, but row-level security is not enabled'::pg_catalog.text,
			format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', p.oid::pg_catalog.regclass)
		FROM protected p
		WHERE NOT p.relrowsecurity
		UNION ALL
		SELECT p.oid, NULL,
			format('its owner %I may log in, or be used by a role that may, and its policies do not hold for the owner', o.rolname),
			format('ALTER TABLE %s FORCE ROW LEVEL SECURITY, and let the application log in as another role', p.oid::pg_catalog.regclass)
		FROM protected p
			JOIN pg_catalog.pg_roles o ON o.oid = p.relowner
		WHERE p.relrowsecurity AND NOT p.relforcerowsecurity AND NOT o.rolsuper
			AND EXISTS (SELECT FROM pg_catalog.pg_roles r
				WHERE r.rolcanlogin AND NOT r.rolsuper
					AND pg_has_role(r.oid, o.oid, 'MEMBER'))
		UNION ALL
		SELECT ours.polrelid, ours.polname,
			format('%s() tells a user only within one help center, and %s are enabled here',
				f.name, (SELECT count(*) FROM hcjwt.help_centers h WHERE h.enabled)),
			'add "AND hcjwt.help_center() = ..." to the policy, or set hcjwt.required_help_center on the application''s login role'
		FROM ours
			CROSS JOIN LATERAL unnest(ours.functions) AS f (name)
		WHERE f.name IN ('email', 'external_id')
			AND NOT 'help_center' = ANY (ours.functions)
			AND (SELECT count(*) FROM hcjwt.help_centers h WHERE h.enabled) > 1
			AND NOT EXISTS (SELECT FROM required q
					LEFT JOIN pg_catalog.pg_roles r ON r.oid = q.setrole
				WHERE q.setrole = 0 OR r.rolcanlogin)
		UNION ALL
		SELECT NULL, NULL,
			format('hcjwt.required_help_center is set on role %I, which cannot log in: settings of a role that is only granted, or SET ROLE to, do not apply', r.rolname),
			'set it on the role that logs in, or on the database'
		FROM required q
			JOIN pg_catalog.pg_roles r ON r.oid = q.setrole
		WHERE NOT r.rolcanlogin
		UNION ALL
		SELECT DISTINCT NULL::pg_catalog.oid, NULL::pg_catalog.name,
			format('hcjwt.required_help_center is set on %s to %L, which is not registered in this database: all tokens are refused',
				CASE WHEN q.setrole = 0 THEN 'the database' ELSE format('role %I', r.rolname) END, q.help_center),
			'correct the name, or call hcjwt.add_help_center(); nothing, if the role is for another database'
		FROM required q
			LEFT JOIN pg_catalog.pg_roles r ON r.oid = q.setrole
		WHERE NOT EXISTS (SELECT FROM hcjwt.help_centers h WHERE h.name = q.help_center)
			-- what a role has for all databases need not be for this one
			AND (q.setdatabase <> 0
				OR (EXISTS (SELECT FROM hcjwt.help_centers)
					AND NOT EXISTS (SELECT FROM required here
						WHERE here.setdatabase <> 0 AND here.setrole = q.setrole)))
		UNION ALL
		SELECT NULL, NULL,
			'hcjwt.required_help_center is set, but hcjwt is not preloaded, so it is no boundary',
			'add hcjwt to shared_preload_libraries and restart the server'
		WHERE EXISTS (SELECT FROM required)
			AND current_setting('shared_preload_libraries') !~ '(^|[ ,"/])hcjwt([ ,"]|$)'
		UNION ALL
		SELECT NULL, NULL,
			format('role %I %s, and so can say whose tokens are believed', t.rolname, t.may),
			concat(t.repair, ', unless the role is to administer hcjwt')
		FROM trusted t
		UNION ALL
		SELECT t.tgrelid, NULL,
			format('trigger %I is not one of hcjwt''s, and fires for nothing but COPY and TRUNCATE', t.tgname),
			format('DROP TRIGGER %I ON %s', t.tgname, t.tgrelid::pg_catalog.regclass)
		FROM pg_catalog.pg_trigger t
			JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
		WHERE NOT t.tgisinternal
			AND t.tgrelid = ANY ('{hcjwt.help_centers,hcjwt.keys,hcjwt.fetch_state}'::pg_catalog.regclass[])
			AND NOT EXISTS (SELECT FROM pg_catalog.pg_proc p
				WHERE p.oid = t.tgfoid AND p.pronamespace = c.relnamespace)
		UNION ALL
		SELECT pol.polrelid, pol.polname,
			'it reads request.jwt.claims, which any client can set',
			'use hcjwt.user_id(), hcjwt.claim() and so on: they read only what a key has signed'
		FROM pg_catalog.pg_policy pol
		WHERE concat(pg_get_expr(pol.polqual, pol.polrelid), pg_get_expr(pol.polwithcheck, pol.polrelid))
			LIKE '%request.jwt%'
		UNION ALL
		SELECT ours.polrelid, ours.polname,
			'no index begins with a column of its condition, so each query reads the whole table',
			format('CREATE INDEX ON %s (%s)', ours.polrelid::pg_catalog.regclass,
				(SELECT string_agg(quote_ident(a.attname), ' or ' ORDER BY a.attnum)
				FROM pg_catalog.pg_attribute a
					JOIN pg_catalog.pg_depend d ON d.refobjid = a.attrelid AND d.refobjsubid = a.attnum
				WHERE d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass AND d.objid = ours.oid
					AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
					AND d.refobjid = ours.polrelid))
		FROM ours
		WHERE ours.polcmd <> 'a'
			AND EXISTS (SELECT FROM pg_catalog.pg_depend d
				WHERE d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass AND d.objid = ours.oid
					AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
					AND d.refobjid = ours.polrelid AND d.refobjsubid > 0)
			AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
					JOIN pg_catalog.pg_index i ON i.indrelid = d.refobjid AND i.indisvalid
						AND (i.indkey[0] = d.refobjsubid
							-- or with an expression of it, such as lower(email)
							OR (i.indkey[0] = 0 AND EXISTS (SELECT FROM pg_catalog.pg_depend e
								WHERE e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND e.objid = i.indexrelid
									AND e.refobjid = d.refobjid AND e.refobjsubid = d.refobjsubid)))
				WHERE d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass AND d.objid = ours.oid
					AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
					AND d.refobjid = ours.polrelid AND d.refobjsubid > 0)
		UNION ALL
		SELECT pol.polrelid, pol.polname,
			'it opens rows to everybody without asking for the token: permissive policies add up',
			'name the roles it is for, or make it AS RESTRICTIVE'
		FROM pg_catalog.pg_policy pol
			JOIN protected p ON p.oid = pol.polrelid
		WHERE pol.polpermissive AND 0 = ANY (pol.polroles) AND pol.polcmd IN ('r', '*')
			AND NOT EXISTS (SELECT FROM ours WHERE ours.oid = pol.oid)
		UNION ALL
		SELECT v.oid, NULL,
			format('the view reads %s as its owner %I, whom the policies there may not concern',
				v.relid::pg_catalog.regclass, u.rolname),
			format('ALTER VIEW %s SET (security_invoker = true)', v.oid::pg_catalog.regclass)
		FROM reading v
			JOIN unbound u ON u.relid = v.relid AND u.roleid = v.relowner
		WHERE v.relkind = 'v' AND NOT v.invoker
		UNION ALL
		SELECT v.oid, NULL,
			format('the materialized view keeps rows of %s as its owner saw them, for all who may read it',
				v.relid::pg_catalog.regclass),
			format('REVOKE SELECT ON %s FROM %s, unless they may see all rows', v.oid::pg_catalog.regclass,
				string_agg(DISTINCT CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(r.rolname) END, ', '))
		FROM reading v
			CROSS JOIN LATERAL aclexplode(v.relacl) AS a
			LEFT JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
		WHERE v.relkind = 'm' AND a.privilege_type = 'SELECT' AND a.grantee <> v.relowner
		GROUP BY v.oid, v.relid
		UNION ALL
		SELECT p.oid, NULL,
			format('function %s names it, and is SECURITY DEFINER: it reads as its owner %I, whom the policies may not concern',
				f.oid::pg_catalog.regprocedure, u.rolname),
			format('have its conditions ask for hcjwt.user_id(), too; or ALTER FUNCTION %s SECURITY INVOKER',
				f.oid::pg_catalog.regprocedure)
		FROM protected p
			JOIN unbound u ON u.relid = p.oid
			JOIN pg_catalog.pg_proc f ON f.proowner = u.roleid
			JOIN pg_catalog.pg_language l ON l.oid = f.prolang AND NOT l.lanname IN ('internal', 'c')
			CROSS JOIN LATERAL concat(f.prosrc, pg_get_function_sqlbody(f.oid)) AS source
		WHERE f.prosecdef AND f.prorettype <> 'pg_catalog.trigger'::pg_catalog.regtype
			AND source ~* concat(E'\\m', regexp_replace(p.relname, '([^[:alnum:]_])', E'\\\\\\1', 'g'), E'\\M')
			AND source !~* E'\\mhcjwt\\.'
			-- somebody else may call it, and it is no extension's
			AND EXISTS (SELECT FROM aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) AS a
				WHERE a.privilege_type = 'EXECUTE' AND a.grantee <> f.proowner)
			AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
				WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = f.oid
					AND d.deptype = 'e')
	)
	SELECT found.relid::pg_catalog.regclass, found.polname, found.problem, found.advice
	FROM found
	ORDER BY found.relid::pg_catalog.regclass::pg_catalog.text NULLS FIRST, found.polname NULLS FIRST, found.problem;
$$;

CREATE FUNCTION hcjwt.check_policies(custom_claims pg_catalog.jsonb)
	RETURNS TABLE (relation pg_catalog.regclass, policy pg_catalog.name,
		problem pg_catalog.text, advice pg_catalog.text)
	LANGUAGE sql STABLE STRICT PARALLEL UNSAFE
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	WITH defined AS MATERIALIZED (
		SELECT DISTINCT claim ->> 'claim_identifier' AS name
		FROM jsonb_array_elements(check_policies.custom_claims) AS claim
	), read AS (
		-- claims that policies name: hcjwt.claim('x'), hcjwt.claims() ->> 'x'
		SELECT DISTINCT pol.polrelid, pol.polname, replace(found[1], '''''', '''') AS name
		FROM pg_catalog.pg_policy pol
			CROSS JOIN LATERAL regexp_matches(
				concat_ws(' ', pg_get_expr(pol.polqual, pol.polrelid), pg_get_expr(pol.polwithcheck, pol.polrelid)),
				E'hcjwt\\.claim(?:\\(|s\\(\\) ->>? )''((?:[^'']|'''')*)''::text', 'g') AS found
	), found (relation, policy, problem, advice) AS (
		SELECT p.relation, p.policy, p.problem, p.advice
		FROM hcjwt.check_policies() p
		UNION ALL
		SELECT r.polrelid::pg_catalog.regclass, r.polname,
			format('it reads the claim %L, which the account does not define: no token has it', r.name),
			'correct the name, or have an administrator of the account define it'
		FROM read r
		WHERE NOT r.name IN ('userId', 'email', 'externalId', 'exp', 'origin')
			AND NOT EXISTS (SELECT FROM defined d WHERE d.name = r.name)
		UNION ALL
		SELECT NULL, NULL,
			format('the account defines a custom claim %L, %s', d.name, own.effect),
			'have an administrator of the account give it another name'
		FROM defined d
			JOIN (VALUES
				('userId', 'a text in place of the number: user_id() is null for all users'),
				('email', 'the same for all users: email() cannot tell them apart'),
				('externalId', 'the same for all users: external_id() cannot tell them apart'),
				('exp', 'a text in place of the number: all tokens are refused'),
				('nbf', 'a text where there must be a number: all tokens are refused'),
				('iat', 'a text where there must be a number: all tokens are refused'),
				('origin', 'in place of the help center''s origin: tokens are refused, or pass for those of another brand'),
				('aud', 'which hcjwt compares with the audience of a help center that has one'),
				('iss', 'which hcjwt compares with the issuer of a help center that has one')
			) AS own (name, effect) ON own.name = d.name
	)
	SELECT found.relation, found.policy, found.problem, found.advice
	FROM found
	ORDER BY found.relation::pg_catalog.text NULLS FIRST, found.policy NULLS FIRST, found.problem;
$$;
COMMENT ON FUNCTION hcjwt.check_policies(pg_catalog.jsonb) IS
'what check_policies() finds, and policies that read a claim which is none of these custom claims, as hcjwt.list_custom_claims() returns them, and custom claims that have the name of one of a token''s own';

------------------------------------------------------------------------------
-- Privileges: what is new has those below, whatever the default privileges are
------------------------------------------------------------------------------

DO LANGUAGE plpgsql $$
DECLARE
	stray record;
BEGIN
	FOR stray IN
		SELECT p.oid::pg_catalog.regprocedure AS function, a.grantee
		FROM pg_catalog.pg_proc p
			CROSS JOIN LATERAL pg_catalog.aclexplode(p.proacl) a
		WHERE p.oid OPERATOR(pg_catalog.=) ANY ('{hcjwt.triggers(), "hcjwt.help_center_status(hcjwt.help_centers, hcjwt.fetch_state, pg_catalog.int8, pg_catalog.int8, pg_catalog.bool, pg_catalog.bool, pg_catalog.text, pg_catalog.text)",
				hcjwt.check_fetch_state(), hcjwt.check_policies(pg_catalog.jsonb),
				"hcjwt.list_custom_claims(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.text)"}'::pg_catalog.regprocedure[])
			AND a.grantee OPERATOR(pg_catalog.<>) p.proowner
	LOOP
		EXECUTE pg_catalog.concat('REVOKE ALL ON FUNCTION ', stray.function, ' FROM ',
			CASE WHEN stray.grantee OPERATOR(pg_catalog.=) 0 THEN 'PUBLIC'
				ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(stray.grantee)) END);
	END LOOP;
END
$$;

REVOKE ALL ON FUNCTION hcjwt.triggers(), hcjwt.help_center_status, hcjwt.check_fetch_state(), hcjwt.check_policies(pg_catalog.jsonb),
	hcjwt.list_custom_claims FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hcjwt.triggers(), hcjwt.help_center_status TO pg_monitor;

GRANT SELECT ON hcjwt.help_centers, hcjwt.keys TO pg_database_owner;

-- A GRANT in an extension's script makes of all that an object's ACL then has
-- initial privileges, which pg_dump leaves out.  Those that administrators gave
-- are not: they stay in dumps.
UPDATE pg_catalog.pg_init_privs i
SET initprivs = ARRAY(SELECT item
	FROM pg_catalog.unnest(i.initprivs) AS item
	WHERE EXISTS (SELECT FROM pg_catalog.aclexplode(ARRAY[item]) a
		WHERE a.grantee OPERATOR(pg_catalog.=) o.owner
			OR (o.of_table AND a.grantee OPERATOR(pg_catalog.=) 'pg_database_owner'::pg_catalog.regrole)))
FROM (
	SELECT 'pg_catalog.pg_class'::pg_catalog.regclass AS classoid, c.oid, c.relowner AS owner, true AS of_table
	FROM pg_catalog.pg_class c
	WHERE c.oid OPERATOR(pg_catalog.=) 'hcjwt.help_centers'::pg_catalog.regclass
		OR c.oid OPERATOR(pg_catalog.=) 'hcjwt.keys'::pg_catalog.regclass
	UNION ALL
	SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass, p.oid, p.proowner, false
	FROM pg_catalog.pg_proc p
	WHERE p.oid OPERATOR(pg_catalog.=) 'hcjwt.import_keys'::pg_catalog.regproc
) o
WHERE i.classoid OPERATOR(pg_catalog.=) o.classoid
	AND i.objoid OPERATOR(pg_catalog.=) o.oid AND i.objsubid OPERATOR(pg_catalog.=) 0;
