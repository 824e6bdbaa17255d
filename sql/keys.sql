--
-- Keys: which JWKs are accepted, how a new key is merged with an old one, and what
-- revoking means.  The transactions are rolled back.
--
\getenv srcdir PG_ABS_SRCDIR
\set tokens :srcdir '/test/tokens.psql'
\i :tokens
SET client_min_messages = warning;
DROP EXTENSION IF EXISTS hcjwt CASCADE;
CREATE EXTENSION hcjwt;
\set ON_ERROR_ROLLBACK on

SELECT rtrim(translate(encode(int4send(65537), 'base64'), '+/', '-_'), '=') AS e_leading_zero,
	:'acme_jwk'::jsonb ->> 'n' AS n \gset

BEGIN;
INSERT INTO hcjwt.help_centers (name, base_url) VALUES
	('acme', 'https://acme.example.com'), ('beta', 'https://beta.example.com');

--
-- Sets
--
SELECT hcjwt.import_keys(NULL, :'acme_jwks'), hcjwt.import_keys('acme', NULL);
SELECT hcjwt.import_keys('nobody', :'acme_jwks');
SELECT hcjwt.import_keys('', :'acme_jwks');
SELECT hcjwt.import_keys('acme', 'null');
SELECT hcjwt.import_keys('acme', '"keys"');
SELECT hcjwt.import_keys('acme', '[]');
SELECT hcjwt.import_keys('acme', '{}');
SELECT hcjwt.import_keys('acme', '{"Keys": []}');
SELECT hcjwt.import_keys('acme', '{"keys": null}');
SELECT hcjwt.import_keys('acme', '{"keys": {}}');
SELECT hcjwt.import_keys('acme', '{"keys": []}');
SELECT hcjwt.import_keys('acme', '{"keys": [null]}');
SELECT hcjwt.import_keys('acme', '{"keys": [[]]}');
SELECT hcjwt.import_keys('acme', '{"keys": [{}]}');
SELECT hcjwt.import_keys('acme', :'acme_jwk');		-- a key is no set
SELECT hcjwt.import_keys('acme', jsonb_build_array(:'acme_jwk'::jsonb));
SELECT hcjwt.import_keys('acme', jsonb_build_object('keys', (SELECT jsonb_agg(:'acme_jwk'::jsonb) FROM generate_series(1, 101))));
SELECT hcjwt.import_keys('acme', jsonb_build_object('keys', jsonb_build_array(:'acme_jwk'::jsonb), 'x', repeat('x', 262144)));
SELECT hcjwt.import_keys('acme', jsonb_build_object('keys', jsonb_build_array(:'acme_jwk'::jsonb), 'x',
	(repeat('[', 20) || repeat(']', 20))::jsonb));
SELECT count(*) FROM hcjwt.keys;
-- other members do no harm
SELECT hcjwt.import_keys('acme', :'acme_jwks'::jsonb || '{"more": [1, {"x": null}]}');
SELECT help_center, kid = :'acme_kid' AS kid, source, retired_at, revoked_at,
	jwk = :'acme_jwk'::jsonb AS jwk, length(thumbprint), first_seen = last_seen AND first_seen = now() AS seen
FROM hcjwt.keys;
DELETE FROM hcjwt.keys;

