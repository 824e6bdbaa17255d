------------------------------------------------------------------------------
-- check_policies(): the facts in which it looks for mistakes
------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION hcjwt.condition_facts(condition pg_node_tree, wrappers oid[], guarded oid[],
		OUT anonymous bool, OUT stranger bool, OUT always bool,
		OUT by_claim bool, OUT accessors text[], OUT claims text[],
		OUT settings text[], OUT columns int2[])
	LANGUAGE c STABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'hcjwt_condition_facts';
COMMENT ON FUNCTION hcjwt.condition_facts(pg_node_tree, oid[], oid[]) IS
'a policy''s condition, not evaluated: whether it may be true without a token, and for a visitor whose claims match no row; whether it is true for every row; whether it asks for claims, by which accessors and names; the settings that it reads; the columns that it compares';

CREATE OR REPLACE FUNCTION hcjwt.api_roles(api_role regrole)
	RETURNS TABLE (oid oid, rolname name, rolsuper bool, rolbypassrls bool)
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT r.oid, r.rolname, r.rolsuper, r.rolbypassrls
	FROM pg_roles r
	WHERE CASE WHEN api_roles.api_role IS NULL THEN r.rolcanlogin AND NOT r.rolsuper
			ELSE r.oid = api_roles.api_role END;
$$;
COMMENT ON FUNCTION hcjwt.api_roles(regrole) IS
'the role that is asked about; without one, each that can log in and is no superuser';

CREATE OR REPLACE FUNCTION hcjwt.policy_actors(api_role regrole)
	RETURNS TABLE (api oid, actor oid)
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT r.oid, m.oid
	FROM hcjwt.api_roles(policy_actors.api_role) r
		JOIN pg_roles m ON m.oid = r.oid
			OR pg_has_role(r.oid, m.oid, CASE WHEN current_setting('server_version_num')::int4 < 160000
				THEN 'MEMBER' ELSE 'SET' END)
	WHERE NOT m.rolsuper AND NOT m.rolbypassrls;
$$;
COMMENT ON FUNCTION hcjwt.policy_actors(regrole) IS
'the roles that are asked about, each with itself and the roles that it may become, without superusers and those with BYPASSRLS';

