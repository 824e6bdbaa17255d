# HcjwtTest.pm - throw-away clusters with hcjwt, for tests
#
# my $hc = HelpCenter->new;                  a help center (HelpCenter.pm)
# my $node = hcjwt_cluster('main', $hc);     a cluster that may fetch from it
# add_help_center($node, 'acme', $hc);       in database "postgres"
# wait_until('keys', sub { keys_of($node) == 1 });
#
# my $acme = Tokens->new;                    keys without a server (Tokens.pm)
# my $node = cluster('main', preload => 1);  a cluster that fetches from nowhere
# register($node, 'acme', $acme);            a help center with the imported key
#
# A test that uses this has Test::More and PostgreSQL::Test::Utils, too.  Nothing here
# sleeps for a fixed while: wait_until() asks every few milliseconds.

package HcjwtTest;

use strict;
use warnings;

use Exporter 'import';
use IO::Socket::INET;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

use HelpCenter;
use Tokens;

our @EXPORT = qw(hcjwt_cluster add_help_center wait_until quickly keys_of state_of
  status_of log_count hcjwt_processes launcher_of verify_state quoted
  raw_server background kill_postmaster configure memory_of
  cluster register outcome states lines pieces_in building_pg_config);
push @EXPORT, @Test::More::EXPORT, @PostgreSQL::Test::Utils::EXPORT;

plan skip_all => 'PostgreSQL does not run as root' if $> == 0;

# The pg_config to build with: one that has the server's headers.
sub building_pg_config
{
	foreach my $name ($ENV{PG_CONFIG}, map { "$_/pg_config" } split /:/, $ENV{PATH})
	{
		next unless defined $name && -x $name;
		my $headers = qx{'$name' --includedir-server};
		chomp $headers;
		return $name if -e "$headers/postgres.h";
	}
	return 'pg_config';
}

