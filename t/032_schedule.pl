# When keys are fetched: on demand where no key is trusted, at shorter intervals where
# settings ask for them, after crashes and after the clock was set back; and what
# hcjwt.status says then.

use strict;
use warnings;

use HcjwtTest;

my $hc = HelpCenter->new(args => [ '--http', '--cache-control', 'max-age=86400' ]);
my $node = hcjwt_cluster('main', $hc, conf => <<'END');
hcjwt.refetch_cooldown = 0
hcjwt.unknown_key_wait = '1min'
restart_after_crash = on
END

sub sql { return $node->safe_psql('postgres', $_[0]) }

sub loaded
{
	wait_until('a load', sub {
		my ($status, $out) = $node->psql('postgres', 'SELECT count(*) FROM hcjwt.schedule()');
		return $status == 0 && $out > 0 });
	return;
}

# Restarts the server with changed tables, as they would be after weeks of work.
sub restart_after
{
	my ($change) = @_;
	$node->stop;
	$node->adjust_conf('postgresql.conf', 'shared_preload_libraries', "''");
	$node->start;
	sql($change);
	$node->adjust_conf('postgresql.conf', 'shared_preload_libraries', "'hcjwt'");
	$node->restart;
	loaded();
	return;
}

# ---- a server that starts before its network: no key is trusted ----

$hc->ctl('fault', 'status=500');
add_help_center($node, 'acme', $hc);
wait_until('a failure', sub { state_of($node, 'acme') eq 'failing (HTTP 500)' });
like(status_of($node, 'acme', 'advice'), qr/^No key of it is trusted, so its tokens are refused/, 'no key is trusted: the advice says that tokens are refused');

my $failing = 'UPDATE hcjwt.fetch_state SET consecutive_failures = 9, last_attempt = now(), last_result = now(),'
  . " next_attempt = now() + interval '55 minutes'";
restart_after($failing);
my $before = $hc->requests;
my $token = $hc->sign('--life' => 36000);
is(verify_state($node, $token), '28J03', 'no key is trusted, and a failed fetch nearly an hour before its retry: the token is refused');
is($hc->requests, $before + 1, 'no key is trusted: the token causes a request in spite of the back-off');
$hc->ctl('fault', 'clear');
ok(wait_until('the end of the outage', sub { verify_state($node, $token) eq 'ok' }), 'the first token after the outage is accepted');

# no request within the cool-down, nor during Retry-After
configure($node, 'hcjwt.refetch_cooldown', '1h');
$hc->ctl('fault', 'status=500');
sql("DELETE FROM hcjwt.keys; SELECT FROM hcjwt.refresh()");
$before = $hc->requests;
is(verify_state($node, $hc->sign('--kid' => "unknown $_")), '28J03', 'unknown kids in the cool-down') foreach 1 .. 3;
is($hc->requests, $before, 'unknown kids in the cool-down cause no request');
configure($node, 'hcjwt.refetch_cooldown', '0');
$hc->ctl('fault', 'status=503,retry_after=3600');
sql('SELECT FROM hcjwt.refresh()');
$before = $hc->requests;
is(verify_state($node, $token), '28J03', 'a token during Retry-After is refused');
is($hc->requests, $before, 'a token during Retry-After causes no request');

# trusted keys: the back-off protects the help center from unknown kids
$hc->ctl('fault', 'clear');
sql('SELECT FROM hcjwt.refresh()');
restart_after($failing);
$before = $hc->requests;
is(verify_state($node, $hc->sign('--kid' => 'unknown')), '28J03', 'an unknown kid during a back-off is refused');
is($hc->requests, $before, 'an unknown kid during a back-off causes no request while a key is trusted');

# The back-off does not last: a key that is new after a long outage does not wait for an hour.
$hc->ctl('fault', 'status=500');
restart_after($failing =~ s/(last_attempt = now\(\))/$1 - interval '31 s'/r);
$before = $hc->requests;
is(verify_state($node, $hc->sign('--kid' => 'unknown')), '28J03', 'an unknown kid half a minute after a failed attempt is refused');
is($hc->requests, $before + 1, 'an unknown kid half a minute after a failed attempt causes a request');
is(verify_state($node, $hc->sign('--kid' => 'unknown')), '28J03', 'the next unknown kid is refused');
is($hc->requests, $before + 1, 'the next unknown kid causes no request for half a minute');
$hc->ctl('fault', 'clear');
$hc->ctl('rotate');
restart_after($failing =~ s/(last_attempt = now\(\))/$1 - interval '31 s'/r);
is(verify_state($node, $hc->sign('--life' => 36000)), 'ok', 'so a new key is accepted soon after a long outage');

# keys past hcjwt.max_stale count as no keys
restart_after("$failing, last_success = now() - interval '8 days'");
is(state_of($node, 'acme'), 'expired', 'keys past max_stale: the state is expired');
is(verify_state($node, $token), 'ok', 'keys past max_stale are fetched on demand, whatever the back-off');

# ---- the interval ----

sub planned { return status_of($node, 'acme', "ceil(extract(epoch FROM next_attempt - last_attempt))") }

