------------------------------------------------------------------------------
-- check_policies(): who, besides superusers, can say whose tokens are believed
------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION hcjwt.check_trusted_role(api_role regrole) RETURNS SETOF hcjwt.finding
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	WITH granted (what, grantee, repair) AS MATERIALIZED (
		-- rights by which a role can say whose tokens are believed, and the roles that have them
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
		-- until version 15 such a role may give itself any other role but a superuser
		SELECT 'has CREATEROLE', g.oid, 'do ALTER ROLE ... NOCREATEROLE for'
		FROM pg_roles g
		WHERE g.rolcreaterole AND current_setting('server_version_num')::int4 < 160000
	), trusted (rolname, may, repair) AS MATERIALIZED (
		-- roles that have such a right, or can become one that has; no superusers
		SELECT r.rolname,
			concat(g.what, CASE WHEN g.grantee = 0 THEN ', as everybody may'
				WHEN g.grantee <> r.oid THEN format(', as a member of %I', o.rolname) END),
			concat(g.repair, ' ', coalesce(quote_ident(o.rolname), 'PUBLIC'))
		FROM pg_roles r
			JOIN granted g ON g.grantee = 0 OR pg_has_role(r.oid, g.grantee, 'MEMBER')
			LEFT JOIN pg_roles o ON o.oid = g.grantee
		WHERE NOT r.rolsuper AND r.rolname !~ '^pg_'
			AND (g.grantee <> 0 OR r.rolcanlogin)
			AND (api_role IS NULL OR r.oid IN (SELECT a.actor FROM hcjwt.policy_actors(api_role) a))
	)
	SELECT CASE WHEN api_role IS NULL THEN 'warning' ELSE 'error' END, NULL::oid, NULL::name,
		format('role %I %s, and so can say whose tokens are believed', t.rolname, t.may),
		concat(t.repair, ', unless the role is to administer hcjwt')
	FROM trusted t;
$$;
COMMENT ON FUNCTION hcjwt.check_trusted_role(regrole) IS
'finds: the role has, or can get, a right that decides whose tokens are believed';

CREATE OR REPLACE FUNCTION hcjwt.check_other_triggers() RETURNS SETOF hcjwt.finding
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT 'warning', t.tgrelid, NULL::name,
		format('trigger %I is not one of hcjwt''s, and fires for nothing but COPY and TRUNCATE', t.tgname),
		format('DROP TRIGGER %I ON %s', t.tgname, t.tgrelid::regclass)
	FROM pg_trigger t
		JOIN pg_class c ON c.oid = t.tgrelid
	WHERE NOT t.tgisinternal
		AND t.tgrelid = ANY ('{hcjwt.help_centers,hcjwt.keys,hcjwt.fetch_state}'::regclass[])
		AND NOT EXISTS (SELECT FROM pg_proc p
			WHERE p.oid = t.tgfoid AND p.pronamespace = c.relnamespace);
$$;
COMMENT ON FUNCTION hcjwt.check_other_triggers() IS
'finds: a table of hcjwt has a trigger that is not hcjwt''s';
