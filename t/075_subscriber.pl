# A logical subscriber that has help centers, keys and revocations of its own: what
# the publisher sends is merged with them, and never stops the subscription.

use strict;
use warnings;

use HcjwtTest;
use JSON::PP;

my $hc = HelpCenter->new;
my $other = HelpCenter->new;
append_to_file("$hc->{dir}/both.pem",
	slurp_file("$hc->{data}/ca.pem") . slurp_file("$other->{data}/ca.pem"));
my $publisher = hcjwt_cluster('publisher', undef, init => [ allows_streaming => 'logical' ],
	conf => "hcjwt.ca_file = '$hc->{dir}/both.pem'");
my $subscriber = hcjwt_cluster('subscriber', undef, conf => "hcjwt.ca_file = '$hc->{dir}/both.pem'");

sub at_publisher { return $publisher->safe_psql('postgres', $_[0]); }
sub here { return $subscriber->safe_psql('postgres', $_[0]); }

# Everything from the publisher has arrived, and the subscription goes on.
sub arrives
{
	my ($sql, $what) = @_;

	at_publisher($sql);
	$publisher->wait_for_catchup('s');
	is(here('SELECT count(*) FROM pg_stat_subscription WHERE pid IS NOT NULL'), 1, "$what: the subscription goes on");
	return;
}

# ---- the same help center on both, which both fetch from ----

add_help_center($_, 'acme', $hc) foreach $publisher, $subscriber;
here("UPDATE hcjwt.help_centers SET leeway = '7 s'");
add_help_center($subscriber, 'own', $other);
wait_until('keys', sub { keys_of($publisher) == 1 && keys_of($subscriber) == 2 });
my $good = $hc->sign('--claims', '{"userId": 7}', '--life' => 3600);
my $kid = here("SELECT kid FROM hcjwt.keys WHERE help_center = 'acme'");

at_publisher('CREATE PUBLICATION p FOR ALL TABLES');
here('CREATE SUBSCRIPTION s CONNECTION ' . quoted($publisher->connstr('postgres')) . ' PUBLICATION p');
wait_until('the first copy', sub {
	here("SELECT count(*) FROM pg_subscription_rel WHERE srsubstate <> 'r'") == 0 });
is(here('SELECT string_agg(name, $$ $$ ORDER BY name) FROM hcjwt.help_centers'), 'acme own',
	'a help center that both servers have is one row');
is(here("SELECT leeway FROM hcjwt.help_centers WHERE name = 'acme'"), '00:00:30', 'that row has the publisher\'s values');
is(verify_state($subscriber, $good), 'ok', 'its tokens verify at the subscriber');

# ---- what is revoked here stays so ----

my $session = $subscriber->background_psql('postgres', on_error_stop => 0);
my $try = "SELECT hcjwt.try_verify('$good') IS NOT NULL";
is($session->query($try), 't', 'a session verifies, and has the key in its memory');
here("SELECT hcjwt.revoke_key('acme', '$kid')");
my $since = here("SELECT revoked_at FROM hcjwt.keys WHERE kid = '$kid'");
arrives("SELECT FROM hcjwt.refresh('acme')", 'the publisher\'s refresh');
arrives("UPDATE hcjwt.keys SET last_seen = now() + interval '1 s'", 'a key seen again');
is($session->query($try), 'f', 'a key revoked here stays refused when the publisher\'s key arrives');
is(here("SELECT revoked_at FROM hcjwt.keys WHERE kid = '$kid'"), $since, 'the revocation keeps its time');
is(log_count($subscriber, qr/LOG:.*stays revoked, although its publisher/), 1, 'the log says once that the key stays revoked');
arrives("SELECT hcjwt.revoke_key('acme', '$kid'); SELECT hcjwt.unrevoke_key('acme', '$kid')", 'revoked and unrevoked there');
is($session->query($try), 'f', 'a key revoked here stays refused when the publisher unrevokes its own');
arrives("UPDATE hcjwt.keys SET retired_at = now()", 'retired there');
arrives("DELETE FROM hcjwt.keys WHERE help_center = 'acme'", 'deleted there');
is(here("SELECT revoked_at FROM hcjwt.keys WHERE kid = '$kid'"), $since, 'the revocation stays when the publisher deletes the key');
my $jwk = decode_json($other->key_set)->{keys}[0];
$jwk->{kid} = $kid;
my $material = quoted(JSON::PP->new->encode($jwk));
arrives("INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint, source) VALUES ('acme', '$kid', $material, '', 'fetched')",
	'other material under its kid');
arrives("UPDATE hcjwt.keys SET last_seen = now() WHERE kid = '$kid'", 'and again');
is($session->query($try), 'f', 'a key revoked here stays refused when other material comes under its kid');
arrives("SELECT hcjwt.refresh('acme')", 'listed again there');
is($session->query($try), 'f', 'a key revoked here stays refused when the publisher lists it again');
here("SELECT hcjwt.unrevoke_key('acme', '$kid')");
is($session->query($try), 't', 'unrevoke_key() here ends the revocation');

my ($status, $out, $err) = $subscriber->psql('postgres',
	"SELECT hcjwt.revoke_key('acme', '$kid'); UPDATE hcjwt.keys SET revoked_at = NULL");
like($err, qr/a revocation cannot be taken back by UPDATE/, 'an UPDATE that would take a revocation back fails');
is($session->query($try), 'f', 'the revocation stands after such an UPDATE');
here("SELECT hcjwt.unrevoke_key('acme', '$kid')");

# ---- an imported key here is not replaced by one that the publisher fetched ----