--
-- Keys
--
-- What happens to the key when members are replaced (null takes one away)
CREATE FUNCTION importing(jwk jsonb, change jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
	why text;
BEGIN
	BEGIN
		SELECT concat_ws(' ', hcjwt.import_keys('acme', jsonb_build_object('keys', jsonb_build_array(
			jsonb_strip_nulls(jwk || change))))) INTO result;
		SELECT concat_ws(' ', result, jsonb_object_agg(key, left(value, 5)
			ORDER BY key) - '{n,e,kid,kty}'::text[])
		FROM hcjwt.keys, jsonb_each_text(keys.jwk) INTO result;
		RAISE SQLSTATE 'ZZ000';
	EXCEPTION
		WHEN SQLSTATE 'ZZ000' THEN
			RETURN result;
		WHEN OTHERS THEN
			GET STACKED DIAGNOSTICS why = PG_EXCEPTION_DETAIL;
			RETURN concat_ws(' ', SQLSTATE, SQLERRM || ':', why);
	END;
END $$;

-- only kty, n, e and kid are kept
SELECT change, importing(:'acme_jwk', change::jsonb) FROM unnest(ARRAY[
	'{}',
	'{"use": "sig"}',
	'{"alg": "RS256"}',
	'{"key_ops": ["verify"]}',
	'{"key_ops": ["verify", "encrypt"]}',
	'{"use": "sig", "alg": "RS256", "key_ops": ["verify"], "x5c": ["MII"], "x5t": "x", "ext": true}',
	'{"kid": "é\u20ac\"\\ "}',
	'{"kid": "1"}']) change;
SELECT change, importing(:'acme_jwk', change::jsonb) FROM unnest(ARRAY[
	'{"kty": null}',
	'{"kty": "rsa"}',
	'{"kty": "EC"}',
	'{"kty": "oct", "k": "AAAA"}',
	'{"kty": ["RSA"]}',
	'{"use": "enc"}',
	'{"use": ""}',
	'{"use": ["sig"]}',
	'{"key_ops": []}',
	'{"key_ops": ["sign"]}',
	'{"key_ops": "verify"}',
	'{"alg": "RS512"}',
	'{"alg": "PS256"}',
	'{"alg": "HS256"}',
	'{"alg": "none"}',
	'{"alg": "rs256"}',
	'{"kid": null}',
	'{"kid": ""}',
	'{"kid": 1}',
	'{"kid": ["1"]}',
	'{"n": null}',
	'{"n": ""}',
	'{"n": 65537}',
	'{"n": "AQAB"}',
	'{"n": "!!!!"}',
	'{"n": "AA=="}',
	'{"e": null}',
	'{"e": ""}',
	'{"e": 65537}',
	'{"e": "AQ"}',
	'{"e": "Ag"}',
	'{"e": "AQAA"}',
	'{"e": "AQABAQAB"}',
	'{"e": "AQAB="}',
	'{"e": "AQAB "}',
	'{"d": "AQAB"}',
	'{"p": "AQAB"}',
	'{"q": "AQAB"}',
	'{"dp": "AQAB"}',
	'{"dq": ""}',
	'{"qi": 1}',
	'{"oth": []}',
	'{"k": "AQAB"}']) change;
SELECT importing(:'acme_jwk', jsonb_build_object('e', :'e_leading_zero')) AS "leading zero in e",
	importing(:'acme_jwk', jsonb_build_object('n', 'AA' || left(:'n', -2))) AS "and in n";
SELECT importing(:'acme_jwk', jsonb_build_object('n', left(:'n', 256))) AS "1536 bits",
	importing(:'acme_jwk', jsonb_build_object('n', repeat(:'n', 4))) AS "12288 bits",
	importing(:'acme_jwk', jsonb_build_object('n', left(:'n', -1) || 'A')) AS even,
	importing(:'acme_jwk', jsonb_build_object('n', :'n' || E'\n')) AS "white space",
	importing(:'acme_jwk', jsonb_build_object('n', '+/' || substr(:'n', 3))) AS "standard base64";
SELECT importing(:'acme_jwk', jsonb_build_object('kid', repeat('k', 512))) AS "512",
	importing(:'acme_jwk', jsonb_build_object('kid', repeat('k', 513))) AS "513",
	importing(:'acme_jwk', jsonb_build_object('kid', repeat('é', 257))) AS "514";

-- A bad key is skipped and reported, and the others are used.
SAVEPOINT s;
SELECT hcjwt.import_keys('acme', jsonb_build_object('keys', jsonb_build_array(
	'{"kty": "EC", "kid": "1"}'::jsonb, :'acme_jwk'::jsonb, 17, :'beta_jwk'::jsonb || '{"use": "enc"}')));
SELECT kid = :'acme_kid' AS acme FROM hcjwt.keys;
ROLLBACK TO s;
-- One kid twice, with the same key
SELECT hcjwt.import_keys('acme', jsonb_build_object('keys', jsonb_build_array(
	:'acme_jwk'::jsonb, :'beta_jwk'::jsonb, :'acme_jwk'::jsonb || '{"alg": "RS256"}')));
ROLLBACK TO s;
-- One kid twice, with different keys: neither is used
SELECT hcjwt.import_keys('acme', jsonb_build_object('keys', jsonb_build_array(
	:'acme_jwk'::jsonb, :'gamma_jwks'::jsonb #> '{keys,0}',
	:'beta_jwk'::jsonb || jsonb_build_object('kid', :'acme_kid'))));
SELECT kid = :'gamma_kid' AS gamma FROM hcjwt.keys;
ROLLBACK TO s;
SELECT hcjwt.import_keys('acme', jsonb_build_object('keys', jsonb_build_array(
	:'acme_jwk'::jsonb, :'beta_jwk'::jsonb || jsonb_build_object('kid', :'acme_kid'))));
SELECT count(*) FROM hcjwt.keys;
-- One key under two kids is two keys.
SELECT hcjwt.import_keys('acme', jsonb_build_object('keys', jsonb_build_array(
	:'acme_jwk'::jsonb, :'acme_jwk'::jsonb || '{"kid": "other"}')));
SELECT count(*), count(DISTINCT thumbprint) FROM hcjwt.keys;
ROLLBACK TO s;

-- INSERT obeys the same rules, and computes the thumbprint itself.
INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint) VALUES
	('acme', :'acme_kid', :'acme_jwk'::jsonb || '{"use": "sig", "x": 1}', 'a lie');
