# Keys on many nodes, as the page has it: one server fetches, and two subscribe with
# hcjwt.fetch_keys off.  Registrations and revocations reach all; a revocation is lost nowhere,
# neither by what the publisher sends, nor by the first copy, nor when another server
# becomes the publisher.

use strict;
use warnings;

use FindBin;
use HcjwtTest;

my ($hc, $other) = map { HelpCenter->new(args => ['--http']) } 1, 2;
my @options = (init => [ allows_streaming => 'logical' ], conf => 'hcjwt.refetch_cooldown = 0');
my ($p, $a, $b) = my @nodes = map { hcjwt_cluster($_, $hc, @options) } qw(p a b);
my ($page) = slurp_file("$FindBin::RealBin/../docs/distributed.md") =~ /^## Logical subscribers\n(.*?)(?=^## |\z)/ms;
my ($publication, $subscription) = $page =~ /^```sql\n(.*?)^```/msg;
my ($conf) = $page =~ /^```conf\n(.*?)^```/ms;

is($conf, "hcjwt.fetch_keys = off\n", 'the page has the setting of a subscriber');
ok($subscription =~ s/ hcjwt_a CONNECTION '[^']*'/ NAME CONNECTION CONNINFO/, 'the page has the command that subscribes');

sub sql
{
	my ($node, $sql) = @_;

	return $node->safe_psql('postgres', $sql);
}

sub publish { return sql($_[0], $publication) }

sub subscribe
{
	my ($node, $to) = @_;

	sql($node, $subscription =~ s/NAME/'hcjwt_' . $node->name/er =~ s/CONNINFO/quoted($to->connstr('postgres'))/er);
	return wait_until('the first copy', sub { sql($node, "SELECT count(*) FROM pg_subscription_rel WHERE srsubstate <> 'r'") == 0 });
}

