# The server's log never has a token or a piece of one, after any error and in any
# log format; and of a flood of refusals the log has a count.

use strict;
use warnings;

use HcjwtTest;
use Wire;

my ($acme, $beta) = (Tokens->new, Tokens->new);
my $node = cluster('main', preload => 1, conf => <<'END');
logging_collector = on
log_destination = 'stderr,csvlog,jsonlog'
log_directory = 'log'
log_filename = 'server.log'
log_rotation_age = 0
log_error_verbosity = verbose
log_min_messages = info
log_min_error_statement = debug5
log_parameter_max_length_on_error = -1
log_parameter_max_length = -1
log_line_prefix = '%m %p %u %d %a %i %e '
max_parallel_workers_per_gather = 2
END
my $log = $node->data_dir . '/log/server';

register($node, 'acme', $acme);
my $claims = '{"userId":1,"email":"ada@example.com"}';
my $good = $acme->sign('--claims', $claims);
my $beta_good = $beta->sign('--claims', $claims, '--kid', "x'); DROP TABLE \"\\\n" . ('k' x 400));
my %token = (
	expired => $acme->sign('--life', '-60', '--claims', $claims),
	early => $acme->sign('--claims', '{"userId":1,"nbf":253402300799}'),
	forged => $beta->sign('--kid', $acme->kid, '--claims', $claims),
	unknown => $beta->sign('--claims', $claims),
	'odd kid' => $beta_good,
	'of another origin' => $acme->sign('--origin', 'https://evil.example', '--claims', $claims),
	'no JSON' => $acme->sign('--raw-payload', 'email=ada@example.com'),
	'not UTF-8' => $acme->sign('--raw-payload', "{\"email\":\"\xe9ada\@example.com\",\"exp\":9999999999}"),
	'cut' => substr($good, 0, -20),
	'with a Bearer' => "Bearer $good");
my %state = (
	expired => '28J01', early => '28J02', unknown => '28J03', 'odd kid' => '28J03',
	'of another origin' => '28J04');
my @secrets = ($good, values %token);

$node->safe_psql('postgres', <<'END');
CREATE TABLE orders (id int, email text);
INSERT INTO orders SELECT i, 'ada@example.com' FROM generate_series(1, 1000) i;
ALTER TABLE orders SET (parallel_workers = 2);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON orders USING (email = hcjwt.email());
GRANT ALL ON orders TO app;
CREATE TABLE plain AS SELECT i FROM generate_series(1, 1000) i;
ALTER TABLE plain SET (parallel_workers = 2);
GRANT ALL ON plain TO app;
CREATE VIEW seen AS SELECT * FROM orders WHERE hcjwt.user_id() IS NOT NULL;
GRANT ALL ON seen TO app;
CREATE FUNCTION verifying(token text) RETURNS jsonb LANGUAGE plpgsql PARALLEL SAFE AS
	'BEGIN RETURN hcjwt.verify(token); END';
CREATE FUNCTION dynamic(token text) RETURNS jsonb LANGUAGE plpgsql AS
	'DECLARE r jsonb; BEGIN EXECUTE format(''SELECT hcjwt.verify(%L)'', token) INTO r; RETURN r; END';
CREATE FUNCTION again(token text) RETURNS jsonb LANGUAGE plpgsql AS
	'BEGIN RETURN hcjwt.verify(token); EXCEPTION WHEN OTHERS THEN RAISE; END';
CREATE FUNCTION other_words(token text) RETURNS jsonb LANGUAGE plpgsql AS
	'BEGIN RETURN hcjwt.verify(token); EXCEPTION WHEN OTHERS THEN RAISE EXCEPTION USING ERRCODE = SQLSTATE, MESSAGE = SQLERRM; END';
CREATE FUNCTION sql(token text) RETURNS jsonb LANGUAGE sql AS 'SELECT hcjwt.verify(token)';
CREATE FUNCTION inlined(token text) RETURNS jsonb LANGUAGE sql STABLE RETURN hcjwt.verify(token);
END

