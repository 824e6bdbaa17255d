--
-- Nobody else's code runs with the rights of the owner of hcjwt's tables; check_policies()
-- finds who can say which tokens are believed; triggers that are not in force.
--
\getenv srcdir PG_ABS_SRCDIR
\set tokens :srcdir '/test/tokens.psql'
\i :tokens
SET client_min_messages = warning;
DROP EXTENSION IF EXISTS hcjwt CASCADE;
CREATE EXTENSION hcjwt;
DROP ROLE IF EXISTS regress_hcjwt_mallory, regress_hcjwt_app, regress_hcjwt_owner;
CREATE ROLE regress_hcjwt_mallory;
CREATE ROLE regress_hcjwt_app LOGIN;
GRANT ALL ON hcjwt.help_centers, hcjwt.keys, hcjwt.fetch_state TO regress_hcjwt_mallory;
GRANT ALL ON SCHEMA public TO regress_hcjwt_mallory;
INSERT INTO hcjwt.help_centers (name, base_url) VALUES ('acme', 'https://acme.example.com');

--
-- A role that has GRANT ALL can create triggers, but no write fires them
--
SET ROLE regress_hcjwt_mallory;
CREATE FUNCTION fired() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE WARNING '% % % by %', TG_WHEN, TG_OP, TG_TABLE_NAME,
		CASE WHEN current_user = session_user THEN 'us' ELSE current_user END;
	IF TG_LEVEL = 'ROW' AND TG_OP <> 'DELETE' THEN
		RETURN NEW;
	END IF;
	RETURN OLD;
END $$;
DO $$
DECLARE
	t text;
	w text;
	l text;
	n int := 0;
BEGIN
	FOREACH t IN ARRAY '{help_centers,keys,fetch_state}'::text[] LOOP
		FOREACH w IN ARRAY '{BEFORE,AFTER}'::text[] LOOP
			FOREACH l IN ARRAY '{ROW,STATEMENT}'::text[] LOOP
				n := n + 1;
				EXECUTE format('CREATE TRIGGER a%s %s INSERT OR UPDATE OR DELETE ON hcjwt.%s FOR EACH %s EXECUTE FUNCTION fired()', n, w, t, l);
			END LOOP;
		END LOOP;
		EXECUTE format('CREATE CONSTRAINT TRIGGER late AFTER INSERT OR UPDATE OR DELETE ON hcjwt.%s DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fired()', t);
	END LOOP;
END $$;
RESET ROLE;
SELECT hcjwt.add_help_center('beta', 'https://beta.zendesk.com');
SELECT hcjwt.import_keys('acme', :'acme_jwks');
SELECT hcjwt.revoke_key('acme', :'acme_kid');
SELECT hcjwt.unrevoke_key('acme', :'acme_kid');
INSERT INTO hcjwt.fetch_state (help_center, keys_url) VALUES ('beta', 'x'), ('acme', 'x') ON CONFLICT DO NOTHING;
INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint) SELECT 'beta', jwk ->> 'kid', jwk, '' FROM (SELECT :'beta_jwk'::jsonb AS jwk) j
	ON CONFLICT DO NOTHING;
UPDATE hcjwt.keys SET last_seen = now();
UPDATE hcjwt.help_centers SET base_url = 'https://new.example.com', name = 'new' WHERE name = 'acme';
SELECT help_center, kid = :'acme_kid' AS acme, retired_at IS NULL AS present FROM hcjwt.keys ORDER BY 1;
SELECT hcjwt.drop_help_center('beta');
MERGE INTO hcjwt.fetch_state s USING hcjwt.help_centers h ON h.name = s.help_center WHEN MATCHED THEN UPDATE SET keys_url = 'y';
WITH u AS (UPDATE hcjwt.fetch_state SET keys_url = 'z' RETURNING 1) SELECT count(*) < 2 AS done FROM u;
-- a statement of the role itself, too: what follows from it runs as the owner
SET ROLE regress_hcjwt_mallory;
UPDATE hcjwt.help_centers SET name = 'newer' WHERE name = 'new';
DELETE FROM hcjwt.help_centers;
RESET ROLE;
SELECT (SELECT count(*) FROM hcjwt.help_centers), (SELECT count(*) FROM hcjwt.keys), (SELECT count(*) FROM hcjwt.fetch_state);
SELECT relation, problem, advice FROM hcjwt.check_policies() WHERE relation = 'hcjwt.keys'::regclass;
-- on other tables her triggers fire
CREATE TABLE elsewhere (i int);
GRANT ALL ON elsewhere TO regress_hcjwt_mallory;
SET ROLE regress_hcjwt_mallory;
CREATE TRIGGER a BEFORE INSERT ON elsewhere FOR EACH ROW EXECUTE FUNCTION fired();
RESET ROLE;
INSERT INTO elsewhere VALUES (1);

