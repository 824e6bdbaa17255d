------------------------------------------------------------------------------
-- check_policies(): mistakes in policies, for administrators
------------------------------------------------------------------------------

CREATE OR REPLACE FUNCTION hcjwt.check_policies(api_role regrole DEFAULT NULL,
		custom_claims jsonb DEFAULT NULL)
	RETURNS TABLE (severity text, relation regclass, policy name,
		problem text, advice text)
	LANGUAGE sql STABLE PARALLEL UNSAFE
	SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
	SELECT f.severity, f.relid::regclass, f.policy, f.problem, f.advice
	FROM (
		SELECT * FROM hcjwt.check_superuser(api_role)
		UNION ALL SELECT * FROM hcjwt.check_bypassrls(api_role)
		UNION ALL SELECT * FROM hcjwt.check_set_role(api_role)
		UNION ALL SELECT * FROM hcjwt.check_table_owner(api_role)
		UNION ALL SELECT * FROM hcjwt.check_open_table(api_role)
		UNION ALL SELECT * FROM hcjwt.check_closed_table(api_role)
		UNION ALL SELECT * FROM hcjwt.check_other_roles(api_role)
		UNION ALL SELECT * FROM hcjwt.check_default_privileges(api_role)
		UNION ALL SELECT * FROM hcjwt.check_table_rights(api_role)
		UNION ALL SELECT * FROM hcjwt.check_function_owner(api_role)
		UNION ALL SELECT * FROM hcjwt.check_chosen_rows(api_role)
		UNION ALL SELECT * FROM hcjwt.check_condition(api_role)
		UNION ALL SELECT * FROM hcjwt.check_self_comparison(api_role)
		UNION ALL SELECT * FROM hcjwt.check_subselect(api_role)
		UNION ALL SELECT * FROM hcjwt.check_help_center_alone(api_role)
		UNION ALL SELECT * FROM hcjwt.check_account(api_role)
		UNION ALL SELECT * FROM hcjwt.check_email(api_role)
		UNION ALL SELECT * FROM hcjwt.check_claim_name(api_role, custom_claims)
		UNION ALL SELECT * FROM hcjwt.check_custom_claims(custom_claims)
		UNION ALL SELECT * FROM hcjwt.check_boundary_role(api_role)
		UNION ALL SELECT * FROM hcjwt.check_boundary_name(api_role)
		UNION ALL SELECT * FROM hcjwt.check_boundary_preload(api_role)
		UNION ALL SELECT * FROM hcjwt.check_session_token(api_role)
		UNION ALL SELECT * FROM hcjwt.check_wrapper()
		UNION ALL SELECT * FROM hcjwt.check_index(api_role)
		UNION ALL SELECT * FROM hcjwt.check_foreign_writes(api_role)
		UNION ALL SELECT * FROM hcjwt.check_foreign_server(api_role)
		UNION ALL SELECT * FROM hcjwt.check_foreign_errors(api_role)
		UNION ALL SELECT * FROM hcjwt.check_foreign_conditions(api_role)
		UNION ALL SELECT * FROM hcjwt.check_view(api_role)
		UNION ALL SELECT * FROM hcjwt.check_view_writes(api_role)
		UNION ALL SELECT * FROM hcjwt.check_materialized_view(api_role)
		UNION ALL SELECT * FROM hcjwt.check_definer_function(api_role)
		UNION ALL SELECT * FROM hcjwt.check_trusted_role(api_role)
		UNION ALL SELECT * FROM hcjwt.check_other_triggers()) AS f
	ORDER BY strpos('error warning note', f.severity), f.relid::regclass::text NULLS FIRST,
		f.policy NULLS FIRST, f.problem, f.advice;
$$;
COMMENT ON FUNCTION hcjwt.check_policies(regrole, jsonb) IS
'mistakes by which this role, or without one each that can log in and is no superuser, gets at rows that no verified claim lets it see: severity is error (rows are open), warning (it depends, or nothing is found) or note; advice is a statement to copy; with the account''s custom claims, as hcjwt.list_custom_claims() returns them, also policies that read a claim which is none of these, and claims that have the name of one of a token''s own';
