--
-- The token of a transaction: how it is set, stays and goes, and its claims.
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
DROP ROLE IF EXISTS regress_hcjwt_user;
CREATE ROLE regress_hcjwt_user;
\set ada `:acme --claims '{"userId":1,"email":"ada@example.com","externalId":"a-1"}'`
\set bob `:beta --claims '{"userId":2,"email":"bob@example.com"}'`
\set expired `:acme --life -1 --claims '{"userId":1}'`
\setenv KID :acme_kid
\set unknown `:beta --kid none --claims '{"userId":1}'`
\set forged `:beta --kid $KID --claims '{"userId":1}'`
\set VERBOSITY sqlstate
SET ROLE regress_hcjwt_user;

--
-- authenticate()
--
SELECT hcjwt.user_id();
BEGIN;
SELECT hcjwt.authenticate(:'ada') - 'exp' AS payload;
SELECT hcjwt.user_id(), hcjwt.email(), hcjwt.external_id(), hcjwt.help_center(),
	hcjwt.expires_at() BETWEEN now() + interval '200 s' AND now() + interval '300 s' AS expires,
	hcjwt.claims() - 'exp' AS claims, hcjwt.claim('email');
SELECT hcjwt.user_id();
-- another good token takes its place, a bad one does not
SELECT hcjwt.authenticate(:'bob') ->> 'userId' AS bob;
SELECT hcjwt.user_id(), hcjwt.email(), hcjwt.external_id(), hcjwt.help_center();
SAVEPOINT s;
SELECT hcjwt.authenticate('nonsense');
ROLLBACK TO s;
SELECT hcjwt.user_id();
SELECT hcjwt.authenticate(:'expired');
ROLLBACK TO s;
SELECT hcjwt.authenticate(:'forged');
ROLLBACK TO s;
SELECT hcjwt.authenticate(:'unknown');
ROLLBACK TO s;
SELECT hcjwt.authenticate(:'ada', 'beta');
ROLLBACK TO s;
SELECT hcjwt.user_id(), hcjwt.help_center();
COMMIT;
-- Each transaction is anonymous until it authenticates.
SELECT hcjwt.user_id(), hcjwt.claims(), hcjwt.claim('email'), hcjwt.email(), hcjwt.external_id(), hcjwt.help_center(), hcjwt.expires_at();
SELECT hcjwt.authenticate(:'ada') ->> 'userId' AS ada;
SELECT hcjwt.user_id();
BEGIN;
SELECT hcjwt.authenticate(:'ada') ->> 'userId' AS ada;
ROLLBACK;
SELECT hcjwt.user_id();
BEGIN;
SELECT hcjwt.user_id();
COMMIT;
-- NULL and '' make it anonymous
BEGIN;
SELECT hcjwt.authenticate(:'ada', 'acme') ->> 'userId' AS ada, current_setting('hcjwt.expected_help_center');
SAVEPOINT s;
SELECT hcjwt.authenticate(NULL), hcjwt.authenticate(NULL, 'beta');
SELECT hcjwt.user_id(), hcjwt.claims(), current_setting('hcjwt.token') AS token, current_setting('hcjwt.expected_help_center');
ROLLBACK TO s;
SELECT hcjwt.user_id(), current_setting('hcjwt.expected_help_center');
SELECT hcjwt.authenticate('');
SELECT hcjwt.user_id();
ROLLBACK TO s;
SELECT hcjwt.user_id();
COMMIT;
-- a read-only transaction can authenticate, too
BEGIN TRANSACTION ISOLATION LEVEL SERIALIZABLE READ ONLY DEFERRABLE;
SELECT hcjwt.authenticate(:'ada') ->> 'userId' AS ada;
SELECT hcjwt.user_id();
COMMIT;

