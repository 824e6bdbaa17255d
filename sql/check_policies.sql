--
-- check_policies(): each problem is found where it is, and not where it is not.
-- One transaction, which is rolled back, so no role and no setting is left.
--
SET client_min_messages = warning;
DROP EXTENSION IF EXISTS hcjwt CASCADE;
CREATE EXTENSION hcjwt;
-- this test does not depend on whether the library is preloaded
CREATE TEMP VIEW found AS
	SELECT * FROM hcjwt.check_policies() WHERE problem !~ 'not preloaded|^default privileges';
\pset null '(null)'
\pset format unaligned

BEGIN;
CREATE SCHEMA regress_shop;
SET LOCAL search_path = regress_shop;
-- roles: one that logs in, one that does not, one that is granted to a login role
CREATE ROLE regress_hcjwt_api LOGIN;
CREATE ROLE regress_hcjwt_owner NOLOGIN;
CREATE ROLE regress_hcjwt_group NOLOGIN;
CREATE ROLE regress_hcjwt_admin LOGIN SUPERUSER;
CREATE ROLE regress_hcjwt_auditor NOLOGIN BYPASSRLS;
GRANT ALL ON SCHEMA regress_shop TO regress_hcjwt_api, regress_hcjwt_owner,
	regress_hcjwt_group, regress_hcjwt_auditor;
-- the API reaches all tables
ALTER DEFAULT PRIVILEGES IN SCHEMA regress_shop
	GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO regress_hcjwt_api;
ALTER DEFAULT PRIVILEGES FOR ROLE regress_hcjwt_admin IN SCHEMA regress_shop
	GRANT SELECT ON TABLES TO regress_hcjwt_api;
INSERT INTO hcjwt.help_centers (name, base_url) VALUES ('acme', 'https://acme.example.com');

-- Nothing is found where no policy is, or none that asks for a claim.
SELECT * FROM found;
CREATE TABLE plain (id int PRIMARY KEY, owner name);
CREATE VIEW plain_view AS SELECT * FROM plain;
ALTER TABLE plain ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON plain USING (owner = current_user);
CREATE POLICY everybody ON plain FOR SELECT USING (true);
SELECT * FROM found;

-- check_policies() does not know what the API has to do with tokens until it reads such a table
REVOKE ALL ON plain, plain_view FROM regress_hcjwt_api;

-- A table as it should be: the superuser's, with an index
CREATE TABLE good (customer bigint PRIMARY KEY);
ALTER TABLE good ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON good USING (customer = hcjwt.user_id());
SELECT * FROM found;

--
-- Row-level security that is not enabled
--
SAVEPOINT here;
ALTER TABLE good DISABLE ROW LEVEL SECURITY;
SELECT * FROM found;
ROLLBACK TO here;

--
-- An owner for whom the policies do not hold
--
SAVEPOINT here;
-- only a superuser can become this owner
ALTER TABLE good OWNER TO regress_hcjwt_owner;
GRANT regress_hcjwt_owner TO regress_hcjwt_admin;
SELECT * FROM found;
-- a login role is a member of the owner, through another role
GRANT regress_hcjwt_owner TO regress_hcjwt_group;
SELECT * FROM found;
GRANT regress_hcjwt_group TO regress_hcjwt_api;
SELECT * FROM found;
ALTER TABLE good FORCE ROW LEVEL SECURITY;
SELECT * FROM found;
-- the owner itself logs in
ALTER TABLE good OWNER TO regress_hcjwt_api;
SELECT * FROM found;
ALTER TABLE good NO FORCE ROW LEVEL SECURITY;
SELECT * FROM found;
ROLLBACK TO here;

--
-- Addresses and external ids, with several help centers
--
SAVEPOINT here;
CREATE TABLE letters (email text PRIMARY KEY);
ALTER TABLE letters ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_email ON letters USING (email = hcjwt.email());
CREATE TABLE tickets (external_id text PRIMARY KEY);
ALTER TABLE tickets ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_external_id ON tickets USING (external_id = hcjwt.external_id());
CREATE TABLE named (email text PRIMARY KEY);
ALTER TABLE named ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_both ON named
	USING (email = hcjwt.email() AND hcjwt.help_center() = 'acme');