# A started cluster with hcjwt preloaded, and with it in database "postgres".
# $help_center, when given, has its CA trusted, or its http.  %option: conf => more lines of
# postgresql.conf; init => arguments of init(); unstarted => 1.
sub hcjwt_cluster
{
	my ($name, $help_center, %option) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);

	$node->init(@{ $option{init} // [] });
	$node->append_conf('postgresql.conf', <<"END");
shared_preload_libraries = 'hcjwt'
hcjwt.allowed_hosts = '*'
hcjwt.unknown_key_wait = '60s'	# a busy machine may take longer than 2 s to fetch
END
	$node->append_conf('postgresql.conf',
		$help_center->{url} =~ /^http:/
		? 'hcjwt.allow_http_loopback = on'
		: "hcjwt.ca_file = '$help_center->{data}/ca.pem'")
	  if $help_center;
	$node->append_conf('postgresql.conf', $option{conf}) if $option{conf};
	return $node if $option{unstarted};
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION hcjwt');
	return $node;
}

# A started cluster with hcjwt in database "postgres" and a role "app" without
# privileges.  %option: preload; conf; init => arguments of init(); unstarted.
sub cluster
{
	my ($name, %option) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);

	$node->init(@{ $option{init} // [] });
	$node->append_conf('postgresql.conf', 'log_statement = none');
	$node->append_conf('postgresql.conf', "shared_preload_libraries = 'hcjwt'")
	  if $option{preload};
	$node->append_conf('postgresql.conf', $option{conf}) if $option{conf};
	return $node if $option{unstarted};
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION hcjwt; CREATE ROLE app LOGIN');
	return $node;
}

sub quoted
{
	my ($text) = @_;
	$text =~ s/'/''/g;
	return "'$text'";
}

# Registers a help center object, or a URL.
sub add_help_center
{
	my ($node, $name, $help_center, $database) = @_;
	my $url = ref $help_center ? $help_center->{url} : $help_center;

	return $node->safe_psql($database // 'postgres',
		'SELECT hcjwt.add_help_center('
		  . quoted($name) . ', '
		  . quoted($url) . ')');
}

# Waits until the condition holds.  Returns false, and fails a test, if it never does.
*wait_until = \&HelpCenter::wait_for;

# Sets a setting, and waits until sessions see it.
sub configure
{
	my ($node, $setting, $value) = @_;

	$node->append_conf('postgresql.conf', "$setting = '$value'");
	$node->reload;
	return wait_until('the reload',
		sub { $node->safe_psql('postgres', "SHOW $setting") eq $value });
}

# A process's own memory, without what it shares, in kB; 0 when it has ended.
sub memory_of
{
	my ($pid) = @_;
	open my $fh, '<', "/proc/$pid/status" or return 0;
	local $/;
	my ($kb) = <$fh> =~ /^RssAnon:\s+(\d+) kB/m;

	return $kb // 0;
}

# A test that the code ends within these seconds: see HelpCenter::in_time().
sub quickly
{
	my ($limit, $name, $code) = @_;
	my ($seconds, $well) = HelpCenter::in_time($limit, $code);

	return ok($well, sprintf('%s: %.2f s', $name, $seconds));
}

# How many keys of a help center, or of all, are trusted?
sub keys_of
{
	my ($node, $name, $database) = @_;

	return $node->safe_psql($database // 'postgres',
		'SELECT coalesce(sum(trusted_keys), 0) FROM hcjwt.status'
		  . ($name ? ' WHERE help_center = ' . quoted($name) : ''));
}

# Columns of hcjwt.status, as psql prints them; default: the state.
sub status_of
{
	my ($node, $name, $columns, $database) = @_;

	return $node->safe_psql($database // 'postgres',
		"SELECT $columns FROM hcjwt.status WHERE help_center = "
		  . quoted($name));
}

sub state_of
{
	my ($node, $name, $database) = @_;

	return status_of($node, $name, 'state', $database);
}

# The SQLSTATE of verifying a token, or 'ok'.
sub verify_state
{
	my ($node, $token, $database) = @_;
	my ($status, $out, $err) = $node->psql($database // 'postgres',
		"\\set VERBOSITY sqlstate\nSELECT hcjwt.verify(" . quoted($token) . ')');

	return 'ok' if $status == 0;
	return $err =~ /ERROR:\s+(\w{5})/ ? $1 : $err;
}

# How often does the server's log match?
sub log_count
{
	my ($node, $pattern, $offset) = @_;
	my $log = slurp_file($node->logfile, $offset // 0);

	return scalar(() = $log =~ /$pattern/g);
}

# The cluster's processes whose title matches: a list of pids.
sub hcjwt_processes
{
	my ($node, $title) = @_;
	my ($postmaster) = slurp_file($node->data_dir . '/postmaster.pid') =~ /^(\d+)/;
	my @pids;

	foreach my $path (glob '/proc/[0-9]*/stat')
	{
		open my $fh, '<', $path or next;
		my $stat = <$fh> // next;
		my ($pid, $parent) = $stat =~ /^(\d+) \(.*\) \S (\d+)/ or next;
		next unless $parent == $postmaster;
		open $fh, '<', "/proc/$pid/cmdline" or next;
		my $line = <$fh> // next;
		push @pids, $pid if $line =~ $title;
	}
	return @pids;
}

# SIGKILL for the postmaster; waits until it and all its children are gone.
sub kill_postmaster
{
	my ($node) = @_;
	my ($postmaster) = slurp_file($node->data_dir . '/postmaster.pid') =~ /^(\d+)/;
	my @all = ($postmaster, hcjwt_processes($node, qr/./));

	$node->kill9;
	return wait_until('the end of all processes', sub { !grep { -d "/proc/$_" } @all });
}

sub launcher_of
{
	my ($node) = @_;
	my ($pid) = hcjwt_processes($node, qr/hcjwt launcher/);

	return $pid;
}

# A TCP server of our own: for each connection, a child process calls
# $serve->($socket, $number).  Returns an object with {port}, stopped at its end.
sub raw_server
{
	my ($serve) = @_;

	return HcjwtTest::RawServer->new($serve);
}

# psql in the background, with one command that goes on; {finish}->() waits for
# it and returns (status, out, err).
sub background
{
	my ($node, $database, $sql) = @_;
	my ($out, $err) = ('', '');
	my $psql = IPC::Run::start(
		[ 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr($database), '-c', $sql ],
		'<', \undef, '>', \$out, '2>', \$err);

	return sub {
		$psql->finish;
		return ($psql->result, $out, $err);
	};
}

sub register
{
	my ($node, $name, $tokens, $database) = @_;

	$node->safe_psql($database // 'postgres',
		'INSERT INTO hcjwt.help_centers (name, base_url) VALUES ('
		  . quoted($name) . ', ' . quoted("https://$name.example.com") . ');'
		  . 'SELECT hcjwt.import_keys(' . quoted($name) . ', ' . quoted($tokens->jwks) . ')');
	return;
}

# Runs a script in one session.  Returns its standard output with what went wrong
# in between, errors by their SQLSTATE alone: "ERROR: 28J01".  %option: user,
# options => PGOPTIONS.  Where no result is taken, an error fails a test, unless may_fail.
sub outcome
{
	my ($node, $database, $sql, %option) = @_;
	my $out = '';
	local $ENV{PGOPTIONS} = $option{options};

	delete $ENV{PGOPTIONS} unless defined $option{options};
	IPC::Run::run(
		[
			'psql', '-XAtq', '-v', 'ON_ERROR_STOP=0',
			'-v', 'VERBOSITY=' . ($option{verbosity} // 'sqlstate'),
			'-d', $node->connstr($database) . ($option{user} ? " user=$option{user}" : ''),
			'-f', '-'
		],
		'<', \$sql, '>', \$out, '2>&1',
		IPC::Run::timeout(HelpCenter::TIMEOUT));
	$out =~ s/^psql:<stdin>:\d+: //mg;
	$out =~ s/^(ERROR|FATAL|WARNING|LOG|NOTICE):  /$1: /mg;
	chomp $out;
	Test::More::fail("a script without an error: $out") 
	  if !defined wantarray && !$option{may_fail} && $out =~ /^(ERROR|FATAL|PANIC|psql: error)/m;
	return $out;
}

# The same, as a list of lines.
sub lines
{
	return split /\n/, outcome(@_);
}

# The verdict on each of the tokens: verify()'s error, or "ok", separated by blanks.
sub states
{
	my ($node, $database, $tokens, %option) = @_;

	return join ' ', map { s/^ERROR: //r }
	  lines($node, $database,
		join('', map { 'SELECT $$ok$$ WHERE hcjwt.verify(' . quoted($_) . ") IS NOT NULL;\n" } @$tokens),
		%option);
}

# The pieces of 12 bytes of these secrets that the text has.
sub pieces_in
{
	my ($text, @secrets) = @_;
	my %piece;

	foreach my $secret (@secrets)
	{
		$piece{ substr $secret, $_, 12 } = 1 for 0 .. length($secret) - 12;
	}
	# looks up every window of the text once
	my %found;
	for my $i (0 .. length($text) - 12)
	{
		my $window = substr $text, $i, 12;
		$found{$window} = 1 if $piece{$window};
	}
	return sort keys %found;
}

package HcjwtTest::RawServer;

use POSIX ();

sub new
{
	my ($class, $serve) = @_;
	my $listener = IO::Socket::INET->new(
		LocalAddr => '127.0.0.1',
		Listen => 64,
		ReuseAddr => 1) or die "listen: $!";
	my $self = bless { port => $listener->sockport }, $class;
	my $pid = fork // die "fork: $!";

	if ($pid == 0)
	{
		my $number = 0;
		setpgrp;
		local $SIG{CHLD} = 'IGNORE';
		while (my $socket = $listener->accept)
		{
			$number++;
			my $child = fork // POSIX::_exit(1);
			if ($child == 0)
			{
				eval { $serve->($socket, $number) };
				POSIX::_exit(0);
			}
			close $socket;
		}
		POSIX::_exit(0);
	}
	close $listener;
	$self->{pid} = $pid;
	return $self;
}

sub DESTROY
{
	my ($self) = @_;
	local ($?, $@);

	return unless $self->{pid};
	kill 'KILL', -$self->{pid}, $self->{pid};
	waitpid $self->{pid}, 0;
	return;
}

1;
