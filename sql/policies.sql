--
-- Row-level security by the claims of the transaction's token.
--
\getenv srcdir PG_ABS_SRCDIR
\set tokens :srcdir '/test/tokens.psql'
\i :tokens
SET client_min_messages = warning;
DROP EXTENSION IF EXISTS hcjwt CASCADE;
CREATE EXTENSION hcjwt;
INSERT INTO hcjwt.help_centers (name, base_url, leeway) VALUES
	('acme', 'https://acme.example.com', '0'), ('beta', 'https://beta.example.com', '0');
SELECT hcjwt.import_keys('acme', :'acme_jwks'), hcjwt.import_keys('beta', :'beta_jwks');
\set ada `:acme --claims '{"userId":1,"email":"ada@example.com","externalId":"a-1","plan":"gold"}'`
\set bob `:acme --claims '{"userId":2,"email":"bob@example.com","plan":"lead"}'`
\set beta_ada `:beta --claims '{"userId":1,"email":"ada@example.com"}'`
\set nameless `:acme --claims '{"plan":"gold"}'`
\set expired `:acme --life -1 --claims '{"userId":1,"email":"ada@example.com"}'`
\setenv KID :acme_kid
\set forged `:beta --kid $KID --claims '{"userId":1,"email":"ada@example.com"}'`

DROP ROLE IF EXISTS regress_hcjwt_app;
DROP ROLE IF EXISTS regress_hcjwt_owner;
CREATE ROLE regress_hcjwt_app;
CREATE ROLE regress_hcjwt_owner;
CREATE SCHEMA shop AUTHORIZATION regress_hcjwt_owner;
GRANT USAGE ON SCHEMA shop TO regress_hcjwt_app;
SET search_path = shop;
SET ROLE regress_hcjwt_owner;
CREATE TABLE orders (
	id int PRIMARY KEY,
	help_center text NOT NULL DEFAULT hcjwt.help_center(),
	user_id bigint NOT NULL DEFAULT hcjwt.user_id(),
	email text,
	plan text,
	item text
);
INSERT INTO orders SELECT i, CASE WHEN i % 4 = 3 THEN 'beta' ELSE 'acme' END, i % 4 % 3 + 1,
	(ARRAY['ada', 'bob', 'cyd', 'ada'])[i % 4 + 1] || '@example.com', (ARRAY['gold', 'lead'])[i % 2 + 1], 'item ' || i
FROM generate_series(0, 19) i;
CREATE INDEX orders_user ON orders (help_center, user_id);
CREATE INDEX orders_email ON orders (email);
ANALYZE orders;
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE orders FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON orders USING (user_id = hcjwt.user_id() AND help_center = hcjwt.help_center());
GRANT SELECT, INSERT, UPDATE, DELETE ON orders TO regress_hcjwt_app;
RESET ROLE;

SET ROLE regress_hcjwt_app;
\set VERBOSITY sqlstate
-- an anonymous visitor sees nothing
SELECT count(*) FROM orders;
-- each visitor sees their own rows
BEGIN;
SELECT hcjwt.authenticate(:'ada') IS NOT NULL AS ada;
SELECT id, help_center, user_id, email FROM orders ORDER BY id;
SELECT hcjwt.authenticate(:'bob') IS NOT NULL AS bob;
SELECT id, help_center, user_id, email FROM orders ORDER BY id;
-- the same user id and address at another help center is somebody else
SELECT hcjwt.authenticate(:'beta_ada') IS NOT NULL AS beta_ada;
SELECT id, help_center, user_id, email FROM orders ORDER BY id;
SELECT hcjwt.authenticate(:'nameless') IS NOT NULL AS nameless;
SELECT count(*) FROM orders;
SELECT hcjwt.authenticate(NULL);
SELECT count(*) FROM orders;
COMMIT;
-- A bad token is an error, not an empty table.
BEGIN;
SET LOCAL hcjwt.token = :'expired';
SELECT count(*) FROM orders;
ROLLBACK;
BEGIN;
SET LOCAL hcjwt.token = :'forged';
SELECT count(*) FROM orders;
ROLLBACK;
BEGIN;
SET LOCAL hcjwt.token = 'nonsense';
DELETE FROM orders;
ROLLBACK;
SET hcjwt.token = :'ada';
SELECT count(*) FROM orders;
RESET hcjwt.token;

