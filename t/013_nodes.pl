# What hcjwt tells the other nodes of a Citus cluster: in savepoints, and for each way to
# set the token.  test/carrier stands in for Citus; t/012_citus.pl has a real one,
# where somebody has installed it.

use strict;
use warnings;
use FindBin;

use HcjwtTest;

my $source = "$FindBin::RealBin/../test/carrier/carrier.c";
my $library = PostgreSQL::Test::Utils::tempdir . '/carrier';
my ($include) = run_command([ building_pg_config(), '--includedir-server' ]);

# ---- what only bears the name is not Citus ----

my $acme = Tokens->new;
my %token = map { $_ => $acme->sign('--life', 3600, '--claims', "{\"userId\":$_}") } 1, 2;
my $node = cluster('nodes', preload => 1);

sub at
{
	my ($sql, %option) = @_;

	$sql =~ s/:(\d)\b/quoted($token{$1})/ge;
	return join ' ', grep { $_ ne '' } map { told($_) } lines($node, 'postgres', $sql, user => 'app', verbosity => 'terse', %option);
}

# Turns a notice of the carrier into "(visitor)" or "(none)"; shortens an error.
sub told
{
	my ($line) = @_;

	foreach my $visitor (keys %token)
	{
		return "($visitor)"
		  if $line eq "NOTICE: to the nodes: SELECT pg_catalog.set_config('hcjwt.token', '$token{$visitor}', true), "
		  . "pg_catalog.set_config('hcjwt.expected_help_center', 'acme', true)";
	}
	return '(none)'
	  if $line eq "NOTICE: to the nodes: SELECT pg_catalog.set_config('hcjwt.token', '', true), "
	  . "pg_catalog.set_config('hcjwt.expected_help_center', '', true)";
	return $line =~ s/^(ERROR: .{40}).*/$1/r;
}

register($node, 'acme', $acme);
$node->safe_psql('postgres', <<'END');
CREATE TABLE far (customer bigint);
INSERT INTO far VALUES (1), (2);
ALTER TABLE far ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON far USING (customer = hcjwt.user_id());
CREATE TABLE near AS SELECT;
GRANT SELECT ON far, near TO app;
END
my $by = sub { "SELECT FROM hcjwt.authenticate($_[0]);\n" };
my $far = "SELECT customer FROM far;\n";

is(at($by->(':1'), options => '-c citus.propagate_set_commands=local'), '', 'a setting with the prefix of Citus is not taken for Citus');

# ---- the carrier ----

system_or_bail($ENV{CC} || 'cc', '-shared', '-fPIC', '-o', "$library.so", "-I$include", $source);
$node->append_conf('postgresql.conf', "shared_preload_libraries = '$library,hcjwt'");
$node->restart;
is(at($by->(':1') . "BEGIN; @{[$by->(':1')]} $far COMMIT;"), '1', 'a database without Citus: nothing is told');
$node->safe_psql('postgres', 'SET allow_system_table_mods = on; CREATE TABLE pg_catalog.pg_dist_node ()');

is(at("$far BEGIN; $far COMMIT;"), '', 'anonymous: nothing is told');
is(at("BEGIN; @{[$by->(':1')]} SELECT FROM near; $far $far COMMIT; $far"), '(1) 1 1', 'a visitor: told with the first query that takes nodes');
is(at("BEGIN; @{[$by->(':1')]} $far @{[$by->(':2')]} $far @{[$by->('NULL')]} $far COMMIT;"), '(1) 1 (2) 2 (none)', 'visitors take turns: each one is told');
is(at("BEGIN; @{[$by->(':1')]} $far @{[$by->(':2')]} SELECT FROM near; $far COMMIT;"), '(1) 1 (none) (2) 2',
	'a former visitor is taken back before a query that takes no nodes');
is(at("BEGIN; @{[$by->(':1')]} $far @{[$by->('NULL')]} COPY near TO STDOUT; EXPLAIN (COSTS off) SELECT FROM near; COMMIT;"),
	'(1) 1 (none) Seq Scan on near', 'a former visitor is taken back before a command');

# ---- savepoints ----

is(at("BEGIN; @{[$by->(':1')]} $far SAVEPOINT a; @{[$by->(':2')]} $far ROLLBACK TO a; $far COMMIT;"), '(1) 1 (2) 2 (1) 1', 'ROLLBACK TO a savepoint: the visitor before it is told again');
is(at("BEGIN; @{[$by->(':1')]} $far SAVEPOINT a; @{[$by->(':2')]} $far RELEASE a; $far COMMIT;"), '(1) 1 (2) 2 (2) 2', 'RELEASE: the visitor of the savepoint stays');
is(at("BEGIN; @{[$by->(':1')]} $far SAVEPOINT a; @{[$by->('NULL')]} $far RELEASE a; $far COMMIT;"), '(1) 1 (none) (none)',
	'RELEASE: no visitor since the savepoint, and none afterwards');