SELECT jwk = :'acme_jwk'::jsonb AS jwk, thumbprint ~ '^[A-Za-z0-9_-]{43}$' AS thumbprint,
	source, first_seen = now() AS first_seen, last_seen = now() AS last_seen FROM hcjwt.keys;
UPDATE hcjwt.keys SET thumbprint = 'a lie', jwk = jwk || '{"use": "sig"}';
SELECT jwk = :'acme_jwk'::jsonb AS jwk, thumbprint ~ '^[A-Za-z0-9_-]{43}$' AS thumbprint FROM hcjwt.keys;
\set VERBOSITY terse
INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint) VALUES ('acme', 'k', '{}', '');
INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint) VALUES ('acme', 'k', 'null', '');
INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint) VALUES ('acme', 'k', :'acme_jwk', '');
INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint) VALUES ('acme', overlay(:'acme_kid' PLACING 'x' FROM 64), :'acme_jwk', '');
\set VERBOSITY sqlstate
INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint) VALUES ('nobody', :'acme_kid', :'acme_jwk', '');
\set VERBOSITY terse
INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint) VALUES (NULL, :'acme_kid', :'acme_jwk', '');
INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint) VALUES ('acme', NULL, :'acme_jwk', '');
INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint) VALUES ('acme', 'k', NULL, '');
INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint, source) VALUES ('acme', :'beta_kid', :'beta_jwk', '', 'found');
UPDATE hcjwt.keys SET source = 'found';
UPDATE hcjwt.keys SET source = NULL;
UPDATE hcjwt.keys SET first_seen = NULL;
UPDATE hcjwt.keys SET last_seen = NULL;
UPDATE hcjwt.keys SET jwk = :'beta_jwk';
UPDATE hcjwt.keys SET kid = 'k';
UPDATE hcjwt.keys SET jwk = '{}';
UPDATE hcjwt.keys SET jwk = jwk || '{"d": "AQAB"}';
\set VERBOSITY sqlstate
UPDATE hcjwt.keys SET help_center = 'nobody';
\set VERBOSITY terse
SET LOCAL session_replication_role = replica;
INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint) VALUES ('acme', 'k', '{}', '');
UPDATE hcjwt.keys SET jwk = '{}';
SET LOCAL session_replication_role = origin;
\set VERBOSITY default
DELETE FROM hcjwt.keys;
DROP FUNCTION importing;
ROLLBACK;

--
-- prune: imported keys that the set lacks are deleted, and no others; a set without a
-- usable key deletes none
--
BEGIN;
INSERT INTO hcjwt.help_centers (name, base_url) VALUES
	('acme', 'https://acme.example.com'), ('beta', 'https://beta.example.com');
