------------------------------------------------------------------------------
-- check_policies(): mistakes in policies, for administrators
------------------------------------------------------------------------------

/*
 * check_policies(): what a role can reach, and whether a policy that asks for a
 * verified claim stands before it.  One function says who may get where, one what
 * the conditions of policies come to, and one for each kind of mistake finds it.
 */

CREATE OR REPLACE FUNCTION hcjwt.condition_facts(condition pg_node_tree, wrappers oid[], guarded oid[],
		OUT anonymous bool, OUT stranger bool, OUT always bool,
		OUT by_claim bool, OUT accessors text[], OUT claims text[],
		OUT settings text[], OUT columns int2[])
	LANGUAGE c STABLE STRICT PARALLEL SAFE
	AS 'MODULE_PATHNAME', 'hcjwt_condition_facts';
COMMENT ON FUNCTION hcjwt.condition_facts(pg_node_tree, oid[], oid[]) IS
'a policy''s condition, not evaluated: whether it may be true without a token, and for a visitor whose claims match no row; whether it is true for every row; whether it asks for claims, by which accessors and names; the settings that it reads; the columns that it compares';

-- Roles that are asked about, each with itself and the roles that it may become.
CREATE OR REPLACE FUNCTION hcjwt.policy_actors(api_role regrole)
	RETURNS TABLE (api oid, actor oid)
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT r.oid, m.oid
	FROM pg_roles r
		JOIN pg_roles m ON m.oid = r.oid
			OR pg_has_role(r.oid, m.oid, CASE WHEN current_setting('server_version_num')::int4 < 160000
				THEN 'MEMBER' ELSE 'SET' END)
	WHERE CASE WHEN policy_actors.api_role IS NULL THEN r.rolcanlogin AND NOT r.rolsuper
			ELSE r.oid = policy_actors.api_role END
		AND NOT m.rolsuper AND NOT m.rolbypassrls;
$$;

-- Functions of others that hand out claims, themselves or by such a function.
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

-- Whether a policy for these roles is for this one, too.
CREATE OR REPLACE FUNCTION hcjwt.policy_applies(roles oid[], actor oid) RETURNS bool
	LANGUAGE sql STABLE
AS $$
	SELECT 0 OPERATOR(pg_catalog.=) ANY (roles) OR EXISTS (SELECT FROM pg_catalog.unnest(roles) AS role
		WHERE pg_catalog.pg_has_role(actor, role, 'USAGE'));
$$;

-- What the conditions come to: a row for each command, and of UPDATE one for USING
-- and one for WITH CHECK.
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
		-- tables of which only a claim shows rows, so that a sub-select from them asks for it
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
		-- settings that a function reads which the policy calls
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

-- Where the actors get, by which command, and what stands before the rows there:
-- 'off' nothing, 'owner' nothing for this one, 'nobody' lets no row through, 'open'
-- a condition that asks for no claim, 'claims' one that does.
CREATE OR REPLACE FUNCTION hcjwt.policy_reach(api_role regrole)
	RETURNS TABLE (actor oid, rolname name, relid oid,
		command text, guard text)
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
	), condition AS MATERIALIZED (
		SELECT * FROM hcjwt.policy_conditions()
	), reached AS MATERIALIZED (
		SELECT a.oid AS actor, a.rolname, r.oid AS relid, p.command, r.relrowsecurity,
			NOT r.relforcerowsecurity AND pg_has_role(a.oid, r.relowner, 'USAGE') AS owner
		FROM (SELECT DISTINCT r.oid, r.rolname FROM hcjwt.policy_actors(policy_reach.api_role) x
				JOIN pg_roles r ON r.oid = x.actor) AS a
			JOIN relation r ON has_schema_privilege(a.oid, r.relnamespace, 'USAGE')
			JOIN (VALUES ('SELECT'), ('INSERT'), ('UPDATE'), ('DELETE')) AS p (command)
				ON CASE p.command WHEN 'DELETE' THEN has_table_privilege(a.oid, r.oid, 'DELETE')
					ELSE has_any_column_privilege(a.oid, r.oid, p.command) END
	)
	SELECT r.actor, r.rolname, r.relid, r.command,
		CASE WHEN NOT r.relrowsecurity THEN 'off'
			WHEN r.owner THEN 'owner'
			WHEN bool_or(p.passes) IS NOT TRUE THEN 'nobody'
			WHEN bool_or(p.opens AND NOT p.stops) THEN 'open'
			ELSE 'claims' END
	FROM reached r
		LEFT JOIN (
			-- a restrictive policy stops what a permissive one lets pass by the same clause
			SELECT r.actor, r.relid, r.command, c.clause,
				bool_or(c.permissive) AS passes,
				bool_or(c.permissive AND (c.anonymous OR c.stranger)) AS opens,
				bool_or(NOT c.permissive AND NOT c.anonymous AND NOT c.stranger) AS stops
			FROM reached r
				JOIN condition c ON c.relid = r.relid AND c.command = r.command AND hcjwt.policy_applies(c.roles, r.actor)
			WHERE r.relrowsecurity
			GROUP BY r.actor, r.relid, r.command, c.clause) AS p
			ON p.actor = r.actor AND p.relid = r.relid AND p.command = r.command
	GROUP BY r.actor, r.rolname, r.relid, r.command, r.relrowsecurity, r.owner;
$$;

-- Foreign tables below others, at whatever depth; to partitions rows are routed.
CREATE OR REPLACE FUNCTION hcjwt.foreign_parts() RETURNS TABLE (relid oid, routed bool, far oid)
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	WITH RECURSIVE up AS (
		SELECT c.oid AS far, i.inhparent AS relid
		FROM pg_class c
			JOIN pg_inherits i ON i.inhrelid = c.oid
		WHERE c.relkind = 'f'
		UNION
		SELECT up.far, i.inhparent FROM up JOIN pg_inherits i ON i.inhrelid = up.relid
	)
	SELECT up.relid, c.relkind = 'p', up.far FROM up JOIN pg_class c ON c.oid = up.relid;
$$;

CREATE TYPE hcjwt.finding AS (
	severity text,
	relid oid,
	policy name,
	problem text,
	advice text
);

-- Columns by which policies tell visitors apart.
CREATE OR REPLACE FUNCTION hcjwt.key_columns() RETURNS TABLE (attname name, atttypid oid)
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT DISTINCT a.attname, a.atttypid
	FROM hcjwt.policy_conditions() c
		CROSS JOIN LATERAL unnest(c.columns) AS number
		JOIN pg_attribute a ON a.attrelid = c.relid AND a.attnum = number
	WHERE c.by_claim AND NOT c.anonymous AND a.attname <> 'id';
$$;

-- A condition to copy into a policy that is wrong: that of the table's other policies,
-- or one on a column that is named as those which other tables' policies compare.
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

-- hcjwt.required_help_center on roles and on this database, or all.
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

/* Roles whom no policy concerns. */
CREATE OR REPLACE FUNCTION hcjwt.check_roles(api_role regrole) RETURNS SETOF hcjwt.finding
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	WITH api AS (
		SELECT r.oid, r.rolname, r.rolsuper, r.rolbypassrls
		FROM pg_roles r
		WHERE CASE WHEN check_roles.api_role IS NULL THEN r.rolcanlogin AND NOT r.rolsuper
				ELSE r.oid = check_roles.api_role END
	), severity (name) AS (
		-- a login role that nobody named may be for other work
		SELECT CASE WHEN check_roles.api_role IS NULL THEN 'warning' ELSE 'error' END
	)
	SELECT s.name, NULL::oid, NULL::name,
		format('role %I is a superuser, whom no policy concerns', a.rolname),
		format('ALTER ROLE %I NOSUPERUSER', a.rolname)
	FROM api a CROSS JOIN severity s
	WHERE a.rolsuper
	UNION ALL
	SELECT CASE WHEN check_roles.api_role IS NULL THEN 'note' ELSE 'error' END, NULL, NULL,
		format('role %I has BYPASSRLS, so no policy concerns it', a.rolname),
		format('ALTER ROLE %I NOBYPASSRLS', a.rolname)
	FROM api a
	WHERE a.rolbypassrls AND NOT a.rolsuper
	UNION ALL
	SELECT s.name, NULL, NULL,
		format('role %I may SET ROLE to %I, which %s', a.rolname, m.rolname,
			CASE WHEN m.rolsuper THEN 'is a superuser' ELSE 'has BYPASSRLS' END),
		format('REVOKE %I FROM %I', g.rolname, a.rolname)
	FROM api a
		CROSS JOIN severity s
		JOIN pg_roles m ON (m.rolsuper OR m.rolbypassrls) AND m.oid <> a.oid
			AND pg_has_role(a.oid, m.oid, 'MEMBER')
		JOIN pg_auth_members am ON am.member = a.oid
			AND (am.roleid = m.oid OR pg_has_role(am.roleid, m.oid, 'MEMBER'))
		JOIN pg_roles g ON g.oid = am.roleid
	WHERE NOT a.rolsuper
	UNION ALL
	SELECT CASE WHEN check_roles.api_role IS NULL THEN 'warning' ELSE 'error' END, r.relid, NULL,
		format('its owner %I may log in, or be used by a role that may, and its policies do not hold for the owner', o.rolname),
		format('ALTER TABLE %s FORCE ROW LEVEL SECURITY, and let the application log in as another role', r.relid::regclass)
	FROM (SELECT DISTINCT x.relid FROM hcjwt.policy_reach(check_roles.api_role) x WHERE x.guard = 'owner') AS r
		JOIN pg_class c ON c.oid = r.relid
		JOIN pg_roles o ON o.oid = c.relowner
	WHERE r.relid IN (SELECT k.relid FROM hcjwt.policy_conditions() k WHERE k.by_claim);
