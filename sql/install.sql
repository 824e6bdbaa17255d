--
-- What CREATE EXTENSION makes, whatever objects and privileges are there before, and
-- who may use which part of it.
--
SET client_min_messages = warning;
DROP EXTENSION IF EXISTS hcjwt CASCADE;
DROP ROLE IF EXISTS regress_hcjwt_somebody;
CREATE ROLE regress_hcjwt_somebody;
\pset null '(null)'
-- since 18 errors of an extension's script have a context, with line numbers
\set SHOW_CONTEXT never
-- 19 has no other strings than the SQL standard's
SELECT current_setting('server_version_num')::int4 < 190000 AS has_old_strings \gset

-- A fingerprint of all that an installation has.
CREATE FUNCTION fingerprint() RETURNS text LANGUAGE sql
SET search_path = pg_catalog
BEGIN ATOMIC
	WITH members AS (
		SELECT d.classid, d.objid
		FROM pg_depend d JOIN pg_extension e ON d.refobjid = e.oid
		WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
			AND e.extname = 'hcjwt'
	), facts AS (
		SELECT pg_identify_object(classid, objid, 0)::text AS fact FROM members
		UNION ALL
		SELECT concat(pg_get_functiondef(p.oid), p.proacl) FROM pg_proc p
		WHERE p.pronamespace = to_regnamespace('hcjwt')
		UNION ALL
		SELECT concat(c.relname, c.relkind, c.relacl, c.relpersistence, c.reloptions,
			c.relrowsecurity, am.amname, c.reltablespace)
		FROM pg_class c LEFT JOIN pg_am am ON c.relam = am.oid
		WHERE c.relnamespace = to_regnamespace('hcjwt')
		UNION ALL
		SELECT concat(a.attrelid::regclass, a.attname, a.atttypid::regtype,
			a.attcollation::regcollation, a.attnotnull, a.attacl,
			pg_get_expr(d.adbin, d.adrelid))
		FROM pg_attribute a JOIN pg_class c ON a.attrelid = c.oid
			LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
		WHERE c.relnamespace = to_regnamespace('hcjwt') AND a.attnum > 0
		UNION ALL
		SELECT pg_get_constraintdef(oid) FROM pg_constraint
		WHERE connamespace = to_regnamespace('hcjwt')
		UNION ALL
		SELECT indexdef FROM pg_indexes WHERE schemaname = 'hcjwt'
		UNION ALL
		SELECT definition FROM pg_views WHERE schemaname = 'hcjwt'
		UNION ALL
		SELECT concat(pg_get_triggerdef(t.oid), t.tgenabled)
		FROM pg_trigger t JOIN pg_class c ON t.tgrelid = c.oid
		WHERE c.relnamespace = to_regnamespace('hcjwt') AND NOT t.tgisinternal
		UNION ALL
		SELECT concat(nspname, nspacl) FROM pg_namespace WHERE nspname = 'hcjwt'
		UNION ALL
		SELECT array_to_string(extcondition, '|') FROM pg_extension
		WHERE extname = 'hcjwt'
	)
	SELECT string_agg(fact, E'\n' ORDER BY fact COLLATE "C") FROM facts;
END;

CREATE EXTENSION hcjwt;
SELECT fingerprint() AS plain, length(fingerprint()) > 1000 AS is_one \gset
\echo :is_one

--
-- Its objects
--
SELECT p.oid::regprocedure AS function, pg_get_function_result(p.oid) AS returns,
	p.provolatile AS vol, p.proparallel AS par, p.proisstrict AS strict,
	p.prosecdef AS definer, p.proconfig AS settings,
	has_function_privilege('regress_hcjwt_somebody', p.oid, 'EXECUTE') AS public
FROM pg_proc p
WHERE p.pronamespace = 'hcjwt'::regnamespace
ORDER BY p.oid::regprocedure::text COLLATE "C";

-- Functions that run with the owner's rights have a pinned search_path, temporary
-- objects last.
SELECT oid::regprocedure FROM pg_proc
WHERE pronamespace = 'hcjwt'::regnamespace AND prosecdef
	AND proconfig IS DISTINCT FROM '{"search_path=pg_catalog, pg_temp"}';
-- None is leakproof.
SELECT oid::regprocedure FROM pg_proc
WHERE pronamespace = 'hcjwt'::regnamespace AND proleakproof;

SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod) AS type,
	a.attnotnull AS "not null", pg_get_expr(d.adbin, d.adrelid) AS "default"
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
	LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE c.relnamespace = 'hcjwt'::regnamespace AND c.relkind IN ('r', 'v') AND a.attnum > 0
ORDER BY c.relname COLLATE "C", a.attnum;
-- They have no defaults and no checks; their triggers do that work, and
-- src/keys/trigger.h says why.
SELECT conrelid::regclass, conname FROM pg_constraint
WHERE connamespace = 'hcjwt'::regnamespace AND contype = 'c' ORDER BY conname;

SELECT tgrelid::regclass, tgname, tgenabled = 'A' AS always
FROM pg_trigger JOIN pg_class c ON tgrelid = c.oid
WHERE c.relnamespace = 'hcjwt'::regnamespace AND NOT tgisinternal
ORDER BY tgrelid::regclass::text, tgname;

-- Logged tables only: standbys verify too.
SELECT relname FROM pg_class
WHERE relnamespace = 'hcjwt'::regnamespace AND relpersistence <> 'p';

-- What pg_dump takes
SELECT t::regclass, condition
FROM pg_extension, unnest(extconfig, extcondition) AS x (t, condition)
WHERE extname = 'hcjwt' ORDER BY t::regclass::text;

-- All is in the schema hcjwt, and nothing of ours is elsewhere.
SELECT pg_describe_object(d.classid, d.objid, 0)
FROM pg_depend d JOIN pg_extension e ON d.refobjid = e.oid,
	pg_identify_object(d.classid, d.objid, 0) i
WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
	AND e.extname = 'hcjwt' AND i.identity NOT LIKE 'hcjwt%';

-- Everything has a description.
SELECT pg_describe_object(d.classid, d.objid, 0) AS undescribed
FROM pg_depend d JOIN pg_extension e ON d.refobjid = e.oid
WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
	AND e.extname = 'hcjwt'
	AND d.classid <> 'pg_type'::regclass	-- row types of the tables
	AND obj_description(d.objid, d.classid::regclass::text::name) IS NULL
UNION ALL
SELECT pg_describe_object('pg_class'::regclass, a.attrelid, a.attnum)
FROM pg_attribute a JOIN pg_class c ON a.attrelid = c.oid
WHERE c.relnamespace = 'hcjwt'::regnamespace AND c.relkind IN ('r', 'v')
	AND a.attnum > 0 AND col_description(a.attrelid, a.attnum) IS NULL
ORDER BY 1;

-- Our settings: hcjwt.token is never among them.
LOAD 'hcjwt';
SELECT name, boot_val, unit, context, vartype, min_val, max_val, short_desc
FROM pg_settings WHERE name LIKE 'hcjwt%'
	AND context <> 'postmaster'		-- which there are only where it is preloaded
ORDER BY name COLLATE "C";

--
-- Who may do what
--
SELECT concat(object, ': ', privilege, ' to ', coalesce(nullif(grantee, 0)::regrole::text, 'PUBLIC')) AS granted
FROM (
	SELECT c.oid::regclass::text, a.privilege_type, a.grantee
	FROM pg_class c, aclexplode(c.relacl) a
	WHERE c.relnamespace = 'hcjwt'::regnamespace AND a.grantee <> c.relowner
	UNION ALL
	SELECT 'schema', a.privilege_type, a.grantee
	FROM pg_namespace n, aclexplode(n.nspacl) a
	WHERE nspname = 'hcjwt' AND a.grantee <> n.nspowner
	UNION ALL
	SELECT p.oid::regprocedure::text, a.privilege_type, a.grantee
	FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
	WHERE p.pronamespace = 'hcjwt'::regnamespace AND a.grantee <> p.proowner
) AS x (object, privilege, grantee)
ORDER BY 1;

