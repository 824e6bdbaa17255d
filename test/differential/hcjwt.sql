-- What hcjwt says of DIRECTORY/tokens, with the keys of DIRECTORY/keys: "ok" or the check
-- that fails, and the payload, to DIRECTORY/hcjwt.  psql -v dir=DIRECTORY
SET client_min_messages = error;
CREATE EXTENSION IF NOT EXISTS hcjwt;
DELETE FROM hcjwt.help_centers;
DROP TABLE IF EXISTS tokens, keys;

CREATE TABLE keys (center text, kid text, jwk jsonb, pem text);
\set file :dir /keys
\set copy '\\copy keys FROM ' :'file'
:copy
INSERT INTO hcjwt.help_centers (name, base_url, origins, leeway, audience, issuer)
	SELECT DISTINCT center, 'https://' || center || '.example.com', '{*}'::text[], interval '5 min',
		CASE center WHEN 'strict' THEN 'the audience' END,
		CASE center WHEN 'strict' THEN 'the issuer' END
	FROM keys;
-- a key that hcjwt does not take leaves a help center without keys
DO $$
DECLARE
	k record;
BEGIN
	FOR k IN SELECT center, jsonb_build_object('keys', jsonb_agg(jwk)) AS jwks FROM keys GROUP BY center LOOP
		BEGIN
			PERFORM hcjwt.import_keys(k.center, k.jwks);
		EXCEPTION WHEN invalid_parameter_value OR data_exception THEN
			NULL;
		END;
	END LOOP;
END
$$;

CREATE TABLE tokens (number int, center text, changes text, token text);
\set file :dir /tokens
\set copy '\\copy tokens FROM ' :'file'
:copy

-- Both functions have to say the same.
CREATE OR REPLACE FUNCTION verdict(hex text, center text, OUT verdict text, OUT payload text) LANGUAGE plpgsql AS $$
DECLARE
	token text;
BEGIN
	BEGIN
		token := convert_from(decode(hex, 'hex'), 'UTF8');
	EXCEPTION WHEN character_not_in_repertoire OR untranslatable_character THEN
		verdict := 'text';
		RETURN;
	END;
	payload := hcjwt.try_verify(token, center);
	SELECT coalesce(min(check_name) FILTER (WHERE NOT passed), 'ok') INTO verdict FROM hcjwt.explain(token, center);
	IF (verdict = 'ok') <> (payload IS NOT NULL) THEN
		RAISE 'try_verify and explain differ about %', hex;
	END IF;
END
$$;
\set file :dir /hcjwt
\set copy '\\copy (SELECT number, verdict, encode(convert_to(payload, ''UTF8''), ''hex'') FROM tokens, verdict(token, center) ORDER BY number) TO ' :'file'
:copy
