# pgpool-II before a primary and a standby: by which settings the query goes where
# authenticate() went.  Where they part there are no rows, never another visitor's; and
# its query cache keeps nobody's rows.

use strict;
use warnings;

use HcjwtTest;
use Programs;
use Wire;

plan skip_all => 'pgpool is not installed' unless Programs::find('pgpool');

my $acme = Tokens->new;
my %token = map { $_ => $acme->sign('--life', 3600, '--claims', "{\"userId\":$_}") } 1, 2;
my $primary = cluster('primary', preload => 1, init => [ allows_streaming => 1 ]);
my $standby = PostgreSQL::Test::Cluster->new('standby');
my $programs = Programs->new;

register($primary, 'acme', $acme);
$primary->backup('b');
$standby->init_from_backup($primary, 'b', has_streaming => 1);
$standby->start;
$primary->safe_psql('postgres', <<'SQL');
CREATE TABLE orders (id bigint, customer bigint);
INSERT INTO orders SELECT i, i % 10 FROM generate_series(1, 100) i;
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON orders USING (customer = hcjwt.user_id());
CREATE VIEW seen WITH (security_invoker) AS SELECT * FROM orders;
CREATE FUNCTION smallest() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT min(customer) FROM orders';
CREATE TABLE plain AS SELECT 7 AS i;
GRANT SELECT, INSERT ON orders, seen, plain TO app;
SQL
$primary->wait_for_catchup($standby, 'replay');

# A running pgpool with these settings.  What may be balanced goes to the standby.
sub pgpool
{
	my ($name, $settings) = @_;
	my $dir = PostgreSQL::Test::Utils::tempdir_short();
	my %port = map { $_ => PostgreSQL::Test::Cluster::get_free_port() } qw(pgpool pcp);
	my $self = Programs::endpoint($dir, $port{pgpool});
	my $conf = <<"END";
backend_clustering_mode = 'streaming_replication'
listen_addresses = ''
port = $port{pgpool}
pcp_listen_addresses = ''
pcp_port = $port{pcp}
socket_dir = '$dir'
pcp_socket_dir = '$dir'
wd_ipc_socket_dir = '$dir'
pid_file_name = '$dir/pid'
logdir = '$dir'
work_dir = '$dir'
memqcache_oiddir = '$dir'
enable_pool_hba = off
num_init_children = 3
sr_check_user = 'postgres'
$settings
END

	foreach my $number (0, 1)
	{
		my $node = ($primary, $standby)[$number];
		$conf .= "backend_hostname$number = '${\ $node->host}'\nbackend_port$number = ${\ $node->port}\n"
		  . "backend_weight$number = $number\nbackend_flag$number = 'DISALLOW_TO_FAILOVER'\n";
	}
	append_to_file("$dir/pgpool.conf", $conf);
	append_to_file("$dir/$_", '') foreach qw(pcp.conf hba.conf key);
	$programs->start({ name => $name, stop => 'INT' }, Programs::find('pgpool'), '-n',
		'-f', "$dir/pgpool.conf", '-F', "$dir/pcp.conf", '-a', "$dir/hba.conf", '-k', "$dir/key");
	wait_until($name, sub {
		die "$name did not start: " . slurp_file($programs->{log}{$name}) unless $programs->runs($name);
		return -S "$dir/.s.PGSQL.$port{pgpool}" && outcome($self, 'postgres', 'SELECT 1', user => 'app') eq '1' });
	return $self;
}

# The result of the statements, with the nodes' names.
my %node = ($primary->port => 'primary', $standby->port => 'standby');

sub named { return $_[0] =~ s/\b(\d+)\|/($node{$1} \/\/ $1) . '|'/ger }

sub at
{
	my ($pgpool, $sql) = @_;

	$sql =~ s/:(\d)\b/quoted($token{$1})/ge;
	return named(join ' ', grep { $_ ne '' } lines($pgpool, 'postgres', $sql, user => 'app'));
}

# The same statements in flights of the extended protocol: all in one, or each in its own.
sub flights
{
	my ($pgpool, @flights) = @_;
	my $wire = Wire->new($pgpool, 'app');

	return named(join ' ', map {
			$wire->flight((map { my ($sql, @values) = @$_; ([ parse => '', $sql ], [ bind => '', '', @values ], [ 'execute', '' ]) } @$_), ['sync'])
	} @flights);
}

my $orders = q{SELECT current_setting('port'), count(*) FROM orders};
my $by = 'SELECT FROM hcjwt.authenticate(:1)';
my @request = (['BEGIN'], [ 'SELECT FROM hcjwt.authenticate($1)', $token{1} ], [$orders], ['COMMIT']);

