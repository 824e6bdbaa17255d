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
), sorted_acl AS (
	-- the order in an ACL is that of the grants
	SELECT m.classid, m.objid,
		string_agg(concat(a.grantee::regrole, '=', a.privilege_type, a.is_grantable), ',' ORDER BY a.grantee::regrole::text, a.privilege_type) AS acl
	FROM members m,
		aclexplode(CASE m.classid
			WHEN 'pg_class'::regclass THEN (SELECT relacl FROM pg_class WHERE oid = m.objid)
			WHEN 'pg_proc'::regclass THEN (SELECT coalesce(proacl, acldefault('f', proowner)) FROM pg_proc WHERE oid = m.objid)
			WHEN 'pg_namespace'::regclass THEN (SELECT nspacl FROM pg_namespace WHERE oid = m.objid)
			WHEN 'pg_type'::regclass THEN (SELECT coalesce(typacl, acldefault('T', typowner)) FROM pg_type WHERE oid = m.objid)
			END) a
	GROUP BY m.classid, m.objid
), facts (kind, fact) AS (
	SELECT 'extension', concat_ws(' ', extversion, extrelocatable, extnamespace::regnamespace)
	FROM pg_extension WHERE extname = 'hcjwt'
	UNION ALL
	SELECT 'member', pg_identify_object(classid, objid, 0)::text FROM members
	UNION ALL
	SELECT 'description', concat_ws(' ', pg_describe_object(d.classoid, d.objoid, d.objsubid), d.description)
	FROM pg_description d JOIN members m ON m.classid = d.classoid AND m.objid = d.objoid
	UNION ALL
	SELECT 'acl', concat_ws(' ', pg_describe_object(classid, objid, 0), acl) FROM sorted_acl
	UNION ALL
	SELECT 'initial privileges', concat_ws(' ', pg_describe_object(i.classoid, i.objoid, i.objsubid), i.privtype,
		(SELECT string_agg(concat(a.grantee::regrole, '=', a.privilege_type), ',' ORDER BY a.grantee::regrole::text, a.privilege_type) FROM aclexplode(i.initprivs) a))
	FROM pg_init_privs i JOIN members m ON m.classid = i.classoid AND m.objid = i.objoid
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
SELECT kind, fact FROM facts ORDER BY kind, fact COLLATE "C";
