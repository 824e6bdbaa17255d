# A hot standby verifies with replicated keys, refuses a revoked key as soon as the
# revocation is replayed, and fetches once it is promoted.

use strict;
use warnings;

use HcjwtTest;

my $hc = HelpCenter->new;
my $primary = hcjwt_cluster('primary', $hc, init => [ allows_streaming => 1 ]);
$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->start;

sub replayed
{
	$primary->wait_for_catchup($standby, 'replay');
	return;
}

# ---- replicated keys ----

add_help_center($primary, 'acme', $hc);
wait_until('keys on the primary', sub { keys_of($primary) == 1 });
replayed();
my $token = $hc->sign('--life' => 3600);
is(verify_state($standby, $token), 'ok', 'a standby verifies with replicated keys');
is(scalar(hcjwt_processes($standby, qr/hcjwt/)), 0, 'without any worker');
is(status_of($standby, 'acme', 'state, trusted_keys, advice IS NULL'), 'fresh|1|t', 'its status is the primary\'s');

# ---- a revocation, in a session that has used the key ----

my $session = $standby->background_psql('postgres');
is( $session->query_safe('SELECT hcjwt.try_verify(' . quoted($token) . ') IS NOT NULL'),
	't', 'a session on the standby has verified');
$primary->safe_psql('postgres',
	"SELECT hcjwt.revoke_key('acme', (SELECT kid FROM hcjwt.keys))");
replayed();
is( $session->query_safe('SELECT hcjwt.try_verify(' . quoted($token) . ') IS NULL'),
	't', 'once the revocation is replayed, its next statement refuses the key');
$session->quit;

# ---- an unknown kid, where the primary is not asked (t/037_standby_asks.pl: where it is) ----

configure($standby, 'hcjwt.primary_conninfo', 'none');
$hc->ctl('rotate');
my $new = $hc->sign;
my $requests = $hc->requests;
quickly(1, 'an unknown kid is refused at once', sub {
	is(verify_state($standby, $new), '28J03', 'an unknown kid is refused') });
is($hc->requests, $requests, 'without a fetch');
cmp_ok(log_count($standby, qr/no fetch: this is a standby/), '>=', 1, 'with a hint in the log');
my (undef, undef, $err) = $standby->psql('postgres',
	"\\set VERBOSITY verbose\nSELECT hcjwt.refresh()");
like($err, qr/25006.*primary/s, 'refresh() sends one to the primary');
$primary->safe_psql('postgres', 'SELECT FROM hcjwt.refresh()');
replayed();
is(verify_state($standby, $new), 'ok', 'what the primary fetches arrives');

# ---- promotion ----

$primary->stop;
$standby->promote;
wait_until('a launcher', sub { launcher_of($standby) });
$hc->ctl('rotate');
my $newest = $hc->sign;
ok(wait_until('a fetch by the new primary', sub { verify_state($standby, $newest) eq 'ok' }), 'once promoted it refreshes by itself');
is(status_of($standby, 'acme', 'state'), 'fresh', 'and says so');

is(log_count($_, qr/PANIC|terminated by signal/), 0, 'nothing crashed') foreach $primary, $standby;
done_testing();
