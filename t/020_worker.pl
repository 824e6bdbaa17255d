# The main circuit: a registration commits and keys arrive; a restart; a rotation that
# no user notices; retirement; conditional requests; refresh(); two databases; no preload.

use strict;
use warnings;

use HcjwtTest;

my $hc = HelpCenter->new(args => [ '--cache-control' => 'max-age=600' ]);
my $node = hcjwt_cluster('main', $hc, conf => 'hcjwt.refetch_cooldown = 0');

sub refresh_error
{
	my ($sql, $database) = @_;
	my (undef, undef, $err) = $node->psql($database // 'postgres',
		"\\set VERBOSITY verbose\n$sql");
	return $err;
}

# ---- registration ----

quickly(2, 'keys are there within seconds of the commit', sub {
	add_help_center($node, 'acme', $hc);
	wait_until('keys', sub { keys_of($node, 'acme') == 1 }) });
is( status_of(
		$node,
		'acme',
		"state, http_status, consecutive_failures, last_error IS NULL,"
		  . " advice IS NULL, etag IS NOT NULL,"
		  . " last_success > now() - interval '1 hour',"
		  . " next_attempt - last_success BETWEEN interval '570 s' AND interval '631 s'"
	),
	'fresh|200|0|t|t|t|t|t',
	'status after the first fetch');
my $old_token = $hc->sign('--life' => 3600);
is(verify_state($node, $old_token), 'ok', 'after the first fetch a token verifies');
is($hc->requests, 1, 'the first fetch is one request');

# ---- refresh() ----

is( $node->safe_psql(
		'postgres', "SELECT help_center, state FROM hcjwt.refresh('acme')"),
	'acme|fresh',
	'refresh() returns the status');
is($hc->requests, 2, 'refresh() makes a request');
is($hc->stats->{not_modified}, 1, 'refresh() sends If-None-Match, and is answered by 304');
is( $node->safe_psql(
		'postgres', "SELECT outcome, http_status FROM hcjwt.fetch_state"),
	'not_modified|304',
	'a 304 that was asked for is a success');

like(refresh_error("SELECT hcjwt.refresh('nobody')"),
	qr/42704/, 'refresh() of an unknown help center is refused');
like(
	refresh_error("SELECT hcjwt.refresh('acme', '-1 s')"),
	qr/22023/, 'refresh() with a negative timeout is refused');
like(
	refresh_error(
		"BEGIN; SELECT hcjwt.add_help_center('x', 'https://127.0.0.1:1'); SELECT hcjwt.refresh();"
	),
	qr/55000.*HINT:  Commit first/s,
	'refresh() in a transaction that changed help centers is refused');
is(keys_of($node, 'x'), 0, 'a registration that was rolled back leaves nothing');

# A REPEATABLE READ transaction sees what refresh() brought.
is( $node->safe_psql(
		'postgres',
		"BEGIN ISOLATION LEVEL REPEATABLE READ;"
		  . " SELECT last_attempt AS before FROM hcjwt.status \\gset\n"
		  . " SELECT last_attempt > :'before' FROM hcjwt.refresh('acme'); COMMIT"),
	't',
	'refresh() reads the status under a snapshot of its own');

# ---- privileges ----

$node->safe_psql('postgres', <<'END');
CREATE ROLE watcher IN ROLE pg_monitor;
CREATE ROLE refresher;
GRANT EXECUTE ON FUNCTION hcjwt.refresh(text, interval) TO refresher;
CREATE ROLE stranger;
END
is($node->safe_psql('postgres', 'SET ROLE watcher; SELECT state FROM hcjwt.status'),
	'fresh', 'pg_monitor may read the status');
is($node->safe_psql('postgres', 'SET ROLE refresher; SELECT state FROM hcjwt.refresh()'),
	'fresh', 'EXECUTE on refresh() suffices to use it');
like(refresh_error("SET ROLE $_->[0]; SELECT * FROM $_->[1]"),
	qr/42501/, "$_->[0] may not use $_->[1]")
  foreach [ watcher => 'hcjwt.refresh()' ], [ stranger => 'hcjwt.refresh()' ],
  [ stranger => 'hcjwt.status' ], [ stranger => 'hcjwt.schedule()' ];

# ---- rotation: an unknown kid's fetch, and the wait for it ----

$hc->ctl('rotate');
my $requests = $hc->requests;
my $token = $hc->sign;
is(verify_state($node, $token), 'ok', 'the first token of a new key verifies');
is($hc->requests, $requests + 1, 'the first token of a new key causes one request');
is(keys_of($node), 2, 'the old key is still trusted, as it is still listed');

# ---- retirement ----

$hc->ctl('rotate', '--retire');
is(verify_state($node, $hc->sign), 'ok', 'the first token of a third key verifies');
is(keys_of($node), 1, 'keys that are not listed any more are retired');
is(verify_state($node, $token), '28J03', 'tokens of a retired key are refused');
is( $node->safe_psql(
		'postgres',
		"SELECT count(*) FROM hcjwt.keys WHERE retired_at IS NOT NULL AND revoked_at IS NULL"
	),
	2,
	'retired keys stay in the table');