$$;

/* Tables before whose rows nothing stands. */
CREATE OR REPLACE FUNCTION hcjwt.check_tables(api_role regrole) RETURNS SETOF hcjwt.finding
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	WITH ours AS MATERIALIZED (
		-- tables with policies that ask for a claim
		SELECT DISTINCT c.relid FROM hcjwt.policy_conditions() c WHERE c.by_claim
	), reached AS MATERIALIZED (
		SELECT r.relid, r.guard, bool_or(r.reader) AS reader,
			string_agg(DISTINCT quote_ident(r.rolname), ', ') AS roles,
			string_agg(DISTINCT r.command, ', ') AS commands
		FROM (SELECT x.*, bool_or(x.guard IN ('claims', 'open') AND x.relid IN (SELECT ours.relid FROM ours))
				OVER (PARTITION BY x.actor) AS reader
			FROM hcjwt.policy_reach(check_tables.api_role) x) AS r
		WHERE r.guard IN ('off', 'nobody')
		GROUP BY r.relid, r.guard
	), alike AS MATERIALIZED (
		SELECT DISTINCT ON (a.attrelid) a.attrelid, a.attname
		FROM hcjwt.key_columns() k
			JOIN pg_attribute a ON a.attname = k.attname AND a.atttypid = k.atttypid
		WHERE a.attnum > 0 AND NOT a.attisdropped
		ORDER BY a.attrelid, a.attnum
	), known AS MATERIALIZED (
		SELECT hcjwt.claim_wrappers() AS wrappers
	), called AS MATERIALIZED (
		SELECT d.classid, d.objid FROM pg_depend d
			JOIN pg_proc p ON p.oid = d.refobjid
			CROSS JOIN known
		WHERE d.refclassid = 'pg_proc'::regclass
			AND (p.pronamespace = 'hcjwt'::regnamespace OR p.oid = ANY (known.wrappers))
	), right_condition AS MATERIALIZED (
		SELECT * FROM hcjwt.right_conditions()
	), open_table AS (
		SELECT r.relid, r.roles, r.commands, r.reader, c.relkind,
			CASE
				WHEN parent.relid IS NOT NULL THEN format('it is a partition or a child of %s, whose policies do not hold where %s asks for it by its own name',
					parent.relid::regclass, r.roles)
				WHEN policies.relid IS NOT NULL THEN 'it has policies, but row-level security is not enabled'
				WHEN defaults.adrelid IS NOT NULL THEN 'a column has a default that hcjwt gives, but row-level security is not enabled'
				WHEN refers.confrelid IS NOT NULL THEN format('it refers to %s, which has policies, and has none itself', refers.confrelid::regclass)
			END AS wrong,
			alike.attname,
			CASE WHEN parent.relid IS NOT NULL THEN format('REVOKE ALL ON %s FROM %s', r.relid::regclass, r.roles)
				WHEN c.relkind = 'f' THEN format('REVOKE ALL ON %s FROM %s, and let a view with the condition stand before it', r.relid::regclass, r.roles)
				WHEN policies.relid IS NOT NULL THEN format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', r.relid::regclass)
				WHEN refers.confrelid IS NOT NULL AND alike.attname IS NULL THEN
					format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON %s USING (EXISTS (SELECT FROM %s p WHERE %s))',
						r.relid::regclass, r.relid::regclass, refers.confrelid::regclass, refers.joined)
				ELSE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON %s USING (%s)',
					r.relid::regclass, r.relid::regclass, coalesce(defaults.condition, rc.condition, 'customer = hcjwt.user_id()'))
			END AS advice
		FROM reached r
			JOIN pg_class c ON c.oid = r.relid AND c.relkind IN ('r', 'p', 'f')
			LEFT JOIN LATERAL (
				WITH RECURSIVE up AS (
					SELECT i.inhparent AS relid FROM pg_inherits i WHERE i.inhrelid = r.relid
					UNION
					SELECT i.inhparent FROM up JOIN pg_inherits i ON i.inhrelid = up.relid)
				SELECT up.relid FROM up JOIN ours ON ours.relid = up.relid ORDER BY up.relid LIMIT 1) AS parent ON true
			LEFT JOIN (SELECT DISTINCT pol.polrelid AS relid FROM pg_policy pol) AS policies ON policies.relid = r.relid
			LEFT JOIN LATERAL (
				SELECT ad.adrelid, format('%I = %s', att.attname, pg_get_expr(ad.adbin, ad.adrelid)) AS condition
				FROM pg_attrdef ad
					JOIN called ON called.classid = 'pg_attrdef'::regclass AND called.objid = ad.oid
					JOIN pg_attribute att ON att.attrelid = ad.adrelid AND att.attnum = ad.adnum
				WHERE ad.adrelid = r.relid ORDER BY ad.adnum LIMIT 1) AS defaults ON true
			LEFT JOIN LATERAL (
				SELECT k.confrelid, (SELECT string_agg(format('p.%I = %s.%I', f.attname, c.relname, t.attname), ' AND ')
						FROM unnest(k.conkey, k.confkey) AS u (here, there)
							JOIN pg_attribute t ON t.attrelid = k.conrelid AND t.attnum = u.here
							JOIN pg_attribute f ON f.attrelid = k.confrelid AND f.attnum = u.there) AS joined
				FROM pg_constraint k
					JOIN ours ON ours.relid = k.confrelid
				WHERE k.conrelid = r.relid AND k.contype = 'f' AND k.confrelid <> k.conrelid
				ORDER BY k.conname LIMIT 1) AS refers ON true
			LEFT JOIN alike ON alike.attrelid = r.relid
			LEFT JOIN right_condition rc ON rc.relid = r.relid
		WHERE r.guard = 'off'
	)
	SELECT 'error', o.relid, NULL::name, format('%s (%s: %s)', o.wrong, o.roles, o.commands), o.advice
	FROM open_table o WHERE o.wrong IS NOT NULL
	UNION ALL
	SELECT 'warning', o.relid, NULL,
		format('it has a column %I, by which policies of other tables tell visitors apart, and no policy (%s: %s)',
			o.attname, o.roles, o.commands), o.advice
	FROM open_table o WHERE o.wrong IS NULL AND o.attname IS NOT NULL
	UNION ALL
	SELECT 'note', o.relid, NULL,
		format('no policy stands before its rows (%s: %s)', o.roles, o.commands),
		concat('nothing, if its rows are everybody''s; else ', o.advice)
	FROM open_table o
	WHERE o.wrong IS NULL AND o.attname IS NULL
		-- nobody has said that the role is an API's: then it is one that reads what has policies
		AND (check_tables.api_role IS NOT NULL OR o.reader)
	UNION ALL
	SELECT 'warning', r.relid, NULL,
		format('row-level security is enabled, and no policy lets %s pass: no row is found there', r.roles),
		format('CREATE POLICY own ON %s USING (%s)', r.relid::regclass, coalesce(rc.condition, 'customer = hcjwt.user_id()'))
	FROM reached r
		LEFT JOIN right_condition rc ON rc.relid = r.relid
	WHERE r.guard = 'nobody'
		AND NOT EXISTS (SELECT FROM pg_policy pol WHERE pol.polrelid = r.relid)
	UNION ALL
	SELECT 'warning', r.relid, NULL,
		format('its policies are for other roles or commands: %I finds no row there', r.rolname),
		format('ALTER POLICY %I ON %s TO %I', pol.polname, r.relid::regclass, r.rolname)
	FROM hcjwt.policy_reach(check_tables.api_role) r
		-- policies of one table may have one name only once
		JOIN LATERAL (SELECT p.polname FROM pg_policy p WHERE p.polrelid = r.relid
			ORDER BY p.polcmd NOT IN ('*', 'r'), p.polname LIMIT 1) AS pol ON true
	WHERE r.guard = 'nobody' AND r.command = 'SELECT' AND r.actor = check_tables.api_role
	UNION ALL
	SELECT 'note', NULL, NULL,
		format('default privileges of %s give %s rights on tables to come%s, before which nothing stands until they have policies',
			quote_ident(o.rolname), coalesce(quote_ident(g.rolname), 'PUBLIC'), coalesce(' in schema ' || quote_ident(n.nspname), '')),
		format('ALTER DEFAULT PRIVILEGES FOR ROLE %I%s REVOKE ALL ON TABLES FROM %s', o.rolname,
			coalesce(' IN SCHEMA ' || quote_ident(n.nspname), ''), coalesce(quote_ident(g.rolname), 'PUBLIC'))
	FROM pg_default_acl da
		CROSS JOIN LATERAL aclexplode(da.defaclacl) AS a
		JOIN pg_roles o ON o.oid = da.defaclrole
		LEFT JOIN pg_roles g ON g.oid = a.grantee
		LEFT JOIN pg_namespace n ON n.oid = da.defaclnamespace
	WHERE da.defaclobjtype = 'r' AND a.grantee <> da.defaclrole
		AND a.privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
		AND (a.grantee = 0 OR a.grantee IN (SELECT x.actor FROM hcjwt.policy_actors(check_tables.api_role) x))
	GROUP BY o.rolname, g.rolname, n.nspname;
