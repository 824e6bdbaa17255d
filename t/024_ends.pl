# Ends of all kinds: a fast shutdown while a server trickles or a name look-up hangs,
# SIGTERM and SIGKILL of every process of ours, a killed postmaster.

use strict;
use warnings;

use HcjwtTest;
use Config;

# without ETags, each answer has a body that can trickle
my $hc = HelpCenter->new(args => ['--no-etag']);
my $node = hcjwt_cluster('main', $hc, conf => <<'END');
restart_after_crash = on
hcjwt.refetch_cooldown = 0
END

# Asks for a fetch, and does not wait for it.
sub fetch_now
{
	my ($name) = @_;
	$node->safe_psql('postgres', "SELECT FROM hcjwt.refresh('$name', '0')");
	return;
}

sub stop_quickly
{
	my ($what) = @_;
	return quickly(2, "a fast shutdown while $what", sub { $node->stop('fast') });
}

add_help_center($node, 'acme', $hc);
wait_until('keys', sub { keys_of($node) == 1 });

# ---- fast shutdown ----

foreach my $fault ('stall', 'trickle=1', 'stall-headers')
{
	$hc->ctl('fault', $fault);
	fetch_now('acme');
	wait_until('a request', sub { $hc->in_flight > 0 });
	stop_quickly("a server does \"$fault\"");
	$hc->ctl('fault', 'clear');
	$node->start;
	wait_until('an end of it', sub { $hc->in_flight == 0 });
	is(keys_of($node), 1, 'after a restart its keys are there');
}

my $raw = raw_server(sub { my ($socket) = @_; sysread $socket, my $in, 1 while 1 });
add_help_center($node, 'silent', "https://127.0.0.1:$raw->{port}");
wait_until('a hand-shake that stalls', sub { hcjwt_processes($node, qr/fetcher/) });
stop_quickly('a TLS hand-shake stalls');
$node->start;
$node->safe_psql('postgres', "SELECT hcjwt.drop_help_center('silent')");

SKIP:
{
	my $dir = PostgreSQL::Test::Utils::tempdir;
	append_to_file("$dir/hang.c", <<'END');
#define _GNU_SOURCE
#include <dlfcn.h>
#include <string.h>
#include <unistd.h>
typedef int (*lookup) (const char *, const char *, const void *, void **);
int getaddrinfo(const char *name, const char *service, const void *hints, void **result);
int getaddrinfo(const char *name, const char *service, const void *hints, void **result)
{
	while (name && strcmp(name, "help-center.example") == 0)
		pause();
	return ((lookup) dlsym(RTLD_NEXT, "getaddrinfo")) (name, service, hints, result);
}
END
	skip 'no C compiler', 2
	  if system("$Config{cc} -shared -fPIC -o $dir/hang.so $dir/hang.c -ldl") != 0;
	$node->stop;
	{
		local $ENV{LD_PRELOAD} = join ' ', $ENV{LD_PRELOAD} // (), "$dir/hang.so";
		$node->start;
	}
	add_help_center($node, 'lookup', 'https://help-center.example');
	wait_until('a look-up that hangs', sub { hcjwt_processes($node, qr/fetcher/) });
	stop_quickly('a name look-up hangs');
	$node->start;
	ok(wait_until('a launcher', sub { launcher_of($node) }), 'after a restart the launcher runs');
	$node->safe_psql('postgres', "SELECT hcjwt.drop_help_center('lookup')");
}

# ---- synchronous replication to a standby that is away ----

$node->append_conf('postgresql.conf', "synchronous_standby_names = 'nobody'");
$node->reload;
$hc->ctl('rotate');
$node->safe_psql('postgres', 'SET synchronous_commit = local; SELECT FROM hcjwt.refresh()');
is(keys_of($node), 2, 'the worker does not wait for a standby that is away');
stop_quickly('a synchronous standby is away');
$node->adjust_conf('postgresql.conf', 'synchronous_standby_names', "''");
$node->start;

# ---- SIGTERM ----