-- No other setting or table makes a claim.
BEGIN;
SET LOCAL hcjwt.expected_help_center = 'acme';
SELECT set_config('request.jwt.claims', '{"userId": 1}', true) IS NOT NULL AS set, set_config('hcjwt.user_id', '1', true);
ROLLBACK;
BEGIN;
SELECT set_config('request.jwt.claims', '{"userId": 1}', true) IS NOT NULL AS set, set_config('hcjwt_user.id', '1', true);
CREATE TEMP TABLE claims AS SELECT 1::bigint AS user_id, 'acme' AS help_center;
SELECT count(*) FROM orders;
ROLLBACK;
ALTER TABLE orders DISABLE ROW LEVEL SECURITY;
DROP POLICY own ON orders;
SET row_security = off;
SELECT count(*) FROM orders;
RESET row_security;

-- Changes
BEGIN;
SELECT hcjwt.authenticate(:'ada') IS NOT NULL AS ada;
INSERT INTO orders (id, item) VALUES (100, 'new') RETURNING id, help_center, user_id;
SAVEPOINT s;
INSERT INTO orders (id, user_id) VALUES (101, 2);
ROLLBACK TO s;
INSERT INTO orders (id, help_center) VALUES (101, 'beta');
ROLLBACK TO s;
INSERT INTO orders (id) VALUES (1);		-- another's, not to be seen
ROLLBACK TO s;
UPDATE orders SET user_id = 2 WHERE id = 100;
ROLLBACK TO s;
UPDATE orders SET item = 'mine' RETURNING id, item;
UPDATE orders SET item = 'mine' WHERE id = 1 RETURNING id;
DELETE FROM orders WHERE id IN (1, 3, 100) RETURNING id;
MERGE INTO orders o USING (VALUES (0, 'merged'), (1, 'merged')) n (id, item) ON o.id = n.id
WHEN MATCHED THEN UPDATE SET item = n.item WHEN NOT MATCHED THEN DO NOTHING;
SELECT id, item FROM orders WHERE item = 'merged';
COPY orders TO STDOUT;
INSERT INTO orders (id, item) VALUES (0, 'again') ON CONFLICT (id) DO UPDATE SET item = excluded.item RETURNING id, item;
INSERT INTO orders (id, item) VALUES (1, 'again') ON CONFLICT (id) DO UPDATE SET item = excluded.item RETURNING id, item;
ROLLBACK;
BEGIN;
SELECT hcjwt.authenticate(:'nameless') IS NOT NULL AS nameless;
INSERT INTO orders (id) VALUES (100);
ROLLBACK;

-- A function that reports the rows it gets never gets another visitor's.
CREATE FUNCTION pg_temp.tell(id int) RETURNS bool LANGUAGE plpgsql COST 0.000001 AS
	'BEGIN RAISE WARNING ''saw %'', id; RETURN true; END';
\set VERBOSITY terse
BEGIN;
SELECT hcjwt.authenticate(:'beta_ada') IS NOT NULL AS beta_ada;
SELECT count(*) FROM orders WHERE pg_temp.tell(id);
ROLLBACK;
\set VERBOSITY sqlstate

-- hcjwt.required_help_center
RESET ROLE;
SET hcjwt.required_help_center = 'beta';
SET ROLE regress_hcjwt_app;
BEGIN;
SET LOCAL hcjwt.token = :'ada';
SELECT count(*) FROM orders;
ROLLBACK;
BEGIN;
SET LOCAL hcjwt.token = :'beta_ada';
SELECT count(*) FROM orders;
SET LOCAL hcjwt.required_help_center = '';
ROLLBACK;
SET hcjwt.required_help_center = 'acme';
RESET hcjwt.required_help_center;
RESET ROLE;
RESET hcjwt.required_help_center;

-- Views and functions: the server decides whose rights count, the token whose claims.
SET ROLE regress_hcjwt_owner;
CREATE VIEW all_orders AS SELECT id, user_id FROM orders;
CREATE FUNCTION count_orders() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = shop, pg_temp
	RETURN (SELECT count(*) FROM orders);
