# PgBouncer in transaction mode, as examples/pgbouncer has it: hundreds of clients of
# different users over few backends.  Every transaction looks at what it can see.  If that
# is not exactly its own, it divides by zero, which ends its client and so the test.

use strict;
use warnings;

use HcjwtTest;
use JSON::PP;
use PgBouncer;

use constant {
	CLIENTS => 250,
	THREADS => 50,    # of clients that prepare; PgBouncer lets 128 wait for their connection
	BACKENDS => 8,
	ORDERS => 3,    # each user's
};

plan skip_all => 'pgbouncer is not installed' unless PgBouncer::program();

my $hc = HelpCenter->new;
my $node = hcjwt_cluster('main', $hc, conf => "fsync = off\nmax_connections = 30\n");

add_help_center($node, 'acme', $hc);
wait_until('keys', sub { keys_of($node) == 1 });

# Users 1000, 1001, ...; visitor n is user 1000 + n.
my $json = JSON::PP->new;
my $visitors = join ",\n", map {
	my $token = $hc->sign('--life', 3600, '--claims', $json->encode({ userId => 1000 + $_ }));
	"($_, ${\(1000 + $_)}, '$token')"
} 0 .. CLIENTS - 1;

$node->safe_psql('postgres', "
CREATE ROLE api LOGIN;
CREATE TABLE visitors (n int PRIMARY KEY, customer bigint, token text);
INSERT INTO visitors VALUES $visitors;
CREATE TABLE orders (id int GENERATED ALWAYS AS IDENTITY, customer bigint);
INSERT INTO orders (customer) SELECT v.customer FROM visitors v, generate_series(1, ${\ORDERS});
CREATE INDEX ON orders (customer);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_orders ON orders USING (customer = hcjwt.user_id());
GRANT SELECT ON orders, visitors TO api;

-- Rows that are seen by somebody who has failed after authenticating.
CREATE FUNCTION seen_after_failure(token text) RETURNS bigint LANGUAGE plpgsql AS \$\$
BEGIN
	BEGIN
		PERFORM hcjwt.authenticate(token);
		RAISE division_by_zero;
	EXCEPTION WHEN division_by_zero THEN
	END;
	RETURN (SELECT count(*) FROM orders);
END \$\$;

-- Rows that are seen without authenticating; -1 when that is refused.
CREATE FUNCTION seen_or_refused() RETURNS bigint LANGUAGE plpgsql AS \$\$
BEGIN
	RETURN (SELECT count(*) FROM orders);
EXCEPTION WHEN SQLSTATE '28J00' THEN
	RETURN -1;
END \$\$;
VACUUM ANALYZE orders, visitors");

my $pgbouncer = PgBouncer->new($node, 'api', "default_pool_size = ${\BACKENDS}\n");

# ---- what the clients do ----

my $mine = 'SELECT 1 / (hcjwt.user_id() = :me AND count(*) = ' . ORDERS . ' AND bool_and(customer = :me))::int FROM orders;';
my $others = 'SELECT 1 / (count(*) = ' . ORDERS . ' AND bool_and(customer = :other))::int FROM orders;';
my $none = 'SELECT 1 / (count(*) = 0)::int FROM orders;';

# Each client learns once who it is; a variable of pgbench stays with its client.
my $introduction = <<'END';
\if :introduced = 0
SELECT v.customer AS me, v.token AS token, o.customer AS other, o.token AS other_token FROM visitors v JOIN visitors o ON o.n = (v.n + 1) % :visitors WHERE v.n = :client_id \gset
\set introduced 1
\endif
END

my %script = (
	visitor => <<"END",
BEGIN;
SELECT hcjwt.authenticate(:token);
$mine
COMMIT;
END
	rolled_back => <<"END",
BEGIN;
SELECT hcjwt.authenticate(:token);
$mine
ROLLBACK;
END
	anonymous => <<"END",
BEGIN;
SELECT hcjwt.authenticate(NULL);
$none
COMMIT;
END
	forgetful => "$none\n",
	forgetful_transaction => <<"END",
BEGIN;
$none
SELECT 1 / (hcjwt.claims() IS NULL)::int;
COMMIT;
END
	autocommit => <<"END",
SELECT hcjwt.authenticate(:token);
$none
END
	two_tokens => <<"END",
BEGIN;
SELECT hcjwt.authenticate(:token);
$mine
SELECT hcjwt.authenticate(:other_token);
$others
SELECT hcjwt.authenticate(NULL);
$none
COMMIT;
END
	savepoint => <<"END",
BEGIN;
SAVEPOINT s;
SELECT hcjwt.authenticate(:token);
$mine
ROLLBACK TO s;
$none
COMMIT;
END
	failure => "SELECT 1 / (seen_after_failure(:token) = 0)::int;\n",

	# breaks the rules: leaves its token in the backend
	careless => <<"END",
BEGIN;
SELECT set_config('hcjwt.token', :token, false);
$mine
COMMIT;
END
	forgetful_after_careless => "SELECT 1 / (seen_or_refused() IN (0, -1))::int;\n",
	mistaken => <<"END",
BEGIN;
SELECT hcjwt.authenticate(:other_token);
$mine
COMMIT;
END
);
my $dir = PostgreSQL::Test::Utils::tempdir;

append_to_file("$dir/$_", $introduction . $script{$_}) for keys %script;

# run(protocol, transactions, name => weight, ...): (exit status, done, output)
#
# pgbench waits for the answer to a Parse with a name, and its thread serves no other
# client meanwhile.  Where clients of that thread hold all the backends in transactions, it
# would wait for ever, so each client has a thread of its own then, and they are fewer.
sub run_clients
{
	my ($protocol, $transactions, %weight) = @_;
	my ($clients, $threads) = $protocol eq 'prepared' ? (THREADS, THREADS) : (CLIENTS, 2);
	my @command = (
		'pgbench', '--no-vacuum', '--protocol' => $protocol,
		'--client' => $clients,
		'--jobs' => $threads,
		'--transactions' => $transactions / $clients,
		'--define' => 'introduced=0',
		'--define' => 'visitors=' . CLIENTS,
		(map { ('--file' => "$dir/$_\@$weight{$_}") } sort keys %weight),
		'-h' => $pgbouncer->{host},
		'-p' => $pgbouncer->{port},
		'-U' => 'api',
		'postgres');
	my ($status, $out, $err) = HelpCenter::run(@command);
	my ($done) = $out =~ /number of transactions actually processed: (\d+)/;

	note($out =~ /^(tps = .*)$/m);
	return ($status, $done, $err);
}

# ---- 100,000 transactions ----

my ($status, $done, $err) = run_clients(
	'extended',
	80_000,
	visitor => 10,
	rolled_back => 2,
	anonymous => 4,
	forgetful => 4,
	forgetful_transaction => 2,
	autocommit => 2,
	two_tokens => 2,
	savepoint => 2,
	failure => 2);
is($err, '', 'each sees its own rows, and the anonymous and the forgetful none');
is($status, 0, 'no client ended early');
is($done, 80_000, '80,000 transactions');

my $protocol = PgBouncer::prepares() ? 'prepared' : 'extended';
note($protocol);
($status, $done, $err) = run_clients(
	$protocol,
	20_000,
	visitor => 4,
	anonymous => 2,
	careless => 4,
	forgetful_after_careless => 4,
	two_tokens => 1);
is($err, '', 'the same where some leave their tokens in the backends');
is($status, 0, 'no client ended early');
is($done, 20_000, '20,000 transactions');
cmp_ok(
	$node->safe_psql('postgres', q{SELECT rejected_by_reason ->> 'left_behind' FROM hcjwt.stats}),
	'>', 0, 'a token left behind was refused to those who came after');

# Did clients really share the backends?
is( $node->safe_psql('postgres', q{SELECT count(*) FROM pg_stat_activity WHERE usename = 'api'}),
	BACKENDS, CLIENTS . ' clients had ' . BACKENDS . ' backends');
cmp_ok($pgbouncer->stats->{total_xact_count}, '>=', 100_000, 'through PgBouncer');

# Would the test notice a wrong row?
($status, $done, $err) = run_clients('extended', CLIENTS, mistaken => 1);
isnt($status, 0, 'a client that sees another\'s rows is noticed');
like($err, qr/division by zero/, 'by the division');

done_testing();