SET ROLE regress_hcjwt_somebody;
\set VERBOSITY sqlstate
CREATE TABLE hcjwt.mine ();
CREATE FUNCTION hcjwt.verify(varchar) RETURNS jsonb LANGUAGE sql RETURN '{"userId": 1}'::jsonb;
CREATE FUNCTION hcjwt.user_id(VARIADIC int[] DEFAULT '{}') RETURNS bigint LANGUAGE sql RETURN 1;
CREATE OR REPLACE FUNCTION hcjwt.user_id() RETURNS bigint LANGUAGE sql RETURN 1;
ALTER FUNCTION hcjwt.user_id() RENAME TO other_id;
ALTER FUNCTION hcjwt.user_id() IMMUTABLE;
ALTER SCHEMA hcjwt RENAME TO mine;
DROP FUNCTION hcjwt.user_id();
DROP EXTENSION hcjwt;
ALTER EXTENSION hcjwt DROP FUNCTION hcjwt.user_id();
COMMENT ON FUNCTION hcjwt.user_id() IS 'mine';
SELECT * FROM hcjwt.help_centers;
SELECT * FROM hcjwt.keys;
SELECT * FROM hcjwt.fetch_state;
SELECT * FROM hcjwt.status;
SELECT * FROM hcjwt.stats;
INSERT INTO hcjwt.help_centers (name, base_url) VALUES ('mine', 'https://mine.example.com');
INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint) VALUES ('mine', 'k', '{}', '');
UPDATE hcjwt.help_centers SET enabled = true;
UPDATE hcjwt.keys SET revoked_at = NULL;
UPDATE hcjwt.fetch_state SET last_success = now();
DELETE FROM hcjwt.keys;
TRUNCATE hcjwt.keys;
CREATE TEMP TABLE child () INHERITS (hcjwt.keys);
CREATE TRIGGER mine BEFORE INSERT ON hcjwt.keys EXECUTE FUNCTION hcjwt.check_key();
CREATE TEMP TABLE t (a int);
CREATE TRIGGER mine BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION hcjwt.check_key();
CREATE POLICY mine ON hcjwt.keys;
ALTER TABLE hcjwt.keys DISABLE TRIGGER ALL;
COPY hcjwt.keys TO STDOUT;
SELECT hcjwt.add_help_center('mine');
SELECT hcjwt.drop_help_center('mine');
SELECT hcjwt.import_keys('mine', '{"keys": []}');
SELECT hcjwt.revoke_key('mine', 'k');
SELECT hcjwt.unrevoke_key('mine', 'k');
SELECT hcjwt.refresh();
SELECT hcjwt.list_public_keys('mine');
SELECT hcjwt.new_token('mine');
SELECT hcjwt.show_session('mine');
SELECT hcjwt.list_custom_claims('mine');
SELECT * FROM hcjwt.explain('x');
SET hcjwt.required_help_center = 'mine';
SELECT set_config('hcjwt.required_help_center', '', false);
RESET hcjwt.required_help_center;
SET hcjwt.allow_session_token = on;
SET hcjwt.allowed_hosts = '*';
SET hcjwt.max_stale = '100 years';
SHOW hcjwt.ca_file;
ALTER ROLE regress_hcjwt_somebody SET hcjwt.required_help_center = '';
ALTER ROLE regress_hcjwt_somebody SET hcjwt.allow_session_token = on;
ALTER SYSTEM SET hcjwt.allowed_hosts = '*';

-- What PUBLIC may use, without any privilege on the tables
SELECT hcjwt.try_verify('x'), hcjwt.try_verify(NULL), hcjwt.verify(NULL),
	hcjwt.authenticate(NULL), hcjwt.authenticate('');
SELECT hcjwt.claims(), hcjwt.claim('email'), hcjwt.user_id(), hcjwt.email(),
	hcjwt.external_id(), hcjwt.help_center(), hcjwt.expires_at();
\set VERBOSITY default
RESET ROLE;

-- EXECUTE is enough to use what is granted.
GRANT EXECUTE ON FUNCTION hcjwt.add_help_center, hcjwt.drop_help_center TO regress_hcjwt_somebody;
SET ROLE regress_hcjwt_somebody;
BEGIN;
SELECT hcjwt.add_help_center('acme');
SELECT hcjwt.drop_help_center('acme');
ROLLBACK;
RESET ROLE;

-- A member of pg_monitor sees the views, and nothing more.
GRANT pg_monitor TO regress_hcjwt_somebody;
SET ROLE regress_hcjwt_somebody;
SELECT count(*) FROM hcjwt.status;
SELECT count(*) FROM hcjwt.stats;
SELECT count(*) FROM hcjwt.keys;
SELECT hcjwt.refresh();
RESET ROLE;

