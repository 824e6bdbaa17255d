------------------------------------------------------------------------------
-- Privileges
------------------------------------------------------------------------------

-- Default privileges that an administrator set beforehand apply to what an
-- extension creates.  On these tables a grant is a way to forge claims, so what
-- is granted is what stands below, and nothing else.
DO LANGUAGE plpgsql $$
DECLARE
	stray record;
BEGIN
	FOR stray IN
		SELECT c.oid::regclass AS object, 'TABLE' AS kind, a.grantee
		FROM pg_class c
			CROSS JOIN LATERAL aclexplode(c.relacl) a
		WHERE c.relnamespace = 'hcjwt'::regnamespace
			AND c.relkind = ANY ('{r,v}'::"char"[])
			AND a.grantee <> c.relowner
		UNION
		SELECT NULL, p.oid::regprocedure::text, a.grantee
		FROM pg_proc p
			CROSS JOIN LATERAL aclexplode(p.proacl) a
		WHERE p.pronamespace = 'hcjwt'::regnamespace
			AND a.grantee <> p.proowner
	LOOP
		EXECUTE concat('REVOKE ALL ON ',
			CASE WHEN stray.object IS NULL
				THEN concat('FUNCTION ', stray.kind)
				ELSE concat('TABLE ', stray.object) END,
			' FROM ',
			CASE WHEN stray.grantee = 0 THEN 'PUBLIC'
				ELSE quote_ident(pg_get_userbyid(stray.grantee)) END);
	END LOOP;
	FOR stray IN
		SELECT a.grantee
		FROM pg_namespace n
			CROSS JOIN LATERAL aclexplode(n.nspacl) a
		WHERE n.nspname = 'hcjwt'
			AND a.grantee <> n.nspowner
	LOOP
		EXECUTE concat('REVOKE ALL ON SCHEMA hcjwt FROM ',
			CASE WHEN stray.grantee = 0 THEN 'PUBLIC'
				ELSE quote_ident(pg_get_userbyid(stray.grantee)) END);
	END LOOP;
END
$$;

REVOKE ALL ON SCHEMA hcjwt FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA hcjwt FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA hcjwt FROM PUBLIC;

GRANT USAGE ON SCHEMA hcjwt TO PUBLIC;
GRANT EXECUTE ON FUNCTION
	hcjwt.verify(text, text),
	hcjwt.try_verify(text, text),
	hcjwt.authenticate(text, text),
	hcjwt.pre_request(),
	hcjwt.claims(),
	hcjwt.claim(text),
	hcjwt.user_id(),
	hcjwt.email(),
	hcjwt.external_id(),
	hcjwt.help_center(),
	hcjwt.expires_at()
	TO PUBLIC;

-- pg_dump takes these tables; nothing in them is secret
GRANT SELECT ON hcjwt.help_centers, hcjwt.keys TO pg_database_owner;

GRANT SELECT ON hcjwt.stats TO pg_monitor;
GRANT EXECUTE ON FUNCTION hcjwt.counters() TO pg_monitor;

GRANT SELECT ON hcjwt.status TO pg_monitor;
GRANT EXECUTE ON FUNCTION hcjwt.schedule(), hcjwt.triggers(), hcjwt.help_center_status TO pg_monitor;
