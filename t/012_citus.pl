# hcjwt on Citus: the token reaches each node that takes part in a transaction, whichever
# node the client is connected to; no node ever serves a former visitor's rows; and no
# view and no log of any node has a piece of a token.

use strict;
use warnings;

use Citus;
use HcjwtTest;
use PgBouncer;
use Wire;

plan skip_all => Citus::missing() if Citus::missing();

my ($acme, $beta) = (Tokens->new, Tokens->new);
my $citus = Citus->new(conf => "log_statement = all\nlog_min_messages = notice\n");
my ($coordinator, @workers) = $citus->nodes;

$citus->share('acme', $acme);
$citus->share('beta', $beta);
$citus->sql(<<'END');
CREATE ROLE api LOGIN;
CREATE ROLE bound LOGIN;
CREATE ROLE other LOGIN;
GRANT other TO bound;
ALTER ROLE bound SET hcjwt.required_help_center = 'acme';

SET citus.shard_count = 8;
CREATE TABLE orders (id bigint, customer bigint DEFAULT hcjwt.user_id(), PRIMARY KEY (customer, id));
SELECT create_distributed_table('orders', 'customer');
INSERT INTO orders SELECT i, i % 12 FROM generate_series(1, 240) i;
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON orders USING (customer = hcjwt.user_id());

-- its rows are where the order's id takes them: a join with orders moves rows
CREATE TABLE items (id bigint PRIMARY KEY, customer bigint);
SELECT create_distributed_table('items', 'id');
INSERT INTO items SELECT i, i % 12 FROM generate_series(1, 240) i;
ALTER TABLE items ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON items USING (customer = hcjwt.user_id());

CREATE TABLE notes (customer bigint, note text);
SELECT create_reference_table('notes');
INSERT INTO notes SELECT i, 'x' FROM generate_series(0, 11) i;
ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON notes USING (customer = hcjwt.user_id());

CREATE TABLE plain (id bigint, customer bigint);
SELECT create_distributed_table('plain', 'id');
INSERT INTO plain SELECT i, i FROM generate_series(1, 30) i;
CREATE TABLE here (id bigint, customer bigint);
INSERT INTO here VALUES (1, 3), (2, 4);

