# Background worker slots: one is enough, parallel queries that take all of them delay
# no new key, and a slot that becomes free is found.  Databases that a commit named go
# before those that a sweep finds.

use strict;
use warnings;

use HcjwtTest;
use Time::HiRes qw(time);

my $hc = HelpCenter->new(args => ['--http']);
my $node = hcjwt_cluster('main', $hc, conf => <<'END');
hcjwt.refetch_cooldown = 0
hcjwt.unknown_key_wait = '1min'
max_parallel_workers = 8
END

sub sql { return $node->safe_psql('postgres', @_) }

sub restart_with
{
	my ($slots) = @_;
	$node->append_conf('postgresql.conf', "max_worker_processes = $slots");
	$node->restart;
	return;
}

# Sessions of an ordinary role, each with a parallel worker that holds its slot.
sql('CREATE ROLE analyst LOGIN');
my $parallel = $node->pg_version->major >= 16 ? 'debug_parallel_query' : 'force_parallel_mode';
my @analysts;
sub analysts
{
	my ($number) = @_;
	push @analysts, map {
		background($node, 'postgres', "SET ROLE analyst; SET $parallel = on; SELECT pg_sleep(1000)") } 1 .. $number;
	return;
}

sub parallel_workers
{
	return sql("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'parallel worker'");
}

sub analysts_end
{
	sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query ~ 'pg_sleep[(]' AND pid <> pg_backend_pid()");
	$_->() foreach splice @analysts;
	wait_until('their end', sub { parallel_workers() == 0 });
	return;
}

sub spares { return scalar hcjwt_processes($node, qr/hcjwt spare worker/) }

# ---- all slots but the spare worker's are taken ----

add_help_center($node, 'acme', $hc);
wait_until('keys', sub { keys_of($node) == 1 });
wait_until('a spare worker', sub { spares() == 1 });
# 8 slots: the launcher's, logical replication's launcher's, the spare worker's
analysts(8);
wait_until('all slots to be taken', sub { parallel_workers() == 5 });
foreach my $round (1 .. 3)
{
	$hc->ctl('rotate');
	is(verify_state($node, $hc->sign), 'ok', "parallel queries hold all slots: new key $round");
	wait_until('a spare worker again', sub { spares() == 1 });
}
is(parallel_workers(), 5, 'and they held them all the time');
is(state_of($node, 'acme'), 'fresh', 'status has nothing to say of it');
analysts_end();

# ---- one free slot, and more answers than may wait to be stored ----

restart_with(3);
$hc->ctl('fault', 'many-keys=100');
sql("INSERT INTO hcjwt.help_centers (name, base_url, origins)"
	  . " SELECT 'hc' || n, '$hc->{url}', '{*}' FROM generate_series(1, 100) n");
wait_until('all of them', sub {
	sql("SELECT count(*) FROM hcjwt.status WHERE state = 'fresh' AND help_center <> 'acme'") == 100 }, 300);
cmp_ok(sql('SELECT sum(octet_length(jwk::text)) FROM hcjwt.keys'), '>', 4 * 1024 * 1024,
	'more than 4 MB of answers are stored through one slot');
$hc->ctl('fault', 'clear');
sql("DELETE FROM hcjwt.help_centers WHERE name ~ '^hc'");

# a transfer stalls in that slot, and a new key of another help center arrives nevertheless
my $dead = raw_server(sub { my ($socket) = @_; 1 while sysread $socket, my $in, 65536 });
add_help_center($node, 'dead', "http://127.0.0.1:$dead->{port}");
wait_until('a stalled transfer', sub { sql("SELECT under_way FROM hcjwt.schedule() WHERE help_center = 'dead'") eq 't' });
$hc->ctl('rotate');
is(sql('SELECT hcjwt.verify(' . quoted($hc->sign) . ", 'acme') IS NOT NULL"), 't', 'beside a stalled transfer a new key is fetched and stored');
is(sql("SELECT coalesce(max(last_error), '') FROM hcjwt.status WHERE help_center = 'dead'"), '', 'for which that one has made room');
sql("SELECT hcjwt.drop_help_center('dead')");

