--
-- check_policies(role): what the role reaches, and whom conditions let pass.  In schemas
-- that are right nothing above a note is found; in the others each mistake is.
-- One transaction, which is rolled back, so no role and no setting is left.
--
\getenv srcdir PG_ABS_SRCDIR
\set tokens :srcdir '/test/tokens.psql'
\i :tokens
SET client_min_messages = warning;
DROP EXTENSION IF EXISTS hcjwt CASCADE;
CREATE EXTENSION hcjwt;
\pset null '(null)'
\pset format unaligned
\pset tuples_only on

BEGIN;
CREATE SCHEMA regress_reach;
SET LOCAL search_path = regress_reach;
CREATE ROLE regress_hcjwt_api LOGIN;
CREATE ROLE regress_hcjwt_owner;
CREATE ROLE regress_hcjwt_migrate LOGIN;
GRANT regress_hcjwt_owner TO regress_hcjwt_migrate;
CREATE ROLE regress_hcjwt_authenticator LOGIN NOINHERIT;
CREATE ROLE regress_hcjwt_anonymous;
CREATE ROLE regress_hcjwt_visitor;
GRANT regress_hcjwt_anonymous, regress_hcjwt_visitor TO regress_hcjwt_authenticator;
GRANT USAGE ON SCHEMA regress_reach TO PUBLIC;
INSERT INTO hcjwt.help_centers (name, base_url, enabled) VALUES ('acme', 'https://acme.example.com', true);
CREATE TEMP VIEW found AS
	SELECT * FROM hcjwt.check_policies('regress_hcjwt_api'::text::regrole) WHERE problem !~ 'not preloaded';
CREATE TEMP VIEW found_by_all AS
	SELECT * FROM hcjwt.check_policies() WHERE problem !~ 'not preloaded';

--
-- Schemas that are right
--
SAVEPOINT here;
\echo organisations and their members; a migration role that is in the owner
GRANT CREATE ON SCHEMA regress_reach TO regress_hcjwt_owner;
SET LOCAL ROLE regress_hcjwt_owner;
CREATE TABLE orgs (id bigint PRIMARY KEY, name text);
CREATE TABLE members (org bigint REFERENCES orgs, zendesk_user bigint, role text, PRIMARY KEY (zendesk_user, org));
CREATE TABLE projects (id bigint PRIMARY KEY, org bigint REFERENCES orgs, name text);
CREATE INDEX ON projects (org);
CREATE TABLE tasks (id bigint PRIMARY KEY, project bigint REFERENCES projects, title text);
CREATE INDEX ON tasks (project);
CREATE TABLE plans (name text PRIMARY KEY, price int);
DO $$
DECLARE
	t text;
BEGIN
	FOREACH t IN ARRAY '{orgs,members,projects,tasks}'::text[] LOOP
		EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', t);
	END LOOP;
END
$$;
CREATE POLICY own ON members FOR SELECT USING (zendesk_user = hcjwt.user_id());
CREATE POLICY own ON orgs FOR SELECT USING (id IN (SELECT org FROM members));
CREATE POLICY own ON projects
	USING (org IN (SELECT m.org FROM members m WHERE m.zendesk_user = (SELECT hcjwt.user_id())));
CREATE POLICY own ON tasks USING (EXISTS (SELECT FROM projects p WHERE p.id = project));
GRANT SELECT ON ALL TABLES IN SCHEMA regress_reach TO regress_hcjwt_api;
GRANT INSERT, UPDATE, DELETE ON projects, tasks TO regress_hcjwt_api;
RESET ROLE;
SELECT severity, relation, problem FROM found;
SELECT severity, relation, problem FROM found_by_all;
ROLLBACK TO here;