$$;

/* Rights that no policy holds back. */
CREATE OR REPLACE FUNCTION hcjwt.check_rights(api_role regrole) RETURNS SETOF hcjwt.finding
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	WITH condition AS MATERIALIZED (
		SELECT * FROM hcjwt.policy_conditions()
	), reach AS MATERIALIZED (
		SELECT * FROM hcjwt.policy_reach(check_rights.api_role)
	), api AS MATERIALIZED (
		SELECT r.oid, r.rolname FROM pg_roles r
		WHERE r.oid IN (SELECT x.actor FROM hcjwt.policy_actors(check_rights.api_role) x)
	)
	SELECT CASE WHEN bool_or(p.privilege <> 'REFERENCES') THEN 'error' ELSE 'warning' END,
		t.relid, NULL::name,
		format('%s has %s, which no policy holds back', quote_ident(r.rolname), string_agg(p.privilege, ', ' ORDER BY p.privilege)),
		format('REVOKE %s ON %s FROM %I', string_agg(p.privilege, ', ' ORDER BY p.privilege), t.relid::regclass, r.rolname)
	FROM (SELECT DISTINCT c.relid FROM condition c WHERE c.by_claim) AS t
		JOIN pg_class k ON k.oid = t.relid AND k.relrowsecurity
		CROSS JOIN (VALUES ('TRUNCATE'), ('REFERENCES'), ('TRIGGER')) AS p (privilege)
		CROSS JOIN api r
	WHERE has_table_privilege(r.oid, t.relid, p.privilege)
		AND has_schema_privilege(r.oid, k.relnamespace, 'USAGE')
		AND NOT pg_has_role(r.oid, k.relowner, 'USAGE')
	GROUP BY t.relid, r.rolname
	UNION ALL
	SELECT DISTINCT 'error', pol.polrelid, pol.polname,
		format('it calls %s, which %I owns and may replace', p.oid::regprocedure, r.rolname),
		format('ALTER FUNCTION %s OWNER TO %I', p.oid::regprocedure, pg_get_userbyid(k.relowner))
	FROM pg_policy pol
		JOIN pg_class k ON k.oid = pol.polrelid
		JOIN pg_depend d ON d.classid = 'pg_policy'::regclass AND d.objid = pol.oid AND d.refclassid = 'pg_proc'::regclass
		JOIN pg_proc p ON p.oid = d.refobjid
		JOIN api r ON r.oid = p.proowner
	WHERE pol.polrelid IN (SELECT c.relid FROM condition c WHERE c.by_claim)
		AND NOT pg_has_role(r.oid, k.relowner, 'USAGE')
	UNION ALL
	-- a table by whose rows another's policy knows whom its rows are for: where the visitor may
	-- write a column there that no condition holds, the visitor chooses
	SELECT 'warning', w.relid, NULL,
		format('the policy %I of %s goes by its column %I, which %s may write: a visitor can choose whose rows to see',
			min(w.polname), min(w.polrelid::regclass::text), w.attname, string_agg(DISTINCT quote_ident(w.rolname), ', ')),
		format('REVOKE INSERT, UPDATE ON %s FROM %s; or compare %I in WITH CHECK', w.relid::regclass,
			string_agg(DISTINCT quote_ident(w.rolname), ', '), w.attname)
	FROM (SELECT pol.polname, pol.polrelid, r.relid, r.rolname, a.attname
		FROM pg_policy pol
			JOIN pg_depend d ON d.classid = 'pg_policy'::regclass AND d.objid = pol.oid
				AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> pol.polrelid
			JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid AND a.attnum > 0
			JOIN reach r ON r.relid = d.refobjid
				AND r.command IN ('INSERT', 'UPDATE') AND r.guard <> 'nobody'
				AND has_column_privilege(r.actor, r.relid, a.attnum, r.command)
		WHERE pol.polpermissive AND pol.oid IN (SELECT c.polid FROM condition c WHERE c.by_claim)
			AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = r.relid AND i.indisunique
				AND i.indpred IS NULL AND i.indnkeyatts = 1 AND i.indkey[0] = a.attnum)
			-- what says who the visitor is gives others rows, and what is checked none
			AND NOT EXISTS (SELECT FROM condition c
				WHERE c.relid = r.relid AND c.by_claim AND a.attnum = ANY (c.columns)
					AND (c.accessors <> '{}' OR (c.command = r.command AND c.clause = 'WITH CHECK')))) AS w
	GROUP BY w.relid, w.attname
	UNION ALL
	SELECT 'error', f.relid, NULL,
		format('%s may write rows to its foreign %s %s, before which PostgreSQL checks no policy',
			string_agg(DISTINCT quote_ident(r.rolname), ', '),
			CASE WHEN f.routed THEN 'partition' ELSE 'child' END, f.far::regclass),
		format('CREATE TRIGGER check_visitor BEFORE %s ON %s FOR EACH ROW EXECUTE FUNCTION ..., a function that compares the row with hcjwt.user_id(); or REVOKE %s ON %s FROM %s',
			string_agg(DISTINCT e.event, ' OR '), CASE WHEN f.routed THEN f.relid ELSE f.far END::regclass,
			string_agg(DISTINCT r.command, ', '), f.relid::regclass, string_agg(DISTINCT quote_ident(r.rolname), ', '))
	FROM hcjwt.foreign_parts() f
		JOIN reach r ON r.relid = f.relid AND r.guard IN ('claims', 'open')
		-- an UPDATE can move a row there; the number is the event's in pg_trigger.h
		JOIN (VALUES ('INSERT', 'INSERT', 4), ('UPDATE', 'INSERT', 4), ('UPDATE', 'UPDATE', 16)) AS e (command, event, bit)
			ON e.command = r.command AND (f.routed OR e.event = 'UPDATE')
	WHERE NOT EXISTS (SELECT FROM pg_trigger g
			JOIN pg_proc p ON p.oid = g.tgfoid
			-- a row's (1), before it (2)
		WHERE g.tgrelid = f.far AND g.tgtype & (3 | e.bit) = 3 | e.bit AND g.tgattr::text = ''
			AND g.tgenabled IN ('O', 'A') AND p.prosrc ~* E'\\mhcjwt\\M')
	GROUP BY f.relid, f.far, f.routed
	UNION ALL
	SELECT DISTINCT 'error', f.relid, NULL::name,
		format('%I may make a foreign table of its own over the rows of %s, as it has USAGE on server %I', r.rolname, f.far::regclass, s.srvname),
		format('REVOKE USAGE ON FOREIGN SERVER %I FROM %I', s.srvname, r.rolname)
	FROM hcjwt.foreign_parts() f
		JOIN pg_foreign_table t ON t.ftrelid = f.far
		JOIN pg_foreign_server s ON s.oid = t.ftserver
		JOIN api r ON has_server_privilege(r.oid, s.oid, 'USAGE')
	WHERE f.relid IN (SELECT c.relid FROM condition c WHERE c.by_claim)
		AND (has_database_privilege(r.oid, current_database(), 'CREATE')
			OR EXISTS (SELECT FROM pg_namespace n WHERE n.nspname !~ '^pg_' AND has_schema_privilege(r.oid, n.oid, 'CREATE')))
	UNION ALL
	SELECT 'note', f.relid, NULL,
		format('the server of %s evaluates conditions of queries, some before the policy''s, so their errors tell of others'' rows (%s)',
			f.far::regclass, string_agg(DISTINCT quote_ident(r.rolname), ', ')),
		'nothing, if these roles run no SQL but yours; else let functions of yours read it'
	FROM hcjwt.foreign_parts() f
		JOIN reach r ON r.relid = f.relid AND r.guard = 'claims' AND r.command = 'SELECT'
	GROUP BY f.relid, f.far;
