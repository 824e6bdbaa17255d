# An unknown kid causes one fetch in a window, however many sessions ask; they wait
# for a short time, in bounded number, and can be interrupted.

use strict;
use warnings;

use HcjwtTest;
use Time::HiRes qw(time);

my $hc = HelpCenter->new;
my $node = hcjwt_cluster('main', $hc, conf => 'max_connections = 24');

add_help_center($node, 'acme', $hc);
wait_until('keys', sub { keys_of($node, 'acme') == 1 });

# Tokens with unknown kids, made by SQL.
my $random_tokens = <<'END';
CREATE FUNCTION unknown_token(n int) RETURNS text LANGUAGE sql AS $$
	SELECT rtrim(translate(encode(convert_to('{"alg":"RS256","kid":"unknown ' || n || '"}', 'UTF8'), 'base64'), E'+/\n', '-_'), '=')
		|| '.e30.' || repeat('A', 342) $$;
END
$node->safe_psql('postgres', $random_tokens);

# ---- one fetch for each window ----

my $stats = 'SELECT key_waits, key_wait_seconds > 0, fetch_seconds > 0 FROM hcjwt.stats';
is($node->safe_psql('postgres', $stats), '0|f|t', 'stats: a fetch took time, and nobody waited for it');
my $before = $hc->requests;
my $unknown = $hc->sign('--kid' => 'never heard of');
is(verify_state($node, $unknown), '28J03', 'an unknown kid is refused');
is($hc->requests, $before + 1, 'an unknown kid causes one request');
is($node->safe_psql('postgres', $stats), '1|t|t', 'stats: this statement waited');
is(verify_state($node, $unknown), '28J03', 'refused again') for 1 .. 3;
is($hc->requests, $before + 1, 'an unknown kid causes no other request within the cool-down');

quickly(1, 'within the cool-down an unknown kid is refused at once', sub { verify_state($node, $unknown) });

# ---- a flood ----

configure($node, 'hcjwt.refetch_cooldown', '1s');
$before = $hc->requests;
my $began = time;
my $flood = "SELECT count(hcjwt.try_verify(unknown_token(n))) FROM generate_series(1, %d) n;\n";
my $growth = $node->safe_psql('postgres',
	sprintf($flood, 1000)
	  . 'SELECT sum(total_bytes) AS before FROM pg_backend_memory_contexts \gset' . "\n"
	  . sprintf($flood, 100000) x 4
	  . 'SELECT sum(total_bytes) - :before < 1024 * 1024 FROM pg_backend_memory_contexts');
my $seconds = time - $began;
is($growth, "0\n" x 5 . 't', '400,000 random kids are refused, and leave memory flat');
cmp_ok($hc->requests - $before, '>=', 1, 'random kids cause a fetch');
cmp_ok($hc->requests - $before, '<=', 1 + $seconds, 'random kids cause one fetch for each cool-down at most');

# likewise from many backends at once; for one of the help centers the cool-down is over
configure($node, 'hcjwt.refetch_cooldown', '1h');
add_help_center($node, 'twin', $hc);
wait_until('the keys of another', sub { keys_of($node, 'twin') == 1 });
$before = $hc->requests;
my @sessions = map {
	background($node, 'postgres',
		"SELECT count(hcjwt.try_verify(unknown_token(n))) FROM generate_series(1, 1000) n")
} 1 .. 20;
$_->() foreach @sessions;
is($hc->requests - $before, 1, '20 backends with 1,000 random kids each cause one fetch');
$node->safe_psql('postgres', "SELECT hcjwt.drop_help_center('twin')");

# ---- a stalled endpoint takes no more backends than allowed: about three of four ----

configure($node, 'hcjwt.refetch_cooldown', '0');
$hc->ctl('fault', 'stall');
my $verify = 'SELECT hcjwt.verify(' . quoted($unknown) . ')';

# Sessions that ask at the same moment, even if some start slowly.
sub waiters
{
	my ($number) = @_;
	my $gate = $node->background_psql('postgres');

	$gate->query_safe('SELECT pg_advisory_lock(1)');
	my @waiters = map {
		background($node, 'postgres',
			"SET application_name = 'waiter'; SELECT pg_advisory_lock_shared(1); $verify")
	} 1 .. $number;
	wait_until('all at the gate', sub {
		$node->safe_psql('postgres', 'SELECT count(*) FROM pg_locks'
			  . " WHERE locktype = 'advisory' AND NOT granted") == $number });
	$gate->query_safe('SELECT pg_advisory_unlock(1)');
	$gate->quit;
	return @waiters;
}