CREATE FUNCTION pruning(jwks jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	BEGIN
		result := hcjwt.import_keys('acme', jwks, prune => true);
		SELECT concat_ws(' ', result, 'left:', string_agg(kid, ' ' ORDER BY kid)) FROM hcjwt.keys
		WHERE help_center = 'acme' INTO result;
		RAISE SQLSTATE 'ZZ000';
	EXCEPTION
		WHEN SQLSTATE 'ZZ000' THEN
			RETURN result;
		WHEN OTHERS THEN
			RETURN concat_ws(' ', SQLSTATE, (SELECT count(*) FROM hcjwt.keys WHERE help_center = 'acme'));
	END;
END $$;
SELECT hcjwt.import_keys('acme', jsonb_build_object('keys', jsonb_agg(jwk || jsonb_build_object('kid', kid))))
FROM unnest('{a,b,c,d}'::text[], ARRAY[:'acme_jwk', :'acme_jwk', :'acme_jwk', :'beta_jwk']::jsonb[]) AS key (kid, jwk);
SELECT hcjwt.import_keys('beta', :'gamma_jwks');
INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint, source)
VALUES ('acme', 'fetched', (:'gamma_jwks'::jsonb #> '{keys,0}') || '{"kid": "fetched"}', '', 'fetched');
SELECT hcjwt.revoke_key('acme', 'd');
SET LOCAL client_min_messages = error;
SELECT what, pruning(jwks) FROM (VALUES
	(1, 'one stays', jsonb_build_object('keys', jsonb_build_array(:'acme_jwk'::jsonb || '{"kid": "b"}'))),
	(2, 'one is new', jsonb_build_object('keys', jsonb_build_array((:'gamma_jwks'::jsonb #> '{keys,0}') || '{"kid": "new"}'))),
	(3, 'one has no kid', jsonb_build_object('keys', jsonb_build_array(:'acme_jwk'::jsonb || '{"kid": "b"}', (:'gamma_jwks'::jsonb #> '{keys,0}') - 'kid'))),
	(4, 'one is listed, but is of no use', jsonb_build_object('keys', jsonb_build_array(:'acme_jwk'::jsonb || '{"kid": "b"}', :'acme_jwk'::jsonb || '{"kid": "c", "use": "enc"}'))),
	(5, 'only a revoked one', jsonb_build_object('keys', jsonb_build_array(:'beta_jwk'::jsonb || '{"kid": "d"}'))),
	(6, 'revoked material under another kid', jsonb_build_object('keys', jsonb_build_array(:'beta_jwk'::jsonb || '{"kid": "e"}'))),
	(7, 'empty', '{"keys": []}'),
	(8, 'none', '{}'),
	(9, 'null', '{"keys": null}'),
	(10, 'no set', '[]'),
	(11, 'no use', '{"keys": [{"kty": "RSA", "kid": "a"}]}')) AS c (n, what, jwks) ORDER BY n;
SELECT hcjwt.import_keys('acme', jsonb_build_object('keys', jsonb_build_array(:'acme_jwk'::jsonb || '{"kid": "b"}')), false);
SELECT hcjwt.import_keys('acme', jsonb_build_object('keys', jsonb_build_array(:'acme_jwk'::jsonb || '{"kid": "b"}')));
SELECT count(*) AS all_are_there FROM hcjwt.keys WHERE help_center = 'acme';
SET LOCAL client_min_messages = notice;
SELECT hcjwt.import_keys('acme', jsonb_build_object('keys', jsonb_build_array(:'acme_jwk'::jsonb || '{"kid": "b"}')), true);
SELECT kid, source, revoked_at IS NOT NULL AS revoked FROM hcjwt.keys WHERE help_center = 'acme' ORDER BY kid;
SELECT count(*) AS others_are_there FROM hcjwt.keys WHERE help_center = 'beta';
SELECT hcjwt.import_keys('acme', :'acme_jwks', NULL) IS NULL AS nothing;
-- only unrevoke_key() takes a revocation back
UPDATE hcjwt.keys SET revoked_at = NULL;
ROLLBACK;

--
-- Merging an old key with a new one.  The old key has the token's material unless it
-- says "other"; every case is tried, and shows how the token is judged then.
--
BEGIN;
INSERT INTO hcjwt.help_centers (name, base_url) VALUES ('acme', 'https://acme.example.com');
INSERT INTO hcjwt.fetch_state (help_center, last_success) VALUES ('acme', now());
\set token `:acme --claims '{"userId":1}'`
SELECT :'acme_jwk'::jsonb AS same, :'beta_jwk'::jsonb || jsonb_build_object('kid', :'acme_kid') AS other \gset
CREATE FUNCTION merging(token text, old_source text, old_state text, old_jwk jsonb,
	new_source text, new_state text, new_jwk jsonb)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	BEGIN
		INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint, source, first_seen, last_seen, retired_at, revoked_at)
		VALUES ('acme', old_jwk ->> 'kid', old_jwk, '', old_source, '2001-01-01', '2001-01-01',
			CASE WHEN old_state = 'retired' THEN timestamptz '2002-01-01' END,
			CASE WHEN old_state = 'revoked' THEN timestamptz '2002-01-01' END);
		INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint, source, retired_at, revoked_at)
		VALUES ('acme', new_jwk ->> 'kid', new_jwk, '', new_source,
			CASE WHEN new_state = 'retired' THEN timestamptz '2003-01-01' END,
			CASE WHEN new_state = 'revoked' THEN timestamptz '2003-01-01' END);
		SELECT concat_ws(' ', source, CASE WHEN jwk = old_jwk THEN 'old' ELSE 'new' END,
			'retired ' || extract(year FROM retired_at),
			'revoked ' || extract(year FROM revoked_at),
			CASE WHEN extract(year FROM first_seen) <> 2001 THEN 'first_seen?' END,
			CASE WHEN last_seen <> now() THEN 'last_seen?' END,
			CASE WHEN hcjwt.try_verify(token) IS NULL THEN '- refused' ELSE '- trusted' END)
		FROM hcjwt.keys INTO STRICT result;
		RAISE SQLSTATE 'ZZ000';
	EXCEPTION
		WHEN SQLSTATE 'ZZ000' THEN
			RETURN result;
		WHEN OTHERS THEN
			RETURN concat_ws(' ', SQLSTATE, SQLERRM);
	END;
END $$;
SELECT new.source AS new, new.state, old.source AS old, old.state,
	merging(:'token', old.source, old.state, :'same', new.source, new.state, :'same') AS "same material",
	merging(:'token', old.source, old.state, :'other', new.source, new.state, :'same') AS "new material"
FROM (VALUES ('imported', 'fresh'), ('imported', 'revoked'), ('fetched', 'fresh'), ('fetched', 'revoked')) new (source, state),
	(VALUES ('fetched', 'fresh'), ('fetched', 'retired'), ('fetched', 'revoked'),
		('imported', 'fresh'), ('imported', 'retired'), ('imported', 'revoked')) old (source, state)
ORDER BY old.source, old.state, new.source, new.state;

-- When a revocation of material that nobody imported is taken back, the key is still
-- a fetched one, which ages.
SAVEPOINT s;
INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint, source, revoked_at)
VALUES ('acme', :'acme_kid', :'same', '', 'fetched', now());
SELECT hcjwt.import_keys('acme', jsonb_build_object('keys', jsonb_build_array(:'other'::jsonb)));
SELECT hcjwt.unrevoke_key('acme', :'acme_kid');
SELECT source, hcjwt.verify(:'token') ->> 'userId' AS "user" FROM hcjwt.keys;
DELETE FROM hcjwt.fetch_state;
INSERT INTO hcjwt.fetch_state (help_center, last_success) VALUES ('acme', now() - interval '1000 days');
SELECT hcjwt.revoke_key('acme', :'acme_kid'), hcjwt.unrevoke_key('acme', :'acme_kid');
SELECT hcjwt.try_verify(:'token');
ROLLBACK TO s;
ROLLBACK;

--
-- Age: fetched keys are trusted for a time after the last success, imported ones for ever.
--
BEGIN;
INSERT INTO hcjwt.help_centers (name, base_url) VALUES ('acme', 'https://acme.example.com');
INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint, source) VALUES ('acme', :'acme_kid', :'acme_jwk', '', 'fetched');
SELECT hcjwt.try_verify(:'token') IS NOT NULL AS "never succeeded";
INSERT INTO hcjwt.fetch_state (help_center, last_attempt, last_success) VALUES ('acme', now(), NULL);
SELECT hcjwt.try_verify(:'token') IS NOT NULL AS "never succeeded";
UPDATE hcjwt.fetch_state SET last_success = now() - interval '7 days';
-- the worker, too, sends an invalidation, when a success comes after a long time
UPDATE hcjwt.help_centers SET leeway = leeway;
SELECT hcjwt.try_verify(:'token') IS NOT NULL AS "7 days";
UPDATE hcjwt.fetch_state SET last_success = now() - interval '6 days 23 hours';
UPDATE hcjwt.help_centers SET leeway = leeway;
SELECT hcjwt.try_verify(:'token') IS NOT NULL AS "nearly 7 days";
-- by the clock alone a session reads the tables again, without an invalidation
UPDATE hcjwt.fetch_state SET last_success = now();
SELECT hcjwt.try_verify(:'token') IS NOT NULL AS "fresh";
SELECT hcjwt.import_keys('acme', :'acme_jwks');
UPDATE hcjwt.fetch_state SET last_success = now() - interval '100 years';
SELECT hcjwt.try_verify(:'token') IS NOT NULL AS imported;
DELETE FROM hcjwt.fetch_state;
SELECT hcjwt.try_verify(:'token') IS NOT NULL AS imported;
ROLLBACK;

--
-- Revoking
--
BEGIN;
INSERT INTO hcjwt.help_centers (name, base_url) VALUES
	('acme', 'https://acme.example.com'), ('beta', 'https://beta.example.com');
INSERT INTO hcjwt.fetch_state (help_center, last_success) VALUES ('acme', now());
SELECT hcjwt.import_keys('acme', :'acme_jwks'), hcjwt.import_keys('beta', :'acme_jwks');
SELECT hcjwt.verify(:'token', 'acme') ->> 'userId' AS acme, hcjwt.verify(:'token', 'beta') ->> 'userId' AS beta;
SELECT hcjwt.revoke_key(NULL, :'acme_kid'), hcjwt.revoke_key('acme', NULL);
SELECT hcjwt.revoke_key('acme', 'unknown');
SELECT hcjwt.revoke_key('nobody', :'acme_kid');
SELECT hcjwt.revoke_key('acme', upper(:'acme_kid'));
SELECT hcjwt.unrevoke_key('acme', 'unknown');
SELECT hcjwt.unrevoke_key('nobody', :'acme_kid');
SELECT hcjwt.verify(:'token', 'acme') ->> 'userId' AS "still trusted";

SELECT hcjwt.revoke_key('acme', :'acme_kid');
\set VERBOSITY sqlstate
SELECT hcjwt.verify(:'token', 'acme');
SELECT hcjwt.verify(:'token', 'beta') ->> 'userId' AS "trusted by another";
\set VERBOSITY default
-- to revoke again changes nothing; the first time stays
UPDATE hcjwt.keys SET revoked_at = '2001-01-01' WHERE help_center = 'acme';
SELECT hcjwt.revoke_key('acme', :'acme_kid');
SELECT revoked_at = '2001-01-01' AS first FROM hcjwt.keys WHERE help_center = 'acme';

-- A revoked key cannot be deleted, moved, replaced or hidden.
DELETE FROM hcjwt.keys WHERE help_center = 'acme';
DELETE FROM hcjwt.keys;
TRUNCATE hcjwt.keys;
UPDATE hcjwt.keys SET help_center = 'beta' WHERE help_center = 'acme';
UPDATE hcjwt.keys SET help_center = NULL WHERE help_center = 'acme';
UPDATE hcjwt.keys SET jwk = :'beta_jwk', kid = :'beta_kid' WHERE help_center = 'acme';
UPDATE hcjwt.keys SET jwk = :'beta_jwk'::jsonb || jsonb_build_object('kid', kid) WHERE help_center = 'acme';
UPDATE hcjwt.keys SET thumbprint = 'x' WHERE help_center = 'acme';
SELECT hcjwt.try_verify(:'token', 'acme') IS NULL AS refused;
SET LOCAL session_replication_role = replica;
DELETE FROM hcjwt.keys WHERE help_center = 'acme';
UPDATE hcjwt.keys SET jwk = :'beta_jwk', kid = :'beta_kid' WHERE help_center = 'acme';
SET LOCAL session_replication_role = origin;

-- A revocation covers the material, under every kid, no matter who inserts it.
SELECT hcjwt.import_keys('acme', :'acme_jwks');
SELECT hcjwt.import_keys('acme', jsonb_set(:'acme_jwks', '{keys,0,kid}', '"other"'));
SELECT hcjwt.import_keys('acme', jsonb_build_object('keys', jsonb_build_array(
	:'beta_jwk'::jsonb || jsonb_build_object('kid', :'acme_kid'))));
INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint, source)
VALUES ('acme', 'fetched', :'acme_jwk'::jsonb || '{"kid": "fetched"}', '', 'fetched');
SELECT count(*) FILTER (WHERE revoked_at IS NULL) AS "not marked", count(*) FROM hcjwt.keys WHERE help_center = 'acme';
\set token_other `:acme --kid other --claims '{"userId":1}'`
\set token_fetched `:acme --kid fetched --claims '{"userId":1}'`
\set token_beta `:beta --claims '{"userId":2}'`
\set VERBOSITY sqlstate
SELECT hcjwt.verify(:'token', 'acme');
SELECT hcjwt.verify(:'token_other', 'acme');
SELECT hcjwt.verify(:'token_fetched', 'acme');
SELECT hcjwt.authenticate(:'token_other');
\set VERBOSITY default
-- the revoked kid itself stays taken: other material under it is not trusted
SELECT hcjwt.import_keys('acme', :'beta_jwks');
SELECT hcjwt.verify(:'token_beta', 'acme') ->> 'userId' AS "another key";
\setenv KID :acme_kid
\set token_beta `:beta --kid $KID --claims '{"userId":2}'`
SELECT hcjwt.try_verify(:'token_beta', 'acme') AS "under the revoked kid";

-- When the help center is renamed, its revocations follow.
SAVEPOINT s;
UPDATE hcjwt.help_centers SET name = 'renamed' WHERE name = 'acme';
SELECT hcjwt.try_verify(:'token', 'renamed') IS NULL AS refused;
SELECT count(*) FROM hcjwt.keys WHERE help_center = 'renamed' AND revoked_at IS NOT NULL;
INSERT INTO hcjwt.help_centers (name, base_url) VALUES ('acme', 'https://acme.example.com');
DELETE FROM hcjwt.keys WHERE help_center = 'renamed' AND revoked_at IS NOT NULL;
ROLLBACK TO s;

-- Unrevoking takes back the revocation of the material, under all its kids.
SELECT hcjwt.revoke_key('acme', 'other');
SELECT hcjwt.unrevoke_key('acme', 'fetched');
SELECT count(*) FROM hcjwt.keys WHERE revoked_at IS NOT NULL;
SELECT hcjwt.verify(:'token', 'acme') ->> 'userId' AS token, hcjwt.verify(:'token_other', 'acme') ->> 'userId' AS other,
	hcjwt.verify(:'token_fetched', 'acme') ->> 'userId' AS fetched;
SELECT hcjwt.unrevoke_key('acme', :'acme_kid');	-- nothing left to do
DELETE FROM hcjwt.keys WHERE help_center = 'acme';
\set VERBOSITY sqlstate
SELECT hcjwt.verify(:'token', 'acme');
SELECT hcjwt.verify(:'token_other');
\set VERBOSITY default
ROLLBACK;

--
-- Retiring, by UPDATE as the worker does it
--
BEGIN;
INSERT INTO hcjwt.help_centers (name, base_url) VALUES ('acme', 'https://acme.example.com');
INSERT INTO hcjwt.fetch_state (help_center, last_success, etag) VALUES ('acme', now(), '"1"');
INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint, source) VALUES ('acme', :'acme_kid', :'acme_jwk', '', 'fetched');
SELECT etag FROM hcjwt.fetch_state;		-- these keys are not those of that answer any more
UPDATE hcjwt.fetch_state SET etag = '"1"';
UPDATE hcjwt.keys SET last_seen = now() + interval '1 s';
SELECT etag FROM hcjwt.fetch_state;		-- but these are
SELECT hcjwt.verify(:'token') ->> 'userId' AS trusted;
UPDATE hcjwt.keys SET retired_at = now();
SELECT hcjwt.try_verify(:'token') IS NULL AS refused, etag FROM hcjwt.fetch_state;
INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint, source) VALUES ('acme', :'acme_kid', :'acme_jwk', '', 'fetched');
SELECT hcjwt.verify(:'token') ->> 'userId' AS "listed again", count(*) FROM hcjwt.keys GROUP BY 1;
ROLLBACK;

--
-- Small tables are read whole, larger ones by index: the same keys are trusted.
--
BEGIN;
DROP EXTENSION hcjwt;		-- tables of no pages at all
CREATE EXTENSION hcjwt;
INSERT INTO hcjwt.help_centers (name, base_url) VALUES ('acme', 'https://acme.example.com');
INSERT INTO hcjwt.fetch_state (help_center, last_success) VALUES ('acme', now());
INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint, source) VALUES
	('acme', :'acme_kid', :'acme_jwk', '', 'fetched'),
	('acme', 'other', jsonb_set(:'acme_jwk', '{kid}', '"other"'), '', 'fetched');
CREATE VIEW scans AS
	SELECT relname, pg_stat_get_xact_numscans(oid) AS n FROM pg_class
	WHERE oid = ANY ('{hcjwt.help_centers_pkey,hcjwt.fetch_state_pkey,hcjwt.keys_kid_idx,hcjwt.keys_material_idx}'::regclass[]);
CREATE FUNCTION looks(token text, OUT trusted bool, OUT by_index name[]) LANGUAGE plpgsql AS $$
DECLARE
	before jsonb := jsonb_object_agg(relname, n) FROM scans;
BEGIN
	trusted := hcjwt.try_verify(token) IS NOT NULL;
	by_index := array_agg(relname ORDER BY relname) FILTER (WHERE n > (before ->> relname)::int) FROM scans;
END $$;
SELECT * FROM looks(:'token');
SAVEPOINT s;
SELECT hcjwt.revoke_key('acme', 'other');
SELECT * FROM looks(:'token');
ROLLBACK TO s;
INSERT INTO hcjwt.help_centers (name, base_url)
SELECT 'a' || i, format('https://a%s.example.com', i) FROM generate_series(1, 700) i;
INSERT INTO hcjwt.fetch_state (help_center, last_success) SELECT 'a' || i, now() FROM generate_series(1, 700) i
ON CONFLICT (help_center) DO UPDATE SET last_success = now();
INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint, source)
SELECT 'a' || i, i::text, jsonb_set(:'beta_jwk', '{kid}', to_jsonb(i::text)), '', 'fetched' FROM generate_series(1, 100) i;
SELECT * FROM looks(:'token');
SELECT hcjwt.revoke_key('acme', 'other');
SELECT * FROM looks(:'token');
ROLLBACK;

--
-- Tables with our names in a schema with our name need not be ours.  The functions of
-- their triggers tell: only a superuser makes functions in C.
--
BEGIN;
ALTER SCHEMA hcjwt RENAME TO moved;
CREATE SCHEMA hcjwt;
CREATE TABLE hcjwt.help_centers (LIKE moved.help_centers INCLUDING ALL);
CREATE TABLE hcjwt.keys (LIKE moved.keys INCLUDING ALL);
CREATE TABLE hcjwt.fetch_state (LIKE moved.fetch_state INCLUDING ALL);
CREATE FUNCTION make_functions(in_c bool) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	name text;
BEGIN
	FOREACH name IN ARRAY '{check_help_center,help_center_changed,check_key,key_changed,check_fetch_state,refuse_truncate}'::text[] LOOP
		EXECUTE format('CREATE OR REPLACE FUNCTION hcjwt.%s() RETURNS trigger LANGUAGE ', name) ||
			CASE WHEN in_c THEN format('C AS ''$libdir/hcjwt'', ''hcjwt_%s''', name)
			ELSE 'plpgsql AS ''BEGIN RETURN NEW; END''' END;
	END LOOP;
END $$;
SELECT make_functions(in_c => false);
\set triggers :srcdir '/install/triggers.sql'
\set ECHO none
\i :triggers
\set ECHO all
INSERT INTO hcjwt.help_centers (name, base_url, origins, leeway, enabled) VALUES
	('acme', 'https://acme.example.com', '{*}', '0', true);
INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint, source, first_seen, last_seen) VALUES
	('acme', :'acme_kid', :'acme_jwk', '', 'imported', now(), now());