$$;

/* Policies that are not what they seem. */
CREATE OR REPLACE FUNCTION hcjwt.check_conditions(api_role regrole) RETURNS SETOF hcjwt.finding
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	WITH condition AS MATERIALIZED (
		SELECT * FROM hcjwt.policy_conditions()
	), reach AS MATERIALIZED (
		-- reader: it reads what asks for a claim, so it is an API's
		SELECT r.*, check_conditions.api_role IS NOT NULL
			OR bool_or(r.guard IN ('claims', 'open') AND r.relid IN (SELECT c.relid FROM condition c WHERE c.by_claim))
				OVER (PARTITION BY r.actor) AS reader
		FROM hcjwt.policy_reach(check_conditions.api_role) r
	), passed AS MATERIALIZED (
		-- permissive conditions that let somebody pass whom no claim lets pass, by those
		-- whom they concern, if no restrictive policy stops these
		SELECT c.relid, c.policy, c.polid, c.roles, c.clause, c.anonymous, c.stranger, c.always,
			c.by_claim, c.settings,
			bool_or(c.command <> 'SELECT') AS writes,
			string_agg(DISTINCT quote_ident(r.rolname), ', ') AS actors,
			string_agg(DISTINCT c.command, ', ') AS commands,
			bool_or(EXISTS (SELECT FROM condition o WHERE o.relid = c.relid AND o.by_claim)) AS ours,
			-- another that is right, so that this one can go
			bool_and(EXISTS (SELECT FROM condition o
				WHERE o.relid = c.relid AND o.command = c.command AND o.polid <> c.polid AND o.permissive
					AND o.by_claim AND NOT o.anonymous AND NOT o.stranger)) AS beside
		FROM condition c
			JOIN reach r ON r.relid = c.relid AND r.command = c.command AND r.guard = 'open'
				AND hcjwt.policy_applies(c.roles, r.actor)
		WHERE c.permissive AND (c.anonymous OR c.stranger)
			AND NOT EXISTS (SELECT FROM condition x
				WHERE x.relid = c.relid AND x.command = c.command AND NOT x.permissive AND x.clause = c.clause
					AND NOT x.anonymous AND NOT x.stranger AND hcjwt.policy_applies(x.roles, r.actor))
			AND (r.reader OR c.settings <> '{}')
		GROUP BY c.relid, c.policy, c.polid, c.roles, c.clause, c.anonymous, c.stranger, c.always, c.by_claim, c.settings
	), owned AS MATERIALIZED (
		-- tables with a column by which visitors are told apart, and whether their own policies do
		SELECT a.attrelid AS relid, min(a.attnum) AS attnum,
			bool_or(EXISTS (SELECT FROM condition c WHERE c.relid = a.attrelid AND c.by_claim AND a.attnum = ANY (c.columns))) AS compared
		FROM hcjwt.key_columns() k
			JOIN pg_attribute a ON a.attname = k.attname AND a.atttypid = k.atttypid
		WHERE a.attnum > 0 AND a.atttypid = 'int8'::regtype
		GROUP BY a.attrelid
	), judged AS (
		SELECT p.relid, p.policy, p.clause,
			CASE WHEN p.always AND p.ours THEN 'error'
				WHEN p.always THEN 'warning'
				WHEN p.settings <> '{}' AND p.stranger THEN 'error'
				WHEN p.anonymous AND NOT p.stranger THEN 'error'
				WHEN p.ours AND NOT p.by_claim AND 0 = ANY (p.roles) THEN 'warning'
				-- where rows have owners: others' may be written, or all read
				WHEN p.by_claim AND NOT p.anonymous AND k.attnum IS NOT NULL AND (p.writes OR NOT k.compared) THEN 'warning'
				ELSE 'note' END AS severity,
			CASE WHEN p.always THEN format('it is true for every row (%s: %s)', p.actors, p.commands)
				WHEN p.settings <> '{}' AND p.stranger AND array_to_string(p.settings, ' ') ~ 'request\.jwt'
				THEN 'it reads request.jwt.claims, which any client can set'
				WHEN p.settings <> '{}' AND p.stranger
				THEN format('it believes the setting %s, which any client can set', array_to_string(p.settings, ', '))
				WHEN p.anonymous AND NOT p.stranger THEN
					format('it is true where a claim is NULL, so a visitor without a token passes (%s: %s)', p.actors, p.commands)
				WHEN p.by_claim AND NOT p.anonymous THEN format('it lets every visitor with a token pass (%s: %s)', p.actors, p.commands)
				WHEN p.by_claim THEN format('some of its rows are everybody''s, without a token, too (%s: %s)', p.actors, p.commands)
				WHEN p.ours AND 0 = ANY (p.roles) THEN 'it opens rows to everybody without asking for the token: permissive policies add up'
				ELSE format('it asks for no claim (%s: %s)', p.actors, p.commands)
			END AS problem,
			CASE WHEN p.always AND p.beside THEN format('DROP POLICY %I ON %s', p.policy, p.relid::regclass)
				WHEN p.settings <> '{}' AND p.stranger OR p.always OR (p.anonymous AND NOT p.stranger)
					OR (p.by_claim AND NOT p.anonymous AND k.attnum IS NOT NULL AND (p.writes OR NOT k.compared))
				THEN format('ALTER POLICY %I ON %s %s (%s)', p.policy, p.relid::regclass, p.clause, coalesce(rc.condition, 'customer = hcjwt.user_id()'))
				WHEN p.ours AND NOT p.by_claim AND 0 = ANY (p.roles) THEN format('ALTER POLICY %I ON %s TO the roles that it is for', p.policy, p.relid::regclass)
				ELSE 'nothing, if that is meant' END AS advice
		FROM passed p
			LEFT JOIN hcjwt.right_conditions() rc ON rc.relid = p.relid
			LEFT JOIN owned k ON k.relid = p.relid
	)
	SELECT j.severity, j.relid, j.policy,
		concat(CASE j.clause WHEN 'WITH CHECK' THEN 'WITH CHECK: ' END, j.problem), j.advice
	FROM judged j
	-- the one clause of an UPDATE says as much as the other
	WHERE NOT (j.clause = 'WITH CHECK' AND EXISTS (SELECT FROM judged u
		WHERE u.relid = j.relid AND u.policy = j.policy AND u.clause = 'USING' AND u.severity = j.severity))
	GROUP BY j.severity, j.relid, j.policy, j.clause, j.problem, j.advice
	UNION ALL
	SELECT DISTINCT 'error', c.relid, c.policy,
		format('it compares %s with itself', itself[1]),
		format('write %s.COLUMN for the column of the row: in a sub-select, a name without a table is a column of the table there', c.relid::regclass)
	FROM condition c
		CROSS JOIN LATERAL regexp_matches(c.expression, E'\\(([[:alpha:]_"](?:[[:alnum:]_."]|\\(\\))*) = \\1\\)', 'g') AS itself
	WHERE c.by_claim AND c.relid IN (SELECT r.relid FROM reach r)
	UNION ALL
	-- a sub-select that has a way to the row, and does not take it
	SELECT DISTINCT 'warning', c.relid, c.policy,
		format('it compares no column of the row: whom %s lets pass sees every row, though both refer to %s',
			other.conrelid::regclass, other.confrelid::regclass),
		format('compare a column in the sub-select, too: %s.%I = %s.COLUMN', other.conrelid::regclass,
			(SELECT a.attname FROM pg_attribute a WHERE a.attrelid = other.conrelid AND a.attnum = other.conkey[1]), c.relid::regclass)
	FROM condition c
		JOIN pg_constraint other ON other.contype = 'f' AND other.conrelid <> c.relid
			AND (other.confrelid = c.relid OR EXISTS (SELECT FROM pg_constraint o
				WHERE o.contype = 'f' AND o.conrelid = c.relid AND o.confrelid = other.confrelid))
	WHERE c.permissive AND c.by_claim AND NOT c.anonymous AND NOT c.stranger AND c.columns = '{}'
		AND c.relid IN (SELECT r.relid FROM reach r)
		AND EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_policy'::regclass AND d.objid = c.polid
			AND d.refclassid = 'pg_class'::regclass AND d.refobjid = other.conrelid)
		AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_policy'::regclass AND d.objid = c.polid
			AND d.refclassid = 'pg_class'::regclass AND d.refobjid = other.conrelid AND d.refobjsubid = ANY (other.conkey))
	UNION ALL
	SELECT DISTINCT 'warning', c.relid, c.policy,
		'it goes by the help center alone, so each of its users passes',
		format('ALTER POLICY %I ON %s %s (%s AND %s)', c.policy, c.relid::regclass, c.clause, c.expression,
			(SELECT format('%I = hcjwt.user_id()', a.attname) FROM pg_attribute a
			WHERE a.attrelid = c.relid AND a.attnum = k.attnum))
	FROM condition c
		JOIN owned k ON k.relid = c.relid AND NOT k.compared
	WHERE c.permissive AND NOT c.anonymous AND NOT c.stranger AND c.accessors <@ '{help_center,expires_at}'
		AND c.accessors <> '{}' AND c.clause = 'USING'
		AND c.relid IN (SELECT r.relid FROM reach r)
		AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_policy'::regclass AND d.objid = c.polid
			AND (d.refclassid = 'pg_proc'::regclass AND d.refobjid = ANY (hcjwt.claim_wrappers())
				OR d.refclassid = 'pg_class'::regclass AND d.refobjid <> c.relid));
