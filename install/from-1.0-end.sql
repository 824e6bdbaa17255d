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

-- which hcjwt.status no longer asks
DROP FUNCTION hcjwt.worker();

------------------------------------------------------------------------------
-- Privileges: what is new has those below, whatever the default privileges are
------------------------------------------------------------------------------

DO LANGUAGE plpgsql $$
DECLARE
	stray record;
BEGIN
	FOR stray IN
		SELECT p.oid::regprocedure AS function, a.grantee
		FROM pg_proc p
			CROSS JOIN LATERAL aclexplode(p.proacl) a
		WHERE p.oid = ANY ('{hcjwt.triggers, hcjwt.help_center_status, hcjwt.check_fetch_state, hcjwt.list_custom_claims,
				hcjwt.condition_facts, hcjwt.policy_actors, hcjwt.claim_wrappers, hcjwt.policy_applies,
				hcjwt.policy_conditions, hcjwt.policy_reach, hcjwt.foreign_parts, hcjwt.key_columns, hcjwt.right_conditions,
				hcjwt.required_help_centers, hcjwt.check_roles, hcjwt.check_tables, hcjwt.check_rights,
				hcjwt.check_conditions, hcjwt.check_claims, hcjwt.check_settings, hcjwt.check_speed,
				hcjwt.check_detours, hcjwt.check_trust}'::regproc[])
			AND a.grantee <> p.proowner
	LOOP
		EXECUTE concat('REVOKE ALL ON FUNCTION ', stray.function, ' FROM ',
			CASE WHEN stray.grantee = 0 THEN 'PUBLIC'
				ELSE quote_ident(pg_get_userbyid(stray.grantee)) END);
	END LOOP;
END
$$;

REVOKE ALL ON FUNCTION hcjwt.triggers, hcjwt.help_center_status, hcjwt.check_fetch_state, hcjwt.list_custom_claims,
	hcjwt.condition_facts, hcjwt.policy_actors, hcjwt.claim_wrappers, hcjwt.policy_applies,
	hcjwt.policy_conditions, hcjwt.policy_reach, hcjwt.foreign_parts, hcjwt.key_columns, hcjwt.right_conditions,
	hcjwt.required_help_centers, hcjwt.check_roles, hcjwt.check_tables, hcjwt.check_rights,
	hcjwt.check_conditions, hcjwt.check_claims, hcjwt.check_settings, hcjwt.check_speed,
	hcjwt.check_detours, hcjwt.check_trust FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hcjwt.triggers(), hcjwt.help_center_status TO pg_monitor;

GRANT SELECT ON hcjwt.help_centers, hcjwt.keys TO pg_database_owner;

-- This GRANT makes initial privileges, which pg_dump leaves out, of all that the
-- tables' ACLs have.  Those that administrators gave are not: they stay in dumps.
UPDATE pg_init_privs i
SET initprivs = ARRAY(SELECT item
	FROM unnest(i.initprivs) AS item
	WHERE EXISTS (SELECT FROM aclexplode(ARRAY[item]) a
		WHERE a.grantee IN (c.relowner, 'pg_database_owner'::regrole)))
FROM pg_class c
WHERE i.classoid = 'pg_class'::regclass AND i.objoid = c.oid AND i.objsubid = 0
	AND c.oid IN ('hcjwt.help_centers'::regclass, 'hcjwt.keys'::regclass);
