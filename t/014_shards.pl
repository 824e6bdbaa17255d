# Partitions that are foreign tables: the page's policy is sent to the other
# server, and its trigger closes what PostgreSQL leaves open there, for every
# statement.

use strict;
use warnings;

use FindBin;
use HcjwtTest;

my $acme = Tokens->new;
my %token = map { $_ => $acme->sign('--life', 3600, '--claims', "{\"userId\":$_}") } 1, 2;
my $front = cluster('front', preload => 1);
my $shard = PostgreSQL::Test::Cluster->new('shard');

$shard->init;
$shard->start;
register($front, 'acme', $acme);
my ($page) = slurp_file("$FindBin::RealBin/../docs/distributed.md") =~ /^## Foreign shards\n(.*?)(?=^## |\z)/ms;
my ($tables, $trigger, @more) = $page =~ /^```sql\n(.*?)^```/msg;
is(scalar(@more), 0, 'the page has the tables, and the trigger');

# As a superuser of the other server, which does not need hcjwt.
sub there { return $shard->safe_psql('postgres', $_[0]) }

sub here { return $front->safe_psql('postgres', $_[0]) }

# As the API's role; returns an error's SQLSTATE.
sub at
{
	my ($sql) = @_;

	$sql =~ s/:(\d)\b/quoted($token{$1})/ge;
	return join ' ', grep { $_ ne '' } lines($front, 'postgres', $sql, user => 'api');
}

# The same in a visitor's transaction, or without a token.
sub by
{
	my ($visitor, $sql) = @_;

	return at("BEGIN; SELECT FROM hcjwt.authenticate($visitor); $sql; COMMIT;");
}

there(<<'SQL');
CREATE ROLE front LOGIN;
CREATE TABLE orders_far (id bigint, region text, customer bigint, note text);
INSERT INTO orders_far SELECT i, 'far', i % 100, 'note ' || i FROM generate_series(1, 1000) i;
CREATE TABLE old_far (id bigint, customer bigint);
INSERT INTO old_far SELECT i, i % 100 FROM generate_series(1, 1000) i;
GRANT ALL ON orders_far, old_far TO front;
SQL
here(<<"SQL");
CREATE ROLE api LOGIN;
CREATE EXTENSION postgres_fdw;
CREATE SERVER shard FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '${\ $shard->host }', port '${\ $shard->port }', dbname 'postgres');
CREATE USER MAPPING FOR PUBLIC SERVER shard OPTIONS (user 'front', password_required 'false');
$tables
INSERT INTO orders VALUES (2001, 'near', 1, 'near'), (2002, 'near', 2, 'near');
CREATE TABLE old (id bigint, customer bigint);
CREATE FOREIGN TABLE old_far () INHERITS (old) SERVER shard;
ALTER TABLE old ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON old USING (customer = (SELECT hcjwt.user_id()));
GRANT SELECT, UPDATE ON old TO api;
SQL

# ---- reading ----