$$;

/* Whom the claims tell apart. */
CREATE OR REPLACE FUNCTION hcjwt.check_claims(api_role regrole, custom_claims jsonb) RETURNS SETOF hcjwt.finding
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	WITH condition AS MATERIALIZED (
		SELECT c.relid, c.policy, array_agg(DISTINCT a.name) FILTER (WHERE a.name IS NOT NULL) AS accessors,
			array_agg(DISTINCT n.name) FILTER (WHERE n.name IS NOT NULL) AS claims,
			array_agg(DISTINCT c.command) AS commands
		FROM hcjwt.policy_conditions() c
			LEFT JOIN LATERAL unnest(c.accessors) AS a (name) ON true
			LEFT JOIN LATERAL unnest(c.claims) AS n (name) ON true
		WHERE c.by_claim AND (check_claims.api_role IS NULL
			OR c.relid IN (SELECT r.relid FROM hcjwt.policy_reach(check_claims.api_role) r))
		GROUP BY c.relid, c.policy
	), enabled AS MATERIALIZED (
		SELECT h.name FROM hcjwt.help_centers h WHERE h.enabled
	), account AS MATERIALIZED (
		-- help centers with a key in common are brands of one account
		SELECT DISTINCT coalesce((SELECT min(o.help_center) FROM hcjwt.keys k
				JOIN hcjwt.keys o ON o.thumbprint = k.thumbprint
				JOIN enabled brand ON brand.name = o.help_center
			WHERE k.help_center = e.name), e.name) AS name
		FROM enabled e
	), unbound AS MATERIALIZED (
		-- roles that reach the table and whom no required help center holds
		SELECT DISTINCT r.relid
		FROM hcjwt.policy_reach(check_claims.api_role) r
			JOIN hcjwt.policy_actors(check_claims.api_role) a ON a.actor = r.actor
		WHERE NOT EXISTS (SELECT FROM hcjwt.required_help_centers() q WHERE q.setrole IN (0, a.api))
	), own (name) AS (
		VALUES ('userId'), ('email'), ('externalId'), ('exp'), ('nbf'), ('iat'), ('origin'), ('aud'), ('iss')
	), defined AS MATERIALIZED (
		SELECT DISTINCT claim ->> 'claim_identifier' AS name
		FROM jsonb_array_elements(coalesce(check_claims.custom_claims, '[]')) AS claim
	)
	SELECT 'error', c.relid, c.policy,
		format('%s() tells a user only within one %s, and %s are enabled here', f.name,
			CASE f.name WHEN 'user_id' THEN 'account' ELSE 'help center' END, (SELECT count(*) FROM enabled)),
		'add "AND hcjwt.help_center() = ..." to the policy, or set hcjwt.required_help_center on the application''s login role'
	FROM condition c
		CROSS JOIN LATERAL unnest(c.accessors) AS f (name)
		JOIN unbound u ON u.relid = c.relid
	WHERE f.name IN ('user_id', 'email', 'external_id')
		AND NOT EXISTS (SELECT FROM condition h WHERE h.relid = c.relid AND h.policy = c.policy
			AND 'help_center' = ANY (h.accessors))
		AND (SELECT count(*) FROM enabled) > 1
		AND (f.name <> 'user_id' OR (SELECT count(*) FROM account) > 1)
	UNION ALL
	SELECT 'note', c.relid, c.policy,
		'it goes by the address, which an agent can give to another user',
		'compare a user''s number instead: hcjwt.user_id()'
	FROM condition c
	WHERE 'email' = ANY (c.accessors) OR 'email' = ANY (c.claims)
	UNION ALL
	SELECT 'error', c.relid, c.policy,
		CASE WHEN k.names IS NULL THEN format('it reads the claim %L, which the account does not define: no token has it', n.name)
			ELSE format('it reads the claim %L, and tokens have %s', n.name, k.names) END,
		CASE WHEN k.names IS NULL THEN 'correct the name, or have an administrator of the account define it'
			ELSE format('write hcjwt.claim(%s)', k.names) END
	FROM condition c
		CROSS JOIN LATERAL unnest(c.claims) AS n (name)
		CROSS JOIN LATERAL (
			-- names that differ in case and underscores alone
			SELECT string_agg(quote_literal(o.name), ' or ' ORDER BY o.name) AS names
			FROM (SELECT own.name FROM own UNION SELECT d.name FROM defined d) AS o
			WHERE lower(replace(o.name, '_', '')) = lower(replace(n.name, '_', ''))) AS k
	WHERE NOT EXISTS (SELECT FROM own WHERE own.name = n.name)
		AND NOT EXISTS (SELECT FROM defined d WHERE d.name = n.name)
		AND (k.names IS NOT NULL OR check_claims.custom_claims IS NOT NULL)
	UNION ALL
	SELECT 'error', NULL, NULL,
		format('the account defines a custom claim %L, %s', d.name, own.effect),
		'have an administrator of the account give it another name'
	FROM defined d
		JOIN (VALUES
			('userId', 'a text in place of the number: user_id() is null for all users'),
			('email', 'the same for all users: email() cannot tell them apart'),
			('externalId', 'the same for all users: external_id() cannot tell them apart'),
			('exp', 'a text in place of the number: all tokens are refused'),
			('nbf', 'a text where there must be a number: all tokens are refused'),
			('iat', 'a text where there must be a number: all tokens are refused'),
			('origin', 'in place of the help center''s origin: tokens are refused, or pass for those of another brand'),
			('aud', 'which hcjwt compares with the audience of a help center that has one'),
			('iss', 'which hcjwt compares with the issuer of a help center that has one')
		) AS own (name, effect) ON own.name = d.name;
$$;

