# Calls of the help center's own API can be ended at any time, in every phase: by a
# query cancel, by statement_timeout and by termination of the backend.  No thread of
# libcurl gets a signal of ours after that.

use strict;
use warnings;

use HcjwtTest;
use IPC::Run;
use Time::HiRes qw(time);

plan skip_all => 'needs LD_PRELOAD' if $^O eq 'darwin';

# An interrupt takes about 50 ms; a busy machine may need more.
my $allowed = 1.0;

my $secret = 'ada:p/w"d';
my $hc = HelpCenter->new(users => HelpCenter::sample_users());
my $tmp = PostgreSQL::Test::Utils::tempdir;

# ---- a name that is not resolved in time ----

# The system's own getaddrinfo, which hangs for one name, as if its name server did.
append_to_file(
	"$tmp/slow_names.c", q{
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <string.h>
#include <unistd.h>

typedef int (*Resolver) (const char *, const char *, const struct addrinfo *,
						 struct addrinfo **);

int
getaddrinfo(const char *node, const char *service,
			const struct addrinfo *hints, struct addrinfo **result)
{
	if (node != NULL && strcmp(node, "slow.example.com") == 0)
	{
		sleep(3600);
		return EAI_AGAIN;
	}
	return ((Resolver) dlsym(RTLD_NEXT, "getaddrinfo"))
		(node, service, hints, result);
}
});
system_or_bail($ENV{CC} || 'cc', '-shared', '-fPIC', '-o',
	"$tmp/slow_names.so", "$tmp/slow_names.c", '-ldl');

# ---- the database ----

# No worker runs, so what stalls here is an API call.
my $node = hcjwt_cluster(
	'main', $hc,
	unstarted => 1,
	conf => qq{
shared_preload_libraries = ''
log_min_messages = warning
log_statement = none
});
{
	local $ENV{LD_PRELOAD} = "$tmp/slow_names.so";
	$node->start;
}
$node->safe_psql('postgres', 'CREATE EXTENSION hcjwt');
add_help_center($node, 'acme', $hc);
add_help_center($node, 'slow', 'https://slow.example.com');

# The phases of a call, each with the stand-in's fault that makes it last long.
my @phases = (
	[ 'name resolution', 'slow', undef ],
	[ 'connect', 'acme', 'stall-connect' ],
	[ 'hand-shake', 'acme', 'stall-handshake' ],
	[ 'headers', 'acme', 'all:stall' ],
	[ 'body', 'acme', 'all:stall-headers' ],
	[ 'trickling body', 'acme', 'all:trickle=100' ]);

# A call in a session of its own; returns once it waits for the network.
sub start_call
{
	my ($center, @before) = @_;
	my %call = (out => '', err => '');

	$call{harness} = IPC::Run::start(
		[
			'psql', '-XAtq', '-v', 'VERBOSITY=verbose', '-d',
			$node->connstr('postgres'),
			map { ('-c', $_) } (
				@before,
				"SELECT hcjwt.new_token('$center',"
				  . " email => 'ada\@example.com', password => '$secret')",
				"SELECT 'still ' || 'here'")
		],
		'<', \undef, '>', \$call{out}, '2>', \$call{err},
		IPC::Run::timer($PostgreSQL::Test::Utils::timeout_default));
	return \%call;
}

sub wait_for_network
{
	my ($call) = @_;
	my $event = $node->pg_version->major >= 17 ? 'HcjwtHelpCenter' : 'Extension';
	my $pid;
	wait_until(
		'a call to wait for the network',
		sub {
			$call->{harness}->pumpable
			  or die "the call ended at once: $call->{err}";
			$pid = $node->safe_psql('postgres',
				"SELECT pid FROM pg_stat_activity WHERE state = 'active'"
				  . " AND query ~ 'new_token' AND wait_event_type = 'Extension' AND wait_event = '$event'");
			return $pid =~ /^\d+$/;
		});
	return $pid;
}

# Waits for the call to end; tests how long that took.
sub finish_call
{
	my ($call, $since) = @_;
	$call->{harness}->finish;
	return time() - $since;
}

sub quick
{
	my ($took, $what) = @_;
	ok($took < $allowed || $took < $allowed * HelpCenter::slowness(),
		sprintf('%s: after %.0f ms', $what, 1000 * $took));
}

