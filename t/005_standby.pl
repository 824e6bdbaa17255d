# A hot standby verifies with imported keys, follows the primary's changes inside
# open transactions, and changes nothing itself.

use strict;
use warnings;

use HcjwtTest;

my ($acme, $beta) = (Tokens->new, Tokens->new);
my $token = $acme->sign('--claims', '{"userId":1,"email":"ada@example.com"}');
my $unknown = $beta->sign;
my $kid = $acme->kid;

foreach my $preload (1, 0)
{
	my $kind = $preload ? 'preloaded' : 'late';
	my $primary = cluster("primary_$kind", preload => $preload, init => [ allows_streaming => 1 ]);
	register($primary, 'acme', $acme);
	$primary->safe_psql('postgres', <<'END');
CREATE TABLE orders (id int, user_id bigint);
INSERT INTO orders VALUES (1, 1), (2, 2);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON orders USING (user_id = hcjwt.user_id());
GRANT ALL ON orders TO app;
END
	$primary->backup('b');
	my $standby = PostgreSQL::Test::Cluster->new("standby_$kind");
	$standby->init_from_backup($primary, 'b', has_streaming => 1);
	$standby->append_conf('postgresql.conf', "max_standby_streaming_delay = -1\nhcjwt.unknown_key_wait = '60s'");
	$standby->start;
	$primary->wait_for_catchup($standby, 'replay', $primary->lsn('write'));

	is(outcome($standby, 'postgres', <<"END", user => 'app'), "t\n1\nf\n1\nERROR: 28J00\n", "a session there ($kind)");
SELECT hcjwt.verify('$token') IS NOT NULL;
BEGIN; SELECT hcjwt.authenticate('$token') ->> 'userId'; SELECT hcjwt.authenticate('$token') IS NULL; SELECT id FROM orders; COMMIT;
SET hcjwt.token = '$token'; SELECT hcjwt.user_id(); RESET hcjwt.token;
SELECT hcjwt.user_id();
END
	my ($seconds, $well) = HelpCenter::in_time(1.5, sub {
		is(states($standby, 'postgres', [$unknown], user => 'app'), '28J03', "an unknown kid there ($kind)") });
	ok($well, "fails at once ($kind)") or diag("after $seconds s");

	# open transactions see each change in their next statement after it is replayed
	my %open;
	foreach my $isolation ('READ COMMITTED', 'REPEATABLE READ')
	{
		my $session = $standby->background_psql('postgres', on_error_stop => 0, extra_params => [ '-U', 'app' ]);
		$session->query_safe("PREPARE p AS SELECT hcjwt.try_verify('$token') IS NOT NULL; SET plan_cache_mode = force_generic_plan");
		$session->query_safe("BEGIN ISOLATION LEVEL $isolation");
		is(scalar $session->query("SELECT hcjwt.authenticate('$token') ->> 'userId'"), 1, "$isolation begins ($kind)");
		$open{$isolation} = $session;
	}
	my $sees = sub {
		$primary->wait_for_catchup($standby, 'replay', $primary->lsn('write'));
		return join ' ', map { scalar $open{$_}->query('EXECUTE p') } sort keys %open;
	};
	is($sees->(), 't t', "both verify ($kind)");
	foreach my $change (
		[ "SELECT hcjwt.revoke_key('acme', '$kid')", 'f f' ],
		[ "SELECT hcjwt.unrevoke_key('acme', '$kid')", 't t' ],
		[ 'UPDATE hcjwt.help_centers SET enabled = false', 'f f' ],
		[ 'UPDATE hcjwt.help_centers SET enabled = true', 't t' ],
		[ 'UPDATE hcjwt.keys SET retired_at = now()', 'f f' ],
		[ 'UPDATE hcjwt.keys SET retired_at = NULL', 't t' ],
		[ 'UPDATE hcjwt.help_centers SET audience = $$store$$', 'f f' ],
		[ 'UPDATE hcjwt.help_centers SET audience = NULL', 't t' ],
		[ 'DELETE FROM hcjwt.keys', 'f f' ],
		[ "SELECT hcjwt.import_keys('acme', " . quoted($acme->jwks) . ')', 't t' ],
		[ "SELECT hcjwt.drop_help_center('acme')", 'f f' ])
	{
		my ($sql, $expected) = @$change;
		my $what = $sql =~ s/,? '?\{.*//r =~ s/\b[0-9a-f]{64}\b/.../r;

		$primary->safe_psql('postgres', $sql);
		is($sees->(), $expected, "$what ($kind)");
	}
	foreach my $isolation (sort keys %open)
	{
		$open{$isolation}->query('SELECT hcjwt.user_id()');
		like($open{$isolation}->{stderr}, qr/signed by an unknown key/, "$isolation: the session's token is refused ($kind)");
		$open{$isolation}->quit;
	}

	# a standby can change nothing
	register($primary, 'acme', $acme);
	$primary->wait_for_catchup($standby, 'replay', $primary->lsn('write'));
	foreach my $sql (
		"SELECT hcjwt.add_help_center('x')",
		"SELECT hcjwt.drop_help_center('acme')",
		"SELECT hcjwt.import_keys('acme', " . quoted($beta->jwks) . ')',
		"SELECT hcjwt.revoke_key('acme', '$kid')",
		"SELECT hcjwt.unrevoke_key('acme', '$kid')",
		"UPDATE hcjwt.help_centers SET enabled = false")
	{
		is(outcome($standby, 'postgres', $sql), 'ERROR: 25006', ($sql =~ s/\(.*//r) . " there ($kind)");
	}
	is(states($standby, 'postgres', [$token]), 'ok', "and the token is good still ($kind)");

	# after its promotion it can
	$primary->stop;
	$standby->promote;
	is(outcome($standby, 'postgres', "SELECT hcjwt.revoke_key('acme', '$kid') IS NULL; SELECT hcjwt.verify('$token');"),
		"f\nERROR: 28J03", "revoking after promotion ($kind)");
	$standby->stop;
}

done_testing();
