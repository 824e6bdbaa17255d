------------------------------------------------------------------------------
-- check_policies(): views, materialized views and functions that read as somebody else
------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION hcjwt.unbound_owners() RETURNS TABLE (relid oid, roleid oid, rolname name)
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT p.oid, o.oid, o.rolname
	FROM pg_class p
		CROSS JOIN pg_roles o
	WHERE p.oid IN (SELECT hcjwt.protected_tables())
		AND (o.rolsuper OR o.rolbypassrls
			OR (NOT p.relforcerowsecurity AND pg_has_role(o.oid, p.relowner, 'USAGE')));
$$;
COMMENT ON FUNCTION hcjwt.unbound_owners() IS
'roles for whom the policies of a protected table do not hold';

CREATE OR REPLACE FUNCTION hcjwt.view_sources()
	RETURNS TABLE (relid oid, view oid, relkind "char", relowner oid, invoker bool, barrier bool, checks bool, asks bool)
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	WITH known AS MATERIALIZED (
		SELECT hcjwt.claim_wrappers() AS wrappers
	), view AS MATERIALIZED (
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
	)
	SELECT DISTINCT d.refobjid, v.oid, v.relkind, v.relowner, v.invoker, v.barrier, v.checks, v.asks
	FROM view v
		JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = v.rule
			AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> v.oid;
$$;
COMMENT ON FUNCTION hcjwt.view_sources() IS
'views, and the relations that each reads; asks: a condition in the view names a claim';

CREATE OR REPLACE FUNCTION hcjwt.policy_views()
	RETURNS TABLE (relid oid, view oid, relkind "char", relowner oid, invoker bool, barrier bool, checks bool, asks bool)
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	WITH RECURSIVE source AS MATERIALIZED (
		SELECT * FROM hcjwt.view_sources()
	), reading AS (
		SELECT v.* FROM source v WHERE v.relid IN (SELECT hcjwt.protected_tables())
		UNION
		-- a security_invoker view reads as the owner of the view that reads it
		SELECT r.relid, v.view, v.relkind, v.relowner, v.invoker, v.barrier, v.checks, v.asks
		FROM reading r
			JOIN source v ON v.relid = r.view
		WHERE r.relkind = 'v' AND (r.invoker OR v.relkind = 'm')
	)
	SELECT * FROM reading;
$$;
COMMENT ON FUNCTION hcjwt.policy_views() IS
'views that read a protected table (relid), themselves or through views of the invoker''s';

CREATE OR REPLACE FUNCTION hcjwt.check_view(api_role regrole) RETURNS SETOF hcjwt.finding
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	WITH RECURSIVE source AS MATERIALIZED (
		SELECT * FROM hcjwt.view_sources()
	), through AS (
		-- what the role reaches, itself or through a view
		SELECT r.relid FROM hcjwt.reached_tables(api_role) r
		UNION
		SELECT v.relid FROM through t
			JOIN source v ON v.view = t.relid
	)
	SELECT CASE WHEN v.asks THEN 'warning' ELSE 'error' END, v.view, NULL::name,
		CASE WHEN v.asks THEN format('the view reads %s as its owner %I and has the condition itself, but is no security barrier: a function in a query may see other rows',
				v.relid::regclass, u.rolname)
			ELSE format('the view reads %s as its owner %I, whom the policies there may not concern',
				v.relid::regclass, u.rolname) END,
		format('ALTER VIEW %s SET (%s = true)', v.view::regclass,
			CASE WHEN v.asks THEN 'security_barrier' ELSE 'security_invoker' END)
	FROM hcjwt.policy_views() v
		JOIN hcjwt.unbound_owners() u ON u.relid = v.relid AND u.roleid = v.relowner
	WHERE v.relkind = 'v' AND NOT v.invoker AND NOT (v.asks AND v.barrier)
		AND v.view IN (SELECT t.relid FROM through t);
$$;
COMMENT ON FUNCTION hcjwt.check_view(regrole) IS
'finds: a view reads a protected table as an owner for whom the policies do not hold';

