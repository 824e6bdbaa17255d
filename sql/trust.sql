--
-- When is a key trusted: the verifier and hcjwt.status agree on every combination of what
-- counts.  And hcjwt.explain() says which it is.
--
\getenv srcdir PG_ABS_SRCDIR
\set tokens :srcdir '/test/tokens.psql'
\i :tokens
\set token `:acme --claims '{"userId":1}'`
SET client_min_messages = warning;
DROP EXTENSION IF EXISTS hcjwt CASCADE;
CREATE EXTENSION hcjwt;

BEGIN;
CREATE TEMP TABLE combination AS
SELECT 'c' || row_number() OVER () AS name, *
FROM unnest('{imported,fetched}'::text[]) source,
	unnest('{f,t}'::bool[]) retired,
	unnest('{f,t}'::bool[]) revoked,
	unnest('{f,t}'::bool[]) revoked_under_another_kid,
	unnest('{f,t}'::bool[]) enabled,
	unnest('{never,"just now","longer ago than hcjwt.max_stale"}'::text[]) last_success;

INSERT INTO hcjwt.help_centers (name, base_url, origins, enabled)
SELECT name, 'https://' || name || '.zendesk.com', '{*}', enabled FROM combination;
INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint, source, retired_at, revoked_at)
SELECT name, :'acme_kid', :'acme_jwk', '', source,
	CASE WHEN retired THEN timestamptz '2001-01-01' END, CASE WHEN revoked THEN timestamptz '2002-01-01' END
FROM combination;
-- of the other kid, which is revoked, half are retired as well
INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint, source, retired_at, revoked_at)
SELECT name, 'another', :'acme_jwk'::jsonb || '{"kid": "another"}', '', 'imported',
	CASE WHEN source = 'fetched' THEN now() END, now()
FROM combination
WHERE revoked_under_another_kid;
INSERT INTO hcjwt.fetch_state (help_center, keys_url, last_success)
SELECT h.name, h.base_url || '/api/v2/help_center/integration/keys.json',
	CASE last_success WHEN 'just now' THEN now()
		ELSE now() - (current_setting('hcjwt.max_stale')::interval + '1 s') END
FROM combination c JOIN hcjwt.help_centers h USING (name)
WHERE last_success <> 'never'
ON CONFLICT (help_center) DO UPDATE
SET keys_url = excluded.keys_url, last_success = excluded.last_success;

CREATE TEMP TABLE judged AS
SELECT c.*, hcjwt.try_verify(:'token', c.name) IS NOT NULL AS verified,
	s.trusted_keys > 0 AS trusted, s.trusted_keys
FROM combination c JOIN hcjwt.status s ON s.help_center = c.name;

-- none of these is trusted
SELECT * FROM judged WHERE verified <> trusted OR trusted_keys > 1;

-- all of these are, and no others
SELECT source, last_success, retired, revoked, revoked_under_another_kid, enabled, count(*)
FROM judged
WHERE verified
GROUP BY 1, 2, 3, 4, 5, 6
ORDER BY 1, 2;
SELECT count(*), count(*) FILTER (WHERE verified) AS verified FROM judged;

-- Why the others are not: each is told apart, and of several reasons the first of these
-- is told.
SELECT count(hcjwt.drop_help_center(name)) FROM judged WHERE verified;
CREATE FUNCTION pg_temp.holds(bool) RETURNS text IMMUTABLE LANGUAGE sql
RETURN CASE WHEN $1 THEN 'yes' ELSE 'no' END;
SELECT check_name, regexp_replace(replace(replace(detail, 'listed for ' || name, 'listed for it'), :'acme_kid', 'acme'), ', at .*, is', ', at a time, is') AS detail,
	string_agg(DISTINCT pg_temp.holds(NOT enabled), '/') AS disabled,
	string_agg(DISTINCT pg_temp.holds(revoked), '/') AS revoked,
	string_agg(DISTINCT pg_temp.holds(revoked_under_another_kid), '/') AS another_kid,
	string_agg(DISTINCT pg_temp.holds(retired), '/') AS retired,
	string_agg(DISTINCT source, '/') AS source, string_agg(DISTINCT last_success, '/') AS last_success, count(*)