-- with one help center, there is no mistake
SELECT * FROM found;
INSERT INTO hcjwt.help_centers (name, base_url, enabled)
	VALUES ('globex', 'https://globex.example.com', false);
SELECT * FROM found;
UPDATE hcjwt.help_centers SET enabled = true WHERE name = 'globex';
SELECT * FROM found;
-- a required help center on the login role serves as well as a condition that names one
SAVEPOINT required;
ALTER ROLE regress_hcjwt_api SET hcjwt.required_help_center = 'acme';
SELECT * FROM found;
ROLLBACK TO required;
-- one that is required in this database
ALTER ROLE regress_hcjwt_api IN DATABASE :"DBNAME" SET hcjwt.required_help_center = 'acme';
SELECT * FROM found;
ROLLBACK TO required;
ALTER DATABASE :"DBNAME" SET hcjwt.required_help_center = 'acme';
SELECT * FROM found;
ROLLBACK TO required;
-- one that is required in another database does not serve
ALTER ROLE regress_hcjwt_api IN DATABASE template1 SET hcjwt.required_help_center = 'acme';
SELECT count(*) FROM found;
ROLLBACK TO required;
ALTER DATABASE template1 SET hcjwt.required_help_center = 'acme';
SELECT count(*) FROM found;
ROLLBACK TO required;
-- an empty value, or another setting, does not serve
ALTER ROLE regress_hcjwt_api SET hcjwt.required_help_center = '';
ALTER ROLE regress_hcjwt_owner SET hcjwt.required_help_center = '';
ALTER ROLE regress_hcjwt_api SET hcjwt.expected_help_center = 'acme';
SELECT count(*) FROM found;
ROLLBACK TO here;

--
-- A required help center on a role that cannot log in
--
SAVEPOINT here;
ALTER ROLE regress_hcjwt_group SET hcjwt.required_help_center = 'acme';
SELECT * FROM found;
ALTER ROLE regress_hcjwt_group LOGIN;
SELECT * FROM found;
ROLLBACK TO here;
ALTER ROLE regress_hcjwt_group IN DATABASE template1 SET hcjwt.required_help_center = 'acme';
SELECT * FROM found;
ROLLBACK TO here;

--
-- A required help center that is not registered
--
SAVEPOINT here;
ALTER ROLE regress_hcjwt_api SET hcjwt.required_help_center = 'acme';
SELECT * FROM found;
ALTER ROLE regress_hcjwt_api SET hcjwt.required_help_center = 'acne';
SELECT * FROM found;
-- its value for this database counts, not one for another database
ALTER ROLE regress_hcjwt_api IN DATABASE :"DBNAME" SET hcjwt.required_help_center = 'acme';
SELECT * FROM found;
ALTER ROLE regress_hcjwt_api IN DATABASE :"DBNAME" SET hcjwt.required_help_center = 'a=b';
SELECT * FROM found;
ROLLBACK TO here;
ALTER ROLE regress_hcjwt_api IN DATABASE template1 SET hcjwt.required_help_center = 'acne';
ALTER DATABASE template1 SET hcjwt.required_help_center = 'acne';
SELECT * FROM found;
-- where no help center is registered, the role may be for another database
ALTER ROLE regress_hcjwt_api SET hcjwt.required_help_center = 'acne';
DELETE FROM hcjwt.help_centers;
SELECT * FROM found;
ALTER DATABASE :"DBNAME" SET hcjwt.required_help_center = 'acne';
SELECT * FROM found;
ROLLBACK TO here;

--
-- Policies that read claims from a setting
--
SAVEPOINT here;
CREATE TABLE elsewhere (id int PRIMARY KEY, sub text);
CREATE POLICY using_claims ON elsewhere
	USING (sub = (current_setting('request.jwt.claims', true)::jsonb ->> 'sub'));
CREATE POLICY checking_claim ON elsewhere FOR INSERT
	WITH CHECK (sub = current_setting('request.jwt.claim.sub', true));