foreach my $phase (@phases)
{
	my ($name, $center, $fault) = @$phase;
	my ($call, $pid, $started, $took);

	$hc->ctl('fault', $fault) if defined $fault;

	# a query cancel
	$call = start_call($center);
	$pid = wait_for_network($call);
	if ($name eq 'name resolution' && -d "/proc/$pid/task")
	{
		my ($thread) = grep { $_ != $pid } map { m{(\d+)$} } glob("/proc/$pid/task/*");
		ok(defined $thread, 'libcurl resolves names in a thread');
		my ($blocked) =
		  slurp_file("/proc/$pid/task/$thread/status") =~ /^SigBlk:\s*(\w+)/m;
		# of the first 31 signals all but KILL and STOP can be blocked; the
		# C library keeps two above them for itself
		is( hex(substr($blocked, -8)) & 0x7ffbfeff,
			0x7ffbfeff, 'which has all signals blocked');
		($blocked) =
		  slurp_file("/proc/$pid/task/$pid/status") =~ /^SigBlk:\s*(\w+)/m;
		is(hex(substr($blocked, -8)) & 0x6207,
			0, 'and the backend none of HUP, INT, QUIT, USR1, ALRM, TERM');
	}
	$started = time();
	is( $node->safe_psql('postgres', "SELECT pg_cancel_backend($pid)"),
		't', "$name: cancel");
	$took = finish_call($call, $started);
	like($call->{err}, qr/ERROR:  57014: .*user request/,
		"$name: canceled");
	is($call->{out}, "still here\n", "$name: the session goes on");
	quick($took, "$name: canceled");

	# statement_timeout
	$call = start_call($center, "SET statement_timeout = '300ms'",
		"SELECT 'at ' || extract(epoch FROM clock_timestamp())");
	finish_call($call, time());
	like($call->{err}, qr/ERROR:  57014: .*statement timeout/,
		"$name: statement_timeout");
	like($call->{out}, qr/still here\n$/,
		"$name: the session goes on after it");
	my ($began) = $call->{out} =~ /^at ([0-9.]+)/;
	quick(time() - $began - 0.3, "$name: statement_timeout");

	# termination
	$call = start_call($center);
	$pid = wait_for_network($call);
	$started = time();
	is( $node->safe_psql('postgres', "SELECT pg_terminate_backend($pid)"),
		't', "$name: terminate");
	$took = finish_call($call, $started);
	like($call->{err}, qr/FATAL:  57P01/, "$name: terminated");
	quick($took, "$name: terminated");
	wait_until('the end of the backend', sub { !kill 0, $pid });

	$hc->ctl('fault', 'clear') if defined $fault;
}

# ---- the time-outs of its own ----

foreach my $case (
	[ 'slow', undef, 'resolved', '08001', 3 ],
	[ 'acme', 'stall-connect', 'could not connect', '08001', 3 ],
	[ 'acme', 'stall-handshake', 'trusted connection', '08001', 3 ],
	[ 'acme', 'all:stall-headers', 'in time', '08006', 10 ])
{
	my ($center, $fault, $message, $sqlstate, $limit) = @$case;
	my $what = defined $fault ? $fault : 'name resolution';
	$hc->ctl('fault', $fault) if defined $fault;
	my $started = time();
	my $call = start_call($center);
	my $took = finish_call($call, $started);
	like($call->{err},
		qr/ERROR:  $sqlstate: .*$message.*DETAIL:  .*HINT:  /s,
		"$what: gives up by itself");
	ok($took < $limit + $allowed || $took < $limit + 3 * $allowed * HelpCenter::slowness(),
		sprintf('%s: after %.1f s', $what, $took));
	$hc->ctl('fault', 'clear') if defined $fault;
}

# A server that stops waits neither for a call nor for its name look-up.
my $call = start_call('slow');
wait_for_network($call);
my $started = time();
$node->stop('fast');
quick(time() - $started, 'pg_ctl stop -m fast');
$call->{harness}->finish;

# ---- what the log has of all this: these statements held a literal ----

my $log = slurp_file($node->logfile);
like($log, qr/canceling statement due to user request/,
	'the log has the cancels');
like($log, qr/terminating connection due to administrator command/,
	'and the terminations');
unlike($log, qr/\Q$secret\E/, 'the log has no password');
unlike($log, qr/PANIC|was terminated by signal/, 'nothing crashed');

done_testing();