FROM judged, hcjwt.explain(:'token', name)
WHERE NOT verified AND NOT passed
GROUP BY 1, 2
ORDER BY count(*) DESC, 2;
SELECT name FROM judged WHERE source = 'fetched' AND last_success ~ 'longer' AND enabled
	AND NOT (retired OR revoked OR revoked_under_another_kid) \gset
SELECT check_name, replace(detail, last_success::text, 'that') LIKE '%, at that, is longer ago%' AS at_its_time
FROM hcjwt.fetch_state, hcjwt.explain(:'token', :'name')
WHERE help_center = :'name' AND NOT passed;
-- a key that is not listed
UPDATE hcjwt.help_centers SET base_url = 'https://unlisted.zendesk.com', name = 'unlisted' WHERE name = :'name';
DELETE FROM hcjwt.keys WHERE help_center = 'unlisted';
SELECT check_name, replace(split_part(detail, '; state', 1), :'acme_kid', 'acme') AS detail FROM hcjwt.explain(:'token', 'unlisted') WHERE NOT passed;
INSERT INTO hcjwt.fetch_state (help_center, keys_url, last_success)
VALUES ('unlisted', 'https://unlisted.zendesk.com/api/v2/help_center/integration/keys.json', now() - interval '61 s')
ON CONFLICT (help_center) DO UPDATE SET keys_url = excluded.keys_url, last_success = excluded.last_success;
SELECT replace(split_part(detail, '; state', 1), :'acme_kid', 'acme') AS detail FROM hcjwt.explain(:'token', 'unlisted') WHERE NOT passed;
ROLLBACK;