CREATE OR REPLACE FUNCTION hcjwt.claim_wrappers() RETURNS oid[]
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	WITH RECURSIVE source AS MATERIALIZED (
		SELECT p.oid, p.proname, concat(p.prosrc, pg_get_function_sqlbody(p.oid)) AS body
		FROM pg_proc p
			JOIN pg_namespace n ON n.oid = p.pronamespace
			JOIN pg_language l ON l.oid = p.prolang
		WHERE n.nspname !~ '^(pg_|information_schema$|hcjwt$)' AND NOT l.lanname IN ('internal', 'c')
			AND p.prokind = 'f' AND p.prorettype <> 'trigger'::regtype
			AND NOT EXISTS (SELECT FROM pg_depend d
				WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
	), wrapper AS (
		SELECT s.oid, s.proname FROM source s
		WHERE s.body ~* E'\\mhcjwt"?\\s*\\.\\s*"?(user_id|email|external_id|claims?|help_center|expires_at|(try_)?verify)\\M'
		UNION
		SELECT s.oid, s.proname FROM wrapper w
			JOIN source s ON s.oid <> w.oid
				AND s.body ~* concat(E'\\m', regexp_replace(w.proname, '([^[:alnum:]_])', E'\\\\\\1', 'g'), E'"?\\s*\\(')
	)
	SELECT coalesce(array_agg(w.oid), '{}') FROM wrapper w;
$$;
COMMENT ON FUNCTION hcjwt.claim_wrappers() IS
'functions of others that hand out claims, themselves or by such a function: those whose source names an accessor';

CREATE OR REPLACE FUNCTION hcjwt.policy_applies(roles oid[], actor oid) RETURNS bool
	LANGUAGE sql STABLE
AS $$
	SELECT 0 OPERATOR(pg_catalog.=) ANY (roles) OR EXISTS (SELECT FROM pg_catalog.unnest(roles) AS role
		WHERE pg_catalog.pg_has_role(actor, role, 'USAGE'));
$$;
COMMENT ON FUNCTION hcjwt.policy_applies(oid[], oid) IS
'whether a policy for these roles is for this one, too';

CREATE OR REPLACE FUNCTION hcjwt.policy_conditions()
	RETURNS TABLE (relid oid, policy name, polid oid,
		permissive bool, roles oid[], command text,
		clause text, expression text,
		anonymous bool, stranger bool, always bool,
		by_claim bool, accessors text[], claims text[],
		settings text[], columns int2[])
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	WITH clause AS MATERIALIZED (
		SELECT pol.polrelid, pol.polname, pol.oid, pol.polpermissive, pol.polroles, c.command, c.clause,
			CASE WHEN c.clause = 'USING' OR pol.polwithcheck IS NULL THEN pol.polqual
				ELSE pol.polwithcheck END AS condition
		FROM pg_policy pol
			JOIN (VALUES ('r', 'SELECT', 'USING'), ('a', 'INSERT', 'WITH CHECK'), ('w', 'UPDATE', 'USING'),
				('w', 'UPDATE', 'WITH CHECK'), ('d', 'DELETE', 'USING')) AS c (letter, command, clause)
				ON pol.polcmd = '*' OR pol.polcmd = c.letter::"char"
	), known AS MATERIALIZED (
		SELECT hcjwt.claim_wrappers() AS wrappers
	), guarded AS MATERIALIZED (
		-- tables that show rows only for a claim, so a sub-select from them asks for one
		SELECT coalesce(array_agg(t.polrelid), '{}') AS oids
		FROM (SELECT c.polrelid
			FROM clause c
				JOIN pg_class k ON k.oid = c.polrelid AND k.relrowsecurity
				CROSS JOIN known
				CROSS JOIN LATERAL hcjwt.condition_facts(c.condition, known.wrappers, '{}') AS f
			WHERE c.command = 'SELECT' AND c.polpermissive
			GROUP BY c.polrelid
			HAVING bool_and(NOT f.anonymous AND NOT f.stranger)) AS t
	), believed AS MATERIALIZED (
		-- settings that are read by a function that the policy calls
		SELECT d.objid, array_agg(DISTINCT name[1]) AS settings
		FROM pg_depend d
			JOIN pg_proc p ON p.oid = d.refobjid AND p.oid >= 16384
			CROSS JOIN LATERAL regexp_matches(concat(p.prosrc, pg_get_function_sqlbody(p.oid)),
				E'current_setting\\s*\\(\\s*''([^'']+\\.[^'']+)''', 'gi') AS name
		WHERE d.classid = 'pg_policy'::regclass
			AND d.refclassid = 'pg_proc'::regclass
		GROUP BY d.objid
	)
	SELECT c.polrelid, c.polname, c.oid, c.polpermissive, c.polroles, c.command, c.clause,
		pg_get_expr(c.condition, c.polrelid),
		f.anonymous, f.stranger, f.always, f.by_claim, f.accessors, f.claims,
		f.settings || coalesce(b.settings, '{}'), f.columns
	FROM clause c
		CROSS JOIN known
		CROSS JOIN guarded
		LEFT JOIN believed b ON b.objid = c.oid
		CROSS JOIN LATERAL hcjwt.condition_facts(c.condition, known.wrappers, guarded.oids) AS f;
$$;
COMMENT ON FUNCTION hcjwt.policy_conditions() IS
'what the conditions of policies come to: a row for each command, and for UPDATE one for USING and one for WITH CHECK';

CREATE OR REPLACE FUNCTION hcjwt.protected_tables() RETURNS SETOF oid
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT DISTINCT c.relid FROM hcjwt.policy_conditions() c WHERE c.by_claim;
$$;
COMMENT ON FUNCTION hcjwt.protected_tables() IS
'tables with a policy that asks for a claim';

CREATE OR REPLACE FUNCTION hcjwt.reached_tables(api_role regrole)
	RETURNS TABLE (actor oid, rolname name, relid oid, command text,
		secured bool, owned bool)
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	WITH relation AS MATERIALIZED (
		SELECT c.oid, c.relowner, c.relnamespace, c.relrowsecurity, c.relforcerowsecurity
		FROM pg_class c
			JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
			AND n.nspname !~ '^(pg_|information_schema$|hcjwt$)'
			AND NOT EXISTS (SELECT FROM pg_depend d
				WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
	)
	SELECT a.oid, a.rolname, r.oid, p.command, r.relrowsecurity,
		NOT r.relforcerowsecurity AND pg_has_role(a.oid, r.relowner, 'USAGE')
	FROM pg_roles a
		JOIN relation r ON has_schema_privilege(a.oid, r.relnamespace, 'USAGE')
		JOIN (VALUES ('SELECT'), ('INSERT'), ('UPDATE'), ('DELETE')) AS p (command)
			ON CASE p.command WHEN 'DELETE' THEN has_table_privilege(a.oid, r.oid, 'DELETE')
				ELSE has_any_column_privilege(a.oid, r.oid, p.command) END
	WHERE a.oid IN (SELECT x.actor FROM hcjwt.policy_actors(api_role) x);
$$;
COMMENT ON FUNCTION hcjwt.reached_tables(regrole) IS
'tables and views that policy_actors() reach, and by which command; secured: row-level security is enabled; owned: its policies do not hold for this role, which owns it';

CREATE OR REPLACE FUNCTION hcjwt.policy_reach(api_role regrole)
	RETURNS TABLE (actor oid, rolname name, relid oid,
		command text, guard text)
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	WITH condition AS MATERIALIZED (
		SELECT * FROM hcjwt.policy_conditions()
	), reached AS MATERIALIZED (
		SELECT * FROM hcjwt.reached_tables(api_role)
	)
	SELECT r.actor, r.rolname, r.relid, r.command,
		CASE WHEN NOT r.secured THEN 'off'
			WHEN r.owned THEN 'owner'
			WHEN bool_or(p.passes) IS NOT TRUE THEN 'nobody'
			WHEN bool_or(p.opens AND NOT p.stops) THEN 'open'
			ELSE 'claims' END
	FROM reached r
		LEFT JOIN (
			-- a restrictive policy stops what a permissive one lets pass, if both have the clause
			SELECT r.actor, r.relid, r.command, c.clause,
				bool_or(c.permissive) AS passes,
				bool_or(c.permissive AND (c.anonymous OR c.stranger)) AS opens,
				bool_or(NOT c.permissive AND NOT c.anonymous AND NOT c.stranger) AS stops
			FROM reached r
				JOIN condition c ON c.relid = r.relid AND c.command = r.command AND hcjwt.policy_applies(c.roles, r.actor)
			WHERE r.secured
			GROUP BY r.actor, r.relid, r.command, c.clause) AS p
			ON p.actor = r.actor AND p.relid = r.relid AND p.command = r.command
	GROUP BY r.actor, r.rolname, r.relid, r.command, r.secured, r.owned;
$$;
COMMENT ON FUNCTION hcjwt.policy_reach(regrole) IS
'reached_tables(), and what stands before the rows there: off (nothing), owner (nothing for this role), nobody (no row passes), open (a condition that asks for no claim), claims (one that asks)';

CREATE TYPE hcjwt.finding AS (
	severity text,
	relid oid,
	policy name,
	problem text,
	advice text
);

CREATE OR REPLACE FUNCTION hcjwt.key_columns() RETURNS TABLE (attname name, atttypid oid)
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT DISTINCT a.attname, a.atttypid
	FROM hcjwt.policy_conditions() c
		CROSS JOIN LATERAL unnest(c.columns) AS number
		JOIN pg_attribute a ON a.attrelid = c.relid AND a.attnum = number
	WHERE c.by_claim AND NOT c.anonymous AND a.attname <> 'id';
$$;
COMMENT ON FUNCTION hcjwt.key_columns() IS
'columns by which policies tell visitors apart';

CREATE OR REPLACE FUNCTION hcjwt.right_conditions() RETURNS TABLE (relid oid, condition text)
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT DISTINCT ON (c.relid) c.relid, c.condition
	FROM (SELECT p.relid, 0 AS rank, length(p.expression) AS size, p.expression AS condition
		FROM hcjwt.policy_conditions() p
		WHERE p.permissive AND p.by_claim AND NOT p.anonymous AND NOT p.stranger AND 'user_id' = ANY (p.accessors)
		UNION ALL
		SELECT a.attrelid, 1, a.attnum, format('%I = hcjwt.user_id()', a.attname)
		FROM hcjwt.key_columns() k
			JOIN pg_attribute a ON a.attname = k.attname AND a.atttypid = k.atttypid
		WHERE a.atttypid = 'int8'::regtype AND a.attnum > 0) AS c
	ORDER BY c.relid, c.rank, c.size, c.condition;
$$;
COMMENT ON FUNCTION hcjwt.right_conditions() IS
'for each table a condition to copy into a policy that is wrong: that of another policy of the table, or one on a column with the name of a column that policies of other tables compare';

CREATE OR REPLACE FUNCTION hcjwt.required_help_centers()
	RETURNS TABLE (setdatabase oid, setrole oid, help_center text)
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT s.setdatabase, s.setrole, substr(item, strpos(item, '=') + 1)
	FROM pg_db_role_setting s
		CROSS JOIN LATERAL unnest(s.setconfig) AS item
	WHERE item LIKE 'hcjwt.required\_help\_center=_%'
		AND s.setdatabase IN (0, (SELECT d.oid FROM pg_database d
			WHERE d.datname = current_database()));
$$;
COMMENT ON FUNCTION hcjwt.required_help_centers() IS
'hcjwt.required_help_center on roles, and on this database or all';
