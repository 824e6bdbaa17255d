--
-- Registering help centers: URLs, names, origins, defaults, and what changing or
-- dropping one does to its keys.  All within transactions that are rolled back,
-- so the fetcher, where there is one, never sees them.
--
\getenv srcdir PG_ABS_SRCDIR
\set tokens :srcdir '/test/tokens.psql'
\i :tokens
SET client_min_messages = warning;
DROP EXTENSION IF EXISTS hcjwt CASCADE;
CREATE EXTENSION hcjwt;

-- Adds a help center, shows the result, and undoes it
CREATE FUNCTION adding(name text, base_url text DEFAULT NULL, keys_url text DEFAULT NULL,
	origins text[] DEFAULT NULL, audience text DEFAULT NULL, issuer text DEFAULT NULL,
	leeway interval DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
	result text;
	why text;
BEGIN
	BEGIN
		PERFORM hcjwt.add_help_center(name, base_url, keys_url, origins, audience, issuer, leeway);
		SELECT concat_ws(' ', h.base_url, h.keys_url, nullif(h.origins::text, format('{%s}', h.base_url)),
			h.audience, h.issuer, nullif(h.leeway, '30 s'))
		FROM hcjwt.help_centers h WHERE h.name = adding.name INTO result;
		RAISE SQLSTATE 'ZZ000';
	EXCEPTION
		WHEN SQLSTATE 'ZZ000' THEN
			RETURN result;
		WHEN OTHERS THEN
			GET STACKED DIAGNOSTICS why = PG_EXCEPTION_DETAIL;
			RETURN concat_ws(' ', SQLSTATE, SQLERRM, why);
	END;
END $$;

--
-- URLs
--
SELECT url, adding('x', url) FROM unnest(ARRAY[
	'https://acme.zendesk.com',
	'https://acme.zendesk.com/',
	'https://acme.zendesk.com///',
	'https://acme.zendesk.com:443',
	'https://acme.zendesk.com:8443',
	'https://acme.zendesk.com/hc',
	'HTTPS://Acme.Zendesk.COM',
	'https://xn--bcher-kva.zendesk.com']) url;

SELECT url, adding('x', url) FROM unnest(ARRAY[
	-- schemes
	'',
	' ',
	'acme.zendesk.com',
	'//acme.zendesk.com',
	'http://acme.zendesk.com',
	'http://localhost',
	'http://127.0.0.1:8080',
	'ftp://acme.zendesk.com',
	'file:///etc/passwd',
	'gopher://acme.zendesk.com',
	'https:acme.zendesk.com',
	'https:/acme.zendesk.com',
	'https://',
	'https:///',
	'https:///acme.zendesk.com',
	' https://acme.zendesk.com',
	'https ://acme.zendesk.com',
	-- other people's hosts
	'https://zendesk.com',
	'https://evilzendesk.com',
	'https://a.b.zendesk.com',
	'https://.zendesk.com',
	'https://acme.zendesk.com.evil.example',
	'https://evil.example/.zendesk.com',
	'https://evil.example?.zendesk.com',
	'https://evil.example#.zendesk.com',
	'https://evil.example\.zendesk.com',
	'https://evil.example\@acme.zendesk.com',
	'https://acme.zendesk.com@evil.example',
	'https://evil.example:443@acme.zendesk.com',
	'https://user@acme.zendesk.com',
	'https://user:secret@acme.zendesk.com',
	'https://@acme.zendesk.com',
	'https://evil.example%2f.zendesk.com',
	'https://evil.example%00.zendesk.com',
	'https://evil.example;.zendesk.com',
	'https://*.zendesk.com',
	'https://[evil.example].zendesk.com',
	'https://[::1]',
	'https://127.0.0.1',
	'https://2130706433',
	'https://0x7f.1',
	'https://169.254.169.254',
	-- what looks like a host and is none
	'https://acme.zendesk.com.',
	'https://acme..zendesk.com',
	'https://-acme.zendesk.com',
	'https://acme-.zendesk.com',
	'https://ac_me.zendesk.com',
	'https://ac me.zendesk.com',
	'https://acmé.zendesk.com',
	'https://acme.zendesk。com',
	E'https://acme.zendesk.com\n',
	E'https://acme.zendesk.com\r\nHost: evil.example',
	E'https://acme\t.zendesk.com',
	-- ports
	'https://acme.zendesk.com:',
	'https://acme.zendesk.com:0',
	'https://acme.zendesk.com:00443',
	'https://acme.zendesk.com:65536',
	'https://acme.zendesk.com:4294967739',
	'https://acme.zendesk.com:-1',
	'https://acme.zendesk.com:44a',
	'https://acme.zendesk.com:443:443',
	-- what follows the host
	'https://acme.zendesk.com?',
	'https://acme.zendesk.com?a=b',
	'https://acme.zendesk.com#',
	'https://acme.zendesk.com/#x',
	'https://acme.zendesk.com/..',
	'https://acme.zendesk.com/a/../b',
	'https://acme.zendesk.com/./b',
	'https://acme.zendesk.com/%2e%2e/b',
	'https://acme.zendesk.com/%',
	'https://acme.zendesk.com/%zz',
	'https://acme.zendesk.com/%00',
	'https://acme.zendesk.com/a b',
	'https://acme.zendesk.com/a\b',
	'https://acme.zendesk.com/"><script>']) url;

SELECT adding('x', 'https://' || repeat('a', 63) || '.zendesk.com') = 'https://' || repeat('a', 63) || '.zendesk.com' AS "63",
	adding('x', 'https://' || repeat('a', 64) || '.zendesk.com') AS "64";
SELECT length(adding('x', 'https://acme.zendesk.com/' || repeat('a', 2048 - 25))) >= 2048 AS "2048",
	adding('x', 'https://acme.zendesk.com/' || repeat('a', 2049 - 25)) AS "2049",
	adding('x', 'https://acme.zendesk.com/' || repeat('a', 10000000)) AS "10 MB";

-- The same rules for the URL of the keys, which may be on another host
SELECT adding('x', 'https://acme.zendesk.com', 'https://other.zendesk.com/keys.json');
SELECT url, adding('x', 'https://acme.zendesk.com', url) FROM unnest(ARRAY[
	'',
	'/keys.json',
	'http://acme.zendesk.com/keys.json',
	'https://evil.example/keys.json',
	'https://acme.zendesk.com/keys.json?a=b',
	'https://acme.zendesk.com/keys.json#a',
	'https://me@acme.zendesk.com/keys.json',
	'https://169.254.169.254/latest/meta-data']) url;

--
-- Names
--
-- without a URL: a Zendesk subdomain
SELECT name, adding(name) FROM unnest(ARRAY['acme', 'a', '1', 'acme-2', repeat('a', 63)]) name;
SELECT name, adding(name) FROM unnest(ARRAY['', ' ', 'Acme', 'ac_me', 'ac.me', 'acme.', '-acme', 'acme-',
	' acme', 'acme ', 'acmé', 'acme/', 'acme#', 'acme@evil', 'acme:1', 'acme.evil.example#', '../acme', '*',
	E'acme\n', repeat('a', 64)]) name;
SELECT hcjwt.add_help_center(NULL);
-- what people give instead of a subdomain; the hint says what is right
CREATE FUNCTION hint(name text, base_url text DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	PERFORM hcjwt.add_help_center(name, base_url);
	RAISE EXCEPTION 'added';
EXCEPTION
	WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS result = PG_EXCEPTION_HINT;
		RETURN result;
END $$;
SELECT left(name, 40) AS name, hint(name) FROM unnest(ARRAY['https://acme.zendesk.com', 'acme.zendesk.com', 'acme.zendesk.com/',
	'https://acme.zendesk.com/hc/en-us?page=2', 'Acme', 'HTTPS://ACME.ZENDESK.COM', 'support.example.com',
	'https://support.example.com/hc/de', 'a.b.zendesk.com', 'ac_me', '', 'https://', 'https://[::1]',
	'https://me:secret@acme.zendesk.com', repeat('a.', 200), '''); DROP TABLE hcjwt.keys; --']) name;
SELECT url, hint('x', url) FROM unnest(ARRAY['https://acme.zendesk.com/hc', 'https://acme.zendesk.com/hc/',
	'https://acme.zendesk.com/hc/en-us', 'https://acme.zendesk.com:8443/hc/en-us/articles/1',
	'https://acme.zendesk.com/hcx', 'https://acme.zendesk.com/help/hc']) url;
DROP FUNCTION hint;
-- with a URL: any name
SELECT quote_literal(name), adding(name, 'https://acme.zendesk.com') FROM unnest(ARRAY['Acme Inc.',
	'''); DROP TABLE hcjwt.keys; --', '../acme', '*', ' ', 'näme', repeat('é', 127)]) name;
SELECT quote_literal(left(name, 8)), adding(name, 'https://acme.zendesk.com') FROM unnest(ARRAY['', E'a\nb', E'a\tb', E'\x7f', E'\x01',
	repeat('a', 256), repeat('é', 128), repeat('a', 10000000)]) name;

--
-- Origins
--
SELECT o, adding('x', 'https://acme.zendesk.com', origins => o::text[]) FROM unnest(ARRAY[
	'{https://support.example.com}',
	'{https://support.example.com/}',
	'{HTTPS://SUPPORT.EXAMPLE.COM:443,http://localhost:3000}',
	'{http://insecure.example.com}',
	'{https://[2001:db8::1]:8443}',
	'{*}',
	'{https://support.example.com,*}']) o;
SELECT o, adding('x', 'https://acme.zendesk.com', origins => o::text[]) FROM unnest(ARRAY[
	'{}',
	'{NULL}',
	'{""}',
	'{" "}',
	'{null}',
	'{support.example.com}',
	'{https://}',
	'{https://*.example.com}',
	'{https://support.example.com/hc}',
	'{https://support.example.com//}',
	'{https://support.example.com?}',
	'{https://me@support.example.com}',
	'{https://support.example.com:0}',
	'{https://support.example.com,NULL}',
	'{https://support.example.com,oops}',
	'{ftp://support.example.com}',
	'{"https://support.example.com https://evil.example"}',
	'{{https://support.example.com},{oops}}']) o;

--
-- Audience, issuer, leeway
--
SELECT adding('x', 'https://acme.zendesk.com', audience => 'store', issuer => 'zendesk', leeway => '0');
SELECT adding('x', 'https://acme.zendesk.com', audience => ''),
	adding('x', 'https://acme.zendesk.com', issuer => '');
SELECT leeway, adding('x', 'https://acme.zendesk.com', leeway => leeway) FROM unnest(ARRAY[
	interval '1 s', '5 min', '0.5 s', '300.000000 s']) leeway;
SELECT leeway, adding('x', 'https://acme.zendesk.com', leeway => leeway) FROM unnest(ARRAY[
	interval '-1 us', '300.000001 s', '1 day', '1 month', '-1 month', '1000 years',
	'1 month -30 days', '1 day -24 hours', '-1 day 24:00:30']) leeway;

BEGIN;
SELECT hcjwt.add_help_center('acme');
SELECT * FROM hcjwt.help_centers ORDER BY name;
SAVEPOINT s;
-- a notice names another one that fetches from the same place
SET LOCAL client_min_messages = notice;
SELECT hcjwt.add_help_center('twin', 'https://acme.zendesk.com');
ROLLBACK TO s;
-- one that is not fetched from: its host need not be permitted, and import_keys() works
SELECT hcjwt.add_help_center('told', 'https://support.example.com', keys_url => 'none');
SELECT hcjwt.import_keys('told', :'acme_jwks');
SELECT help_center, state, trusted_keys, advice FROM hcjwt.status WHERE help_center = 'told';
\set told `:acme --claims '{"userId":1}' --origin https://support.example.com`
SELECT hcjwt.verify(:'told') ->> 'userId' AS verified;
UPDATE hcjwt.keys SET retired_at = now();
SELECT help_center, state, trusted_keys, advice FROM hcjwt.status WHERE help_center = 'told';
ROLLBACK TO s;
SELECT hcjwt.add_help_center('told', 'http://support.example.com', keys_url => 'none');
ROLLBACK TO s;
SELECT hcjwt.add_help_center('told', 'https://support.example.com', keys_url => 'None');
ROLLBACK TO s;
-- the same keys under two, and a kid with more keys than are tried, get a notice
SET LOCAL client_min_messages = notice;
INSERT INTO hcjwt.help_centers (name, base_url, keys_url) SELECT name, 'https://' || name || '.example.com', 'none'
FROM unnest('{a,b,c,d,e,f}'::text[]) name;
SELECT hcjwt.import_keys('a', :'acme_jwks');
SELECT hcjwt.import_keys('b', :'acme_jwks');
SELECT help_center, state, advice FROM hcjwt.status WHERE help_center IN ('a', 'b') ORDER BY help_center;
UPDATE hcjwt.help_centers SET enabled = false WHERE name = 'b';
SELECT help_center, advice FROM hcjwt.status WHERE help_center = 'a';
INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint)
SELECT name, :'acme_kid', :'beta_jwk'::jsonb || jsonb_build_object('kid', :'acme_kid', 'e', e), ''
FROM unnest('{c,d,e}'::text[], '{AQAB,Aw,BQ}'::text[]) AS other (name, e);
SELECT help_center, advice FROM hcjwt.status WHERE help_center = 'a';
INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint)
VALUES ('f', :'acme_kid', :'beta_jwk'::jsonb || jsonb_build_object('kid', :'acme_kid', 'e', 'Bw'), '');
SELECT help_center, advice FROM hcjwt.status WHERE help_center = 'a';
ROLLBACK TO s;
SELECT hcjwt.add_help_center('acme');
ROLLBACK TO s;
SELECT hcjwt.add_help_center('acme', 'https://other.zendesk.com');
ROLLBACK TO s;
SELECT hcjwt.drop_help_center('beta');
ROLLBACK TO s;
SELECT hcjwt.drop_help_center('Acme');
ROLLBACK TO s;
SELECT hcjwt.drop_help_center('*');
ROLLBACK TO s;
SELECT hcjwt.drop_help_center(NULL);
SELECT * FROM hcjwt.help_centers ORDER BY name;
SELECT hcjwt.drop_help_center('acme');
SELECT hcjwt.drop_help_center('acme');
ROLLBACK;

--
-- Direct changes obey the same rules, except for the hosts that the settings permit:
-- a dump that is restored says nothing about them.
--
\set ON_ERROR_ROLLBACK on
BEGIN;
INSERT INTO hcjwt.help_centers (name, base_url) VALUES ('acme', 'https://acme.example.com//');
INSERT INTO hcjwt.help_centers (name, base_url, origins, leeway, enabled) VALUES ('beta', 'http://[::1]:8080/hc/', NULL, NULL, NULL);
SELECT * FROM hcjwt.help_centers ORDER BY name;
INSERT INTO hcjwt.help_centers (name, base_url) VALUES ('acme', 'https://acme.example.com');
INSERT INTO hcjwt.help_centers (name, base_url) VALUES ('x', NULL);
INSERT INTO hcjwt.help_centers (name, base_url) VALUES (NULL, 'https://acme.example.com');
INSERT INTO hcjwt.help_centers (name, base_url) VALUES ('', 'https://acme.example.com');
INSERT INTO hcjwt.help_centers (name, base_url) VALUES ('x', 'http://acme.example.com');
INSERT INTO hcjwt.help_centers (name, base_url) VALUES ('x', 'https://me@acme.example.com');
INSERT INTO hcjwt.help_centers (name, base_url, keys_url) VALUES ('x', 'https://acme.example.com', '');
INSERT INTO hcjwt.help_centers (name, base_url, origins) VALUES ('x', 'https://acme.example.com', '{}');
INSERT INTO hcjwt.help_centers (name, base_url, leeway) VALUES ('x', 'https://acme.example.com', '6 min');
UPDATE hcjwt.help_centers SET enabled = NULL;
UPDATE hcjwt.help_centers SET leeway = NULL;
UPDATE hcjwt.help_centers SET base_url = 'ftp://acme.example.com';
UPDATE hcjwt.help_centers SET name = 'acme';
UPDATE hcjwt.help_centers SET name = E'a\nb' WHERE name = 'acme';
UPDATE hcjwt.help_centers SET origins = '{oops}';
UPDATE hcjwt.help_centers SET leeway = '6 min';
UPDATE hcjwt.help_centers SET audience = '';
-- A help center that moves takes its own origin along, but no other.
UPDATE hcjwt.help_centers SET base_url = 'https://moved.example.com' WHERE name = 'acme';
UPDATE hcjwt.help_centers SET origins = '{https://support.example.com}' WHERE name = 'beta';
UPDATE hcjwt.help_centers SET base_url = 'https://beta.example.com' WHERE name = 'beta';
SELECT name, base_url, origins FROM hcjwt.help_centers ORDER BY name;
UPDATE hcjwt.help_centers SET origins = NULL;
UPDATE hcjwt.help_centers SET base_url = 'https://acme.example.com', origins = '{https://moved.example.com,*}'
WHERE name = 'acme';
SELECT name, base_url, origins FROM hcjwt.help_centers ORDER BY name;
\set VERBOSITY sqlstate
TRUNCATE hcjwt.help_centers;	-- is referenced
\set VERBOSITY default
TRUNCATE hcjwt.help_centers CASCADE;
TRUNCATE hcjwt.keys;
-- The same for replicated changes
SET LOCAL session_replication_role = replica;
INSERT INTO hcjwt.help_centers (name, base_url) VALUES ('x', 'http://acme.example.com');
INSERT INTO hcjwt.help_centers (name, base_url) VALUES ('gamma', 'https://gamma.example.com/');
UPDATE hcjwt.help_centers SET base_url = 'nonsense';
TRUNCATE hcjwt.help_centers CASCADE;
SELECT name, base_url, origins FROM hcjwt.help_centers ORDER BY name;
ROLLBACK;

--
-- What happens to the keys when a help center changes
--
\set token `:acme --claims '{"userId":1}'`
BEGIN;
INSERT INTO hcjwt.help_centers (name, base_url) VALUES ('acme', 'https://acme.example.com');
SELECT hcjwt.import_keys('acme', :'acme_jwks');
INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint, source)
VALUES ('acme', :'beta_kid', :'beta_jwk', '', 'fetched');
INSERT INTO hcjwt.fetch_state (help_center, keys_url, last_success, etag)
VALUES ('acme', 'https://acme.example.com/api/v2/help_center/integration/keys.json', now(), '"1"');
\set token2 `:beta --claims '{"userId":2}'`
SELECT hcjwt.verify(:'token') ->> 'userId' AS imported, hcjwt.verify(:'token2') ->> 'userId' AS fetched;
\set VERBOSITY sqlstate