# What visitor 1 gets: reading, after another query without a token, reading and writing, by SET LOCAL.
sub fares
{
	my ($pgpool) = @_;

	return (at($pgpool, "BEGIN; $by; $orders; COMMIT; $orders"),
		at($pgpool, "BEGIN; $orders; $by; $orders; COMMIT"),
		at($pgpool, "BEGIN; $by; INSERT INTO orders VALUES (200, 1); $orders; ROLLBACK"),
		at($pgpool, "BEGIN; SET LOCAL hcjwt.token = :1; $orders; COMMIT; $orders"),
		flights($pgpool, \@request),
		flights($pgpool, map { [$_] } @request));
}

my @all_at_primary = ('primary|10 standby|0', 'standby|0 primary|10', 'primary|11', 'primary|10 standby|0',
	('done ,done primary|10,done done') x 2);

# ---- what works ----

my $pgpool = pgpool('default', '');
is_deeply([ fares($pgpool) ], \@all_at_primary, 'by default a visitor\'s transaction runs at the primary');
is(at($pgpool, "SET hcjwt.token = :1;"), '', 'a session token can be set');
is(at($pgpool, $orders), 'standby|0', 'the next client does not get the session token');
$programs->stop('default');

$pgpool = pgpool('statements', 'statement_level_load_balance = on');
is_deeply([ fares($pgpool) ], \@all_at_primary, 'statement_level_load_balance: a visitor\'s transaction runs at the primary');
$programs->stop('statements');

$pgpool = pgpool('listed', q{write_function_list = 'nextval,setval,hcjwt.authenticate'});
is_deeply([ fares($pgpool) ], \@all_at_primary, 'authenticate() in write_function_list: a visitor\'s transaction runs at the primary');
$programs->stop('listed');

$pgpool = pgpool('off', 'load_balance_mode = off');
is_deeply([ fares($pgpool) ], [ map { s/standby/primary/gr } @all_at_primary ], 'load_balance_mode off: everything runs at the primary');
$programs->stop('off');

# ---- what does not ----

$pgpool = pgpool('readers', q{write_function_list = 'nextval,setval'});
is_deeply([ fares($pgpool) ],
	[ 'standby|10 standby|0', 'standby|0 standby|10', 'ERROR: 42501 ERROR: 25P02', 'primary|10 standby|0', ('done ,done standby|10,done done') x 2 ],
	'authenticate() missing in write_function_list: a transaction that only reads runs at the standby, one that writes fails');
$programs->stop('readers');

$pgpool = pgpool('parted', 'disable_load_balance_on_write = off');
is_deeply([ fares($pgpool) ],
	[ 'standby|0 standby|0', 'standby|0 standby|0', 'standby|0', 'standby|10 standby|0', ('done ,done standby|0,done done') x 2 ],
	'disable_load_balance_on_write off: reads go to the standby without the token, and see no rows');
$programs->stop('parted');

# ---- the query cache ----

$pgpool = pgpool('cache', "memory_cache_enabled = on\nmemqcache_method = 'shmem'\nmemqcache_total_size = 1MB\nmemqcache_max_num_cache = 1000\n"
	  . "load_balance_mode = off\ncache_safe_memqcache_table_list = 'orders,seen'");
# pgpool may need some queries to learn about the table
at($pgpool, 'SELECT i FROM plain; SELECT i FROM plain; SELECT i FROM plain') for 1 .. 3;
$primary->safe_psql('postgres', 'UPDATE plain SET i = 8');
is(at($pgpool, 'SELECT i FROM plain; SELECT i FROM plain WHERE true'), '7 8', 'the query cache answers a query that it knows');
$primary->safe_psql('postgres', 'ALTER TABLE plain ENABLE ROW LEVEL SECURITY');
is(at($pgpool, 'SELECT i FROM plain; SELECT i FROM plain WHERE i > 0'), '7', 'the query cache answers even after row-level security is enabled');
$primary->safe_psql('postgres', 'ALTER TABLE plain DISABLE ROW LEVEL SECURITY');
foreach my $query ('SELECT min(customer) FROM orders', 'SELECT min(customer) FROM seen', 'SELECT smallest()', 'SELECT hcjwt.user_id()',
	'SELECT (SELECT min(customer) FROM orders) FROM plain', 'WITH o AS (SELECT * FROM orders) SELECT min(customer) FROM o')
{
	my $each = join ' ', map { my $visitor = $_; map { at($pgpool, "BEGIN; $_; $query; COMMIT; $query") } "SET LOCAL hcjwt.token = :$visitor", "SELECT FROM hcjwt.authenticate(:$visitor)" } 1, 2, 1;
	is($each, '1 1 2 2 1 1', "the query cache keeps no visitor's rows: $query");
}
$programs->stop('cache');

foreach my $node ($standby, $primary)
{
	is(log_count($node, qr/PANIC|terminated by signal|TRAP/), 0, 'nothing crashed');
	$node->stop;
}
done_testing();