\echo a log in partitions, and an invoker view
CREATE TABLE log (at timestamptz, customer bigint DEFAULT hcjwt.user_id(), what text) PARTITION BY RANGE (at);
CREATE INDEX ON log (customer);
CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE log_2 PARTITION OF log FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
ALTER TABLE log ENABLE ROW LEVEL SECURITY;
CREATE POLICY read ON log FOR SELECT USING (customer = hcjwt.user_id());
CREATE POLICY write ON log FOR INSERT WITH CHECK (customer = hcjwt.user_id());
GRANT SELECT, INSERT ON log TO regress_hcjwt_api;
CREATE VIEW recent WITH (security_invoker) AS SELECT * FROM log WHERE at > now() - interval '1 day';
GRANT SELECT ON recent TO regress_hcjwt_api;
SELECT * FROM found;
SELECT * FROM found_by_all;
\echo a partition that is granted itself; one that is foreign, which takes rows unchecked
SAVEPOINT log;
GRANT SELECT ON log_1 TO regress_hcjwt_api;
SELECT * FROM found;
ROLLBACK TO log;
CREATE FOREIGN DATA WRAPPER regress_reach;
CREATE SERVER regress_reach FOREIGN DATA WRAPPER regress_reach;
CREATE FOREIGN TABLE log_far PARTITION OF log FOR VALUES FROM ('2026-03-01') TO ('2026-04-01') SERVER regress_reach;
SELECT * FROM found;
CREATE FUNCTION check_visitor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.customer IS DISTINCT FROM hcjwt.user_id() THEN
		RAISE insufficient_privilege;
	END IF;
	RETURN NEW;
END
$$;
CREATE TRIGGER check_visitor BEFORE INSERT OR UPDATE OF what ON log_far FOR EACH ROW EXECUTE FUNCTION check_visitor();
SELECT * FROM found WHERE severity = 'error';
GRANT UPDATE ON log TO regress_hcjwt_api;
CREATE POLICY change ON log FOR UPDATE USING (customer = hcjwt.user_id());
SELECT * FROM found WHERE severity = 'error';
DROP TRIGGER check_visitor ON log_far;
\echo a trigger of the parent holds for each partition
CREATE TRIGGER check_visitor BEFORE INSERT OR UPDATE ON log FOR EACH ROW EXECUTE FUNCTION check_visitor();
SELECT * FROM found;
ALTER TABLE log_far ENABLE REPLICA TRIGGER check_visitor;
SELECT * FROM found WHERE severity = 'error';
ALTER TABLE log_far ENABLE ALWAYS TRIGGER check_visitor;
\echo the value of a sub-select is sent to the foreign server
ALTER POLICY read ON log USING (customer = (SELECT hcjwt.user_id()));
ALTER POLICY change ON log USING (customer = (SELECT hcjwt.user_id()));
SELECT * FROM found;
GRANT SELECT ON log_far TO regress_hcjwt_api;
SELECT * FROM found WHERE severity = 'error';
REVOKE SELECT ON log_far FROM regress_hcjwt_api;
\echo a foreign table of its own
GRANT USAGE ON FOREIGN SERVER regress_reach TO regress_hcjwt_api;
SELECT * FROM found WHERE severity = 'error';
GRANT CREATE ON SCHEMA regress_reach TO regress_hcjwt_api;
SELECT * FROM found WHERE severity = 'error';
REVOKE USAGE ON FOREIGN SERVER regress_reach FROM regress_hcjwt_api;
\echo a child that is no partition, of which only UPDATE finds the rows; a grandchild
CREATE TABLE old_log (at timestamptz, customer bigint, what text);
CREATE TABLE older_log () INHERITS (old_log);
CREATE FOREIGN TABLE oldest_log () INHERITS (older_log) SERVER regress_reach;
CREATE INDEX ON old_log (customer);
ALTER TABLE old_log ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON old_log USING (customer = (SELECT hcjwt.user_id()));
GRANT SELECT, INSERT ON old_log TO regress_hcjwt_api;
SELECT * FROM found WHERE relation = 'old_log'::regclass;
GRANT UPDATE ON old_log TO regress_hcjwt_api;
SELECT * FROM found WHERE relation = 'old_log'::regclass;
CREATE TRIGGER check_visitor BEFORE UPDATE ON oldest_log FOR EACH ROW EXECUTE FUNCTION check_visitor();
SELECT * FROM found WHERE relation = 'old_log'::regclass;
ROLLBACK TO here;

