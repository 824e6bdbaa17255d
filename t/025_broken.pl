# Broken or hostile databases and help centers harm only themselves: each is reported
# once, none causes a crash or a busy loop, and the others go on.

use strict;
use warnings;

use HcjwtTest;
use Time::HiRes qw(time);

my $hc = HelpCenter->new;
my $node = hcjwt_cluster('main', $hc);

# ---- a schema of our name without the extension ----

my $before = $hc->requests;
$node->safe_psql('postgres', "CREATE ROLE eve; CREATE DATABASE planted OWNER eve");
$node->safe_psql('planted', <<"END");
SET ROLE eve;
CREATE SCHEMA hcjwt;
CREATE TABLE public_proof (who text);
CREATE FUNCTION hcjwt.trap() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN
	INSERT INTO public.public_proof VALUES (current_user); RETURN NEW; END';
CREATE TABLE hcjwt.help_centers (name text PRIMARY KEY, base_url text, keys_url text,
	origins text[], audience text, issuer text, leeway interval, enabled boolean);
CREATE TABLE hcjwt.fetch_state (help_center text PRIMARY KEY, keys_url text,
	last_attempt timestamptz, last_result timestamptz, last_success timestamptz, outcome text,
	http_status int, last_error text, consecutive_failures int, next_attempt timestamptz,
	not_before timestamptz, etag text);
CREATE TABLE hcjwt.keys (help_center text, kid text, jwk jsonb, thumbprint text, source text,
	first_seen timestamptz, last_seen timestamptz, retired_at timestamptz, revoked_at timestamptz);
CREATE TRIGGER trap BEFORE INSERT OR UPDATE ON hcjwt.fetch_state FOR EACH ROW EXECUTE FUNCTION hcjwt.trap();
CREATE TRIGGER trap BEFORE INSERT OR UPDATE ON hcjwt.keys FOR EACH ROW EXECUTE FUNCTION hcjwt.trap();
INSERT INTO hcjwt.help_centers VALUES ('trap', '$hc->{url}', NULL, '{*}', NULL, NULL, '30 s', true);
END
$node->restart;
add_help_center($node, 'acme', $hc);
wait_until('keys elsewhere', sub { keys_of($node, 'acme') == 1 });
is($hc->requests, $before + 1, 'a planted schema is no extension: nothing is fetched for it');
is($node->safe_psql('planted', 'SELECT count(*) FROM public_proof'), 0, 'none of the planted code runs');
is(log_count($node, qr/LOG:  (?!statement).*planted/), 0, 'the log has no word about the planted code');

# ---- rows that somebody broke ----

$node->safe_psql('postgres', <<"END");
SELECT hcjwt.add_help_center('good', '$hc->{url}');
SET session_replication_role = replica;
ALTER TABLE hcjwt.help_centers DISABLE TRIGGER USER;
ALTER TABLE hcjwt.help_centers ALTER base_url DROP NOT NULL, ALTER origins DROP NOT NULL;
INSERT INTO hcjwt.help_centers VALUES
	('null', NULL, NULL, NULL, NULL, NULL, '0', true),
	('empty', '', NULL, '{*}', NULL, NULL, '0', true),
	('text', 'no URL at all', NULL, '{*}', NULL, NULL, '0', true),
	('file', 'file:///etc/passwd', NULL, '{*}', NULL, NULL, '0', true),
	('http', 'http://127.0.0.1', NULL, '{*}', NULL, NULL, '0', true),
	('long', 'https://' || repeat('x', 100000), NULL, '{*}', NULL, NULL, '0', true),
	('', '$hc->{url}', NULL, '{*}', NULL, NULL, '0', true),
	(repeat('n', 2000), '$hc->{url}', NULL, '{*}', NULL, NULL, '0', true);
