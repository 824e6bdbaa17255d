# An answer that is no longer wanted is discarded; restores, prepared transactions,
# reloads and pg_upgrade work beside the background processes.

use strict;
use warnings;

use HcjwtTest;

my $hc = HelpCenter->new;
my $other = HelpCenter->new;
append_to_file("$hc->{dir}/both.pem",
	slurp_file("$hc->{data}/ca.pem") . slurp_file("$other->{data}/ca.pem"));
my $node = hcjwt_cluster('main', undef, conf => <<"END");
hcjwt.ca_file = '$hc->{dir}/both.pem'
max_prepared_transactions = 5
END

sub sql
{
	my ($sql, $database) = @_;
	return $node->safe_psql($database // 'postgres', $sql);
}

# ---- an answer that comes when it is no longer wanted ----

# Registers "acme" with a slow server, changes it while the answer is under way,
# and waits until the answer has come and is settled.
sub during_fetch
{
	my ($change) = @_;

	$hc->ctl('fault', 'delay=2500');
	sql("SELECT hcjwt.add_help_center('acme', '$hc->{url}')");
	wait_until('a request', sub { $hc->in_flight > 0 });
	sql($change);
	$hc->ctl('fault', 'clear');
	wait_until('the answer', sub { $hc->in_flight == 0 });
	wait_until('its end', sub {
		sql('SELECT bool_or(under_way) FROM hcjwt.schedule()') ne 't'
		  && !hcjwt_processes($node, qr/fetcher|database worker/) });
	return;
}

my $kids = 'SELECT count(*) FROM hcjwt.keys WHERE help_center = $$acme$$ AND kid = '
  . quoted(kid($hc));

sub kid
{
	my ($server) = @_;
	return JSON::PP::decode_json(
		$server->key_set)->{keys}[0]{kid};
}

during_fetch("UPDATE hcjwt.help_centers SET base_url = '$other->{url}'");
wait_until('keys of the new URL', sub { keys_of($node, 'acme') == 1 });
is(sql($kids), 0, 'the URL changed: the old URL\'s answer is discarded');
is(sql('SELECT keys_url LIKE $$' . $other->{url} . '%$$ FROM hcjwt.fetch_state'), 't', 'fetch_state is of the new URL');
sql("SELECT hcjwt.drop_help_center('acme')");

during_fetch("UPDATE hcjwt.help_centers SET enabled = false");
is(sql($kids), 0, 'disabled: the answer is discarded');
sql('UPDATE hcjwt.help_centers SET enabled = true');
wait_until('keys', sub { keys_of($node, 'acme') == 1 });
sql("SELECT hcjwt.drop_help_center('acme')");

during_fetch("SELECT hcjwt.drop_help_center('acme')");
is(sql('SELECT count(*) FROM hcjwt.keys'), 0, 'dropped: the answer is discarded');
is(sql('SELECT count(*) FROM hcjwt.schedule()'), 0, 'after the help center is dropped, the schedule has no entry');

during_fetch("UPDATE hcjwt.help_centers SET name = 'renamed'");
wait_until('keys under the new name', sub { keys_of($node, 'renamed') == 1 });
is(sql($kids), 0, 'renamed: the answer is stored under its new name only');
$hc->ctl('rotate');
is(sql("SELECT state FROM hcjwt.refresh('renamed')"), 'fresh', 'renamed: a refresh under the new name succeeds');
is(keys_of($node, 'renamed'), 2, 'renamed: the new name has the old key and the next one');
sql("SELECT hcjwt.drop_help_center('renamed')");

# dropped and registered anew, with another URL, while the answer is under way
during_fetch("SELECT hcjwt.drop_help_center('acme'); SELECT hcjwt.add_help_center('acme', '$other->{url}')");
wait_until('keys', sub { keys_of($node, 'acme') == 1 });
is(sql($kids), 0, 'registered anew: the answer is discarded');
sql("SELECT hcjwt.drop_help_center('acme')");

# a URL that is changed and changed back: its keys stay retired until they are fetched
sql("SELECT hcjwt.add_help_center('acme', '$hc->{url}')");
wait_until('keys', sub { keys_of($node, 'acme') == 2 });
sql("BEGIN; UPDATE hcjwt.help_centers SET base_url = '$other->{url}';"
	  . " UPDATE hcjwt.help_centers SET base_url = '$hc->{url}'; COMMIT");
ok(wait_until('keys again', sub { keys_of($node, 'acme') == 2 }), 'a URL that changed there and back is fetched again');

# ---- PREPARE TRANSACTION ----

sql("BEGIN; SELECT hcjwt.add_help_center('prepared', '$other->{url}'); PREPARE TRANSACTION 'p'");
is(keys_of($node, 'prepared'), 0, 'a registration in a prepared transaction has no keys');
sql("COMMIT PREPARED 'p'");
is(sql("SELECT state FROM hcjwt.refresh('prepared')"), 'fresh', 'after COMMIT PREPARED the help center can be refreshed');
sql("BEGIN; SELECT hcjwt.add_help_center('prepared3', '$other->{url}'); PREPARE TRANSACTION 'p'");
sql("COMMIT PREPARED 'p'");
ok(wait_until('keys', sub { keys_of($node, 'prepared3') == 1 }), 'after COMMIT PREPARED the keys come without a call of refresh()');
sql("BEGIN; SELECT hcjwt.add_help_center('never', '$other->{url}'); PREPARE TRANSACTION 'p'; ROLLBACK PREPARED 'p'");
foreach my $end ('ROLLBACK', "PREPARE TRANSACTION 'p'")
{
	like(sql("BEGIN; SELECT hcjwt.add_help_center('never', '$other->{url}'); $end; SELECT state FROM hcjwt.refresh('acme')"),
		qr/^fresh$/m, "after $end a session may refresh() what it has not changed");
}
sql("ROLLBACK PREPARED 'p'");
sql("BEGIN; SELECT hcjwt.add_help_center('prepared2', '$other->{url}'); PREPARE TRANSACTION 'p'");
sql("COMMIT PREPARED 'p'");
$node->restart;
ok(wait_until('keys after a restart', sub { keys_of($node, 'prepared2') == 1 }), 'after COMMIT PREPARED and a restart the keys come');
sql("SELECT hcjwt.drop_help_center('prepared'), hcjwt.drop_help_center('prepared2'), hcjwt.drop_help_center('prepared3')");

# ---- pg_restore while the worker runs ----

my $dump = "$hc->{dir}/dump";
sql("SELECT hcjwt.revoke_key('acme', (SELECT min(kid) FROM hcjwt.keys))");
sql("SELECT hcjwt.add_help_center('hand', 'https://127.0.0.1:1')");
sql("SELECT hcjwt.import_keys('hand', "
	  . quoted($other->key_set) . ')');
command_ok([ 'pg_dump', '-Fc', '-f', $dump, $node->connstr('postgres') ], 'pg_dump');
sql('CREATE DATABASE restored');
# the help centers come first, so the worker fetches while the rest is restored
command_ok([ 'pg_restore', '-e', '-d', $node->connstr('restored'), $dump ], 'pg_restore while the worker runs');
wait_until('keys', sub { keys_of($node, 'acme', 'restored') == 1 });
is(sql('SELECT count(*) FROM hcjwt.keys WHERE revoked_at IS NOT NULL', 'restored'), 1, 'the restored database has the revocation');
is(keys_of($node, 'hand', 'restored'), 1, 'the restored database has the imported key');

# ---- reload and restart with other settings ----

$node->append_conf('postgresql.conf', "hcjwt.ca_file = '$other->{data}/ca.pem'");
$node->reload;
wait_until('the reload', sub { sql("SELECT state FROM hcjwt.refresh('acme')") eq 'failing (TLS)' });
$node->append_conf('postgresql.conf', "hcjwt.ca_file = '$hc->{data}/ca.pem'");
$node->reload;
ok(wait_until('an attempt after the reload', sub { state_of($node, 'acme') eq 'fresh' }), 'a reload reaches the workers');
$node->append_conf('postgresql.conf', "hcjwt.ca_file = '$other->{data}/ca.pem'");
$node->restart;
is(sql("SELECT state FROM hcjwt.refresh('acme')"), 'failing (TLS)', 'a restart reaches the workers');
is(keys_of($node, 'acme'), 1, 'after the restart the keys are still trusted');

# ---- pg_upgrade's mode ----

$node->stop;
command_ok([ 'pg_ctl', '-D', $node->data_dir, '-l', $node->logfile, '-w', '-o', '-b', 'start' ], 'the server starts in binary-upgrade mode');
is(scalar(hcjwt_processes($node, qr/hcjwt (?:launcher|\w+ worker)/)), 0, 'in binary-upgrade mode no process of hcjwt runs');
command_ok([ 'pg_ctl', '-D', $node->data_dir, '-m', 'fast', '-w', 'stop' ], 'the server in binary-upgrade mode stops');
$node->start;

is(log_count($node, qr/PANIC|terminated by signal/), 0, 'nothing crashed');
done_testing();