--
-- Trigger functions are for their own tables.
--
CREATE TEMP TABLE other (a int, b int, c int, d int);
CREATE TRIGGER t BEFORE INSERT ON other FOR EACH ROW EXECUTE FUNCTION hcjwt.check_help_center();
INSERT INTO other VALUES (1, 2, 3, 4);
DROP TRIGGER t ON other;
CREATE TRIGGER t BEFORE INSERT ON other FOR EACH ROW EXECUTE FUNCTION hcjwt.check_key();
INSERT INTO other VALUES (1, 2, 3, 4);
DROP TRIGGER t ON other;
CREATE TRIGGER t AFTER INSERT ON other FOR EACH ROW EXECUTE FUNCTION hcjwt.key_changed();
INSERT INTO other VALUES (1, 2, 3, 4);
DROP TRIGGER t ON other;
CREATE TRIGGER t AFTER INSERT ON other FOR EACH ROW EXECUTE FUNCTION hcjwt.help_center_changed();
INSERT INTO other VALUES (1, 2, 3, 4);
DROP TABLE other;
BEGIN;
CREATE TRIGGER t AFTER INSERT ON hcjwt.keys FOR EACH STATEMENT EXECUTE FUNCTION hcjwt.key_changed();
COPY hcjwt.keys FROM PROGRAM 'true';	-- elsewhere it would not even fire
ROLLBACK;
BEGIN;
CREATE TRIGGER t AFTER INSERT ON hcjwt.help_centers FOR EACH ROW EXECUTE FUNCTION hcjwt.check_help_center();
COPY hcjwt.help_centers (name, base_url, origins) FROM PROGRAM 'printf ''a\thttps://a.example.com\t{*}\n''';
ROLLBACK;
SELECT hcjwt.check_key();

--
-- Where it can be installed, and where not
--
ALTER EXTENSION hcjwt SET SCHEMA public;
DROP EXTENSION hcjwt;
CREATE EXTENSION hcjwt SCHEMA public;
SET ROLE regress_hcjwt_somebody;
CREATE EXTENSION hcjwt;
RESET ROLE;

-- A schema that stands in the way, empty or not
CREATE SCHEMA hcjwt AUTHORIZATION regress_hcjwt_somebody;
CREATE EXTENSION hcjwt;
SET ROLE regress_hcjwt_somebody;
CREATE FUNCTION hcjwt.verify(varchar, varchar) RETURNS jsonb LANGUAGE sql RETURN '{"userId": 1}'::jsonb;
CREATE TABLE hcjwt.help_centers (name text);
RESET ROLE;
CREATE EXTENSION hcjwt;
CREATE EXTENSION IF NOT EXISTS hcjwt;
SELECT count(*) FROM pg_extension WHERE extname = 'hcjwt';
DROP SCHEMA hcjwt CASCADE;

--
-- A database that somebody prepared: default privileges, a search_path full of our
-- own and the server's names, and settings that change how a script is read.
--
ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC, regress_hcjwt_somebody;
ALTER DEFAULT PRIVILEGES GRANT ALL ON FUNCTIONS TO regress_hcjwt_somebody WITH GRANT OPTION;
ALTER DEFAULT PRIVILEGES GRANT ALL ON SCHEMAS TO PUBLIC, regress_hcjwt_somebody;
ALTER DEFAULT PRIVILEGES GRANT ALL ON TYPES TO regress_hcjwt_somebody;
CREATE SCHEMA hostile AUTHORIZATION regress_hcjwt_somebody;
SET ROLE regress_hcjwt_somebody;
SET search_path = hostile;
CREATE DOMAIN hostile.text AS pg_catalog.varchar CHECK (false);
CREATE DOMAIN hostile.jsonb AS pg_catalog.varchar CHECK (false);
CREATE DOMAIN hostile.timestamptz AS pg_catalog.varchar CHECK (false);
CREATE DOMAIN hostile.bool AS pg_catalog.varchar CHECK (false);
CREATE DOMAIN hostile."interval" AS pg_catalog.varchar CHECK (false);
CREATE FUNCTION hostile.trap() RETURNS pg_catalog.void LANGUAGE plpgsql
	AS 'BEGIN RAISE ''trapped''; END';
-- One function for each of the server's of this name, and one operator of this name for
-- each pair of types that a script may compare: as good a match, and found first.
CREATE PROCEDURE hostile.plant(names pg_catalog.text[]) LANGUAGE plpgsql AS $$
DECLARE
	one pg_catalog.record;