CREATE POLICY other_setting ON elsewhere USING (sub = current_setting('app.sub', true));
SELECT * FROM found;
ALTER TABLE elsewhere ENABLE ROW LEVEL SECURITY;
SELECT * FROM found;
-- beside a condition on a claim such a setting can only take rows away
DROP POLICY using_claims ON elsewhere;
DROP POLICY checking_claim ON elsewhere;
ALTER POLICY other_setting ON elsewhere USING (sub = current_setting('app.sub', true) AND id = hcjwt.user_id());
SELECT * FROM found;
-- a function that reads the setting is no better
CREATE FUNCTION app_sub() RETURNS text LANGUAGE sql STABLE AS $$ SELECT current_setting('app.sub', true) $$;
ALTER POLICY other_setting ON elsewhere USING (sub = app_sub());
SELECT * FROM found;
ROLLBACK TO here;

--
-- Conditions without an index
--
SAVEPOINT here;
CREATE TABLE big (id int PRIMARY KEY, customer bigint, "Tenant" text, amount int);
ALTER TABLE big ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON big USING (customer = hcjwt.user_id() AND "Tenant" = hcjwt.claim('tenant'));
SELECT * FROM found;
-- an index that begins with another column does not help
CREATE INDEX not_it ON big (amount, customer);
SELECT count(*) FROM found;
-- an index on any of the columns helps
CREATE INDEX it ON big ("Tenant", amount);
SELECT * FROM found;
-- an index on an expression of the column helps, if the condition has that
CREATE TABLE mail (id int PRIMARY KEY, email text, subject text);
ALTER TABLE mail ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON mail USING (lower(email) = lower(hcjwt.email()));
CREATE INDEX ON mail (lower(subject));
SELECT * FROM found;
CREATE INDEX ON mail (lower(email));
SELECT * FROM found;
-- WITH CHECK needs no index, nor does a condition without a column
DROP INDEX it;
DROP POLICY own ON big;
CREATE POLICY new ON big FOR INSERT WITH CHECK (customer = hcjwt.user_id());
CREATE POLICY staff ON big FOR SELECT USING (hcjwt.claim('role') = 'staff');
SELECT * FROM found;
-- a condition on another table needs an index on the column that leads there
DROP POLICY staff ON big;
DROP INDEX not_it;
CREATE POLICY mapped ON big FOR SELECT USING (EXISTS
	(SELECT FROM good g WHERE g.customer = amount AND g.customer = hcjwt.user_id()));
SELECT * FROM found;
ROLLBACK TO here;

--
-- A policy that opens what the others protect
--
SAVEPOINT here;
CREATE POLICY open_to_all ON good USING (true);
CREATE POLICY open_to_read ON good FOR SELECT USING (customer > 0);
SELECT * FROM found;
ROLLBACK TO here;
CREATE POLICY to_role ON good TO regress_hcjwt_auditor USING (true);
CREATE POLICY to_write ON good FOR INSERT WITH CHECK (true);
CREATE POLICY restricting ON good AS RESTRICTIVE USING (customer > 0);
SELECT * FROM found;
ROLLBACK TO here;

--
-- Views that read a protected table as their owner
--
SAVEPOINT here;
SET LOCAL ROLE regress_hcjwt_admin;
CREATE VIEW of_superuser AS SELECT * FROM good;
CREATE VIEW of_invoker WITH (security_invoker) AS SELECT * FROM good;
CREATE VIEW of_invoker_on WITH (security_invoker = on) AS SELECT * FROM good;
CREATE VIEW of_invoker_yes WITH (security_invoker = yes, security_barrier = no) AS SELECT * FROM good;
CREATE VIEW of_invoker_no WITH (security_invoker = false) AS SELECT * FROM good;
RESET ROLE;
CREATE VIEW of_auditor AS SELECT * FROM good;
ALTER VIEW of_auditor OWNER TO regress_hcjwt_auditor;
CREATE VIEW of_another AS SELECT * FROM good;
ALTER VIEW of_another OWNER TO regress_hcjwt_group;
SELECT * FROM found;
-- a view that asks for the claim itself is safe, if it is a security barrier
ALTER VIEW of_auditor OWNER TO regress_hcjwt_admin;
CREATE OR REPLACE VIEW of_auditor AS SELECT * FROM good WHERE customer = hcjwt.user_id() WITH CHECK OPTION;
SELECT * FROM found WHERE relation = 'of_auditor'::regclass;
ALTER VIEW of_auditor SET (security_barrier);
SELECT * FROM found WHERE relation = 'of_auditor'::regclass;
-- a view that the API does not reach does not matter
REVOKE SELECT ON of_superuser FROM regress_hcjwt_api;
SELECT * FROM found;
DROP VIEW of_superuser, of_invoker_no, of_auditor;
-- the table's owner may have a view, once the table's policies hold for the owner
ALTER TABLE good OWNER TO regress_hcjwt_group;
SELECT * FROM found;
ALTER TABLE good FORCE ROW LEVEL SECURITY;
SELECT * FROM found;
ROLLBACK TO here;