\echo as PostgREST has it: one role logs in, and becomes one of two
CREATE TABLE products (id int PRIMARY KEY, name text, published bool);
ALTER TABLE products ENABLE ROW LEVEL SECURITY;
CREATE POLICY published ON products FOR SELECT TO regress_hcjwt_anonymous, regress_hcjwt_visitor USING (published);
GRANT SELECT ON products TO regress_hcjwt_anonymous, regress_hcjwt_visitor;
CREATE TABLE orders (id int PRIMARY KEY, customer bigint NOT NULL DEFAULT hcjwt.user_id(), product int REFERENCES products);
CREATE INDEX ON orders (customer);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON orders TO regress_hcjwt_visitor USING (customer = hcjwt.user_id());
GRANT SELECT, INSERT ON orders TO regress_hcjwt_visitor;
CREATE TABLE private (id bigint PRIMARY KEY, customer bigint);
CREATE FUNCTION whoami() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT hcjwt.user_id()';
SELECT * FROM hcjwt.check_policies('regress_hcjwt_authenticator');
SELECT * FROM found_by_all;
\echo a restrictive policy for all holds where a permissive one does not
CREATE POLICY every_one ON orders FOR SELECT USING (true);
SELECT * FROM hcjwt.check_policies('regress_hcjwt_authenticator') WHERE relation = 'orders'::regclass;
CREATE POLICY signed_in ON orders AS RESTRICTIVE USING (customer = hcjwt.user_id());
SELECT * FROM hcjwt.check_policies('regress_hcjwt_authenticator') WHERE relation = 'orders'::regclass;
ROLLBACK TO here;

--
-- Roles
--
CREATE TABLE good (id int PRIMARY KEY, customer bigint, email text, tags bigint[]);
CREATE INDEX ON good (customer);
ALTER TABLE good ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON good USING (customer = hcjwt.user_id());
GRANT SELECT, INSERT, UPDATE, DELETE ON good TO regress_hcjwt_api;
\echo nothing
SELECT * FROM found;
SELECT * FROM found_by_all;
SAVEPOINT here;
\echo superuser, BYPASSRLS, a member of such a one, owner
ALTER ROLE regress_hcjwt_api SUPERUSER;
SELECT * FROM found;
ROLLBACK TO here;
ALTER ROLE regress_hcjwt_api BYPASSRLS;
SELECT * FROM found;
SELECT * FROM found_by_all;
ROLLBACK TO here;
ALTER ROLE regress_hcjwt_owner BYPASSRLS;
GRANT regress_hcjwt_owner TO regress_hcjwt_visitor;
GRANT regress_hcjwt_visitor TO regress_hcjwt_api;
SELECT * FROM found;
ROLLBACK TO here;
ALTER TABLE good OWNER TO regress_hcjwt_api;
SELECT * FROM found;
SELECT severity, relation, problem FROM found_by_all;
ROLLBACK TO here;

--
-- Tables
--
\echo a default of hcjwt, a child, a column as others compare it, none of these
CREATE TABLE notes (id int, author bigint DEFAULT hcjwt.user_id());
CREATE TABLE lines (id int, good int REFERENCES good);
CREATE TABLE invoices (id int, customer bigint);
CREATE TABLE countries (code text);
GRANT SELECT ON notes, lines, countries TO regress_hcjwt_api;
GRANT SELECT (id) ON invoices TO regress_hcjwt_api;
SELECT * FROM found;
-- without a role's name it finds as much, for a role that reads by claims
SELECT severity, relation, problem FROM found_by_all;
\echo its advice repairs it
ALTER TABLE regress_reach.lines ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON regress_reach.lines USING (EXISTS (SELECT FROM regress_reach.good p WHERE p.id = lines.good));
SELECT * FROM found WHERE relation = 'lines'::regclass AND problem !~ 'index';
ROLLBACK TO here;
\echo no policy; no privilege on its schema
CREATE TABLE hidden (id int, customer bigint);
ALTER TABLE hidden ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON hidden TO regress_hcjwt_api;
SELECT * FROM found;
ALTER TABLE hidden DISABLE ROW LEVEL SECURITY;
CREATE SCHEMA regress_closed;
ALTER TABLE hidden SET SCHEMA regress_closed;
SELECT * FROM found;
ROLLBACK TO here;
\echo rights that no policy holds back
GRANT ALL ON good TO regress_hcjwt_api;
SELECT * FROM found;
REVOKE TRUNCATE, TRIGGER ON good FROM regress_hcjwt_api;
SELECT * FROM found;
ROLLBACK TO here;
\echo default privileges
ALTER DEFAULT PRIVILEGES IN SCHEMA regress_reach GRANT SELECT ON TABLES TO regress_hcjwt_api;
SELECT severity, regexp_replace(problem, 'of \S+ give', 'of ... give') FROM found;
ROLLBACK TO here;
\echo who is believed
GRANT INSERT ON hcjwt.keys TO regress_hcjwt_api;
SELECT * FROM found;
ROLLBACK TO here;

