# A new key is used without waiting: new material under a known kid, many visitors with
# one new key, locked rows, caches that answer with old sets.

use strict;
use warnings;

use HcjwtTest;
use JSON::PP;

my $hc = HelpCenter->new(args => [ '--http', '--cache-control', 'max-age=86400' ]);
my $node = hcjwt_cluster('main', $hc, conf => <<'END');
hcjwt.refetch_cooldown = 0
END

sub sql { return $node->safe_psql('postgres', $_[0]) }

# What the help center answers from now on, in place of its own keys.
my $sets = 0;
sub answer
{
	my ($set, $times) = @_;
	my $file = "$hc->{dir}/set" . ++$sets;
	append_to_file($file, $set);
	$hc->ctl('fault', "body=$file" . ($times ? ",count=$times" : ''));
	return;
}

sub listed { return $hc->key_set }

sub refresh
{
	my ($name) = @_;
	return sql('SELECT state FROM hcjwt.refresh(' . quoted($name // 'acme') . ", '30 s')");
}

add_help_center($node, 'acme', $hc);
wait_until('keys', sub { keys_of($node, 'acme') == 1 });

# ---- a known kid with new material ----

my $old = listed();
my $kid = sql('SELECT kid FROM hcjwt.keys');
$hc->ctl('rotate', '--retire');
my $new_kid = decode_json(listed())->{keys}[0]{kid};
my $same_kid = listed() =~ s/\Q$new_kid\E/$kid/r;
my $token = $hc->sign('--kid' => $kid);
configure($node, 'hcjwt.refetch_cooldown', '1h');
answer($same_kid);
my $before = $hc->requests;
is(verify_state($node, $token), '28J00', 'new material under a known kid: the first token is refused');
wait_until('the new material', sub { verify_state($node, $token) eq 'ok' });
is($hc->requests, $before + 1, 'new material under a known kid is fetched by one request');

my $forged = $hc->sign('--kid' => $kid, '--key' => 1);
is(verify_state($node, $forged), '28J00', 'a forged token is refused') foreach 1 .. 5;
is(sql("SELECT count(hcjwt.try_verify('$forged')) FROM generate_series(1, 1000)"), 0, 'a thousand forged tokens are refused');
is($hc->requests, $before + 1, 'within the cool-down forged tokens cause no request');

# the forged token does not wait for the fetch that it causes
configure($node, 'hcjwt.unknown_key_wait', '1min');
configure($node, 'hcjwt.refetch_cooldown', '0');
answer($same_kid);
$hc->ctl('fault', 'clear');
$hc->ctl('fault', 'stall');
is(verify_state($node, $forged), '28J00', 'after the cool-down a forged token is refused');
ok(wait_until('a fetch that is still under way', sub { $hc->in_flight > 0 }), 'the forged token is refused before the fetch that it causes ends');
is(sql("SELECT passed FROM hcjwt.explain('$forged') WHERE check_name = 'signature'"), 'f', 'explain(): the forged token\'s signature does not pass');
$hc->ctl('fault', 'clear');
wait_until('its end', sub { sql('SELECT NOT under_way FROM hcjwt.schedule()') eq 't' });

# an imported key hides the fetched one of its kid, and status says so
refresh();
sql('SELECT hcjwt.import_keys($$acme$$, ' . quoted(listed() =~ s/\Q$new_kid\E/theirs/r) . ')');
answer(listed() =~ s/"keys":\[/'"keys":[' . encode_json({ %{ decode_json($old)->{keys}[0] }, kid => 'theirs' }) . ','/er);
is(refresh(), 'fresh', 'a fetched key with the kid of an imported one: the refresh succeeds');
like(status_of($node, 'acme', 'last_error'), qr/^1 of its keys not used: an imported or revoked key has the same kid and other material/,
	'a fetched key with the kid of an imported one: last_error says so');
like(status_of($node, 'acme', 'advice'), qr/last_error/, 'a fetched key with the kid of an imported one: the advice names last_error');
refresh();
is(log_count($node, qr/not all keys of help center "acme".*imported or revoked/), 1, 'the log has the key that is not used once');
sql("DELETE FROM hcjwt.keys WHERE source = 'imported'");
$hc->ctl('fault', 'clear');
is(refresh(), 'fresh', 'once the imported key is deleted, the refresh succeeds');
is(status_of($node, 'acme', 'last_error IS NULL AND advice IS NULL'), 't', 'once the imported key is deleted, there is no error and no advice');

# a revoked kid takes no other key, and the advice does not lead to trusting the revoked one
my $revoked_kid = sql("SELECT kid FROM hcjwt.keys WHERE retired_at IS NULL AND source = 'fetched'");
sql("SELECT hcjwt.revoke_key('acme', '$revoked_kid')");
answer(encode_json({ keys => [ { %{ decode_json($old)->{keys}[0] }, kid => $revoked_kid } ] }));
is(refresh(), 'no trusted key', 'another key under a revoked kid is not trusted');
like(status_of($node, 'acme', 'last_error'), qr/^1 of its keys not used: an imported or revoked key/, 'another key under a revoked kid: last_error says so');
like(status_of($node, 'acme', 'advice'), qr/kid that is revoked here.*would trust that one/, 'another key under a revoked kid: the advice warns that unrevoke_key() would trust the old one');
sql("SELECT hcjwt.unrevoke_key('acme', '$revoked_kid')");
$hc->ctl('fault', 'clear');
is(refresh(), 'fresh', 'once the kid is unrevoked, the refresh succeeds');

# ---- a lock on the help center's row ----

my $holder = $node->background_psql('postgres');
$holder->query_safe("BEGIN; SELECT FROM hcjwt.help_centers WHERE name = 'acme' FOR KEY SHARE");
$hc->ctl('rotate', '--retire');
is(refresh(), 'fresh', 'a lock as foreign keys take keeps nothing from being stored');
is(verify_state($node, $hc->sign), 'ok', 'under that lock the new key is stored');
$holder->query_safe('ROLLBACK');

# an import that is not committed: the answer is kept, and stored when the lock is gone
add_help_center($node, 'other', $hc);
wait_until('keys', sub { keys_of($node, 'other') == 1 });
sub lock_row
{
	$holder->query_safe('BEGIN; SET LOCAL client_min_messages = warning; SELECT hcjwt.import_keys($$acme$$, ' . quoted($old) . ')');
	return;
}
lock_row();
$hc->ctl('rotate');
sql("SELECT FROM hcjwt.refresh('acme', '0')");
wait_until('the answer that cannot be stored', sub { state_of($node, 'acme') eq 'failing (store)' });
like(status_of($node, 'acme', 'last_error'), qr/lock timeout/, 'a row that is locked for long: status says why');
like(status_of($node, 'acme', 'advice'), qr/could not be stored/, 'a row that is locked for long: the advice says what it means');
is(status_of($node, 'acme', 'consecutive_failures'), 0, 'a row that is locked for long is not counted as the help center\'s failure');
$before = $hc->requests;
is(refresh('other'), 'fresh', 'while a row is locked, other help centers are refreshed');
is(keys_of($node, 'other'), 2, 'while a row is locked, other help centers get the new key');
is($hc->requests, $before + 1, 'while a row is locked, its answer is kept and not fetched again');
configure($node, 'hcjwt.unknown_key_wait', '1min');
my $hopeless = quoted($hc->sign('--kid' => 'unheard of'));
ok(wait_until('nobody to wait for it any more', sub {
	$node->psql('postgres', "SET statement_timeout = '1s'; SELECT hcjwt.verify($hopeless, 'acme')");
	return log_count($node, qr/the keys were fetched, but cannot be stored yet/) > 0 }), 'a session does not wait for an answer that cannot be stored');
configure($node, 'hcjwt.unknown_key_wait', '2s');
$holder->query_safe('ROLLBACK');
wait_until('the kept answer', sub { keys_of($node, 'acme') == 2 });
is($hc->requests, $before + 1, 'the very same answer is stored once the lock is gone');
is(state_of($node, 'acme'), 'fresh', 'once the kept answer is stored, the state is fresh');
is(log_count($node, qr/could not store the keys of help center "acme" in database "postgres" yet/), 1, 'the log has the answer that could not be stored once');
$hc->ctl('rotate');
my $named = 'SELECT hcjwt.verify(' . quoted($hc->sign) . ", 'acme') IS NOT NULL";
is(sql($named), 't', 'after that an unknown kid is asked for again');

# ---- a burst: 64 visitors meet one new key ----

# While the launcher is stopped nothing is fetched, so all visitors can join the wait.
my $event = $node->pg_version->major >= 17 ? 'HcjwtKeyWait' : 'Extension';
my $waiting = qq(SELECT count(*) FROM pg_stat_activity
	WHERE application_name = 'visitor' AND wait_event = '$event');
wait_until('the end of what was under way', sub {
	sql('SELECT bool_or(under_way) FROM hcjwt.schedule()') eq 'f' && !hcjwt_processes($node, qr/fetcher/) });
my $launcher = launcher_of($node);

# stopped while it sleeps, so that it holds no lock
sub stop_launcher
{
	wait_until('the launcher asleep', sub {
		kill 'STOP', $launcher;
		wait_until('its stop', sub { slurp_file("/proc/$launcher/stat") =~ /^\d+ \(.*\) T / });
		return 1 if sql("SELECT wait_event IS NOT NULL FROM pg_stat_activity WHERE pid = $launcher") eq 't';
		kill 'CONT', $launcher;
		return 0 });
	return;
}
stop_launcher();
configure($node, 'hcjwt.unknown_key_wait', '1min');
configure($node, 'hcjwt.refetch_cooldown', '1h');
$hc->ctl('rotate');
$before = $hc->requests;
sql("SELECT FROM hcjwt.refresh('acme', '0')");
my $visit = "SET application_name = 'visitor'; SELECT hcjwt.verify(" . quoted($hc->sign) . ", 'acme') IS NOT NULL";
my @visitors = map { background($node, 'postgres', $visit) } 1 .. 64;
wait_until('64 that wait', sub { sql($waiting) == 64 }, 180);
kill 'CONT', $launcher;
is(scalar(grep { my ($status, $out) = $_->(); $out eq "t\n" } @visitors), 64, '64 backends meet one new kid, and all of them pass');
is($hc->requests, $before + 1, 'the 64 cause one request');

# ---- the wait is for each transaction of a statement ----

configure($node, 'hcjwt.unknown_key_wait', '50ms');
configure($node, 'hcjwt.refetch_cooldown', '0');
my @unknown = map { quoted($hc->sign('--kid' => "unknown $_")) } 1, 2;
stop_launcher();
foreach my $case ([ '', qr/this statement has waited for one already/ ], [ 'COMMIT;', qr/took longer than hcjwt\.unknown_key_wait/ ])
{
	my ($between, $hint) = @$case;
	my $offset = -s $node->logfile;
	$node->psql('postgres', "DO \$\$ BEGIN PERFORM hcjwt.try_verify($unknown[0], 'acme'); $between"
		  . " PERFORM hcjwt.verify($unknown[1], 'acme'); END \$\$");
	is(log_count($node, $hint, $offset), 1, 'two waits in one statement, with "' . $between . '" between them');
}
kill 'CONT', $launcher;
wait_until('the end of that fetch', sub { sql('SELECT bool_or(under_way) FROM hcjwt.schedule()') eq 'f' });

# ---- caches that answer with old and new sets in turn ----

configure($node, 'hcjwt.unknown_key_wait', '1min');
sql("SELECT hcjwt.drop_help_center('other')");
$hc->ctl('rotate', '--retire');
is(refresh(), 'fresh', 'a refresh after a rotation succeeds');
is(keys_of($node, 'acme'), 1, 'after the rotation the other keys are retired at once');
$old = listed();
$hc->ctl('rotate');
is(refresh(), 'fresh', 'a refresh that brings a second key succeeds');
my $first = $hc->sign('--life' => 3600);
answer($old);
is(refresh(), 'fresh', 'a refresh that brings the old set again succeeds');
is(keys_of($node, 'acme'), 2, 'a key that was new just now is not retired by an old set');
is(verify_state($node, $first), 'ok', 'a key that was new just now: its tokens are accepted');
is(status_of($node, 'acme', "next_attempt - last_success < '6 min' AND etag IS NULL"), 't', 'after an old set the next attempt comes soon, without an ETag');
is(log_count($node, qr/no longer lists 1 new key, which is kept for now/), 1, 'the log says that the new key is kept for now');
sql("UPDATE hcjwt.keys SET first_seen = first_seen - interval '11 minutes'");
refresh();
is(keys_of($node, 'acme'), 1, 'a key that stays unlisted for ten minutes is retired');
$hc->ctl('fault', 'clear');
is(verify_state($node, $first), 'ok', 'its next token has it fetched again');

# likewise, with a new set that has only the new key
$old = listed();
$hc->ctl('rotate', '--retire');
refresh();
answer($old);
refresh();
is(verify_state($node, $hc->sign), 'ok', 'a key that replaced all others is not retired by an old set');
$hc->ctl('fault', 'clear');
refresh();
is(keys_of($node, 'acme'), 1, 'the new set retires at once the keys that it lacks');

# no rotation: two keys came together, and one of them goes
$hc->ctl('rotate');
add_help_center($node, 'both', $hc);
wait_until('two keys', sub { keys_of($node, 'both') == 2 });
$hc->ctl('retire', decode_json(listed())->{keys}[0]{kid} eq HelpCenter::token_header($hc->sign)->{kid}
	? decode_json(listed())->{keys}[1]{kid} : decode_json(listed())->{keys}[0]{kid});
refresh('both');
is(keys_of($node, 'both'), 1, 'a key that is no newer than what is listed is retired at once');
sql("SELECT hcjwt.drop_help_center('both')");

# the first answer after a rotation is an old one, so the kid may ask again
$old = listed();
$hc->ctl('rotate');
answer($old, 1);
$token = $hc->sign;
is(verify_state($node, $token), '28J03', 'a token is refused when its kid\'s fetch brings an old set');
ok(wait_until('another answer', sub { verify_state($node, $token) eq 'ok' }), 'after the cool-down the kid is asked for again, and the token passes');

$holder->quit;
is(log_count($node, qr/PANIC|terminated by signal/), 0, 'nothing crashed');
done_testing();
