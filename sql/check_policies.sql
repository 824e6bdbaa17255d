--
-- check_policies(): each of its problems, shown where it is and not where it is not.
-- All in one transaction that is rolled back, so no role and no setting is left.
--
SET client_min_messages = warning;
DROP EXTENSION IF EXISTS hcjwt CASCADE;
CREATE EXTENSION hcjwt;
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
INSERT INTO hcjwt.help_centers (name, base_url) VALUES ('acme', 'https://acme.example.com');

-- Nothing is found where nothing is, or nothing that concerns us.
SELECT * FROM hcjwt.check_policies();
CREATE TABLE plain (id int PRIMARY KEY, owner name);
CREATE VIEW plain_view AS SELECT * FROM plain;
ALTER TABLE plain ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON plain USING (owner = current_user);
CREATE POLICY everybody ON plain FOR SELECT USING (true);
SELECT * FROM hcjwt.check_policies();

-- A table as it should be: the superuser's, with an index
CREATE TABLE good (customer bigint PRIMARY KEY);
ALTER TABLE good ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON good USING (customer = hcjwt.user_id());
SELECT * FROM hcjwt.check_policies();

--
-- Row-level security that is not enabled
--
SAVEPOINT here;
ALTER TABLE good DISABLE ROW LEVEL SECURITY;
SELECT * FROM hcjwt.check_policies();
ROLLBACK TO here;

--
-- An owner for whom the policies do not hold
--
SAVEPOINT here;
-- nobody can be this owner but a superuser
ALTER TABLE good OWNER TO regress_hcjwt_owner;
GRANT regress_hcjwt_owner TO regress_hcjwt_admin;
SELECT * FROM hcjwt.check_policies();
-- a login role is a member of the owner, of which one can be a member in turn
GRANT regress_hcjwt_owner TO regress_hcjwt_group;
SELECT * FROM hcjwt.check_policies();
GRANT regress_hcjwt_group TO regress_hcjwt_api;
SELECT * FROM hcjwt.check_policies();
ALTER TABLE good FORCE ROW LEVEL SECURITY;
SELECT * FROM hcjwt.check_policies();
-- the owner itself logs in
ALTER TABLE good OWNER TO regress_hcjwt_api;
SELECT * FROM hcjwt.check_policies();
ALTER TABLE good NO FORCE ROW LEVEL SECURITY;
SELECT * FROM hcjwt.check_policies();
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
-- with one help center, nothing is amiss
SELECT * FROM hcjwt.check_policies();
INSERT INTO hcjwt.help_centers (name, base_url, enabled)
	VALUES ('globex', 'https://globex.example.com', false);
SELECT * FROM hcjwt.check_policies();
UPDATE hcjwt.help_centers SET enabled = true WHERE name = 'globex';
SELECT * FROM hcjwt.check_policies();
-- a required help center is as good as naming it, on a login role
SAVEPOINT required;
ALTER ROLE regress_hcjwt_api SET hcjwt.required_help_center = 'acme';
SELECT * FROM hcjwt.check_policies();
ROLLBACK TO required;
-- in this database
SELECT format('ALTER ROLE regress_hcjwt_api IN DATABASE %I SET hcjwt.required_help_center = %L',
	current_database(), 'acme') \gexec
SELECT * FROM hcjwt.check_policies();
ROLLBACK TO required;
SELECT format('ALTER DATABASE %I SET hcjwt.required_help_center = %L',
	current_database(), 'acme') \gexec
SELECT * FROM hcjwt.check_policies();
ROLLBACK TO required;
-- but not one that is required in another
ALTER ROLE regress_hcjwt_api IN DATABASE template1 SET hcjwt.required_help_center = 'acme';
SELECT count(*) FROM hcjwt.check_policies();
ROLLBACK TO required;
ALTER DATABASE template1 SET hcjwt.required_help_center = 'acme';
SELECT count(*) FROM hcjwt.check_policies();
ROLLBACK TO required;
-- nor by an empty value, or another setting
ALTER ROLE regress_hcjwt_api SET hcjwt.required_help_center = '';
ALTER ROLE regress_hcjwt_owner SET hcjwt.required_help_center = '';
ALTER ROLE regress_hcjwt_api SET hcjwt.expected_help_center = 'acme';
SELECT count(*) FROM hcjwt.check_policies();
ROLLBACK TO here;