-- disabled
SAVEPOINT s;
UPDATE hcjwt.help_centers SET enabled = false;
SELECT hcjwt.verify(:'token');
SELECT hcjwt.verify(:'token2');
UPDATE hcjwt.help_centers SET enabled = true;
SELECT hcjwt.verify(:'token') ->> 'userId' AS imported, hcjwt.verify(:'token2') ->> 'userId' AS fetched;
ROLLBACK TO s;

-- renamed: its keys and its state follow
UPDATE hcjwt.help_centers SET name = 'renamed';
SELECT help_center, source FROM hcjwt.keys ORDER BY source;
SELECT help_center, etag FROM hcjwt.fetch_state;
SELECT hcjwt.verify(:'token', 'renamed') ->> 'userId' AS imported, hcjwt.verify(:'token2', 'renamed') ->> 'userId' AS fetched;
SELECT hcjwt.verify(:'token', 'acme');
SELECT hcjwt.authenticate(:'token') IS NOT NULL AS ok, hcjwt.help_center();
ROLLBACK TO s;

-- moved: fetched keys are retired at once, imported ones stay
UPDATE hcjwt.help_centers SET base_url = 'https://moved.example.com';
SELECT source, retired_at IS NOT NULL AS retired FROM hcjwt.keys ORDER BY source;
SELECT etag FROM hcjwt.fetch_state;
SELECT hcjwt.verify(:'token') ->> 'userId' AS imported;
SELECT hcjwt.verify(:'token2');
ROLLBACK TO s;
UPDATE hcjwt.help_centers SET keys_url = 'https://acme.example.com/keys';
SELECT source, retired_at IS NOT NULL AS retired FROM hcjwt.keys ORDER BY source;
SELECT hcjwt.verify(:'token2');
ROLLBACK TO s;
-- renamed and moved at once
UPDATE hcjwt.help_centers SET name = 'renamed', base_url = 'https://moved.example.com';
SELECT help_center, source, retired_at IS NOT NULL AS retired FROM hcjwt.keys ORDER BY source;
SELECT hcjwt.verify(:'token2');
ROLLBACK TO s;
-- another change does nothing to them
UPDATE hcjwt.help_centers SET base_url = 'https://acme.example.com/', audience = NULL, leeway = '1 s';
SELECT source, retired_at IS NOT NULL AS retired FROM hcjwt.keys ORDER BY source;
SELECT etag FROM hcjwt.fetch_state;
ROLLBACK TO s;

