------------------------------------------------------------------------------
-- check_policies(): tables whose policies let everybody or nobody pass
------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION hcjwt.check_open_table(api_role regrole) RETURNS SETOF hcjwt.finding
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	WITH ours AS MATERIALIZED (
		SELECT hcjwt.protected_tables() AS relid
	), reached AS MATERIALIZED (
		-- reader: one of the roles reads a table that asks for a claim
		SELECT r.relid, bool_or(r.reader) AS reader,
			string_agg(DISTINCT quote_ident(r.rolname), ', ') AS roles,
			string_agg(DISTINCT r.command, ', ') AS commands
		FROM (SELECT x.*, bool_or(x.guard IN ('claims', 'open') AND x.relid IN (SELECT ours.relid FROM ours))
				OVER (PARTITION BY x.actor) AS reader
			FROM hcjwt.policy_reach(api_role) x) AS r
		WHERE r.guard = 'off'
		GROUP BY r.relid
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
	), open_table AS (
		-- wrong: why its rows should have a policy before them
		SELECT r.relid, r.roles, r.commands, r.reader,
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
			LEFT JOIN hcjwt.right_conditions() rc ON rc.relid = r.relid
	)
	SELECT CASE WHEN o.wrong IS NOT NULL THEN 'error' WHEN o.attname IS NOT NULL THEN 'warning' ELSE 'note' END,
		o.relid, NULL::name,
		CASE WHEN o.wrong IS NOT NULL THEN format('%s (%s: %s)', o.wrong, o.roles, o.commands)
			WHEN o.attname IS NOT NULL THEN
				format('it has a column %I, by which policies of other tables tell visitors apart, and no policy (%s: %s)',
					o.attname, o.roles, o.commands)
			ELSE format('no policy stands before its rows (%s: %s)', o.roles, o.commands) END,
		CASE WHEN o.wrong IS NULL AND o.attname IS NULL THEN concat('nothing, if its rows are everybody''s; else ', o.advice)
			ELSE o.advice END
	FROM open_table o
	WHERE o.wrong IS NOT NULL OR o.attname IS NOT NULL
		-- without api_role, a role counts as an API's if it reads a table that asks for a claim
		OR api_role IS NOT NULL OR o.reader;
$$;
COMMENT ON FUNCTION hcjwt.check_open_table(regrole) IS
'finds: the role reaches a table, and no policy stands before its rows';

CREATE OR REPLACE FUNCTION hcjwt.check_closed_table(api_role regrole) RETURNS SETOF hcjwt.finding
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT 'warning', r.relid, NULL::name,
		format('row-level security is enabled, and no policy lets %s pass: no row is found there',
			string_agg(DISTINCT quote_ident(r.rolname), ', ')),
		format('CREATE POLICY own ON %s USING (%s)', r.relid::regclass, coalesce(rc.condition, 'customer = hcjwt.user_id()'))
	FROM hcjwt.policy_reach(api_role) r
		LEFT JOIN hcjwt.right_conditions() rc ON rc.relid = r.relid
	WHERE r.guard = 'nobody'
		AND NOT EXISTS (SELECT FROM pg_policy pol WHERE pol.polrelid = r.relid)
	GROUP BY r.relid, rc.condition;
$$;
COMMENT ON FUNCTION hcjwt.check_closed_table(regrole) IS
'finds: a table with row-level security has no policy';

CREATE OR REPLACE FUNCTION hcjwt.check_other_roles(api_role regrole) RETURNS SETOF hcjwt.finding
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT 'warning', r.relid, NULL::name,
		format('its policies are for other roles or commands: %I finds no row there', r.rolname),
		format('ALTER POLICY %I ON %s TO %I', pol.polname, r.relid::regclass, r.rolname)
	FROM hcjwt.policy_reach(api_role) r
		-- the first of the table's policies, preferably one for SELECT
		JOIN LATERAL (SELECT p.polname FROM pg_policy p WHERE p.polrelid = r.relid
			ORDER BY p.polcmd NOT IN ('*', 'r'), p.polname LIMIT 1) AS pol ON true
	WHERE r.guard = 'nobody' AND r.command = 'SELECT' AND r.actor = api_role;
$$;
COMMENT ON FUNCTION hcjwt.check_other_roles(regrole) IS
'finds: a table''s policies are for other roles';

CREATE OR REPLACE FUNCTION hcjwt.check_default_privileges(api_role regrole) RETURNS SETOF hcjwt.finding
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT 'note', NULL::oid, NULL::name,
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
		AND (a.grantee = 0 OR a.grantee IN (SELECT x.actor FROM hcjwt.policy_actors(api_role) x))
	GROUP BY o.rolname, g.rolname, n.nspname;
$$;
COMMENT ON FUNCTION hcjwt.check_default_privileges(regrole) IS
'finds: the role gets rights on tables that are made later';
