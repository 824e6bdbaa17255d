# Logical replication of help centers and keys: the subscriber's sessions see each
# change in their next statement, and its own rules hold for what arrives.

use strict;
use warnings;

use HcjwtTest;

my ($acme, $beta) = (Tokens->new, Tokens->new);
my @claims = ('--claims', '{"userId":1}');
my ($token, $other) = ($acme->sign(@claims), $beta->sign(@claims));
my $kid = $acme->kid;
my $publisher = cluster('publisher', init => [ allows_streaming => 'logical' ]);
my $subscriber = cluster('subscriber', preload => 1);

# The subscriber has keys of its own already.
register($subscriber, 'local', $beta);
register($publisher, 'acme', $acme);
$publisher->safe_psql('postgres', 'CREATE PUBLICATION p FOR TABLE hcjwt.help_centers, hcjwt.keys');
my $connection = $publisher->connstr('postgres');
$connection =~ s/'/''/g;
$subscriber->safe_psql('postgres', "CREATE SUBSCRIPTION s CONNECTION '$connection' PUBLICATION p");
$subscriber->wait_for_subscription_sync($publisher, 's');

my $session = $subscriber->background_psql('postgres', on_error_stop => 0, extra_params => [ '-U', 'app' ]);
$session->query_safe('SET plan_cache_mode = force_generic_plan');
$session->query_safe("PREPARE p AS SELECT concat(hcjwt.try_verify('$token') IS NOT NULL, ' ', hcjwt.try_verify('$other') IS NOT NULL)");
$session->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ');
is(scalar $session->query('EXECUTE p'), 't t', 'the initial copy, and what was there');

sub after
{
	my ($sql, $expected, $what) = @_;

	$publisher->safe_psql('postgres', $sql);
	$publisher->wait_for_catchup('s');
	is(scalar $session->query('EXECUTE p'), $expected, $what);
	return;
}

after("SELECT hcjwt.revoke_key('acme', '$kid')", 'f t', 'revoked');
after("SELECT hcjwt.unrevoke_key('acme', '$kid')", 'f t', 'unrevoked at the publisher alone');
$subscriber->safe_psql('postgres', "SELECT hcjwt.unrevoke_key('acme', '$kid')");
is(scalar $session->query('EXECUTE p'), 't t', 'unrevoked here, too');
after('UPDATE hcjwt.keys SET retired_at = now()', 'f t', 'retired');
after('UPDATE hcjwt.keys SET retired_at = NULL', 't t', 'listed again');
after('UPDATE hcjwt.help_centers SET enabled = false', 'f t', 'disabled');
after('UPDATE hcjwt.help_centers SET enabled = true', 't t', 'enabled');
after('UPDATE hcjwt.help_centers SET issuer = $$zendesk$$', 'f t', 'another issuer');
after('UPDATE hcjwt.help_centers SET issuer = NULL', 't t', 'no issuer');
after('DELETE FROM hcjwt.keys', 'f t', 'deleted');
after("SELECT hcjwt.import_keys('acme', " . quoted($acme->jwks) . ')', 't t', 'imported');
after("UPDATE hcjwt.help_centers SET name = 'renamed'", 't t', 'renamed');
is($subscriber->safe_psql('postgres', "SELECT count(*) FROM hcjwt.keys WHERE help_center = 'renamed'"), 1, 'with its keys');
after("SELECT hcjwt.revoke_key('renamed', '$kid')", 'f t', 'revoked under its new name');
after("SELECT hcjwt.drop_help_center('renamed')", 'f t', 'dropped, revoked key and all');
is($subscriber->safe_psql('postgres', "SELECT string_agg(help_center, ' ') FROM hcjwt.keys"), 'local', 'no key of it is left');

# What arrives is merged with what the subscriber has: its own revocation stays.
after("INSERT INTO hcjwt.help_centers (name, base_url) VALUES ('acme', 'https://acme.example.com')", 'f t', 'a help center without keys');
$subscriber->safe_psql('postgres', "SELECT hcjwt.import_keys('acme', " . quoted($acme->jwks) . "); SELECT hcjwt.revoke_key('acme', '$kid')");
after("SELECT hcjwt.import_keys('acme', " . quoted($acme->jwks) . ')', 'f t', 'a key that the subscriber has revoked arrives');
is($subscriber->safe_psql('postgres', 'SELECT count(*) FROM pg_stat_subscription WHERE pid IS NOT NULL'), 1, 'replication goes on');
$subscriber->safe_psql('postgres', "SELECT hcjwt.unrevoke_key('acme', '$kid')");
is(scalar $session->query('EXECUTE p'), 't t', 'until it is unrevoked there');

$session->quit;
$subscriber->safe_psql('postgres', 'DROP SUBSCRIPTION s');
$_->stop foreach $subscriber, $publisher;
done_testing();
