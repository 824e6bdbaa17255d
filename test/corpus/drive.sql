-- Takes the corpus (the files in :dir) through every way that a token has into
-- hcjwt. The table surprises gets what is not judged as wanted; the table
-- tried, how much was tried.

CREATE TABLE corpus (
	name text PRIMARY KEY, class text NOT NULL,
	utf8 text NOT NULL, latin1 text NOT NULL, sql_ascii text NOT NULL,
	center text, user_id int8, source text, token bytea NOT NULL);
CREATE TABLE sets (
	name text PRIMARY KEY, class text NOT NULL,
	utf8 text NOT NULL, latin1 text NOT NULL, sql_ascii text NOT NULL,
	token_verdict text, jwks bytea NOT NULL, token bytea);
\set file :dir '/tokens.tsv'
COPY corpus FROM :'file';
\set file :dir '/sets.tsv'
COPY sets FROM :'file';
-- what jsonb cannot say in SQL_ASCII has had another code since 16
UPDATE sets SET sql_ascii = '22P05'
WHERE sql_ascii = '0A000' AND current_setting('server_version_num')::int >= 160000;
CREATE TABLE surprises (name text, way text, wanted text, got text);
CREATE TABLE tried (class text, way text, cases int8);

-- The verdict here: 'ok', or an error code and the check that fails.
CREATE FUNCTION wanted(corpus) RETURNS text LANGUAGE sql STABLE AS
	$$ SELECT CASE getdatabaseencoding() WHEN 'UTF8' THEN $1.utf8
		WHEN 'LATIN1' THEN $1.latin1 ELSE $1.sql_ascii END $$;
CREATE FUNCTION wanted(sets) RETURNS text LANGUAGE sql STABLE AS
	$$ SELECT CASE getdatabaseencoding() WHEN 'UTF8' THEN $1.utf8
		WHEN 'LATIN1' THEN $1.latin1 ELSE $1.sql_ascii END $$;

-- The one message of each error code, by the contract.
CREATE FUNCTION message_of(state text) RETURNS text LANGUAGE sql IMMUTABLE AS
	$$ SELECT CASE state
		WHEN '28J00' THEN 'invalid help center token'
		WHEN '28J01' THEN 'help center token has expired'
		WHEN '28J02' THEN 'help center token is not yet valid'
		WHEN '28J03' THEN 'help center token is signed by an unknown key'
		WHEN '28J04' THEN 'help center token is not for this use'
		WHEN '28J05' THEN 'help center token changed while a query was reading by it' END $$;

-- The tokens that are text here; the server itself refuses the others.
CREATE TABLE cases (
	name text PRIMARY KEY, class text, state text, failing text, center text,
	user_id int8, no_header boolean, token text);
DO $$
DECLARE
	c corpus;
	t text;
BEGIN
	FOR c IN SELECT * FROM corpus LOOP
		BEGIN
			t := convert_from(c.token, getdatabaseencoding());
			IF wanted(c) LIKE '22021%' THEN
				INSERT INTO surprises VALUES (c.name, 'text', wanted(c), 'ok');
			END IF;
			INSERT INTO cases VALUES (c.name, c.class, split_part(wanted(c), ' ', 1),
				nullif(split_part(wanted(c), ' ', 2), ''), c.center, c.user_id,
				c.utf8 LIKE '22021%' OR octet_length(c.token) > 250000, t);
		EXCEPTION WHEN character_not_in_repertoire THEN
			IF wanted(c) NOT LIKE '22021%' THEN
				INSERT INTO surprises VALUES (c.name, 'text', wanted(c), SQLSTATE);
			END IF;
		END;
	END LOOP;
END
$$;
ANALYZE cases;

-- Each refused case is one change away from one that is accepted.
INSERT INTO surprises
	SELECT c.name, 'source', 'an accepted case', c.source
	FROM corpus c LEFT JOIN corpus s ON s.name = c.source
	WHERE c.utf8 <> 'ok' AND s.utf8 IS DISTINCT FROM 'ok';

-- Rows that a policy shows to their owner.
CREATE TABLE notes (user_id int8 NOT NULL);
INSERT INTO notes SELECT DISTINCT user_id FROM cases WHERE user_id IS NOT NULL;
INSERT INTO notes VALUES (424242);
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON notes USING (user_id = hcjwt.user_id());
GRANT SELECT ON notes, cases, corpus TO visitor;
GRANT INSERT ON surprises, tried TO visitor;

