-- An API schema for PostgREST in which help center tokens decide who sees what.
--
--     psql -X -v ON_ERROR_STOP=1 -d shop -f setup.sql

BEGIN;

CREATE EXTENSION IF NOT EXISTS hcjwt;

-- PostgREST logs in as "authenticator" and runs every request as "visitor",
-- signed in or not: what a visitor may see is up to the policies.
-- Neither owns a table, because policies do not apply to owners.
CREATE ROLE authenticator LOGIN NOINHERIT;
CREATE ROLE visitor NOLOGIN;
GRANT visitor TO authenticator;

CREATE SCHEMA api;
GRANT USAGE ON SCHEMA api TO visitor;

-- For everybody.
CREATE TABLE api.products (
	id		int PRIMARY KEY,
	name	text NOT NULL
);
GRANT SELECT ON api.products TO visitor;

-- For whom they belong to.
CREATE TABLE api.orders (
	id			bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	customer	bigint NOT NULL DEFAULT hcjwt.user_id(),
	item		text NOT NULL,
	placed_at	timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON api.orders (customer);
ALTER TABLE api.orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE api.orders FORCE ROW LEVEL SECURITY;
CREATE POLICY own_orders ON api.orders FOR SELECT
	USING (customer = hcjwt.user_id());
CREATE POLICY new_orders ON api.orders FOR INSERT
	WITH CHECK (customer = hcjwt.user_id());
GRANT SELECT, INSERT (customer, item) ON api.orders TO visitor;

COMMIT;
