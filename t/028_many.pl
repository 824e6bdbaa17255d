# 10,000 help centers due at once are refreshed in one pass of bounded memory, 16 at a
# time; dead ones delay the others only by their share, and urgent ones go first.

use strict;
use warnings;

use HcjwtTest;
use Time::HiRes qw(time);
use constant MANY => 10_000;

my $hc = HelpCenter->new(args => ['--http']);
my $urgent = HelpCenter->new(args => ['--http']);
my $node = hcjwt_cluster('main', $hc, conf => <<'END');
hcjwt.refetch_cooldown = 0
log_statement = none
fsync = off
wal_level = replica
END

sub sql { return $node->safe_psql('postgres', $_[0]) }

# Since when is WAL written?  And how much it is for each.
sub wal { return sql('SELECT pg_current_wal_insert_lsn()') }
sub note_wal
{
	my ($what, $since) = @_;
	note sprintf '%s: %d bytes of WAL for each help center', $what, sql("SELECT pg_current_wal_insert_lsn() - '$since'") / MANY;
	return;
}

# ---- 10,000 at once ----

my $began = time;
sql("INSERT INTO hcjwt.help_centers (name, base_url, origins)"
	  . " SELECT 'hc' || n, '$hc->{url}', '{*}' FROM generate_series(1, " . MANY . ') n');
my $wal = wal();
my $most = 0;
my $launcher = 0;
wait_until('all of them', sub {
	foreach my $pid (hcjwt_processes($node, qr/fetcher/))
	{
		my $now = memory_of($pid);
		$most = $now if $now > $most;
	}
	my $now = memory_of(launcher_of($node) // 0);
	$launcher = $now if $now > $launcher;
	return sql('SELECT count(*) FROM hcjwt.fetch_state WHERE last_success IS NOT NULL') == MANY;
}, 300);
note sprintf '%d help centers in %.1f s; fetcher %d kB, launcher %d kB',
  MANY, time - $began, $most, $launcher;
note_wal('a first key', $wal);
my $stats = $hc->stats;
is($stats->{requests}{keys}, MANY, 'each was asked once');
cmp_ok($stats->{max_in_flight}{keys}, '<=', 16, 'at most 16 at a time');
cmp_ok($most, '<', 32 * 1024, 'in bounded memory');
cmp_ok($launcher, '<', 16 * 1024, 'the launcher, too');
is(sql("SELECT count(*) FROM hcjwt.status WHERE state = 'fresh' AND trusted_keys = 1"), MANY, 'all are fresh');

# the same again, after a restart, when all are due
sql("UPDATE hcjwt.fetch_state SET next_attempt = now() - interval '1 minute'");
$hc->ctl('stats', 'reset');
$began = time;
$node->restart;
$wal = wal();
wait_until('all of them', sub {
	sql("SELECT count(*) FROM hcjwt.fetch_state WHERE next_attempt > now()") == MANY }, 300);
note sprintf 'once more in %.1f s', time - $began;
note_wal('a 304 after a checkpoint', $wal);
is($hc->requests, MANY, 'due at once: each is asked once');
cmp_ok($hc->stats->{max_in_flight}{keys}, '<=', 16, 'at most 16 at a time');

# ---- unknown keys: one a second, and for each help center one an hour ----

{
	my $stranger = $urgent->sign('--no-origin');
	my $many = join '', map { "SELECT hcjwt.try_verify('$stranger', 'hc$_');\n" } 1 .. 100;
	my $before = $hc->requests;
	my $asked = 0;

	$began = time;
	quickly(15, '16 at once, and 30 more at 3.8 a second', sub {
		wait_until('unknown keys to be asked about', sub {
			sql($many);
			$asked = $hc->requests - $before;
			return $asked >= 46 }) });
	cmp_ok($asked, '<=', 17 + 3.8 * (time - $began), 'and no more');
}

# ---- dead ones among them ----

my $dead = raw_server(sub { my ($socket) = @_; 1 while sysread $socket, my $in, 65536 });
sql("DELETE FROM hcjwt.help_centers WHERE name > 'hc2'");
my $left = sql('SELECT count(*) FROM hcjwt.help_centers');
wait_until('the schedule to be of that many', sub { sql('SELECT count(*) FROM hcjwt.schedule()') == $left });
$hc->ctl('stats', 'reset');
sql(<<"END");
INSERT INTO hcjwt.help_centers (name, base_url, origins)
	SELECT 'dead' || n, 'http://127.0.0.1:$dead->{port}', '{*}' FROM generate_series(1, 17) n;
INSERT INTO hcjwt.help_centers (name, base_url, origins)
	SELECT 'alive' || n, '$hc->{url}', '{*}' FROM generate_series(1, 500) n;
INSERT INTO hcjwt.help_centers (name, base_url, origins) VALUES ('urgent', '$urgent->{url}', '{*}');
END
$began = time;

# when all transfers are taken, an unknown kid's fetch goes first
wait_until('16 dead transfers', sub {
	sql("SELECT count(*) FROM hcjwt.schedule() WHERE under_way AND help_center ~ '^dead'") >= 16 });
wait_until('the key of "urgent"', sub { sql("SELECT trusted_keys FROM hcjwt.status WHERE help_center = 'urgent'") == 1 });
$urgent->ctl('rotate');
my $token = $urgent->sign('--no-origin');
quickly(2, 'without waiting for a place', sub {
	is(sql("SELECT hcjwt.verify('$token', 'urgent') IS NOT NULL"), 't', 'an unknown kid\'s fetch jumps the queue') });
wait_until('the others', sub {
	sql("SELECT count(*) FROM hcjwt.status WHERE help_center ~ '^alive' AND state = 'fresh'") == 500 });
my $seconds = time - $began;
cmp_ok($seconds, '<', 2 * 10 + 5 * HelpCenter::slowness(),
	sprintf('17 dead ones delay 500 others by two time-outs at most: %.1f s', $seconds));

is(log_count($node, qr/PANIC|terminated by signal/), 0, 'nothing crashed');
done_testing();
