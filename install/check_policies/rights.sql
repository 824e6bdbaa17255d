------------------------------------------------------------------------------
-- check_policies(): rights that no policy holds back
------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION hcjwt.check_table_rights(api_role regrole) RETURNS SETOF hcjwt.finding
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE WHEN bool_or(p.privilege <> 'REFERENCES') THEN 'error' ELSE 'warning' END,
		k.oid, NULL::name,
		format('%s has %s, which no policy holds back', quote_ident(r.rolname), string_agg(p.privilege, ', ' ORDER BY p.privilege)),
		format('REVOKE %s ON %s FROM %I', string_agg(p.privilege, ', ' ORDER BY p.privilege), k.oid::regclass, r.rolname)
	FROM hcjwt.protected_tables() AS t
		JOIN pg_class k ON k.oid = t AND k.relrowsecurity
		CROSS JOIN (VALUES ('TRUNCATE'), ('REFERENCES'), ('TRIGGER')) AS p (privilege)
		CROSS JOIN pg_roles r
	WHERE r.oid IN (SELECT x.actor FROM hcjwt.policy_actors(api_role) x)
		AND has_table_privilege(r.oid, k.oid, p.privilege)
		AND has_schema_privilege(r.oid, k.relnamespace, 'USAGE')
		AND NOT pg_has_role(r.oid, k.relowner, 'USAGE')
	GROUP BY k.oid, r.rolname;
$$;
COMMENT ON FUNCTION hcjwt.check_table_rights(regrole) IS
'finds: the role has TRUNCATE, REFERENCES or TRIGGER on a table with policies';

CREATE OR REPLACE FUNCTION hcjwt.check_function_owner(api_role regrole) RETURNS SETOF hcjwt.finding
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT DISTINCT 'error', pol.polrelid, pol.polname,
		format('it calls %s, which %I owns and may replace', p.oid::regprocedure, r.rolname),
		format('ALTER FUNCTION %s OWNER TO %I', p.oid::regprocedure, pg_get_userbyid(k.relowner))
	FROM pg_policy pol
		JOIN pg_class k ON k.oid = pol.polrelid
		JOIN pg_depend d ON d.classid = 'pg_policy'::regclass AND d.objid = pol.oid AND d.refclassid = 'pg_proc'::regclass
		JOIN pg_proc p ON p.oid = d.refobjid
		JOIN pg_roles r ON r.oid = p.proowner
	WHERE r.oid IN (SELECT x.actor FROM hcjwt.policy_actors(api_role) x)
		AND pol.polrelid IN (SELECT hcjwt.protected_tables())
		AND NOT pg_has_role(r.oid, k.relowner, 'USAGE');
$$;
COMMENT ON FUNCTION hcjwt.check_function_owner(regrole) IS
'finds: the role may replace a function that a policy calls';

CREATE OR REPLACE FUNCTION hcjwt.check_chosen_rows(api_role regrole) RETURNS SETOF hcjwt.finding
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	WITH condition AS MATERIALIZED (
		SELECT * FROM hcjwt.policy_conditions() c WHERE c.by_claim
	)
	SELECT 'warning', w.relid, NULL::name,
		format('the policy %I of %s goes by its column %I, which %s may write: a visitor can choose whose rows to see',
			min(w.polname), min(w.polrelid::regclass::text), w.attname, string_agg(DISTINCT quote_ident(w.rolname), ', ')),
		format('REVOKE INSERT, UPDATE ON %s FROM %s; or compare %I in WITH CHECK', w.relid::regclass,
			string_agg(DISTINCT quote_ident(w.rolname), ', '), w.attname)
	FROM (SELECT pol.polname, pol.polrelid, r.relid, r.rolname, a.attname
		FROM pg_policy pol
			JOIN pg_depend d ON d.classid = 'pg_policy'::regclass AND d.objid = pol.oid
				AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> pol.polrelid
			JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid AND a.attnum > 0
			JOIN hcjwt.policy_reach(api_role) r ON r.relid = d.refobjid
				AND r.command IN ('INSERT', 'UPDATE') AND r.guard <> 'nobody'
				AND has_column_privilege(r.actor, r.relid, a.attnum, r.command)
		WHERE pol.polpermissive AND pol.oid IN (SELECT c.polid FROM condition c)
			AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = r.relid AND i.indisunique
				AND i.indpred IS NULL AND i.indnkeyatts = 1 AND i.indkey[0] = a.attnum)
			-- not where the policies there compare the column with the visitor, or check it on writing
			AND NOT EXISTS (SELECT FROM condition c
				WHERE c.relid = r.relid AND a.attnum = ANY (c.columns)
					AND (c.accessors <> '{}' OR (c.command = r.command AND c.clause = 'WITH CHECK')))) AS w
	GROUP BY w.relid, w.attname;
$$;
COMMENT ON FUNCTION hcjwt.check_chosen_rows(regrole) IS
'finds: a policy looks up in another table whose rows a visitor sees, and the role may write the column there';