--
-- SET LOCAL, SET, savepoints, RESET, DISCARD
--
BEGIN;
SET LOCAL hcjwt.token = :'ada';
SELECT hcjwt.user_id();
SAVEPOINT a;
SET LOCAL hcjwt.token = :'bob';
SELECT hcjwt.user_id();
SAVEPOINT b;
SET LOCAL hcjwt.token = '';
SELECT hcjwt.user_id();
ROLLBACK TO b;
SELECT hcjwt.user_id();
RELEASE a;
SELECT hcjwt.user_id();
RESET hcjwt.token;
SELECT hcjwt.user_id();
ROLLBACK;
BEGIN;
SELECT set_config('hcjwt.token', :'ada', true);
SELECT hcjwt.user_id();
SAVEPOINT a;
SELECT set_config('hcjwt.token', :'bob', true);
SELECT 1/0;
ROLLBACK TO a;
SELECT hcjwt.user_id();
COMMIT;
SELECT hcjwt.user_id();
-- A bad token is refused at each use, not when it is set.
BEGIN;
SET LOCAL hcjwt.token = 'nonsense';
SAVEPOINT s;
SELECT hcjwt.user_id();
ROLLBACK TO s;
SELECT hcjwt.claims();
ROLLBACK TO s;
SELECT hcjwt.claim('userId');
ROLLBACK TO s;
SELECT hcjwt.email();
ROLLBACK TO s;
SELECT hcjwt.external_id();
ROLLBACK TO s;
SELECT hcjwt.help_center();
ROLLBACK TO s;
SELECT hcjwt.expires_at();
ROLLBACK TO s;
SELECT hcjwt.verify(:'ada') ->> 'userId' AS "verify() minds its argument alone";
SET LOCAL hcjwt.token = :'expired';
SELECT hcjwt.user_id();
ROLLBACK TO s;
SET LOCAL hcjwt.token = :'forged';
SELECT hcjwt.user_id();
ROLLBACK TO s;
SET LOCAL hcjwt.token = :'ada';
SELECT hcjwt.user_id();
SET LOCAL hcjwt.expected_help_center = 'beta';
SELECT hcjwt.user_id();
ROLLBACK TO s;
ROLLBACK;
-- The prefix that the setting stores before the token cannot be set.
BEGIN;
SELECT set_config('hcjwt.token', '00000000:' || :'ada', true);
SELECT hcjwt.user_id();
ROLLBACK;

-- Set for the session, it counts in the present transaction only.
BEGIN;
SET hcjwt.token = :'ada';
SELECT hcjwt.user_id();
COMMIT;
SELECT hcjwt.user_id();
\set VERBOSITY default
SELECT hcjwt.user_id();
\set VERBOSITY sqlstate
SELECT hcjwt.claims();
SELECT hcjwt.email();
SHOW hcjwt.token;
BEGIN;
SELECT hcjwt.user_id();
ROLLBACK;
SELECT hcjwt.verify(:'bob') ->> 'userId' AS "verify() does not mind";
SELECT hcjwt.authenticate(:'bob') ->> 'userId' AS bob;
SELECT hcjwt.user_id();
BEGIN;
SELECT hcjwt.authenticate(:'bob') ->> 'userId' AS bob;
SELECT hcjwt.user_id();
SAVEPOINT s;
SELECT hcjwt.authenticate(NULL);
SELECT hcjwt.user_id();
RESET hcjwt.token;
SELECT hcjwt.user_id();
COMMIT;
SELECT hcjwt.user_id();
SET hcjwt.token = :'ada';
SELECT hcjwt.user_id();
BEGIN;
SAVEPOINT s;
SET LOCAL hcjwt.token = :'bob';
SELECT hcjwt.user_id();
ROLLBACK TO s;
SELECT hcjwt.user_id();
ROLLBACK;
BEGIN;
SET LOCAL hcjwt.token = '';
SELECT hcjwt.user_id();
COMMIT;
SELECT hcjwt.user_id();
SET hcjwt.token TO DEFAULT;
SELECT hcjwt.user_id();
SET hcjwt.token = :'ada';
SELECT hcjwt.user_id();
RESET ALL;
SELECT hcjwt.user_id();
SET hcjwt.token = :'ada';
DISCARD PLANS;
SELECT hcjwt.user_id();
DISCARD ALL;		-- and the role
SELECT hcjwt.user_id(), current_setting('hcjwt.token') AS token;
SET client_min_messages = warning;
SET ROLE regress_hcjwt_user;
-- a token that a rolled-back transaction set is gone
BEGIN;
SET hcjwt.token = :'ada';
SELECT hcjwt.user_id();
ROLLBACK;
SELECT hcjwt.user_id();

