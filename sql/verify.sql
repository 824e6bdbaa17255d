--
-- verify() and try_verify(): which tokens they accept, and for which help center.
-- (The corpus has forgeries of every kind.)
--
\getenv srcdir PG_ABS_SRCDIR
\set tokens :srcdir '/test/tokens.psql'
\i :tokens
SET client_min_messages = warning;
DROP EXTENSION IF EXISTS hcjwt CASCADE;
CREATE EXTENSION hcjwt;

-- The verdict on a token: "ok", or how it is refused.  try_verify() and explain() must
-- say the same as verify().
CREATE FUNCTION verdict(token text, help_center text DEFAULT NULL) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	result text;
	payload jsonb;
	step record;
BEGIN
	BEGIN
		payload := hcjwt.verify(token, help_center);
		result := 'ok';
	EXCEPTION
		WHEN OTHERS THEN
			result := SQLSTATE;
	END;
	IF hcjwt.try_verify(token, help_center) IS DISTINCT FROM payload THEN
		result := result || ' but try_verify() differs';
	END IF;
	IF token IS NOT NULL AND payload IS NOT NULL <>
		(SELECT bool_and(passed) FROM hcjwt.explain(token, help_center)) THEN
		result := result || ' but explain() differs';
	END IF;
	RETURN result;
END $$;

-- Each error as a client sees it: one message, no reason.
BEGIN;
INSERT INTO hcjwt.help_centers (name, base_url) VALUES ('acme', 'https://acme.example.com');
SELECT hcjwt.import_keys('acme', :'acme_jwks');
\set good `:acme --claims '{"userId":1}'`
\set expired `:acme --life -60`
\set early `:acme --claims "{\"nbf\":$(( $(date +%s) + 3600 ))}"`
\set unknown `:beta`
\set ON_ERROR_ROLLBACK on
SELECT hcjwt.verify(:'good') - 'exp' AS good;
SELECT hcjwt.verify('nonsense');
SELECT hcjwt.verify(:'expired');
SELECT hcjwt.verify(:'early');
SELECT hcjwt.verify(:'unknown');
SELECT hcjwt.verify(:'good', 'beta');
\set VERBOSITY sqlstate
SELECT hcjwt.verify('nonsense');
SELECT hcjwt.verify(:'expired');
SELECT hcjwt.verify(:'early');
SELECT hcjwt.verify(:'unknown');
SELECT hcjwt.verify(:'good', 'beta');
\set VERBOSITY default
-- NULLs
SELECT hcjwt.verify(NULL), hcjwt.verify(NULL, NULL), hcjwt.verify(NULL, 'nobody'),
	hcjwt.try_verify(NULL), hcjwt.try_verify(NULL, 'nobody'), hcjwt.verify(:'good', NULL) IS NOT NULL AS good;
SELECT verdict(:'good', 'acme'), verdict(:'good', 'ACME'), verdict(:'good', ''), verdict(:'good', ' acme'),
	verdict(:'good', 'nobody'), verdict(:'good', repeat('acme', 100000));
ROLLBACK;

--
-- Tokens of many kinds
--
CREATE TEMP TABLE cases (n int GENERATED ALWAYS AS IDENTITY, about text, args text, help_center text, token text);
CREATE TEMP TABLE signed (n int, token text);
INSERT INTO cases (about, args) VALUES
	('nothing but exp', '$ACME'),
	('typ absent', '$ACME --header ''{"typ":null}'''),
	('typ jwt', '$ACME --header ''{"typ":"jwt"}'''),
	('typ application/JWT', '$ACME --header ''{"typ":"application/JWT"}'''),
	('jku, x5u, x5c and jwk are not looked at', '$ACME --header ''{"jku":"https://evil.example","x5u":"https://evil.example","x5c":["x"],"jwk":{"kty":"oct","k":"x"},"cty":"x"}'''),
	('expired within leeway', '$ACME --life -1'),
	('not yet valid within leeway', '$ACME --claims "{\"nbf\":$(( $(date +%s) + 240 ))}"'),
	('fractions', '$ACME --claims "{\"exp\":$(date +%s).5,\"nbf\":0.25,\"iat\":1e9}"'),
	('exp in the year 9999', '$ACME --exp 253402300799'),
	('exp with an exponent', '$ACME --raw-payload ''{"exp":2.5e10}'''),
	('iat in the future', '$ACME --claims ''{"iat":253402300799}'''),
	('aud, iss of any kind when nobody asks', '$ACME --claims ''{"aud":["a","b"],"iss":17}'''),
	('an empty aud', '$ACME --claims ''{"aud":[]}'''),
	('escapes', '$ACME --raw-payload ''{"\u0065xp":9999999999,"a":"\ud83d\ude00\\\/\b"}'''),
	('white space', '$ACME --raw-payload '' { "exp" : 9999999999 } '''),
	('10 kB', '$ACME --claims "{\"x\":\"$(head -c 10000 /dev/zero | tr ''\0'' x)\"}"');