--
-- A required help center on a role that cannot log in
--
SAVEPOINT here;
ALTER ROLE regress_hcjwt_group SET hcjwt.required_help_center = 'acme';
SELECT * FROM hcjwt.check_policies();
ALTER ROLE regress_hcjwt_group LOGIN;
SELECT * FROM hcjwt.check_policies();
ROLLBACK TO here;
ALTER ROLE regress_hcjwt_group IN DATABASE template1 SET hcjwt.required_help_center = 'acme';
SELECT * FROM hcjwt.check_policies();
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
SELECT * FROM hcjwt.check_policies();
ROLLBACK TO here;

--
-- Conditions without an index
--
SAVEPOINT here;
CREATE TABLE big (id int PRIMARY KEY, customer bigint, "Tenant" text, amount int);
ALTER TABLE big ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON big USING (customer = hcjwt.user_id() AND "Tenant" = hcjwt.claim('tenant'));
SELECT * FROM hcjwt.check_policies();
-- one that begins with something else is of no use
CREATE INDEX not_it ON big (amount, customer);
SELECT count(*) FROM hcjwt.check_policies();
-- any of the columns will do
CREATE INDEX it ON big ("Tenant", amount);
SELECT * FROM hcjwt.check_policies();
-- and one on an expression of it, as the condition may have
CREATE TABLE mail (id int PRIMARY KEY, email text, subject text);
ALTER TABLE mail ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON mail USING (lower(email) = lower(hcjwt.email()));
CREATE INDEX ON mail (lower(subject));
SELECT * FROM hcjwt.check_policies();
CREATE INDEX ON mail (lower(email));
SELECT * FROM hcjwt.check_policies();
-- what is only checked needs none, nor what has no column in it
DROP INDEX it;
DROP POLICY own ON big;
CREATE POLICY new ON big FOR INSERT WITH CHECK (customer = hcjwt.user_id());
CREATE POLICY staff ON big FOR SELECT USING (hcjwt.claim('role') = 'staff');
SELECT * FROM hcjwt.check_policies();
-- a condition on another table needs one on the column that leads there
DROP POLICY staff ON big;
DROP INDEX not_it;
CREATE POLICY mapped ON big FOR SELECT USING (EXISTS
	(SELECT FROM good g WHERE g.customer = amount AND g.customer = hcjwt.user_id()));
SELECT * FROM hcjwt.check_policies();
ROLLBACK TO here;

--
-- A policy that opens what the others protect
--
SAVEPOINT here;
CREATE POLICY open_to_all ON good USING (true);
CREATE POLICY open_to_read ON good FOR SELECT USING (customer > 0);
SELECT * FROM hcjwt.check_policies();
ROLLBACK TO here;
CREATE POLICY to_role ON good TO regress_hcjwt_auditor USING (true);
CREATE POLICY to_write ON good FOR INSERT WITH CHECK (true);
CREATE POLICY restricting ON good AS RESTRICTIVE USING (customer > 0);
SELECT * FROM hcjwt.check_policies();
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
SELECT * FROM hcjwt.check_policies();
DROP VIEW of_superuser, of_invoker_no, of_auditor;
-- the table's owner, until its own policies hold for it
ALTER TABLE good OWNER TO regress_hcjwt_group;
SELECT * FROM hcjwt.check_policies();
ALTER TABLE good FORCE ROW LEVEL SECURITY;
SELECT * FROM hcjwt.check_policies();
ROLLBACK TO here;

-- It is the administrator's, who may hand it on.
SAVEPOINT here;
SET LOCAL ROLE regress_hcjwt_api;
SELECT * FROM hcjwt.check_policies();
ROLLBACK TO here;
GRANT EXECUTE ON FUNCTION hcjwt.check_policies() TO regress_hcjwt_api;
ALTER TABLE good DISABLE ROW LEVEL SECURITY;
SET LOCAL ROLE regress_hcjwt_api;
SET LOCAL search_path = '';
SELECT relation, problem FROM hcjwt.check_policies();
ROLLBACK;
