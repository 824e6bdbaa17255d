------------------------------------------------------------------------------
-- check_policies(): claims that do not tell visitors apart, or that no token has
------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION hcjwt.policy_claims(api_role regrole)
	RETURNS TABLE (relid oid, policy name, accessors text[], claims text[])
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT c.relid, c.policy, array_agg(DISTINCT a.name) FILTER (WHERE a.name IS NOT NULL),
		array_agg(DISTINCT n.name) FILTER (WHERE n.name IS NOT NULL)
	FROM hcjwt.policy_conditions() c
		LEFT JOIN LATERAL unnest(c.accessors) AS a (name) ON true
		LEFT JOIN LATERAL unnest(c.claims) AS n (name) ON true
	WHERE c.by_claim AND (api_role IS NULL
		OR c.relid IN (SELECT r.relid FROM hcjwt.reached_tables(api_role) r))
	GROUP BY c.relid, c.policy;
$$;
COMMENT ON FUNCTION hcjwt.policy_claims(regrole) IS
'the accessors and claims that each policy asks for, in all its conditions';

CREATE OR REPLACE FUNCTION hcjwt.check_account(api_role regrole) RETURNS SETOF hcjwt.finding
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	WITH enabled AS MATERIALIZED (
		SELECT h.name FROM hcjwt.help_centers h WHERE h.enabled
	), account AS MATERIALIZED (
		-- help centers with a key in common are brands of one account
		SELECT DISTINCT coalesce((SELECT min(o.help_center) FROM hcjwt.keys k
				JOIN hcjwt.keys o ON o.thumbprint = k.thumbprint
				JOIN enabled brand ON brand.name = o.help_center
			WHERE k.help_center = e.name), e.name) AS name
		FROM enabled e
	), unbound AS MATERIALIZED (
		-- tables reached by a role that no required help center holds
		SELECT DISTINCT r.relid
		FROM hcjwt.reached_tables(api_role) r
			JOIN hcjwt.policy_actors(api_role) a ON a.actor = r.actor
		WHERE NOT EXISTS (SELECT FROM hcjwt.required_help_centers() q WHERE q.setrole IN (0, a.api))
	)
	SELECT 'error', c.relid, c.policy,
		format('%s() tells a user only within one %s, and %s are enabled here', f.name,
			CASE f.name WHEN 'user_id' THEN 'account' ELSE 'help center' END, (SELECT count(*) FROM enabled)),
		'add "AND hcjwt.help_center() = ..." to the policy, or set hcjwt.required_help_center on the application''s login role'
	FROM hcjwt.policy_claims(api_role) c
		CROSS JOIN LATERAL unnest(c.accessors) AS f (name)
		JOIN unbound u ON u.relid = c.relid
	WHERE f.name IN ('user_id', 'email', 'external_id') AND NOT 'help_center' = ANY (c.accessors)
		AND (SELECT count(*) FROM enabled) > 1
		AND (f.name <> 'user_id' OR (SELECT count(*) FROM account) > 1);
$$;
COMMENT ON FUNCTION hcjwt.check_account(regrole) IS
'finds: a policy goes by a user''s number or name, which another account may have, too';

CREATE OR REPLACE FUNCTION hcjwt.check_email(api_role regrole) RETURNS SETOF hcjwt.finding
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT 'note', c.relid, c.policy,
		'it goes by the address, which an agent can give to another user',
		'compare a user''s number instead: hcjwt.user_id()'
	FROM hcjwt.policy_claims(api_role) c
	WHERE 'email' = ANY (c.accessors) OR 'email' = ANY (c.claims);
$$;
COMMENT ON FUNCTION hcjwt.check_email(regrole) IS
'finds: a policy goes by the e-mail address';

CREATE OR REPLACE FUNCTION hcjwt.check_claim_name(api_role regrole, custom_claims jsonb) RETURNS SETOF hcjwt.finding
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	WITH token_claim (name) AS (
		VALUES ('userId'), ('email'), ('externalId'), ('exp'), ('nbf'), ('iat'), ('origin'), ('aud'), ('iss')
		UNION
		SELECT claim ->> 'claim_identifier'
		FROM jsonb_array_elements(coalesce(custom_claims, '[]')) AS claim
	)
	SELECT 'error', c.relid, c.policy,
		CASE WHEN k.names IS NULL THEN format('it reads the claim %L, which the account does not define: no token has it', n.name)
			ELSE format('it reads the claim %L, and tokens have %s', n.name, k.names) END,
		CASE WHEN k.names IS NULL THEN 'correct the name, or have an administrator of the account define it'
			ELSE format('write hcjwt.claim(%s)', k.names) END
	FROM hcjwt.policy_claims(api_role) c
		CROSS JOIN LATERAL unnest(c.claims) AS n (name)
		CROSS JOIN LATERAL (
			-- names that differ in case and underscores alone
			SELECT string_agg(quote_literal(t.name), ' or ' ORDER BY t.name) AS names
			FROM token_claim t
			WHERE lower(replace(t.name, '_', '')) = lower(replace(n.name, '_', ''))) AS k
	WHERE NOT EXISTS (SELECT FROM token_claim t WHERE t.name = n.name)
		AND (k.names IS NOT NULL OR custom_claims IS NOT NULL);
$$;
COMMENT ON FUNCTION hcjwt.check_claim_name(regrole, jsonb) IS
'finds: a policy reads a claim that no token has';

CREATE OR REPLACE FUNCTION hcjwt.check_custom_claims(custom_claims jsonb) RETURNS SETOF hcjwt.finding
	LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
	SELECT DISTINCT 'error', NULL::oid, NULL::name,
		format('the account defines a custom claim %L, %s', own.name, own.effect),
		'have an administrator of the account give it another name'
	FROM jsonb_array_elements(custom_claims) AS claim
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
		) AS own (name, effect) ON own.name = claim ->> 'claim_identifier';
$$;
COMMENT ON FUNCTION hcjwt.check_custom_claims(jsonb) IS
'finds: a custom claim has the name of one of a token''s own claims';
