------------------------------------------------------------------------------
-- check_policies(): policies that are not what they seem
------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION hcjwt.owned_tables() RETURNS TABLE (relid oid, attnum int2, compared bool)
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	WITH condition AS MATERIALIZED (
		SELECT * FROM hcjwt.policy_conditions() c WHERE c.by_claim
	)
	SELECT a.attrelid, min(a.attnum),
		bool_or(EXISTS (SELECT FROM condition c WHERE c.relid = a.attrelid AND a.attnum = ANY (c.columns)))
	FROM hcjwt.key_columns() k
		JOIN pg_attribute a ON a.attname = k.attname AND a.atttypid = k.atttypid
	WHERE a.attnum > 0 AND a.atttypid = 'int8'::regtype
	GROUP BY a.attrelid;
$$;
COMMENT ON FUNCTION hcjwt.owned_tables() IS
'tables with a column by which policies tell visitors apart, and whether their own policies compare it';

CREATE OR REPLACE FUNCTION hcjwt.check_condition(api_role regrole) RETURNS SETOF hcjwt.finding
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	WITH condition AS MATERIALIZED (
		SELECT * FROM hcjwt.policy_conditions()
	), reach AS MATERIALIZED (
		-- reader: the role reads a table that asks for a claim, so it is an API's
		SELECT r.*, api_role IS NOT NULL
			OR bool_or(r.guard IN ('claims', 'open') AND r.relid IN (SELECT c.relid FROM condition c WHERE c.by_claim))
				OVER (PARTITION BY r.actor) AS reader
		FROM hcjwt.policy_reach(api_role) r
	), lax AS MATERIALIZED (
		-- permissive conditions that a visitor without a fitting claim passes
		SELECT c.*, c.relid IN (SELECT o.relid FROM condition o WHERE o.by_claim) AS ours,
			-- another policy is right, so that this one can go
			EXISTS (SELECT FROM condition o
				WHERE o.relid = c.relid AND o.command = c.command AND o.polid <> c.polid AND o.permissive
					AND o.by_claim AND NOT o.anonymous AND NOT o.stranger) AS beside
		FROM condition c
		WHERE c.permissive AND (c.anonymous OR c.stranger)
	), passed AS MATERIALIZED (
		-- the ones that open rows to a role, unless a restrictive policy stops it
		SELECT c.relid, c.policy, c.roles, c.clause, c.anonymous, c.stranger, c.always,
			c.by_claim, c.settings, c.ours,
			bool_or(c.command <> 'SELECT') AS writes,
			bool_and(c.beside) AS beside,
			string_agg(DISTINCT quote_ident(r.rolname), ', ') AS actors,
			string_agg(DISTINCT c.command, ', ') AS commands
		FROM lax c
			JOIN reach r ON r.relid = c.relid AND r.command = c.command AND r.guard = 'open'
				AND hcjwt.policy_applies(c.roles, r.actor)
		WHERE NOT EXISTS (SELECT FROM condition x
				WHERE x.relid = c.relid AND x.command = c.command AND NOT x.permissive AND x.clause = c.clause
					AND NOT x.anonymous AND NOT x.stranger AND hcjwt.policy_applies(x.roles, r.actor))
			AND (r.reader OR c.settings <> '{}')
		GROUP BY c.relid, c.policy, c.polid, c.roles, c.clause, c.anonymous, c.stranger, c.always, c.by_claim, c.settings, c.ours
	), judged AS (
		SELECT p.relid, p.policy, p.clause,
			CASE WHEN p.always AND p.ours THEN 'error'
				WHEN p.always THEN 'warning'
				WHEN p.settings <> '{}' AND p.stranger THEN 'error'
				WHEN p.anonymous AND NOT p.stranger THEN 'error'
				WHEN p.ours AND NOT p.by_claim AND 0 = ANY (p.roles) THEN 'warning'
				-- rows have owners: a visitor may write others' rows, or read all
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
			LEFT JOIN hcjwt.owned_tables() k ON k.relid = p.relid
	)
	SELECT j.severity, j.relid, j.policy,
		concat(CASE j.clause WHEN 'WITH CHECK' THEN 'WITH CHECK: ' END, j.problem), j.advice
	FROM judged j
	-- for an UPDATE, USING says as much as WITH CHECK
	WHERE NOT (j.clause = 'WITH CHECK' AND EXISTS (SELECT FROM judged u
		WHERE u.relid = j.relid AND u.policy = j.policy AND u.clause = 'USING' AND u.severity = j.severity))
	GROUP BY j.severity, j.relid, j.policy, j.clause, j.problem, j.advice;
