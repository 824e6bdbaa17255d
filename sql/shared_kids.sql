--
-- Which help center a token is of, where several share its key, its kid or its origin,
-- and where the names that are asked for contradict each other.
--
\getenv srcdir PG_ABS_SRCDIR
\set tokens :srcdir '/test/tokens.psql'
\i :tokens
SET client_min_messages = warning;
DROP EXTENSION IF EXISTS hcjwt CASCADE;
CREATE EXTENSION hcjwt;

-- The help center that verify(), authenticate() or the accessors find, or the error.
-- Each call begins without a visitor.
CREATE FUNCTION found(how text, token text, named text, expected text, required text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	PERFORM set_config('hcjwt.required_help_center', required, true);
	PERFORM set_config('hcjwt.expected_help_center', expected, true);
	IF how = 'verify' THEN
		PERFORM hcjwt.verify(token, named);
		SELECT split_part(detail, ';', 1) FROM hcjwt.explain(token, named)
		WHERE check_name = 'help_center' INTO STRICT result;
	ELSE
		IF how = 'authenticate' THEN
			PERFORM hcjwt.authenticate(token, named);
		ELSE
			PERFORM set_config('hcjwt.token', token, true);
		END IF;
		result := hcjwt.help_center();
	END IF;
	RAISE SQLSTATE 'ZZ000';
EXCEPTION
	WHEN SQLSTATE 'ZZ000' THEN
		RETURN result;
	WHEN OTHERS THEN
		RETURN SQLSTATE;
END $$;

-- The reason that hcjwt.explain() shows
CREATE FUNCTION why(token text, named text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
	SELECT concat_ws(': ', check_name, detail) FROM hcjwt.explain(token, named) WHERE NOT passed $$;

--
-- One key of two help centers: each name that is asked for counts, so two names that
-- contradict each other fit no help center.
--
\set plain `:acme --claims '{"userId":1}'`
BEGIN;
INSERT INTO hcjwt.help_centers (name, base_url) VALUES
	('acme', 'https://acme.example.com'), ('beta', 'https://beta.example.com');
SELECT hcjwt.import_keys('acme', :'acme_jwks'), hcjwt.import_keys('beta', :'acme_jwks');
-- the accessors take no name, and verify() minds no expectation
SELECT required, expected, named,
	found('verify', :'plain', named, expected, required) AS verify,
	found('authenticate', :'plain', named, expected, required) AS authenticate,
	found('accessors', :'plain', named, expected, required) AS accessors
FROM unnest('{"",acme,beta}'::text[]) required, unnest('{"",acme,beta}'::text[]) expected,
	unnest('{NULL,acme,beta}'::text[]) named
ORDER BY required, expected, named NULLS FIRST;
-- a name is one in its own letters only
SELECT found('verify', :'plain', 'Acme', '', '') AS named, found('authenticate', :'plain', NULL, 'Acme', '') AS expected,
	found('accessors', :'plain', NULL, '', 'Acme') AS required;
-- a visitor who is there already is judged anew by each of the settings
SAVEPOINT s;
SELECT hcjwt.authenticate(:'plain', 'acme') IS NOT NULL AS ok, hcjwt.help_center();
SET LOCAL hcjwt.required_help_center = 'acme';
SELECT hcjwt.help_center();
SET LOCAL hcjwt.required_help_center = 'beta';
\set VERBOSITY sqlstate
SELECT hcjwt.help_center();
\set VERBOSITY default
ROLLBACK TO s;
SET LOCAL hcjwt.required_help_center = 'beta';
SELECT why(:'plain', 'acme');
SET LOCAL hcjwt.required_help_center = '';
-- of many help centers explain() names some, and of those alone that list this key
INSERT INTO hcjwt.help_centers (name, base_url)
SELECT 'm' || i, format('https://m%s.example.com', i) FROM generate_series(1, 4) i;
SELECT hcjwt.import_keys('m' || i, CASE WHEN i < 4 THEN :'acme_jwks'
	ELSE jsonb_set(:'beta_jwks', '{keys,0,kid}', to_jsonb(:'acme_kid'::text)) END) FROM generate_series(1, 4) i;
SELECT why(:'plain', 'm4');
DELETE FROM hcjwt.keys WHERE help_center = 'm3';
SELECT why(:'plain', 'm4');
DELETE FROM hcjwt.keys WHERE help_center = 'm2';
SELECT why(:'plain', 'm4');
DELETE FROM hcjwt.keys WHERE help_center = 'm1';
SELECT why(:'plain', 'nobody');
ROLLBACK;

--
-- One key and one origin of several help centers: only a name tells which.  One help
-- center that lists the origin twice is one.
--
\set of_shared `:acme --origin https://shared.example.com --claims '{"userId":1}'`
\set of_own `:acme --origin https://a2.example.com --claims '{"userId":1}'`
BEGIN;
INSERT INTO hcjwt.help_centers (name, base_url, origins)
SELECT 'a' || i, format('https://a%s.example.com', i),
	array_append(others, format('https://a%s.example.com', i))
FROM (VALUES (1, '{https://shared.example.com,https://zeta.example.com}'::text[]),
	(2, '{https://alpha.example.com,https://shared.example.com}'),
	(3, '{}'),
	(4, '{https://shared.example.com,https://SHARED.example.com:443/}')) x (i, others);
SELECT hcjwt.import_keys('a' || i, :'acme_jwks') FROM generate_series(1, 3) i;
SELECT how, named, found(how, :'of_shared', named, '', '') AS of_shared, found(how, :'of_own', named, '', '') AS of_own
FROM unnest('{verify,authenticate}'::text[]) WITH ORDINALITY h (how, n), unnest('{NULL,a1,a2,a3,a4}'::text[]) named
ORDER BY n, named NULLS FIRST;
SELECT name AS "by a setting", found('accessors', :'of_shared', NULL, name, '') AS expected,
	found('accessors', :'of_shared', NULL, '', name) AS required
FROM unnest('{"",a1,a2,a3}'::text[]) name;
SELECT why(:'of_shared');
SELECT why(:'of_shared', 'a3');
-- when either of the two goes, the other remains
SAVEPOINT s;
UPDATE hcjwt.help_centers SET enabled = false WHERE name = 'a1';
SELECT found('verify', :'of_shared', NULL, '', '');
ROLLBACK TO s;
UPDATE hcjwt.help_centers SET enabled = false WHERE name = 'a2';
SELECT found('verify', :'of_shared', NULL, '', '');
-- and one that takes any origin is one more
UPDATE hcjwt.help_centers SET origins = '{*}' WHERE name = 'a3';
SELECT found('verify', :'of_shared', NULL, '', ''), found('verify', :'of_shared', 'a3', '', '');
UPDATE hcjwt.help_centers SET enabled = true, origins = '{*}' WHERE name = 'a2';
DELETE FROM hcjwt.help_centers WHERE name = 'a1';
SELECT found('verify', :'of_shared', NULL, '', '') AS "two that take any", found('verify', :'of_shared', 'a2', '', '');
ROLLBACK TO s;
-- one that was fetched too long ago is none, also where it is asked for
UPDATE hcjwt.keys SET source = 'fetched' WHERE help_center = 'a1';
INSERT INTO hcjwt.fetch_state (help_center, last_success) VALUES ('a1', now() - interval '1 year')
ON CONFLICT (help_center) DO UPDATE SET last_success = excluded.last_success;
SELECT named, found('verify', :'of_shared', named, '', '') FROM unnest('{NULL,a1,a2}'::text[]) named ORDER BY 1 NULLS FIRST;
ROLLBACK TO s;
DELETE FROM hcjwt.keys;
SELECT hcjwt.import_keys('a4', :'acme_jwks');
SELECT found('verify', :'of_shared', NULL, '', '') AS "listed twice";
ROLLBACK;

--
-- The leeway is that of the help center that the token is of.
--
\set late `:acme --life -1 --claims '{"userId":1}'`
\set early `:acme --claims "{\"userId\":1,\"nbf\":$(( $(date +%s) + 240 ))}"`
BEGIN;
INSERT INTO hcjwt.help_centers (name, base_url, leeway)
SELECT name, 'https://acme.example.com', leeway FROM (VALUES ('b1', interval '0'), ('b2', '5 min'), ('b3', '0')) x (name, leeway);
SELECT hcjwt.import_keys(name, :'acme_jwks') FROM hcjwt.help_centers;
SELECT name, found('verify', :'late', name, '', '') AS late, found('verify', :'early', name, '', '') AS early
FROM hcjwt.help_centers ORDER BY name;
ROLLBACK;

--
-- Five keys under one kid: four are tried, in any order; where a help center is
-- asked for, its key is the first of the four. 28J04 tells that a key has
-- verified.
--
\set delta :outdir '/results/keystore-delta'
\set epsilon :outdir '/results/keystore-epsilon'
\set delta_jwks `:helpcenterd keys --data :delta`
\set epsilon_jwks `:helpcenterd keys --data :epsilon`
\set t1 `:acme --kid shared --claims '{"userId":1}'`
\set t2 `:beta --kid shared --claims '{"userId":2}'`
\set t3 `:gamma --kid shared --claims '{"userId":3}'`
\set t4 `:helpcenterd sign --data :delta --kid shared --claims '{"userId":4}'`
\set t5 `:helpcenterd sign --data :epsilon --kid shared --claims '{"userId":5}'`
CREATE TEMP TABLE signers (name text, token text);
INSERT INTO signers VALUES ('c1', :'t1'), ('c2', :'t2'), ('c3', :'t3'), ('c4', :'t4'), ('c5', :'t5');
-- How the five tokens are judged: by what verdict, and of the good ones how many have
-- another help center than their own.
CREATE FUNCTION judged(asked text, OUT good bigint, OUT of_another bigint, OUT not_for_use bigint, OUT refused bigint)
LANGUAGE sql AS $$
	SELECT count(*) FILTER (WHERE verdict ~ '^c'), count(*) FILTER (WHERE verdict ~ '^c' AND verdict <> name),
		count(*) FILTER (WHERE verdict = '28J04'), count(*) FILTER (WHERE verdict = '28J00')
	FROM (SELECT name, found('verify', token, asked, '', '') AS verdict FROM signers) x $$;
BEGIN;
INSERT INTO hcjwt.help_centers (name, base_url)
SELECT 'c' || i, format('https://c%s.example.com', i) FROM generate_series(1, 5) i;
CREATE TEMP TABLE listed AS
SELECT 'c' || i AS name, jwks::jsonb #> '{keys,0}' || '{"kid": "shared"}' AS jwk
FROM (VALUES (4, :'delta_jwks'), (2, :'beta_jwks'), (5, :'epsilon_jwks'), (1, :'acme_jwks'), (3, :'gamma_jwks')) x (i, jwks);
INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint, source)
SELECT name, 'shared', jwk, '', 'imported' FROM listed;
SELECT count(DISTINCT thumbprint) AS materials FROM hcjwt.keys;
-- which length is due is said where all keys have been tried, as each may have its own
SELECT why(left(:'t1', -4)), why(left(:'t1', -12) || 'AAAAAAAAAAAA');
SELECT asked, judged.* FROM unnest('{NULL,c1,c2,c3,c4,c5,nobody}'::text[]) WITH ORDINALITY x (asked, n), judged(asked) ORDER BY n;
SELECT count(*) AS "its own is tried" FROM signers WHERE found('verify', token, name, '', '') = name;
-- a key that cannot be used now takes no place among the four
SAVEPOINT s;
UPDATE hcjwt.keys SET retired_at = now() WHERE help_center = 'c2';
SELECT name, found('verify', token, NULL, '', '') FROM signers ORDER BY 1;
ROLLBACK TO s;
INSERT INTO hcjwt.fetch_state (help_center, last_success) VALUES ('c2', now() - interval '1 year')
ON CONFLICT (help_center) DO UPDATE SET last_success = excluded.last_success;
DELETE FROM hcjwt.keys;
INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint, source)
SELECT name, 'shared', jwk, '', CASE name WHEN 'c2' THEN 'fetched' ELSE 'imported' END FROM listed ORDER BY name <> 'c2';
SELECT name, found('verify', token, NULL, '', ''), found('verify', token, name, '', '') AS named FROM signers ORDER BY 1;
DELETE FROM hcjwt.keys;
INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint, source)
SELECT name, 'shared', jwk, '', CASE name WHEN 'c2' THEN 'fetched' ELSE 'imported' END FROM listed ORDER BY name = 'c2';
SELECT name, found('verify', token, NULL, '', ''), found('verify', token, name, '', '') AS named FROM signers ORDER BY 1;
ROLLBACK;

DROP TABLE signers;
DROP FUNCTION found, why, judged;
DROP EXTENSION hcjwt;