CREATE OR REPLACE FUNCTION hcjwt.check_view_writes(api_role regrole) RETURNS SETOF hcjwt.finding
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT 'error', v.view, NULL::name,
		format('%s may write rows of %s through the view that its condition does not let through', string_agg(DISTINCT quote_ident(r.rolname), ', '), v.relid::regclass),
		format('ALTER VIEW %s SET (check_option = cascaded)', v.view::regclass)
	FROM hcjwt.policy_views() v
		JOIN hcjwt.unbound_owners() u ON u.relid = v.relid AND u.roleid = v.relowner
		JOIN hcjwt.reached_tables(api_role) r ON r.relid = v.view
			AND pg_relation_is_updatable(v.view, false) & CASE r.command WHEN 'INSERT' THEN 8 WHEN 'UPDATE' THEN 4 ELSE 0 END <> 0
	WHERE v.relkind = 'v' AND NOT v.invoker AND v.asks AND NOT v.checks
	GROUP BY v.view, v.relid;
$$;
COMMENT ON FUNCTION hcjwt.check_view_writes(regrole) IS
'finds: a view has the condition itself, and lets the role write other rows';

CREATE OR REPLACE FUNCTION hcjwt.check_materialized_view(api_role regrole) RETURNS SETOF hcjwt.finding
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT 'error', v.view, NULL::name,
		format('the materialized view keeps rows of %s as its owner saw them, for all who may read it',
			v.relid::regclass),
		format('REVOKE ALL ON %s FROM %s', v.view::regclass, string_agg(DISTINCT quote_ident(r.rolname), ', '))
	FROM hcjwt.policy_views() v
		JOIN hcjwt.reached_tables(api_role) r ON r.relid = v.view
	WHERE v.relkind = 'm'
	GROUP BY v.view, v.relid;
$$;
COMMENT ON FUNCTION hcjwt.check_materialized_view(regrole) IS
'finds: a materialized view keeps rows of a protected table';

CREATE OR REPLACE FUNCTION hcjwt.check_definer_function(api_role regrole) RETURNS SETOF hcjwt.finding
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	WITH known AS MATERIALIZED (
		SELECT hcjwt.claim_wrappers() AS wrappers
	), named AS MATERIALIZED (
		-- the table's own name and those of the invoker's views that read it
		SELECT n.relid, concat(E'\\m(', string_agg(regexp_replace(c.relname, '([^[:alnum:]_])', E'\\\\\\1', 'g'), '|'), E')\\M') AS pattern
		FROM (SELECT p AS relid, p AS oid FROM hcjwt.protected_tables() p
				UNION SELECT v.relid, v.view FROM hcjwt.policy_views() v WHERE v.invoker) AS n
			JOIN pg_class c ON c.oid = n.oid
		GROUP BY n.relid
	)
	SELECT 'error', u.relid, NULL::name,
		format('function %s names it, and is SECURITY DEFINER: it reads as its owner %I, whom the policies may not concern',
			f.oid::regprocedure, u.rolname),
		format('ALTER FUNCTION %s SECURITY INVOKER; or have its conditions ask for hcjwt.user_id(), too',
			f.oid::regprocedure)
	FROM hcjwt.unbound_owners() u
		JOIN named ON named.relid = u.relid
		JOIN pg_proc f ON f.proowner = u.roleid
		JOIN pg_language l ON l.oid = f.prolang AND NOT l.lanname IN ('internal', 'c')
		CROSS JOIN known
		CROSS JOIN LATERAL concat(f.prosrc, pg_get_function_sqlbody(f.oid)) AS source
	WHERE f.prosecdef AND f.prorettype <> 'trigger'::regtype
		AND source ~* named.pattern
		AND NOT f.oid = ANY (known.wrappers)
		AND EXISTS (SELECT FROM hcjwt.policy_actors(api_role) a
			WHERE has_function_privilege(a.actor, f.oid, 'EXECUTE') AND has_schema_privilege(a.actor, f.pronamespace, 'USAGE')
				AND a.actor <> f.proowner)
		AND NOT EXISTS (SELECT FROM pg_depend d
			WHERE d.classid = 'pg_proc'::regclass AND d.objid = f.oid
				AND d.deptype = 'e');
$$;
COMMENT ON FUNCTION hcjwt.check_definer_function(regrole) IS
'finds: a SECURITY DEFINER function names a protected table, and its owner is not held by the policies';
