# Nobody waits to drop, rename, move or copy a database, or to drop the extension,
# while fetches are stalled, or while keys are stored all the time.

use strict;
use warnings;

use HcjwtTest;

my $hc = HelpCenter->new;
my $node = hcjwt_cluster('main', $hc, conf => <<'END');
hcjwt.refetch_cooldown = 0
END

my $tablespace = PostgreSQL::Test::Utils::tempdir;
$node->safe_psql('postgres', "CREATE TABLESPACE elsewhere LOCATION '$tablespace'");

sub make_database
{
	my ($name) = @_;
	$node->safe_psql('postgres', "CREATE DATABASE $name");
	$node->safe_psql($name, 'CREATE EXTENSION hcjwt');
	return;
}

sub quick
{
	my ($sql, $what, $database) = @_;
	my $err;

	$what //= $sql;
	quickly(2, "$what is quick", sub { (undef, undef, $err) = $node->psql($database // 'postgres', $sql) });
	is($err, '', $what);
	return;
}

sub stalled
{
	my ($database) = @_;
	my $before = $hc->in_flight;
	add_help_center($node, 'acme', $hc, $database);
	wait_until('a stalled fetch', sub { $hc->in_flight > $before });
	return;
}

# ---- while a fetch is stalled ----

make_database($_) foreach qw(a b c d e f);
$hc->ctl('fault', 'stall');
stalled($_) foreach qw(a b c d e);
quick('DROP DATABASE a');
quick('DROP DATABASE b WITH (FORCE)');
quick('DROP DATABASE f', 'DROP DATABASE of another one');
quick('ALTER DATABASE c RENAME TO renamed');
quick('ALTER DATABASE renamed SET TABLESPACE elsewhere');
quick('CREATE DATABASE copy TEMPLATE d');
quick('DROP EXTENSION hcjwt', 'DROP EXTENSION', 'e');
quick('CREATE EXTENSION hcjwt', 'CREATE EXTENSION again', 'e');

# the other databases go on, and the copy has what its template had
$hc->ctl('fault', 'clear');
wait_until("keys in $_", sub {
	$node->safe_psql($_, "SELECT FROM hcjwt.refresh('acme')");
	keys_of($node, 'acme', $_) == 1 }) foreach qw(renamed d copy);
is($node->safe_psql('e', 'SELECT count(*) FROM hcjwt.status'), 0, 'the extension made anew is empty');
add_help_center($node, 'acme', $hc, 'e');
wait_until('keys in e', sub { keys_of($node, 'acme', 'e') == 1 });

# ---- while keys are stored all the time ----

{
	# asked for without waiting, so that no session of the test holds the database
	make_database('busy');
	add_help_center($node, "hc$_", $hc, 'busy') for 1 .. 20;
	wait_until('keys', sub { keys_of($node, undef, 'busy') == 20 });
	foreach my $round (1 .. 5)
	{
		$node->safe_psql('busy', "SELECT FROM hcjwt.refresh(NULL, '0')");
		quick("CREATE DATABASE copy$round TEMPLATE busy", "CREATE DATABASE while keys are stored, round $round");
		$node->safe_psql('busy', "SELECT FROM hcjwt.refresh(NULL, '0')");
		my $next = $round % 2 ? 'elsewhere' : 'pg_default';
		quick("ALTER DATABASE busy SET TABLESPACE $next", "SET TABLESPACE while keys are stored, round $round");
		$node->safe_psql("copy$round", "SELECT FROM hcjwt.refresh(NULL, '0')");
		quick("DROP DATABASE copy$round", "DROP DATABASE while keys are stored, round $round");
	}
	ok(wait_until('all fresh', sub {
		$node->safe_psql('busy', "SELECT count(*) FROM hcjwt.status WHERE state = 'fresh'") == 20 }), 'the database that was copied and moved goes on');
}

# ---- a database that is locked for long does not delay the others ----

$hc->ctl('rotate');
$hc->ctl('fault', 'delay=1000');
my $before = $hc->requests;
$node->safe_psql('d', "SELECT FROM hcjwt.refresh(NULL, '0')");
wait_until('a fetch for d', sub { $hc->requests > $before });
my $locker = $node->background_psql('postgres');
$locker->query_safe('BEGIN');
$locker->query_safe('ALTER DATABASE d RENAME TO e2');
$hc->ctl('fault', 'clear');
is( $node->safe_psql('busy', "SELECT count(*) FROM hcjwt.refresh() WHERE state = 'fresh'"),
	20, 'while one database is locked the others are refreshed');
wait_until('a worker that waits for the lock',
	sub { hcjwt_processes($node, qr/database worker/) });
wait_until('its end', sub { !hcjwt_processes($node, qr/database worker/) });
$locker->query_safe('ROLLBACK');
$locker->quit;
wait_until('the new key in d, when it is free again', sub { keys_of($node, 'acme', 'd') == 2 });

# ---- no alarm, and nothing left behind ----

my $log = slurp_file($node->logfile);
unlike($log, qr/PANIC|FATAL:  (?!terminating (?:connection|background worker))|ERROR:/,
	'no worker that finds its database gone raises an alarm');
unlike($log, qr/database worker.*exited with exit code/, 'nor exits loudly')
  # since PostgreSQL 19 the server itself ends the worker when somebody waits for the database, and logs it
  unless $node->pg_version->major >= 19;
done_testing();
