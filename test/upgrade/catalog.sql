-- All facts about the extension hcjwt in this database, one a line, without what
-- differs by chance (oids).  Two installations are the same when these are.
SET search_path = pg_catalog;
SET quote_all_identifiers = off;

WITH members AS (
	SELECT d.classid, d.objid
	FROM pg_depend d JOIN pg_extension e ON d.refobjid = e.oid
	WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
		AND e.extname = 'hcjwt'
), relations AS (
	SELECT c.* FROM pg_class c JOIN members m ON m.objid = c.oid
	WHERE m.classid = 'pg_class'::regclass
), privileges AS (
	-- none written down means the default ones; pg_upgrade writes these down no more
	SELECT m.classid, m.objid, coalesce(acl, default_acl) AS acl,
		coalesce(i.privtype, 'e') AS privtype, coalesce(i.initprivs, default_acl) AS initprivs
	FROM members m
		CROSS JOIN LATERAL (
			SELECT relacl, acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner)
			FROM pg_class WHERE m.classid = 'pg_class'::regclass AND oid = m.objid
			UNION ALL
			SELECT proacl, acldefault('f', proowner)
			FROM pg_proc WHERE m.classid = 'pg_proc'::regclass AND oid = m.objid
			UNION ALL
			SELECT nspacl, acldefault('n', nspowner)
			FROM pg_namespace WHERE m.classid = 'pg_namespace'::regclass AND oid = m.objid
			UNION ALL
			SELECT typacl, acldefault('T', typowner)
			FROM pg_type WHERE m.classid = 'pg_type'::regclass AND oid = m.objid
		) AS a (acl, default_acl)
		LEFT JOIN pg_init_privs i ON i.classoid = m.classid AND i.objoid = m.objid AND i.objsubid = 0
), facts (kind, fact) AS (
	SELECT 'extension', concat_ws(' ', extversion, extrelocatable, extnamespace::regnamespace)
	FROM pg_extension WHERE extname = 'hcjwt'
	UNION ALL
	SELECT 'member', pg_identify_object(classid, objid, 0)::text FROM members
	UNION ALL
	SELECT 'description', concat_ws(' ', pg_describe_object(d.classoid, d.objoid, d.objsubid), d.description)
	FROM pg_description d JOIN members m ON m.classid = d.classoid AND m.objid = d.objoid
	UNION ALL
	SELECT 'acl', concat_ws(' ', pg_describe_object(classid, objid, 0),
		-- the order in an ACL is that of the grants
		(SELECT string_agg(concat(a.grantee::regrole, '=', a.privilege_type, a.is_grantable), ',' ORDER BY a.grantee::regrole::text, a.privilege_type) FROM aclexplode(acl) a))
	FROM privileges
	UNION ALL
	SELECT 'initial privileges', concat_ws(' ', pg_describe_object(classid, objid, 0), privtype,
		(SELECT string_agg(concat(a.grantee::regrole, '=', a.privilege_type, a.is_grantable), ',' ORDER BY a.grantee::regrole::text, a.privilege_type) FROM aclexplode(initprivs) a))
	FROM privileges
	UNION ALL
	SELECT 'column''s initial privileges', concat_ws(' ', pg_describe_object(i.classoid, i.objoid, i.objsubid), i.privtype, i.initprivs)
	FROM pg_init_privs i JOIN members m ON m.classid = i.classoid AND m.objid = i.objoid
	WHERE i.objsubid <> 0
	UNION ALL
	SELECT 'function', concat_ws(' ', pg_get_functiondef(p.oid), prosrc, probin, proowner::regrole, proleakproof)
	FROM pg_proc p JOIN members m ON m.objid = p.oid AND m.classid = 'pg_proc'::regclass
	UNION ALL
	SELECT 'relation', concat_ws(' ', relname, relkind, relpersistence, relrowsecurity, relforcerowsecurity,
		relreplident, reloptions, relowner::regrole, (SELECT amname FROM pg_am WHERE oid = relam))
	FROM relations
	UNION ALL
	SELECT 'column', concat_ws(' ', a.attrelid::regclass, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod),
		a.attcollation::regcollation, a.attnotnull, a.attstorage, a.attidentity, a.attgenerated, a.attacl::text,
		pg_get_expr(d.adbin, d.adrelid))
	FROM pg_attribute a JOIN relations r ON a.attrelid = r.oid
		LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
	WHERE a.attnum > 0 AND NOT a.attisdropped
	UNION ALL
	SELECT 'constraint', concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(c.oid), convalidated)
	FROM pg_constraint c JOIN relations r ON c.conrelid = r.oid
	UNION ALL
	SELECT 'index', pg_get_indexdef(indexrelid) FROM pg_index i JOIN relations r ON i.indrelid = r.oid
	UNION ALL
	SELECT 'trigger', concat_ws(' ', pg_get_triggerdef(t.oid), tgenabled)
	FROM pg_trigger t JOIN relations r ON t.tgrelid = r.oid WHERE NOT tgisinternal
	UNION ALL
	SELECT 'view', concat_ws(' ', relname, pg_get_viewdef(oid)) FROM relations WHERE relkind = 'v'
	UNION ALL
	SELECT 'rule', pg_get_ruledef(w.oid) FROM pg_rewrite w JOIN relations r ON w.ev_class = r.oid
	UNION ALL
	SELECT 'policy', concat_ws(' ', polname, polrelid::regclass) FROM pg_policy p JOIN relations r ON p.polrelid = r.oid
	UNION ALL
	SELECT 'dump', concat_ws(' ', t::regclass, condition)
	FROM pg_extension, unnest(extconfig, extcondition) AS x (t, condition) WHERE extname = 'hcjwt'
	UNION ALL
	SELECT 'dependency', concat_ws(' ', pg_describe_object(d.classid, d.objid, d.objsubid), d.deptype,
		pg_describe_object(d.refclassid, d.refobjid, d.refobjsubid))
	FROM pg_depend d JOIN members m ON m.classid = d.classid AND m.objid = d.objid
	WHERE d.refclassid <> 'pg_extension'::regclass
)
SELECT kind, regexp_replace(fact, '\s+', ' ', 'g') AS fact FROM facts
ORDER BY kind, fact COLLATE "C";
