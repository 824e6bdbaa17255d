--
-- One query reads one token: it ends with 28J05 where it would read two, or is run on
-- without the one that it has read.
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
-- eve is user 4 of acme, and has a token of beta's user 1: together they must not
-- make acme's user 1, nor org 1's admin
\set eve `:acme --claims '{"userId":4,"org":"1","role":"user","email":"eve@example.com"}'`
\set other `:beta --claims '{"userId":1,"org":"2","role":"admin","email":"o@example.com"}'`
DROP ROLE IF EXISTS regress_hcjwt_api;
CREATE ROLE regress_hcjwt_api;

CREATE TABLE tickets (help_center text, customer bigint, note text, PRIMARY KEY (help_center, customer));
INSERT INTO tickets SELECT h, c, h || ' ' || c FROM unnest('{acme,beta}'::text[]) h, generate_series(1, 200) c;
ALTER TABLE tickets ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON tickets USING (help_center = hcjwt.help_center() AND customer = hcjwt.user_id());
CREATE TABLE orders (org text, role text DEFAULT hcjwt.claim('role'), amount int);
CREATE INDEX ON orders (org);
INSERT INTO orders SELECT o, r, 1 FROM unnest('{1,2}'::text[]) o, unnest('{user,admin}'::text[]) r, generate_series(1, 100);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON orders USING (org = hcjwt.claim('org') AND role = hcjwt.claim('role'));
CREATE TABLE parts (help_center text, customer bigint, note text) PARTITION BY LIST (help_center);
CREATE TABLE parts_acme PARTITION OF parts FOR VALUES IN ('acme');
CREATE TABLE parts_beta PARTITION OF parts FOR VALUES IN ('beta');
INSERT INTO parts SELECT * FROM tickets;
ALTER TABLE parts ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON parts USING (help_center = hcjwt.help_center() AND customer = hcjwt.user_id());
CREATE TABLE numbers (i int PRIMARY KEY);
INSERT INTO numbers SELECT generate_series(1, 200);
GRANT ALL ON tickets, orders, parts, numbers TO regress_hcjwt_api;
ANALYZE tickets, orders, parts, numbers;
SET enable_seqscan = off;
-- a policy that asks by wrappers
CREATE TABLE wrapped (help_center text, customer bigint, note text, PRIMARY KEY (help_center, customer));
INSERT INTO wrapped SELECT * FROM tickets;
ALTER TABLE wrapped ENABLE ROW LEVEL SECURITY;
GRANT ALL ON wrapped TO regress_hcjwt_api;
ANALYZE wrapped;

-- wrappers of the accessors, and ways to change the token
CREATE FUNCTION me_sql() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT hcjwt.user_id()';
CREATE FUNCTION me_sql_called() RETURNS bigint LANGUAGE sql STABLE SET work_mem = '4MB' AS 'SELECT hcjwt.user_id()';
CREATE FUNCTION me_plpgsql() RETURNS bigint LANGUAGE plpgsql STABLE AS 'BEGIN RETURN hcjwt.user_id(); END';
CREATE FUNCTION me_query() RETURNS bigint LANGUAGE plpgsql STABLE AS 'DECLARE me bigint; BEGIN SELECT hcjwt.user_id() INTO me; RETURN me; END';
CREATE FUNCTION here() RETURNS text LANGUAGE plpgsql STABLE AS 'BEGIN RETURN hcjwt.help_center(); END';
CREATE FUNCTION me_definer() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER AS 'SELECT hcjwt.user_id()';
CREATE POLICY own ON wrapped USING (help_center = here() AND customer = me_definer());
CREATE FUNCTION become(token text) RETURNS int LANGUAGE plpgsql AS 'BEGIN PERFORM hcjwt.authenticate(token); RETURN 0; END';
CREATE FUNCTION become_by_set(token text) RETURNS int LANGUAGE plpgsql AS $$
BEGIN EXECUTE format('SET LOCAL hcjwt.token = %L', token); RETURN 0; END $$;
CREATE FUNCTION other() RETURNS text LANGUAGE sql AS $$ SELECT current_setting('test.other') $$;
CREATE FUNCTION visible() RETURNS SETOF tickets LANGUAGE sql AS 'SELECT * FROM tickets';
SELECT set_config('test.eve', :'eve', false) <> '' AS eve, set_config('test.other', :'other', false) <> '' AS other;