# the spare worker works by the present settings, not by those at its start
foreach my $case ([ 'off', 'failing (URL not permitted)' ], [ 'on', 'fresh' ])
{
	my ($loopback, $state) = @$case;
	wait_until('a spare worker', sub { spares() == 1 });
	sql("ALTER SYSTEM SET hcjwt.allow_http_loopback = $loopback");
	$node->reload;
	wait_until('the reload', sub { sql('SHOW hcjwt.allow_http_loopback') eq $loopback });
	is(sql("SELECT state FROM hcjwt.refresh('acme')"), $state, "allow_http_loopback is switched $loopback: $state");
}

# ---- no slot at all, until one comes free ----

# the spare worker's slot is taken while the launcher, which would start another, is stopped
my $offset = -s $node->logfile;
wait_until('a spare worker', sub { spares() == 1 });
my $launcher = launcher_of($node);
kill 'STOP', $launcher;
kill 'TERM', hcjwt_processes($node, qr/hcjwt spare worker/);
wait_until('the last slot to be taken', sub {
	return 1 if parallel_workers() == 1;
	analysts(1) if @analysts < 60;
	return 0 });
kill 'CONT', $launcher;

# while nothing is due, the launcher does not hurry to start a spare worker
my ($wakes, $since) = ('', 0);
ok(wait_until('the launcher to sleep for three seconds', sub {
	my ($now) = slurp_file("/proc/$launcher/status") =~ /^voluntary_ctxt_switches:\s+(\d+)/m;
	($wakes, $since) = ($now, time) if $now ne $wakes;
	return time - $since > 3 }), 'a launcher that finds no slot for a spare worker sleeps longer each time');

$hc->ctl('rotate');
wait_until('status to tell of it', sub {
	$node->psql('postgres', 'SELECT hcjwt.verify(' . quoted($hc->sign) . ", 'acme')");
	return state_of($node, 'acme') eq 'no worker' && status_of($node, 'acme', 'last_error') =~ /slot/ });
like(status_of($node, 'acme', 'advice'), qr/max_worker_processes.*max_parallel_workers/, 'the advice names both settings');
is(verify_state($node, $hc->sign), '28J03', 'a new key is refused');
cmp_ok(log_count($node, qr/no fetch yet: no background worker slot is free/, $offset), '>=', 1, 'at once, and the log says why');
analysts_end();
wait_until('the new key', sub { verify_state($node, $hc->sign) eq 'ok' });
is(state_of($node, 'acme'), 'fresh', 'once a slot is free all is well');
is(log_count($node, qr/no background worker slot is free for refreshing/, $offset), 1, 'the log has told once');

# ---- many databases ----

use constant MANY => 24;

restart_with(8);
wait_until('a launcher', sub { launcher_of($node) });
sql('CREATE DATABASE registered');
$node->safe_psql('registered', 'CREATE EXTENSION hcjwt');
my @others = map { "d$_" } 1 .. MANY;
sql("CREATE DATABASE $_ TEMPLATE registered") foreach @others;

# right after a start nothing is loaded yet: tokens are not refused for that
$hc->ctl('rotate');
$node->restart;
is(verify_state($node, $hc->sign), 'ok', 'a new key right after the start of a server with many databases');

# a sweep that makes no progress: in each database a load waits for a lock
my @lockers = map {
	my $session = $node->background_psql($_);
	$session->query_safe('BEGIN');
	$session->query_safe('LOCK TABLE hcjwt.help_centers');
	$session } @others;
$offset = -s $node->logfile;
$node->append_conf('postgresql.conf', 'hcjwt.refetch_cooldown = 0');
# more notices than there is room for make the launcher look at all databases
kill 'TERM', launcher_of($node);
wait_until('a sweep', sub { log_count($node, qr/could not read the help centers of database "d\d+"/, $offset) > 0 });
add_help_center($node, 'acme', $hc, 'registered');
wait_until('its keys', sub { keys_of($node, 'acme', 'registered') > 0 });
cmp_ok(log_count($node, qr/could not read the help centers of database "d\d+"/, $offset), '<', MANY,
	'what a commit has told of goes before what the sweep finds');
$_->quit foreach @lockers;

is(log_count($node, qr/PANIC|terminated by signal/), 0, 'nothing crashed');
done_testing();
