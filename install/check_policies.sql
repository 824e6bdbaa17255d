------------------------------------------------------------------------------
-- check_policies(): mistakes in policies, for administrators
------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION hcjwt.check_policies()
	RETURNS TABLE (relation regclass, policy name,
		problem text, advice text)
	LANGUAGE sql STABLE PARALLEL UNSAFE
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	-- What the problems are found in.
	WITH RECURSIVE called AS MATERIALIZED (
		-- our functions that a policy calls, or a column's default, and so on
		SELECT d.classid, d.objid, p.proname
		FROM pg_depend d
			JOIN pg_proc p ON p.oid = d.refobjid
		WHERE d.refclassid = 'pg_proc'::regclass
			AND p.pronamespace = 'hcjwt'::regnamespace
	), ours AS MATERIALIZED (
		-- policies that ask for the token
		SELECT pol.oid, pol.polrelid, pol.polname, pol.polcmd,
			array_agg(c.proname) AS functions
		FROM pg_policy pol
			JOIN called c ON c.objid = pol.oid
				AND c.classid = 'pg_policy'::regclass
		GROUP BY pol.oid, pol.polrelid, pol.polname, pol.polcmd
	), protected AS MATERIALIZED (
		SELECT c.oid, c.relname, c.relowner, c.relrowsecurity, c.relforcerowsecurity
		FROM pg_class c
		WHERE EXISTS (SELECT FROM ours WHERE ours.polrelid = c.oid)
	), unbound AS MATERIALIZED (
		-- roles for whom the policies of a protected table do not hold
		SELECT p.oid AS relid, o.oid AS roleid, o.rolname
		FROM protected p
			CROSS JOIN pg_roles o
		WHERE o.rolsuper OR o.rolbypassrls
			OR (NOT p.relforcerowsecurity AND pg_has_role(o.oid, p.relowner, 'USAGE'))
	), view_of AS MATERIALIZED (
		-- views, and what they read
		SELECT DISTINCT d.refobjid AS relid, v.oid, v.relkind, v.relowner, v.relacl,
			EXISTS (SELECT FROM pg_options_to_table(v.reloptions) AS option
				WHERE option.option_name = 'security_invoker' AND option.option_value::bool) AS invoker
		FROM pg_depend d
			JOIN pg_rewrite w ON w.oid = d.objid
			JOIN pg_class v ON v.oid = w.ev_class AND v.relkind IN ('v', 'm')
		WHERE d.classid = 'pg_rewrite'::regclass
			AND d.refclassid = 'pg_class'::regclass
			AND d.refobjid <> v.oid
	), reading AS (
		-- those that read a protected table, themselves or through other views: one
		-- of the invoker's reads as the view does that it is read by
		SELECT p.oid AS relid, v.oid, v.relkind, v.relowner, v.relacl, v.invoker
		FROM protected p
			JOIN view_of v ON v.relid = p.oid
		UNION
		SELECT r.relid, v.oid, v.relkind, v.relowner, v.relacl, v.invoker
		FROM reading r
			JOIN view_of v ON v.relid = r.oid
		WHERE r.relkind = 'v' AND (r.invoker OR v.relkind = 'm')
	), required AS MATERIALIZED (
		-- hcjwt.required_help_center on roles and databases
		SELECT s.setdatabase, s.setrole, substr(item, strpos(item, '=') + 1) AS help_center
		FROM pg_db_role_setting s
			CROSS JOIN LATERAL unnest(s.setconfig) AS item
		WHERE item LIKE 'hcjwt.required\_help\_center=_%'
			AND s.setdatabase IN (0, (SELECT d.oid FROM pg_database d
				WHERE d.datname = current_database()))
	), granted (what, grantee, repair) AS MATERIALIZED (
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
	-- The problems, one query for each.
	), rls_not_enabled (relid, polname, problem, advice) AS (
		SELECT p.oid, NULL::name,
			'it has policies, but row-level security is not enabled',
			format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', p.oid::regclass)
		FROM protected p
		WHERE NOT p.relrowsecurity
	), owner_not_bound (relid, polname, problem, advice) AS (
		SELECT p.oid, NULL::name,
			format('its owner %I may log in, or be used by a role that may, and its policies do not hold for the owner', o.rolname),
			format('ALTER TABLE %s FORCE ROW LEVEL SECURITY, and let the application log in as another role', p.oid::regclass)
		FROM protected p
			JOIN pg_roles o ON o.oid = p.relowner
		WHERE p.relrowsecurity AND NOT p.relforcerowsecurity AND NOT o.rolsuper
			AND EXISTS (SELECT FROM pg_roles r
				WHERE r.rolcanlogin AND NOT r.rolsuper
					AND pg_has_role(r.oid, o.oid, 'MEMBER'))
	), claim_of_one_account (relid, polname, problem, advice) AS (
		SELECT ours.polrelid, ours.polname,
			format('%s() tells a user only within one help center, and %s are enabled here',
				f.name, (SELECT count(*) FROM hcjwt.help_centers h WHERE h.enabled)),
			'add "AND hcjwt.help_center() = ..." to the policy, or set hcjwt.required_help_center on the application''s login role'
		FROM ours
			CROSS JOIN LATERAL unnest(ours.functions) AS f (name)
		WHERE f.name IN ('email', 'external_id')
			AND NOT 'help_center' = ANY (ours.functions)
			AND (SELECT count(*) FROM hcjwt.help_centers h WHERE h.enabled) > 1
			AND NOT EXISTS (SELECT FROM required q
					LEFT JOIN pg_roles r ON r.oid = q.setrole
				WHERE q.setrole = 0 OR r.rolcanlogin)
	), required_on_group (relid, polname, problem, advice) AS (
		SELECT NULL::oid, NULL::name,
			format('hcjwt.required_help_center is set on role %I, which cannot log in: settings of a role that is only granted, or SET ROLE to, do not apply', r.rolname),
			'set it on the role that logs in, or on the database'
		FROM required q
			JOIN pg_roles r ON r.oid = q.setrole
		WHERE NOT r.rolcanlogin
	), required_not_registered (relid, polname, problem, advice) AS (
		SELECT DISTINCT NULL::oid, NULL::name,
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
	), required_not_preloaded (relid, polname, problem, advice) AS (
		SELECT NULL::oid, NULL::name,
			'hcjwt.required_help_center is set, but hcjwt is not preloaded, so it is no boundary',
			'add hcjwt to shared_preload_libraries and restart the server'
		WHERE EXISTS (SELECT FROM required)
			AND current_setting('shared_preload_libraries') !~ '(^|[ ,"/])hcjwt([ ,"]|$)'
	), trusted_role (relid, polname, problem, advice) AS (
		SELECT NULL::oid, NULL::name,
			format('role %I %s, and so can say whose tokens are believed', t.rolname, t.may),
			concat(t.repair, ', unless the role is to administer hcjwt')
		FROM trusted t
	), others_trigger (relid, polname, problem, advice) AS (
		SELECT t.tgrelid, NULL::name,
			format('trigger %I is not one of hcjwt''s, and fires for nothing but COPY and TRUNCATE', t.tgname),
			format('DROP TRIGGER %I ON %s', t.tgname, t.tgrelid::regclass)
		FROM pg_trigger t
			JOIN pg_class c ON c.oid = t.tgrelid
		WHERE NOT t.tgisinternal
			AND t.tgrelid = ANY ('{hcjwt.help_centers,hcjwt.keys,hcjwt.fetch_state}'::regclass[])
			AND NOT EXISTS (SELECT FROM pg_proc p
				WHERE p.oid = t.tgfoid AND p.pronamespace = c.relnamespace)
	), claims_any_client_sets (relid, polname, problem, advice) AS (
		SELECT pol.polrelid, pol.polname,
			'it reads request.jwt.claims, which any client can set',
			'use hcjwt.user_id(), hcjwt.claim() and so on: they read only what a key has signed'
		FROM pg_policy pol
		WHERE concat(pg_get_expr(pol.polqual, pol.polrelid), pg_get_expr(pol.polwithcheck, pol.polrelid))
			LIKE '%request.jwt%'
	), no_index (relid, polname, problem, advice) AS (
		SELECT ours.polrelid, ours.polname,
			'no index begins with a column of its condition, so each query reads the whole table',
			format('CREATE INDEX ON %s (%s)', ours.polrelid::regclass,
				(SELECT string_agg(quote_ident(a.attname), ' or ' ORDER BY a.attnum)
				FROM pg_attribute a
					JOIN pg_depend d ON d.refobjid = a.attrelid AND d.refobjsubid = a.attnum
				WHERE d.classid = 'pg_policy'::regclass AND d.objid = ours.oid
					AND d.refclassid = 'pg_class'::regclass
					AND d.refobjid = ours.polrelid))
		FROM ours
		WHERE ours.polcmd <> 'a'
			AND EXISTS (SELECT FROM pg_depend d
				WHERE d.classid = 'pg_policy'::regclass AND d.objid = ours.oid
					AND d.refclassid = 'pg_class'::regclass
					AND d.refobjid = ours.polrelid AND d.refobjsubid > 0)
			AND NOT EXISTS (SELECT FROM pg_depend d
					JOIN pg_index i ON i.indrelid = d.refobjid AND i.indisvalid
						AND (i.indkey[0] = d.refobjsubid
							-- or with an expression of it, such as lower(email)
							OR (i.indkey[0] = 0 AND EXISTS (SELECT FROM pg_depend e
								WHERE e.classid = 'pg_class'::regclass AND e.objid = i.indexrelid
									AND e.refobjid = d.refobjid AND e.refobjsubid = d.refobjsubid)))
				WHERE d.classid = 'pg_policy'::regclass AND d.objid = ours.oid
					AND d.refclassid = 'pg_class'::regclass
					AND d.refobjid = ours.polrelid AND d.refobjsubid > 0)
	), opens_to_everybody (relid, polname, problem, advice) AS (
		SELECT pol.polrelid, pol.polname,
			'it opens rows to everybody without asking for the token: permissive policies add up',
			'name the roles it is for, or make it AS RESTRICTIVE'
		FROM pg_policy pol
			JOIN protected p ON p.oid = pol.polrelid
		WHERE pol.polpermissive AND 0 = ANY (pol.polroles) AND pol.polcmd IN ('r', '*')
			AND NOT EXISTS (SELECT FROM ours WHERE ours.oid = pol.oid)
	), view_reads_as_owner (relid, polname, problem, advice) AS (
		SELECT v.oid, NULL::name,
			format('the view reads %s as its owner %I, whom the policies there may not concern',
				v.relid::regclass, u.rolname),
			format('ALTER VIEW %s SET (security_invoker = true)', v.oid::regclass)
		FROM reading v
			JOIN unbound u ON u.relid = v.relid AND u.roleid = v.relowner
		WHERE v.relkind = 'v' AND NOT v.invoker
	), view_keeps_rows (relid, polname, problem, advice) AS (
		SELECT v.oid, NULL::name,
			format('the materialized view keeps rows of %s as its owner saw them, for all who may read it',
				v.relid::regclass),
			format('REVOKE SELECT ON %s FROM %s, unless they may see all rows', v.oid::regclass,
				string_agg(DISTINCT CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(r.rolname) END, ', '))
		FROM reading v
			CROSS JOIN LATERAL aclexplode(v.relacl) AS a
			LEFT JOIN pg_roles r ON r.oid = a.grantee
		WHERE v.relkind = 'm' AND a.privilege_type = 'SELECT' AND a.grantee <> v.relowner
		GROUP BY v.oid, v.relid
	), function_reads_as_owner (relid, polname, problem, advice) AS (
		SELECT p.oid, NULL::name,
			format('function %s names it, and is SECURITY DEFINER: it reads as its owner %I, whom the policies may not concern',
				f.oid::regprocedure, u.rolname),
			format('have its conditions ask for hcjwt.user_id(), too; or ALTER FUNCTION %s SECURITY INVOKER',
				f.oid::regprocedure)
		FROM protected p
			JOIN unbound u ON u.relid = p.oid
			JOIN pg_proc f ON f.proowner = u.roleid
			JOIN pg_language l ON l.oid = f.prolang AND NOT l.lanname IN ('internal', 'c')
			CROSS JOIN LATERAL concat(f.prosrc, pg_get_function_sqlbody(f.oid)) AS source
		WHERE f.prosecdef AND f.prorettype <> 'trigger'::regtype
			AND source ~* concat(E'\\m', regexp_replace(p.relname, '([^[:alnum:]_])', E'\\\\\\1', 'g'), E'\\M')
			AND source !~* E'\\mhcjwt\\.'
			-- somebody else may call it, and it is no extension's
			AND EXISTS (SELECT FROM aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) AS a
				WHERE a.privilege_type = 'EXECUTE' AND a.grantee <> f.proowner)
			AND NOT EXISTS (SELECT FROM pg_depend d
				WHERE d.classid = 'pg_proc'::regclass AND d.objid = f.oid
					AND d.deptype = 'e')
	), found AS (
		SELECT * FROM rls_not_enabled
		UNION ALL SELECT * FROM owner_not_bound
		UNION ALL SELECT * FROM claim_of_one_account
		UNION ALL SELECT * FROM required_on_group
		UNION ALL SELECT * FROM required_not_registered
		UNION ALL SELECT * FROM required_not_preloaded
		UNION ALL SELECT * FROM trusted_role
		UNION ALL SELECT * FROM others_trigger
		UNION ALL SELECT * FROM claims_any_client_sets
		UNION ALL SELECT * FROM no_index
		UNION ALL SELECT * FROM opens_to_everybody
		UNION ALL SELECT * FROM view_reads_as_owner
		UNION ALL SELECT * FROM view_keeps_rows
		UNION ALL SELECT * FROM function_reads_as_owner
	)
	SELECT found.relid::regclass, found.polname, found.problem, found.advice
	FROM found
	ORDER BY found.relid::regclass::text NULLS FIRST, found.polname NULLS FIRST, found.problem;
