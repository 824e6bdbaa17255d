--
-- check_policies(): each of its problems, shown where it is and not where it is not.
-- All in one transaction that is rolled back, so no role and no setting is left.
--
SET client_min_messages = warning;
DROP EXTENSION IF EXISTS hcjwt CASCADE;
CREATE EXTENSION hcjwt;
-- whether the library is preloaded is not this test's matter
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

-- Nothing is found where nothing is, or nothing that concerns us.
SELECT * FROM found;
CREATE TABLE plain (id int PRIMARY KEY, owner name);
CREATE VIEW plain_view AS SELECT * FROM plain;
ALTER TABLE plain ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON plain USING (owner = current_user);
CREATE POLICY everybody ON plain FOR SELECT USING (true);
SELECT * FROM found;

-- what the API has to do with tokens is not known until it reads a table by them
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
-- nobody can be this owner but a superuser
ALTER TABLE good OWNER TO regress_hcjwt_owner;
GRANT regress_hcjwt_owner TO regress_hcjwt_admin;
SELECT * FROM found;
-- a login role is a member of the owner, of which one can be a member in turn
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
-- a required help center is as good as naming it, on a login role
SAVEPOINT required;
ALTER ROLE regress_hcjwt_api SET hcjwt.required_help_center = 'acme';
SELECT * FROM found;
ROLLBACK TO required;
-- in this database
ALTER ROLE regress_hcjwt_api IN DATABASE :"DBNAME" SET hcjwt.required_help_center = 'acme';
SELECT * FROM found;
ROLLBACK TO required;
ALTER DATABASE :"DBNAME" SET hcjwt.required_help_center = 'acme';
SELECT * FROM found;
ROLLBACK TO required;
-- but not one that is required in another
ALTER ROLE regress_hcjwt_api IN DATABASE template1 SET hcjwt.required_help_center = 'acme';
SELECT count(*) FROM found;
ROLLBACK TO required;
ALTER DATABASE template1 SET hcjwt.required_help_center = 'acme';
SELECT count(*) FROM found;
ROLLBACK TO required;
-- nor by an empty value, or another setting
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
-- what it has in this database counts, and not what in another
ALTER ROLE regress_hcjwt_api IN DATABASE :"DBNAME" SET hcjwt.required_help_center = 'acme';
SELECT * FROM found;
ALTER ROLE regress_hcjwt_api IN DATABASE :"DBNAME" SET hcjwt.required_help_center = 'a=b';
SELECT * FROM found;
ROLLBACK TO here;
ALTER ROLE regress_hcjwt_api IN DATABASE template1 SET hcjwt.required_help_center = 'acne';
ALTER DATABASE template1 SET hcjwt.required_help_center = 'acne';
SELECT * FROM found;
-- where none is registered, the role may be for another database, this one not
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
-- where a claim is asked for, too, such a setting only takes rows away
DROP POLICY using_claims ON elsewhere;
DROP POLICY checking_claim ON elsewhere;
ALTER POLICY other_setting ON elsewhere USING (sub = current_setting('app.sub', true) AND id = hcjwt.user_id());
SELECT * FROM found;
-- a function around it is no better
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
-- one that begins with something else is of no use
CREATE INDEX not_it ON big (amount, customer);
SELECT count(*) FROM found;
-- any of the columns will do
CREATE INDEX it ON big ("Tenant", amount);
SELECT * FROM found;
-- and one on an expression of it, as the condition may have
CREATE TABLE mail (id int PRIMARY KEY, email text, subject text);
ALTER TABLE mail ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON mail USING (lower(email) = lower(hcjwt.email()));
CREATE INDEX ON mail (lower(subject));
SELECT * FROM found;
CREATE INDEX ON mail (lower(email));
SELECT * FROM found;
-- what is only checked needs none, nor what has no column in it
DROP INDEX it;
DROP POLICY own ON big;
CREATE POLICY new ON big FOR INSERT WITH CHECK (customer = hcjwt.user_id());
CREATE POLICY staff ON big FOR SELECT USING (hcjwt.claim('role') = 'staff');
SELECT * FROM found;
-- a condition on another table needs one on the column that leads there
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
-- one that asks itself is as good, once no function can look into it
ALTER VIEW of_auditor OWNER TO regress_hcjwt_admin;
CREATE OR REPLACE VIEW of_auditor AS SELECT * FROM good WHERE customer = hcjwt.user_id() WITH CHECK OPTION;
SELECT * FROM found WHERE relation = 'of_auditor'::regclass;
ALTER VIEW of_auditor SET (security_barrier);
SELECT * FROM found WHERE relation = 'of_auditor'::regclass;
-- and one that the API does not reach does not matter
REVOKE SELECT ON of_superuser FROM regress_hcjwt_api;
SELECT * FROM found;
DROP VIEW of_superuser, of_invoker_no, of_auditor;
-- the table's owner, until its own policies hold for it
ALTER TABLE good OWNER TO regress_hcjwt_group;
SELECT * FROM found;
ALTER TABLE good FORCE ROW LEVEL SECURITY;
SELECT * FROM found;
ROLLBACK TO here;

-- a member of the owner is as the owner
SAVEPOINT here;
ALTER TABLE good OWNER TO regress_hcjwt_owner;
CREATE VIEW of_member AS SELECT * FROM good;
ALTER VIEW of_member OWNER TO regress_hcjwt_group;
SELECT * FROM found;
GRANT regress_hcjwt_owner TO regress_hcjwt_group;
SELECT * FROM found;
ROLLBACK TO here;
-- a view of the invoker's reads as the one that it is read by
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
-- and the table's own rule for selects is none (it has been a way to make a view)
CREATE RULE also AS ON UPDATE TO good DO ALSO SELECT count(*) FROM good;
SELECT * FROM found;
ROLLBACK TO here;

--
-- Materialized views, once others than their owner may read them
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
-- those that only their owner may call
REVOKE EXECUTE ON FUNCTION how_many, of_atoms FROM PUBLIC;
SELECT * FROM found;
GRANT EXECUTE ON FUNCTION how_many TO regress_hcjwt_api;
SELECT * FROM found;
-- its name is looked for to the letter
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
-- names of claims that tokens have, or that are judged
SELECT problem FROM claimed('{tenant,Tenant,it''s,userId,email,externalId,exp,nbf,iat,origin,aud,iss,sub,Email}');
-- beside what is found without them
ALTER TABLE good DISABLE ROW LEVEL SECURITY;
SELECT relation, policy, problem FROM claimed('{tenant,Tenant,it''s}');
SELECT count(*) FROM hcjwt.check_policies(NULL);
SAVEPOINT wrong;
SELECT hcjwt.check_policies(custom_claims => '{"custom_claims": []}');
ROLLBACK TO wrong;
SET LOCAL ROLE regress_hcjwt_api;
SELECT hcjwt.check_policies(custom_claims => '[]');
ROLLBACK TO here;

-- It is the administrator's, who may hand it on.
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