/* Settings that do not hold, or hold too long. */
CREATE OR REPLACE FUNCTION hcjwt.check_settings(api_role regrole) RETURNS SETOF hcjwt.finding
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	WITH required AS MATERIALIZED (
		SELECT q.setdatabase, q.setrole, q.help_center FROM hcjwt.required_help_centers() q
		WHERE check_settings.api_role IS NULL OR q.setrole = 0
			OR q.setrole IN (SELECT a.actor FROM hcjwt.policy_actors(check_settings.api_role) a)
	)
	SELECT 'error', NULL::oid, NULL::name,
		format('hcjwt.required_help_center is set on role %I, which cannot log in: settings of a role that is only granted, or SET ROLE to, do not apply', r.rolname),
		'set it on the role that logs in, or on the database'
	FROM required q
		JOIN pg_roles r ON r.oid = q.setrole
	WHERE NOT r.rolcanlogin
	UNION ALL
	SELECT DISTINCT 'warning', NULL::oid, NULL::name,
		format('hcjwt.required_help_center is set on %s to %L, which is not registered in this database: all tokens are refused',
			CASE WHEN q.setrole = 0 THEN 'the database' ELSE format('role %I', r.rolname) END, q.help_center),
		'correct the name, or call hcjwt.add_help_center(); nothing, if the role is for another database'
	FROM required q
		LEFT JOIN pg_roles r ON r.oid = q.setrole
	WHERE NOT EXISTS (SELECT FROM hcjwt.help_centers h WHERE h.name = q.help_center)
		-- what a role has for all databases need not be for this one
		AND (q.setdatabase <> 0
			OR (EXISTS (SELECT FROM hcjwt.help_centers)
				AND NOT EXISTS (SELECT FROM required here
					WHERE here.setdatabase <> 0 AND here.setrole = q.setrole)))
	UNION ALL
	SELECT 'error', NULL, NULL,
		'hcjwt.required_help_center is set, but hcjwt is not preloaded, so it is no boundary',
		'add hcjwt to shared_preload_libraries and restart the server'
	WHERE EXISTS (SELECT FROM required)
		AND current_setting('shared_preload_libraries') !~ '(^|[ ,"/])hcjwt([ ,"]|$)'
	UNION ALL
	SELECT 'warning', NULL, NULL,
		format('hcjwt.allow_session_token is on for %s: where a pooler hands connections on, the next client is the former one''s visitor',
			CASE WHEN s.setrole = 0 THEN 'the database' ELSE format('role %I', r.rolname) END),
		format('ALTER %s RESET hcjwt.allow_session_token', concat(
			CASE WHEN s.setrole <> 0 THEN format('ROLE %I', r.rolname) END,
			CASE WHEN s.setrole <> 0 AND s.setdatabase <> 0 THEN ' IN ' END,
			CASE WHEN s.setdatabase <> 0 THEN format('DATABASE %I', current_database()) END))
	FROM pg_db_role_setting s
		CROSS JOIN LATERAL unnest(s.setconfig) AS item
		LEFT JOIN pg_roles r ON r.oid = s.setrole
	WHERE item LIKE 'hcjwt.allow\_session\_token=%'
		-- a boolean may be written in parts: of, off; on
		AND NOT lower(substr(item, strpos(item, '=') + 1)) = ANY ('{off,of,false,fals,fal,fa,f,no,n,0}')
		AND s.setdatabase IN (0, (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()))
		AND (s.setrole = 0 OR r.rolcanlogin)
		AND (check_settings.api_role IS NULL OR s.setrole IN (0, check_settings.api_role))
	UNION ALL
	SELECT 'warning', NULL, NULL,
		'hcjwt.allow_session_token is on for the whole server: where a pooler hands connections on, the next client is the former one''s visitor',
		'ALTER SYSTEM RESET hcjwt.allow_session_token; SELECT pg_reload_conf()'
	FROM pg_settings s
	WHERE s.name = 'hcjwt.allow_session_token' AND s.setting = 'on' AND s.source IN ('configuration file', 'command line');
$$;

/* Functions around the accessors that spoil them, and conditions without an index. */
CREATE OR REPLACE FUNCTION hcjwt.check_speed(api_role regrole) RETURNS SETOF hcjwt.finding
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	WITH condition AS MATERIALIZED (
		SELECT * FROM hcjwt.policy_conditions()
	), indexed AS MATERIALIZED (
		-- columns with which an index begins, or with an expression of them, such as lower(email)
		SELECT i.indrelid, i.indkey[0] AS attnum FROM pg_index i WHERE i.indisvalid AND i.indkey[0] <> 0
		UNION
		SELECT i.indrelid, d.refobjsubid
		FROM pg_index i
			JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid
				AND d.refclassid = d.classid AND d.refobjid = i.indrelid
		WHERE i.indisvalid AND i.indkey[0] = 0
	)
	SELECT DISTINCT CASE p.provolatile WHEN 'i' THEN 'error' ELSE 'warning' END,
		pol.polrelid, pol.polname,
		format('function %s hands out a claim and is %s', p.oid::regprocedure,
			CASE WHEN p.provolatile = 'i' THEN 'IMMUTABLE: a plan may keep one visitor''s claim for the next'
				WHEN p.provolatile = 'v' THEN 'VOLATILE: it is called for each row, and no index helps'
				ELSE 'PARALLEL UNSAFE: no query there runs in parallel' END),
		format('ALTER FUNCTION %s STABLE PARALLEL SAFE', p.oid::regprocedure)
	FROM unnest(hcjwt.claim_wrappers()) AS w (oid)
		JOIN pg_proc p ON p.oid = w.oid
		JOIN pg_depend d ON d.refclassid = 'pg_proc'::regclass AND d.refobjid = p.oid
			AND d.classid = 'pg_policy'::regclass
		JOIN pg_policy pol ON pol.oid = d.objid
	WHERE p.provolatile IN ('i', 'v') OR p.proparallel = 'u'
	UNION ALL
	SELECT DISTINCT 'note', c.relid, c.policy,
		'no index begins with a column of its condition, so each query reads the whole table',
		format('CREATE INDEX ON %s (%s)', c.relid::regclass,
			(SELECT quote_ident(a.attname) FROM pg_attribute a
			WHERE a.attrelid = c.relid AND a.attnum = c.columns[1]))
	FROM condition c
		JOIN pg_class k ON k.oid = c.relid AND k.relkind IN ('r', 'p')
	WHERE c.by_claim AND c.permissive AND c.clause = 'USING' AND c.columns <> '{}'
		AND (c.relid, c.command) IN (SELECT r.relid, r.command FROM hcjwt.policy_reach(check_speed.api_role) r)
		AND NOT EXISTS (SELECT FROM indexed i WHERE i.indrelid = c.relid AND i.attnum = ANY (c.columns))
	UNION ALL
	SELECT DISTINCT 'note', c.relid, c.policy,
		format('its condition calls a function of hcjwt, which %s does not know: all of its rows are fetched', f.far::regclass),
		'ALTER POLICY ... USING (customer = (SELECT hcjwt.user_id())): the value of a sub-select is sent'
	FROM condition c
		JOIN hcjwt.foreign_parts() f ON f.relid = c.relid
	WHERE c.permissive AND c.clause = 'USING'
		AND (c.relid, c.command) IN (SELECT r.relid, r.command FROM hcjwt.policy_reach(check_speed.api_role) r)
		AND regexp_replace(c.expression, E'SELECT hcjwt\\.', '', 'gi') ~ E'\\mhcjwt\\.';
$$;

