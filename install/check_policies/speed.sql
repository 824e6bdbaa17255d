------------------------------------------------------------------------------
-- check_policies(): functions that slow the accessors down or keep their values, conditions without an index
------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION hcjwt.check_wrapper() RETURNS SETOF hcjwt.finding
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
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
	WHERE p.provolatile IN ('i', 'v') OR p.proparallel = 'u';
$$;
COMMENT ON FUNCTION hcjwt.check_wrapper() IS
'finds: a policy calls a function that hands out a claim, and is not declared STABLE PARALLEL SAFE';

CREATE OR REPLACE FUNCTION hcjwt.check_index(api_role regrole) RETURNS SETOF hcjwt.finding
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	WITH indexed AS MATERIALIZED (
		-- columns with which an index begins, or with an expression of them, such as lower(email)
		SELECT i.indrelid, i.indkey[0] AS attnum FROM pg_index i WHERE i.indisvalid AND i.indkey[0] <> 0
		UNION
		SELECT i.indrelid, d.refobjsubid
		FROM pg_index i
			JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid
				AND d.refclassid = d.classid AND d.refobjid = i.indrelid
		WHERE i.indisvalid AND i.indkey[0] = 0
	)
	SELECT DISTINCT 'note', c.relid, c.policy,
		'no index begins with a column of its condition, so each query reads the whole table',
		format('CREATE INDEX ON %s (%s)', c.relid::regclass,
			(SELECT quote_ident(a.attname) FROM pg_attribute a
			WHERE a.attrelid = c.relid AND a.attnum = c.columns[1]))
	FROM hcjwt.policy_conditions() c
		JOIN pg_class k ON k.oid = c.relid AND k.relkind IN ('r', 'p')
	WHERE c.by_claim AND c.permissive AND c.clause = 'USING' AND c.columns <> '{}'
		AND (c.relid, c.command) IN (SELECT r.relid, r.command FROM hcjwt.reached_tables(api_role) r)
		AND NOT EXISTS (SELECT FROM indexed i WHERE i.indrelid = c.relid AND i.attnum = ANY (c.columns));
$$;
COMMENT ON FUNCTION hcjwt.check_index(regrole) IS
'finds: no index helps a condition';
