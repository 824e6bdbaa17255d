# A token as the default of a role, database or connection, and settings that were made
# before the library is loaded late.

use strict;
use warnings;

use HcjwtTest;

my $acme = Tokens->new;
my $ada = $acme->sign('--claims', '{"userId":1,"email":"ada@example.com"}');
my $bob = $acme->sign('--claims', '{"userId":2,"email":"bob@example.com"}');
my %node = (preloaded => cluster('preloaded', preload => 1), late => cluster('late'));

register($_, 'acme', $acme) foreach values %node;

sub app
{
	my ($kind, $sql, %option) = @_;

	return outcome($node{$kind}, 'postgres', $sql, user => 'app', %option);
}

# hcjwt.token cannot be a default: of a connection
like(app('preloaded', 'SELECT 1', options => "-c hcjwt.token=$ada", verbosity => 'default'),
	qr/FATAL: +parameter "hcjwt.token" cannot have a default/,
	'refused in the start-up packet');
is(app('preloaded', 'SELECT 1; SHOW hcjwt.token; SELECT hcjwt.user_id()', options => '-c hcjwt.token='),
	"1\n\n", 'an empty one does no harm');
my $out = app('late', 'SELECT hcjwt.user_id(); SHOW hcjwt.token; SELECT hcjwt.claims();',
	options => "-c hcjwt.token=$ada", verbosity => 'default');
like($out, qr/^WARNING: parameter "hcjwt.token" cannot have a default$/m, 'or dropped when the library is loaded');
is((join '|', grep { !/^(WARNING|HINT)/ } split /\n/, $out, -1), '||', 'and nobody is logged in');
is_deeply([ pieces_in($out, $ada) ], [], 'without quoting it');

# by ALTER ROLE and ALTER DATABASE, where the library is not there to refuse it
foreach my $change ("ALTER ROLE app SET hcjwt.token = '$ada'", "ALTER DATABASE postgres SET hcjwt.token = '$ada'",
	"ALTER ROLE app IN DATABASE postgres SET hcjwt.token = '$ada'")
{
	my $what = $change =~ s/ SET .*//r;

	is(outcome($node{preloaded}, 'postgres', $change), 'ERROR: 55P02', "$what refused");
	$node{late}->safe_psql('postgres', $change);
	$out = app('late', 'SELECT hcjwt.user_id(); SHOW hcjwt.token; SELECT hcjwt.claims()', verbosity => 'default');
	like($out, qr/^WARNING: parameter "hcjwt.token" cannot have a default$/m, "$what dropped late");
	is_deeply([ pieces_in($out, $ada) ], [], 'without quoting it');
	is(app('late', "BEGIN; SELECT hcjwt.authenticate('$bob') IS NULL; SELECT hcjwt.user_id()") =~ s/WARNING.*\n//r,
		"f\n2", 'and in nobody\'s way');
	$node{late}->safe_psql('postgres', $change =~ s/ SET .*/ RESET hcjwt.token/r);
}

# A default that was set before the library was preloaded: sessions start without it.
$node{late}->safe_psql('postgres', "ALTER ROLE app SET hcjwt.token = '$ada'");
$node{late}->append_conf('postgresql.conf', "shared_preload_libraries = 'hcjwt'");
$node{late}->restart;
$out = app('late', 'SELECT hcjwt.user_id(); SHOW hcjwt.token', verbosity => 'default');
like($out, qr/^WARNING: parameter "hcjwt.token" cannot have a default$/m, 'a default of before is dropped at login');
is_deeply([ pieces_in($out, $ada) ], [], 'without quoting it');
$node{late}->safe_psql('postgres', 'ALTER ROLE app RESET hcjwt.token');
$node{late}->adjust_conf('postgresql.conf', 'shared_preload_libraries', undef);
$node{late}->restart;

# as a default in the configuration file
$node{preloaded}->append_conf('postgresql.conf', "hcjwt.token = '$ada'");
$node{preloaded}->reload;
wait_until('the complaint', sub { slurp_file($node{preloaded}->logfile) =~ /"hcjwt.token" cannot have a default/ });
is(app('preloaded', 'SELECT hcjwt.user_id(); SHOW hcjwt.token'), "\n", 'refused in postgresql.conf');
$node{preloaded}->adjust_conf('postgresql.conf', 'hcjwt.token', undef);
$node{preloaded}->reload;

# The server's log does not quote it either.
is_deeply([ pieces_in(slurp_file($node{$_}->logfile), $ada) ], [], "nor does the log ($_)") foreach sort keys %node;