# long enough for all of them to come
configure($node, 'hcjwt.unknown_key_wait', '1min');
@sessions = map { background($node, 'postgres', "SET application_name = 'waiter'; $verify") } 1 .. 22;
# since 17 an extension's wait events have names of their own
my $named = $node->pg_version->major >= 17;
my $event = $named ? 'HcjwtKeyWait' : 'Extension';
my $waiting = qq(SELECT count(*) FROM pg_stat_activity
	WHERE application_name = 'waiter' AND wait_event_type = 'Extension' AND wait_event = '$event');
my $most = 0;
wait_until('all of them', sub {
	my $now = $node->safe_psql('postgres', $waiting);
	$most = $now if $now > $most;
	return $node->safe_psql('postgres',
		"SELECT count(*) FROM pg_stat_activity WHERE application_name = 'waiter'") == 0; });
$_->() foreach @sessions;
is($most, 15, "15 of 24 connections, less 3 reserved ones, may wait for a stalled fetch, as $event");
configure($node, 'hcjwt.unknown_key_wait', '2s');
$event = 'HcjwtLauncherMain' if $named;
ok($node->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_stat_activity"
	. " WHERE backend_type = 'hcjwt launcher' AND wait_event = '$event'"), "the launcher sleeps, as $event");
cmp_ok($hc->requests - $before, '<=', 2, 'waiters for a stalled fetch cause two fetches at most');

# ---- once for each statement, and for unknown_key_wait at most ----

# A fetch takes 10 s until its time-out; a waiter gives up earlier.
# The fetch before ended so.  Another one begins, in spite of its back-off.
sub stalled_anew
{
	$hc->ctl('fault', 'clear');
	$node->safe_psql('postgres', 'SELECT FROM hcjwt.refresh()');
	$hc->ctl('fault', 'stall');
	return;
}

configure($node, 'hcjwt.unknown_key_wait', '1s');
stalled_anew();
$began = time;
verify_state($node, $unknown);
cmp_ok(time - $began, '>=', 1, 'a backend waits for unknown_key_wait');
stalled_anew();
quickly(3, 'a backend waits not much longer than unknown_key_wait', sub { verify_state($node, $unknown) });
stalled_anew();
quickly(3, '50 unknown kids in one statement: one wait', sub {
	$node->safe_psql('postgres', "SELECT hcjwt.try_verify(unknown_token(n)) FROM generate_series(1, 50) n") });

# ---- interrupted ----

configure($node, 'hcjwt.unknown_key_wait', '1min');
stalled_anew();
quickly(2, 'at once', sub {
	my (undef, undef, $err) = $node->psql('postgres', "SET statement_timeout = '300ms'; $verify");
	like($err, qr/statement timeout/, 'a waiting statement can be cancelled') });

# a waiter that is cancelled or killed makes room for another
stalled_anew();
@sessions = waiters(8);
wait_until('8 waiting', sub { $node->safe_psql('postgres', $waiting) == 8 });
$node->safe_psql('postgres',
	"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'waiter'");
$_->() foreach @sessions;
stalled_anew();
@sessions = waiters(8);
ok(wait_until('8 waiting again', sub { $node->safe_psql('postgres', $waiting) == 8 }), 'killed waiters leave their places');
quickly(12, 'the fetch\'s own time-out ends the wait', sub { $_->() foreach @sessions });

# ---- keys past hcjwt.max_stale ----

$hc->ctl('fault', 'clear');
$node->safe_psql('postgres', 'SELECT FROM hcjwt.refresh()');
configure($node, 'hcjwt.refetch_cooldown', '0');
my $good = $hc->sign;
my $try = 'SELECT hcjwt.try_verify(' . quoted($good) . ", 'acme') IS NOT NULL";

sub long_ago
{
	my ($name) = @_;
	return $node->safe_psql('postgres',
		"UPDATE hcjwt.fetch_state SET last_success = now() - interval '1 year' WHERE help_center = '$name'");
}
long_ago('acme');
is($node->safe_psql('postgres', $try), 't', 'keys past max_stale: a fetch, and the statement that waited goes on');

$hc->ctl('fault', 'status=500');
long_ago('acme');
my $session = $node->background_psql('postgres');
is($session->query_safe($try), 'f', 'keys past max_stale are not trusted while no fetch succeeds');
$hc->ctl('fault', 'clear');
$node->safe_psql('postgres', 'SELECT FROM hcjwt.refresh()');
is($session->query_safe($try), 't', 'once a fetch succeeds, a session that has read them before trusts the keys');