CREATE FUNCTION compare(name text, way text, wanted text, got text) RETURNS void
	LANGUAGE plpgsql AS
$$
BEGIN
	IF wanted IS DISTINCT FROM got THEN
		INSERT INTO surprises VALUES (name, way, wanted, got);
	END IF;
END
$$;

-- verify() and try_verify()
-- An accepted token's payload as PostgreSQL's own parser reads it
CREATE FUNCTION payload_of(token text) RETURNS jsonb LANGUAGE sql AS
$$
SELECT convert_from(decode(translate(part, '-_', '+/') || repeat('=', -length(part) & 3), 'base64'), 'UTF8')::jsonb
FROM split_part(token, '.', 2) AS part
$$;

-- Equal in text, size and hash, and each member is found by its name
CREATE FUNCTION is_same(a jsonb, b jsonb) RETURNS boolean LANGUAGE sql AS
$$
SELECT a::text = b::text AND a = b AND pg_column_size(a) = pg_column_size(b) AND
	jsonb_hash_extended(a, 1) = jsonb_hash_extended(b, 1) AND
	(SELECT coalesce(bool_and(a -> key = value), true) FROM jsonb_each(b))
$$;

CREATE PROCEDURE try_functions() LANGUAGE plpgsql AS
$$
DECLARE
	c cases;
	claims jsonb;
	tried jsonb;
	message text;
	detail text;
	hint text;
BEGIN
	FOR c IN SELECT * FROM cases LOOP
		claims := NULL;
		BEGIN
			claims := hcjwt.verify(c.token, c.center);
			PERFORM compare(c.name, 'verify', c.state, 'ok');
			PERFORM compare(c.name, 'verify: type', 'object', jsonb_typeof(claims));
			IF getdatabaseencoding() = 'UTF8' AND NOT is_same(claims, payload_of(c.token)) THEN
				PERFORM compare(c.name, 'verify: payload', payload_of(c.token)::text, claims::text);
			END IF;
		EXCEPTION WHEN OTHERS THEN
			GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
				hint = PG_EXCEPTION_HINT;
			PERFORM compare(c.name, 'verify', c.state, SQLSTATE);
			PERFORM compare(c.name, 'verify: message', message_of(c.state), message);
			PERFORM compare(c.name, 'verify: detail and hint', '', detail || hint);
		END;
		BEGIN
			tried := hcjwt.try_verify(c.token, c.center);
			PERFORM compare(c.name, 'try_verify', (claims IS NULL)::text, (tried IS NULL)::text);
			IF claims <> tried THEN
				PERFORM compare(c.name, 'try_verify: claims', 'the same', 'others');
			END IF;
		EXCEPTION WHEN OTHERS THEN
			PERFORM compare(c.name, 'try_verify', 'no error', SQLSTATE);
		END;
	END LOOP;
	INSERT INTO tried SELECT class, 'verify', count(*) FROM cases GROUP BY class;
END
$$;

-- authenticate() and a policy, then PostgREST's way, then the setting alone; as a
-- role of no rights
CREATE PROCEDURE try_sessions() LANGUAGE plpgsql AS
$$
DECLARE
	c cases;
	state text;
	rows text;
	claims jsonb;