-- so is one of the transaction before, where one follows the other
BEGIN;
SET hcjwt.token = :'ada';
SELECT hcjwt.user_id();
COMMIT AND CHAIN;
SELECT hcjwt.user_id();
ROLLBACK;
RESET hcjwt.token;
BEGIN;
SET LOCAL hcjwt.token = :'ada';
SELECT hcjwt.user_id();
ROLLBACK AND CHAIN;
SELECT hcjwt.user_id();
SET LOCAL hcjwt.token = :'bob';
SELECT hcjwt.user_id();
COMMIT AND CHAIN;
SELECT hcjwt.user_id();
COMMIT;
-- Several statements sent at once are one transaction.
SELECT hcjwt.authenticate(:'ada') ->> 'userId' AS ada \; SELECT hcjwt.user_id();
SELECT hcjwt.user_id();
SET hcjwt.token = :'ada' \; SELECT hcjwt.user_id();
SELECT hcjwt.user_id();
RESET hcjwt.token;

--
-- Only a superuser may set hcjwt.allow_session_token.
--
SET hcjwt.allow_session_token = on;
RESET ROLE;
SET hcjwt.allow_session_token = on;
SET ROLE regress_hcjwt_user;
SET hcjwt.token = :'ada';
SELECT hcjwt.user_id();
SELECT hcjwt.user_id();
BEGIN;
SELECT hcjwt.authenticate(:'bob') ->> 'userId' AS bob;
SELECT hcjwt.user_id();
COMMIT;
SELECT hcjwt.user_id();
BEGIN;
SELECT hcjwt.authenticate(NULL);
SELECT hcjwt.user_id();
COMMIT;
SELECT hcjwt.user_id();
RESET ROLE;
RESET hcjwt.allow_session_token;
SET ROLE regress_hcjwt_user;
SELECT hcjwt.user_id();
RESET hcjwt.token;

--
-- Nothing shows the token.
--
BEGIN;
SET LOCAL hcjwt.token = :'ada';
SELECT hcjwt.user_id();
SHOW hcjwt.token;
SELECT current_setting('hcjwt.token') AS current_setting, set_config('hcjwt.token', :'bob', true) AS set_config;
SELECT count(*) FROM pg_settings WHERE name = 'hcjwt.token';
SELECT count(*) FROM pg_settings WHERE concat(setting, boot_val, reset_val) ~ 'eyJ';
SELECT count(*) FROM pg_show_all_settings() s WHERE s::text ~ 'eyJ';
EXPLAIN (COSTS OFF, SETTINGS) SELECT 1;
-- of a statement each token becomes asterisks whole, and nothing else
SELECT set_config('hcjwt.token', :'ada', true), :'bob' <> '' AS bob, 'eyJ..', 'eyJ.a', 'xeyJa.b.', 'EYJ..' \; SELECT current_query() AS shown \gset
SELECT replace(replace(:'shown', repeat('*', length(:'ada')), 'ADA'), repeat('*', length(:'bob')), 'BOB') AS shown;
RESET ROLE;
SHOW hcjwt.token;
SELECT count(*) FROM pg_settings WHERE name = 'hcjwt.token' OR setting ~ 'eyJ';
SET LOCAL hcjwt.token = '';
SHOW hcjwt.token;
COMMIT;