ALTER TABLE hcjwt.help_centers ENABLE ALWAYS TRIGGER check_help_center;
ALTER TABLE hcjwt.help_centers ENABLE ALWAYS TRIGGER help_center_changed;
ALTER TABLE hcjwt.help_centers ENABLE ALWAYS TRIGGER refuse_truncate;
END
$hc->ctl('rotate');
$node->safe_psql('postgres', 'SELECT count(*) FROM hcjwt.refresh()');
is(keys_of($node, $_), 2, "beside broken ones, \"$_\" is refreshed") foreach 'acme', 'good';
foreach my $name (qw(null empty text file http long))
{
	my $row = $node->safe_psql('postgres',
		"SELECT outcome FROM hcjwt.fetch_state WHERE help_center = '$name'");
	is($row, 'bad_url', "\"$name\" has an outcome");
}
$node->safe_psql('postgres', "DELETE FROM hcjwt.help_centers WHERE name NOT IN ('acme', 'good')");

# ---- a table that somebody broke: an error once, and the others go on ----

$node->safe_psql('postgres', 'CREATE DATABASE fine');
$node->safe_psql('fine', 'CREATE EXTENSION hcjwt');
add_help_center($node, 'acme', $hc, 'fine');
wait_until('keys in the fine database', sub { keys_of($node, 'acme', 'fine') == 2 });

$node->safe_psql('postgres', 'ALTER TABLE hcjwt.fetch_state RENAME COLUMN etag TO broken');
$node->safe_psql('postgres', 'UPDATE hcjwt.help_centers SET leeway = leeway');
wait_until('status to tell of it', sub { state_of($node, 'acme') eq 'no worker' });
like(status_of($node, 'acme', 'last_error'), qr/etag/, 'status has the reason');
my $failures;
wait_until('a few more attempts', sub {
	$hc->ctl('rotate') unless $failures++;
	$node->safe_psql('fine', "SELECT count(*) FROM hcjwt.refresh()");
	$failures > 20 });
is(keys_of($node, 'acme', 'fine'), 3, 'the other database goes on');
is(log_count($node, qr/could not read the help centers of database "postgres"/), 1, 'the log has it once');
is( $node->safe_psql(
		'postgres',
		'SELECT hcjwt.verify(' . quoted($hc->sign('--key' => 1)) . ", 'acme') IS NOT NULL"),
	't', 'keys fetched before are trusted');
$node->safe_psql('postgres', 'ALTER TABLE hcjwt.fetch_state RENAME COLUMN broken TO etag');
wait_until('recovery', sub { state_of($node, 'acme') ne 'no worker' });
$node->safe_psql('postgres', 'SELECT count(*) FROM hcjwt.refresh()');
is(keys_of($node, 'acme'), 3, 'mended, it is refreshed again');

# ---- hostile settings of a database ----

$node->safe_psql('postgres', "CREATE DATABASE hostile");
$node->safe_psql('hostile', <<'END');
CREATE EXTENSION hcjwt;
CREATE SCHEMA evil;
GRANT ALL ON SCHEMA evil TO PUBLIC;
CREATE TABLE evil.proof (who text);
CREATE FUNCTION evil.same(text, text) RETURNS boolean LANGUAGE plpgsql AS
	'BEGIN INSERT INTO evil.proof VALUES (current_user); RETURN true; END';
CREATE OPERATOR evil.= (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.same);
CREATE FUNCTION evil.now() RETURNS timestamptz LANGUAGE plpgsql AS
	'BEGIN INSERT INTO evil.proof VALUES (current_user); RETURN clock_timestamp(); END';
END
my @hostile = (
	[ search_path => "'evil, pg_catalog'" ],
	[ role => 'eve' ],
	[ session_authorization => 'eve' ],
	[ default_transaction_read_only => 'on' ],
	[ default_transaction_isolation => 'serializable' ],
	[ default_transaction_deferrable => 'on' ],
	[ session_replication_role => 'replica' ],
	[ statement_timeout => '1' ],
	[ lock_timeout => '1' ],
	[ idle_in_transaction_session_timeout => '1' ],
	[ exit_on_error => 'on' ],
	[ synchronous_commit => 'remote_apply' ],
	[ row_security => 'off' ],
	[ DateStyle => "'SQL, DMY'" ],
	[ TimeZone => "'Asia/Kathmandu'" ],
	[ IntervalStyle => 'sql_standard' ],
	[ standard_conforming_strings => 'off' ],
	[ force_parallel_mode => 'on' ],
	[ max_parallel_workers_per_gather => '8' ],
	[ enable_indexscan => 'off' ],
	[ work_mem => "'64kB'" ],
	[ client_encoding => 'LATIN1' ],
	[ transform_null_equals => 'on' ],
	[ array_nulls => 'off' ],
	[ log_min_messages => 'panic' ],
	[ 'hcjwt.required_help_center' => "'other'" ]);