arrives("DELETE FROM hcjwt.keys; SELECT FROM hcjwt.refresh('acme')", 'fetched anew');
here('SELECT hcjwt.import_keys($$acme$$, ' . quoted($hc->key_set) . ')');
arrives("UPDATE hcjwt.keys SET retired_at = now() WHERE kid = '$kid'", 'retired there');
is(here("SELECT source, retired_at IS NULL FROM hcjwt.keys WHERE kid = '$kid'"), 'imported|t', 'the imported key stays');
arrives("SELECT hcjwt.revoke_key('acme', '$kid')", 'revoked there');
is($session->query($try), 'f', 'a revocation of the publisher\'s counts for the imported key');
at_publisher("SELECT hcjwt.unrevoke_key('acme', '$kid')");
here("SELECT hcjwt.unrevoke_key('acme', '$kid')");

# ---- each server has its own state of fetching ----

arrives("UPDATE hcjwt.fetch_state SET etag = '\"theirs\"', last_success = '2001-01-01'", 'a state of fetching');
arrives('DELETE FROM hcjwt.fetch_state', 'and its end');
is(here("SELECT count(*) FROM hcjwt.fetch_state WHERE etag IS DISTINCT FROM '\"theirs\"' AND last_success > '2002-01-01'"),
	2, 'a publisher\'s state of fetching leaves this server\'s own');

# ---- help centers that meet ----

here("UPDATE hcjwt.help_centers SET enabled = false WHERE name = 'own'");
arrives("SELECT hcjwt.add_help_center('own', '$other->{url}')", 'another that is here already');
is(state_of($subscriber, 'own'), 'disabled', 'a help center that is disabled here stays disabled');
here("UPDATE hcjwt.help_centers SET enabled = true");
here("SELECT FROM hcjwt.refresh('own')");
add_help_center($subscriber, 'brand', $hc);
wait_until('its keys', sub { keys_of($subscriber, 'brand') > 0 });
here("SELECT hcjwt.revoke_key('acme', '$kid')");
arrives("UPDATE hcjwt.help_centers SET name = 'brand' WHERE name = 'acme'", 'renamed to one that is here');
is(here('SELECT string_agg(name, $$ $$ ORDER BY name) FROM hcjwt.help_centers'), 'brand own', 'a help center that is renamed to one that is here becomes one with it');
is(here("SELECT count(*) FROM hcjwt.keys WHERE help_center = 'acme'"), 0, 'no key is left under the old name');
is($session->query($try), 'f', 'a key that was revoked is revoked under the new name');
here("SELECT hcjwt.unrevoke_key('brand', '$kid')");
is($session->query($try), 't', 'unrevoke_key() under the new name ends the revocation');
arrives("SELECT hcjwt.drop_help_center('brand')", 'dropped there');
is($session->query($try), 'f', 'a help center that the publisher drops is not trusted here');

# ---- a subscriber that fetches nothing: keys and their age are the publisher's ----

here("SELECT hcjwt.add_help_center('told', '$hc->{url}', keys_url => 'none')");
is(status_of($subscriber, 'told', "state, advice LIKE '%import_keys%'"), 'no trusted key|t', 'a help center registered without being fetched from has no key');
my $requests = $hc->requests;
add_help_center($publisher, 'told', $hc);
wait_until('keys at the publisher', sub { keys_of($publisher, 'told') > 0 });
$publisher->wait_for_catchup('s');
is(status_of($subscriber, 'told', 'state, trusted_keys > 0, last_success IS NOT NULL, etag IS NULL, advice IS NULL'),
	'not fetched|t|t|t|t', 'a help center that is not fetched from gets the publisher\'s keys and their age');
is($session->query($try), 't', 'tokens verify by the publisher\'s keys');
is(here("SELECT keys_url FROM hcjwt.help_centers WHERE name = 'told'"), 'none', 'a help center that is not fetched from keeps its keys_url');
arrives("UPDATE hcjwt.help_centers SET leeway = '9 s' WHERE name = 'told'", 'changed there');
is(here("SELECT leeway, keys_url FROM hcjwt.help_centers WHERE name = 'told'"), '00:00:09|none', 'other changes of the publisher\'s arrive, and keys_url stays');
arrives("UPDATE hcjwt.fetch_state SET last_success = now() - interval '8 days'", 'no success there for long');
is($session->query($try), 'f', 'without a success of the publisher\'s the keys become too old');
arrives("SELECT FROM hcjwt.refresh('told')", 'a success');
is($session->query($try), 't', 'after a success of the publisher\'s the keys are trusted again');
($status, $out, $err) = $subscriber->psql('postgres', "SELECT hcjwt.refresh('told')");
like($err, qr/no keys are fetched for help center "told".*import_keys/s, 'refresh() of a help center that is not fetched from says so');
($status, $out, $err) = $subscriber->psql('postgres', "SELECT hcjwt.list_public_keys('told')");
is($status, 0, 'list_public_keys() asks by the base URL all the same') or diag $err;
is(here('SELECT count(*) FROM hcjwt.refresh()'), 2, 'refresh() of all does not fail because of it');

$session->quit;
is(log_count($subscriber, qr/ERROR: (?! *(a revocation cannot|no keys are fetched|help center token))/), 0, 'the subscriber\'s log has no unexpected error');
is(log_count($_, qr/PANIC|terminated by signal/), 0, 'nothing crashed') foreach $publisher, $subscriber;
here('DROP SUBSCRIPTION s');
$_->stop('fast') foreach $subscriber, $publisher;
done_testing();