-- It cannot be a default, and the error does not show it.
\set VERBOSITY default
ALTER ROLE regress_hcjwt_user SET hcjwt.token = 'secret';
ALTER ROLE ALL SET hcjwt.token = 'secret';
ALTER DATABASE :"DBNAME" SET hcjwt.token = 'secret';
ALTER ROLE regress_hcjwt_user IN DATABASE :"DBNAME" SET hcjwt.token = 'secret';
ALTER SYSTEM SET hcjwt.token = 'secret';
CREATE FUNCTION f() RETURNS bigint LANGUAGE sql SET hcjwt.token = 'secret' RETURN hcjwt.user_id();
BEGIN;
SET LOCAL hcjwt.token = :'ada';
SAVEPOINT s;
ALTER ROLE regress_hcjwt_user SET hcjwt.token FROM CURRENT;
ROLLBACK TO s;
ALTER DATABASE :"DBNAME" SET hcjwt.token FROM CURRENT;
ROLLBACK TO s;
CREATE FUNCTION f() RETURNS bigint LANGUAGE sql SET hcjwt.token FROM CURRENT RETURN hcjwt.user_id();
ROLLBACK;
SELECT count(*) FROM pg_db_role_setting, unnest(setconfig) x WHERE x ~ 'hcjwt';
\set VERBOSITY sqlstate

--
-- Functions and procedures
--
-- anonymous inside, whatever the caller is; and the caller's token comes back
CREATE FUNCTION anonymous() RETURNS text LANGUAGE sql SET hcjwt.token = ''
RETURN concat('(', hcjwt.user_id(), ')');
-- authenticates for the transaction, although the function has settings of its own
CREATE FUNCTION log_in(token text) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog
AS $$
BEGIN
	PERFORM hcjwt.authenticate(token);
	RETURN hcjwt.user_id();
END $$;
-- an exception undoes what was set in its block
CREATE FUNCTION try_log_in(token text, fail bool) RETURNS text LANGUAGE plpgsql
AS $$
DECLARE
	inside bigint;
BEGIN
	BEGIN
		PERFORM hcjwt.authenticate(token);
		inside := hcjwt.user_id();
		IF fail THEN
			RAISE EXCEPTION 'fail';
		END IF;
	EXCEPTION WHEN OTHERS THEN
		RETURN concat(SQLSTATE, ', inside ', inside, ', after ', hcjwt.user_id());
	END;
	RETURN concat('inside ', inside, ', after ', hcjwt.user_id());
END $$;
SET ROLE regress_hcjwt_user;
BEGIN;
SELECT log_in(:'ada');
SELECT hcjwt.user_id(), anonymous();
SELECT hcjwt.user_id();
SELECT try_log_in(:'bob', true);
SELECT hcjwt.user_id();
SELECT try_log_in('nonsense', false);
SELECT try_log_in(:'expired', false);
SELECT try_log_in(:'bob', false);
SELECT hcjwt.user_id();
COMMIT;

-- A procedure that commits goes on without the token.
RESET ROLE;
CREATE PROCEDURE commits(token text, local bool) LANGUAGE plpgsql AS $$
DECLARE
	a text;
	b text;
BEGIN
	PERFORM set_config('hcjwt.token', token, local);
	a := hcjwt.user_id();
	COMMIT;
	BEGIN
		b := hcjwt.user_id();
	EXCEPTION WHEN OTHERS THEN
		b := SQLSTATE;
	END;
	RAISE WARNING 'before: %, after: %', a, coalesce(b, 'nobody');
	COMMIT;
	PERFORM hcjwt.authenticate(token);
	a := hcjwt.user_id();
	ROLLBACK;
	RAISE WARNING 'authenticated: %', a;
END $$;
\set VERBOSITY terse
CALL commits(:'ada', true);
SELECT hcjwt.user_id();
CALL commits(:'ada', false);
SELECT hcjwt.user_id();
RESET hcjwt.token;
\set VERBOSITY sqlstate

-- Deferred triggers still run in the transaction.
CREATE TABLE noted (who bigint, a int);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN UPDATE noted SET who = hcjwt.user_id(); RETURN NULL; END';
CREATE CONSTRAINT TRIGGER note AFTER INSERT ON noted DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note();
BEGIN;
SELECT hcjwt.authenticate(:'ada') ->> 'userId' AS ada;
INSERT INTO noted VALUES (NULL, 1);
TABLE noted;
COMMIT;
TABLE noted;
DROP TABLE noted;