# A token that was set before the library is loaded counts in the present transaction,
# if it was set there, and never in a later one.
my %case = (
	'SET LOCAL' => [ "BEGIN; SET LOCAL hcjwt.token = '$ada'; SELECT hcjwt.user_id(); COMMIT; SELECT hcjwt.user_id();", "1\n" ],
	'SET in the transaction' => [
		"BEGIN; SET hcjwt.token = '$ada'; SELECT hcjwt.user_id(); COMMIT; SELECT hcjwt.user_id();", "1\nERROR: 28J00"
	],
	'SET before it' => [ "SET hcjwt.token = '$ada'; SELECT hcjwt.user_id(); SELECT hcjwt.user_id();", "ERROR: 28J00\nERROR: 28J00" ],
	'SET before it, and in it, rolled back to' => [
		"SET hcjwt.token = '$ada'; BEGIN; SAVEPOINT s; SET LOCAL hcjwt.token = '$bob'; SELECT hcjwt.user_id();"
		  . ' ROLLBACK TO s; SELECT hcjwt.user_id(); ROLLBACK; SELECT hcjwt.user_id();',
		"2\nERROR: 28J00\nERROR: 28J00"
	],
	'SET before it, and in it, rolled back' => [
		"SET hcjwt.token = '$ada'; BEGIN; SET hcjwt.token = '$bob'; SELECT hcjwt.user_id(); ROLLBACK; SELECT hcjwt.user_id();",
		"2\nERROR: 28J00"
	],
	'SET before it, and cleared in it, rolled back to' => [
		"SET hcjwt.token = '$ada'; BEGIN; SAVEPOINT s; SET LOCAL hcjwt.token = ''; SELECT hcjwt.user_id();"
		  . ' ROLLBACK TO s; SELECT hcjwt.user_id(); ROLLBACK;',
		"\nERROR: 28J00"
	],
	'cleared before it, set in it' => [
		"SET hcjwt.token = ''; BEGIN; SAVEPOINT s; SET hcjwt.token = '$ada'; SAVEPOINT t; SET LOCAL hcjwt.token = '$bob';"
		  . ' SELECT hcjwt.user_id(); ROLLBACK TO t; SELECT hcjwt.user_id(); ROLLBACK TO s; SELECT hcjwt.user_id(); COMMIT;',
		"2\n1\n"
	],
	'three in savepoints' => [
		"SET hcjwt.token = '$ada'; BEGIN; SET LOCAL hcjwt.token = '$bob'; SAVEPOINT s; SET LOCAL hcjwt.token = '$ada';"
		  . ' SELECT hcjwt.user_id(); ROLLBACK TO s; SELECT hcjwt.user_id(); COMMIT; SELECT hcjwt.user_id();',
		"1\n2\nERROR: 28J00"
	],
	'in a function with a setting of its own' => [
		"SET hcjwt.token = '$ada'; CREATE FUNCTION pg_temp.f(text) RETURNS text LANGUAGE plpgsql SET work_mem = '1MB'"
		  . " AS 'BEGIN PERFORM set_config(''hcjwt.token'', \$1, true); RETURN hcjwt.user_id(); END';"
		  . " BEGIN; SELECT pg_temp.f('$bob'); SELECT hcjwt.user_id(); COMMIT; SELECT hcjwt.user_id();",
		"2\n2\nERROR: 28J00"
	],
	'nonsense' => [ "BEGIN; SET LOCAL hcjwt.token = 'nonsense'; SELECT hcjwt.user_id(); ROLLBACK; SELECT hcjwt.user_id();", "ERROR: 28J00\n" ],
	'reset' => [ "SET hcjwt.token = '$ada'; RESET hcjwt.token; SELECT hcjwt.user_id();", '' ],
	'discarded' => [ "SET hcjwt.token = '$ada'; DISCARD ALL; SELECT hcjwt.user_id();", '' ],
	'a prefix as the setting has it' => [ "BEGIN; SET LOCAL hcjwt.token = '00000001:$ada'; SELECT hcjwt.user_id();", 'ERROR: 28J00' ]
);
foreach my $what (sort keys %case)
{
	my ($sql, $expected) = @{ $case{$what} };

	foreach my $kind (sort keys %node)
	{
		my $result = app($kind, $sql);
		is($result, $expected, "$what ($kind)");
	}
}

# A client cannot give itself rights through the connection's options.
is(app('late', "BEGIN; SELECT hcjwt.authenticate('$ada') IS NULL; SET hcjwt.token = '$ada'; COMMIT; SELECT hcjwt.user_id();",
		options => '-c hcjwt.allow_session_token=on') =~ s/^WARNING.*\n//mgr,
	"f\nERROR: 28J00", 'allow_session_token by PGOPTIONS does not count');
is(app('late', "SET hcjwt.allow_session_token = on; SET hcjwt.token = '$ada'; SELECT hcjwt.user_id();") =~ s/^WARNING.*\n//mgr,
	'ERROR: 28J00', 'nor by SET');
is(app('preloaded', 'SELECT 1', options => '-c hcjwt.allow_session_token=on') =~ /permission denied|42501/ ? 1 : 0,
	1, 'and is refused where the library is preloaded');
foreach my $setting ('max_stale=100000000', 'allowed_hosts=*', 'unknown_key_wait=60000')
{
	my ($name) = split /=/, $setting;

	my $show = "SELECT hcjwt.try_verify('x') IS NULL; SHOW hcjwt.$name";

	is(app('late', $show, options => "-c hcjwt.$setting") =~ s/^WARNING.*\n//mgr, app('late', $show), "nor $name");
}
# A placeholder with our prefix is dropped, and clients cannot create one.
is(app('late', "SET hcjwt.user_id = '1'; SELECT hcjwt.user_id(); SHOW hcjwt.user_id;") =~ s/^WARNING.*\n//mgr,
	"\nERROR: 42704", 'no setting of a name like ours');

# What a superuser has set on a role counts, even if the library is loaded late.
foreach my $kind (sort keys %node)
{
	$node{$kind}->safe_psql('postgres', 'ALTER ROLE app SET hcjwt.allow_session_token = on');
	is(app($kind, "SET hcjwt.token = '$ada'; SELECT hcjwt.user_id(); SELECT hcjwt.user_id()"),
		"1\n1", "allow_session_token on the role ($kind)");
	is(app($kind, "SELECT hcjwt.user_id(); SET hcjwt.token = '$ada'; SELECT hcjwt.user_id(); SELECT hcjwt.user_id()"),
		"\n1\n1", "and once the library is there ($kind)");
}

$_->stop foreach values %node;
done_testing();