--
-- Conditions
--
\echo always true, beside a right one, alone, for a role, in WITH CHECK
CREATE POLICY also ON good FOR SELECT USING (true);
SELECT * FROM found;
ROLLBACK TO here;
CREATE POLICY also ON good TO regress_hcjwt_api USING (true);
SELECT * FROM found;
ALTER POLICY also ON good TO regress_hcjwt_visitor;
SELECT * FROM found;
ROLLBACK TO here;
ALTER POLICY own ON good USING (true);
SELECT * FROM found;
ROLLBACK TO here;
ALTER POLICY own ON good WITH CHECK (true);
SELECT * FROM found;
ROLLBACK TO here;
CREATE POLICY also ON good FOR SELECT USING (id > 0);
SELECT * FROM found;
ALTER POLICY also ON good TO regress_hcjwt_api;
SELECT * FROM found;
ROLLBACK TO here;

-- each condition, and the worst finding about it
CREATE TABLE staff (customer bigint, agent bigint);
CREATE INDEX ON staff (agent);
ALTER TABLE staff ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON staff USING (agent = hcjwt.user_id());
CREATE TABLE everybody (customer bigint);
CREATE FUNCTION try(condition text) RETURNS TABLE (tried text, severity text, problem text) LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('ALTER POLICY own ON regress_reach.good USING (%s)', condition);
	RETURN QUERY SELECT condition, min(f.severity), string_agg(f.problem, '; ')
		FROM hcjwt.check_policies('regress_hcjwt_api') f
		WHERE f.relation = 'regress_reach.good'::regclass AND f.problem !~ 'index';
END
$$;
\echo conditions that only a claim makes true
SELECT (try(c)).* FROM unnest(ARRAY[
	$$customer = (SELECT hcjwt.user_id())$$,
	$$customer IN (SELECT s.customer FROM staff s)$$,
	$$customer IN (SELECT s.customer FROM staff s UNION SELECT 5 WHERE hcjwt.user_id() = 3)$$,
	$$customer = ANY (ARRAY(SELECT e.customer FROM everybody e WHERE hcjwt.claim('role') = 'agent'))$$,
	$$EXISTS (SELECT FROM (SELECT * FROM staff s WHERE s.agent = hcjwt.user_id()) q WHERE q.customer = good.customer)$$,
	$$EXISTS (SELECT FROM everybody e JOIN staff s USING (customer) WHERE e.customer = good.customer)$$,
	$$EXISTS (SELECT FROM staff s LEFT JOIN everybody e USING (customer) WHERE s.customer = good.customer)$$,
	$$(SELECT count(*) FROM everybody WHERE hcjwt.claim('role') = 'agent') > 0$$,
	$$customer = ANY (ARRAY[hcjwt.user_id()])$$,
	$$hcjwt.user_id() = ANY (tags)$$,
	$$tags @> ARRAY[hcjwt.user_id()]$$,
	$$CASE hcjwt.claim('role') WHEN 'admin' THEN true ELSE customer = hcjwt.user_id() END$$,
	$$CASE WHEN hcjwt.claim('role') = 'admin' THEN true ELSE customer = hcjwt.user_id() END$$,
	$$customer = nullif(hcjwt.user_id(), 0)$$,
	$$(hcjwt.claims())['role'] = '"admin"'$$,
	$$hcjwt.claims() @> '{"role": "admin"}'$$,
	$$(customer, 1) = (hcjwt.user_id(), 1)$$,
	$$(customer, id) IN (SELECT s.customer, 1 FROM everybody s WHERE hcjwt.user_id() = 3)$$,
	$$hcjwt.claim('role') IN ('a', 'b')$$,
	$$hcjwt.claim('role') LIKE 'a%'$$,
	$$customer = (hcjwt.claims() ->> 'userId')::bigint$$,
	$$(hcjwt.user_id() = customer) IS TRUE$$,
	$$coalesce(hcjwt.user_id() = customer, false)$$,
	$$hcjwt.user_id() IS NOT NULL AND customer = hcjwt.user_id()$$,
	$$customer = hcjwt.user_id() OR (hcjwt.claim('role') = 'admin' AND id > 3)$$,
	$$customer = hcjwt.user_id() AND hcjwt.expires_at() > now() AND hcjwt.user_id() <> ALL (tags)$$,
	$$customer IN (WITH mine AS (SELECT hcjwt.user_id() AS me) SELECT s.customer FROM staff s, mine WHERE s.agent = mine.me)$$,
	$$customer IN (WITH mine AS (SELECT s.customer FROM staff s WHERE s.agent = hcjwt.user_id()) SELECT mine.customer FROM mine)$$]) AS c;