BEGIN
	FOR one IN
		SELECT p.proname, pg_catalog.oidvectortypes(p.proargtypes) AS types,
			pg_catalog.format_type(p.prorettype, NULL) AS result, p.proretset AS set
		FROM pg_catalog.pg_proc p
		WHERE p.pronamespace OPERATOR(pg_catalog.=) 'pg_catalog'::pg_catalog.regnamespace
			AND p.proname::pg_catalog.text OPERATOR(pg_catalog.=) ANY (names)
			AND p.prokind::pg_catalog.text OPERATOR(pg_catalog.=) 'f'
			AND p.provariadic OPERATOR(pg_catalog.=) 0
	LOOP
		EXECUTE pg_catalog.format('CREATE FUNCTION hostile.%I(%s) RETURNS %s%s LANGUAGE plpgsql AS ''BEGIN RAISE ''''trapped''''; END''',
			one.proname, one.types, CASE WHEN one.set THEN 'SETOF ' END, one.result);
	END LOOP;
	FOR one IN
		SELECT o.oprname, pg_catalog.format_type(o.oprleft, NULL) AS l,
			pg_catalog.format_type(o.oprright, NULL) AS r, pg_catalog.format_type(o.oprresult, NULL) AS result,
			pg_catalog.concat('operator_', o.oid) AS function
		FROM pg_catalog.pg_operator o
			JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) o.oprleft
				AND t.typtype::pg_catalog.text OPERATOR(pg_catalog.<>) 'p'
			JOIN pg_catalog.pg_type u ON u.oid OPERATOR(pg_catalog.=) o.oprright
				AND u.typtype::pg_catalog.text OPERATOR(pg_catalog.<>) 'p'
		WHERE o.oprnamespace OPERATOR(pg_catalog.=) 'pg_catalog'::pg_catalog.regnamespace
			AND o.oprname::pg_catalog.text OPERATOR(pg_catalog.=) ANY (names)
	LOOP
		EXECUTE pg_catalog.format('CREATE FUNCTION hostile.%I(%s, %s) RETURNS %s LANGUAGE plpgsql AS ''BEGIN RAISE ''''trapped''''; END''',
			one.function, one.l, one.r, one.result);
		EXECUTE pg_catalog.format('CREATE OPERATOR hostile.%s (FUNCTION = hostile.%I, LEFTARG = %s, RIGHTARG = %s)',
			one.oprname, one.function, one.l, one.r);
	END LOOP;
END $$;
CALL hostile.plant('{=,<>,<,<=,>,>=,+,-,||,~,!~,~*,!~*,~~,!~~,->>,
	now,clock_timestamp,current_setting,set_config,quote_ident,pg_get_userbyid,aclexplode,acldefault,
	pg_extension_config_dump,pg_get_expr,pg_has_role,pg_options_to_table,pg_get_function_sqlbody,
	substr,strpos,replace,regexp_replace,regexp_matches,jsonb_array_elements,current_database}');
CREATE AGGREGATE hostile.count(*) (SFUNC = pg_catalog.int8inc, STYPE = pg_catalog.int8, INITCOND = '-1000');
CREATE AGGREGATE hostile.min(pg_catalog.text) (SFUNC = pg_catalog.text_larger, STYPE = pg_catalog.text);
CREATE AGGREGATE hostile.max(pg_catalog.text) (SFUNC = pg_catalog.text_smaller, STYPE = pg_catalog.text);
CREATE FUNCTION hostile.concat(pg_catalog.text, pg_catalog.text) RETURNS pg_catalog.text
	LANGUAGE plpgsql AS 'BEGIN RAISE ''trapped''; END';
CREATE FUNCTION hostile.format(pg_catalog.text, pg_catalog.text) RETURNS pg_catalog.text
	LANGUAGE plpgsql AS 'BEGIN RAISE ''trapped''; END';
CREATE COLLATION hostile."C" (provider = libc, locale = 'POSIX');
CREATE TABLE hostile.pg_class (oid pg_catalog.oid);
CREATE TABLE hostile.pg_proc (oid pg_catalog.oid);
RESET ROLE;
CREATE TEMP TABLE help_centers (name pg_catalog.text);
CREATE TEMP TABLE keys (help_center pg_catalog.text, kid pg_catalog.text);
CREATE TEMP TABLE pg_namespace (oid pg_catalog.oid);