-- What a table's definition may contain, and what not
CREATE TABLE defaults (who bigint NOT NULL DEFAULT hcjwt.user_id(), mail text DEFAULT hcjwt.email(), a int);
INSERT INTO defaults (a) VALUES (0);
BEGIN;
SELECT hcjwt.authenticate(:'bob') ->> 'userId' AS bob;
INSERT INTO defaults (a) VALUES (1) RETURNING *;
CREATE INDEX ON defaults ((hcjwt.user_id()));
ROLLBACK;
CREATE TABLE generated (who bigint GENERATED ALWAYS AS (hcjwt.user_id()) STORED);
DROP TABLE defaults;

--
-- Prepared statements and cursors
--
SET ROLE regress_hcjwt_user;
SET plan_cache_mode = force_generic_plan;
PREPARE who AS SELECT hcjwt.user_id(), hcjwt.email(), hcjwt.help_center();
PREPARE named(text) AS SELECT hcjwt.claim($1);
PREPARE verifying(text) AS SELECT hcjwt.verify($1) ->> 'userId' AS "user";
EXECUTE who;
BEGIN;
SELECT hcjwt.authenticate(:'ada') ->> 'userId' AS ada;
EXECUTE who;
EXECUTE named('externalId');
SELECT hcjwt.authenticate(:'bob') ->> 'userId' AS bob;
EXECUTE who;
EXECUTE named('externalId');
EXECUTE named('email');
SELECT hcjwt.authenticate(NULL);
EXECUTE who;
SET LOCAL hcjwt.token = 'nonsense';
EXECUTE who;
COMMIT;
EXECUTE who;
EXECUTE verifying(:'ada');
EXECUTE verifying(:'expired');
EXECUTE verifying(:'bob');
EXECUTE verifying(NULL);
DEALLOCATE ALL;

