-- The shop's database, for customers.json's two customers.

CREATE EXTENSION hcjwt;

CREATE TABLE orders (
	id			int PRIMARY KEY,
	customer	bigint NOT NULL DEFAULT hcjwt.user_id(),
	item		text NOT NULL,
	placed_on	date NOT NULL DEFAULT current_date,
	state		text NOT NULL DEFAULT 'placed'
);
CREATE INDEX ON orders (customer);

ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE orders FORCE ROW LEVEL SECURITY;
CREATE POLICY own_orders ON orders
	USING (customer = hcjwt.user_id());

-- What the API logs in as.
CREATE ROLE shop_api LOGIN;
GRANT SELECT ON orders TO shop_api;

INSERT INTO orders VALUES
	(1001, 377841432074, 'Teapot, brown', '2026-01-14', 'delivered'),
	(1002, 377841432075, 'Bicycle, 56 cm', '2026-02-02', 'delivered'),
	(1003, 377841432074, 'Two cups', '2026-03-21', 'on its way'),
	(1004, 377841432075, 'Bicycle bell', '2026-04-09', 'placed'),
	(1005, 377841432999, 'Piano', '2026-04-11', 'placed');
