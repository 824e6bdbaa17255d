------------------------------------------------------------------------------
-- check_policies(): roles whom no policy concerns
------------------------------------------------------------------------------

-- A login role that nobody named may be for other work, so without api_role these are warnings.

CREATE OR REPLACE FUNCTION hcjwt.check_superuser(api_role regrole) RETURNS SETOF hcjwt.finding
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE WHEN api_role IS NULL THEN 'warning' ELSE 'error' END, NULL::oid, NULL::name,
		format('role %I is a superuser, whom no policy concerns', a.rolname),
		format('ALTER ROLE %I NOSUPERUSER', a.rolname)
	FROM hcjwt.api_roles(api_role) a
	WHERE a.rolsuper;
$$;
COMMENT ON FUNCTION hcjwt.check_superuser(regrole) IS
'finds: the role is a superuser';

CREATE OR REPLACE FUNCTION hcjwt.check_bypassrls(api_role regrole) RETURNS SETOF hcjwt.finding
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE WHEN api_role IS NULL THEN 'note' ELSE 'error' END, NULL::oid, NULL::name,
		format('role %I has BYPASSRLS, so no policy concerns it', a.rolname),
		format('ALTER ROLE %I NOBYPASSRLS', a.rolname)
	FROM hcjwt.api_roles(api_role) a
	WHERE a.rolbypassrls AND NOT a.rolsuper;
$$;
COMMENT ON FUNCTION hcjwt.check_bypassrls(regrole) IS
'finds: the role has BYPASSRLS';

CREATE OR REPLACE FUNCTION hcjwt.check_set_role(api_role regrole) RETURNS SETOF hcjwt.finding
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE WHEN api_role IS NULL THEN 'warning' ELSE 'error' END, NULL::oid, NULL::name,
		format('role %I may SET ROLE to %I, which %s', a.rolname, m.rolname,
			CASE WHEN m.rolsuper THEN 'is a superuser' ELSE 'has BYPASSRLS' END),
		format('REVOKE %I FROM %I', g.rolname, a.rolname)
	FROM hcjwt.api_roles(api_role) a
		JOIN pg_roles m ON (m.rolsuper OR m.rolbypassrls) AND m.oid <> a.oid
			AND pg_has_role(a.oid, m.oid, 'MEMBER')
		JOIN pg_auth_members am ON am.member = a.oid
			AND (am.roleid = m.oid OR pg_has_role(am.roleid, m.oid, 'MEMBER'))
		JOIN pg_roles g ON g.oid = am.roleid
	WHERE NOT a.rolsuper;
$$;
COMMENT ON FUNCTION hcjwt.check_set_role(regrole) IS
'finds: the role may become one whom no policy concerns';

CREATE OR REPLACE FUNCTION hcjwt.check_table_owner(api_role regrole) RETURNS SETOF hcjwt.finding
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT CASE WHEN api_role IS NULL THEN 'warning' ELSE 'error' END, r.relid, NULL::name,
		format('its owner %I may log in, or be used by a role that may, and its policies do not hold for the owner', o.rolname),
		format('ALTER TABLE %s FORCE ROW LEVEL SECURITY, and let the application log in as another role', r.relid::regclass)
	FROM (SELECT DISTINCT x.relid FROM hcjwt.policy_reach(api_role) x WHERE x.guard = 'owner') AS r
		JOIN pg_class c ON c.oid = r.relid
		JOIN pg_roles o ON o.oid = c.relowner
	WHERE r.relid IN (SELECT hcjwt.protected_tables());
$$;
COMMENT ON FUNCTION hcjwt.check_table_owner(regrole) IS
'finds: the role owns a table, so the policies there do not hold for it';