cmp_ok(log_count($node, qr/keys of help center "acme" in database "postgres": 1 added, 2 retired/),
	'==', 1, 'the log tells how many keys were added and retired');

# ---- an ETag whose keys were changed by hand is not sent ----

$node->safe_psql('postgres',
	"DELETE FROM hcjwt.keys WHERE retired_at IS NULL");
$node->safe_psql('postgres', "SELECT FROM hcjwt.refresh('acme')");
is(keys_of($node), 1, 'a key that was deleted comes with the next fetch');

# An imported key hides the fetched one: what is stored is not what is listed.
my $jwks = $hc->key_set;
$node->safe_psql('postgres', "SELECT hcjwt.import_keys('acme', " . quoted($jwks) . ")");
$node->safe_psql('postgres', "SELECT FROM hcjwt.refresh('acme')") for 1 .. 2;
is( $node->safe_psql(
		'postgres', "SELECT source FROM hcjwt.keys WHERE retired_at IS NULL"),
	'imported',
	'a fetched key never replaces an imported one');
is(status_of($node, 'acme', 'etag IS NULL'), 't', 'no ETag for a set that is not stored whole');
$node->safe_psql('postgres', "DELETE FROM hcjwt.keys WHERE source = 'imported'");
$node->safe_psql('postgres', "SELECT FROM hcjwt.refresh('acme')");
is(keys_of($node), 1, 'the key is fetched when the imported one is gone');

# ---- a new URL ----

my $other = HelpCenter->new;
my $ca = slurp_file("$hc->{data}/ca.pem") . slurp_file("$other->{data}/ca.pem");
append_to_file("$hc->{data}/both.pem", $ca);
$node->append_conf('postgresql.conf', "hcjwt.ca_file = '$hc->{data}/both.pem'");
$node->reload;
$node->safe_psql('postgres',
	"UPDATE hcjwt.help_centers SET base_url = '$other->{url}', origins = '{*}'");
wait_until('keys of the new URL', sub { verify_state($node, $other->sign) eq 'ok' });
is(verify_state($node, $hc->sign), '28J03', 'keys of the old URL are retired');

# ---- disabled, and enabled again ----

$node->safe_psql('postgres', "UPDATE hcjwt.help_centers SET enabled = false");
is(state_of($node, 'acme'), 'disabled', 'a disabled help center has the state disabled');
is(verify_state($node, $other->sign), '28J03', 'a disabled help center is not trusted');
like(refresh_error("SELECT hcjwt.refresh('acme')"), qr/55000/, 'refresh() of a disabled help center is refused');
is($node->safe_psql('postgres', 'SELECT count(*) FROM hcjwt.refresh()'),
	1, 'refresh() of all lists a disabled help center, and does not fail');
$requests = $other->stats->{requests}{keys};
$node->safe_psql('postgres', "UPDATE hcjwt.help_centers SET enabled = true");
wait_until('a fetch', sub { $other->stats->{requests}{keys} > $requests });
is(verify_state($node, $other->sign), 'ok', 'an enabled help center is trusted again');

# ---- another database, and a restart ----

$node->safe_psql('postgres', 'CREATE DATABASE second');
$node->safe_psql('second', 'CREATE EXTENSION hcjwt');
add_help_center($node, 'acme', $other, 'second');
wait_until('keys in another database', sub { keys_of($node, 'acme', 'second') == 1 });

$other->ctl('rotate');
$node->safe_psql($_, "UPDATE hcjwt.fetch_state SET next_attempt = now()") for 'postgres', 'second';
$node->restart;
wait_until("keys in $_ after a restart", sub { keys_of($node, 'acme', $_) == 2 })
  for 'postgres', 'second';
is($node->safe_psql('postgres', 'SELECT hcjwt.drop_help_center($$acme$$)'), '', 'drop_help_center() succeeds');
is(verify_state($node, $other->sign), '28J03', 'a dropped help center is not trusted');
is(verify_state($node, $other->sign, 'second'), 'ok', 'a help center of the same name in another database is still trusted');

# ---- a server without preload ----

my $plain = hcjwt_cluster('plain', undef, unstarted => 1);
$plain->adjust_conf('postgresql.conf', 'shared_preload_libraries', "''");
$plain->start;
$plain->safe_psql('postgres', 'CREATE EXTENSION hcjwt');
$plain->safe_psql('postgres', "SELECT hcjwt.add_help_center('acme', '$other->{url}')");
is( status_of($plain, 'acme', "state, advice ~ 'shared_preload_libraries'"),
	'no worker|t', 'without preload, status says what is missing');
my (undef, undef, $err) = $plain->psql('postgres',
	"\\set VERBOSITY verbose\nSELECT hcjwt.refresh()");
like($err, qr/55000.*shared_preload_libraries.*HINT/s, 'without preload, refresh() says what is missing');
is(verify_state($plain, $other->sign), '28J03', 'without preload, an unknown kid is refused');

# A worker that happens to be connected when the server restarts is terminated.
is(join('', slurp_file($node->logfile) =~
	/^.*(?:PANIC|FATAL(?!:  terminating )|ERROR:  (?!(?:help center|timeout|this trans|invalid|help cent|permission))).*\n/mg),
	'', 'the log has no unexpected error');
done_testing();
