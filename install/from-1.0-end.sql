------------------------------------------------------------------------------
-- From 1.0: triggers
------------------------------------------------------------------------------

-- a DELETE fires it too: see the C function
DROP TRIGGER check_help_center ON hcjwt.help_centers;
CREATE TRIGGER check_help_center BEFORE INSERT OR UPDATE OR DELETE ON hcjwt.help_centers
	FOR EACH ROW EXECUTE FUNCTION hcjwt.check_help_center();
ALTER TABLE hcjwt.help_centers ENABLE ALWAYS TRIGGER check_help_center;
CREATE TRIGGER check_fetch_state BEFORE INSERT OR UPDATE OR DELETE ON hcjwt.fetch_state
	FOR EACH ROW EXECUTE FUNCTION hcjwt.check_fetch_state();
ALTER TABLE hcjwt.fetch_state ENABLE ALWAYS TRIGGER check_fetch_state;

-- hcjwt.status no longer calls it
DROP FUNCTION hcjwt.worker();

------------------------------------------------------------------------------
-- Privileges: new functions have only those below, whatever the default privileges are
------------------------------------------------------------------------------

DO LANGUAGE plpgsql $$
DECLARE
	stray record;
BEGIN
	FOR stray IN
		SELECT p.oid::regprocedure AS function, a.grantee
		FROM pg_proc p
			CROSS JOIN LATERAL aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
		WHERE p.oid = ANY ('{hcjwt.triggers, hcjwt.help_center_status, hcjwt.ask_for_keys, hcjwt.check_fetch_state,
				hcjwt.list_custom_claims,
				hcjwt.condition_facts, hcjwt.api_roles, hcjwt.policy_actors, hcjwt.claim_wrappers,
				hcjwt.policy_applies, hcjwt.policy_conditions, hcjwt.protected_tables, hcjwt.policy_reach, hcjwt.reached_tables,
				hcjwt.key_columns, hcjwt.right_conditions, hcjwt.required_help_centers, hcjwt.check_superuser,
				hcjwt.check_bypassrls, hcjwt.check_set_role, hcjwt.check_table_owner, hcjwt.check_open_table,
				hcjwt.check_closed_table, hcjwt.check_other_roles, hcjwt.check_default_privileges,
				hcjwt.check_table_rights, hcjwt.check_function_owner, hcjwt.check_chosen_rows,
				hcjwt.owned_tables, hcjwt.check_condition,
				hcjwt.check_self_comparison, hcjwt.check_subselect, hcjwt.check_help_center_alone,
				hcjwt.policy_claims, hcjwt.check_account, hcjwt.check_email, hcjwt.check_claim_name,
				hcjwt.check_custom_claims, hcjwt.boundaries, hcjwt.check_boundary_role,
				hcjwt.check_boundary_name, hcjwt.check_boundary_preload, hcjwt.check_session_token,
				hcjwt.check_wrapper, hcjwt.check_index,
				hcjwt.foreign_parts, hcjwt.check_foreign_writes, hcjwt.check_foreign_server,
				hcjwt.check_foreign_errors, hcjwt.check_foreign_conditions, hcjwt.unbound_owners, hcjwt.view_sources,
				hcjwt.policy_views, hcjwt.check_view, hcjwt.check_view_writes, hcjwt.check_materialized_view,
				hcjwt.check_definer_function, hcjwt.check_trusted_role, hcjwt.check_other_triggers}'::regproc[])
			AND a.grantee <> p.proowner
	LOOP
		EXECUTE concat('REVOKE ALL ON FUNCTION ', stray.function, ' FROM ',
			CASE WHEN stray.grantee = 0 THEN 'PUBLIC'
				ELSE quote_ident(pg_get_userbyid(stray.grantee)) END);
	END LOOP;
END
$$;

GRANT EXECUTE ON FUNCTION hcjwt.triggers(), hcjwt.help_center_status TO pg_monitor;

GRANT SELECT ON hcjwt.help_centers, hcjwt.keys TO pg_database_owner;

-- This GRANT makes initial privileges, which pg_dump leaves out, of all that
-- the tables' ACLs have.  Administrators' grants must not become initial
-- privileges, because dumps have to keep them.
UPDATE pg_init_privs i
SET initprivs = ARRAY(SELECT item
	FROM unnest(i.initprivs) AS item
	WHERE EXISTS (SELECT FROM aclexplode(ARRAY[item]) a
		WHERE a.grantee IN (c.relowner, 'pg_database_owner'::regrole)))
FROM pg_class c
WHERE i.classoid = 'pg_class'::regclass AND i.objoid = c.oid AND i.objsubid = 0
	AND c.oid IN ('hcjwt.help_centers'::regclass, 'hcjwt.keys'::regclass);