# Waits until both subscribers have what the publisher has done.
sub arrives
{
	my ($sql, $publisher, @subscribers) = @_;

	sql($publisher // $p, $sql);
	($publisher // $p)->wait_for_catchup('hcjwt_' . $_->name) foreach @subscribers ? @subscribers : ($a, $b);
	return;
}

# How a token fares at each node, such as "ok ok 28J03".
sub fares { return join ' ', map { my $node = $_; verify_state($node, $_[0]) } @_[ 1 .. $#_ ] ? @_[ 1 .. $#_ ] : @nodes }

sub token { return $_[0]->sign('--life', 3600, '--claims', '{"userId":1}') }

sub status { return join ' ', map { status_of($_, 'acme', 'state, advice IS NULL') } @_ }

# ---- the first copy, over what is there: one node has fetched, and revoked ----

add_help_center($_, 'acme', $hc) foreach $p, $a;
wait_until('keys', sub { keys_of($_) == 1 }) foreach $p, $a;
my $old = token($hc);
my $kid = sql($a, 'SELECT kid FROM hcjwt.keys');
sql($a, "SELECT hcjwt.revoke_key('acme', '$kid')");
configure($_, 'hcjwt.fetch_keys', 'off') foreach $a, $b;
publish($p);
subscribe($_, $p) foreach $a, $b;
is(fares($old), 'ok 28J03 ok', 'a key that one node has revoked before it subscribes stays revoked there');
is(status($p, $b), 'fresh|t fresh|t', 'the publisher and the other subscriber are fresh, without advice');
is(status_of($b, 'acme', 'trusted_keys, last_success IS NOT NULL, next_attempt IS NOT NULL'), '1|t|t', 'keys and their age are the publisher\'s');

# ---- only one fetches ----

my $requests = $hc->requests;
$hc->ctl('rotate');
my $new = token($hc);
quickly(2, 'a new key at a subscriber', sub { is(fares($new, $a, $b), '28J03 28J03', 'is refused at once') });
like(slurp_file($b->logfile), qr/no fetch: hcjwt\.fetch_keys is off/, 'the log of the subscriber says why it does not fetch');
my ($status, $out, $err) = $b->psql('postgres', 'SELECT hcjwt.refresh()');
like($err, qr/this server fetches no keys.*server whose keys are replicated/s, 'refresh() at a subscriber names the server where it works');
is($hc->requests, $requests, 'the subscribers cause no request');
is(fares($new, $p), 'ok', 'the publisher fetches it');
arrives('SELECT');
is(fares($new), 'ok ok ok', 'the new key reaches all nodes');

# ---- registrations and revocations reach all; what was revoked at one stays so ----

arrives("SELECT hcjwt.add_help_center('beta', '$other->{url}')");
wait_until('its keys', sub { fares(token($other)) eq 'ok ok ok' });
is(fares(token($other)), 'ok ok ok', 'a registration reaches all, with its keys');
arrives("SELECT hcjwt.revoke_key('beta', kid) FROM hcjwt.keys WHERE help_center = 'beta'");
is(fares(token($other)), '28J03 28J03 28J03', 'a revocation reaches all nodes');

arrives('SELECT FROM hcjwt.refresh()');
arrives("UPDATE hcjwt.keys SET last_seen = now() WHERE kid = '$kid'");
arrives("UPDATE hcjwt.keys SET retired_at = now() WHERE kid = '$kid'");
arrives("UPDATE hcjwt.keys SET retired_at = NULL WHERE kid = '$kid'");
is(fares($old), 'ok 28J03 ok', 'the revocation of one node stays when the publisher updates the key');
arrives("SELECT hcjwt.revoke_key('acme', '$kid'); SELECT hcjwt.unrevoke_key('acme', '$kid')");
is(fares($old), 'ok 28J03 28J03', 'unrevoke_key() at the publisher ends no revocation at a subscriber');
sql($b, "SELECT hcjwt.unrevoke_key('acme', '$kid')");
arrives("DELETE FROM hcjwt.keys WHERE kid = '$kid'; SELECT FROM hcjwt.refresh('acme')");
is(fares($old), 'ok 28J03 ok', 'the key is deleted and fetched again: it is revoked where nobody called unrevoke_key()');

arrives("SELECT hcjwt.drop_help_center('beta')");
is(join(' ', map { sql($_, "SELECT count(*) FROM hcjwt.keys WHERE help_center = 'beta'") } @nodes), '0 0 0', 'drop_help_center() deletes all keys at all nodes, revoked ones too');

# ---- the publisher is away for longer than max_stale ----

is(fares($new), 'ok ok ok', 'before the publisher stops, all nodes accept the new key');
$p->stop('immediate');
is(fares($new, $a, $b), 'ok ok', 'without the publisher the subscribers still accept tokens');
configure($b, 'hcjwt.max_stale', '1s');
wait_until('the age', sub { fares($new, $b) eq '28J03' });
is(status_of($b, 'acme', q{state, advice LIKE 'hcjwt.fetch_keys is off: see hcjwt.status on the server that fetches%'}), 'expired|t',
	'after hcjwt.max_stale status says that the keys have expired');
configure($b, 'hcjwt.max_stale', '7d');
is(fares($new, $b), 'ok', 'hcjwt.max_stale counts from the publisher\'s last success');

# ---- another one becomes the publisher ----

foreach my $node ($a, $b)
{
	my $name = 'hcjwt_' . $node->name;

	sql($node, "ALTER SUBSCRIPTION $name DISABLE; ALTER SUBSCRIPTION $name SET (slot_name = NONE); DROP SUBSCRIPTION $name");
}
$hc->ctl('rotate');
my $newest = token($hc);
configure($a, 'hcjwt.fetch_keys', 'on');
ok(wait_until('a fetch', sub { fares($newest, $a) eq 'ok' }), 'a subscriber that becomes the publisher fetches');
is(status_of($a, 'acme', 'state'), 'fresh', 'status of the new publisher is fresh');
publish($a);
subscribe($b, $a);
is(fares($newest, $a, $b), 'ok ok', 'the other subscriber gets the key from the new publisher');
is(fares($old, $a, $b), '28J03 28J03', 'the other subscriber gets the revocation, too');

$p->append_conf('postgresql.conf', $conf);
$p->start;
subscribe($p, $a);
is(fares($newest), 'ok ok ok', 'the former publisher subscribes, and gets the new key');
is(fares($old), '28J03 28J03 28J03', 'the former publisher gets the revocation');
$requests = $hc->requests;
arrives("SELECT FROM hcjwt.refresh('acme')", $a, $p, $b);
is($hc->requests - $requests, 1, 'one refresh() causes one request for all nodes');
is(status(@nodes), 'fresh|t fresh|t fresh|t', 'all nodes are fresh, without advice');

is(log_count($_, qr/PANIC|terminated by signal|TRAP/), 0, 'nothing crashed') foreach @nodes;
sql($_, 'DROP SUBSCRIPTION hcjwt_' . $_->name) foreach $p, $b;
$_->stop foreach reverse @nodes;
done_testing();