# Every way to refuse a token of which a literal stands in the statement
sub ways
{
	my ($token) = @_;
	my $t = quoted($token);
	my $again = "SET LOCAL hcjwt.token = $t; ";

	return (
		"SELECT hcjwt.verify($t)",
		"SELECT hcjwt.authenticate($t)",
		"SELECT hcjwt.verify($t) FROM generate_series(1, 10)",
		"SELECT count(hcjwt.verify($t)) FROM plain",
		"/* $token */ SELECT hcjwt.verify($t) -- $token",
		"BEGIN; ${again}SELECT hcjwt.user_id(); ROLLBACK",
		"BEGIN; ${again}SELECT count(*) FROM orders WHERE email <> $t; ROLLBACK",
		"BEGIN; ${again}SELECT count(*) FROM seen WHERE email <> $t; ROLLBACK",
		"BEGIN; ${again}INSERT INTO orders VALUES (1, $t); ROLLBACK",
		"BEGIN; ${again}UPDATE orders SET email = $t; ROLLBACK",
		"BEGIN; ${again}COPY (SELECT hcjwt.claims(), $t) TO STDOUT; ROLLBACK",
		"BEGIN; ${again}DECLARE c CURSOR FOR SELECT hcjwt.email(), $t; FETCH c; ROLLBACK",
		"BEGIN; ${again}SET LOCAL parallel_setup_cost = 0; SET LOCAL parallel_tuple_cost = 0; SET LOCAL min_parallel_table_scan_size = 0;"
		  . " SET LOCAL parallel_leader_participation = off; SELECT count(*) FROM orders WHERE email <> $t; ROLLBACK",
		"BEGIN; SET LOCAL parallel_setup_cost = 0; SET LOCAL parallel_tuple_cost = 0; SET LOCAL min_parallel_table_scan_size = 0;"
		  . " SET LOCAL parallel_leader_participation = off; SELECT count(*) FROM plain WHERE verifying($t) IS NULL; ROLLBACK",
		"SELECT verifying($t)", "SELECT dynamic($t)", "SELECT again($t)", "SELECT other_words($t)", "SELECT sql($t)", "SELECT inlined($t)",
		"SELECT * FROM (VALUES ($t)) x (t) WHERE hcjwt.verify(t) IS NOT NULL",
		"PREPARE p AS SELECT hcjwt.verify($t); EXECUTE p",
		"PREPARE q(text) AS SELECT hcjwt.verify(\$1); EXECUTE q($t)",
		"EXPLAIN ANALYZE SELECT hcjwt.verify($t)",
		"DO \$do\$ BEGIN PERFORM hcjwt.verify($t); END \$do\$",
		"DO \$do\$ BEGIN EXECUTE 'SELECT dynamic(' || quote_literal($t) || ')'; END \$do\$",
		"CREATE FUNCTION pg_temp.f() RETURNS jsonb LANGUAGE plpgsql AS \$f\$ BEGIN RETURN hcjwt.verify($t); END \$f\$; SELECT pg_temp.f()",
		"SET hcjwt.token = $t; SELECT hcjwt.user_id()",
		"ALTER ROLE app SET hcjwt.token = $t",
		"CREATE FUNCTION pg_temp.g() RETURNS int LANGUAGE sql SET hcjwt.token = $t RETURN 1");
}

# All these are refused, as they should be.  So the log had reason to quote each of
# them.
foreach my $name (sort keys %token)
{
	my $state = $state{$name} // '28J00';
	my $wrong = 0;

	foreach my $way (ways($token{$name}))
	{
		my $out = outcome($node, 'postgres', "$way;", user => 'app');
		my $expected = $way =~ /^(ALTER ROLE|CREATE .* SET hcjwt)/ ? '55P02' : $way =~ /^SET hcjwt/ ? '28J00' : $state;

		next if $out =~ /^ERROR: $expected$/m;
		$wrong++;
		diag("$way: $out" =~ s/eyJ[\w.-]*/TOKEN/gr);
	}
	is($wrong, 0, "refused: $name");
}

# Bind parameters, which PostgreSQL puts into the context of an error
my $script = $node->basedir . '/bind.sql';
foreach my $name (sort keys %token)
{
	append_to_file("$script.$_", "BEGIN;\nSELECT hcjwt.authenticate(:t);\nSELECT hcjwt.verify(:t);\nCOMMIT;\n") for $name =~ s/\W/_/gr;
	foreach my $mode ('extended', 'prepared')
	{
		$node->command_fails_like(
			[
				'pgbench', '-n', '-M', $mode, '-t', 1, '-D', "t=$token{$name}", '-U', 'app',
				'-f', "$script." . $name =~ s/\W/_/gr, '-d', 'postgres'
			],
			qr/help center token/,
			"bind parameters, $mode: $name");
	}
}