$$;
COMMENT ON FUNCTION hcjwt.check_policies() IS
'mistakes that people make with row-level security and help center tokens in this database, each with what to do; no row when none is found';

CREATE OR REPLACE FUNCTION hcjwt.check_policies(custom_claims jsonb)
	RETURNS TABLE (relation regclass, policy name,
		problem text, advice text)
	LANGUAGE sql STABLE STRICT PARALLEL UNSAFE
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	WITH defined AS MATERIALIZED (
		SELECT DISTINCT claim ->> 'claim_identifier' AS name
		FROM jsonb_array_elements(check_policies.custom_claims) AS claim
	), read AS (
		-- claims that policies name: hcjwt.claim('x'), hcjwt.claims() ->> 'x'
		SELECT DISTINCT pol.polrelid, pol.polname, replace(found[1], '''''', '''') AS name
		FROM pg_policy pol
			CROSS JOIN LATERAL regexp_matches(
				concat_ws(' ', pg_get_expr(pol.polqual, pol.polrelid), pg_get_expr(pol.polwithcheck, pol.polrelid)),
				E'hcjwt\\.claim(?:\\(|s\\(\\) ->>? )''((?:[^'']|'''')*)''::text', 'g') AS found
	), found (relation, policy, problem, advice) AS (
		SELECT p.relation, p.policy, p.problem, p.advice
		FROM hcjwt.check_policies() p
		UNION ALL
		SELECT r.polrelid::regclass, r.polname,
			format('it reads the claim %L, which the account does not define: no token has it', r.name),
			'correct the name, or have an administrator of the account define it'
		FROM read r
		WHERE NOT r.name IN ('userId', 'email', 'externalId', 'exp', 'origin')
			AND NOT EXISTS (SELECT FROM defined d WHERE d.name = r.name)
		UNION ALL
		SELECT NULL, NULL,
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
			) AS own (name, effect) ON own.name = d.name
	)
	SELECT found.relation, found.policy, found.problem, found.advice
	FROM found
	ORDER BY found.relation::text NULLS FIRST, found.policy NULLS FIRST, found.problem;
$$;
COMMENT ON FUNCTION hcjwt.check_policies(jsonb) IS
'what check_policies() finds, and policies that read a claim which is none of these custom claims, as hcjwt.list_custom_claims() returns them, and custom claims that have the name of one of a token''s own';