/* Views, materialized views and functions that read as somebody else. */
CREATE OR REPLACE FUNCTION hcjwt.check_detours(api_role regrole) RETURNS SETOF hcjwt.finding
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	WITH RECURSIVE protected AS MATERIALIZED (
		SELECT c.oid, c.relname, c.relowner, c.relforcerowsecurity
		FROM pg_class c
		WHERE c.oid IN (SELECT k.relid FROM hcjwt.policy_conditions() k WHERE k.by_claim)
	), unbound AS MATERIALIZED (
		-- roles for whom the policies of a protected table do not hold
		SELECT p.oid AS relid, o.oid AS roleid, o.rolname
		FROM protected p
			CROSS JOIN pg_roles o
		WHERE o.rolsuper OR o.rolbypassrls
			OR (NOT p.relforcerowsecurity AND pg_has_role(o.oid, p.relowner, 'USAGE'))
	), known AS MATERIALIZED (
		SELECT hcjwt.claim_wrappers() AS wrappers
	), view AS MATERIALIZED (
		-- asks: a condition in it names a claim
		SELECT v.oid, v.relkind, v.relowner, w.oid AS rule,
			EXISTS (SELECT FROM pg_options_to_table(v.reloptions) AS option
				WHERE option.option_name = 'security_invoker' AND option.option_value::bool) AS invoker,
			EXISTS (SELECT FROM pg_options_to_table(v.reloptions) AS option
				WHERE option.option_name = 'security_barrier' AND option.option_value::bool) AS barrier,
			EXISTS (SELECT FROM pg_options_to_table(v.reloptions) AS option
				WHERE option.option_name = 'check_option') AS checks,
			(hcjwt.condition_facts(w.ev_action, known.wrappers, '{}')).by_claim AS asks
		FROM pg_class v
			JOIN pg_namespace n ON n.oid = v.relnamespace
			JOIN pg_rewrite w ON w.ev_class = v.oid AND w.ev_type = '1'
			CROSS JOIN known
		WHERE v.relkind IN ('v', 'm') AND n.nspname !~ '^(pg_|information_schema$|hcjwt$)'
	), view_of AS MATERIALIZED (
		-- views, and what they read
		SELECT DISTINCT d.refobjid AS relid, v.oid, v.relkind, v.relowner, v.invoker, v.barrier, v.checks, v.asks
		FROM view v
			JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = v.rule
				AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> v.oid
	), reading AS (
		-- those that read a protected table, themselves or through other views: one
		-- of the invoker's reads as the view does that it is read by
		SELECT p.oid AS relid, v.oid, v.relkind, v.relowner, v.invoker, v.barrier, v.checks, v.asks
		FROM protected p
			JOIN view_of v ON v.relid = p.oid
		UNION
		SELECT r.relid, v.oid, v.relkind, v.relowner, v.invoker, v.barrier, v.checks, v.asks
		FROM reading r
			JOIN view_of v ON v.relid = r.oid
		WHERE r.relkind = 'v' AND (r.invoker OR v.relkind = 'm')
	), reached AS MATERIALIZED (
		-- itself, or through a view of the invoker's
		SELECT r.relid, string_agg(DISTINCT quote_ident(r.rolname), ', ') AS roles
		FROM hcjwt.policy_reach(check_detours.api_role) r
		GROUP BY r.relid
	), named AS MATERIALIZED (
		-- its own name and those of the invoker's views that read it
		SELECT n.relid, concat(E'\\m(', string_agg(regexp_replace(c.relname, '([^[:alnum:]_])', E'\\\\\\1', 'g'), '|'), E')\\M') AS pattern
		FROM (SELECT p.oid AS relid, p.oid FROM protected p
				UNION SELECT r.relid, r.oid FROM reading r WHERE r.invoker) AS n
			JOIN pg_class c ON c.oid = n.oid
		GROUP BY n.relid
	), through AS (
		SELECT r.relid, r.roles FROM reached r
		UNION
		SELECT v.relid, t.roles FROM through t
			JOIN view_of v ON v.oid = t.relid
	)
	SELECT CASE WHEN v.asks THEN 'warning' ELSE 'error' END, v.oid, NULL::name,
		CASE WHEN v.asks THEN format('the view reads %s as its owner %I and has the condition itself, but is no security barrier: a function in a query may see other rows',
				v.relid::regclass, u.rolname)
			ELSE format('the view reads %s as its owner %I, whom the policies there may not concern',
				v.relid::regclass, u.rolname) END,
		format('ALTER VIEW %s SET (%s = true)', v.oid::regclass,
			CASE WHEN v.asks THEN 'security_barrier' ELSE 'security_invoker' END)
	FROM reading v
		JOIN unbound u ON u.relid = v.relid AND u.roleid = v.relowner
	WHERE v.relkind = 'v' AND NOT v.invoker AND NOT (v.asks AND v.barrier)
		AND EXISTS (SELECT FROM through t WHERE t.relid = v.oid)
	UNION ALL
	SELECT 'error', v.oid, NULL::name,
		format('%s may write rows of %s through the view that its condition does not let through', string_agg(DISTINCT quote_ident(r.rolname), ', '), v.relid::regclass),
		format('ALTER VIEW %s SET (check_option = cascaded)', v.oid::regclass)
	FROM reading v
		JOIN unbound u ON u.relid = v.relid AND u.roleid = v.relowner
		JOIN hcjwt.policy_reach(check_detours.api_role) r ON r.relid = v.oid
			AND pg_relation_is_updatable(v.oid, false) & CASE r.command WHEN 'INSERT' THEN 8 WHEN 'UPDATE' THEN 4 ELSE 0 END <> 0
	WHERE v.relkind = 'v' AND NOT v.invoker AND v.asks AND NOT v.checks
	GROUP BY v.oid, v.relid
	UNION ALL
	SELECT DISTINCT 'error', v.oid, NULL::name,
		format('the materialized view keeps rows of %s as its owner saw them, for all who may read it',
			v.relid::regclass),
		format('REVOKE ALL ON %s FROM %s', v.oid::regclass, r.roles)
	FROM reading v
		JOIN reached r ON r.relid = v.oid
	WHERE v.relkind = 'm'
	UNION ALL
	SELECT 'error', p.oid, NULL,
		format('function %s names it, and is SECURITY DEFINER: it reads as its owner %I, whom the policies may not concern',
			f.oid::regprocedure, u.rolname),
		format('ALTER FUNCTION %s SECURITY INVOKER; or have its conditions ask for hcjwt.user_id(), too',
			f.oid::regprocedure)
	FROM protected p
		JOIN unbound u ON u.relid = p.oid
		JOIN named ON named.relid = p.oid
		JOIN pg_proc f ON f.proowner = u.roleid
		JOIN pg_language l ON l.oid = f.prolang AND NOT l.lanname IN ('internal', 'c')
		CROSS JOIN known
		CROSS JOIN LATERAL concat(f.prosrc, pg_get_function_sqlbody(f.oid)) AS source
	WHERE f.prosecdef AND f.prorettype <> 'trigger'::regtype
		AND source ~* named.pattern
		AND NOT f.oid = ANY (known.wrappers)
		AND EXISTS (SELECT FROM hcjwt.policy_actors(check_detours.api_role) a
			WHERE has_function_privilege(a.actor, f.oid, 'EXECUTE') AND has_schema_privilege(a.actor, f.pronamespace, 'USAGE')
				AND a.actor <> f.proowner)
		AND NOT EXISTS (SELECT FROM pg_depend d
			WHERE d.classid = 'pg_proc'::regclass AND d.objid = f.oid
				AND d.deptype = 'e');
$$;