my $set = 0;
foreach my $setting (@hostile)
{
	my ($status) = $node->psql('postgres', "ALTER DATABASE hostile SET $setting->[0] = $setting->[1]");
	$set++ if $status == 0;
}
cmp_ok($set, '>=', @hostile - 2, 'hostile settings are set');

# An administrator's session overrides these settings, as it could not work otherwise.
my $admin = 'options=-c\ search_path=public\ -c\ role=none\ -c\ default_transaction_read_only=off'
  . '\ -c\ session_replication_role=origin\ -c\ statement_timeout=0\ -c\ lock_timeout=0'
  . '\ -c\ exit_on_error=off\ -c\ synchronous_commit=local\ -c\ standard_conforming_strings=on'
  . '\ -c\ idle_in_transaction_session_timeout=0';

sub in_hostile
{
	my ($sql) = @_;
	my ($status, $out, $err) = $node->psql('hostile',
		"SET SESSION AUTHORIZATION DEFAULT; RESET ROLE;\n$sql",
		connstr => $node->connstr('hostile') . " $admin");
	die $err if $status != 0;
	$out =~ s/^(SET|RESET)\n//mg;
	return $out;
}

in_hostile("SELECT hcjwt.add_help_center('acme', '$hc->{url}')");
ok(wait_until('keys in a database of hostile settings',
	sub { in_hostile("SELECT trusted_keys FROM hcjwt.status") =~ /^3$/m }), 'keys are fetched under hostile settings');
$hc->ctl('rotate', '--retire');
in_hostile("SELECT FROM hcjwt.refresh()");
like(in_hostile("SELECT trusted_keys, state FROM hcjwt.status"), qr/^1\|fresh$/m, 'and refreshed and retired');
unlike(in_hostile("SELECT 'proof ' || who FROM evil.proof"), qr/proof/, 'by nothing but our own operators');

# ---- a full max_worker_processes ----

sub restart_with
{
	my ($slots) = @_;
	$node->append_conf('postgresql.conf', "max_worker_processes = $slots");
	$node->restart;
	return;
}

$node->safe_psql('fine', 'SELECT FROM hcjwt.refresh()');
my $offset = -s $node->logfile;
restart_with(2);
$before = $hc->requests;
wait_until('status to tell of it', sub { state_of($node, 'acme') eq 'no worker' });
like(status_of($node, 'acme', 'advice'), qr/max_worker_processes/, 'a full max_worker_processes: status says what to do');
my ($pid) = launcher_of($node);
my $cpu = sub { (split ' ', slurp_file("/proc/$pid/stat"))[13] + (split ' ', slurp_file("/proc/$pid/stat"))[14] };
my $used = $cpu->();
my $end = time + 5;
wait_until('5 s of it', sub { time > $end });
is(launcher_of($node), $pid, 'the launcher lives on');
cmp_ok($cpu->() - $used, '<', 10, 'and is not busy');
is(log_count($node, qr/no background worker slot is free/, $offset), 1, 'the log has it once');
my $token = $hc->sign;
is(verify_state($node, $token, 'fine'), 'ok', 'keys fetched before are trusted');
$hc->ctl('rotate');
is(verify_state($node, $hc->sign, 'fine'), '28J03', 'new ones are not');
quickly(1, 'and nobody waits for them', sub { verify_state($node, $hc->sign, 'fine') });

restart_with(1);
like(status_of($node, 'acme', 'state, advice'), qr/no worker.*max_worker_processes/, 'without even a launcher');
restart_with(8);
$node->safe_psql('postgres', 'SELECT count(*) FROM hcjwt.refresh()');
is(verify_state($node, $hc->sign, 'fine'), 'ok', 'with slots all is well');

is(log_count($node, qr/PANIC|terminated by signal/), 0, 'nothing crashed');
done_testing();
