# Proxy.pm - stands between an API and its database
#
# my $proxy = Proxy->new($socket);     of PgBouncer; the API connects to {port}
# $proxy->turns;                       how often a client has had to wait for an answer
# $proxy->cut;                         ends all connections
# $proxy->down; $proxy->up;            nobody listens any more; somebody does again
#
# A turn is what a client sends until something comes back: one round trip.

package Proxy;

use strict;
use warnings;

use IO::Handle;
use IO::Select;
use IO::Socket::INET;
use IO::Socket::UNIX;
use POSIX ();
use Socket;

sub new
{
	my ($class, $target) = @_;
	my $listener = _listen(0);

	socketpair(my $ours, my $theirs, AF_UNIX, SOCK_STREAM, PF_UNSPEC)
	  or die "socketpair: $!";
	my $self = bless {
		port    => $listener->sockport,
		control => $ours,
		owner   => $$
	}, $class;
	my $pid = fork // die "fork: $!";
	if ($pid == 0)
	{
		close $ours;
		$SIG{PIPE} = 'IGNORE';
		eval { _serve($listener, $theirs, $target) };
		print STDERR "proxy: $@" if $@;
		POSIX::_exit(0);
	}
	close $theirs;
	$self->{pid} = $pid;
	return $self;
}

sub _listen
{
	my ($port) = @_;

	return IO::Socket::INET->new(
		LocalAddr => '127.0.0.1',
		LocalPort => $port,
		Listen    => 64,
		ReuseAddr => 1) // die "listen: $!";
}

sub _serve
{
	my ($listener, $control, $target) = @_;
	my $port   = $listener->sockport;
	my $select = IO::Select->new($listener, $control);
	my $turns  = 0;
	my (%peer, %waits);    # waits: the client has sent something, and has no answer yet

	my $forget = sub {
		my ($socket) = @_;
		my $peer = delete $peer{$socket} or return;
		delete $peer{$peer};
		delete @waits{ $socket, $peer };
		$select->remove($socket, $peer);
		close $_ foreach $socket, $peer;
	};
	my $cut = sub { $forget->($_) foreach grep { $peer{$_} } $select->handles };
	my %command = (
		turns => sub { $turns },
		cut   => $cut,
		down  => sub { $select->remove($listener); close $listener; $cut->() },
		up    => sub { $listener = _listen($port); $select->add($listener) });

	while (1)
	{
		foreach my $socket ($select->can_read)
		{
			my $bytes;

			if ($socket == $listener)
			{
				my $client = $listener->accept or next;
				my $server = IO::Socket::UNIX->new(Peer => $target);
				if (!$server) { close $client; next; }
				@peer{ $client, $server } = ($server, $client);
				$waits{$client} = 0;
				$select->add($client, $server);
			}
			elsif ($socket == $control)
			{
				my $name = <$control> // return;
				chomp $name;
				my $answer = $command{$name}->();
				syswrite $control, ($name eq 'turns' ? $answer : 'done') . "\n";
				last;    # of which some may be closed by now
			}
			elsif (my $peer = $peer{$socket})
			{
				if (!sysread($socket, $bytes, 65536)) { $forget->($socket); next; }
				if (exists $waits{$socket}) { $turns += !$waits{$socket}; $waits{$socket} = 1; }
				else                        { $waits{$peer} = 0; }
				while (length $bytes)
				{
					my $sent = syswrite($peer, $bytes) or last;
					substr($bytes, 0, $sent, '');
				}
			}
		}
	}
	return;
}

sub _ask
{
	my ($self, $command) = @_;

	syswrite $self->{control}, "$command\n" or die "proxy: $!";
	my $answer = readline($self->{control}) // die "the proxy has gone\n";
	chomp $answer;
	return $answer;
}

sub turns { return _ask($_[0], 'turns') }
sub cut   { return _ask($_[0], 'cut') }
sub down  { return _ask($_[0], 'down') }
sub up    { return _ask($_[0], 'up') }

sub DESTROY
{
	my ($self) = @_;
	local ($?, $@);

	return unless $self->{pid} && $self->{owner} == $$;
	kill 'KILL', $self->{pid};
	waitpid delete $self->{pid}, 0;
	return;
}

1;