INSERT INTO cases (about, args) VALUES
	('-', NULL),
	('expired', '$ACME --life -301'),
	('expired long ago', '$ACME --exp 0'),
	('expired long ago, with an exponent', '$ACME --raw-payload ''{"exp":1e9}'''),
	('not yet valid', '$ACME --claims "{\"nbf\":$(( $(date +%s) + 3600 ))}"'),
	('not yet valid for long', '$ACME --claims ''{"nbf":253402300799}'''),
	('expired and not yet valid', '$ACME --life -301 --claims ''{"nbf":253402300799}'''),
	('-', NULL),
	('exp missing', '$ACME --claims ''{"exp":null}'''),
	('exp null', '$ACME --raw-payload ''{"exp":null}'''),
	('exp a string', '$ACME --claims ''{"exp":"9999999999"}'''),
	('exp "never"', '$ACME --claims ''{"exp":"never"}'''),
	('exp true', '$ACME --claims ''{"exp":true}'''),
	('exp an array', '$ACME --claims ''{"exp":[9999999999]}'''),
	('exp an object', '$ACME --claims ''{"exp":{}}'''),
	('exp negative', '$ACME --exp -1'),
	('exp in the year 10000', '$ACME --exp 253402300800'),
	('exp 1e400', '$ACME --raw-payload ''{"exp":1e400}'''),
	('exp in milliseconds', '$ACME --claims "{\"exp\":$(date +%s)000}"'),
	('exp twice', '$ACME --raw-payload ''{"exp":9999999999,"exp":9999999999}'''),
	('exp twice, once escaped', '$ACME --raw-payload ''{"exp":0,"\u0065xp":9999999999}'''),
	('EXP', '$ACME --raw-payload ''{"EXP":9999999999}'''),
	('nbf a string', '$ACME --claims ''{"nbf":"0"}'''),
	('nbf null', '$ACME --raw-payload ''{"exp":9999999999,"nbf":null}'''),
	('iat a string', '$ACME --claims ''{"iat":"0"}'''),
	('iat negative', '$ACME --claims ''{"iat":-1}'''),
	('aud a number', '$ACME --claims ''{"aud":17}'''),
	('aud null', '$ACME --raw-payload ''{"exp":9999999999,"aud":null}'''),
	('aud with a number', '$ACME --claims ''{"aud":["a",17]}'''),
	('aud in aud', '$ACME --claims ''{"aud":[["a"]]}'''),
	('payload empty object', '$ACME --raw-payload ''{}'''),
	('payload empty', '$ACME --raw-payload '''''),
	('payload a string', '$ACME --raw-payload ''"exp"'''),
	('payload an array', '$ACME --raw-payload ''[{"exp":9999999999}]'''),
	('payload null', '$ACME --raw-payload null'),
	('payload cut', '$ACME --raw-payload ''{"exp":9999999999'''),
	('payload and more', '$ACME --raw-payload ''{"exp":9999999999}}'''),
	('payload twice', '$ACME --raw-payload ''{"exp":9999999999}{"exp":9999999999}'''),
	('payload with a comma', '$ACME --raw-payload ''{"exp":9999999999,}'''),
	('payload with a comment', '$ACME --raw-payload ''{"exp":9999999999/**/}'''),
	('payload in Latin 1', '$ACME --raw-payload "$(printf ''{"exp":9999999999,"a":"\351"}'')"'),
	('payload with U+0000', '$ACME --raw-payload ''{"exp":9999999999,"a":"\u0000"}'''),
	('payload with half a surrogate pair', '$ACME --raw-payload ''{"exp":9999999999,"a":"\ud83d"}'''),
	('payload with a raw control character', '$ACME --raw-payload "$(printf ''{"exp":9999999999,"a":"\001"}'')"'),
	('payload with a byte order mark', '$ACME --raw-payload "$(printf ''\357\273\277{"exp":9999999999}'')"'),
	('payload 17 deep', '$ACME --raw-payload ''{"exp":9999999999,"a":[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]}'''),
	('payload with a huge number', '$ACME --raw-payload ''{"exp":9999999999,"a":1e999999}'''),
	('payload with NaN', '$ACME --raw-payload ''{"exp":9999999999,"a":NaN}'''),
	('12 kB, too long in base64', '$ACME --claims "{\"x\":\"$(head -c 12000 /dev/zero | tr ''\0'' x)\"}"'),
	('-', NULL),
	('alg none, unsigned', '$ACME --header ''{"alg":"none"}'''),
	('alg absent', '$ACME --header ''{"alg":null}'''),
	('alg null', '$ACME --raw-header "{\"alg\":null,\"kid\":\"$KID\"}"'),
	('alg HS256', '$ACME --header ''{"alg":"HS256"}'''),
	('alg RS384', '$ACME --header ''{"alg":"RS384"}'''),
	('alg PS256', '$ACME --header ''{"alg":"PS256"}'''),
	('alg rs256', '$ACME --header ''{"alg":"rs256"}'''),
	('alg "RS256 "', '$ACME --header ''{"alg":"RS256 "}'''),
	('alg an array', '$ACME --header ''{"alg":["RS256"]}'''),
	('alg twice', '$ACME --raw-header "{\"alg\":\"RS256\",\"alg\":\"none\",\"kid\":\"$KID\"}"'),
	('typ JOSE', '$ACME --header ''{"typ":"JOSE"}'''),
	('typ at+jwt', '$ACME --header ''{"typ":"at+jwt"}'''),
	('typ text/jwt', '$ACME --header ''{"typ":"text/jwt"}'''),
	('typ empty', '$ACME --header ''{"typ":""}'''),
	('typ null', '$ACME --raw-header "{\"typ\":null,\"alg\":\"RS256\",\"kid\":\"$KID\"}"'),
	('crit', '$ACME --header ''{"crit":["exp"],"exp":1}'''),
	('crit empty', '$ACME --header ''{"crit":[]}'''),
	('b64 false', '$ACME --header ''{"b64":false,"crit":["b64"]}'''),
	('b64 true', '$ACME --header ''{"b64":true}'''),
	('kid absent', '$ACME --header ''{"kid":null}'''),
	('kid empty', '$ACME --kid '''''),
	('kid a number', '$ACME --header ''{"kid":1}'''),
	('kid too long', '$ACME --kid "$(head -c 513 /dev/zero | tr ''\0'' k)"'),
	('kid with U+0000', '$ACME --raw-header "{\"alg\":\"RS256\",\"kid\":\"$KID\\u0000\"}"'),
	('header no JSON', '$ACME --raw-header ''alg=RS256'''),
	('header an array', '$ACME --raw-header ''["RS256"]'''),
	('header empty', '$ACME --raw-header '''''),
	('another key under this kid', '$BETA --kid $KID'),
	('-', NULL),
	('unknown kid', '$ACME --kid unknown'),
	('kid in capitals', '$ACME --kid "$(echo $KID | tr a-f A-F)"'),
	('kid and a blank', '$ACME --kid "$KID "'),
	('kid an injection', '$ACME --kid "'' OR true --"'),
	('kid a path', '$ACME --kid ../../../../dev/null'),
	('kid of an unregistered help center', '$BETA');
\setenv KID :acme_kid
\copy (SELECT n, translate(encode(convert_to(args, 'UTF8'), 'base64'), E'\n', '') FROM cases WHERE args IS NOT NULL) TO PROGRAM 'sh "$PG_ABS_SRCDIR/test/sign-all.sh" > "$PG_ABS_BUILDDIR/results/signed.txt"'
\copy signed FROM PROGRAM 'cat "$PG_ABS_BUILDDIR/results/signed.txt"; rm "$PG_ABS_BUILDDIR/results/signed.txt"'
UPDATE cases SET token = signed.token FROM signed WHERE cases.n = signed.n;

BEGIN;
INSERT INTO hcjwt.help_centers (name, base_url, leeway) VALUES ('acme', 'https://acme.example.com', '5 min');
SELECT hcjwt.import_keys('acme', :'acme_jwks');
SELECT about, CASE WHEN about <> '-' THEN verdict(token) ELSE '-' END AS verdict FROM cases ORDER BY n;
-- the accepted ones again, as the caches may remember them, also out of
-- line and compressed
SELECT count(*), count(*) FILTER (WHERE hcjwt.try_verify(token) IS NOT NULL) AS good FROM cases, generate_series(1, 3);
SELECT hcjwt.verify(token) ->> 'a' AS escapes FROM cases WHERE about = 'escapes';

-- The payload is what PostgreSQL's own parser makes of it, to the byte.
CREATE TEMP TABLE payloads (n int GENERATED ALWAYS AS IDENTITY, args text, payload text);
INSERT INTO payloads (payload)
SELECT replace(format('{"exp":9999999999,%s}', members), ',}', '}') FROM (VALUES
	(''), ('"":""'), ('"b":1,"a":2,"aa":3,"ab":4,"B":5,"":6'), ('"exq":1,"nbf":0,"ex":2'),
	('"n":0'), ('"n":-0'), ('"n":-17'), ('"n":10000'), ('"n":123456789012345678'), ('"n":-123456789012345678'),
	('"n":1234567890123456789'), ('"n":9223372036854775808'), ('"n":0.10'), ('"n":1e3'), ('"n":-1.5E-3'), ('"n":1E+2'),
	('"t":true,"f":false,"z":null'), ('"s":"x\ty"'), ('"s":"\n"'), ('"\u0073":1'), ('"s":"é€😀"'), ('"é":1,"ab":2,"e":3'),
	('"a":[]'), ('"a":[1,"2",[3]]'), ('"o":{}'), ('"o":{"b":1,"a":{"c":[]}}'), ('"o":{"b":1,"b":2}'),
	(' "a" : 1 , "b" :"x" ')) x (members)
UNION ALL
SELECT format('{"exp":9999999999,%s}', string_agg(format('"%s":%s', repeat(chr(97 + i * 7 % 26), 1 + i % 3) || i, i), ','))
FROM unnest('{30,31,32,64,200}'::int[]) n, generate_series(1, n) i GROUP BY n;
UPDATE payloads SET args = format('$ACME --raw-payload ''%s''', payload);
TRUNCATE signed;
\copy (SELECT n, translate(encode(convert_to(args, 'UTF8'), 'base64'), E'\n', '') FROM payloads) TO PROGRAM 'sh "$PG_ABS_SRCDIR/test/sign-all.sh" > "$PG_ABS_BUILDDIR/results/signed.txt"'
\copy signed FROM PROGRAM 'cat "$PG_ABS_BUILDDIR/results/signed.txt"; rm "$PG_ABS_BUILDDIR/results/signed.txt"'
SELECT count(*), count(*) FILTER (WHERE jsonb_send(claims) = jsonb_send(payload::jsonb)
	AND pg_column_size(hcjwt.verify(token)) = pg_column_size(payload::jsonb)
	AND jsonb_hash_extended(claims, 1) = jsonb_hash_extended(payload::jsonb, 1)
	AND (SELECT bool_and(claims -> key = value) FROM jsonb_each(payload::jsonb))) AS same