GRANT SELECT ON all_orders TO regress_hcjwt_app;
SET ROLE regress_hcjwt_app;
BEGIN;
SELECT count(*) AS view, count_orders() FROM all_orders;
SELECT hcjwt.authenticate(:'bob') IS NOT NULL AS bob;
SELECT count(*) AS view, count_orders() FROM all_orders;
COMMIT;
RESET ROLE;

--
-- Other policies; the planner takes each call as a value, so indexes serve
--
SET ROLE regress_hcjwt_owner;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
EXPLAIN (COSTS OFF) SELECT * FROM orders;
ALTER POLICY own ON orders USING (email = hcjwt.email());
EXPLAIN (COSTS OFF) SELECT * FROM orders;
ALTER POLICY own ON orders USING (email = hcjwt.claim('email'));
EXPLAIN (COSTS OFF) SELECT * FROM orders;
RESET enable_seqscan;
RESET enable_bitmapscan;
SET enable_indexscan = off;
SET enable_bitmapscan = off;
CREATE FUNCTION visible(token text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM hcjwt.authenticate(token);
	RETURN (SELECT string_agg(id::text, ' ' ORDER BY id) FROM orders);
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END $$;
ALTER POLICY own ON orders USING (email = hcjwt.email());
SELECT visible(:'ada') AS ada, visible(:'bob') AS bob, visible(:'beta_ada') AS beta_ada, visible(:'nameless') AS nameless,
	visible(:'expired') AS expired, visible(:'forged') AS forged, visible(NULL) AS nobody;
ALTER POLICY own ON orders USING (plan = hcjwt.claim('plan'));
SELECT visible(:'ada') AS ada, visible(:'bob') AS bob, visible(:'beta_ada') AS beta_ada, visible(:'nameless') AS nameless,
	visible(:'expired') AS expired, visible(:'forged') AS forged, visible(NULL) AS nobody;
ALTER POLICY own ON orders USING (help_center = hcjwt.help_center());
SELECT visible(:'ada') AS ada, visible(:'bob') AS bob, visible(:'beta_ada') AS beta_ada, visible(:'nameless') AS nameless,
	visible(:'expired') AS expired, visible(:'forged') AS forged, visible(NULL) AS nobody;
ALTER POLICY own ON orders USING (user_id = (hcjwt.claims() ->> 'userId')::bigint AND hcjwt.expires_at() > now());
SELECT visible(:'ada') AS ada, visible(:'bob') AS bob, visible(:'beta_ada') AS beta_ada, visible(:'nameless') AS nameless,
	visible(:'expired') AS expired, visible(:'forged') AS forged, visible(NULL) AS nobody;
-- a policy that is open to all reads no token
ALTER POLICY own ON orders USING (true);
SELECT visible(:'bob') IS NOT NULL AS bob, visible(NULL) IS NOT NULL AS nobody;
ALTER POLICY own ON orders USING (user_id = hcjwt.user_id());
DROP FUNCTION visible;
RESET enable_indexscan;
RESET enable_bitmapscan;

--
-- Generic plans outlive a change of user.
--
SET ROLE regress_hcjwt_app;
SET plan_cache_mode = force_generic_plan;
PREPARE mine AS SELECT id FROM orders ORDER BY id LIMIT 3;
EXECUTE mine;
BEGIN;
SELECT hcjwt.authenticate(:'ada') IS NOT NULL AS ada;
EXECUTE mine;
SELECT hcjwt.authenticate(:'bob') IS NOT NULL AS bob;
EXECUTE mine;
COMMIT;
EXECUTE mine;
BEGIN;
SET LOCAL hcjwt.token = :'expired';
EXECUTE mine;
ROLLBACK;
DEALLOCATE mine;
RESET plan_cache_mode;

--
-- Partitions are pruned by claims when the plan is started.
--
RESET ROLE;
SET ROLE regress_hcjwt_owner;
CREATE TABLE parts (help_center text, n int) PARTITION BY LIST (help_center);
CREATE TABLE parts_acme PARTITION OF parts FOR VALUES IN ('acme');
CREATE TABLE parts_beta PARTITION OF parts FOR VALUES IN ('beta');
INSERT INTO parts VALUES ('acme', 1), ('beta', 2);
ALTER TABLE parts ENABLE ROW LEVEL SECURITY;
ALTER TABLE parts FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON parts USING (help_center = hcjwt.help_center());
BEGIN;
SELECT hcjwt.authenticate(:'beta_ada') IS NOT NULL AS beta_ada;
EXPLAIN (COSTS OFF) SELECT * FROM parts;
TABLE parts;
SELECT hcjwt.authenticate(:'ada') IS NOT NULL AS ada;
TABLE parts;
COMMIT;
TABLE parts;

--
-- Parallel workers have the leader's token, and no other.
--
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
SET parallel_leader_participation = off;
SET enable_indexscan = off;
SET enable_bitmapscan = off;
ALTER TABLE orders SET (parallel_workers = 2);
SET ROLE regress_hcjwt_app;
EXPLAIN (COSTS OFF) SELECT count(*) FROM orders;
SELECT count(*) FROM orders;
BEGIN;
SELECT hcjwt.authenticate(:'ada') IS NOT NULL AS ada;
SELECT count(*) FROM orders;
SELECT DISTINCT hcjwt.user_id(), hcjwt.email(), hcjwt.external_id(), hcjwt.help_center(), hcjwt.claim('plan'),
	hcjwt.claims() - 'exp', hcjwt.expires_at() > now() FROM orders;
SELECT hcjwt.authenticate(:'bob') IS NOT NULL AS bob;
SELECT count(*) FROM orders;
SAVEPOINT s;
SELECT hcjwt.authenticate(:'beta_ada', 'beta') IS NOT NULL AS beta_ada;
SELECT count(*), count(DISTINCT hcjwt.help_center()) FROM orders WHERE hcjwt.help_center() = 'beta';
ROLLBACK TO s;
SELECT count(*) FROM orders;
SET LOCAL hcjwt.token = '';
SELECT count(*) FROM orders;
-- verify() in workers
RESET ROLE;
SELECT count(hcjwt.verify(:'ada')), count(hcjwt.try_verify(:'forged')), count(hcjwt.try_verify(item)) FROM orders;
COMMIT;
SET ROLE regress_hcjwt_app;
-- the same errors as in the leader
BEGIN;
SET LOCAL hcjwt.token = :'expired';
SELECT count(*) FROM orders;
ROLLBACK;
BEGIN;
SET LOCAL hcjwt.token = :'forged';
SELECT count(*) FROM orders;
ROLLBACK;
BEGIN;
SET LOCAL hcjwt.token = 'nonsense';
SELECT count(*) FROM orders;
ROLLBACK;
BEGIN;
SET LOCAL hcjwt.token = :'ada';
SET LOCAL hcjwt.expected_help_center = 'beta';
SELECT count(*) FROM orders;
ROLLBACK;
SET hcjwt.token = :'ada';
SELECT count(*) FROM orders;
BEGIN;
SELECT count(*) FROM orders;
ROLLBACK;
\set VERBOSITY terse
SELECT count(*) FROM orders;
RESET hcjwt.token;
SELECT count(*) FROM orders;
\set VERBOSITY sqlstate
RESET ROLE;
SET hcjwt.required_help_center = 'beta';
SET ROLE regress_hcjwt_app;
BEGIN;
SET LOCAL hcjwt.token = :'ada';
SELECT count(*) FROM orders;
ROLLBACK;
RESET ROLE;
RESET hcjwt.required_help_center;
-- workers may run every part of such a query
SELECT set_config(name, 'on', false) FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query');
SET ROLE regress_hcjwt_app;
BEGIN;
SELECT hcjwt.authenticate(:'ada') IS NOT NULL AS ada;
SELECT hcjwt.user_id(), hcjwt.email(), hcjwt.claim('plan'), hcjwt.help_center();
SELECT hcjwt.verify(:'bob') ->> 'userId' AS verified;
SELECT hcjwt.verify(:'forged');
ROLLBACK;
SET hcjwt.token = :'ada';
SELECT hcjwt.user_id();
RESET hcjwt.token;
SELECT hcjwt.user_id();

RESET ROLE;
RESET ALL;
SET client_min_messages = warning;
DROP EXTENSION hcjwt CASCADE;
DROP SCHEMA shop CASCADE;
DROP OWNED BY regress_hcjwt_app, regress_hcjwt_owner CASCADE;
DROP ROLE regress_hcjwt_app, regress_hcjwt_owner;