--
-- A foreign key's actions run as the owner of its table, and leave nothing behind
--
INSERT INTO hcjwt.help_centers (name, base_url) VALUES ('acme', 'https://acme.example.com'), ('beta', 'https://beta.example.com');
SET ROLE regress_hcjwt_mallory;
CREATE TABLE tenants (help_center text REFERENCES hcjwt.help_centers ON UPDATE CASCADE ON DELETE CASCADE, note text);
INSERT INTO tenants VALUES ('acme', 'a'), ('beta', 'b');
CREATE FUNCTION tenant_fired() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	tried text;
BEGIN
	FOREACH tried IN ARRAY '{ALTER ROLE regress_hcjwt_mallory SUPERUSER,SET LOCAL ROLE NONE,CREATE TEMP TABLE left_behind ()}'::text[] LOOP
		BEGIN
			EXECUTE tried;
			RAISE WARNING '% by %: done', tried, current_user;
		EXCEPTION WHEN OTHERS THEN
			RAISE WARNING '% by %: %', tried, current_user, SQLSTATE;
		END;
	END LOOP;
	RETURN OLD;
END $$;
CREATE TRIGGER t BEFORE DELETE ON tenants FOR EACH ROW EXECUTE FUNCTION tenant_fired();
RESET ROLE;
-- an action would change rows of hers: her triggers, indexes and partitions come after that
SELECT hcjwt.drop_help_center('beta');
SET ROLE regress_hcjwt_mallory;
DROP TABLE tenants;
CREATE TABLE tenants (help_center text DEFAULT 'acme' REFERENCES hcjwt.help_centers ON DELETE SET DEFAULT);
INSERT INTO tenants VALUES ('beta');
RESET ROLE;
SELECT hcjwt.drop_help_center('beta');
SET ROLE regress_hcjwt_mallory;
DROP TABLE tenants;
CREATE TABLE tenants (help_center text, kid text, FOREIGN KEY (help_center, kid) REFERENCES hcjwt.keys ON DELETE CASCADE ON UPDATE CASCADE);
RESET ROLE;
SELECT hcjwt.import_keys('acme', :'acme_jwks');
SELECT hcjwt.revoke_key('acme', :'acme_kid'), hcjwt.unrevoke_key('acme', :'acme_kid');
SELECT hcjwt.import_keys('acme', :'beta_jwks', prune => true);
SELECT hcjwt.drop_help_center('acme');
SET ROLE regress_hcjwt_mallory;
DROP TABLE tenants;
CREATE TABLE tenants (help_center text REFERENCES hcjwt.help_centers DEFERRABLE INITIALLY DEFERRED);
RESET ROLE;
SELECT hcjwt.drop_help_center('beta');
SET ROLE regress_hcjwt_mallory;
DROP TABLE tenants;
-- a foreign key without an action runs its check as its owner, and leaves no setting behind
CREATE FUNCTION eq_fired(text, text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	RAISE WARNING 'by %', current_user;
	RETURN texteq($1, $2);
END $$;
CREATE OPERATOR public.= (LEFTARG = text, RIGHTARG = text, FUNCTION = eq_fired);
CREATE FUNCTION set_all(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
	PERFORM set_config('search_path', 'public, pg_catalog', false), set_config('hcjwt.token', 'x', false),
		set_config('statement_timeout', '77s', false);
	RETURN $1;
END $$;
CREATE TYPE center AS ENUM ('acme', 'beta', 'other');
CREATE FUNCTION to_text(center) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	IF current_user <> 'regress_hcjwt_mallory' THEN
		RAISE WARNING 'converted by %', current_user;
	END IF;
	PERFORM public.set_all('');
	RETURN enum_out($1);
END $$;
CREATE CAST (center AS text) WITH FUNCTION to_text(center) AS IMPLICIT;
CREATE TABLE tenants (help_center center);
INSERT INTO tenants VALUES ('other');
-- (since 18 the server itself refuses it)
DO $$
BEGIN
	ALTER TABLE tenants ADD FOREIGN KEY (help_center) REFERENCES hcjwt.help_centers NOT VALID;
EXCEPTION WHEN OTHERS THEN
	IF current_setting('server_version_num')::int < 180000 THEN
		RAISE;
	END IF;
END $$;
RESET ROLE;
SELECT hcjwt.drop_help_center('beta');
SELECT current_setting('search_path'), current_setting('hcjwt.token') AS token, current_setting('statement_timeout') AS timeout;
SET ROLE regress_hcjwt_mallory;
DROP TABLE tenants;
DROP TYPE center CASCADE;
DROP OPERATOR public.= (text, text);
-- a row's own look-up has the owner's rights, so it uses no conversion that a user made
CREATE TYPE center AS ENUM ('acme', 'other');
CREATE FUNCTION to_text(center) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RAISE WARNING 'converted by %', current_user;
	RETURN 'acme';
END $$;
CREATE CAST (center AS text) WITH FUNCTION to_text(center) AS IMPLICIT;
-- (or, since 18, refused by the server itself)
DO $$
BEGIN
	CREATE TABLE tenants (help_center center REFERENCES hcjwt.help_centers);
	INSERT INTO tenants VALUES ('acme');
	RAISE 'not refused';
EXCEPTION WHEN OTHERS THEN
	IF SQLERRM <> (CASE WHEN current_setting('server_version_num')::int < 180000
		THEN 'a conversion of type center would run with the rights of hcjwt''s owner'
		ELSE 'key columns are not both collatable' END) THEN
		RAISE;
	END IF;
END $$;
CREATE TABLE tenants (help_center varchar(20) REFERENCES hcjwt.help_centers);
INSERT INTO tenants VALUES ('acme');
INSERT INTO tenants VALUES ('none');
DROP TABLE tenants;
DROP TYPE center CASCADE;
CREATE TABLE tenants (help_center text, CONSTRAINT tenants_help_center_fkey FOREIGN KEY (help_center) REFERENCES hcjwt.help_centers);
INSERT INTO tenants VALUES ('acme');
RESET ROLE;
DELETE FROM hcjwt.help_centers WHERE name = 'beta';
SELECT name FROM hcjwt.help_centers;
-- without such a trigger a foreign key works as usual
SELECT hcjwt.drop_help_center('acme');
DROP TABLE tenants;
SELECT hcjwt.drop_help_center('acme');

--
-- Where the tables' owner is no superuser, the owner's defaults, constraints,
-- index expressions, rules and policies do not get a superuser's rights either
--
CREATE ROLE regress_hcjwt_owner;
GRANT ALL ON SCHEMA public TO regress_hcjwt_owner;
CREATE FUNCTION who_am_i() RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
	IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
		RAISE WARNING 'a superuser runs %', current_query();
	END IF;
	RETURN true;
END $$;
ALTER TABLE hcjwt.keys OWNER TO regress_hcjwt_owner;
ALTER TABLE hcjwt.help_centers OWNER TO regress_hcjwt_owner;
ALTER TABLE hcjwt.fetch_state OWNER TO regress_hcjwt_owner;
ALTER TABLE hcjwt.keys ADD CONSTRAINT spy CHECK (who_am_i());
CREATE INDEX spy ON hcjwt.keys ((who_am_i()));
ALTER TABLE hcjwt.keys ALTER first_seen SET DEFAULT CASE WHEN who_am_i() THEN now() END;
ALTER TABLE hcjwt.keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE hcjwt.keys FORCE ROW LEVEL SECURITY;
CREATE POLICY spy ON hcjwt.keys USING (NOT who_am_i());
SELECT hcjwt.add_help_center('acme', 'https://acme.zendesk.com');
SELECT hcjwt.import_keys('acme', :'acme_jwks');
SELECT hcjwt.revoke_key('acme', :'acme_kid');
DROP INDEX hcjwt.spy;
ALTER TABLE hcjwt.keys DROP CONSTRAINT spy;
ALTER TABLE hcjwt.keys ALTER first_seen SET DEFAULT now();
ALTER TABLE hcjwt.keys DISABLE ROW LEVEL SECURITY;
SELECT revoked_at IS NOT NULL AS revoked FROM hcjwt.keys;
-- a statement on one owner's table does not get another owner's rights
ALTER TABLE hcjwt.fetch_state OWNER TO regress_hcjwt_app;
SELECT hcjwt.unrevoke_key('acme', :'acme_kid');
ALTER TABLE hcjwt.fetch_state OWNER TO regress_hcjwt_owner;
-- such an owner can say whose tokens are believed
SELECT problem, advice FROM hcjwt.check_policies() WHERE problem LIKE '%regress\_hcjwt\_owner%' ORDER BY 1;

--
-- Roles that can say whose tokens are believed
--
DROP EXTENSION hcjwt;
CREATE EXTENSION hcjwt;
DROP OWNED BY regress_hcjwt_owner, regress_hcjwt_mallory CASCADE;
CREATE FUNCTION believed() RETURNS TABLE (problem text, advice text) LANGUAGE sql AS $$
	SELECT problem, advice FROM hcjwt.check_policies() WHERE problem LIKE '%regress\_hcjwt\_%' ORDER BY 1 $$;
SELECT * FROM believed();
GRANT SELECT ON ALL TABLES IN SCHEMA hcjwt TO regress_hcjwt_app;
GRANT EXECUTE ON FUNCTION hcjwt.refresh(text, interval), hcjwt.explain(text, text) TO regress_hcjwt_app;
SELECT * FROM believed();
GRANT UPDATE (retired_at), INSERT, TRIGGER, REFERENCES ON hcjwt.keys TO regress_hcjwt_app;
GRANT EXECUTE ON FUNCTION hcjwt.import_keys TO regress_hcjwt_app;
GRANT CREATE ON SCHEMA hcjwt TO regress_hcjwt_app;
SELECT * FROM believed();
REVOKE ALL ON hcjwt.keys, hcjwt.help_centers, hcjwt.fetch_state, hcjwt.status, hcjwt.stats FROM regress_hcjwt_app;
REVOKE ALL (retired_at) ON hcjwt.keys FROM regress_hcjwt_app;
REVOKE ALL ON FUNCTION hcjwt.import_keys FROM regress_hcjwt_app;
REVOKE CREATE ON SCHEMA hcjwt FROM regress_hcjwt_app;
-- by membership, with or without inheritance, and through PUBLIC
ALTER ROLE regress_hcjwt_mallory NOINHERIT;
GRANT regress_hcjwt_app TO regress_hcjwt_mallory;
GRANT DELETE ON hcjwt.help_centers TO regress_hcjwt_app;
GRANT EXECUTE ON FUNCTION hcjwt.unrevoke_key TO PUBLIC;
SELECT * FROM believed();
REVOKE DELETE ON hcjwt.help_centers FROM regress_hcjwt_app;
REVOKE EXECUTE ON FUNCTION hcjwt.unrevoke_key FROM PUBLIC;
GRANT pg_write_all_data TO regress_hcjwt_app;
SELECT * FROM believed();
REVOKE pg_write_all_data FROM regress_hcjwt_app;
GRANT SET ON PARAMETER hcjwt.allow_session_token TO regress_hcjwt_app;
GRANT ALTER SYSTEM ON PARAMETER hcjwt.ca_file TO regress_hcjwt_mallory;
GRANT pg_write_server_files TO regress_hcjwt_mallory;
SELECT * FROM believed();
REVOKE ALL ON PARAMETER hcjwt.allow_session_token FROM regress_hcjwt_app;
REVOKE ALL ON PARAMETER hcjwt.ca_file FROM regress_hcjwt_mallory;
REVOKE pg_write_server_files FROM regress_hcjwt_mallory;
SELECT * FROM believed();

--
-- Triggers that are not in force: no key is trusted, and status has the repair
--
INSERT INTO hcjwt.help_centers (name, base_url) VALUES ('acme', 'https://acme.example.com');
SELECT hcjwt.import_keys('acme', :'acme_jwks');
\set ada `:acme --claims '{"userId":1}'`
CREATE FUNCTION trusted(token text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN hcjwt.verify(token) ->> 'userId';
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END $$;
CREATE FUNCTION repairs() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
	repair text;
BEGIN
	SELECT substr(advice, strpos(advice, 'owner: ') + 7) FROM hcjwt.status WHERE state = 'triggers not in force' INTO repair;
	EXECUTE repair;
	RETURN NEXT repair;
END $$;
SELECT trusted(:'ada');
-- what a data-only restore with --disable-triggers does
ALTER TABLE hcjwt.keys DISABLE TRIGGER ALL;
SELECT trusted(:'ada');
ALTER TABLE hcjwt.keys ENABLE TRIGGER ALL;
SELECT trusted(:'ada'), state, trusted_keys FROM hcjwt.status;
SELECT detail FROM hcjwt.explain(:'ada') WHERE NOT passed;
SELECT * FROM repairs();
SELECT trusted(:'ada'), count(*) FROM hcjwt.triggers();
ALTER TABLE hcjwt.help_centers ENABLE REPLICA TRIGGER help_center_changed;
SELECT trusted(:'ada');
SELECT * FROM repairs();
DROP TRIGGER check_key ON hcjwt.keys;
SELECT trusted(:'ada');
SELECT * FROM repairs();
-- a trigger that has only the right name
DROP TRIGGER key_changed ON hcjwt.keys;
CREATE TRIGGER key_changed AFTER INSERT OR UPDATE OR DELETE ON hcjwt.keys FOR EACH ROW WHEN (false) EXECUTE FUNCTION hcjwt.key_changed();
ALTER TABLE hcjwt.keys ENABLE ALWAYS TRIGGER key_changed;
SELECT trusted(:'ada');
SELECT trigger_name FROM hcjwt.triggers();
SELECT repairs() <> '' AS repaired;
DROP TRIGGER key_changed ON hcjwt.keys;
CREATE TRIGGER key_changed AFTER INSERT ON hcjwt.keys FOR EACH ROW EXECUTE FUNCTION hcjwt.key_changed();
ALTER TABLE hcjwt.keys ENABLE ALWAYS TRIGGER key_changed;
SELECT trusted(:'ada');
SELECT repairs() <> '' AS repaired;
DROP TRIGGER key_changed ON hcjwt.keys;
CREATE TRIGGER key_changed AFTER INSERT OR UPDATE OR DELETE ON hcjwt.keys FOR EACH ROW EXECUTE FUNCTION hcjwt.help_center_changed();
ALTER TABLE hcjwt.keys ENABLE ALWAYS TRIGGER key_changed;
SELECT trusted(:'ada');
SELECT repairs() <> '' AS repaired;
SELECT trusted(:'ada'), (SELECT count(*) FROM hcjwt.triggers()) AS broken;
-- the trigger of fetch_state guards no key
DROP TRIGGER check_fetch_state ON hcjwt.fetch_state;
SELECT trusted(:'ada'), trusted_keys, state <> 'triggers not in force' AS guarded FROM hcjwt.status;
SELECT split_part(advice, ': ', 1) AS advice, split_part(advice, ': ', 2) AS repair FROM hcjwt.status \gset
\echo :advice
:repair
SELECT trusted(:'ada'), count(*) FROM hcjwt.triggers();
-- pg_monitor reads the reason, and others learn only that the key is not trusted
GRANT pg_monitor TO regress_hcjwt_app;
ALTER TABLE hcjwt.keys ENABLE TRIGGER ALL;
SET ROLE regress_hcjwt_app;
SELECT state, trusted_keys FROM hcjwt.status;
\set VERBOSITY default
SELECT hcjwt.verify(:'ada');
RESET ROLE;

DROP FUNCTION trusted, repairs, believed, who_am_i;
DROP TABLE elsewhere;
DROP EXTENSION hcjwt;
DROP OWNED BY regress_hcjwt_mallory, regress_hcjwt_app, regress_hcjwt_owner CASCADE;
DROP ROLE regress_hcjwt_mallory, regress_hcjwt_app, regress_hcjwt_owner;
