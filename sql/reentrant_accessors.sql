--
-- What a role that has only PUBLIC's privileges tries on the accessors
-- themselves.
--
\getenv srcdir PG_ABS_SRCDIR
\set tokens :srcdir '/test/tokens.psql'
\i :tokens
SET client_min_messages = warning;
DROP EXTENSION IF EXISTS hcjwt CASCADE;
CREATE EXTENSION hcjwt;
INSERT INTO hcjwt.help_centers (name, base_url, leeway) VALUES
	('acme', 'https://acme.example.com', '0');
SELECT hcjwt.import_keys('acme', :'acme_jwks');
DROP ROLE IF EXISTS regress_hcjwt_attacker;
CREATE ROLE regress_hcjwt_attacker;
-- claims of one size, so that memory that one gives back would become the next one's
\set ada `:acme --claims '{"userId":1,"email":"ada@example.com","a":"aaaaaaaa","b":"bbbbbbbb","c":"cccccccc","d":"dddddddd"}'`
\set bob `:acme --claims '{"userId":2,"email":"bob@example.com"}'`
\set cyd `:acme --claims '{"userId":3,"email":"cyd@example.com"}'`
\set dan `:acme --claims '{"userId":4,"email":"dan@example.com"}'`
SET client_min_messages = notice;
\set VERBOSITY terse
SET ROLE regress_hcjwt_attacker;

--
-- A call site is entered again and again while the value that it returned first is
-- still in use: the domain's check calls the function that asked for the
-- cast.
--
SELECT set_config('test.tokens', concat_ws(' ', :'ada', :'bob', :'cyd', :'dan'), false) IS NULL AS unset;
CREATE FUNCTION pg_temp.come_back(value text) RETURNS bool LANGUAGE plpgsql AS $$
DECLARE
	depth int := current_setting('test.depth')::int + 1;
	unused text;
BEGIN
	IF depth <= 4 THEN
		PERFORM set_config('test.depth', depth::text, true);
		EXECUTE current_setting('test.again') INTO unused USING depth;
	END IF;
	RETURN true;
END
$$;
CREATE DOMAIN pg_temp.slow AS text CHECK (pg_temp.come_back(VALUE));
CREATE FUNCTION pg_temp.read_claim(name text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	value pg_temp.slow := hcjwt.claim(name);
BEGIN
	RAISE NOTICE '%: %', name, value;
	RETURN value;
END
$$;
CREATE FUNCTION pg_temp.read_email(visitor int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	token text := split_part(current_setting('test.tokens'), ' ', visitor);
	email text := hcjwt.authenticate(token) ->> 'email';
	value pg_temp.slow := hcjwt.email();
BEGIN
	RAISE NOTICE '%: %', email, value;
	RETURN value;
END
$$;
BEGIN;
SELECT hcjwt.authenticate(:'ada') ->> 'userId' AS ada;
SET LOCAL test.depth = 0;
SET LOCAL test.again = 'SELECT pg_temp.read_claim(substr(''bcda'', $1, 1))';
SELECT pg_temp.read_claim('a');
SET LOCAL test.depth = 0;
SET LOCAL test.again = 'SELECT pg_temp.read_email($1 % 4 + 1)';
SELECT pg_temp.read_email(1);
COMMIT;
-- a claim that some tokens have, and a token that is sometimes set
BEGIN;
SELECT hcjwt.authenticate(:'ada') ->> 'userId' AS ada;
SELECT array_agg(hcjwt.claim(name)) FROM unnest('{x,a,x,b,b,x,c,d,a,x}'::text[]) AS name;
DO $$
DECLARE
	visitor int;
	token text;
	seen text := '';
BEGIN
	FOREACH visitor IN ARRAY '{9,1,9,2,3,9,4,4,1,9}'::int[] LOOP
		token := nullif(split_part(current_setting('test.tokens'), ' ', visitor), '');
		seen := concat(seen, visitor, ' ', coalesce(hcjwt.authenticate(token) ->> 'userId', '-'),
			coalesce(hcjwt.email(), '-'), ' ');
	END LOOP;
	RAISE NOTICE '%', seen;
END $$;
COMMIT;

RESET ROLE;
DROP OWNED BY regress_hcjwt_attacker;
DROP ROLE regress_hcjwt_attacker;