cmp_ok(planned(), '>', 80000, 'the interval is a day, by max-age');
configure($node, 'hcjwt.max_refresh_interval', '10min');
cmp_ok(planned(), '<=', 631, 'hcjwt.max_refresh_interval caps it, as soon as it is set');
sql('SELECT FROM hcjwt.refresh()');
cmp_ok(planned(), '<=', 631, 'hcjwt.max_refresh_interval caps the interval after the next fetch');
cmp_ok(planned(), '>=', 569, 'hcjwt.max_refresh_interval is shortened by jitter alone');
configure($node, 'hcjwt.max_refresh_interval', '1d');
sql('SELECT FROM hcjwt.refresh()');
cmp_ok(planned(), '>', 80000, 'with the default of hcjwt.max_refresh_interval the interval is a day again');
configure($node, 'hcjwt.max_stale', '1min');
cmp_ok(planned(), '<=', 32, 'the interval is half of hcjwt.max_stale at most, as soon as that is set');
sql('SELECT FROM hcjwt.refresh()');
cmp_ok(planned(), '<=', 32, 'the interval is half of hcjwt.max_stale at most after the next fetch');
$before = $hc->requests;
configure($node, 'hcjwt.max_stale', '4s');
ok(wait_until('three fetches by themselves', sub { $hc->requests >= $before + 3 }), 'a short max_stale is honoured by the worker');
configure($node, 'hcjwt.max_stale', '7d');
sql('SELECT FROM hcjwt.refresh()');

# ---- crashes ----

# The fetcher is killed during an attempt, and the server recovers.
sub crash
{
	my ($attempt) = @_;
	$hc->ctl('stats', 'reset');
	$attempt->();
	wait_until('a request', sub { $hc->requests > 0 });
	kill 'KILL', hcjwt_processes($node, qr/fetcher/);
	wait_until('recovery', sub {
		my ($status, $out) = $node->psql('postgres', "SELECT pg_postmaster_start_time() IS NOT NULL FROM hcjwt.schedule() LIMIT 1");
		return $status == 0 && $out eq 't' });
	return;
}

my $now = "SELECT FROM hcjwt.refresh('acme', '0')";
$hc->ctl('fault', 'stall');
foreach my $crash (1 .. 3)
{
	crash(sub { sql($now) });
	# other attempts may come between them, after a back-off
	cmp_ok(sql('SELECT consecutive_failures FROM hcjwt.schedule()'), '>=', $crash,
		"attempts that brought the server down are failures: $crash");
	is(status_of($node, 'acme', "state || ': ' || last_error"),
		'failing (worker): the server ended while its keys were fetched or stored', "$crash attempts that brought the server down: status says so");
}
is(verify_state($node, $token), 'ok', 'keys fetched before are trusted');

# the very first attempt, and one that the schedule makes by itself
crash(sub { add_help_center($node, 'second', $hc) });
is(state_of($node, 'second'), 'failing (worker)', 'a first attempt that ended so is no mere "never fetched"');
is(sql("SELECT consecutive_failures FROM hcjwt.schedule() WHERE help_center = 'second'"), 1, 'a first attempt that brought the server down is counted as a failure');
sql("SELECT hcjwt.drop_help_center('second')");
$hc->ctl('fault', 'clear');
is(sql("SELECT state FROM hcjwt.refresh('acme')"), 'fresh', 'the next success ends the state of failure');
crash(sub {
	$hc->ctl('fault', 'stall');
	configure($node, 'hcjwt.max_stale', '2s');
	wait_until('an attempt by itself', sub { sql('SELECT under_way FROM hcjwt.schedule()') eq 't' });
	configure($node, 'hcjwt.max_stale', '7d') });
is(sql('SELECT consecutive_failures FROM hcjwt.schedule()'), 1, 'a timed attempt that brought the server down is counted as a failure');

# a shutdown is not a crash
sql($now);
wait_until('a request', sub { $hc->in_flight > 0 });
$node->restart;
loaded();
$hc->ctl('fault', 'clear');
is(sql("SELECT state FROM hcjwt.refresh('acme')"), 'fresh', 'after a shutdown during an attempt, keys are fetched again');
$hc->ctl('fault', 'stall');
sql($now);
wait_until('a request', sub { $hc->in_flight > 0 });
$node->restart;
loaded();
is(sql('SELECT consecutive_failures FROM hcjwt.schedule()'), 0, 'a shutdown during an attempt is no failure of it');
$hc->ctl('fault', 'clear');
sql('SELECT FROM hcjwt.refresh()');

# ---- a clock that was set back ----

$before = $hc->requests;
restart_after("UPDATE hcjwt.fetch_state SET last_attempt = now() + interval '1 day', last_result = now() + interval '1 day',"
	  . " next_attempt = now() + interval '1 day 10 minutes'");
wait_until('an attempt', sub { $hc->requests > $before });
wait_until('its end', sub { sql('SELECT under_way FROM hcjwt.schedule()') eq 'f' });
is(status_of($node, 'acme', "state, last_attempt <= clock_timestamp(), next_attempt < clock_timestamp() + interval '26 hours'"),
	'fresh|t|t', 'a clock that was set back by a day puts no refresh off');

# ---- no trusted key, and an advice for it ----

sql("SELECT hcjwt.revoke_key('acme', kid) FROM hcjwt.keys");
is(status_of($node, 'acme', 'state, trusted_keys'), 'no trusted key|0', 'the only key is revoked: no key is trusted');
like(status_of($node, 'acme', 'advice'), qr/revoked.*unrevoke_key/, 'the only key is revoked: the advice names unrevoke_key()');
sql("SELECT hcjwt.unrevoke_key('acme', kid) FROM hcjwt.keys");
is(state_of($node, 'acme'), 'fresh', 'once the key is unrevoked, the state is fresh');
sql('DELETE FROM hcjwt.keys');
is(status_of($node, 'acme', "state, advice ~ 'refresh'"), 'no trusted key|t', 'all keys are deleted: the advice names refresh()');
is(sql('SELECT state, advice IS NULL FROM hcjwt.refresh()'), 'fresh|t', 'refresh() brings deleted keys back');

done_testing();
