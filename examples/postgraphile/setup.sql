-- A schema for PostGraphile in which help center tokens decide who sees what.
--
--     psql -X -v ON_ERROR_STOP=1 -d shop -f setup.sql

BEGIN;

CREATE EXTENSION IF NOT EXISTS hcjwt;

-- What PostGraphile logs in as.  It owns nothing, because policies do not apply to
-- owners.
CREATE ROLE graphql_api LOGIN;

CREATE SCHEMA shop;
GRANT USAGE ON SCHEMA shop TO graphql_api;

-- For everybody.
CREATE TABLE shop.products (
	id		int PRIMARY KEY,
	name	text NOT NULL
);
GRANT SELECT ON shop.products TO graphql_api;

-- For whom they belong to.
CREATE TABLE shop.orders (
	id			int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	customer	bigint NOT NULL DEFAULT hcjwt.user_id(),
	product		int NOT NULL REFERENCES shop.products (id),
	placed_at	timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON shop.orders (customer);
CREATE INDEX ON shop.orders (product);
ALTER TABLE shop.orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE shop.orders FORCE ROW LEVEL SECURITY;
CREATE POLICY own_orders ON shop.orders FOR SELECT
	USING (customer = hcjwt.user_id());
CREATE POLICY new_orders ON shop.orders FOR INSERT
	WITH CHECK (customer = hcjwt.user_id());
GRANT SELECT, INSERT (customer, product) ON shop.orders TO graphql_api;

COMMIT;