SELECT moved.try_verify(:'token') IS NOT NULL AS trusted;
SELECT make_functions(in_c => true);
SELECT moved.try_verify(:'token') IS NOT NULL AS trusted;
ROLLBACK;

-- A key that this transaction has inserted and not committed is used by it alone, and
-- is gone with it.
BEGIN;
INSERT INTO hcjwt.help_centers (name, base_url) VALUES ('acme', 'https://acme.example.com');
SAVEPOINT s;
SELECT hcjwt.import_keys('acme', :'acme_jwks');
SELECT hcjwt.authenticate(:'token') IS NOT NULL AS ok, hcjwt.user_id();
ROLLBACK TO s;
SELECT hcjwt.try_verify(:'token') IS NULL AS refused, hcjwt.user_id();
SELECT hcjwt.import_keys('acme', :'acme_jwks');
SELECT hcjwt.authenticate(:'token') IS NOT NULL AS ok, hcjwt.user_id();
SAVEPOINT s;
DELETE FROM hcjwt.keys;
\set VERBOSITY sqlstate
SELECT hcjwt.user_id();
ROLLBACK TO s;
SELECT hcjwt.user_id();
SELECT hcjwt.revoke_key('acme', :'acme_kid');
SELECT hcjwt.user_id();
ROLLBACK TO s;
SELECT hcjwt.user_id();
SELECT hcjwt.drop_help_center('acme');
SELECT hcjwt.user_id();
ROLLBACK;
SELECT hcjwt.verify(:'token');
DROP EXTENSION hcjwt;