-- the traps work
SET search_path = hostile, pg_temp, pg_catalog;
SELECT 'a'::pg_catalog.text = 'a'::pg_catalog.text;
SELECT now();
\if :has_old_strings
SET standard_conforming_strings = off;
SET escape_string_warning = off;
\endif
SET backslash_quote = on;
SET check_function_bodies = off;
SET array_nulls = off;
SET IntervalStyle = sql_standard;
SET DateStyle = German;
SET quote_all_identifiers = on;
SET row_security = off;
SET session_replication_role = replica;
SET default_transaction_deferrable = on;
SET plpgsql.variable_conflict = use_variable;
SET default_toast_compression = pglz;
CREATE EXTENSION hcjwt;
RESET ALL;
SET client_min_messages = warning;
SELECT fingerprint() = :'plain' AS same;
DROP EXTENSION hcjwt;

-- an upgrade, with the traps in schema public
ALTER SCHEMA public RENAME TO regress_public;
ALTER SCHEMA hostile RENAME TO public;
CREATE EXTENSION hcjwt VERSION '1.0';
SET search_path = public, pg_temp, pg_catalog;
\if :has_old_strings
SET standard_conforming_strings = off;
SET escape_string_warning = off;
\endif
SET backslash_quote = on;
SET check_function_bodies = off;
SET array_nulls = off;
SET IntervalStyle = sql_standard;
SET DateStyle = German;
SET quote_all_identifiers = on;
SET row_security = off;
SET session_replication_role = replica;
SET default_transaction_deferrable = on;
SET plpgsql.variable_conflict = use_variable;
SET default_toast_compression = pglz;
ALTER EXTENSION hcjwt UPDATE;
RESET ALL;
SET client_min_messages = warning;
ALTER SCHEMA public RENAME TO hostile;
ALTER SCHEMA regress_public RENAME TO public;
SELECT fingerprint() = :'plain' AS same;
SELECT count(*) FROM pg_depend
WHERE deptype = 'n' AND refobjid IN (SELECT oid FROM pg_type WHERE typnamespace = 'hostile'::regnamespace)
	AND objid IN (SELECT oid FROM pg_proc WHERE pronamespace = 'hcjwt'::regnamespace);

-- and it works from there
SET search_path = hostile, pg_temp, pg_catalog;
BEGIN;
SELECT hcjwt.add_help_center('acme');
SELECT hcjwt.import_keys('acme', '{"keys": []}');
ROLLBACK;
BEGIN;
SELECT hcjwt.add_help_center('acme');
SELECT hcjwt.revoke_key('acme', 'k');
ROLLBACK;
BEGIN;
SELECT hcjwt.add_help_center('acme');
UPDATE hcjwt.help_centers SET base_url = 'https://other.example.com';
SELECT name, base_url, origins, leeway FROM hcjwt.help_centers;
SELECT hcjwt.drop_help_center('acme');
ROLLBACK;
RESET search_path;
DROP EXTENSION hcjwt;
ALTER DEFAULT PRIVILEGES REVOKE ALL ON TABLES FROM PUBLIC, regress_hcjwt_somebody;
ALTER DEFAULT PRIVILEGES REVOKE ALL ON FUNCTIONS FROM regress_hcjwt_somebody;
ALTER DEFAULT PRIVILEGES REVOKE ALL ON SCHEMAS FROM PUBLIC, regress_hcjwt_somebody;
ALTER DEFAULT PRIVILEGES REVOKE ALL ON TYPES FROM regress_hcjwt_somebody;

--
-- Dropped and made again within one session, which forgets what it knew of the tables.
-- Without the extension no key is trusted.
--
SELECT hcjwt.try_verify('x');
CREATE EXTENSION hcjwt;
CREATE TABLE protected (a int);
CREATE POLICY own ON protected USING (a = hcjwt.user_id());
DROP EXTENSION hcjwt;
DROP EXTENSION hcjwt CASCADE;
SELECT count(*) FROM pg_policies WHERE tablename = 'protected';
BEGIN;
CREATE EXTENSION hcjwt;
SELECT hcjwt.try_verify('x');
ROLLBACK;
CREATE EXTENSION hcjwt;
SELECT fingerprint() = :'plain' AS same;

DROP EXTENSION hcjwt;
DROP TABLE protected;
DROP FUNCTION fingerprint();
DROP OWNED BY regress_hcjwt_somebody CASCADE;
DROP ROLE regress_hcjwt_somebody;
