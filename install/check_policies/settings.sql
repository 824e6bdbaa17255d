------------------------------------------------------------------------------
-- check_policies(): settings that do not hold, or hold too long
------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION hcjwt.boundaries(api_role regrole)
	RETURNS TABLE (setdatabase oid, setrole oid, help_center text)
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT q.setdatabase, q.setrole, q.help_center FROM hcjwt.required_help_centers() q
	WHERE api_role IS NULL OR q.setrole = 0
		OR q.setrole IN (SELECT a.actor FROM hcjwt.policy_actors(api_role) a);
$$;
COMMENT ON FUNCTION hcjwt.boundaries(regrole) IS
'required_help_centers() that concern the role that is asked about';

CREATE OR REPLACE FUNCTION hcjwt.check_boundary_role(api_role regrole) RETURNS SETOF hcjwt.finding
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT 'error', NULL::oid, NULL::name,
		format('hcjwt.required_help_center is set on role %I, which cannot log in: settings of a role that is only granted, or SET ROLE to, do not apply', r.rolname),
		'set it on the role that logs in, or on the database'
	FROM hcjwt.boundaries(api_role) q
		JOIN pg_roles r ON r.oid = q.setrole
	WHERE NOT r.rolcanlogin;
$$;
COMMENT ON FUNCTION hcjwt.check_boundary_role(regrole) IS
'finds: hcjwt.required_help_center is set on a role that cannot log in';

CREATE OR REPLACE FUNCTION hcjwt.check_boundary_name(api_role regrole) RETURNS SETOF hcjwt.finding
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	WITH required AS MATERIALIZED (
		SELECT * FROM hcjwt.boundaries(api_role)
	)
	SELECT DISTINCT 'warning', NULL::oid, NULL::name,
		format('hcjwt.required_help_center is set on %s to %L, which is not registered in this database: all tokens are refused',
			CASE WHEN q.setrole = 0 THEN 'the database' ELSE format('role %I', r.rolname) END, q.help_center),
		'correct the name, or call hcjwt.add_help_center(); nothing, if the role is for another database'
	FROM required q
		LEFT JOIN pg_roles r ON r.oid = q.setrole
	WHERE NOT EXISTS (SELECT FROM hcjwt.help_centers h WHERE h.name = q.help_center)
		-- a role's setting for all databases may be meant for others than this one
		AND (q.setdatabase <> 0
			OR (EXISTS (SELECT FROM hcjwt.help_centers)
				AND NOT EXISTS (SELECT FROM required here
					WHERE here.setdatabase <> 0 AND here.setrole = q.setrole)));
$$;
COMMENT ON FUNCTION hcjwt.check_boundary_name(regrole) IS
'finds: hcjwt.required_help_center names a help center that is not registered';

CREATE OR REPLACE FUNCTION hcjwt.check_boundary_preload(api_role regrole) RETURNS SETOF hcjwt.finding
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT 'error', NULL::oid, NULL::name,
		'hcjwt.required_help_center is set, but hcjwt is not preloaded, so it is no boundary',
		'add hcjwt to shared_preload_libraries and restart the server'
	WHERE EXISTS (SELECT FROM hcjwt.boundaries(api_role))
		AND current_setting('shared_preload_libraries') !~ '(^|[ ,"/])hcjwt([ ,"]|$)';
$$;
COMMENT ON FUNCTION hcjwt.check_boundary_preload(regrole) IS
'finds: hcjwt.required_help_center is set, and hcjwt is not preloaded';

CREATE OR REPLACE FUNCTION hcjwt.check_session_token(api_role regrole) RETURNS SETOF hcjwt.finding
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT 'warning', NULL::oid, NULL::name,
		format('hcjwt.allow_session_token is on for %s: where a pooler hands connections on, the next client is the former one''s visitor', o.who),
		o.repair
	FROM (
		SELECT CASE WHEN s.setrole = 0 THEN 'the database' ELSE format('role %I', r.rolname) END,
			format('ALTER %s RESET hcjwt.allow_session_token', concat(
				CASE WHEN s.setrole <> 0 THEN format('ROLE %I', r.rolname) END,
				CASE WHEN s.setrole <> 0 AND s.setdatabase <> 0 THEN ' IN ' END,
				CASE WHEN s.setdatabase <> 0 THEN format('DATABASE %I', current_database()) END))
		FROM pg_db_role_setting s
			CROSS JOIN LATERAL unnest(s.setconfig) AS item
			LEFT JOIN pg_roles r ON r.oid = s.setrole
		WHERE item LIKE 'hcjwt.allow\_session\_token=%'
			-- a boolean may be abbreviated: of, off; on
			AND NOT lower(substr(item, strpos(item, '=') + 1)) = ANY ('{off,of,false,fals,fal,fa,f,no,n,0}')
			AND s.setdatabase IN (0, (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()))
			AND (s.setrole = 0 OR r.rolcanlogin)
			AND (api_role IS NULL OR s.setrole IN (0, api_role))
		UNION ALL
		SELECT 'the whole server', 'ALTER SYSTEM RESET hcjwt.allow_session_token; SELECT pg_reload_conf()'
		FROM pg_settings s
		WHERE s.name = 'hcjwt.allow_session_token' AND s.setting = 'on' AND s.source IN ('configuration file', 'command line')
	) AS o (who, repair);
$$;
COMMENT ON FUNCTION hcjwt.check_session_token(regrole) IS
'finds: hcjwt.allow_session_token is on';
