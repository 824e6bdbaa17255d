--
-- When is a key trusted: the verifier, which reads rows one by one, and hcjwt.status,
-- which asks SQL, agree on every combination of what counts.
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
	CASE WHEN retired THEN now() END, CASE WHEN revoked THEN now() END
FROM combination;
INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint, source, revoked_at)
SELECT name, 'another', :'acme_jwk'::jsonb || '{"kid": "another"}', '', 'imported', now()
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
ROLLBACK;
