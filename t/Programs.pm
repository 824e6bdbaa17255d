# Programs.pm - other programs beside the servers, for a test
#
# my $programs = Programs->new;
# $programs->start('haproxy', '/usr/sbin/haproxy', '-f', $file);    {log}{haproxy}: its output
# $programs->start({ name => 'patroni', environment => {...}, stop => 'INT' }, ...);
# $programs->stop('haproxy');
# my $there = Programs::endpoint($host, $port);      host(), port(), connstr(), as a node has them
#
# All end when the object goes away, the last first, and in any case when the test ends.

package Programs;

use strict;
use warnings;

use File::Spec;
use POSIX       ();
use Scalar::Util qw(weaken);

use HelpCenter;
use PostgreSQL::Test::Utils;

my @all;

# The path of a program, or undef.
sub find
{
	my ($name) = @_;
	my ($path) = grep { -x } map { "$_/$name" } File::Spec->path, '/usr/sbin';

	return $path;
}

sub new
{
	my ($class) = @_;
	my $self = bless { running => [], dir => PostgreSQL::Test::Utils::tempdir, owner => $$ }, $class;

	push @all, $self;
	weaken($all[-1]);
	return $self;
}

# {stop} names the signal that ends the program and its children in good order.
sub start
{
	my ($self, $what, @command) = @_;
	my %program = (stop => 'TERM', environment => {}, ref $what ? %$what : (name => $what));
	my $log = $self->{log}{ $program{name} } = "$self->{dir}/$program{name}.log";
	my $pid = fork // die "fork: $!";

	if ($pid == 0)
	{
		open STDIN, '<', File::Spec->devnull or POSIX::_exit(126);
		open STDOUT, '>>', $log or POSIX::_exit(126);
		open STDERR, '>&', \*STDOUT or POSIX::_exit(126);
		setpgrp;
		@ENV{ keys %{ $program{environment} } } = values %{ $program{environment} };
		exec { $command[0] } @command or POSIX::_exit(127);
	}
	push @{ $self->{running} }, { %program, pid => $pid };
	return $pid;
}

# Is the program still running?
sub runs
{
	my ($self, $name) = @_;
	my ($program) = grep { $_->{name} eq $name } @{ $self->{running} } or return 0;

	return waitpid($program->{pid}, POSIX::WNOHANG()) == 0;
}

# Ends it by a signal, or in the usual way; its children end with it.
sub stop
{
	my ($self, $name, $signal) = @_;
	my ($program) = grep { $_->{name} eq $name } @{ $self->{running} } or return;
	my $pid = $program->{pid};

	$self->{running} = [ grep { $_ != $program } @{ $self->{running} } ];
	kill $signal // $program->{stop}, $pid;
	HelpCenter::wait_for("the end of $name", sub { waitpid($pid, POSIX::WNOHANG()) != 0 });
	kill 'KILL', -$pid;
	waitpid $pid, 0;
	return;
}

sub DESTROY
{
	my ($self) = @_;
	local ($?, $@);

	return if $self->{owner} != $$;
	$self->stop($self->{running}[-1]{name}) while @{ $self->{running} };
	return;
}

END
{
	local ($?, $@);
	$_ && $_->DESTROY for @all;
}

# A server that is reached through another program.
sub endpoint
{
	my ($host, $port) = @_;

	return bless { host => $host, port => $port }, 'Programs::Endpoint';
}

package Programs::Endpoint;

sub host { return $_[0]{host} }
sub port { return $_[0]{port} }

sub connstr
{
	my ($self, $database) = @_;

	return "host=$self->{host} port=$self->{port} dbname=$database";
}

1;