\echo conditions that let others pass
SELECT (try(c)).* FROM unnest(ARRAY[
	$$hcjwt.user_id() IS NULL OR customer = hcjwt.user_id()$$,
	$$customer IS NOT DISTINCT FROM hcjwt.user_id()$$,
	$$coalesce(hcjwt.user_id(), customer) = customer$$,
	$$coalesce(hcjwt.user_id(), -1) = customer$$,
	$$coalesce(hcjwt.user_id() = customer, true)$$,
	$$(customer = hcjwt.user_id()) IS NOT FALSE$$,
	$$CASE WHEN hcjwt.user_id() IS NULL THEN id > 3 ELSE customer = hcjwt.user_id() END$$,
	$$customer = hcjwt.user_id() OR hcjwt.help_center() IS NULL$$,
	$$hcjwt.claim('banned') IS NULL$$,
	$$coalesce(hcjwt.claim('tenant'), '') = ''$$,
	$$concat(hcjwt.user_id(), '') = ''$$,
	$$true OR customer = hcjwt.user_id()$$,
	$$NOT (customer = hcjwt.user_id())$$,
	$$hcjwt.user_id() IS NOT NULL$$,
	$$hcjwt.user_id() > 0$$,
	$$hcjwt.user_id() = hcjwt.user_id()$$,
	$$customer <> hcjwt.user_id()$$,
	$$hcjwt.user_id() <> ALL (tags)$$,
	$$EXISTS (SELECT FROM staff s WHERE customer = s.customer AND s.agent = hcjwt.user_id())$$,
	$$to_jsonb(customer) = (hcjwt.claims())['userid']$$,
	$$id > 0 OR customer = hcjwt.user_id()$$,
	$$EXISTS (SELECT FROM everybody e LEFT JOIN staff s USING (customer) WHERE e.customer = good.customer)$$,
	$$customer IN (SELECT e.customer FROM everybody e UNION SELECT hcjwt.user_id())$$,
	$$customer = current_setting('app.user', true)::bigint$$,
	$$email = current_setting('request.jwt.claim.email', true)$$,
	$$customer::text = hcjwt.claim('userid')$$,
	$$customer::text = hcjwt.claims() ->> 'user_id'$$]) AS c;
ROLLBACK TO here;

\echo functions around the accessors
CREATE FUNCTION me() RETURNS bigint LANGUAGE sql AS 'SELECT hcjwt.user_id()';
CREATE FUNCTION also_me() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN regress_reach.me(); END';
ALTER POLICY own ON good USING (customer = me());
SELECT * FROM found;
ALTER FUNCTION me() IMMUTABLE;
SELECT * FROM found;
ALTER FUNCTION me() STABLE;
SELECT * FROM found;
ALTER FUNCTION me() PARALLEL SAFE;
SELECT * FROM found;
ALTER POLICY own ON good USING (customer = also_me());
SELECT * FROM found;
\echo one that is none of these is no protection
CREATE FUNCTION nobody() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT 5::bigint';
ALTER POLICY own ON good USING (customer = nobody());
SELECT * FROM found;
ROLLBACK TO here;

