------------------------------------------------------------------------------
-- check_policies(): foreign tables, whose rows another server keeps
------------------------------------------------------------------------------

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
COMMENT ON FUNCTION hcjwt.foreign_parts() IS
'foreign tables (far) below others (relid), at any depth; routed: they are partitions, to which rows are routed';

CREATE OR REPLACE FUNCTION hcjwt.check_foreign_writes(api_role regrole) RETURNS SETOF hcjwt.finding
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT 'error', f.relid, NULL::name,
		format('%s may write rows to its foreign %s %s, before which PostgreSQL checks no policy',
			string_agg(DISTINCT quote_ident(r.rolname), ', '),
			CASE WHEN f.routed THEN 'partition' ELSE 'child' END, f.far::regclass),
		format('CREATE TRIGGER check_visitor BEFORE %s ON %s FOR EACH ROW EXECUTE FUNCTION ..., a function that compares the row with hcjwt.user_id(); or REVOKE %s ON %s FROM %s',
			string_agg(DISTINCT e.event, ' OR '), CASE WHEN f.routed THEN f.relid ELSE f.far END::regclass,
			string_agg(DISTINCT r.command, ', '), f.relid::regclass, string_agg(DISTINCT quote_ident(r.rolname), ', '))
	FROM hcjwt.foreign_parts() f
		JOIN hcjwt.policy_reach(api_role) r ON r.relid = f.relid AND r.guard IN ('claims', 'open')
		-- an UPDATE can move a row there; the number is the event's in pg_trigger.h
		JOIN (VALUES ('INSERT', 'INSERT', 4), ('UPDATE', 'INSERT', 4), ('UPDATE', 'UPDATE', 16)) AS e (command, event, bit)
			ON e.command = r.command AND (f.routed OR e.event = 'UPDATE')
	WHERE NOT EXISTS (SELECT FROM pg_trigger g
			JOIN pg_proc p ON p.oid = g.tgfoid
			-- a row's (1), before it (2)
		WHERE g.tgrelid = f.far AND g.tgtype & (3 | e.bit) = 3 | e.bit AND g.tgattr::text = ''
			AND g.tgenabled IN ('O', 'A') AND p.prosrc ~* E'\\mhcjwt\\M')
	GROUP BY f.relid, f.far, f.routed;
$$;
COMMENT ON FUNCTION hcjwt.check_foreign_writes(regrole) IS
'finds: the role may write rows to a foreign part of a table, where no policy is checked';

CREATE OR REPLACE FUNCTION hcjwt.check_foreign_server(api_role regrole) RETURNS SETOF hcjwt.finding
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT DISTINCT 'error', f.relid, NULL::name,
		format('%I may make a foreign table of its own over the rows of %s, as it has USAGE on server %I', r.rolname, f.far::regclass, s.srvname),
		format('REVOKE USAGE ON FOREIGN SERVER %I FROM %I', s.srvname, r.rolname)
	FROM hcjwt.foreign_parts() f
		JOIN pg_foreign_table t ON t.ftrelid = f.far
		JOIN pg_foreign_server s ON s.oid = t.ftserver
		JOIN pg_roles r ON has_server_privilege(r.oid, s.oid, 'USAGE')
	WHERE r.oid IN (SELECT x.actor FROM hcjwt.policy_actors(api_role) x)
		AND f.relid IN (SELECT hcjwt.protected_tables())
		AND (has_database_privilege(r.oid, current_database(), 'CREATE')
			OR EXISTS (SELECT FROM pg_namespace n WHERE n.nspname !~ '^pg_' AND has_schema_privilege(r.oid, n.oid, 'CREATE')));
$$;
COMMENT ON FUNCTION hcjwt.check_foreign_server(regrole) IS
'finds: the role may make a foreign table of its own over the rows of one with policies';

CREATE OR REPLACE FUNCTION hcjwt.check_foreign_errors(api_role regrole) RETURNS SETOF hcjwt.finding
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT 'note', f.relid, NULL::name,
		format('the server of %s evaluates conditions of queries, some before the policy''s, so their errors tell of others'' rows (%s)',
			f.far::regclass, string_agg(DISTINCT quote_ident(r.rolname), ', ')),
		'nothing, if these roles run no SQL but yours; else let functions of yours read it'
	FROM hcjwt.foreign_parts() f
		JOIN hcjwt.policy_reach(api_role) r ON r.relid = f.relid AND r.guard = 'claims' AND r.command = 'SELECT'
	GROUP BY f.relid, f.far;
$$;
COMMENT ON FUNCTION hcjwt.check_foreign_errors(regrole) IS
'finds: errors of another server can tell of others'' rows';

CREATE OR REPLACE FUNCTION hcjwt.check_foreign_conditions(api_role regrole) RETURNS SETOF hcjwt.finding
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT DISTINCT 'note', c.relid, c.policy,
		format('its condition calls a function of hcjwt, which %s does not know: all of its rows are fetched', f.far::regclass),
		'ALTER POLICY ... USING (customer = (SELECT hcjwt.user_id())): the value of a sub-select is sent'
	FROM hcjwt.policy_conditions() c
		JOIN hcjwt.foreign_parts() f ON f.relid = c.relid
	WHERE c.permissive AND c.clause = 'USING'
		AND (c.relid, c.command) IN (SELECT r.relid, r.command FROM hcjwt.reached_tables(api_role) r)
		AND regexp_replace(c.expression, E'SELECT hcjwt\\.', '', 'gi') ~ E'\\mhcjwt\\.';
$$;
COMMENT ON FUNCTION hcjwt.check_foreign_conditions(regrole) IS
'finds: a condition is not sent to another server, so all rows are fetched';