is(at("BEGIN; @{[$by->(':1')]} SAVEPOINT a; SAVEPOINT b; $far RELEASE b; RELEASE a; $far SAVEPOINT c; $far COMMIT;"),
	'(1) 1 (1) 1 1', 'savepoints within savepoints: the visitor is told');
is(at("BEGIN; SAVEPOINT a; @{[$by->(':1')]} $far ROLLBACK TO a; $far COMMIT;"), '(1) 1 (none)', 'ROLLBACK TO a savepoint: no visitor before it, and none afterwards');

# ---- ways to set the token ----

is(at("BEGIN; SET LOCAL hcjwt.token = :1; $far SELECT FROM set_config('hcjwt.token', :2, true); $far RESET hcjwt.token; $far COMMIT;"),
	'(1) 1 (2) 2 (none)', 'SET LOCAL, set_config(), RESET');
like(at("BEGIN; SET LOCAL citus.propagate_set_commands = local; SET LOCAL hcjwt.token = 'other'; SELECT FROM set_config('hcjwt.token', '', true); $far COMMIT;"),
	qr/'other'; \(none\)$/, 'a token that Citus has carried by itself is taken back');
like(at("BEGIN; SET hcjwt.token = :1; $far COMMIT; $far"), qr/^\(1\) 1 ERROR: invalid help center token/, 'a token that SET has left behind is refused, and not told');
like(at("BEGIN; SET LOCAL hcjwt.token = 'no.to.ken'; SELECT FROM near; $far"), qr/^ERROR: invalid help center token/,
	'a token that is refused is not told');
$node->safe_psql('postgres', "ALTER ROLE app SET hcjwt.required_help_center = 'other'");
like(at("BEGIN; SET LOCAL hcjwt.token = :1; $far"), qr/^ERROR: help center token is not for this use/, 'a token of another than the required help center is not told');
$node->safe_psql('postgres', 'ALTER ROLE app RESET hcjwt.required_help_center');

# ---- transactions ----

my $no_block = qr/^ERROR: a help center token reaches the other no/;
like(at($by->(':1')), $no_block, 'authenticate() outside a transaction block raises an error');
like(at('DO $do$ BEGIN PERFORM hcjwt.authenticate(:1); END $do$'), $no_block, 'authenticate() in DO raises an error');
is(at($by->('NULL')), '', 'authenticate(NULL) outside a transaction block raises no error');
like(at("BEGIN; @{[$by->(':1')]} SET LOCAL citus.select_opens_transaction_block = off; $far"), $no_block, 'without transactions on the nodes a visitor\'s query raises an error');
$node->safe_psql('postgres', 'ALTER ROLE app SET hcjwt.allow_session_token = on');
like(at("SET hcjwt.token = :1; SELECT FROM near; $far"), $no_block, 'a session token outside a transaction block raises an error');
is(at("SET hcjwt.token = :1; BEGIN; $far COMMIT;"), '(1) 1', 'a session token in a transaction block is told');
$node->safe_psql('postgres', 'ALTER ROLE app RESET hcjwt.allow_session_token');

# ---- a query that takes nodes reads the token, whatever it reads there ----

my $cursor = 'DECLARE c CURSOR FOR SELECT 7 FROM far; FETCH 1 FROM c;';
$node->safe_psql('postgres', 'ALTER TABLE far DISABLE ROW LEVEL SECURITY');
like(at("BEGIN; @{[$by->(':1')]} $cursor @{[$by->(':2')]} FETCH 1 FROM c;"), qr/^\(1\) 7 \(2\) ERROR: help center token changed/, 'a cursor that takes nodes ends with an error when another visitor fetches');
is(at("BEGIN; @{[$by->(':1')]} $cursor FETCH 1 FROM c; COMMIT;"), '(1) 7 7', 'a cursor of one visitor goes on');
is(at("BEGIN; $cursor @{[$by->(':2')]} FETCH 1 FROM c; COMMIT;"), '7 (2) 7', 'without a policy a cursor that nobody has begun goes on for a visitor');
$node->safe_psql('postgres', 'ALTER TABLE far ENABLE ROW LEVEL SECURITY; CREATE POLICY all_see ON far USING (true)');
like(at("BEGIN; $cursor @{[$by->(':2')]} FETCH 1 FROM c;"), qr/^7 \(2\) ERROR: help center token changed/, 'with a policy a cursor that nobody has begun ends with an error for a visitor');

# ---- what another node has sent ----

my $sent = "SET application_name = 'citus_internal gpid=1'; BEGIN;";
like(at("$sent @{[$by->(':1')]}"), qr/^ERROR: hcjwt.authenticate\(\) was sent to another/, 'authenticate() that another node has sent raises an error');
like(at("$sent SELECT set_config('hcjwt.token', :1, true) FROM far;"), qr/^ERROR: hcjwt.token was set by a query that Citu/,
	'set_config() in a query that another node has sent raises an error');
is(at("$sent SELECT FROM set_config('hcjwt.token', :1, true); SELECT hcjwt.user_id();"), '1', 'a token that another node tells is taken');

$node->stop;
done_testing();