# What the other server is asked for, how many rows it sends, and how many are dropped here.
sub fetched
{
	my $plan = by(':1', 'EXPLAIN (ANALYZE, VERBOSE, COSTS off, TIMING off, SUMMARY off, FORMAT json) SELECT * FROM orders WHERE region = $$far$$');
	my %is = $plan =~ /"(Actual Rows|Rows Removed by Filter)": ([\d.]+)(?=[^{]*"Remote SQL")/g;
	my ($sql) = $plan =~ /"Remote SQL": "([^"]*)"/;

	return ($sql, int($is{'Actual Rows'} // -1), int($is{'Rows Removed by Filter'} // 0));
}

my ($sql, $rows, $removed) = fetched();
like($sql, qr/WHERE .*customer = \$1/, 'the policy\'s condition is sent to the other server');
is("$rows and $removed", '10 and 0', 'the other server sends only the visitor\'s rows');
here('ALTER POLICY own ON orders USING (customer = hcjwt.user_id())');
($sql, $rows, $removed) = fetched();
unlike($sql, qr/customer =/, 'without a sub-select the condition is not sent');
is("$rows and $removed", '10 and 990', 'without a sub-select the other server sends all rows');
like(here("SELECT string_agg(problem, '; ') FROM hcjwt.check_policies('api') WHERE relation = 'orders'::regclass"),
	qr/a function of hcjwt, which public\.orders_far does not know: all of its rows are fetched/, 'check_policies() notes that the condition is not sent');
here('ALTER POLICY own ON orders USING (customer = (SELECT hcjwt.user_id()))');
my $count = 'SELECT count(*), min(customer), max(customer) FROM orders';
is(by(':1', $count), '11|1|1', 'a visitor\'s rows, of both servers');
is(by(':2', $count), '11|2|2', 'another visitor\'s rows, of both servers');
is(by('NULL', $count), '0||', 'without a token there are no rows');
is(by(':1', "$count; SELECT FROM hcjwt.authenticate(:2); $count; SELECT FROM hcjwt.authenticate(NULL); $count"),
	'11|1|1 11|2|2 0||', 'two visitors and nobody in one transaction, over one connection to the other server');
is(by(':1', "PREPARE p AS $count; SET plan_cache_mode = force_generic_plan; EXECUTE p; SELECT FROM hcjwt.authenticate(:2); EXECUTE p"),
	'11|1|1 11|2|2', 'two visitors by one generic plan');
is(by(':1', 'COPY (SELECT DISTINCT customer FROM orders) TO STDOUT'), 1, 'COPY TO gives the visitor\'s rows alone');
is(by(':1', 'DECLARE c CURSOR FOR SELECT customer FROM orders WHERE region = $$far$$; FETCH 1 FROM c; SELECT FROM hcjwt.authenticate(:2); FETCH 1 FROM c'),
	'1 ERROR: 28J05', 'a cursor is one visitor\'s');

# errors tell of rows that only the other server has looked at
there("UPDATE orders_far SET note = 'secret (' WHERE id = 507");
is(by(':1', q{SELECT count(*) FROM orders WHERE region = 'far' AND 'x' ~ ANY (ARRAY[note])}), 'ERROR: 2201B', 'the other server looks at another visitor\'s row, so its error is shown');
here(q{CREATE TABLE one_server AS SELECT * FROM orders; ALTER TABLE one_server ENABLE ROW LEVEL SECURITY; GRANT SELECT ON one_server TO api;
	CREATE POLICY own ON one_server USING (customer = (SELECT hcjwt.user_id()))});
is(by(':1', q{SELECT count(*) FROM one_server WHERE 'x' ~ ANY (ARRAY[note])}), 0, 'on one server another visitor\'s row is not looked at');
there("UPDATE orders_far SET note = 'note 507' WHERE id = 507");

# ---- writing, as PostgreSQL has it and then with the trigger ----

my $merge = $front->pg_version >= 15;
my $another = 'VALUES (3000, $$far$$, 2, $$written$$)';
my %write = (
	'INSERT' => [ 'NULL', "INSERT INTO orders $another" ],
	'INSERT of a visitor\'s' => [ ':1', "INSERT INTO orders $another" ],
	'ON CONFLICT DO NOTHING' => [ ':1', "INSERT INTO orders $another ON CONFLICT DO NOTHING" ],
	'INSERT ... SELECT' => [ ':1', "INSERT INTO orders SELECT 3000, region, 2, 'written' FROM orders WHERE id = 1" ],
	'UPDATE' => [ ':1', q{UPDATE orders SET customer = 2, note = 'written' WHERE id = 101 AND region = 'far'} ],
	'UPDATE of both' => [ ':1', q{UPDATE orders SET customer = 2, note = 'written' WHERE id = 101 RETURNING 1} ],
	'a move' => [ ':1', q{UPDATE orders SET customer = 2, region = 'far', note = 'written' WHERE region = 'near'} ],
	'UPDATE of a child' => [ ':1', 'UPDATE old SET customer = 2 WHERE id = 101' ],
	!$merge ? () : (
		'MERGE' => [ ':1', "MERGE INTO orders o USING (SELECT 3000) s (id) ON o.id = s.id AND o.region = 'near' WHEN NOT MATCHED THEN INSERT $another" ]));
my $written = q{SELECT (SELECT count(*) FROM orders_far WHERE note = 'written' AND customer = 2) + (SELECT count(*) FROM old_far WHERE id % 100 = 1 AND customer = 2)};

# Each of these writes to the other server, and is rolled back.
sub writes
{
	my ($name) = @_;
	my ($visitor, $statement) = @{ $write{$name} };
	my $answer = by($visitor, $statement);
	my $rows = there($written);

	there('DELETE FROM orders_far WHERE id >= 2000; UPDATE orders_far SET customer = id % 100, note = concat($$note $$, id); UPDATE old_far SET customer = id % 100');
	here(q{DELETE FROM orders_near; INSERT INTO orders_near VALUES (2001, 'near', 1, 'near'), (2002, 'near', 2, 'near')});
	return $answer =~ /^ERROR: \w+/ ? "$& $rows" : $rows;
}

my $problems = q{SELECT string_agg(relation || ': ' || severity, ' ' ORDER BY relation::text) FROM hcjwt.check_policies('api') WHERE problem ~ 'checks no policy'};
is(here($problems), 'old: error orders: error', 'without the trigger check_policies() warns');
is(writes($_), 1, "and it is open: $_") foreach sort keys %write;

here($trigger);
here('CREATE TRIGGER zz_check_visitor BEFORE UPDATE ON old_far FOR EACH ROW EXECUTE FUNCTION check_visitor()');
is(here($problems), '', 'with the trigger check_policies() does not warn');
is(writes($_), 'ERROR: 42501 0', "and it is closed: $_") foreach sort keys %write;
is(here("SELECT string_agg(DISTINCT problem, '; ') FROM hcjwt.check_policies('api') WHERE severity <> 'note'"), '', 'with the trigger check_policies() finds no problem');

is(by(':1', 'CREATE TEMP TABLE orders (); SET search_path = pg_temp, public; ' . "INSERT INTO public.orders $another"),
	'ERROR: 42501', 'a table of the same name changes nothing');
here('CREATE FUNCTION swap() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.customer = 2; RETURN NEW; END $$;
	CREATE TRIGGER swap BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION swap()');
is(by(':1', 'INSERT INTO orders VALUES (3000, $$far$$, 1)'), 'ERROR: 42501', 'a trigger that changes the row to another visitor\'s changes nothing');
here('DROP TRIGGER swap ON orders; CREATE FOREIGN TABLE later PARTITION OF orders FOR VALUES IN ($$later$$) SERVER shard OPTIONS (table_name $$orders_far$$)');
is(by(':1', 'INSERT INTO orders VALUES (3000, $$later$$, 2)'), 'ERROR: 42501', 'a partition that is added later is closed, too');
here('DROP FOREIGN TABLE later');

# ---- and what is the visitor's own works ----

is(by(':1', q{INSERT INTO orders VALUES (3000, 'far', 1, 'mine') RETURNING customer; UPDATE orders SET note = 'changed' WHERE id = 3000 RETURNING note;
	UPDATE orders SET region = 'far' WHERE region = 'near'; SELECT region, count(*) FROM orders GROUP BY region;
	UPDATE orders SET region = 'near'; SELECT region, count(*) FROM orders GROUP BY region}),
	'1 changed far|12 near|12', 'one\'s own rows, here and there');
is(by(':1', 'SAVEPOINT a; INSERT INTO orders VALUES (3001, $$far$$, 1); ROLLBACK TO a; SELECT count(*) FROM orders WHERE id = 3001; '
		. 'SELECT FROM hcjwt.authenticate(:2); INSERT INTO orders VALUES (3002, $$far$$, 2) RETURNING customer'),
	'0 2', 'savepoints, and visitors in turn');
is(by(':1', q{UPDATE orders SET note = 'x' WHERE customer = 2; DELETE FROM orders WHERE customer = 2}) . there(q{SELECT count(*) FROM orders_far WHERE note = 'x' OR customer = 2}),
	11, 'others\' rows are neither changed nor deleted');
is(by(':1', 'DELETE FROM orders') . here($count), '992|0|99', 'one\'s own rows are deleted');
is(by(':1', "INSERT INTO orders $another ON CONFLICT (id) DO UPDATE SET customer = 2"), 'ERROR: 42P10', 'ON CONFLICT DO UPDATE is refused');
is(by(':1', "COPY orders FROM STDIN;\n3003\tfar\t2\tx\n\\.\n"), 'ERROR: 0A000', 'COPY FROM is refused');
is(by(':1', 'MERGE INTO orders o USING (SELECT 1) s (id) ON o.id = s.id WHEN MATCHED THEN UPDATE SET customer = 2'), 'ERROR: 0A000', 'MERGE that updates is refused')
  if $merge;
here("INSERT INTO orders $another");
is(there($written), 1, 'the owner may load rows');

# ---- past the parent ----

is(by(':1', 'TRUNCATE orders'), 'ERROR: 42501', 'TRUNCATE is refused');
is(by(':1', 'SELECT FROM orders_far'), 'ERROR: 42501', 'the partition cannot be read by its own name');
my $own = 'CREATE FOREIGN TABLE api.own (customer bigint) SERVER shard OPTIONS (schema_name $$public$$, table_name $$orders_far$$); SELECT count(DISTINCT customer) > 90 FROM api.own;';
here('CREATE SCHEMA api AUTHORIZATION api');
is(at($own), 'ERROR: 42501 ERROR: 42P01', 'the API cannot read the rows by a foreign table of its own');
here('GRANT TRUNCATE ON orders TO api; GRANT SELECT ON orders_far TO api; GRANT USAGE ON FOREIGN SERVER shard TO api');
is(at('SELECT count(DISTINCT customer) > 90 FROM orders_far;'), 't', 'with privileges the API reads the partition by its own name');
is(at($own), 't', 'with privileges the API reads the rows by a foreign table of its own');
is(by(':1', 'TRUNCATE orders') . here('SELECT count(*) FROM orders'), 0, 'with privileges the API can TRUNCATE');
is( here(q{SELECT string_agg(concat(relation, ': ', problem), E'\n' ORDER BY problem) FROM hcjwt.check_policies('api') WHERE severity = 'error'}),
	<<'END' =~ s/\n\z//r, 'check_policies() finds each of these privileges');
orders: api has TRUNCATE, which no policy holds back
old: api may make a foreign table of its own over the rows of public.old_far, as it has USAGE on server shard
orders: api may make a foreign table of its own over the rows of public.orders_far, as it has USAGE on server shard
orders_far: it is a partition or a child of public.orders, whose policies do not hold where api asks for it by its own name (api: SELECT)
END

$_->stop foreach $front, $shard;
done_testing();