BEGIN
	FOR c IN SELECT * FROM cases LOOP
		-- '' tells the functions that the visitor is anonymous
		state := CASE c.token WHEN '' THEN 'anonymous' ELSE c.state END;
		rows := CASE WHEN c.state = 'ok' THEN coalesce(c.user_id::text, '') ELSE '' END;

		BEGIN
			claims := hcjwt.authenticate(c.token, c.center);
			PERFORM compare(c.name, 'authenticate', state,
				CASE WHEN claims IS NULL THEN 'anonymous' ELSE 'ok' END);
			PERFORM compare(c.name, 'authenticate: user_id',
				CASE WHEN state = 'ok' THEN c.user_id::text END, hcjwt.user_id()::text);
			IF claims IS DISTINCT FROM hcjwt.claims() THEN
				PERFORM compare(c.name, 'authenticate: claims', 'the same', 'others');
			END IF;
		EXCEPTION WHEN OTHERS THEN
			PERFORM compare(c.name, 'authenticate', state, SQLSTATE);
			PERFORM compare(c.name, 'authenticate: message', message_of(c.state), SQLERRM);
		END;
		PERFORM compare(c.name, 'policy', rows,
			(SELECT coalesce(string_agg(user_id::text, ','), '') FROM notes));
		PERFORM hcjwt.authenticate(NULL);
		PERFORM compare(c.name, 'policy, anonymous', NULL,
			(SELECT string_agg(user_id::text, ',') FROM notes));

		-- as PostgREST has it, in a header; what is no JSON there is not our token
		IF c.center IS NULL AND c.token <> '' THEN
			BEGIN
				PERFORM set_config('request.headers',
					json_build_object('accept', '*/*', 'x-help-center-token', c.token)::text, true);
				PERFORM hcjwt.pre_request();
				PERFORM compare(c.name, 'pre_request', state, 'ok');
				PERFORM compare(c.name, 'pre_request: policy', rows,
					(SELECT coalesce(string_agg(user_id::text, ','), '') FROM notes));
			EXCEPTION WHEN SQLSTATE 'PGRST' THEN
				PERFORM compare(c.name, 'pre_request', state, SQLERRM::json ->> 'code');
				PERFORM compare(c.name, 'pre_request: message', message_of(c.state),
					SQLERRM::json ->> 'message');
			WHEN OTHERS THEN
				PERFORM compare(c.name, 'pre_request',
					CASE WHEN c.no_header THEN '22023' ELSE state END, SQLSTATE);
			END;
			PERFORM hcjwt.authenticate(NULL);
		END IF;

		-- a help center of no name cannot be expected by a setting
		CONTINUE WHEN c.center = '';
		BEGIN
			PERFORM set_config('hcjwt.expected_help_center', coalesce(c.center, ''), true);
			PERFORM set_config('hcjwt.token', c.token, true);
			PERFORM compare(c.name, 'setting: shown', CASE c.token WHEN '' THEN '' ELSE '***' END,
				current_setting('hcjwt.token'));
			PERFORM compare(c.name, 'setting', state,
				CASE WHEN hcjwt.claims() IS NULL THEN 'anonymous' ELSE 'ok' END);
			PERFORM compare(c.name, 'setting: policy', rows,
				(SELECT coalesce(string_agg(user_id::text, ','), '') FROM notes));
			PERFORM compare(c.name, 'setting: expires_at and help_center', (c.token <> '')::text,
				(hcjwt.expires_at() IS NOT NULL AND hcjwt.help_center() IS NOT NULL)::text);
		EXCEPTION WHEN OTHERS THEN
			PERFORM compare(c.name, 'setting', state, SQLSTATE);
			PERFORM compare(c.name, 'setting: message', message_of(c.state), SQLERRM);
		END;

		-- and again, where a policy is the first to look
		BEGIN
			PERFORM set_config('hcjwt.expected_help_center', coalesce(c.center, ''), true);
			PERFORM set_config('hcjwt.token', c.token, true);
			PERFORM compare(c.name, 'policy first', rows,
				(SELECT coalesce(string_agg(user_id::text, ','), '') FROM notes));
			PERFORM compare(c.name, 'policy first', state, CASE c.token WHEN '' THEN 'anonymous' ELSE 'ok' END);
		EXCEPTION WHEN OTHERS THEN
			PERFORM compare(c.name, 'policy first', state, SQLSTATE);
		END;
		PERFORM set_config('hcjwt.token', '', true);
		PERFORM set_config('hcjwt.expected_help_center', '', true);
	END LOOP;
	INSERT INTO tried SELECT class, 'session', count(*) FROM cases GROUP BY class;
END
$$;

-- A row for each way to mix what the tokens of the class "two tokens" claim
CREATE TABLE mixtures (help_center text, user_id int8, org text, role text, PRIMARY KEY (help_center, user_id, org, role));
INSERT INTO mixtures SELECT * FROM unnest('{acme,brand-a}'::text[]) h, generate_series(1, 2) u,
	unnest('{1,2,3}'::text[]) o, unnest('{user,admin}'::text[]) r;
ALTER TABLE mixtures ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON mixtures USING (help_center = hcjwt.help_center() AND user_id = hcjwt.user_id()
	AND org = coalesce(hcjwt.claim('org'), '3') AND role = hcjwt.claim('role'));
GRANT ALL ON mixtures TO visitor;
ANALYZE mixtures;

CREATE FUNCTION become(how text, token text) RETURNS int8 LANGUAGE plpgsql AS
$$
BEGIN
	CASE how
		WHEN 'authenticate' THEN PERFORM hcjwt.authenticate(token);
		WHEN 'set_config' THEN PERFORM set_config('hcjwt.token', token, true);
		WHEN 'SET LOCAL' THEN EXECUTE format('SET LOCAL hcjwt.token = %L', token);
		WHEN 'nobody' THEN PERFORM hcjwt.authenticate(NULL);
	END CASE;
	RETURN 0;