--
-- Ways around
--
\echo rows have owners, and a token is enough to write them for others, or to read all
CREATE POLICY add ON good FOR INSERT WITH CHECK (hcjwt.user_id() IS NOT NULL);
SELECT * FROM found;
CREATE POLICY see ON good FOR SELECT USING (hcjwt.user_id() IS NOT NULL);
SELECT * FROM found WHERE policy = 'see';
CREATE TABLE letters (customer bigint);
ALTER TABLE letters ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON letters USING (hcjwt.user_id() IS NOT NULL);
GRANT SELECT ON letters TO regress_hcjwt_api;
SELECT * FROM found WHERE relation = 'letters'::regclass;
ROLLBACK TO here;
\echo all users of a help center
CREATE TABLE bills (customer bigint, brand text PRIMARY KEY);
ALTER TABLE bills ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON bills USING (brand = hcjwt.help_center());
GRANT SELECT ON bills TO regress_hcjwt_api;
SELECT * FROM found;
ALTER POLICY own ON bills USING (brand = hcjwt.help_center() AND customer = hcjwt.user_id());
SELECT * FROM found;
ROLLBACK TO here;
\echo policies for another role
ALTER POLICY own ON good TO regress_hcjwt_visitor;
SELECT * FROM found;
ROLLBACK TO here;
\echo a table of members: compared with itself, not joined, joined as the visitor chooses
CREATE TABLE rooms (id int PRIMARY KEY);
CREATE TABLE members (room int REFERENCES rooms, usr bigint, PRIMARY KEY (usr, room));
CREATE TABLE messages (id int PRIMARY KEY, room int REFERENCES rooms);
CREATE INDEX ON messages (room);
ALTER TABLE members ENABLE ROW LEVEL SECURITY;
ALTER TABLE messages ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON members USING (usr = hcjwt.user_id());
CREATE POLICY own ON messages USING (EXISTS (SELECT FROM members WHERE room = room AND usr = hcjwt.user_id()));
GRANT SELECT ON members, messages TO regress_hcjwt_api;
SELECT * FROM found;
ALTER POLICY own ON messages USING (hcjwt.user_id() IN (SELECT usr FROM members));
SELECT * FROM found;
ALTER POLICY own ON messages USING (room IN (SELECT m.room FROM members m WHERE m.usr = hcjwt.user_id()));
SELECT * FROM found;
GRANT INSERT ON members TO regress_hcjwt_api;
SELECT * FROM found;
CREATE FUNCTION owns(room int) RETURNS bool LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
	AS 'SELECT EXISTS (SELECT FROM regress_reach.members m WHERE m.room = $1 AND m.usr = hcjwt.user_id())';
ALTER POLICY own ON members USING (usr = hcjwt.user_id()) WITH CHECK (owns(room));
SELECT * FROM found;
\echo a function that the role may replace
ALTER FUNCTION owns(int) OWNER TO regress_hcjwt_api;
SELECT severity, relation, policy, problem FROM found WHERE problem ~ 'replace';
ROLLBACK TO here;
\echo views that name the visitor and show all, that let anything be written
CREATE VIEW listed WITH (security_barrier) AS SELECT *, hcjwt.user_id() AS me FROM good;
CREATE VIEW mine WITH (security_barrier) AS SELECT * FROM good WHERE customer = hcjwt.user_id();
CREATE VIEW by_cte WITH (security_barrier) AS
	WITH me AS (SELECT hcjwt.user_id() AS id) SELECT good.* FROM good JOIN me ON me.id = good.customer;
GRANT SELECT ON listed, mine, by_cte TO regress_hcjwt_api;
SELECT severity, relation, regexp_replace(problem, 'owner \S+', 'owner ...') FROM found;
GRANT INSERT ON mine TO regress_hcjwt_api;
SELECT * FROM found WHERE relation = 'mine'::regclass;
ALTER VIEW mine SET (check_option = local);
SELECT * FROM found WHERE relation = 'mine'::regclass;
ROLLBACK TO here;
\echo functions of a definer: one that authenticates, one that reads a view
CREATE VIEW invoked WITH (security_invoker) AS SELECT * FROM good;
CREATE FUNCTION all_of(token text) RETURNS SETOF good LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
	PERFORM hcjwt.authenticate(token);
	RETURN QUERY SELECT * FROM regress_reach.good;
END
$$;
CREATE FUNCTION counted() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM regress_reach.invoked';
SELECT severity, relation, regexp_replace(problem, 'owner \S+', 'owner ...') FROM found;
ROLLBACK TO here;

--
-- Settings
--
\echo a token that may stay; a role that is only granted
ALTER ROLE regress_hcjwt_api SET hcjwt.allow_session_token = on;
SELECT * FROM found;
ALTER ROLE regress_hcjwt_api SET hcjwt.allow_session_token = off;
SELECT * FROM found;
ALTER ROLE regress_hcjwt_visitor SET hcjwt.required_help_center = 'acme';
SELECT * FROM found;
GRANT regress_hcjwt_visitor TO regress_hcjwt_api;
SELECT * FROM found;
ROLLBACK TO here;

--
-- Several help centers: brands of one account have a key in common
--
INSERT INTO hcjwt.help_centers (name, base_url, enabled) VALUES ('brand', 'https://brand.example.com', true);
SELECT * FROM found;
SELECT hcjwt.import_keys('acme', :'acme_jwks') > 0, hcjwt.import_keys('brand', :'acme_jwks') > 0;
SELECT * FROM found;
ROLLBACK TO here;
ROLLBACK;
