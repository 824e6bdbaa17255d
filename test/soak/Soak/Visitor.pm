# Soak::Visitor - a connection, by a psql of its own, that is asked without waiting
#
# $visitor->ask($sql, $call, \&answered): {pending} until its answer is there, and
# then $answered->($call, [lines], time).  When the server has ended the connection
# the answer is undef, and the next ask connects anew.

package Soak::Visitor;

use strict;
use warnings;

use Fcntl;
use POSIX ();
use Time::HiRes qw(time);

use constant END_OF_ANSWER => '-- end --';

sub new
{
	my ($class, $node, $database) = @_;

	return bless { node => $node, database => $database, buffer => '' }, $class;
}

sub connect
{
	my ($self) = @_;
	my @command = (
		$self->{node}->installed_command('psql'),
		'-XAtq', '-F', "\t", '-v', 'ON_ERROR_STOP=0', '-v', 'VERBOSITY=sqlstate',
		'-d', $self->{node}->connstr($self->{database}));

	pipe my $in, my $to or die "pipe: $!";
	pipe my $from, my $out or die "pipe: $!";
	my $pid = fork // die "fork: $!";
	if ($pid == 0)
	{
		POSIX::dup2(fileno $in, 0);
		POSIX::dup2(fileno $out, 1);
		POSIX::dup2(fileno $out, 2);
		exec { $command[0] } @command or POSIX::_exit(127);
	}
	close $in;
	close $out;
	$to->autoflush(1);
	fcntl $from, F_SETFL, fcntl($from, F_GETFL, 0) | O_NONBLOCK;
	@$self{qw(pid to from buffer)} = ($pid, $to, $from, '');
	return;
}

sub disconnect
{
	my ($self) = @_;

	return unless $self->{pid};
	close $self->{to};
	close $self->{from};
	kill 'KILL', $self->{pid};
	waitpid delete $self->{pid}, 0;
	return;
}

sub ask
{
	my ($self, $sql, $call, $answered) = @_;

	$self->connect unless $self->{pid};
	$self->{pending} = { %$call, sent => time, answered => $answered };
	local $SIG{PIPE} = 'IGNORE';
	# a psql that is gone is seen by its end of file
	print { $self->{to} } $sql, ";\n\\echo ", END_OF_ANSWER, "\n";
	return;
}

sub answer
{
	my ($self, $lines) = @_;
	my $call = delete $self->{pending};

	$call->{answered}->($call, $lines, time) if $call;
	return;
}

# Something can be read.
sub read_more
{
	my ($self) = @_;
	my $n = sysread $self->{from}, $self->{buffer}, 65536, length $self->{buffer};

	return if !defined $n && $!{EAGAIN};
	if (!$n)
	{
		$self->disconnect;
		$self->answer(undef);
	}
	elsif ($self->{buffer} =~ s/\A(.*?)^\Q${\END_OF_ANSWER}\E\n//ms)
	{
		my @lines = split /\n/, $1;

		# the connection was lost, and psql goes on for a moment
		$self->answer((grep { /server closed|connection to (?:the )?server|^FATAL|57P0\d/ } @lines)
			? undef : \@lines);
	}
	return;
}

sub DESTROY { my ($self) = @_; local ($?, $@); $self->disconnect; return }

1;