END
$$;

-- The result of a query that begins with the token "mine" and during which the
-- token becomes "theirs": rows that one of the two sees alone, or 28J05.
CREATE PROCEDURE try_two_tokens() LANGUAGE plpgsql AS
$$
DECLARE
	mine cases;
	theirs cases;
	how text;
	scans text;
	query text;
	rows text[];
	rows_of_mine text[];
	rows_of_theirs text[];
	refused int8 := 0;
	n int8 := 0;
BEGIN
	FOR mine IN SELECT * FROM cases WHERE class = 'two tokens' LOOP
		FOR theirs IN SELECT * FROM cases WHERE class = 'two tokens' AND name <> mine.name LOOP
			PERFORM hcjwt.authenticate(theirs.token);
			SELECT array_agg(m::text) INTO rows_of_theirs FROM mixtures m;
			PERFORM hcjwt.authenticate(mine.token);
			SELECT array_agg(m::text) INTO rows_of_mine FROM mixtures m;
			PERFORM compare(mine.name, 'rows', '1 1', cardinality(rows_of_mine) || ' ' || cardinality(rows_of_theirs));
			FOREACH how IN ARRAY '{authenticate,set_config,SET LOCAL,nobody}'::text[] LOOP
				FOREACH scans IN ARRAY '{enable_seqscan,enable_indexscan,enable_bitmapscan}'::text[] LOOP
					PERFORM set_config(scans, 'off', true);
					FOREACH query IN ARRAY ARRAY[
						'SELECT m::text AS m FROM mixtures m WHERE user_id > (SELECT become($1, $2))',
						'SELECT m::text AS m FROM mixtures m WHERE user_id > become($1, $2)',
						'SELECT m::text AS m FROM mixtures m, LATERAL (SELECT become($1, $2) AS b OFFSET 0) b WHERE m.user_id > b',
						'SELECT m::text AS m FROM (SELECT become($1, $2) AS b OFFSET 0) b, mixtures m WHERE m.user_id > b',
						'SELECT m::text AS m FROM mixtures m UNION ALL SELECT become($1, $2)::text UNION ALL SELECT m::text FROM mixtures m',
						'SELECT m::text AS m FROM mixtures m JOIN (SELECT i, become($1, CASE i WHEN 1 THEN $3 ELSE $2 END) FROM generate_series(1, 2) i OFFSET 0) g ON g.i = m.user_id',
						'SELECT (SELECT max(m::text) FROM mixtures m WHERE user_id >= i + become($1, CASE i WHEN 0 THEN $3 ELSE $2 END)) AS m FROM generate_series(0, 2) i',
						'WITH a AS MATERIALIZED (SELECT * FROM mixtures), b AS MATERIALIZED (SELECT become($1, $2) AS b FROM a), c AS MATERIALIZED (SELECT * FROM mixtures WHERE user_id > (SELECT max(b) FROM b)) SELECT c::text AS m FROM c',
						'UPDATE mixtures m SET role = role WHERE user_id > (SELECT become($1, $2)) RETURNING m::text AS m'
					] LOOP
						n := n + 1;
						BEGIN
							PERFORM hcjwt.authenticate(mine.token);
							IF query LIKE 'UPDATE%' THEN
								EXECUTE 'WITH u AS (' || query || ') SELECT array_agg(m) FROM u' INTO rows USING how, theirs.token, mine.token;
							ELSE
								EXECUTE 'SELECT array_agg(m) FROM (' || query || ') q WHERE m <> $q$0$q$' INTO rows USING how, theirs.token, mine.token;
							END IF;
							IF NOT coalesce(rows <@ rows_of_mine OR rows <@ rows_of_theirs, true) THEN
								PERFORM compare(mine.name || ' and ' || theirs.name, how || ': ' || query, 'the rows of one', rows::text);
							END IF;
						EXCEPTION WHEN SQLSTATE '28J05' THEN
							refused := refused + 1;
							PERFORM compare(mine.name, '28J05: message', message_of(SQLSTATE), SQLERRM);
						END;
					END LOOP;
					PERFORM set_config(scans, 'on', true);
				END LOOP;
			END LOOP;
		END LOOP;
	END LOOP;
	-- most are refused, because the policy has been read by then
	IF refused * 2 < n OR n = 0 THEN
		PERFORM compare('two tokens', 'refused', 'most of ' || n, refused::text);
	END IF;
	INSERT INTO tried SELECT 'two tokens', 'two tokens', count(*) FROM cases WHERE class = 'two tokens';