# There have been so many refusals that the limit may leave this one out: try again.
wait_until('the odd kid in the log', sub {
	return 0 if outcome($node, 'postgres', 'SELECT hcjwt.verify(' . quoted($token{'odd kid'}) . ');', user => 'app') ne 'ERROR: 28J03';
	slurp_file("$log.log") =~ /kid ".*DROP TABLE/ });

# Nothing of a token in any log, nor in an error that a client sees
my %logged = map { $_ => slurp_file("$log.$_") } qw(log csv json);
like($logged{$_}, qr/28J00/, "the log was written ($_)") foreach sort keys %logged;
is_deeply([ pieces_in($logged{$_}, @secrets) ], [], "no piece of a token ($_)") foreach sort keys %logged;
unlike($logged{$_}, qr/ada\@example\.com|email=ada/, "nor of a payload ($_)") foreach sort keys %logged;

# The kid is escaped and cut short.
my @kids = $logged{log} =~ /\(kid "(.*?)(?:"\)|"\.\.\.\))/g;
my ($odd) = grep { /DROP TABLE/ } $logged{log} =~ /(kid ".*)/g;
like($odd, qr/^kid "x'\); DROP TABLE \\x22\\x5c\\x0ak+\.\.\."/, 'a kid is escaped');
unlike($logged{log}, qr/k{65}/, 'and cut');

# What a client sees with the most verbose errors, without the statements that it sent
my $told = outcome($node, 'postgres',
	"BEGIN; SET LOCAL hcjwt.token = '$token{forged}';\nSELECT count(*) FROM orders;\nROLLBACK;", user => 'app', verbosity => 'verbose');
like($told, qr/28J00: invalid help center token/, 'a client is told');
is_deeply([ pieces_in($told, @secrets) ], [], 'not much');
unlike($told, qr/signature|Refused|kid/, 'nor the reason');

# A flood: some entries, then a count of the rest.  After a restart nothing is held
# back, and the statistics begin at 0.
$node->restart;
my $offset = -s "$log.log";

sub refusals
{
	my ($entries, $held_back) = (0, 0);

	foreach my $line (split /\n/, slurp_file("$log.log", $offset))
	{
		$entries++ if $line =~ /ERROR:  28J00/;
		$held_back += $1 if $line =~ /(\d+) more refusals were not logged/;
	}
	return ($entries, $held_back);
}

is(scalar(grep { $_ eq 'ERROR: 28J00' } lines($node, 'postgres', "SELECT hcjwt.verify('nonsense');\n" x 300)), 300, 'a flood is refused');
wait_until('the count', sub {
	return 0 if outcome($node, 'postgres', "SELECT hcjwt.verify('nonsense')") ne 'ERROR: 28J00';
	my ($entries, $held_back) = refusals();
	return $held_back > 0
	  && $entries + $held_back == $node->safe_psql('postgres', 'SELECT rejected FROM hcjwt.stats');
});
my ($entries, $held_back) = refusals();
cmp_ok($entries, '<', 100, 'a flood of refusals is not logged in full');
cmp_ok($entries + $held_back, '>', 300, 'refusals that are not logged are counted');

# Where others show statements, tokens are asterisks: good tokens, too.
configure($node, 'log_statement', 'all');
$offset = -s "$log.log";
my $wire = Wire->new($node, 'app');
my $literal = "SELECT FROM hcjwt.authenticate('$good')";

$wire->flight([ query => 'BEGIN' ]);
is_deeply([ $wire->flight([ query => $literal ]) ], [',done'], 'a good token, as a literal');
my $shown = $node->safe_psql('postgres', "SELECT query FROM pg_stat_activity WHERE state = 'idle in transaction'");
like($shown, qr/^SELECT FROM hcjwt\.authenticate\('\*{100,}'\)$/, 'in pg_stat_activity');
is_deeply(
	[
		$wire->flight(
			[ parse => '', 'SELECT 1 FROM hcjwt.authenticate($1)' ],
			[ bind => '', '', $good ],
			[ execute => '' ], ['sync'])
	],
	['1,done'],
	'as a parameter');
is_deeply([ $wire->flight([ query => "SELECT 1 / 0, '$good'" ]) ], ['22012'], 'in a statement that fails');
# the logging collector writes later than a client is answered
wait_until("the last entry ($_)", sub { slurp_file("$log.$_") =~ /division by zero/ }) foreach qw(log csv json);
my $since = slurp_file("$log.log", $offset);
like($since, qr/statement: SELECT FROM hcjwt\.authenticate\('\*{100,}'\)/, 'log_statement has the statement');
like($since, qr/arameters: \$1 = '\*{100,}'/, 'and the parameter');
like($since, qr/STATEMENT:  SELECT 1 \/ 0, '\*{100,}'/, 'as has the entry of an error');
is_deeply([ pieces_in($shown . slurp_file("$log.$_"), @secrets) ], [], "without a piece of the token ($_)")
  foreach qw(log csv json);

$node->stop;
done_testing();