wait_until('a launcher', sub { launcher_of($node) });
my $launcher = launcher_of($node);
kill 'TERM', $launcher;
quickly(8, 'a launcher that is ended is restarted within its restart time', sub {
	wait_until('another launcher', sub { (launcher_of($node) // $launcher) != $launcher }) });
$hc->ctl('rotate');
wait_until('a worker', sub { state_of($node, 'acme') ne 'no worker' });
$node->safe_psql('postgres', 'SELECT FROM hcjwt.refresh()');
is(keys_of($node), 3, 'after a launcher was restarted keys are fetched');

$hc->ctl('fault', 'stall');
my $refresh = background($node, 'postgres', 'SELECT state FROM hcjwt.refresh()');
wait_until('a request', sub { $hc->in_flight > 0 });
kill 'TERM', hcjwt_processes($node, qr/fetcher/);
my $out;
quickly(2, 'who waits for a fetcher that is ended is woken', sub { (undef, $out) = $refresh->() });
is($out, "failing (worker)\n", 'who waits for a fetcher that is ended gets the state failing (worker)');
is(keys_of($node), 3, 'after a fetcher was ended the keys are still trusted');
$hc->ctl('fault', 'clear');
$node->safe_psql('postgres', 'SELECT FROM hcjwt.refresh()');
is(state_of($node, 'acme'), 'fresh', 'after a fetcher was ended the next attempt succeeds');

# in the middle of a store: the worker waits for a lock
sub hold_keys
{
	my $session = $node->background_psql('postgres');
	$session->query_safe('BEGIN');
	$session->query_safe('LOCK TABLE hcjwt.keys IN SHARE MODE');
	return $session;
}

my $waits = q(SELECT pid FROM pg_stat_activity
	WHERE backend_type = 'hcjwt database worker' AND wait_event_type = 'Lock');

sub worker_that_waits
{
	my $pid;
	wait_until('a worker that waits for a lock',
		sub { $pid = $node->safe_psql('postgres', $waits) });
	return $pid;
}

$hc->ctl('rotate');
my $lock = hold_keys();
fetch_now('acme');
kill 'TERM', worker_that_waits();
$lock->query_safe('ROLLBACK');
$lock->quit;
ok(wait_until('the answer stored by the next worker', sub { keys_of($node) == 4 }), 'a worker that is ended in mid-store loses no answer');

# a lock that lasts longer than the worker waits
$hc->ctl('rotate');
$lock = hold_keys();
fetch_now('acme');
wait_until('a failure', sub { state_of($node, 'acme') =~ /failing/ });
is(state_of($node, 'acme'), 'failing (store)', 'a lock held for long is a failure to store');
like(status_of($node, 'acme', 'last_error'), qr/lock timeout/, 'a lock held for long: last_error says why');
like(status_of($node, 'acme', 'advice'), qr/could not be stored/, 'a lock held for long: the advice says what it means');
$lock->query_safe('ROLLBACK');
$lock->quit;
$node->safe_psql('postgres', 'SELECT FROM hcjwt.refresh()');
is(keys_of($node), 5, 'after a lock was held for long the next attempt stores the key');

# ---- SIGKILL ----

sub back
{
	my ($what, $keys) = @_;
	wait_until("the server after kill -9 of $what",
		sub { ($node->psql('postgres', 'SELECT 1'))[0] == 0 });
	is(keys_of($node), $keys, "after kill -9 of $what every key is there");
	$hc->ctl('rotate');
	wait_until("refreshing after kill -9 of $what", sub {
		my ($status, $out) = $node->psql('postgres', 'SELECT state FROM hcjwt.refresh()');
		$status == 0 && $out eq 'fresh' });
	is(keys_of($node), $keys + 1, "after kill -9 of $what keys are refreshed");
	return;
}

sub kill_backend
{
	my $session = $node->background_psql('postgres', on_error_stop => 0);
	my $pid = $session->query_safe('SELECT pg_backend_pid()');
	kill 'KILL', $pid;
	$session->{run}->finish;
	return;
}

kill 'KILL', launcher_of($node);
back('the launcher', 5);

$hc->ctl('fault', 'stall');
fetch_now('acme');
wait_until('a request', sub { $hc->in_flight > 0 });
kill 'KILL', hcjwt_processes($node, qr/fetcher/);
$hc->ctl('fault', 'clear');
back('the fetcher', 6);

$lock = hold_keys();
fetch_now('acme');
kill 'KILL', worker_that_waits();
$lock->{run}->finish;
back('a database worker in mid-store', 7);

kill_backend();
back('a backend', 8);

# ---- an end at once, where commits need not be on disk ----

foreach my $setting ('synchronous_commit = off', "wal_writer_delay = '10s'")
{
	$node->append_conf('postgresql.conf', $setting);
}
$node->restart;
wait_until('a load', sub { $node->safe_psql('postgres', 'SELECT count(*) FROM hcjwt.schedule()') == 1 });
my $revoked = $node->safe_psql('postgres', q(SELECT kid FROM hcjwt.keys ORDER BY kid LIMIT 1));
$node->safe_psql('postgres', "SELECT hcjwt.revoke_key('acme', '$revoked')");
$node->stop('immediate');
$node->start;
is($node->safe_psql('postgres', q(SELECT kid FROM hcjwt.keys WHERE revoked_at IS NOT NULL)), $revoked,
	'a revocation is on disk whatever synchronous_commit is');
$node->safe_psql('postgres', "SELECT hcjwt.unrevoke_key('acme', '$revoked')");
$node->append_conf('postgresql.conf', 'synchronous_commit = on');
$node->restart;

# ---- a postmaster that is gone ----

# An attempt is stamped before it is made.  If the attempt itself crashes the
# server, it is not made again at once.
sub crash
{
	my ($failures) = @_;
	$hc->ctl('stats', 'reset');
	fetch_now('acme');
	wait_until('a request', sub { $hc->requests > 0 });
	ok(kill_postmaster($node), 'without a postmaster all processes end');
	$node->start;
	wait_until('a load', sub {
		$node->safe_psql('postgres', 'SELECT count(*) FROM hcjwt.schedule()') == 1 });
	# other attempts may come between them, after the first one's back-off
	is( $node->safe_psql('postgres', "SELECT consecutive_failures >= $failures, next_attempt > last_attempt FROM hcjwt.schedule()"),
		't|t', "attempts that never ended count as failures, and are followed by a back-off: $failures");
	return;
}

$hc->ctl('fault', 'stall');
crash(1);
crash(2);
$hc->ctl('fault', 'clear');
$node->safe_psql('postgres', 'SELECT FROM hcjwt.refresh()');
is(keys_of($node), 9, 'after these crashes keys are fetched again');

$node->stop;
done_testing();
