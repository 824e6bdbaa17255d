# Each failure has a state, a reason and an advice in hcjwt.status, changes no key,
# and ends with the next success.

use strict;
use warnings;

use HcjwtTest;

# without ETags, each answer has a body that can go wrong
my $hc = HelpCenter->new(args => ['--no-etag']);
my $node = hcjwt_cluster('main', $hc);

add_help_center($node, 'acme', $hc);
wait_until('keys', sub { keys_of($node, 'acme') == 1 });
my $token = $hc->sign('--life' => 3600);

sub refresh
{
	my ($name) = @_;
	return $node->safe_psql('postgres',
		"SELECT state FROM hcjwt.refresh('" . ($name // 'acme') . "', '30 s')");
}

# The state, the reason and the advice, after a refresh.
sub failing_is
{
	my ($state, $error, $advice, $name) = @_;
	$name //= 'acme';

	is(refresh($name), $state, $state);
	like(status_of($node, $name, 'last_error'), $error, "$state: last_error");
	like(status_of($node, $name, 'advice'), $advice, "$state: advice");
	return;
}

# ---- what the help center itself can answer ----

foreach my $case (
	[ 'status=404', 'failing (plan)', qr/404/, qr/Enterprise/ ],
	[ 'status=401', 'failing (HTTP 401)', qr/401/, qr/without signing in(?!.* IP addresses)/ ],
	[ 'status=403', 'failing (HTTP 403)', qr/403/, qr/without signing in.* IP addresses/ ],
	[ 'status=500', 'failing (HTTP 500)', qr/500/, qr/tries again/ ],
	[ 'status=503,retry_after=120', 'failing (HTTP 503)', qr/after 120 s/, qr/tries again/ ],
	[ 'status=429,retry_after=1', 'failing (HTTP 429)', qr/429/, qr/fewer requests/ ],
	[ 'status=304', 'failing (HTTP 304)', qr/without having been asked/, qr/keys_url/ ],
	[ 'redirect=https://127.0.0.1:1/', 'failing (HTTP 302)', qr/redirects are not followed/, qr/redirects/ ],
	[ 'html', 'failing (bad set)', qr/HTML/, qr/keys_url/ ],
	[ 'garbage', 'failing (bad set)', qr/no JSON object/, qr/keys_url/ ],
	[ 'wrong-shape', 'failing (bad set)', qr/no array "keys"/, qr/keys_url/ ],
	[ 'empty-set', 'failing (bad set)', qr/has no keys/, qr/keys_url/ ],
	[ 'many-keys=101', 'failing (bad set)', qr/more than 100/, qr/keys_url/ ],
	[ 'deep=17', 'failing (bad set)', qr/no JSON object/, qr/keys_url/ ],
	[ 'huge', 'failing (bad set)', qr/body is too large/, qr/larger/ ],
	[ 'cut', 'failing (connection cut)', qr/closed|missing|eof/i, qr/network/ ],
	[ 'reset', 'failing (connection cut)', qr/reset/i, qr/network/ ],
	[ 'stall', 'failing (timeout)', qr/timed out/i, qr/10 s/ ])
{
	my ($fault, $state, $error, $advice) = @$case;

	$hc->ctl('fault', $fault);
	failing_is($state, $error, $advice);
	$hc->ctl('fault', 'clear');
	is(keys_of($node), 1, "$fault changes no key");
	is(verify_state($node, $token), 'ok', "$fault: tokens verify");
}

is(status_of($node, 'acme', 'consecutive_failures > 10'), 't', 'failures are counted');
my $log = slurp_file($node->logfile);
is(scalar(() = $log =~ /could not refresh the keys of help center "acme"/g),
	1, 'the log tells of the first failure only');
unlike($log, qr/<html|garbage/i, 'the log quotes no body of an answer');

# ---- over ----

is(refresh(), 'fresh', 'the next success ends it');
is(log_count($node, qr/are refreshed again, after \d+ failure/), 1, 'the log says that keys are refreshed again');
is(status_of($node, 'acme', 'consecutive_failures, last_error IS NULL, advice IS NULL'),
	'0|t|t', 'status has no failure, error or advice any more');

# ---- back-off and Retry-After ----

$hc->ctl('fault', 'status=503,retry_after=600');
refresh();
is( status_of(
		$node, 'acme',
		"next_attempt - last_attempt BETWEEN interval '599 s' AND interval '610 s'"),
	't', 'Retry-After is a floor');
$hc->ctl('fault', 'clear');
my $requests = $hc->requests;
my $unknown = $hc->sign('--kid' => 'unheard-of');
is(verify_state($node, $unknown), '28J03', 'an unknown kid during Retry-After is refused');
is($hc->requests, $requests, 'an unknown kid during Retry-After causes no request');
$hc->ctl('fault', 'status=503,retry_after=86400');
refresh();
is( status_of($node, 'acme', "next_attempt - last_attempt < interval '61 min'"),
	't', 'Retry-After is capped at an hour');
$hc->ctl('fault', 'status=500');
refresh() for 1 .. 3;
is( status_of(
		$node, 'acme', "next_attempt - last_attempt < interval '61 min'"),
	't', 'the back-off is bounded');
$hc->ctl('fault', 'clear');
is(refresh(), 'fresh', 'refresh() asks during a back-off');

# ---- odd sets that are of use ----

$hc->ctl('fault', 'one-bad-key');
is(refresh(), 'fresh', 'one bad key among good ones: the refresh succeeds');
like(status_of($node, 'acme', 'last_error'), qr/\d of \d keys skipped/, 'one bad key among good ones: last_error says so');
like(status_of($node, 'acme', 'advice'), qr/last_error/, 'one bad key among good ones: the advice names last_error');
$hc->ctl('fault', 'clear');
is(verify_state($node, $token), 'ok', 'one bad key among good ones: a token of a good one verifies');
refresh();

# ---- the connection ----

foreach my $certificate (qw(wrong-host expired unknown-ca))
{
	$hc->ctl('certificate', $certificate);
	failing_is('failing (TLS)', qr/certificate/i, qr/hcjwt\.ca_file/);
}
$hc->ctl('certificate', 'good');
is(refresh(), 'fresh', 'with a good certificate again the refresh succeeds');

my $closed = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 1);
my $port = $closed->sockport;
close $closed;
add_help_center($node, 'closed', "https://127.0.0.1:$port");
failing_is('failing (connect)', qr/connect/i, qr/firewall/, 'closed');

add_help_center($node, 'nowhere', "https://no-such-host.invalid");
failing_is('failing (DNS)', qr/resolve/i, qr/resolved/, 'nowhere');

# ---- settings that do not permit a URL, until they are changed ----

$node->adjust_conf('postgresql.conf', 'hcjwt.allowed_hosts', "'*.zendesk.com'");
$node->reload;
wait_until('the reload',
	sub { refresh() eq 'failing (URL not permitted)' });
like(status_of($node, 'acme', 'last_error'), qr/hcjwt\.allowed_hosts.*127\.0\.0\.1/, 'the reason names setting and host');
is(keys_of($node, 'acme'), 1, 'keys of a URL that is not permitted any more are still trusted');
$node->adjust_conf('postgresql.conf', 'hcjwt.allowed_hosts', "'*'");
$node->reload;
ok(wait_until('another attempt, after the reload',
	sub { state_of($node, 'acme') eq 'fresh' }), 'a change of settings makes the worker try again');

# ---- expired ----

$hc->ctl('fault', 'status=500');
$node->append_conf('postgresql.conf', "hcjwt.max_stale = '1s'");
$node->reload;
wait_until('expiry', sub { state_of($node, 'acme') eq 'expired' });
is(verify_state($node, $token), '28J03', 'past max_stale a fetched key is not trusted');
is(status_of($node, 'acme', 'trusted_keys'), 0, 'past max_stale status counts no trusted key');
refresh();
like(status_of($node, 'acme', 'advice'), qr/max_stale.*fault of its own/, 'past max_stale the advice tells of max_stale and of the failing fetches');
$hc->ctl('fault', 'clear');
$node->adjust_conf('postgresql.conf', 'hcjwt.max_stale', "'7d'");
$node->reload;
wait_until('keys are trusted again', sub { keys_of($node, 'acme') == 1 });

is(log_count($node, qr/PANIC|FATAL|ERROR:  (?!help center token)/), 0, 'the log has no unexpected error');
done_testing();