-- a member of the owner counts as the owner
SAVEPOINT here;
ALTER TABLE good OWNER TO regress_hcjwt_owner;
CREATE VIEW of_member AS SELECT * FROM good;
ALTER VIEW of_member OWNER TO regress_hcjwt_group;
SELECT * FROM found;
GRANT regress_hcjwt_owner TO regress_hcjwt_group;
SELECT * FROM found;
ROLLBACK TO here;
-- a view of the invoker's, read by another view, reads as that view's owner
CREATE VIEW inner_view WITH (security_invoker) AS SELECT * FROM good;
CREATE VIEW middle_view WITH (security_invoker) AS SELECT * FROM inner_view;
SET LOCAL ROLE regress_hcjwt_admin;
CREATE VIEW outer_view AS SELECT * FROM middle_view m JOIN good g USING (customer);
CREATE VIEW outermost_view AS SELECT * FROM outer_view;
RESET ROLE;
SELECT * FROM found;
ALTER VIEW outer_view OWNER TO regress_hcjwt_group;
SELECT * FROM found;
ROLLBACK TO here;
-- a table's own rule for SELECT does not count (in old versions it made the table a view)
CREATE RULE also AS ON UPDATE TO good DO ALSO SELECT count(*) FROM good;
SELECT * FROM found;
ROLLBACK TO here;

--
-- Materialized views, once other roles than their owner may read them
--
SAVEPOINT here;
CREATE VIEW inner_view WITH (security_invoker) AS SELECT * FROM good;
CREATE MATERIALIZED VIEW kept AS SELECT * FROM good;
CREATE MATERIALIZED VIEW kept_more AS SELECT * FROM inner_view;
CREATE MATERIALIZED VIEW plain_kept AS SELECT * FROM plain;
GRANT SELECT ON plain_kept TO PUBLIC;
SELECT * FROM found;
GRANT INSERT ON kept TO regress_hcjwt_group;
SELECT * FROM found;
GRANT SELECT ON kept TO regress_hcjwt_group, regress_hcjwt_api;
GRANT SELECT ON kept_more TO PUBLIC;
SELECT * FROM found;
ROLLBACK TO here;

--
-- SECURITY DEFINER functions that name a protected table, and ask for no claim
--
SAVEPOINT here;
SET LOCAL ROLE regress_hcjwt_admin;
CREATE FUNCTION how_many() RETURNS bigint LANGUAGE sql SECURITY DEFINER
	AS 'SELECT count(*) FROM regress_shop.Good';
CREATE FUNCTION of_atoms(int) RETURNS bigint LANGUAGE sql SECURITY DEFINER
	BEGIN ATOMIC SELECT count(*) FROM good; END;
CREATE FUNCTION of_invoker() RETURNS bigint LANGUAGE sql
	AS 'SELECT count(*) FROM good';
CREATE FUNCTION of_goods() RETURNS text LANGUAGE sql SECURITY DEFINER
	AS $$SELECT 'goods, no_good'::text$$;
CREATE FUNCTION of_visitor() RETURNS bigint LANGUAGE sql SECURITY DEFINER
	AS 'SELECT count(*) FROM good WHERE customer = hcjwt.user_id()';