FROM payloads JOIN signed USING (n), hcjwt.verify(token) claims;

-- What surrounds a token, and what is no token
SELECT about, verdict(token) FROM (VALUES
	('as it is', :'good'),
	('blank before', ' ' || :'good'),
	('blank behind', :'good' || ' '),
	('line feed behind', :'good' || E'\n'),
	('Bearer', 'Bearer ' || :'good'),
	('quotes', '"' || :'good' || '"'),
	('a dot behind', :'good' || '.'),
	('padded', :'good' || '='),
	('without signature', split_part(:'good', '.', 1) || '.' || split_part(:'good', '.', 2) || '.'),
	('without signature and dot', split_part(:'good', '.', 1) || '.' || split_part(:'good', '.', 2)),
	('one dot', substr(:'good', strpos(:'good', '.') + 1)),
	('parts in another order', split_part(:'good', '.', 2) || '.' || split_part(:'good', '.', 1) || '.' || split_part(:'good', '.', 3)),
	('signature cut', left(:'good', -1)),
	('signature longer', :'good' || 'AAAA'),
	('signature of 9000 bytes', :'good' || repeat('A', 12000 - length(:'good'))),
	('signature changed', left(:'good', -10) || CASE left(right(:'good', 10), 1) WHEN 'A' THEN 'B' ELSE 'A' END || right(:'good', 9)),
	('signature of another token', split_part(:'good', '.', 1) || '.' || split_part(:'good', '.', 2) || '.' || split_part(:'expired', '.', 3)),
	('payload of another token', split_part(:'good', '.', 1) || '.' || split_part(:'expired', '.', 2) || '.' || split_part(:'good', '.', 3)),
	('standard base64', translate(:'good', '-_', '+/') || '+'),
	('upper case', upper(:'good')),
	('twice', :'good' || :'good'),
	('empty', ''),
	('a dot', '.'),
	('two dots', '..'),
	('three dots', '...'),
	('a.b.c', 'a.b.c'),
	('five parts', 'a.b.c.d.e'),
	('a JSON object', '{"payload":"x","protected":"x","signature":"x"}'),
	('é', 'é.é.é'),
	('\x01', E'\x01.\x01.\x01'),
	('a megabyte', repeat('a', 1000000)),
	('a megabyte of dots', repeat('.', 1000000)),
	('a megabyte and a good one', :'good' || repeat('a', 1000000)),
	('100 MB', repeat('abcdefghij', 10000000))) x (about, token);