CREATE FUNCTION count_by(token text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE n bigint;
BEGIN
	PERFORM hcjwt.authenticate(token);
	SELECT count(*) INTO n FROM orders;
	RETURN n;
END $$;
CREATE FUNCTION count_of(token text) RETURNS bigint LANGUAGE sql AS
	'SELECT hcjwt.authenticate(token); SELECT count(*) FROM orders';
CREATE PROCEDURE call_by(token text, INOUT n bigint) LANGUAGE plpgsql AS
	'BEGIN n := count_by(token); END';
GRANT ALL ON orders, items, notes, plain, here TO api, bound, other;

-- Citus calls it where the customer's rows are
CREATE FUNCTION count_at(whose bigint) RETURNS bigint LANGUAGE plpgsql AS
	'BEGIN RETURN (SELECT count(*) FROM orders WHERE customer = whose); END';
SELECT create_distributed_function('count_at(bigint)', 'whose', colocate_with := 'orders', force_delegation := true);
CREATE FUNCTION authenticate_at(whose bigint, token text) RETURNS bigint LANGUAGE plpgsql AS
	'BEGIN PERFORM hcjwt.authenticate(token); RETURN (SELECT count(*) FROM orders WHERE customer = whose); END';
SELECT create_distributed_function('authenticate_at(bigint, text)', 'whose', colocate_with := 'orders', force_delegation := true);
END

my %token = map { $_ => $acme->sign('--life', 3600, '--claims', "{\"userId\":$_}") } 0 .. 11;
my $foreign = $beta->sign('--life', 3600, '--claims', '{"userId":3}');
my $late = $acme->sign('--life', 3600, '--claims', '{"userId":3,"nbf":253402300799}');

sub expand
{
	my ($sql) = @_;

	$sql =~ s/:(\d+)\b/quoted($token{$1})/ge;
	$sql =~ s/:foreign\b/quoted($foreign)/ge;
	$sql =~ s/:late\b/quoted($late)/ge;
	return $sql;
}

# What api's session prints, in one line.
sub at
{
	my ($node, $sql, %option) = @_;

	return join ' ', grep { $_ ne '' } lines($node, 'postgres', expand($sql), user => 'api', %option);
}

# How many pieces of these tokens are in a text?
sub leaks { my @pieces = pieces_in(@_); return scalar @pieces; }

sub authenticate { return "SELECT FROM hcjwt.authenticate($_[0]);\n"; }
my $seen = "SELECT coalesce(string_agg(DISTINCT customer::text, ','), 'none') || '/' || count(*) FROM orders;\n";

# The worker, by its port, that has a customer's orders; one customer of each.
my (@customer_at, %port_of);
foreach (split /\n/, $citus->sql('SELECT customer, s.nodeport FROM generate_series(0, 11) customer,
	citus_shards s WHERE s.shardid = get_shard_id_for_distribution_column($$orders$$, customer) ORDER BY 1'))
{
	my ($customer, $port) = split /\|/;
	$port_of{$customer} = $port;
}
my ($one, $two) = map { my $port = $_->port; (grep { $port_of{$_} == $port } sort keys %port_of)[0] } @workers;

# ---- visitors take turns, from each node ----

foreach my $node ($citus->nodes)
{
	my $name = $node->name;

	is(at($node, $seen), 'none/0', "$name: without a visitor no rows");
	is(at($node, "BEGIN; @{[authenticate(':3')]} $seen COMMIT; $seen"), '3/20 none/0', "$name: one visitor's rows, for one transaction");
	is( at( $node,
			join(' ', "BEGIN; $seen", (map { authenticate($_), $seen } ':3', ':4', ':foreign', ':3', 'NULL', ':5'), 'COMMIT;')),
		'none/0 3/20 4/20 3/20 3/20 none/0 5/20', "$name: visitors take turns, and each sees own rows");
	is(at($node, "BEGIN; @{[authenticate(':3')]} $seen ROLLBACK; BEGIN; $seen COMMIT;"), '3/20 none/0',
		"$name: nothing is left after a rollback");
	is( at( $node,
			"BEGIN; @{[authenticate(':3')]} $seen SAVEPOINT a; @{[authenticate(':4')]} $seen SAVEPOINT b;"
			  . " @{[authenticate('NULL')]} $seen ROLLBACK TO b; $seen ROLLBACK TO a; $seen COMMIT;"),
		'3/20 4/20 none/0 4/20 3/20', "$name: after ROLLBACK TO the rows are those of the savepoint's visitor");

	# Citus forgets what was set within a savepoint that is released
	foreach my $way ([ $one, $two ], [ $two, $one ])
	{
		my ($former, $next) = @$way;
		my $first = authenticate(":$former") . "SELECT count(*) FROM orders WHERE customer = $former;";
		my $count = 'SELECT count(*) FROM orders WHERE customer =';

		is( at( $node,
				"BEGIN; $first SAVEPOINT a; @{[authenticate(qq(:$next))]} RELEASE a; $seen $count $former; COMMIT;"),
			"20 $next/20 0", "$name: a savepoint is released before the next visitor's first query");
		is( at( $node,
				"BEGIN; $first SAVEPOINT a; @{[authenticate(qq(:$next))]} $count $former; RELEASE a; $seen $count $former; COMMIT;"),
			"20 0 $next/20 0", "$name: a savepoint is released after a query, then another node takes part");
		is( at( $node,
				"BEGIN; $first SAVEPOINT a; @{[authenticate('NULL')]} $count $former; RELEASE a; $count $next; $seen COMMIT;"),
			'20 0 0 none/0', "$name: a savepoint that ended the visit is released, then another node takes part");
		is( at( $node,
				"BEGIN; SAVEPOINT a; SAVEPOINT b; $first RELEASE b; @{[authenticate(qq(:$next))]} SAVEPOINT c; $seen"
				  . " ROLLBACK TO c; $count $former; RELEASE a; SELECT set_config('hcjwt.token', '', true); $seen COMMIT;"),
			"20 $next/20 0 none/0", "$name: savepoints within savepoints, and each has its visitor's rows");
	}
}

# ---- ways to set the token, and the transaction that it needs ----

is(at($coordinator, "BEGIN; SET LOCAL hcjwt.token = :3; $seen SELECT FROM set_config('hcjwt.token', :4, true); $seen RESET hcjwt.token; $seen COMMIT;"),
	'3/20 4/20 none/0', 'SET LOCAL, set_config() and RESET are followed');
is(at($coordinator, "BEGIN; SET hcjwt.token = :3; $seen COMMIT; $seen"), '3/20 ERROR: 28J00',
	'a token that SET has left behind is refused');
is(at($coordinator, "SELECT FROM hcjwt.authenticate(NULL); $seen"), 'none/0', 'authenticate(NULL) needs no transaction block');
foreach my $way ('SELECT FROM hcjwt.authenticate(:3)', 'SELECT count_by(:3)', 'SELECT count_of(:3)', 'CALL call_by(:3, 0)',
	'DO $do$ BEGIN PERFORM hcjwt.authenticate(:3); END $do$')
{
	is(at($coordinator, "$way;"), 'ERROR: 25P01', "refused without a transaction block: $way");
}
is(at($coordinator, 'BEGIN; SELECT count_by(:3), count_of(:4); CALL call_by(:5, 0); COMMIT;'), '20|20 20', 'functions that call authenticate() work in a transaction block');
is(at($coordinator, "SET citus.select_opens_transaction_block = off; BEGIN; @{[authenticate(':3')]}"), 'ERROR: 25P01',
	'without transactions on the nodes authenticate() is refused');
is( at( $coordinator,
		"BEGIN; @{[authenticate(':3')]} SET LOCAL citus.select_opens_transaction_block = off; $seen"),
	'ERROR: 25P01', 'once transactions on the nodes are off, a visitor\'s query is refused');
is(at($coordinator, "BEGIN; SELECT FROM set_config('hcjwt.token', :late, true); SELECT count(*) FROM plain;"), 'ERROR: 28J02',
	'a token that this node refuses goes to no other node');
$citus->sql('ALTER ROLE api SET hcjwt.allow_session_token = on');
is(at($coordinator, "SET hcjwt.token = :3; $seen BEGIN; $seen COMMIT;"), 'ERROR: 25P01 3/20', 'a session token is refused outside a transaction block, and works inside');
$citus->sql('ALTER ROLE api RESET hcjwt.allow_session_token');

my $wire = Wire->new($coordinator, 'api');
my @count = ([ parse => '', 'SELECT count(*) FROM orders' ], [ bind => '', '' ], [ 'execute', '' ]);
my @authenticate = ([ parse => '', 'SELECT FROM hcjwt.authenticate($1)' ], [ bind => '', '', $token{3} ], [ 'execute', '' ]);
my $command = sub { return ([ parse => '', $_[0] ], [ bind => '', '' ], [ 'execute', '' ]) };
is(join(' ', $wire->flight(@authenticate, @count, ['sync'])), '25P01', 'a pipeline without BEGIN is refused');
is(join(' ', $wire->flight($command->('BEGIN'), @authenticate, @count, $command->('COMMIT'), ['sync'])), 'done ,done 20,done done',
	'a pipeline with BEGIN works');
is(join(' ', $wire->flight([ query => expand('SELECT FROM hcjwt.authenticate(:3); SELECT count(*) FROM orders') ])),
	',done 20,done', 'statements in one message work');

# Carried by Citus for who asks it to, and then another visitor.
foreach my $node ($citus->nodes)
{
	is( at( $node,
			"SET citus.propagate_set_commands = local; BEGIN; SET LOCAL hcjwt.token = :3; $seen @{[authenticate(':4')]} $seen"
			  . " SET LOCAL hcjwt.token = :5; $seen @{[authenticate('NULL')]} $seen COMMIT; $seen"),
		'3/20 4/20 5/20 none/0 none/0', $node->name . ': after a SET LOCAL that Citus carries, other visitors see own rows');
}

# ---- the expectation ----

foreach my $node ($citus->nodes)
{
	my $name = $node->name;
	my $expect = "BEGIN; SET LOCAL hcjwt.expected_help_center =";

	is(at($node, "$expect acme; @{[authenticate(':3')]} $seen COMMIT;"), '3/20', "$name: a token of the expected help center is accepted");
	is(at($node, "$expect beta; @{[authenticate(':3')]}"), 'ERROR: 28J04', "$name: a token of another help center than expected is refused");
	is(at($node, "BEGIN; @{[authenticate(':3')]} $seen SET LOCAL hcjwt.expected_help_center = beta; $seen"), '3/20 ERROR: 28J04',
		"$name: after the expectation changes, the visitor's query is refused");
	is(at($node, "BEGIN; SELECT FROM hcjwt.authenticate(:foreign, 'beta'); $seen SELECT FROM hcjwt.authenticate(:4, 'acme'); $seen COMMIT;"),
		'3/20 4/20', "$name: the help center that the caller names is the expected one");
}

# ---- prepared statements, and functions that Citus calls on the nodes ----

foreach my $node ($citus->nodes)
{
	my $name = $node->name;
	my $turns = join ' ', map { (authenticate($_), 'EXECUTE whole; EXECUTE one(4);') } (':3', ':4', 'NULL') x 3;

	# from its sixth call on, the prepared statement "one" has a plan for all values
	is( at( $node, "PREPARE whole AS $seen PREPARE one(bigint) AS SELECT count(*) FROM orders WHERE customer = \$1; BEGIN; $turns COMMIT;"
			  . " EXECUTE whole; EXECUTE one(4); BEGIN; @{[authenticate(':4')]} EXECUTE whole; EXECUTE one(4); COMMIT;"),
		join(' ', ('3/20 0 4/20 20 none/0 0') x 3, 'none/0 0 4/20 20'), "$name: prepared statements return each visitor's rows");
	is( at( $node, 'BEGIN; ' . join(' ', map { (authenticate($_), 'SELECT count_at(3), count_at(4); SELECT count_at(3);') } ':3', ':4', 'NULL') . ' COMMIT;'),
		'20|0 20 0|20 0 0|0 0', "$name: a function that Citus calls at the rows' node sees the visitor's rows");
	is(at($node, 'SELECT count_at(3);'), 0, "$name: a function that Citus calls sees no rows without a visitor");
}
is(at($coordinator, 'BEGIN; SELECT authenticate_at(3, :3); ROLLBACK;'), 'ERROR: 55000',
	'authenticate() in a function that Citus calls at another node is refused');

# ---- one query reads one token ----

is( at($coordinator, "BEGIN; @{[authenticate(':3')]} DECLARE c CURSOR FOR SELECT customer FROM orders; FETCH 2 FROM c; FETCH 1 FROM c;"
		  . " @{[authenticate(':4')]} FETCH 1 FROM c; ROLLBACK;"),
	'3 3 3 ERROR: 28J05', 'a cursor with rows of a former visitor ends with 28J05');
is( at($coordinator, "BEGIN; DECLARE c CURSOR FOR SELECT id > 0 FROM plain; FETCH 1 FROM c; @{[authenticate(':4')]} FETCH 1 FROM c; ROLLBACK;"),
	't t', 'a cursor on a table without a policy goes on');
is( at($coordinator, "BEGIN; @{[authenticate(':3')]} DECLARE c CURSOR WITH HOLD FOR SELECT customer FROM orders; COMMIT;"),
	'ERROR: 28J05', 'a cursor WITH HOLD is refused');
$wire->flight([ query => 'BEGIN' ]);
is( join(' ', $wire->flight(@authenticate, [ parse => '', 'SELECT customer FROM orders' ], [ bind => 'p', '' ],
		[ 'execute', 'p', 2 ], [ parse => '', 'SELECT FROM hcjwt.authenticate(NULL)' ], [ bind => '', '' ], [ 'execute', '' ],
		[ 'execute', 'p', 2 ], ['sync'])),
	',done 3,3,more ,done 28J05', 'a portal with rows of a former visitor ends with 28J05');
$wire->flight([ query => 'ROLLBACK' ]);
is(at($coordinator, 'BEGIN; SELECT hcjwt.authenticate(:3) IS NULL FROM plain; ROLLBACK;'), 'ERROR: 55000',
	'authenticate() that Citus sends to the workers is refused');
is(at($coordinator, 'BEGIN; SELECT set_config($$hcjwt.token$$, :3, true) IS NULL FROM plain; ROLLBACK;'), 'ERROR: 55000',
	'set_config() that Citus sends to the workers is refused');

# ---- queries of all kinds ----

sub as_visitor
{
	my ($sql, $expected, $name, $node) = @_;

	return is(at($node // $coordinator, "BEGIN; SET LOCAL citus.enable_repartition_joins = on; @{[authenticate(':3')]} $sql; ROLLBACK;"),
		$expected, $name);
}
foreach my $node ($citus->nodes)
{
	my $name = $node->name;

	as_visitor('SELECT count(*) FROM orders o JOIN items i ON o.id = i.id', 20, "$name: a join that moves rows", $node);
	as_visitor('SELECT count(*) FROM orders o JOIN notes n USING (customer)', 20, "$name: with a reference table", $node);
	as_visitor('SELECT count(*), min(customer), max(customer) FROM notes', '1|3|3', "$name: the reference table", $node);
	as_visitor('WITH a AS MATERIALIZED (SELECT * FROM items) SELECT count(*) FROM a JOIN orders o USING (id)', 20,
		"$name: an intermediate result", $node);
	as_visitor('SELECT count(*) FROM orders WHERE customer IN (SELECT customer FROM items ORDER BY id LIMIT 5)', 20,
		"$name: a subquery", $node);
	as_visitor('SELECT count(*) FROM (SELECT FROM orders WHERE customer = 3 FOR UPDATE) o', 20, "$name: FOR UPDATE", $node);
	as_visitor('DELETE FROM plain; INSERT INTO plain SELECT id, customer FROM orders; SELECT count(*), min(customer), max(customer) FROM plain',
		'20|3|3', "$name: INSERT ... SELECT", $node);
	as_visitor('DELETE FROM plain; INSERT INTO plain SELECT id, customer FROM orders ORDER BY id LIMIT 7; SELECT count(*), max(customer) FROM plain',
		'7|3', "$name: by way of this node", $node);
	as_visitor('UPDATE items SET customer = customer; DELETE FROM orders WHERE id < 50 RETURNING customer', '3 3 3 3',
		"$name: UPDATE and DELETE", $node);
	as_visitor('INSERT INTO orders (id) VALUES (1000); SELECT count(*) FROM orders', 21, "$name: a default", $node);
	as_visitor('INSERT INTO orders VALUES (1000, 4)', 'ERROR: 42501', "$name: another's row", $node);
	as_visitor('COPY (SELECT DISTINCT customer FROM orders) TO STDOUT; COPY notes TO STDOUT', "3 3\tx", "$name: COPY", $node);
}
as_visitor('MERGE INTO orders o USING (SELECT 3 AS id, 3 AS customer) s ON o.customer = s.customer AND o.id = s.id WHEN MATCHED THEN DELETE', 'ERROR: XX000',
	'Citus refuses MERGE where a policy calls a function that is not immutable');
as_visitor('INSERT INTO plain SELECT * FROM here; SELECT count(*) FROM orders', 20, 'INSERT of rows that are on this node alone');
as_visitor('COPY plain FROM STDIN;
500	3
501	4
\.
SELECT count(*) FROM plain WHERE id >= 500', 2, 'COPY FROM');
is(at($coordinator, "BEGIN; @{[authenticate(':3')]} UPDATE orders SET id = id + 10000; COMMIT; BEGIN; @{[authenticate(':4')]} UPDATE orders SET id = id + 10000; COMMIT;")
	  . $citus->sql('SELECT count(*) FROM orders WHERE id > 10000'), 40, 'rows of both visitors are changed by two-phase commits');

# A policy never prunes shards, a condition does.
sub tasks
{
	my ($condition) = @_;

	return at($coordinator, "BEGIN; @{[authenticate(':3')]} EXPLAIN (COSTS off) SELECT * FROM orders $condition; COMMIT;") =~ /Task Count: (\d+)/
	  ? $1 : 'none';
}
is(tasks(''), 8, 'a policy alone leaves a task for each shard');
is(tasks('WHERE customer = hcjwt.user_id()'), 8, 'a condition that calls user_id() leaves a task for each shard');
is(tasks('WHERE customer = 3'), 1, 'a condition with the visitor\'s id as a constant leaves one task');

# ---- the boundary ----

foreach my $role ('bound', 'other')
{
	my %as = (user => 'bound');
	my $begin = "SET ROLE $role; BEGIN;";
	my $count = 'SELECT count(*) FROM orders WHERE customer = 3;';

	is(at($coordinator, "$begin @{[authenticate(':3')]} $count COMMIT;", %as), 20, "as $role: a token of the required help center is accepted");
	is(at($coordinator, "$begin @{[authenticate(':foreign')]}", %as), 'ERROR: 28J04', "as $role: a token of another help center is refused");
	is(at($coordinator, "$begin SET LOCAL hcjwt.token = :foreign; $count", %as), 'ERROR: 28J04', "as $role: another help center's token is refused after SET LOCAL");
	is(at($coordinator, "$begin SET LOCAL citus.propagate_set_commands = local; SET LOCAL hcjwt.token = :foreign; $count", %as),
		'ERROR: 28J04', "as $role: another help center's token is refused when Citus carries it");
	is(at($coordinator, "$begin SET LOCAL citus.propagate_set_commands = local; SET LOCAL hcjwt.token = :foreign; SELECT FROM set_config('hcjwt.token', '', true); $count", %as),
		0, "as $role: another help center's token opens no rows when Citus carries it, and it is cleared here");
	is(at($coordinator, "$begin @{[authenticate(':3')]} $count SET LOCAL citus.propagate_set_commands = local; SET LOCAL hcjwt.token = :foreign; SELECT FROM set_config('hcjwt.token', :3, true); $count", %as),
		'20 20', "as $role: after a token that Citus carries, the visitor's own token opens own rows");
}

# ---- what others see ----

my $open = Wire->new($coordinator, 'api');
$open->flight([ query => 'SET citus.log_remote_commands = on; SET log_duration = on' ]);
$open->flight([ query => 'BEGIN' ]);
is(join(' ', $open->flight(@authenticate, @count, ['sync'])), ',done 20,done', 'a visitor\'s transaction is open');
# Another visitor reads one shard.  On the other nodes the last statement is the one that sets the token.
is( join(' ', $open->flight([ query => expand('SELECT FROM hcjwt.authenticate(:4); SELECT count(*) FROM orders WHERE customer = 4') ])),
	',done 20,done', 'another visitor reads in the same transaction');
my $shown = join "\n", (map { $_->safe_psql('postgres', 'SELECT query FROM pg_stat_activity') } $citus->nodes),
  $citus->sql('SELECT query FROM citus_stat_activity');
cmp_ok(scalar(() = $shown =~ /hcjwt\.token', '\*{16,}'/g), '>=', 2, 'the views show that there was a token');
is(leaks($shown, @token{3, 4}), 0, 'the views show no piece of a token');
$open->flight([ query => 'COMMIT' ]);
foreach my $node ($citus->nodes)
{
	my $statements = $node->safe_psql('postgres', "SELECT query FROM pg_stat_statements WHERE query LIKE '%pg\_catalog.set\_config(%'");

	is_deeply([ grep { $_ ne 'SELECT pg_catalog.set_config($1, $2, $3), pg_catalog.set_config($4, $5, $6)' } split /\n/, $statements ],
		[], 'statistics of ' . $node->name);
	isnt($statements, '', 'are there') if $node != $coordinator;
}

# what an error says, with all of its context
foreach my $sql ('INSERT INTO orders VALUES (1000, 4)', 'SELECT 1 / (id - id) FROM orders', 'SELECT count_at(id / 0) FROM orders',
	'SAVEPOINT a; SELECT count(*) FROM orders; SELECT nothing FROM orders', 'DO $do$ BEGIN PERFORM 1 / (id - id) FROM orders; END $do$',
	'SELECT FROM hcjwt.authenticate(:late)', 'SELECT count_by(:late)')
{
	my $said = at($coordinator, "BEGIN; @{[authenticate(':3')]} $sql; ROLLBACK;", verbosity => 'verbose');

	like($said, qr/ERROR: /, "error of $sql");
	is(leaks($said, $token{3}, $late), 0, 'the error has no piece of a token');
}

# ---- a worker's sessions are killed, in between ----

sub kill_sessions
{
	my ($worker) = @_;

	return $worker->safe_psql('postgres',
		"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'api' AND application_name LIKE 'citus_internal%'");
}
my $session = $coordinator->background_psql('postgres', on_error_stop => 0, extra_params => [ '-U', 'api', '-v', 'VERBOSITY=sqlstate' ]);
my $query = sub { return join ' ', grep { $_ ne '' } split /\n/, $session->query(expand($_[0])) };
is($query->("BEGIN; @{[authenticate(':3')]} $seen"), '3/20', 'a visitor sees own rows');
cmp_ok(kill_sessions($workers[0]), '>', 0, 'the visitor\'s sessions on a worker are killed');
is($query->("@{[authenticate(':4')]} $seen"), '', 'the next query gets an error');
is($query->("ROLLBACK; $seen BEGIN; @{[authenticate(':5')]} $seen"), 'none/0 5/20', 'after ROLLBACK the next visitor sees own rows');
is($query->('SAVEPOINT a'), '', 'a savepoint is set, and sessions on another worker are killed');
kill_sessions($workers[1]);
is($query->("@{[authenticate(':4')]} $seen"), '', 'the next visitor\'s query gets an error');
unlike($query->("ROLLBACK TO a; $seen"), qr/4/, 'after ROLLBACK TO no row of the other visitor is seen');
is($query->("ROLLBACK; $seen"), 'none/0', 'after ROLLBACK no row is seen without a visitor');
$session->quit;

# ---- nodes and shards move while visitors come and go ----

my $pgbouncer = PgBouncer::program() ? PgBouncer->new($coordinator, 'api', "default_pool_size = 4\n") : undef;
my $dir = PostgreSQL::Test::Utils::tempdir;
my $tokens = join ', ', map { "($_, '$token{$_}')" } sort keys %token;
$citus->sql("CREATE TABLE visitors (n bigint, token text); INSERT INTO visitors VALUES $tokens; GRANT SELECT ON visitors TO api");
append_to_file("$dir/mixed", <<'END');
\if :introduced = 0
SELECT v.n AS me, v.token AS token, o.n AS other, o.token AS other_token FROM visitors v JOIN visitors o ON o.n = (v.n + 1) % 12 WHERE v.n = :client_id % 12 \gset
\set introduced 1
\endif
\set way random(1, 4)
BEGIN;
SELECT hcjwt.authenticate(:token);
SELECT 1 / (count(*) = 20 AND bool_and(customer = :me))::int FROM orders;
\if :way = 1
SAVEPOINT s;
SELECT hcjwt.authenticate(:other_token);
SELECT 1 / (count(*) = 20 AND bool_and(customer = :other))::int FROM orders;
ROLLBACK TO s;
SELECT 1 / (count(*) = 20 AND bool_and(customer = :me))::int FROM orders;
\elif :way = 2
SAVEPOINT s;
SELECT hcjwt.authenticate(:other_token);
RELEASE s;
SELECT 1 / (count(*) = 20 AND bool_and(customer = :other))::int FROM orders;
\elif :way = 3
SELECT hcjwt.authenticate(NULL);
SELECT 1 / (count(*) = 0)::int FROM orders;
\endif
COMMIT;
SELECT 1 / (count(*) = 0)::int FROM orders;
END

sub clients
{
	my ($transactions) = @_;
	my @command = ('pgbench', '-n', '-M', 'extended', '-c', 12, '-j', 2, '-t', $transactions, '-D', 'introduced=0', '-f', "$dir/mixed",
		'-h', $pgbouncer ? $pgbouncer->{host} : $coordinator->host, '-p', $pgbouncer ? $pgbouncer->{port} : $coordinator->port,
		'-U', 'api', 'postgres');
	my ($out, $err) = ('', '');
	my $run = IPC::Run::start(\@command, '<', \undef, '>', \$out, '2>', \$err);

	return sub {
		$run->finish;
		is($err, '', 'each client sees the rows of its visitor, through ' . ($pgbouncer ? 'PgBouncer' : 'connections of its own'));
		like($out, qr/actually processed: @{[12 * $transactions]}\/@{[12 * $transactions]}/, 'pgbench makes all transactions');
	};
}
clients(20)->();
my $added = $citus->node('worker3');

# the node's keys come by a subscription
$citus->sql('CREATE PUBLICATION hcjwt FOR TABLE hcjwt.help_centers, hcjwt.keys, hcjwt.fetch_state');
$added->safe_psql('postgres',
	'CREATE SUBSCRIPTION hcjwt_worker3 CONNECTION ' . quoted($coordinator->connstr('postgres')) . ' PUBLICATION hcjwt');
wait_until('keys of the added node', sub { keys_of($added) == 2 });
my $finish = clients(100);
$citus->add($added);
$citus->sql("SELECT replicate_reference_tables('block_writes')");
foreach my $port (map { $_->port } @workers)
{
	$citus->sql("SELECT citus_move_shard_placement(shardid, '127.0.0.1', $port, '127.0.0.1', ${\ $added->port}, 'block_writes')
		FROM (SELECT min(shardid) AS shardid FROM citus_shards WHERE table_name = 'orders'::regclass AND nodeport = $port) s");
}
$finish->();
is(at($added, "BEGIN; @{[authenticate(':3')]} $seen COMMIT; $seen"), '3/20 none/0', 'the added node shows a visitor\'s rows');
is($citus->sql("SELECT count(DISTINCT nodeport) FROM citus_shards WHERE table_name = 'orders'::regclass"), 3, 'shards are at three nodes');

# ---- a key is revoked on all nodes ----

is( $citus->sql(q{SELECT count(*) || ' ' || bool_and(success) FROM run_command_on_all_nodes($$SELECT hcjwt.revoke_key('acme', '}
		  . $acme->kid . q{')$$)}),
	'4 true', 'a key is revoked on all nodes');
is(at($_, "BEGIN; @{[authenticate(':3')]}"), 'ERROR: 28J03', 'is known to ' . $_->name) foreach $citus->nodes, $added;

# ---- logs ----

foreach my $node ($citus->nodes, $added)
{
	my $log = slurp_file($node->logfile);

	is(leaks($log, values %token, $foreign, $late), 0, 'no piece of a token in the log of ' . $node->name);
	like($log, qr/set_config\('hcjwt\.token', '\*{16,}'/, 'which has the statement that set it') if $node != $coordinator;
}

done_testing();