END
$$;

-- explain(): all checks pass if and only if the token is accepted
CREATE PROCEDURE try_explain() LANGUAGE plpgsql AS
$$
DECLARE
	c cases;
	steps text[];
	last record;
	checks CONSTANT text[] := '{boundary,shape,header,alg,typ,crit,kid,key,signature,payload,claims,help_center,exp,nbf,aud,iss,visitor}';
BEGIN
	FOR c IN SELECT * FROM cases LOOP
		BEGIN
			SELECT array_agg(check_name ORDER BY step) INTO steps
				FROM hcjwt.explain(c.token, c.center);
			SELECT * INTO last FROM hcjwt.explain(c.token, c.center)
				ORDER BY step DESC LIMIT 1;
			PERFORM compare(c.name, 'explain: steps', checks[1:cardinality(steps)]::text, steps::text);
			PERFORM compare(c.name, 'explain: number of steps', last.step::text, cardinality(steps)::text);
			PERFORM compare(c.name, 'explain', coalesce(c.failing, 'ok'),
				CASE WHEN last.passed THEN 'ok' ELSE last.check_name END);
			PERFORM compare(c.name, 'explain: detail of a failure', 'true',
				(last.passed OR last.detail <> '')::text);
			IF last.passed THEN
				PERFORM compare(c.name, 'explain: last step', 'visitor', last.check_name);
			END IF;
			PERFORM compare(c.name, 'explain: passed before', NULL,
				(SELECT string_agg(check_name, ',') FROM hcjwt.explain(c.token, c.center)
				 WHERE NOT passed AND step < last.step));
		EXCEPTION WHEN OTHERS THEN
			PERFORM compare(c.name, 'explain', coalesce(c.failing, 'ok'), SQLSTATE || ' ' || SQLERRM);
		END;
	END LOOP;
	INSERT INTO tried SELECT class, 'explain', count(*) FROM cases GROUP BY class;
END
$$;

-- import_keys(), then a token that one of the keys would verify; and a set's
-- only key straight into the table.  All of it is rolled back, set by set.
CREATE PROCEDURE try_sets() LANGUAGE plpgsql AS
$$
DECLARE
	s sets;
	jwks jsonb;
	imported text;
	verified text;
	inserted text;
BEGIN
	FOR s IN SELECT * FROM sets LOOP
		inserted := NULL;
		verified := NULL;
		BEGIN
			BEGIN
				jwks := convert_from(s.jwks, CASE WHEN getdatabaseencoding() = 'SQL_ASCII'
					THEN 'SQL_ASCII' ELSE 'UTF8' END)::jsonb;
				imported := hcjwt.import_keys('import', jwks);
			EXCEPTION WHEN OTHERS THEN
				imported := SQLSTATE;
			END;
			IF s.token_verdict IS NOT NULL THEN
				BEGIN
					PERFORM hcjwt.verify(convert_from(s.token, 'SQL_ASCII'));
					verified := 'ok';
				EXCEPTION WHEN OTHERS THEN
					verified := SQLSTATE;
				END;
			END IF;
			RAISE EXCEPTION USING ERRCODE = 'HC000';
		EXCEPTION WHEN SQLSTATE 'HC000' THEN
			NULL;
		END;
		PERFORM compare(s.name, 'import_keys', wanted(s), imported);
		PERFORM compare(s.name, 'token of the set', split_part(s.token_verdict, ' ', 1), verified);

		CONTINUE WHEN wanted(s) <> '22023' OR jsonb_typeof(jwks -> 'keys') <> 'array'
			OR jsonb_array_length(jwks -> 'keys') <> 1
			OR jsonb_typeof(jwks -> 'keys' -> 0) <> 'object' OR s.class <> 'jwk';
		BEGIN
			INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint)
				VALUES ('import', coalesce(jwks -> 'keys' -> 0 ->> 'kid', ''),
					jwks -> 'keys' -> 0, '');
			RAISE EXCEPTION USING ERRCODE = 'HC000';
		EXCEPTION WHEN OTHERS THEN
			inserted := SQLSTATE;
		END;
		PERFORM compare(s.name, 'INSERT', '22023', inserted);
	END LOOP;
	INSERT INTO tried SELECT class, 'sets', count(*) FROM sets GROUP BY class;
END
$$;