-- A token that expires.  A query goes by one moment.
CREATE FUNCTION pg_temp.wait_for(moment timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	WHILE clock_timestamp() <= moment LOOP
		PERFORM pg_sleep(0.05);
	END LOOP;
END $$;
\set brief `:acme --life 10 --claims '{"userId":3}'`
BEGIN;
SELECT hcjwt.authenticate(:'brief') IS NOT NULL AS ok, extract(epoch FROM hcjwt.expires_at()) AS exp \gset
PREPARE who AS SELECT hcjwt.user_id();
EXECUTE who;
SELECT hcjwt.user_id() AS before, pg_temp.wait_for(to_timestamp(:exp)), hcjwt.user_id() AS after;
SAVEPOINT s;
EXECUTE who;
ROLLBACK TO s;
SELECT hcjwt.user_id();
ROLLBACK TO s;
SELECT hcjwt.claims();
ROLLBACK TO s;
SELECT hcjwt.authenticate(:'brief');
ROLLBACK TO s;
SELECT hcjwt.verify(:'brief');
ROLLBACK TO s;
SELECT hcjwt.try_verify(:'brief');
COMMIT;
DEALLOCATE ALL;
RESET plan_cache_mode;

--
-- The clock goes on during a client's statement: in DO, in a procedure that
-- commits, and over the transactions of one query string.
--
RESET ROLE;
SELECT set_config('test.sign', :'acme' || ' --life 1 --claims ''{"userId":3}''', false) <> '' AS set;
CREATE TEMP TABLE made (token text);
-- a token that lives for a second, seen to be valid however slow the machine is
CREATE FUNCTION pg_temp.brief() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	made text;
BEGIN
	LOOP
		DELETE FROM made;
		EXECUTE format('COPY made FROM PROGRAM %L', current_setting('test.sign'));
		SELECT token INTO made FROM made;
		IF hcjwt.try_verify(made) IS NOT NULL THEN
			RETURN made;
		END IF;
	END LOOP;
END $$;
CREATE FUNCTION pg_temp.outcome(query text, token text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	EXECUTE query INTO result USING token;
	RETURN coalesce(result, 'nothing');
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END $$;
CREATE FUNCTION pg_temp.outcomes(token text) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(pg_temp.outcome(q, token), ' ') FROM unnest(ARRAY[
		'SELECT hcjwt.verify($1) ->> ''userId''', 'SELECT hcjwt.try_verify($1) ->> ''userId''',
		'SELECT hcjwt.authenticate($1) ->> ''userId''', 'SELECT count(*) FROM hcjwt.explain($1) WHERE NOT passed']) q $$;
\set VERBOSITY terse
DO $$
DECLARE
	made text := pg_temp.brief();
BEGIN
	PERFORM pg_temp.wait_for(to_timestamp((convert_from(decode(translate(split_part(made, '.', 2), '-_', '+/')
		|| repeat('=', -length(split_part(made, '.', 2)) & 3), 'base64'), 'UTF8')::jsonb ->> 'exp')::numeric));
	RAISE WARNING 'expired: %', pg_temp.outcomes(made);
END $$;
CREATE PROCEDURE pg_temp.goes_on() LANGUAGE plpgsql AS $$
DECLARE
	made text;
BEGIN
	LOOP
		made := pg_temp.brief();
		EXIT WHEN pg_temp.outcome('SELECT hcjwt.authenticate($1) ->> ''userId''', made) = '3';
	END LOOP;
	-- the transaction's own token, by an expression and by a query
	BEGIN
		PERFORM pg_temp.wait_for(hcjwt.expires_at());
		RAISE WARNING 'no longer: %', hcjwt.user_id();
	EXCEPTION WHEN SQLSTATE '28J01' THEN
		RAISE WARNING 'the session''s token has expired, % in a query', pg_temp.outcome('SELECT hcjwt.user_id()', '');
	END;
	COMMIT;
	RAISE WARNING 'after COMMIT: %', pg_temp.outcomes(made);
END $$;
CALL pg_temp.goes_on();
SELECT pg_temp.brief() AS brief \gset
SELECT pg_temp.wait_for(to_timestamp((convert_from(decode(translate(split_part(:'brief', '.', 2), '-_', '+/')
	|| repeat('=', -length(split_part(:'brief', '.', 2)) & 3), 'base64'), 'UTF8')::jsonb ->> 'exp')::numeric))\; COMMIT\; BEGIN\; SELECT pg_temp.outcomes(:'brief')\; COMMIT;
-- not yet valid when the statement begins, valid when the function asks
SELECT ceil(extract(epoch FROM clock_timestamp()))::bigint + 1 AS soon \gset
\setenv SOON :soon
\set fresh `:acme --claims '{"userId":3,"nbf":'$SOON'}'`
SELECT set_config('test.fresh', :'fresh', false) <> '' AS set;
DO $$
BEGIN
	FOR i IN 1 .. 200 LOOP
		EXIT WHEN hcjwt.try_verify(current_setting('test.fresh')) IS NOT NULL;
		PERFORM pg_sleep(0.05);
	END LOOP;
	RAISE WARNING 'fresh: %', pg_temp.outcomes(current_setting('test.fresh'));
END $$;
\set VERBOSITY sqlstate
DROP TABLE made;
SET ROLE regress_hcjwt_user;

--
-- Visitors who take turns (two in one query: sql/query.sql)
--
CREATE TEMP TABLE people (n int, token text);
INSERT INTO people SELECT i, CASE i % 3 WHEN 0 THEN :'ada' WHEN 1 THEN :'bob' END FROM generate_series(1, 9) i;
\set VERBOSITY terse
DO $$
DECLARE
	p record;
	mail text;
	mails text[];
	seen text := '';
BEGIN
	FOR p IN SELECT * FROM people ORDER BY n LOOP
		PERFORM hcjwt.authenticate(p.token);
		mail := hcjwt.email();
		mails := mails || hcjwt.email();
		IF mail IS DISTINCT FROM hcjwt.claim('email') OR mail IS DISTINCT FROM hcjwt.claims() ->> 'email' THEN
			RAISE 'mixed up';
		END IF;
		seen := seen || coalesce(left(mail, 1), '-');
	END LOOP;
	FOR i IN 1 .. 200 LOOP
		SELECT token FROM people WHERE n = i % 9 + 1 INTO p;
		PERFORM hcjwt.authenticate(p.token);
		IF p.token IS NOT NULL AND hcjwt.email() <> hcjwt.verify(p.token) ->> 'email' THEN
			RAISE 'mixed up';
		END IF;
	END LOOP;
	RAISE WARNING '%', seen || ' ' || array_to_string(mails, ',', '-');
END $$;
DO $$
DECLARE
	ada text;
	seen text := '';
BEGIN
	SELECT token FROM people WHERE n = 3 INTO ada;
	FOR i IN 1 .. 3 LOOP
		BEGIN
			PERFORM hcjwt.authenticate(CASE WHEN i = 2 THEN 'nonsense' ELSE ada END);
		EXCEPTION WHEN SQLSTATE '28J00' THEN
			seen := seen || 'refused ';
		END;
		seen := seen || coalesce(hcjwt.user_id()::text, 'nobody') || ' ';
		PERFORM hcjwt.authenticate(NULL);
	END LOOP;
	RAISE WARNING '%', seen;
END $$;
\set VERBOSITY sqlstate
DROP TABLE people;
--
-- Claims of every kind
--
RESET ROLE;
CREATE FUNCTION identity(token text, OUT user_id bigint, OUT email text, OUT external_id text) LANGUAGE plpgsql AS $$
BEGIN
	PERFORM hcjwt.authenticate(token);
	user_id := hcjwt.user_id();
	email := hcjwt.email();
	external_id := hcjwt.external_id();
END $$;
CREATE TEMP TABLE cases (n int GENERATED ALWAYS AS IDENTITY, args text, claims text, token text);
CREATE TEMP TABLE signed (n int, token text);
INSERT INTO cases (claims) SELECT '"userId":' || v FROM unnest(ARRAY['1', '0', '-0', '-1', '377841432074',
	'9007199254740993', '9223372036854775807', '-9223372036854775808', '1e3', '10E+1',
	'9223372036854775808', '-9223372036854775809', '1e19', '1e39', '1.0', '1.5', '1e-1', '100e-2', '"5"', '""', '"1e3"', 'true', 'null', '[1]', '{"id":1}']) v;
INSERT INTO cases (claims) SELECT v FROM unnest(ARRAY['"user_id":1', '"userid":1', '"UserId":1', '"userId ":1', '"a":{"userId":1}', '"\u0075serId":1']) v;
INSERT INTO cases (claims) SELECT '"email":' || v FROM unnest(ARRAY['"ada@example.com"', '"\u0061da@example.com"', '"  "', '"1"', '"ädä@bücher.example"',
	'""', 'null', '17', 'true', '["ada@example.com"]', '{"email":"ada@example.com"}']) v;
INSERT INTO cases (claims) SELECT v FROM unnest(ARRAY['"Email":"ada@example.com"', '"e-mail":"ada@example.com"', '"email_verified":true']) v;
INSERT INTO cases (claims) SELECT '"externalId":' || v FROM unnest(ARRAY['"a-1"', '"17"', '""', 'null', '17', 'false', '[]', '{}']) v;
INSERT INTO cases (claims) SELECT v FROM unnest(ARRAY['"external_id":"a-1"', '"email":"ada@example.com","externalId":null', '"email":null,"externalId":"a-1"']) v;
UPDATE cases SET args = '$ACME --raw-payload ''{"exp":9999999999,' || claims || '}''';
\copy (SELECT n, translate(encode(convert_to(args, 'UTF8'), 'base64'), E'\n', '') FROM cases) TO PROGRAM 'sh "$PG_ABS_SRCDIR/test/sign-all.sh" > "$PG_ABS_BUILDDIR/results/signed.txt"'
\copy signed FROM PROGRAM 'cat "$PG_ABS_BUILDDIR/results/signed.txt"; rm "$PG_ABS_BUILDDIR/results/signed.txt"'
UPDATE cases SET token = signed.token FROM signed WHERE cases.n = signed.n;
CREATE FUNCTION identities() RETURNS TABLE (claims text, user_id bigint, email text, external_id text) LANGUAGE plpgsql AS $$
DECLARE
	token text;
BEGIN
	FOR claims, token IN SELECT c.claims, c.token FROM cases c ORDER BY n LOOP
		SELECT * FROM identity(token) INTO user_id, email, external_id;
		RETURN NEXT;
	END LOOP;
END $$;
SELECT * FROM identities();

\set kinds `:acme --raw-payload '{"exp":9999999999,"string":"a\"\\b\n\u00e9","empty":"","true":true,"false":false,"null":null,"int":12345678901234567890123,"fraction":1.50,"exponent":1.5e3,"array":[1,"a",null,{"b":[]}],"object":{"z":1,"a":{"b":2}},"":"no name","\u00e9":"accent","a b":"blank","exp ":"no exp"}'`
BEGIN;
SELECT hcjwt.authenticate(:'kinds') IS NOT NULL AS ok;
SELECT left(name, 10) AS name, hcjwt.claim(name), hcjwt.claim(name) IS NOT DISTINCT FROM hcjwt.claims() ->> name AS "as ->>"
FROM unnest(ARRAY['exp', 'string', 'empty', 'true', 'false', 'null', 'int', 'fraction', 'exponent', 'array', 'object', '', 'é', 'a b', 'exp ',
	'nothing', 'EXP', 'String', 'object.a', '{object,a}', 'array[0]', '0', repeat('x', 100000), NULL]) name;
-- one call site, many names, in any order
SELECT count(*) FILTER (WHERE hcjwt.claim(name) IS DISTINCT FROM hcjwt.claims() ->> name) AS wrong, count(*)
FROM generate_series(1, 100), unnest(ARRAY['exp', 'string', 'nothing', 'string', 'array', '', 'true']) name;
SELECT string_agg(key, ',' ORDER BY key COLLATE "C") FROM jsonb_object_keys(hcjwt.claims()) key;
COMMIT;

-- Claims whose names could get in the way
CREATE SCHEMA hostile;
CREATE FUNCTION hostile.user_id() RETURNS bigint LANGUAGE sql RETURN 666;
CREATE FUNCTION pg_temp.user_id() RETURNS bigint LANGUAGE sql RETURN 666;
CREATE FUNCTION hostile.jsonb_in(cstring) RETURNS text LANGUAGE internal AS 'textin' STRICT IMMUTABLE;
CREATE TEMP TABLE keys (help_center text, kid text, jwk jsonb, thumbprint text, source text, first_seen timestamptz, last_seen timestamptz, retired_at timestamptz, revoked_at timestamptz);
CREATE TEMP TABLE help_centers (LIKE hcjwt.help_centers);
INSERT INTO keys SELECT 'acme', 'none', :'beta_jwk'::jsonb || '{"kid": "none"}', 'x', 'imported', now(), now(), NULL, NULL;
INSERT INTO help_centers VALUES ('evil', 'https://evil.example', NULL, '{*}', NULL, NULL, '0', true);
GRANT USAGE ON SCHEMA hostile TO regress_hcjwt_user;
SET ROLE regress_hcjwt_user;
SET search_path = pg_temp, hostile, hcjwt, pg_catalog;
BEGIN;
SELECT hcjwt.authenticate(:'ada') ->> 'userId' AS ada;
SELECT hcjwt.user_id(), hcjwt.help_center();
SELECT hcjwt.authenticate(:'unknown');
ROLLBACK;
RESET search_path;
RESET ROLE;

DROP TABLE keys, help_centers, cases, signed;
DROP SCHEMA hostile CASCADE;
DROP FUNCTION anonymous, log_in, try_log_in, note, identity, identities;
DROP PROCEDURE commits;
DROP EXTENSION hcjwt;
DROP OWNED BY regress_hcjwt_user;
DROP ROLE regress_hcjwt_user;
