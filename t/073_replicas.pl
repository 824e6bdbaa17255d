# Rows that arrive with session_replication_role = replica, and by logical replication:
# the tables' rules hold there too, and every session learns of a deleted key.

use strict;
use warnings;

use HcjwtTest;

my $hc = HelpCenter->new;
my $other = HelpCenter->new;
append_to_file("$hc->{dir}/both.pem",
	slurp_file("$hc->{data}/ca.pem") . slurp_file("$other->{data}/ca.pem"));
my @conf = (init => [ allows_streaming => 'logical' ],
	conf => "hcjwt.ca_file = '$hc->{dir}/both.pem'");
my $node = hcjwt_cluster('main', undef, @conf);
my $good = $hc->sign('--claims', '{"userId": 7}');
my $jwks = quoted($hc->key_set);

sub sql
{
	my ($sql, $on) = @_;
	return ($on // $node)->safe_psql('postgres', $sql);
}

sub state_in_replica
{
	my ($sql) = @_;
	my ($status, $out, $err) = $node->psql('postgres',
		"\\set VERBOSITY sqlstate\nSET session_replication_role = replica;\n$sql", on_error_stop => 1);
	return $status == 0 ? 'ok' : $err =~ /ERROR:\s+(\w{5})/ ? $1 : $err;
}

# ---- session_replication_role = replica ----

add_help_center($node, 'acme', $hc);
wait_until('keys', sub { keys_of($node, 'acme') == 1 });
my $session = $node->background_psql('postgres', on_error_stop => 0);
my $try = "SELECT hcjwt.try_verify('$good') IS NOT NULL";
is($session->query($try), 't', 'a session verifies, and has the key in its memory');

is(state_in_replica("INSERT INTO hcjwt.help_centers (name, base_url) VALUES ('bad', 'ftp://x')"),
	'22023', 'a help center that cannot be used is refused');
is(state_in_replica("INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint) VALUES ('acme', 'bad', '{\"kty\": \"EC\"}', '')"),
	'22023', 'a key that cannot be used is refused');
is(state_in_replica('TRUNCATE hcjwt.keys'), '55000', 'TRUNCATE of the keys is refused');
is(state_in_replica("UPDATE hcjwt.keys SET revoked_at = now()"), 'ok', 'revoking a key succeeds');
is($session->query($try), 'f', 'another session refuses the revoked key in its next statement');
is(state_in_replica('DELETE FROM hcjwt.keys'), '55000', 'a revoked key cannot be deleted');
is(state_in_replica('UPDATE hcjwt.keys SET revoked_at = NULL'), 'ok', 'an UPDATE that would unrevoke a key succeeds');
is($session->query($try), 'f', 'an UPDATE does not unrevoke a key');
is(state_in_replica("SELECT FROM hcjwt.keys, hcjwt.unrevoke_key(help_center, kid)"), 'ok', 'unrevoke_key() succeeds');
is($session->query($try), 't', 'another session trusts the unrevoked key');
is(state_in_replica('UPDATE hcjwt.help_centers SET enabled = false'), 'ok', 'disabling the help center succeeds');
is($session->query($try), 'f', 'another session refuses a disabled help center\'s key');
is(state_in_replica('UPDATE hcjwt.help_centers SET enabled = true'), 'ok', 'enabling the help center succeeds');
is($session->query($try), 't', 'another session trusts an enabled help center\'s key');
is(state_in_replica("UPDATE hcjwt.help_centers SET base_url = '$other->{url}'"), 'ok', 'changing the help center\'s URL succeeds');
is($session->query($try), 'f', 'a new URL retires the keys');
ok(wait_until('the keys at the new place', sub { keys_of($node, 'acme') == 1 }), 'the worker fetches from the new URL');

# keys without a help center are not trusted, and no help center takes them over
is(state_in_replica("INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint)"
	  . " SELECT 'stray', key ->> 'kid', key, '' FROM jsonb_array_elements($jwks\::jsonb -> 'keys') key"),
	'ok', 'a key may come before its help center');
is($session->query($try), 'f', 'a key without its help center is not trusted');
sql("SELECT hcjwt.add_help_center('stray', 'https://127.0.0.1:1')");
is(sql("SELECT count(*) FROM hcjwt.keys WHERE help_center = 'stray'"), 0,
	'a help center that is registered later does not take over such a key');
is($session->query($try), 'f', 'such a key is not trusted after that, either');
is(state_in_replica("DELETE FROM hcjwt.help_centers"), 'ok', 'deleting help centers succeeds');
is(sql('SELECT count(*) FROM hcjwt.keys'), 0, 'a help center\'s keys are deleted with it');
$session->quit;

# ---- logical replication of both tables ----

my $subscriber = hcjwt_cluster('subscriber', undef, @conf);
$session = $subscriber->background_psql('postgres', on_error_stop => 0);
add_help_center($node, 'acme', $hc);
wait_until('keys', sub { keys_of($node, 'acme') == 1 });
sql("SELECT hcjwt.add_help_center('hand', 'https://127.0.0.1:1', keys_url => 'https://127.0.0.1:1/keys')");
sql("SELECT hcjwt.import_keys('hand', " . quoted($other->key_set) . ')');
sql('CREATE PUBLICATION centers FOR TABLE hcjwt.help_centers, hcjwt.keys');

sub caught_up
{
	$node->wait_for_catchup('centers');
	return;
}

# the tables are copied at the same time, in either order
sql('CREATE SUBSCRIPTION centers CONNECTION ' . quoted($node->connstr('postgres'))
	  . ' PUBLICATION centers', $subscriber);
wait_until('the first copy', sub {
	sql("SELECT count(*) FROM pg_subscription_rel WHERE srsubstate <> 'r'", $subscriber) == 0 });
is($session->query($try), 't', 'the subscriber verifies with the keys that it was given');
is(keys_of($subscriber, 'hand'), 1, 'the subscriber trusts imported keys');

my $kid = sql("SELECT kid FROM hcjwt.keys WHERE help_center = 'acme'");
sql("SELECT hcjwt.revoke_key('acme', '$kid')");
caught_up();
is($session->query($try), 'f', 'a revocation arrives, in the next statement of a session that has the key');
sql("SELECT hcjwt.unrevoke_key('acme', '$kid')");
caught_up();
is($session->query($try), 'f', 'the end of a revocation does not arrive');
sql("SELECT hcjwt.unrevoke_key('acme', '$kid')", $subscriber);
is($session->query($try), 't', 'unrevoke_key() at the subscriber ends the revocation there');

# the subscriber's own worker fetches for a help center that was replicated to it
$hc->ctl('rotate');
my $new = $hc->sign('--claims', '{"userId": 7}');
is(sql("SELECT state FROM hcjwt.refresh('acme')", $subscriber), 'fresh', 'the subscriber refreshes by itself');
is(verify_state($subscriber, $new), 'ok', 'the subscriber trusts a new key before the publisher sends it');
sql("SELECT FROM hcjwt.refresh('acme')");
caught_up();
is(keys_of($subscriber, 'acme'), 2, 'the subscriber has two keys after the publisher sends them');
is(sql(q{SELECT count(*) FROM pg_stat_subscription_stats s, jsonb_each(to_jsonb(s)) WHERE key ~ 'error_count' AND value <> '0'}, $subscriber),
	0, 'a key that both have fetched is no conflict');

sql("SELECT hcjwt.add_help_center('beta', '$other->{url}')");
caught_up();
ok(wait_until('keys of the new one, at the subscriber', sub { keys_of($subscriber, 'beta') == 1 }), 'a help center that arrives is fetched from');
sql("UPDATE hcjwt.help_centers SET name = 'gamma' WHERE name = 'beta'");
caught_up();
is(keys_of($subscriber, 'gamma'), 1, 'a renamed help center keeps its keys at the subscriber');
is(sql("SELECT count(*) FROM hcjwt.keys WHERE help_center = 'beta'", $subscriber), 0, 'no key is left under the help center\'s old name');
sql("SELECT hcjwt.drop_help_center('acme')");
caught_up();
is($session->query($try), 'f', 'the keys of a dropped help center are not trusted at the subscriber');
is(sql("SELECT count(*) FROM hcjwt.keys WHERE help_center = 'acme'", $subscriber), 0, 'the keys of a dropped help center are deleted at the subscriber');
sql("DROP PUBLICATION centers");
sql('ALTER SUBSCRIPTION centers DISABLE; ALTER SUBSCRIPTION centers SET (slot_name = NONE); DROP SUBSCRIPTION centers', $subscriber);
is(keys_of($subscriber, 'hand'), 1, 'without the publisher the subscriber trusts the keys that it has');

$session->quit;
is(log_count($_, qr/PANIC|terminated by signal/), 0, 'nothing crashed') foreach $node, $subscriber;
$_->stop('fast') foreach $subscriber, $node;
done_testing();
