# Changes that an administrator may make to our tables and databases, good or bad, neither
# open what is closed nor stop what works.

use strict;
use warnings;
use utf8;

use HcjwtTest;
use Encode qw(encode_utf8);

my $hc = HelpCenter->new;
my $node = hcjwt_cluster('main', $hc, conf => 'hcjwt.refetch_cooldown = 0');
my $plain = $hc->sign('--claims', '{"userId": 7, "email": "a@example.com"}');
$node->safe_psql('postgres', 'CREATE ROLE visitor LOGIN');

sub sql
{
	my ($sql, $database) = @_;
	return $node->safe_psql($database // 'postgres', $sql);
}

sub sqlstate
{
	my ($sql, $database) = @_;
	my ($status, $out, $err) = $node->psql($database // 'postgres',
		"\\set VERBOSITY sqlstate\nSET client_encoding = 'UTF8';\n$sql", on_error_stop => 1);
	return $status == 0 ? $out : $err =~ /ERROR:\s+(\w{5})/ ? $1 : $err;
}

sub authenticated
{
	my ($token, $sql, $database) = @_;
	my $out = sqlstate("SET ROLE visitor;\nBEGIN;\nSELECT FROM hcjwt.authenticate('$token');\n$sql;\nCOMMIT;", $database);
	utf8::decode($out);
	return $out;
}

# ---- row-level security on our own tables ----

add_help_center($node, 'acme', $hc);
wait_until('keys', sub { keys_of($node, 'acme') == 1 });
foreach my $force ('', "ALTER TABLE hcjwt.keys FORCE ROW LEVEL SECURITY;"
	. 'ALTER TABLE hcjwt.help_centers FORCE ROW LEVEL SECURITY; ALTER TABLE hcjwt.fetch_state FORCE ROW LEVEL SECURITY;')
{
	my $what = $force ? 'enabled and forced' : 'enabled';

	sql("ALTER TABLE hcjwt.$_ ENABLE ROW LEVEL SECURITY") foreach qw(keys help_centers fetch_state);
	sql($force) if $force;
	foreach my $setting (qw(on off))
	{
		sql("ALTER DATABASE postgres SET row_security = $setting");
		my $this = "row security $what, row_security = $setting";

		is(authenticated($plain, 'SELECT hcjwt.user_id()'), '7', "$this: tokens are verified");
		$hc->ctl('rotate');
		my $token = $hc->sign('--claims', '{"userId": 8}');
		is(authenticated($token, 'SELECT hcjwt.user_id()'), '8', "$this: keys are fetched and stored");
		is(sql('SELECT state FROM hcjwt.status'), 'fresh', "$this: status");
		is(sql("SET ROLE pg_monitor; SELECT state FROM hcjwt.status"), 'fresh', "$this: status, for one who monitors");
		is(sql("GRANT EXECUTE ON FUNCTION hcjwt.revoke_key, hcjwt.unrevoke_key TO visitor;"
			  . "CREATE TEMP TABLE k AS SELECT max(kid) AS kid FROM hcjwt.keys; GRANT SELECT ON k TO visitor; SET ROLE visitor;"
			  . "SELECT hcjwt.revoke_key('acme', kid), hcjwt.unrevoke_key('acme', kid) FROM k"), '|',
			"$this: keys are revoked");
	}
}

# somebody's policy does not decide which keys are trusted
sql('CREATE POLICY none ON hcjwt.keys USING (false)');
is(authenticated($plain, 'SELECT hcjwt.user_id()'), '7', 'a policy that hides all keys hides none from the verifier');
sql('DROP POLICY none ON hcjwt.keys');
sql("ALTER TABLE hcjwt.$_ NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY") foreach qw(keys help_centers fetch_state);
sql('ALTER DATABASE postgres RESET row_security');

# ---- triggers, rules and indexes that somebody added to our tables ----

sql(<<'END');
CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER a_first BEFORE INSERT OR UPDATE OR DELETE ON hcjwt.keys FOR EACH ROW EXECUTE FUNCTION meddle();
CREATE TRIGGER z_last AFTER INSERT OR UPDATE OR DELETE ON hcjwt.keys FOR EACH ROW EXECUTE FUNCTION meddle();
CREATE INDEX ON hcjwt.keys (lower(kid));
CREATE INDEX a_kid ON hcjwt.keys (kid) WHERE revoked_at IS NULL;
CREATE STATISTICS hcjwt.s ON help_center, kid FROM hcjwt.keys;
END
$hc->ctl('rotate');
is(authenticated($hc->sign('--claims', '{"userId": 9}'), 'SELECT hcjwt.user_id()'), '9',
	'an audit trigger and other indexes are no trouble');
is(authenticated($plain, 'SELECT hcjwt.user_id()'), '7', 'nor for the look-up');
sql('CLUSTER hcjwt.keys USING keys_pkey; VACUUM FULL hcjwt.keys; REINDEX TABLE hcjwt.keys');
is(authenticated($plain, 'SELECT hcjwt.user_id()'), '7', 'nor is a table that was rewritten');

# ---- a session's settings that bend how values are read and written ----

foreach my $setting ("search_path = ''", 'search_path = pg_temp, public', 'bytea_output = escape',
	'extra_float_digits = -15', "DateStyle = 'German'", "IntervalStyle = 'sql_standard'",
	"TimeZone = 'Pacific/Chatham'", 'enable_indexscan = off', 'enable_bitmapscan = off',
	'default_transaction_isolation = serializable', 'default_transaction_read_only = on',
	'default_table_access_method = heap', 'work_mem = 64', 'transform_null_equals = on',
	'statement_timeout = 60000', 'lock_timeout = 1')
{
	is(authenticated($plain, "SET LOCAL $setting;\nSELECT pg_catalog.concat_ws(' ', hcjwt.user_id(),"
		  . ' hcjwt.email(), hcjwt.expires_at() OPERATOR(pg_catalog.>) pg_catalog.now())'),
		'7 a@example.com t', "SET LOCAL $setting") unless $setting =~ /transaction/;
	sql("ALTER ROLE visitor SET $setting");
	is($node->safe_psql('postgres', "BEGIN; SELECT FROM hcjwt.authenticate('$plain'); SELECT hcjwt.user_id(); COMMIT",
			connstr => $node->connstr('postgres') . ' user=visitor'), '7', "a role with $setting");
	sql('ALTER ROLE visitor RESET ALL');
}

# ---- encodings: what the worker stores, and what claims become ----

my %claims = (
	ascii => [ '{"userId": 7, "email": "a@example.com", "plan": "gold"}', 'gold' ],
	latin => [ '{"userId": 7, "email": "é@example.com", "plan": "größer"}', 'größer' ],
	greek => [ '{"userId": 7, "email": "a@example.com", "plan": "χρυσό"}', 'χρυσό' ]);
my %can = (UTF8 => [qw(ascii latin greek)], LATIN1 => [qw(ascii latin)], SQL_ASCII => [qw(ascii latin greek)]);
foreach my $encoding (sort keys %can)
{
	my $database = lc "in_$encoding";

	sql("CREATE DATABASE $database ENCODING '$encoding' LOCALE 'C' TEMPLATE template0");
	sql('CREATE EXTENSION hcjwt', $database);
	add_help_center($node, 'acme', $hc, $database);
	wait_until("keys in $encoding", sub { keys_of($node, 'acme', $database) > 0 });
	is(sql("SELECT state FROM hcjwt.refresh('acme')", $database), 'fresh', "$encoding: fetched and refreshed");
	foreach my $name (sort keys %claims)
	{
		my ($claims, $wanted) = @{ $claims{$name} };
		my $token = $hc->sign('--claims', encode_utf8($claims));
		my $able = grep { $_ eq $name } @{ $can{$encoding} };

		is(authenticated($token, q{SELECT hcjwt.claim('plan')}, $database), $able ? $wanted : '28J00',
			"$encoding: a claim in $name letters" . ($able ? '' : ', which it cannot hold, is refused'));
	}
}

is(log_count($node, qr/PANIC|terminated by signal/), 0, 'nothing crashed');
$node->stop;
done_testing();