CREATE FUNCTION of_trigger() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
	AS 'BEGIN PERFORM FROM good; RETURN NULL; END';
CREATE FUNCTION of_another() RETURNS bigint LANGUAGE sql SECURITY DEFINER
	AS 'SELECT count(*) FROM good';
ALTER FUNCTION of_another OWNER TO regress_hcjwt_group;
RESET ROLE;
SELECT * FROM found;
-- functions that only their owner may call
REVOKE EXECUTE ON FUNCTION how_many, of_atoms FROM PUBLIC;
SELECT * FROM found;
GRANT EXECUTE ON FUNCTION how_many TO regress_hcjwt_api;
SELECT * FROM found;
-- the table's name is found as a whole word only
ALTER TABLE good RENAME TO "a.b*\c";
SELECT * FROM found;
CREATE OR REPLACE FUNCTION how_many() RETURNS bigint LANGUAGE sql SECURITY DEFINER
	AS 'SELECT count(*) FROM regress_shop."a.b*\c"';
SELECT * FROM found;
ROLLBACK TO here;

--
-- Custom claims, as hcjwt.list_custom_claims() returns them
--
SAVEPOINT here;
CREATE FUNCTION claimed(names text[]) RETURNS TABLE (severity text, relation regclass, policy name, problem text, advice text)
	LANGUAGE sql AS $$
	SELECT * FROM hcjwt.check_policies(NULL, (SELECT jsonb_agg(jsonb_build_object(
			'claim_identifier', n, 'claim_value', 'x')) FROM unnest(names) n))
	WHERE problem !~ 'not preloaded|^default privileges';
$$;
CREATE TABLE priced (customer bigint PRIMARY KEY, tenant text);
CREATE INDEX ON priced (tenant);
ALTER TABLE priced ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_tenant ON priced USING (tenant = hcjwt.claim('tenant'));
CREATE POLICY of_claims ON priced USING (tenant = hcjwt.claims() ->> 'Tenant')
	WITH CHECK (tenant = (hcjwt.claims() -> 'it''s' ->> 0));
CREATE POLICY of_user ON priced USING (customer::text = hcjwt.claim('userId') AND hcjwt.claim('email') <> hcjwt.claim('externalId')
	AND hcjwt.claim('exp') > hcjwt.claim('origin'));
CREATE POLICY of_another ON priced USING (customer = hcjwt.user_id() AND tenant = 'hcjwt.claim(''no claim'')');
SELECT * FROM claimed('{tenant,Tenant,it''s,unused}');
SELECT * FROM claimed('{tenant,TENANT}');
SELECT count(*) FROM hcjwt.check_policies(custom_claims => '[]') WHERE problem ~ 'which the account does not define';
-- custom claims with the names of claims that tokens have, or that hcjwt judges
SELECT problem FROM claimed('{tenant,Tenant,it''s,userId,email,externalId,exp,nbf,iat,origin,aud,iss,sub,Email}');
-- these findings come beside the others
ALTER TABLE good DISABLE ROW LEVEL SECURITY;
SELECT relation, policy, problem FROM claimed('{tenant,Tenant,it''s}');
SELECT count(*) FROM hcjwt.check_policies(NULL);
SAVEPOINT wrong;
SELECT hcjwt.check_policies(custom_claims => '{"custom_claims": []}');
ROLLBACK TO wrong;
SET LOCAL ROLE regress_hcjwt_api;
SELECT hcjwt.check_policies(custom_claims => '[]');
ROLLBACK TO here;

-- Only administrators may call it; they may grant it to others.
SAVEPOINT here;
SET LOCAL ROLE regress_hcjwt_api;
SELECT * FROM hcjwt.check_policies();
ROLLBACK TO here;
GRANT EXECUTE ON FUNCTION hcjwt.check_policies TO regress_hcjwt_api;
ALTER TABLE good DISABLE ROW LEVEL SECURITY;
SET LOCAL ROLE regress_hcjwt_api;
SET LOCAL search_path = '';
SELECT relation, problem FROM hcjwt.check_policies() WHERE problem !~ 'not preloaded|^default privileges';
ROLLBACK;