-- What somebody broke while the triggers were off is judged where it is read.
CREATE FUNCTION pg_temp.broken(change text, token text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	verdict text;
	t record;
BEGIN
	ALTER TABLE hcjwt.help_centers DISABLE TRIGGER USER;
	ALTER TABLE hcjwt.keys DISABLE TRIGGER USER;
	EXECUTE change;
	FOR t IN SELECT tgrelid::regclass AS rel, tgname FROM pg_trigger
		WHERE tgrelid IN ('hcjwt.help_centers'::regclass, 'hcjwt.keys'::regclass) AND NOT tgisinternal LOOP
		EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', t.rel, t.tgname);
	END LOOP;
	BEGIN
		PERFORM hcjwt.verify(token, 'acme');
		verdict := 'ok';
	EXCEPTION WHEN OTHERS THEN
		verdict := SQLSTATE;
	END;
	RAISE SQLSTATE 'ZZ000';
EXCEPTION WHEN SQLSTATE 'ZZ000' THEN
	RETURN verdict;
END $$;
\set of_origin `:acme --origin https://acme.example.com --claims '{"userId":1}'`
\set fetched 'UPDATE hcjwt.keys SET source = ''fetched''; INSERT INTO hcjwt.fetch_state (help_center, last_success) VALUES (''acme'', now()) ON CONFLICT (help_center) DO UPDATE SET last_success = excluded.last_success; '
\set longer :acme_kid x
\set longer_kid `:acme --kid :longer --claims '{"userId":1}'`
SELECT left(:'acme_kid', -1) AS shorter \gset
\set shorter_kid `:acme --kid :shorter --claims '{"userId":1}'`
BEGIN;
INSERT INTO hcjwt.help_centers (name, base_url) VALUES ('acme', 'https://acme.example.com');
SELECT hcjwt.import_keys('acme', :'acme_jwks');
SELECT about, pg_temp.broken(change, token) FROM (VALUES
	('nothing', 'SELECT', :'token'),
	('a leeway below nothing', $$UPDATE hcjwt.help_centers SET leeway = '-1 hour'$$, :'token'),
	('no leeway', $$ALTER TABLE hcjwt.help_centers ALTER leeway DROP NOT NULL; UPDATE hcjwt.help_centers SET leeway = NULL$$, :'token'),
	('an origin, and those that are none', $$UPDATE hcjwt.help_centers SET origins = '{x,NULL}' || origins$$, :'of_origin'),
	('no origin in the list', $$UPDATE hcjwt.help_centers SET origins = '{x}'$$, :'of_origin'),
	('no list of origins', $$ALTER TABLE hcjwt.help_centers ALTER origins DROP NOT NULL; UPDATE hcjwt.help_centers SET origins = NULL$$, :'of_origin'),
	('an unknown source', $$UPDATE hcjwt.keys SET source = 'important'$$, :'token'),
	('a private key', $$UPDATE hcjwt.keys SET jwk = jwk || '{"d": "AQAB"}'$$, :'token'),
	('another thumbprint', $$UPDATE hcjwt.keys SET thumbprint = 'x'$$, :'token'),
	('another kid, as the JWK has it', $$UPDATE hcjwt.keys SET kid = 'x'$$, :'token'),
	('a longer kid', $$UPDATE hcjwt.keys SET kid = kid || 'x'$$, :'longer_kid'),
	('a shorter kid', $$UPDATE hcjwt.keys SET kid = left(kid, -1)$$, :'shorter_kid'),
	('fetched', :'fetched', :'token'),
	('fetched, and another owner says so', :'fetched' || 'ALTER TABLE hcjwt.fetch_state OWNER TO pg_monitor', :'token'),
	('fetched, and a view says so', :'fetched' || 'ALTER TABLE hcjwt.fetch_state RENAME TO other; CREATE VIEW hcjwt.fetch_state AS TABLE hcjwt.other', :'token')
) x (about, change, token);
ROLLBACK;

-- A fetched key is trusted until hcjwt.max_stale is over.  A session that has read the key
-- before refuses it then, and so does a transaction of a visitor that is under way.  A fetch
-- that prolongs the time is noticed, though it sends no invalidation and another help center's
-- key lives longer.
BEGIN;
INSERT INTO hcjwt.help_centers (name, base_url) VALUES
	('acme', 'https://acme.example.com'), ('beta', 'https://beta.example.com');
SELECT hcjwt.import_keys('acme', :'acme_jwks'), hcjwt.import_keys('beta', :'acme_jwks');
CREATE FUNCTION pg_temp.fetched(help_center text, ago interval DEFAULT '0') RETURNS timestamptz LANGUAGE sql AS $$
	INSERT INTO hcjwt.fetch_state (help_center, last_success) VALUES ($1, clock_timestamp() - $2)
	ON CONFLICT (help_center) DO UPDATE SET last_success = excluded.last_success
	RETURNING last_success $$;
-- acme's key has a second left, and this session knows; a change of the source makes it read again
CREATE FUNCTION pg_temp.a_second_left(OUT ends timestamptz) LANGUAGE plpgsql AS $$
DECLARE
	life interval := extract(epoch FROM current_setting('hcjwt.max_stale')::interval) * interval '1 s';
BEGIN
	ends := pg_temp.fetched('acme', life - interval '1 s') + life;
	UPDATE hcjwt.keys SET source = 'imported';
	UPDATE hcjwt.keys SET source = 'fetched';
END $$;
CREATE FUNCTION pg_temp.wait_for(moment timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	WHILE clock_timestamp() <= moment LOOP
		PERFORM pg_sleep(0.05);
	END LOOP;
END $$;
SELECT set_config('test.token', :'token', false) <> '' AS set, pg_temp.fetched('beta') IS NOT NULL AS beta;
\set VERBOSITY terse
DO $$
DECLARE
	token text := current_setting('test.token');
	ends timestamptz;
	who bigint;
BEGIN
	-- again where the machine is so slow that the second is over
	LOOP
		ends := pg_temp.a_second_left();
		EXIT WHEN hcjwt.try_verify(token, 'acme') IS NOT NULL;
	END LOOP;
	PERFORM pg_temp.fetched('acme');
	PERFORM pg_temp.wait_for(ends);
	RAISE WARNING 'trusted for longer: %', hcjwt.try_verify(token, 'acme') IS NOT NULL;

	LOOP
		ends := pg_temp.a_second_left();
		BEGIN
			PERFORM hcjwt.authenticate(token, 'acme');
			who := hcjwt.user_id();
			EXIT;
		EXCEPTION WHEN SQLSTATE '28J00' OR SQLSTATE '28J04' THEN
			NULL;
		END;
	END LOOP;
	PERFORM pg_temp.wait_for(ends);
	who := hcjwt.user_id();
	RAISE WARNING 'still user %', who;
EXCEPTION WHEN OTHERS THEN
	RAISE WARNING 'no longer: %', SQLSTATE;
END $$;
\set VERBOSITY default
ROLLBACK;