-- No error tells anything of the token.
CREATE FUNCTION told(token text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text;
	detail text;
	hint text;
BEGIN
	PERFORM hcjwt.verify(token);
	RETURN NULL;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
		hint = PG_EXCEPTION_HINT;
	RETURN concat_ws('|', message, nullif(detail, ''), nullif(hint, ''));
END $$;
SELECT told(token), count(*) > 0 AS some FROM cases GROUP BY 1 ORDER BY 1;
ROLLBACK;

--
-- Origin, audience, issuer
--
TRUNCATE cases, signed;
INSERT INTO cases (help_center, about, args)
SELECT 'acme', 'origin ' || coalesce(o, 'absent'), '$ACME --raw-payload ''{' || coalesce('"origin":' || o || ',', '') || '"exp":9999999999}'''
FROM unnest(ARRAY[NULL,
	'"https://acme.example.com"', '"https://acme.example.com/"', '"https://acme.example.com:443"',
	'"HTTPS://ACME.example.COM"', '"https:\/\/acme\u002eexample.com"',
	'"https://acme.example.com:8443"', '"http://acme.example.com"', '"https://acme.example.com//"',
	'"https://acme.example.com/hc"', '"https://acme.example.com?"', '"https://acme.example.com#"',
	'"https://acme.example.com."', '"https://acme.example.com.evil.example"', '"https://evil.example/acme.example.com"',
	'"https://acme.example.com@evil.example"', '"https://me@acme.example.com"', '"https://sub.acme.example.com"',
	'"https://example.com"', '"acme.example.com"', '"//acme.example.com"', '" https://acme.example.com"',
	'"https://acme.example.com "', '"*"', '""', '"null"', 'null', '17', 'true', '["https://acme.example.com"]',
	'{"https://acme.example.com":1}']) o;
INSERT INTO cases (help_center, about, args)
SELECT 'beta', coalesce(c, 'absent'), '$BETA --raw-payload ''{' || coalesce(c || ',', '') || '"exp":9999999999}'''
FROM unnest(ARRAY['"aud":"store","iss":"zendesk"', '"aud":["a","store"],"iss":"zendesk"', '"iss":"zen\u0064esk","aud":"st\u006fre"',
	NULL, '"aud":"store"', '"iss":"zendesk"', '"aud":"store","iss":"Zendesk"', '"aud":"store","iss":"zendesk "',
	'"aud":"store","iss":"zendes"', '"aud":"store","iss":"zendesk/"', '"aud":"store","iss":["zendesk"]', '"aud":"store","iss":""',
	'"aud":"Store","iss":"zendesk"', '"aud":"stor","iss":"zendesk"', '"aud":"store/","iss":"zendesk"',
	'"aud":"a,store","iss":"zendesk"', '"aud":[],"iss":"zendesk"', '"aud":[""],"iss":"zendesk"',
	'"aud":"","iss":"zendesk"', '"aud":["stores","a store"],"iss":"zendesk"', '"aud":"zendesk","iss":"store"']) c;
\copy (SELECT n, translate(encode(convert_to(args, 'UTF8'), 'base64'), E'\n', '') FROM cases) TO PROGRAM 'sh "$PG_ABS_SRCDIR/test/sign-all.sh" > "$PG_ABS_BUILDDIR/results/signed.txt"'
\copy signed FROM PROGRAM 'cat "$PG_ABS_BUILDDIR/results/signed.txt"; rm "$PG_ABS_BUILDDIR/results/signed.txt"'
UPDATE cases SET token = signed.token FROM signed WHERE cases.n = signed.n;
BEGIN;
INSERT INTO hcjwt.help_centers (name, base_url, audience, issuer, origins) VALUES
	('acme', 'https://acme.example.com', NULL, NULL, NULL),
	('beta', 'https://beta.example.com', 'store', 'zendesk', NULL);
SELECT hcjwt.import_keys('acme', :'acme_jwks'), hcjwt.import_keys('beta', :'beta_jwks');
SELECT help_center, about, verdict(token) FROM cases ORDER BY n;
-- An origin that cannot be used leaves nothing behind of which the next one might be taken.
SELECT string_agg(verdict(token), ' ') AS "good, bad, good, bad, other"
FROM (SELECT token FROM unnest(ARRAY['"https://acme.example.com"', '"https://evil.example/acme.example.com"', '"https://acme.example.com"',
	'"https://acme.example.com/hc"', '"https://example.com"']) WITH ORDINALITY x (o, i)
	JOIN cases ON help_center = 'acme' AND about = 'origin ' || o ORDER BY i) x;
-- any origin is accepted, then one is chosen again
UPDATE hcjwt.help_centers SET origins = '{*}' WHERE name = 'acme';
SELECT verdict(token), count(*) FROM cases WHERE help_center = 'acme' GROUP BY 1;
UPDATE hcjwt.help_centers SET origins = '{https://other.example.com,http://acme.example.com}' WHERE name = 'acme';
SELECT about, verdict(token) FROM cases WHERE help_center = 'acme' AND verdict(token) = 'ok';
ROLLBACK;

-- Of several faults of a token the first in the order of the rules is told: each of these
-- has that of its line, and as many of those below as one token can have.
TRUNCATE cases, signed;
INSERT INTO cases (about, args) VALUES
	('header', '$BETA --raw-header ''{"alg":"none","typ":1,"crit":[],"kid":"","kid":""}'''),
	('alg', '$BETA --raw-header ''{"alg":"none","typ":1,"crit":[],"kid":""}'''),
	('typ', '$BETA --raw-header ''{"alg":"RS256","typ":1,"crit":[],"kid":""}'''),
	('crit', '$BETA --raw-header ''{"alg":"RS256","crit":[],"kid":""}'''),
	('kid', '$BETA --raw-header ''{"alg":"RS256","kid":""}'''),
	('key', '$ACME --raw-payload ''{}'''),
	('signature', '$ACME --kid $KID --raw-payload ''{}'''),
	('payload', '$BETA --raw-payload ''{"exp":"never","exp":0}'''),
	('claims', '$BETA --raw-payload ''{"exp":0,"nbf":"never","origin":"https://evil.example"}'''),
	('help_center', '$BETA --raw-payload ''{"exp":0,"nbf":253402300799,"origin":"https://evil.example"}'''),
	('exp', '$BETA --raw-payload ''{"exp":0,"nbf":253402300799}'''),
	('nbf', '$BETA --raw-payload ''{"exp":253402300799,"nbf":253402300799}'''),
	('aud', '$BETA --raw-payload ''{"exp":253402300799}'''),
	('iss', '$BETA --raw-payload ''{"exp":253402300799,"aud":"store"}'''),
	('none', '$BETA --raw-payload ''{"exp":9999999999.123456,"nbf":0.5,"aud":"store","iss":"zendesk"}''');
\setenv KID :beta_kid
\copy (SELECT n, translate(encode(convert_to(args, 'UTF8'), 'base64'), E'\n', '') FROM cases) TO PROGRAM 'sh "$PG_ABS_SRCDIR/test/sign-all.sh" > "$PG_ABS_BUILDDIR/results/signed.txt"'
\copy signed FROM PROGRAM 'cat "$PG_ABS_BUILDDIR/results/signed.txt"; rm "$PG_ABS_BUILDDIR/results/signed.txt"'
UPDATE cases SET token = signed.token FROM signed WHERE cases.n = signed.n;
\setenv KID :acme_kid
BEGIN;
INSERT INTO hcjwt.help_centers (name, base_url, audience, issuer) VALUES ('beta', 'https://beta.example.com', 'store', 'zendesk');
SELECT hcjwt.import_keys('beta', :'beta_jwks');
SELECT about, coalesce(told, 'none') AS told, verdict(token), verdict(token) AS "and again"
FROM cases, LATERAL (SELECT max(check_name) FILTER (WHERE NOT passed) AS told FROM hcjwt.explain(token)) x
ORDER BY n;
SELECT hcjwt.authenticate(token) IS NOT NULL AS ok, extract(epoch FROM hcjwt.expires_at()) AS expires FROM cases WHERE about = 'none';
ROLLBACK;

-- Leeway, with minutes to spare for a busy machine
\set just_expired `:acme --life -1`
\set early `:acme --claims "{\"nbf\":$(( $(date +%s) + 240 ))}"`
BEGIN;
INSERT INTO hcjwt.help_centers (name, base_url) VALUES ('acme', 'https://acme.example.com');
SELECT hcjwt.import_keys('acme', :'acme_jwks');
SELECT verdict(:'early') AS early, verdict(:'expired') AS expired_60;
UPDATE hcjwt.help_centers SET leeway = '300 s';
SELECT verdict(:'just_expired') AS expired, verdict(:'early') AS early, verdict(:'expired') AS expired_60;
UPDATE hcjwt.help_centers SET leeway = '0';
SELECT verdict(:'just_expired') AS expired, verdict(:'early') AS early, verdict(:'good') AS good;
ROLLBACK;

--
-- Two help centers
--
\set plain `:acme --claims '{"email":"ada@example.com"}'`
\set of_acme `:acme --origin https://acme.example.com --claims '{"email":"ada@example.com"}'`
\set of_beta `:acme --origin https://beta.example.com --claims '{"email":"ada@example.com"}'`
\set of_evil `:acme --origin https://evil.example --claims '{"email":"ada@example.com"}'`
BEGIN;
INSERT INTO hcjwt.help_centers (name, base_url) VALUES
	('acme', 'https://acme.example.com'), ('beta', 'https://beta.example.com');
SELECT hcjwt.import_keys('acme', :'acme_jwks');
-- beta publishes acme's key, too: brands of one account, or an impostor
SAVEPOINT s;
SELECT hcjwt.import_keys('beta', :'acme_jwks');
SELECT help_center, verdict(:'plain', help_center) AS plain, verdict(:'of_acme', help_center) AS of_acme,
	verdict(:'of_beta', help_center) AS of_beta, verdict(:'of_evil', help_center) AS of_evil
FROM (VALUES (1, NULL), (2, 'acme'), (3, 'beta'), (4, 'gamma')) x (n, help_center) ORDER BY n;
SELECT hcjwt.authenticate(:'of_acme') IS NOT NULL AS ok, hcjwt.help_center();
SELECT hcjwt.authenticate(:'of_beta') IS NOT NULL AS ok, hcjwt.help_center();
SELECT hcjwt.authenticate(:'plain', 'beta') IS NOT NULL AS ok, hcjwt.help_center();
SELECT hcjwt.authenticate(NULL);
-- the same, by the settings
SET LOCAL hcjwt.required_help_center = 'acme';
SELECT help_center, verdict(:'plain', help_center) AS plain, verdict(:'of_acme', help_center) AS of_acme,
	verdict(:'of_beta', help_center) AS of_beta, verdict(:'of_evil', help_center) AS of_evil
FROM (VALUES (1, NULL), (2, 'acme'), (3, 'beta')) x (n, help_center) ORDER BY n;
SET LOCAL hcjwt.required_help_center = 'nobody';
SELECT verdict(:'plain'), verdict(:'of_acme'), verdict(:'of_acme', 'acme'), verdict(:'of_acme', 'nobody');
SET LOCAL hcjwt.required_help_center = '';
-- the application's expectation is a check on authenticate(), not on verify()
SET LOCAL hcjwt.expected_help_center = 'beta';
SELECT verdict(:'plain'), verdict(:'of_acme'), verdict(:'of_acme', 'acme');
SELECT hcjwt.authenticate(:'plain') IS NOT NULL AS ok, hcjwt.help_center();
SELECT hcjwt.authenticate(:'of_acme');
SELECT hcjwt.authenticate(:'of_acme', 'acme') IS NOT NULL AS "another name takes its place", hcjwt.help_center();
SELECT hcjwt.authenticate(:'of_acme') IS NOT NULL AS "and stays", current_setting('hcjwt.expected_help_center');
-- a required help center holds whatever is expected or named
SET LOCAL hcjwt.required_help_center = 'beta';
SELECT hcjwt.claims();
SELECT hcjwt.authenticate(:'of_acme', 'acme');
SELECT hcjwt.authenticate(:'of_beta', 'acme');
SELECT hcjwt.authenticate(:'of_beta', 'beta') IS NOT NULL AS ok, hcjwt.help_center();
ROLLBACK TO s;

-- beta has another key under the same kid: the signature tells them apart
SELECT hcjwt.import_keys('beta', jsonb_set(:'beta_jwks', '{keys,0,kid}', to_jsonb(:'acme_kid'::text)));
\set from_beta `:beta --kid $KID --claims '{"email":"ada@example.com"}'`
\set from_gamma `:gamma --kid $KID --claims '{"email":"ada@example.com"}'`
SELECT help_center, verdict(:'plain', help_center) AS from_acme, verdict(:'from_beta', help_center) AS from_beta,
	verdict(:'from_gamma', help_center) AS from_gamma, verdict(:'of_beta', help_center) AS "from acme, of beta"
FROM (VALUES (1, NULL), (2, 'acme'), (3, 'beta'), (4, 'gamma')) x (n, help_center) ORDER BY n;
SELECT hcjwt.authenticate(:'plain') IS NOT NULL AS ok, hcjwt.help_center();
SELECT hcjwt.authenticate(:'from_beta') IS NOT NULL AS ok, hcjwt.help_center();
ROLLBACK TO s;

-- However many help centers list other keys under the kid, one that is asked for is
-- tried.
INSERT INTO hcjwt.help_centers (name, base_url) SELECT format('a%s', i), format('https://a%s.example.com', i) FROM generate_series(1, 9) i;
INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint)
SELECT format('a%s', i), :'acme_kid', jsonb_set(:'acme_jwk', '{n}', to_jsonb(overlay(n PLACING CASE substr(n, 100, 1) WHEN i::text THEN 'x' ELSE i::text END FROM 100))), ''
FROM generate_series(1, 9) i, jsonb_extract_path_text(:'acme_jwk', 'n') n;
SELECT verdict(:'plain', 'acme') AS named, verdict(:'plain', 'a1') AS other;
SET LOCAL hcjwt.required_help_center = 'acme';
SELECT verdict(:'plain') AS required;
SET LOCAL hcjwt.required_help_center = '';
SET LOCAL hcjwt.expected_help_center = 'acme';
SELECT hcjwt.authenticate(:'plain') IS NOT NULL AS expected, hcjwt.help_center();
ROLLBACK TO s;

-- One help center's rules are not another's.
SELECT hcjwt.import_keys('beta', :'beta_jwks');
UPDATE hcjwt.help_centers SET audience = 'store' WHERE name = 'beta';
\set from_beta `:beta --claims '{"email":"ada@example.com"}'`
SELECT verdict(:'plain') AS from_acme, verdict(:'from_beta') AS from_beta;
ROLLBACK;

-- The same without any help center, and without the extension's being asked for
SELECT verdict(:'good'), verdict('x'), verdict(NULL);
DROP FUNCTION verdict;
DROP EXTENSION hcjwt;