-- its rules hold from the very statement that changes them
UPDATE hcjwt.help_centers SET audience = 'store';
SELECT hcjwt.verify(:'token');
ROLLBACK TO s;
UPDATE hcjwt.help_centers SET issuer = 'zendesk';
SELECT hcjwt.verify(:'token');
ROLLBACK TO s;
SELECT hcjwt.verify(:'token') ->> 'userId' AS ok;

-- dropped, by function or by DELETE, with or without revoked keys
SELECT hcjwt.revoke_key('acme', :'beta_kid');
SELECT hcjwt.drop_help_center('acme');
SELECT (SELECT count(*) FROM hcjwt.keys) AS keys, (SELECT count(*) FROM hcjwt.fetch_state) AS state;
SELECT hcjwt.verify(:'token');
ROLLBACK TO s;
DELETE FROM hcjwt.help_centers;
SELECT (SELECT count(*) FROM hcjwt.keys) AS keys, (SELECT count(*) FROM hcjwt.fetch_state) AS state;
SELECT hcjwt.verify(:'token');
ROLLBACK TO s;
SELECT hcjwt.verify(:'token') ->> 'userId' AS ok;
ROLLBACK;

-- A key without its help center's row is not trusted: replication can bring it first.
BEGIN;
SET LOCAL session_replication_role = replica;
INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint)
VALUES ('acme', :'acme_kid', :'acme_jwk', '');
SELECT hcjwt.verify(:'token');
INSERT INTO hcjwt.help_centers (name, base_url) VALUES ('acme', 'https://acme.example.com');
SELECT hcjwt.verify(:'token') ->> 'userId' AS ok;
ROLLBACK;
SELECT hcjwt.verify(:'token');

DROP FUNCTION adding;
DROP EXTENSION hcjwt;