/* Who, besides superusers, can say whose tokens are believed. */
CREATE OR REPLACE FUNCTION hcjwt.check_trust(api_role regrole) RETURNS SETOF hcjwt.finding
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	WITH granted (what, grantee, repair) AS MATERIALIZED (
		-- rights by which somebody can say who is believed, with the role that has each
		SELECT format('has %s on %s', a.privilege_type, c.oid::regclass), a.grantee,
			format('REVOKE %s ON %s FROM', a.privilege_type, c.oid::regclass)
		FROM pg_class c
			CROSS JOIN LATERAL (
				SELECT t.grantee, t.privilege_type FROM aclexplode(c.relacl) AS t
				UNION
				SELECT t.grantee, t.privilege_type
				FROM pg_attribute att
					CROSS JOIN LATERAL aclexplode(att.attacl) AS t
				WHERE att.attrelid = c.oid) AS a
		WHERE c.oid = ANY ('{hcjwt.help_centers,hcjwt.keys,hcjwt.fetch_state}'::regclass[])
			AND a.privilege_type IN ('INSERT', 'UPDATE', 'DELETE', 'REFERENCES', 'TRIGGER')
			AND a.grantee <> c.relowner
		UNION ALL
		SELECT format('may call %s()', p.oid::regproc), a.grantee,
			format('REVOKE EXECUTE ON FUNCTION %s FROM', p.oid::regprocedure)
		FROM pg_proc p
			CROSS JOIN LATERAL aclexplode(p.proacl) AS a
		WHERE p.pronamespace = 'hcjwt'::regnamespace AND a.grantee <> p.proowner
			AND p.proname IN ('add_help_center', 'drop_help_center', 'import_keys', 'revoke_key', 'unrevoke_key')
		UNION ALL
		SELECT 'may create functions in schema hcjwt', a.grantee, 'REVOKE CREATE ON SCHEMA hcjwt FROM'
		FROM pg_namespace n
			CROSS JOIN LATERAL aclexplode(n.nspacl) AS a
		WHERE n.nspname = 'hcjwt' AND a.privilege_type = 'CREATE' AND a.grantee <> n.nspowner
		UNION ALL
		SELECT format('may set %s', p.parname), a.grantee,
			format('REVOKE %s ON PARAMETER %s FROM', a.privilege_type, p.parname)
		FROM pg_parameter_acl p
			CROSS JOIN LATERAL aclexplode(p.paracl) AS a
		WHERE p.parname IN ('hcjwt.allow_session_token', 'hcjwt.required_help_center', 'hcjwt.allowed_hosts',
				'hcjwt.allow_http_loopback', 'hcjwt.ca_file', 'hcjwt.proxy', 'hcjwt.max_stale')
			AND NOT EXISTS (SELECT FROM pg_roles g WHERE g.oid = a.grantee AND g.rolsuper)
		UNION ALL
		SELECT 'owns tables or functions of hcjwt', o.owner, 'let a superuser own them, not'
		FROM (SELECT n.nspowner FROM pg_namespace n WHERE n.nspname = 'hcjwt'
				UNION SELECT c.relowner FROM pg_class c WHERE c.relnamespace = 'hcjwt'::regnamespace
				UNION SELECT p.proowner FROM pg_proc p WHERE p.pronamespace = 'hcjwt'::regnamespace
				UNION SELECT e.extowner FROM pg_extension e WHERE e.extname = 'hcjwt') AS o (owner)
		UNION ALL
		SELECT CASE g.rolname WHEN 'pg_write_all_data' THEN 'may write all tables'
				ELSE 'can make itself a superuser' END,
			m.member, format('REVOKE %I FROM', g.rolname)
		FROM pg_auth_members m
			JOIN pg_roles g ON g.oid = m.roleid
		WHERE g.rolname IN ('pg_write_all_data', 'pg_execute_server_program', 'pg_write_server_files')
		UNION ALL
		-- until version 15 it may give itself any role that is no superuser
		SELECT 'has CREATEROLE', g.oid, 'do ALTER ROLE ... NOCREATEROLE for'
		FROM pg_roles g
		WHERE g.rolcreaterole AND current_setting('server_version_num')::int4 < 160000
	), trusted (rolname, may, repair) AS MATERIALIZED (
		-- roles, no superusers, that have such a right or can become one that has
		SELECT r.rolname,
			concat(g.what, CASE WHEN g.grantee = 0 THEN ', as everybody may'
				WHEN g.grantee <> r.oid THEN format(', as a member of %I', o.rolname) END),
			concat(g.repair, ' ', coalesce(quote_ident(o.rolname), 'PUBLIC'))
		FROM pg_roles r
			JOIN granted g ON g.grantee = 0 OR pg_has_role(r.oid, g.grantee, 'MEMBER')
			LEFT JOIN pg_roles o ON o.oid = g.grantee
		WHERE NOT r.rolsuper AND r.rolname !~ '^pg_'
			AND (g.grantee <> 0 OR r.rolcanlogin)
			AND (check_trust.api_role IS NULL OR r.oid IN (SELECT a.actor FROM hcjwt.policy_actors(check_trust.api_role) a))
	)
	SELECT CASE WHEN check_trust.api_role IS NULL THEN 'warning' ELSE 'error' END, NULL::oid, NULL::name,
		format('role %I %s, and so can say whose tokens are believed', t.rolname, t.may),
		concat(t.repair, ', unless the role is to administer hcjwt')
	FROM trusted t
	UNION ALL
	SELECT 'warning', t.tgrelid, NULL,
		format('trigger %I is not one of hcjwt''s, and fires for nothing but COPY and TRUNCATE', t.tgname),
		format('DROP TRIGGER %I ON %s', t.tgname, t.tgrelid::regclass)
	FROM pg_trigger t
		JOIN pg_class c ON c.oid = t.tgrelid
	WHERE NOT t.tgisinternal
		AND t.tgrelid = ANY ('{hcjwt.help_centers,hcjwt.keys,hcjwt.fetch_state}'::regclass[])
		AND NOT EXISTS (SELECT FROM pg_proc p
			WHERE p.oid = t.tgfoid AND p.pronamespace = c.relnamespace);
$$;

CREATE OR REPLACE FUNCTION hcjwt.check_policies(api_role regrole DEFAULT NULL,
		custom_claims jsonb DEFAULT NULL)
	RETURNS TABLE (severity text, relation regclass, policy name,
		problem text, advice text)
	LANGUAGE sql STABLE PARALLEL UNSAFE
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT f.severity, f.relid::regclass, f.policy, f.problem, f.advice
	FROM (
		SELECT * FROM hcjwt.check_roles(api_role)
		UNION ALL SELECT * FROM hcjwt.check_tables(api_role)
		UNION ALL SELECT * FROM hcjwt.check_rights(api_role)
		UNION ALL SELECT * FROM hcjwt.check_conditions(api_role)
		UNION ALL SELECT * FROM hcjwt.check_claims(api_role, custom_claims)
		UNION ALL SELECT * FROM hcjwt.check_settings(api_role)
		UNION ALL SELECT * FROM hcjwt.check_speed(api_role)
		UNION ALL SELECT * FROM hcjwt.check_detours(api_role)
		UNION ALL SELECT * FROM hcjwt.check_trust(api_role)) AS f
	ORDER BY strpos('error warning note', f.severity), f.relid::regclass::text NULLS FIRST,
		f.policy NULLS FIRST, f.problem, f.advice;
$$;
COMMENT ON FUNCTION hcjwt.policy_actors(regrole) IS
'the roles that are asked about, each with itself and the roles that it may become, without superusers and those with BYPASSRLS';
COMMENT ON FUNCTION hcjwt.claim_wrappers() IS
'functions of others that hand out claims, themselves or by such a function: those whose source names an accessor';
COMMENT ON FUNCTION hcjwt.policy_applies(oid[], oid) IS
'whether a policy for these roles is for this one, too';
COMMENT ON FUNCTION hcjwt.policy_conditions() IS
'what the conditions of policies come to: a row for each command, and of UPDATE one for USING and one for WITH CHECK';
COMMENT ON FUNCTION hcjwt.policy_reach(regrole) IS
'where roles get, by which command, and what stands before the rows there: off, owner, nobody, open or claims';
COMMENT ON FUNCTION hcjwt.foreign_parts() IS
'foreign tables that are partitions or children of others, with these';
COMMENT ON FUNCTION hcjwt.key_columns() IS
'columns by which policies tell visitors apart';
COMMENT ON FUNCTION hcjwt.right_conditions() IS
'a condition for each table to copy into a policy that is wrong';
COMMENT ON FUNCTION hcjwt.required_help_centers() IS
'hcjwt.required_help_center on roles, and on this database or all';
COMMENT ON FUNCTION hcjwt.check_roles(regrole) IS
'roles whom no policy concerns';
COMMENT ON FUNCTION hcjwt.check_tables(regrole) IS
'tables before whose rows nothing stands';
COMMENT ON FUNCTION hcjwt.check_rights(regrole) IS
'rights that no policy holds back';
COMMENT ON FUNCTION hcjwt.check_conditions(regrole) IS
'policies that let others pass than those whom a claim names';
COMMENT ON FUNCTION hcjwt.check_claims(regrole, jsonb) IS
'claims that do not tell visitors apart, or that no token has';
COMMENT ON FUNCTION hcjwt.check_settings(regrole) IS
'settings that do not hold, or hold too long';
COMMENT ON FUNCTION hcjwt.check_speed(regrole) IS
'functions around the accessors that spoil them, and conditions without an index, or that no foreign server knows';
COMMENT ON FUNCTION hcjwt.check_detours(regrole) IS
'views, materialized views and functions that read as somebody else';
COMMENT ON FUNCTION hcjwt.check_trust(regrole) IS
'who, besides superusers, can say whose tokens are believed';
COMMENT ON FUNCTION hcjwt.check_policies(regrole, jsonb) IS
'mistakes by which this role, or without one each that can log in and is no superuser, gets at rows that no verified claim lets it see: severity is error (rows are open), warning (it depends, or nothing is found) or note; advice is a statement to copy; with the account''s custom claims, as hcjwt.list_custom_claims() returns them, also policies that read a claim which is none of these, and claims that have the name of one of a token''s own';