-- The result of eve's query: its SQLSTATE, or its rows.
CREATE FUNCTION attempt(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	rows text;
BEGIN
	PERFORM hcjwt.authenticate(current_setting('test.eve'));
	EXECUTE query INTO rows;
	RETURN rows;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END $$;
CREATE FUNCTION noted(query text) RETURNS text LANGUAGE sql AS $$
	SELECT attempt(format('WITH q AS (%s) SELECT coalesce(string_agg(DISTINCT note, '','' ORDER BY note), ''none'') FROM q', query)) $$;
SET ROLE regress_hcjwt_api;

--
-- Two tokens in one query
--
\pset format unaligned
\pset tuples_only on
SELECT noted('SELECT * FROM tickets');
SELECT noted('SELECT * FROM tickets WHERE customer >= (SELECT 0 * length(hcjwt.authenticate(other())::text))');
SELECT noted('SELECT * FROM tickets WHERE customer >= (SELECT become(other()))');
SELECT noted('SELECT * FROM tickets WHERE customer >= (SELECT become_by_set(other()))');
SELECT noted('SELECT * FROM tickets WHERE customer >= (SELECT 0 * length(set_config(''hcjwt.token'', other(), true)))');
SELECT noted('SELECT * FROM tickets WHERE customer >= (SELECT become(NULL))');
SELECT noted('SELECT org || role AS note FROM orders');
SELECT noted('SELECT org || role AS note FROM orders WHERE amount >= (SELECT become(other()))');
SELECT noted('SELECT org || role AS note FROM orders WHERE amount >= become(other())');
-- bitmap scans, and plans that sort and aggregate
SET enable_indexscan = off;
SELECT noted('SELECT * FROM tickets WHERE customer >= (SELECT become(other()))');
SELECT noted('SELECT org || role AS note FROM orders WHERE amount >= (SELECT become(other()))');
RESET enable_indexscan;
SELECT noted('SELECT max(note) AS note FROM tickets WHERE customer >= (SELECT become(other())) GROUP BY customer ORDER BY customer');
-- joins: nested loops with parameterised inner sides, with and without Memoize; lateral
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SELECT noted('SELECT t.* FROM numbers n JOIN tickets t ON t.customer >= n.i + become(other())');
SELECT noted('SELECT t.* FROM (SELECT i % 3 + 2 AS k, become(CASE WHEN i > 1 THEN other() ELSE current_setting(''test.eve'') END) FROM numbers WHERE i < 7 OFFSET 0) n JOIN tickets t ON t.customer = n.k');
SET enable_memoize = off;
SELECT noted('SELECT t.* FROM (SELECT i % 3 + 2 AS k, become(CASE WHEN i > 1 THEN other() ELSE current_setting(''test.eve'') END) FROM numbers WHERE i < 7 OFFSET 0) n JOIN tickets t ON t.customer = n.k');
RESET enable_memoize;
SELECT noted('SELECT t.* FROM (SELECT i + 3 AS k, become(CASE WHEN i > 1 THEN other() ELSE current_setting(''test.eve'') END) FROM generate_series(1, 3) i OFFSET 0) n, LATERAL (SELECT * FROM tickets WHERE customer = n.k OFFSET 0) t');
SELECT noted('SELECT t.* FROM (SELECT i AS k, become(CASE WHEN i > 1 THEN other() ELSE current_setting(''test.eve'') END) FROM generate_series(1, 5) i OFFSET 0) n LEFT JOIN LATERAL (SELECT max(note) AS note FROM tickets WHERE customer > n.k) t ON true');
RESET enable_hashjoin;
RESET enable_mergejoin;
SELECT noted('SELECT a.note FROM tickets a, (SELECT become(other()) AS b OFFSET 0) b, tickets t WHERE a.customer > b');
-- SubPlans, InitPlans, CTEs
SELECT noted('SELECT note FROM tickets UNION ALL SELECT become(other())::text UNION ALL SELECT note FROM tickets');
SELECT noted('WITH a AS MATERIALIZED (SELECT note FROM tickets), b AS MATERIALIZED (SELECT become(other()) AS b FROM a), c AS MATERIALIZED (SELECT t.note FROM b, tickets t) SELECT * FROM c');
SELECT noted('SELECT (SELECT max(note) FROM tickets WHERE customer >= n.i + become(CASE WHEN n.i > 1 THEN other() ELSE current_setting(''test.eve'') END)) AS note FROM numbers n');
SELECT noted('SELECT note FROM tickets WHERE EXISTS (SELECT FROM tickets t WHERE t.customer >= tickets.customer + become(other()))');
-- partitions, pruned at run time
SELECT noted('SELECT note FROM parts');
SELECT noted('SELECT note FROM parts WHERE customer >= (SELECT become(other()))');
SELECT noted('SELECT note FROM parts WHERE customer >= become(other())');
-- wrappers of the accessors count as what they call
SELECT noted('SELECT note || me || b || you AS note FROM (SELECT note, me_sql() AS me, become(other()) AS b, me_sql() AS you FROM tickets OFFSET 0) x');
SELECT noted('SELECT me_sql_called()::text || me_sql_called() AS note FROM numbers WHERE become(CASE i WHEN 5 THEN other() ELSE current_setting(''test.eve'') END) = 0');
SELECT noted('SELECT me_plpgsql()::text AS note FROM numbers WHERE become(CASE i WHEN 5 THEN other() ELSE current_setting(''test.eve'') END) = 0');
SELECT noted('SELECT me_query()::text AS note FROM numbers WHERE become(CASE i WHEN 5 THEN other() ELSE current_setting(''test.eve'') END) = 0');
SELECT noted('SELECT here() || me_query() AS note FROM numbers WHERE i + become(CASE WHEN i > 4 THEN other() ELSE current_setting(''test.eve'') END) < 9');
SELECT noted('SELECT attempt(''SELECT note FROM tickets'') AS note FROM numbers WHERE i < 3');
SELECT noted('SELECT note FROM visible() WHERE become(other()) = 0');
SELECT noted('SELECT visible()::text AS note, become(other()) FROM numbers');
-- without a table, the plan's own calls must read one token
SELECT noted('SELECT hcjwt.user_id() || hcjwt.authenticate(other())::text || hcjwt.user_id() AS note');
SELECT noted('SELECT hcjwt.email() AS note FROM generate_series(1, 3) i WHERE become(CASE i WHEN 2 THEN other() ELSE current_setting(''test.eve'') END) = 0');
SELECT noted('SELECT hcjwt.email() AS note FROM (VALUES (1), (2)) v (i) ORDER BY hcjwt.claim(''userId''), become(other()), hcjwt.claim(''org'')');
-- a view counts as a table, also one that reads a function alone
RESET ROLE;
CREATE FUNCTION secrets() RETURNS TABLE (org text, note text) LANGUAGE plpgsql SECURITY DEFINER AS
	$$ BEGIN RETURN QUERY SELECT o, 'secret of ' || o FROM unnest('{2,1}'::text[]) o; END $$;
CREATE FUNCTION my_org() RETURNS text LANGUAGE plpgsql STABLE AS 'BEGIN RETURN hcjwt.claim(''org''); END';
CREATE FUNCTION my_role() RETURNS text LANGUAGE plpgsql STABLE AS 'BEGIN RETURN hcjwt.claim(''role''); END';
CREATE VIEW mine WITH (security_barrier) AS SELECT s.* FROM secrets() s WHERE s.org = my_org() AND my_role() = 'admin';
CREATE VIEW my_notes AS SELECT help_center, customer, note FROM tickets;
ALTER VIEW my_notes ALTER help_center SET DEFAULT here();
CREATE FUNCTION my_notes_insert() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
	IF NEW.customer <> hcjwt.user_id() THEN
		RAISE 'not yours' USING ERRCODE = '42501';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER i INSTEAD OF INSERT ON my_notes FOR EACH ROW EXECUTE FUNCTION my_notes_insert();
GRANT ALL ON mine, my_notes TO regress_hcjwt_api;
SET ROLE regress_hcjwt_api;
SELECT noted('SELECT note || become(current_setting(''test.eve'')) AS note FROM (SELECT become(other()) AS b OFFSET 0) b, mine WHERE b = 0');
SELECT attempt('INSERT INTO my_notes (customer, note) VALUES (4, ''x'') RETURNING help_center || customer');
SELECT attempt('INSERT INTO my_notes (customer, note) VALUES (1 + become(other()), ''x'') RETURNING help_center || customer');
-- setting the same token again changes nothing
SELECT noted('SELECT note FROM tickets WHERE customer >= (SELECT become(current_setting(''test.eve'')))');
SELECT noted('SELECT hcjwt.email() || become(current_setting(''test.eve'')) || hcjwt.email() AS note');
-- a token that is refused changes nothing; one that is set in vain does
CREATE FUNCTION pg_temp.in_vain(token text) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
	PERFORM hcjwt.authenticate(token);
	RAISE 'back';
EXCEPTION WHEN OTHERS THEN
	RETURN 0;
END $$;
SELECT noted('SELECT note FROM tickets WHERE customer >= (SELECT pg_temp.in_vain(''nonsense''))');
SELECT noted('SELECT note FROM tickets WHERE customer >= (SELECT pg_temp.in_vain(other()))');
-- settings by which a token is judged
SELECT noted('SELECT note FROM tickets WHERE customer >= (SELECT 0 * length(set_config(''hcjwt.expected_help_center'', ''beta'', true)))');

--
-- Queries that write
--
SELECT attempt('UPDATE tickets SET note = note || ''!'' WHERE customer >= (SELECT become(other())) RETURNING note');
SELECT attempt('DELETE FROM tickets WHERE customer >= (SELECT become(other())) RETURNING note');
SELECT attempt('UPDATE orders SET amount = amount + become(other()) RETURNING org || role');
SELECT attempt('INSERT INTO orders SELECT hcjwt.claim(''org''), CASE WHEN become(other()) = 0 THEN hcjwt.claim(''role'') END, 1 RETURNING org || role');
SELECT attempt('INSERT INTO orders VALUES (hcjwt.claim(''org''), CASE WHEN become(other()) = 0 THEN ''admin'' END, 1) RETURNING org || role');
SELECT attempt('INSERT INTO orders (org, amount) VALUES (hcjwt.claim(''org''), become(other())) RETURNING org || role');
SELECT attempt('INSERT INTO tickets VALUES (''acme'', 4, '''') ON CONFLICT (help_center, customer) DO UPDATE SET note = become(other())::text RETURNING note');
SELECT attempt('INSERT INTO tickets VALUES (''acme'', 4, '''') ON CONFLICT (help_center, customer) DO UPDATE SET note = ''mine'' WHERE become(other()) = 0 RETURNING note');
SELECT attempt('MERGE INTO tickets t USING (SELECT become(other()) AS b OFFSET 0) s ON t.customer > s.b AND t.help_center = hcjwt.help_center() WHEN MATCHED THEN UPDATE SET note = hcjwt.email()');
SELECT attempt('MERGE INTO orders o USING numbers n ON o.amount = n.i AND o.org = hcjwt.claim(''org'') WHEN MATCHED AND become(other()) = 0 THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (hcjwt.claim(''org''), hcjwt.claim(''role''), 7)');
SELECT attempt('WITH a AS (UPDATE tickets SET note = ''a'' RETURNING note), b AS (SELECT become(other()) FROM a) SELECT * FROM b, tickets');
RESET ROLE;
SELECT DISTINCT note FROM tickets WHERE note !~ '^(acme|beta) \d+$';
SELECT org, role, count(*), sum(amount) FROM orders GROUP BY org, role ORDER BY org, role;

-- triggers, and actions of foreign keys
CREATE TABLE parents (help_center text, customer bigint, PRIMARY KEY (help_center, customer));
INSERT INTO parents SELECT help_center, customer FROM tickets;
ALTER TABLE parents ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON parents USING (help_center = hcjwt.help_center() AND customer = hcjwt.user_id());
CREATE TABLE children (help_center text, customer bigint, seen text DEFAULT hcjwt.email(),
	FOREIGN KEY (help_center, customer) REFERENCES parents ON DELETE CASCADE);
GRANT ALL ON parents, children TO regress_hcjwt_api;
CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_ARGV[0] <> '' THEN
		PERFORM become(CASE TG_ARGV[0] WHEN 'eve' THEN current_setting('test.eve') ELSE other() END);
	END IF;
	RAISE WARNING '% % by %', TG_WHEN, TG_OP, hcjwt.email();
	RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER a BEFORE INSERT ON children FOR EACH ROW EXECUTE FUNCTION audit('');
CREATE TRIGGER b AFTER INSERT ON children FOR EACH ROW EXECUTE FUNCTION audit('');
SET ROLE regress_hcjwt_api;
SELECT attempt('INSERT INTO children VALUES (''acme'', 4, DEFAULT) RETURNING seen');
SELECT attempt('INSERT INTO children VALUES (''acme'', 4 + become(other()), DEFAULT) RETURNING seen');
SELECT attempt('INSERT INTO children SELECT hcjwt.help_center(), 4, ''x'' FROM numbers WHERE i < 3 AND become(CASE i WHEN 2 THEN other() ELSE current_setting(''test.eve'') END) = 0 RETURNING seen');
RESET ROLE;
CREATE TRIGGER c AFTER INSERT ON children FOR EACH ROW EXECUTE FUNCTION audit('other');
SET ROLE regress_hcjwt_api;
SELECT attempt('INSERT INTO children VALUES (''acme'', 4, DEFAULT) RETURNING seen');
RESET ROLE;
DROP TRIGGER c ON children;
CREATE TRIGGER c BEFORE DELETE ON children FOR EACH ROW EXECUTE FUNCTION audit('other');
SET ROLE regress_hcjwt_api;
SELECT attempt('DELETE FROM parents WHERE customer > 0 RETURNING customer');
RESET ROLE;
SELECT count(*) FROM parents;
-- a trigger that authenticates the same visitor again
DROP TRIGGER c ON children;
CREATE TRIGGER c BEFORE DELETE ON children FOR EACH ROW EXECUTE FUNCTION audit('eve');
SET ROLE regress_hcjwt_api;
SELECT attempt('DELETE FROM parents WHERE customer > 0 RETURNING customer');

--
-- Queries that are run on
--
\pset format aligned
\pset tuples_only off
\set VERBOSITY sqlstate
BEGIN;
SELECT hcjwt.authenticate(:'eve') ->> 'userId' AS eve;
SET enable_sort = off;
DECLARE c CURSOR FOR SELECT note FROM tickets UNION ALL SELECT i::text FROM generate_series(1, 9) i;
FETCH 1 FROM c;
SELECT hcjwt.authenticate(:'eve') ->> 'userId' AS again;
FETCH 1 FROM c;
SAVEPOINT s;
SELECT hcjwt.authenticate(:'other') ->> 'userId' AS other;
FETCH 1 FROM c;
ROLLBACK TO s;
-- PostgreSQL lets a cursor that has failed be fetched from no more
FETCH 1 FROM c;
ROLLBACK;
-- a savepoint brings the token back, so it goes on
BEGIN;
SELECT hcjwt.authenticate(:'eve') ->> 'userId' AS eve;
DECLARE c CURSOR FOR SELECT note FROM tickets UNION ALL SELECT i::text FROM generate_series(1, 9) i;
FETCH 1 FROM c;
SAVEPOINT s;
SELECT hcjwt.authenticate(:'other') ->> 'userId' AS other;
ROLLBACK TO s;
FETCH 1 FROM c;
SELECT hcjwt.authenticate(NULL);
FETCH 1 FROM c;
ROLLBACK;
-- all rows have come: there is nothing more to read
BEGIN;
SELECT hcjwt.authenticate(:'eve') ->> 'userId' AS eve;
DECLARE c NO SCROLL CURSOR FOR SELECT note FROM tickets;
FETCH ALL FROM c;
SELECT hcjwt.authenticate(:'other') ->> 'userId' AS other;
FETCH ALL FROM c;
CLOSE c;
SELECT note FROM tickets;
ROLLBACK;
-- anonymous first, then a visitor
BEGIN;
DECLARE c CURSOR FOR SELECT coalesce(hcjwt.email(), 'nobody') FROM generate_series(1, 3);
FETCH 1 FROM c;
SELECT hcjwt.authenticate(:'eve') ->> 'userId' AS eve;
FETCH 1 FROM c;
ROLLBACK;
-- a query inside the cursor's query has read a token, and the cursor must keep to it, too
BEGIN;
SELECT hcjwt.authenticate(:'eve') ->> 'userId' AS eve;
DECLARE c CURSOR FOR SELECT me_query() FROM generate_series(1, 3);
FETCH 1 FROM c;
SELECT hcjwt.authenticate(:'other') ->> 'userId' AS other;
FETCH 1 FROM c;
ROLLBACK;
-- the same token, as another help center's
RESET ROLE;
BEGIN;
SELECT hcjwt.import_keys('beta', :'acme_jwks');
SET LOCAL hcjwt.expected_help_center = 'acme';
SET LOCAL hcjwt.token = :'eve';
DECLARE c CURSOR FOR SELECT hcjwt.help_center() FROM numbers;
FETCH 1 FROM c;
SET LOCAL hcjwt.expected_help_center = 'beta';
SELECT hcjwt.help_center();
FETCH 1 FROM c;
ROLLBACK;
SET ROLE regress_hcjwt_api;
-- a query that has read nothing yet reads the token that it meets
BEGIN;
DECLARE c CURSOR FOR SELECT i::text FROM generate_series(1, 2) i UNION ALL SELECT note FROM tickets;
FETCH 1 FROM c;
SELECT hcjwt.authenticate(:'eve') ->> 'userId' AS eve;
FETCH ALL FROM c;
ROLLBACK;
-- rewound: index keys are computed while no query runs
BEGIN;
SELECT hcjwt.authenticate(:'other') ->> 'userId' AS other;
DECLARE c SCROLL CURSOR FOR SELECT i::text FROM generate_series(1, 2) i UNION ALL SELECT note FROM tickets;
FETCH 1 FROM c;
MOVE ABSOLUTE 0 FROM c;
SELECT hcjwt.authenticate(:'eve') ->> 'userId' AS eve;
FETCH ALL FROM c;
ROLLBACK;
BEGIN;
SELECT hcjwt.authenticate(:'other') ->> 'userId' AS other;
DECLARE c SCROLL CURSOR FOR SELECT i::text FROM generate_series(1, 2) i UNION ALL SELECT note FROM wrapped;
FETCH 1 FROM c;
MOVE ABSOLUTE 0 FROM c;
SELECT hcjwt.authenticate(:'eve') ->> 'userId' AS eve;
FETCH ALL FROM c;
ROLLBACK;
CREATE FUNCTION pg_temp.rewind(c refcursor) RETURNS int LANGUAGE plpgsql AS 'BEGIN MOVE ABSOLUTE 0 FROM c; RETURN 0; END';
BEGIN;
SELECT hcjwt.authenticate(:'other') ->> 'userId' AS other;
DECLARE c SCROLL CURSOR FOR SELECT i::text FROM generate_series(1, 2) i UNION ALL SELECT note FROM wrapped;
FETCH 1 FROM c;
SELECT pg_temp.rewind('c') FROM numbers WHERE i = 1;
SELECT hcjwt.authenticate(NULL);
FETCH ALL FROM c;
ROLLBACK;
BEGIN;
SELECT hcjwt.authenticate(:'eve') ->> 'userId' AS eve;
DECLARE c SCROLL CURSOR FOR SELECT i::text FROM generate_series(1, 2) i UNION ALL SELECT note FROM wrapped;
FETCH 1 FROM c;
MOVE ABSOLUTE 0 FROM c;
FETCH ALL FROM c;
ROLLBACK;
-- the wrapper reads by a portal of its own, or has read already: a cursor that was rewound
-- under another token is not run on
RESET ROLE;
CREATE FUNCTION me_loop() RETURNS bigint LANGUAGE plpgsql STABLE AS
	$$ DECLARE r record; BEGIN FOR r IN SELECT hcjwt.user_id() AS me LOOP RETURN r.me; END LOOP; END $$;
CREATE TABLE looped (help_center text, customer bigint, note text);
INSERT INTO looped SELECT * FROM tickets;
CREATE INDEX ON looped (customer);
ALTER TABLE looped ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON looped USING (customer = me_loop() AND help_center = hcjwt.help_center());
GRANT ALL ON looped TO regress_hcjwt_api;
SET ROLE regress_hcjwt_api;
BEGIN;
SELECT hcjwt.authenticate(:'eve') ->> 'userId' AS eve;
DECLARE c SCROLL CURSOR FOR SELECT note FROM looped;
FETCH 1 FROM c;
SELECT hcjwt.authenticate(:'other') ->> 'userId' AS other;
MOVE ABSOLUTE 0 FROM c;
SELECT hcjwt.authenticate(:'eve') ->> 'userId' AS eve;
FETCH ALL FROM c;
ROLLBACK;
BEGIN;
DECLARE c SCROLL CURSOR FOR SELECT i::text FROM generate_series(1, 2) i UNION ALL SELECT note FROM looped;
FETCH 1 FROM c;
SELECT hcjwt.authenticate(:'other') ->> 'userId' AS other;
SELECT me_plpgsql(), pg_temp.rewind('c') FROM numbers LIMIT 1;
SELECT hcjwt.authenticate(:'eve') ->> 'userId' AS eve;
FETCH ALL FROM c;
ROLLBACK;
BEGIN;
SELECT hcjwt.authenticate(:'eve') ->> 'userId' AS eve;
DECLARE c SCROLL CURSOR FOR SELECT note FROM looped;
FETCH ALL FROM c;
MOVE ABSOLUTE 0 FROM c;
FETCH ALL FROM c;
ROLLBACK;
BEGIN;
SELECT hcjwt.authenticate(:'eve') ->> 'userId' AS eve;
DECLARE c SCROLL CURSOR WITH HOLD FOR SELECT note FROM looped;
COMMIT;
FETCH ALL FROM c;
-- rows that a policy or a view chose while the cursor was rewound are not held either
RESET ROLE;
CREATE TABLE chosen AS SELECT * FROM tickets;
CREATE INDEX ON chosen (customer);
CREATE VIEW my_chosen AS SELECT note FROM chosen WHERE customer = me_loop();
GRANT ALL ON chosen, my_chosen TO regress_hcjwt_api;
SET ROLE regress_hcjwt_api;
BEGIN;
SELECT hcjwt.authenticate(:'eve') ->> 'userId' AS eve;
DECLARE c SCROLL CURSOR WITH HOLD FOR SELECT note FROM my_chosen;
COMMIT;
FETCH ALL FROM c;
RESET ROLE;
ALTER TABLE chosen ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON chosen USING (customer = me_loop());
SET ROLE regress_hcjwt_api;
BEGIN;
SELECT hcjwt.authenticate(:'eve') ->> 'userId' AS eve;
DECLARE c SCROLL CURSOR WITH HOLD FOR SELECT note FROM chosen;
COMMIT;
FETCH ALL FROM c;
CREATE FUNCTION pg_temp.and_then_nobody() RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM hcjwt.authenticate(current_setting('test.eve'));
	RETURN QUERY SELECT note FROM tickets;
	PERFORM hcjwt.authenticate(NULL);
	PERFORM hcjwt.user_id();
END $$;
BEGIN;
DECLARE c CURSOR WITH HOLD FOR SELECT * FROM pg_temp.and_then_nobody();
COMMIT;
FETCH ALL FROM c;
-- expired: a token that lives for a second, read while it is good, however slow the machine is
RESET ROLE;
SELECT set_config('test.sign', :'acme' || ' --life 1 --claims ''{"userId":4}''', false) <> '' AS set;
CREATE TEMP TABLE made (token text);
\set VERBOSITY terse
DO $$
DECLARE
	c refcursor;
	brief text;
	me bigint;
BEGIN
	LOOP
		BEGIN
			DELETE FROM made;
			EXECUTE format('COPY made FROM PROGRAM %L', current_setting('test.sign'));
			SELECT token INTO brief FROM made;
			PERFORM hcjwt.authenticate(brief);
			OPEN c FOR SELECT hcjwt.user_id() FROM generate_series(1, 9);
			FETCH c INTO me;
			SELECT me_plpgsql() FROM numbers WHERE i = 1 INTO me;
			EXIT;
		EXCEPTION WHEN SQLSTATE '28J01' OR SQLSTATE '28J05' THEN
			NULL;
		END;
	END LOOP;
	-- no query runs while this waits, nor when the token is read next
	LOOP
		EXIT WHEN hcjwt.try_verify(brief) IS NULL;
	END LOOP;
	BEGIN
		me := me_plpgsql();
		RAISE WARNING 'it went on';
	EXCEPTION WHEN SQLSTATE '28J01' THEN
		RAISE WARNING 'outside of queries: %', SQLSTATE;
	END;
	BEGIN
		FETCH c INTO me;
		RAISE WARNING 'it went on';
	EXCEPTION WHEN SQLSTATE '28J05' THEN
		RAISE WARNING 'an open cursor: %', SQLSTATE;
	END;
	BEGIN
		SELECT hcjwt.user_id() FROM numbers INTO me;
		RAISE WARNING 'it went on';
	EXCEPTION WHEN SQLSTATE '28J01' THEN
		RAISE WARNING 'a new query: %', SQLSTATE;
	END;
END $$;
\set VERBOSITY sqlstate
DROP TABLE made;
-- the key is no longer trusted
BEGIN;
SELECT hcjwt.authenticate(:'eve') ->> 'userId' AS eve;
DECLARE c CURSOR FOR SELECT hcjwt.user_id() FROM generate_series(1, 3);
FETCH 1 FROM c;
SELECT hcjwt.revoke_key('acme', :'acme_kid');
FETCH 1 FROM c;
ROLLBACK;
SET ROLE regress_hcjwt_api;
-- loops of PL/pgSQL fetch a few rows at a time
\set VERBOSITY terse
DO $$
DECLARE
	r record;
	n int := 0;
BEGIN
	PERFORM hcjwt.authenticate(current_setting('test.eve'));
	FOR r IN SELECT org FROM orders LOOP
		n := n + 1;
		PERFORM hcjwt.authenticate(other());
	END LOOP;
EXCEPTION WHEN SQLSTATE '28J05' THEN
	RAISE WARNING '28J05 after % rows', n;
END $$;
\set VERBOSITY sqlstate

--
-- WITH HOLD, and loops that commit: no row outlives the transaction
--
BEGIN;
SELECT hcjwt.authenticate(:'eve') ->> 'userId' AS eve;
DECLARE c CURSOR WITH HOLD FOR SELECT note FROM tickets;
COMMIT;
FETCH ALL FROM c;
BEGIN;
SELECT hcjwt.authenticate(:'eve') ->> 'userId' AS eve;
DECLARE c CURSOR WITH HOLD FOR SELECT note FROM visible();
FETCH 1 FROM c;
COMMIT;
FETCH ALL FROM c;
BEGIN;
SELECT hcjwt.authenticate(:'eve') ->> 'userId' AS eve;
DECLARE c NO SCROLL CURSOR WITH HOLD FOR SELECT note FROM tickets;
FETCH ALL FROM c;
DECLARE d CURSOR WITH HOLD FOR SELECT i FROM numbers WHERE i < 3;
COMMIT;
FETCH ALL FROM c;
FETCH ALL FROM d;
CLOSE ALL;
BEGIN;
SELECT hcjwt.authenticate(:'eve') ->> 'userId' AS eve;
DECLARE c SCROLL CURSOR WITH HOLD FOR SELECT note FROM wrapped;
COMMIT;
FETCH ALL FROM c;
CREATE PROCEDURE pg_temp.commits() LANGUAGE plpgsql AS $$
DECLARE
	r record;
BEGIN
	PERFORM hcjwt.authenticate(current_setting('test.eve'));
	FOR r IN SELECT note FROM tickets LOOP
		COMMIT;
		RAISE WARNING '% after the commit', r.note;
	END LOOP;
END $$;
CALL pg_temp.commits();
SELECT count(*) FROM pg_cursors;
SELECT hcjwt.user_id();

--
-- Parallel workers have their leader's token, and cannot change it
--
RESET ROLE;
CREATE FUNCTION become_in_worker(token text) RETURNS int LANGUAGE plpgsql PARALLEL SAFE AS 'BEGIN PERFORM hcjwt.authenticate(token); RETURN 0; END';
ALTER FUNCTION me_plpgsql() PARALLEL SAFE;
ALTER FUNCTION me_query() PARALLEL SAFE;
SET ROLE regress_hcjwt_api;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET parallel_leader_participation = off;
SET enable_seqscan = on;
SET enable_indexscan = off;
SET enable_bitmapscan = off;
BEGIN;
SELECT hcjwt.authenticate(:'eve') ->> 'userId' AS eve;
EXPLAIN (COSTS off) SELECT count(*), max(note), max(me_plpgsql()), max(me_query()) FROM tickets;
SELECT count(*), max(note), max(me_plpgsql()), max(me_query()) FROM tickets;
SAVEPOINT s;
SELECT count(*), max(note) FROM tickets WHERE customer >= become_in_worker(current_setting('test.other'));
ROLLBACK TO s;
SELECT max(note), become(current_setting('test.other')), (SELECT max(note) FROM tickets) FROM tickets;
ROLLBACK;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET parallel_leader_participation;
SET enable_seqscan = off;
RESET enable_indexscan;
RESET enable_bitmapscan;

-- what only workers read counts, too: they run inside a function of the query
RESET ROLE;
SELECT set_config(name, 'on', false) <> '' AS all_in_workers FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query');
CREATE FUNCTION rows_of(i int) RETURNS SETOF tickets LANGUAGE plpgsql AS 'BEGIN RETURN QUERY SELECT * FROM tickets; END';
CREATE FUNCTION my_help_center_is(h text) RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER AS
	$$ BEGIN PERFORM FROM numbers WHERE i = 1 AND h = hcjwt.help_center(); RETURN FOUND; END $$;
CREATE TABLE docs AS SELECT * FROM tickets;
ALTER TABLE docs ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON docs USING (customer = hcjwt.user_id() AND my_help_center_is(help_center));
GRANT ALL ON docs TO regress_hcjwt_api;
SET plan_cache_mode = force_generic_plan;
SET ROLE regress_hcjwt_api;
SELECT noted('SELECT t.note FROM numbers n, LATERAL (SELECT become(CASE i WHEN 1 THEN current_setting(''test.eve'') ELSE other() END), i FROM numbers WHERE i = n.i OFFSET 0) b, LATERAL rows_of(b.i) t WHERE n.i < 3');
BEGIN;
SELECT hcjwt.authenticate(:'other') ->> 'userId' AS other;
SELECT my_help_center_is('acme'), become(NULL);
SELECT hcjwt.authenticate(:'eve') ->> 'userId' AS eve;
SELECT note FROM docs;
SELECT note FROM docs WHERE length(note) > (SELECT become(:'other'));
ROLLBACK;
BEGIN;
SELECT hcjwt.authenticate(:'eve') ->> 'userId' AS eve;
SELECT note FROM rows_of(1);
DECLARE h CURSOR WITH HOLD FOR SELECT note FROM rows_of(1);
COMMIT;
FETCH ALL FROM h;
-- a query in workers that reads no claim runs even with a token that is refused
BEGIN;
SET LOCAL hcjwt.token = 'nonsense';
SELECT count(*) FROM numbers;
ROLLBACK;
RESET ROLE;
SELECT set_config(name, 'off', false) <> '' AS all_in_workers FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query');
RESET plan_cache_mode;

--
-- COPY FROM and TRUNCATE: defaults, conditions and triggers
--
CREATE TABLE msgs (help_center text DEFAULT hcjwt.help_center(), customer bigint, note text, CHECK (customer = hcjwt.user_id()));
CREATE FUNCTION other_after_x(note text) RETURNS int LANGUAGE plpgsql AS
	$$ BEGIN RETURN become(CASE note WHEN 'x' THEN other() ELSE current_setting('test.eve') END); END $$;
CREATE FUNCTION truncated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE WARNING 'truncated by %', hcjwt.email();
	PERFORM become(other());
	RETURN NULL;
END $$;
GRANT ALL ON msgs TO regress_hcjwt_api;
SET ROLE regress_hcjwt_api;
BEGIN;
SELECT hcjwt.authenticate(:'eve') ->> 'userId' AS eve;
COPY msgs (customer, note) FROM STDIN WHERE other_after_x(note) = 0;
4	y
4	z
\.
SELECT * FROM msgs;
COPY msgs (customer, note) FROM STDIN WHERE other_after_x(note) = 0;
1	x
\.
ROLLBACK;
RESET ROLE;
CREATE TRIGGER a BEFORE TRUNCATE ON msgs EXECUTE FUNCTION truncated();
CREATE TRIGGER b AFTER TRUNCATE ON msgs EXECUTE FUNCTION truncated();
SET ROLE regress_hcjwt_api;
\set VERBOSITY terse
BEGIN;
SELECT hcjwt.authenticate(:'eve') ->> 'userId' AS eve;
TRUNCATE msgs;
ROLLBACK;
\set VERBOSITY sqlstate

--
-- Generic plans, prepared statements
--
SET plan_cache_mode = force_generic_plan;
PREPARE mine (text) AS SELECT note FROM tickets WHERE customer >= (SELECT become($1));
BEGIN;
SELECT hcjwt.authenticate(:'eve') ->> 'userId' AS eve;
EXECUTE mine (:'eve');
EXECUTE mine (:'other');
ROLLBACK;
BEGIN;
SELECT hcjwt.authenticate(:'other') ->> 'userId' AS other;
EXECUTE mine (:'other');
ROLLBACK;
DEALLOCATE mine;
RESET plan_cache_mode;

--
-- What stays possible: to take turns where no rows of two visitors meet
--
\set VERBOSITY terse
DO $$
DECLARE
	seen text := '';
	more text;
BEGIN
	FOR i IN 1 .. 3 LOOP
		PERFORM hcjwt.authenticate(current_setting('test.eve'));
		SELECT note INTO more FROM tickets;
		seen := seen || more || ' as ' || hcjwt.user_id() || ', ';
		PERFORM hcjwt.authenticate(other());
		SELECT note INTO more FROM tickets;
		seen := seen || more || ' as ' || hcjwt.user_id() || ', ';
		PERFORM hcjwt.authenticate(NULL);
		IF EXISTS (SELECT FROM tickets) OR hcjwt.user_id() IS NOT NULL THEN
			RAISE 'somebody''s rows';
		END IF;
	END LOOP;
	RAISE WARNING '%', seen;
END $$;
CREATE FUNCTION pg_temp.turns() RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
	PERFORM hcjwt.authenticate(current_setting('test.eve'));
	RETURN QUERY SELECT note FROM tickets;
	RETURN NEXT hcjwt.email();
	PERFORM hcjwt.authenticate(other());
	RETURN QUERY SELECT note FROM tickets;
	RETURN NEXT hcjwt.email();
END $$;
SELECT * FROM pg_temp.turns();
SELECT pg_temp.turns();
SELECT string_agg(t, ',') FROM pg_temp.turns() t;
SELECT pg_temp.turns() FROM numbers WHERE i = 1;
-- from one visitor to another and back, over rows of the first
DO $$
DECLARE
	r record;
	seen text := '';
BEGIN
	PERFORM hcjwt.authenticate(current_setting('test.eve'));
	FOR r IN SELECT org FROM orders LIMIT 12 LOOP
		PERFORM hcjwt.authenticate(other());
		seen := seen || (SELECT left(note, 1) FROM tickets);
		PERFORM hcjwt.authenticate(NULL);
		PERFORM hcjwt.authenticate(current_setting('test.eve'));
		seen := seen || (SELECT left(note, 1) FROM tickets);
	END LOOP;
	RAISE WARNING '%', seen;
END $$;
-- a loop over visitors, whose own query reads no claim
CREATE TEMP TABLE people (n int, token text);
INSERT INTO people SELECT i, CASE i % 3 WHEN 0 THEN :'eve' WHEN 1 THEN :'other' END FROM generate_series(1, 60) i;
DO $$
DECLARE
	p record;
	seen text := '';
BEGIN
	FOR p IN SELECT token FROM people ORDER BY n LOOP
		PERFORM hcjwt.authenticate(p.token);
		seen := seen || coalesce((SELECT left(note, 1) FROM tickets), '-');
	END LOOP;
	RAISE WARNING '%', seen;
END $$;
SELECT n, hcjwt.authenticate(token) ->> 'email' AS mail FROM people ORDER BY n LIMIT 3;
SELECT n, hcjwt.authenticate(token) ->> 'email' AS mail, hcjwt.email() FROM people ORDER BY n LIMIT 3;
SELECT hcjwt.authenticate(:'eve') ->> 'email' AS alone;
SELECT hcjwt.authenticate(:'eve') ->> 'email' AS mail, hcjwt.email() AS then;
SELECT hcjwt.authenticate(:'eve') IS NULL AS first, hcjwt.authenticate(:'other') ->> 'email' AS mail, hcjwt.email() AS last;
-- nobody is read as well, and so is a token that was taken away
SELECT hcjwt.user_id(), become(:'eve') FROM numbers WHERE i < 3;
BEGIN;
SELECT hcjwt.authenticate(:'eve') ->> 'userId' AS eve;
SELECT hcjwt.user_id(), set_config('hcjwt.token', '', true) FROM numbers WHERE i < 3;
ROLLBACK;
-- a function's call of an accessor counts for each query that comes to it
BEGIN;
SELECT hcjwt.authenticate(:'eve') ->> 'userId' AS eve;
SELECT me_plpgsql() FROM numbers WHERE i = 1;
SELECT me_plpgsql(), become(:'other'), me_plpgsql() FROM numbers WHERE i = 1;
ROLLBACK;
-- claims whose names are nearly alike
BEGIN;
SELECT hcjwt.authenticate(:'eve') ->> 'userId' AS eve;
SELECT name, hcjwt.claim(name) FROM unnest('{email,emaik,demail,email}'::text[]) name;
ROLLBACK;
-- two tokens that differ late are two
SELECT repeat('x', 600) AS filler \gset
\setenv FILLER :filler
\set late_1 `:acme --claims "{\"aaa\":\"$FILLER\",\"userId\":1}"`
\set late_2 `:acme --claims "{\"aaa\":\"$FILLER\",\"userId\":2}"`
SELECT left(:'late_1', 700) = left(:'late_2', 700) AS alike;
BEGIN;
SELECT hcjwt.authenticate(:'late_1') ->> 'userId' AS late;
SELECT hcjwt.user_id(), become(:'late_2') FROM numbers WHERE i < 3;
ROLLBACK;
-- a view without a table is one query, too; without the view functions take turns
CREATE TEMP VIEW one AS SELECT 1 AS one;
SELECT attempt('SELECT concat(me_plpgsql(), become(other()), here(), me_plpgsql()) FROM (SELECT 1) one');
SELECT attempt('SELECT concat(me_plpgsql(), become(other()), here(), me_plpgsql()) FROM one');
DROP VIEW one;
-- the whole error, once
\set VERBOSITY default
BEGIN;
SELECT hcjwt.authenticate(:'eve') ->> 'userId' AS eve;
SELECT note FROM tickets WHERE customer >= (SELECT become(:'other'));
ROLLBACK;
BEGIN;
SELECT hcjwt.authenticate(:'eve') ->> 'userId' AS eve;
DECLARE c CURSOR WITH HOLD FOR SELECT note FROM tickets;
COMMIT;
RESET ROLE;
SELECT rejected_by_reason -> 'changed' > '10' AS counted FROM hcjwt.stats;

DROP TABLE tickets, orders, parts, numbers, wrapped, looped, chosen, docs, msgs, children, parents, people CASCADE;
DROP VIEW mine;
DROP FUNCTION secrets, my_org, my_role, my_notes_insert, me_definer, me_loop, my_help_center_is, other_after_x, truncated, me_sql, me_sql_called, me_plpgsql, me_query, here, become, become_by_set, become_in_worker, other, attempt, noted, audit;
DROP EXTENSION hcjwt;
DROP OWNED BY regress_hcjwt_api;
DROP ROLE regress_hcjwt_api;