# a fetch that changes no key sends no invalidation; keys that were read still become too old
configure($node, 'hcjwt.refetch_cooldown', '1h');
$node->safe_psql('postgres', "ALTER SYSTEM SET hcjwt.max_stale = '3s'; SELECT pg_reload_conf()");
wait_until('the reload', sub { $session->query_safe('SHOW hcjwt.max_stale') eq '3s' });
# repeated, because a busy machine may take longer than that between the two
sub trusted_after_fetch
{
	$node->safe_psql('postgres', 'SELECT FROM hcjwt.refresh()');
	return $session->query_safe($try) eq 't';
}
wait_until('keys that are trusted for three seconds', \&trusted_after_fetch);
my $read = $session->query_safe('SELECT clock_timestamp()');
wait_until('more than those to pass', sub {
	$node->safe_psql('postgres', "SELECT FROM hcjwt.refresh(); SELECT now() > timestamptz '$read' + interval '3 seconds'") =~ /t$/ });
ok(wait_until('trust as fetches succeed', \&trusted_after_fetch), 'keys are trusted for longer, as fetches succeed');
$hc->ctl('fault', 'status=500');
wait_until('expiry', sub { state_of($node, 'acme') eq 'expired' });
is($session->query_safe($try), 'f', 'keys are trusted no longer than fetches succeed');
$hc->ctl('fault', 'clear');
$node->safe_psql('postgres', 'ALTER SYSTEM RESET hcjwt.max_stale; SELECT pg_reload_conf()');
wait_until('the reload', sub { $session->query_safe('SHOW hcjwt.max_stale') eq '7d' });
is($session->query_safe($try), 't', 'with a longer max_stale the keys are trusted again');
$node->safe_psql('postgres', 'SELECT FROM hcjwt.refresh()');
$session->quit;

# How often are the tables read for the kid, in 30 statements of one transaction?
sub reads
{
	my @lines = split /\n/, $node->safe_psql('postgres', join ";\n", 'BEGIN', ($try) x 30,
		"SELECT sum(pg_stat_get_xact_numscans(indexrelid)) FROM pg_index WHERE indrelid = 'hcjwt.keys'::regclass",
		'COMMIT');

	return $lines[-1];
}

$node->safe_psql('postgres', <<'END');
INSERT INTO hcjwt.help_centers (name, base_url, keys_url) VALUES ('brand', 'https://brand.example.com', 'https://127.0.0.1:1/keys.json');
INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint, source)
	SELECT 'brand', kid, jwk, thumbprint, source FROM hcjwt.keys WHERE help_center = 'acme';
END
wait_until('an attempt', sub { state_of($node, 'brand') =~ /failing/ });
long_ago('brand');
is($node->safe_psql('postgres', $try), 't', 'a token passes when another help center with its key was last reached long ago');
cmp_ok(reads(), '<=', 4, 'a key is read once, not in each statement');
$node->safe_psql('postgres', 'SELECT hcjwt.revoke_key(help_center, kid) FROM hcjwt.keys');
is($node->safe_psql('postgres', $try), 'f', 'a token of a revoked key is refused');
cmp_ok(reads(), '<=', 4, 'a revoked key is read once, not in each statement');
$node->safe_psql('postgres',
	"SELECT hcjwt.unrevoke_key(help_center, kid) FROM hcjwt.keys; SELECT hcjwt.drop_help_center('brand')");

# ---- a token that a pin excludes asks for no fetch ----

configure($node, 'hcjwt.refetch_cooldown', '1s');
add_help_center($node, "other$_", 'https://127.0.0.1:1') for 1 .. 4;
wait_until('the others', sub { state_of($node, 'other4') =~ /failing/ });
$before = $hc->requests;
is(verify_state($node, $unknown), '28J03', 'an unknown kid is refused where 5 help centers are registered and none is named');
is($hc->requests, $before, 'an unknown kid causes no request where 5 help centers are registered and none is named');
$node->psql('postgres', 'SELECT hcjwt.verify(' . quoted($unknown) . ", 'acme')");
is($hc->requests, $before + 1, 'an unknown kid causes a request to the help center that is named');

is(log_count($node, qr/PANIC|ERROR:  (?!help center token|canceling)/), 0, 'the log has no unexpected error');
done_testing();