$$;
COMMENT ON FUNCTION hcjwt.check_condition(regrole) IS
'finds: a condition lets a visitor pass whom no claim lets pass';

CREATE OR REPLACE FUNCTION hcjwt.check_self_comparison(api_role regrole) RETURNS SETOF hcjwt.finding
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT DISTINCT 'error', c.relid, c.policy,
		format('it compares %s with itself', itself[1]),
		format('write %s.COLUMN for the column of the row: in a sub-select, a name without a table is a column of the table there', c.relid::regclass)
	FROM hcjwt.policy_conditions() c
		CROSS JOIN LATERAL regexp_matches(c.expression, E'\\(([[:alpha:]_"](?:[[:alnum:]_."]|\\(\\))*) = \\1\\)', 'g') AS itself
	WHERE c.by_claim AND c.relid IN (SELECT r.relid FROM hcjwt.reached_tables(api_role) r);
$$;
COMMENT ON FUNCTION hcjwt.check_self_comparison(regrole) IS
'finds: a condition compares something with itself';

CREATE OR REPLACE FUNCTION hcjwt.check_subselect(api_role regrole) RETURNS SETOF hcjwt.finding
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT DISTINCT 'warning', c.relid, c.policy,
		format('it compares no column of the row: whom %s lets pass sees every row, though both refer to %s',
			other.conrelid::regclass, other.confrelid::regclass),
		format('compare a column in the sub-select, too: %s.%I = %s.COLUMN', other.conrelid::regclass,
			(SELECT a.attname FROM pg_attribute a WHERE a.attrelid = other.conrelid AND a.attnum = other.conkey[1]), c.relid::regclass)
	FROM hcjwt.policy_conditions() c
		JOIN pg_constraint other ON other.contype = 'f' AND other.conrelid <> c.relid
			AND (other.confrelid = c.relid OR EXISTS (SELECT FROM pg_constraint o
				WHERE o.contype = 'f' AND o.conrelid = c.relid AND o.confrelid = other.confrelid))
	WHERE c.permissive AND c.by_claim AND NOT c.anonymous AND NOT c.stranger AND c.columns = '{}'
		AND c.relid IN (SELECT r.relid FROM hcjwt.reached_tables(api_role) r)
		AND EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_policy'::regclass AND d.objid = c.polid
			AND d.refclassid = 'pg_class'::regclass AND d.refobjid = other.conrelid)
		AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_policy'::regclass AND d.objid = c.polid
			AND d.refclassid = 'pg_class'::regclass AND d.refobjid = other.conrelid AND d.refobjsubid = ANY (other.conkey));
$$;
COMMENT ON FUNCTION hcjwt.check_subselect(regrole) IS
'finds: a sub-select has a foreign key on the way to the row, and does not compare it';

CREATE OR REPLACE FUNCTION hcjwt.check_help_center_alone(api_role regrole) RETURNS SETOF hcjwt.finding
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT DISTINCT 'warning', c.relid, c.policy,
		'it goes by the help center alone, so each of its users passes',
		format('ALTER POLICY %I ON %s %s (%s AND %s)', c.policy, c.relid::regclass, c.clause, c.expression,
			(SELECT format('%I = hcjwt.user_id()', a.attname) FROM pg_attribute a
			WHERE a.attrelid = c.relid AND a.attnum = k.attnum))
	FROM hcjwt.policy_conditions() c
		JOIN hcjwt.owned_tables() k ON k.relid = c.relid AND NOT k.compared
	WHERE c.permissive AND NOT c.anonymous AND NOT c.stranger AND c.accessors <@ '{help_center,expires_at}'
		AND c.accessors <> '{}' AND c.clause = 'USING'
		AND c.relid IN (SELECT r.relid FROM hcjwt.reached_tables(api_role) r)
		AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_policy'::regclass AND d.objid = c.polid
			AND (d.refclassid = 'pg_proc'::regclass AND d.refobjid = ANY (hcjwt.claim_wrappers())
				OR d.refclassid = 'pg_class'::regclass AND d.refobjid <> c.relid));
$$;
COMMENT ON FUNCTION hcjwt.check_help_center_alone(regrole) IS
'finds: a condition tells help centers apart, and not their users';
