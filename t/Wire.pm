# Wire.pm - a client that speaks the frontend/backend protocol itself, for what psql
# does not do: portals that are executed in pieces, statements in one flight
#
# my $wire = Wire->new($node, 'app');
# my $answer = $wire->flight(
#     [ parse => '', 'SELECT ...' ], [ bind => 'portal', '', 'parameter' ],
#     [ execute => 'portal', 1 ], ['sync']);
#
# An answer is what came for each execute in turn: a list of rows (each its columns
# joined by "|"), and behind them "done", "more" or an SQLSTATE.

package Wire;

use strict;
use warnings;

use IO::Socket::UNIX;

sub new
{
	my ($class, $node, $user) = @_;
	my $socket = IO::Socket::UNIX->new(Peer => $node->host . '/.s.PGSQL.' . $node->port)
	  or die "cannot connect: $!";
	my $self = bless { socket => $socket, buffer => '' }, $class;
	my $parameters = pack('N', 196608) . join('', map { "$_\0" } user => $user, database => 'postgres', '');

	$self->send_bytes(pack('N', 4 + length $parameters) . $parameters);
	while (my ($type, $body) = $self->message)
	{
		die "cannot log in: $body" if $type eq 'E';
		last if $type eq 'Z';
	}
	return $self;
}

sub send_bytes
{
	my ($self, $bytes) = @_;

	while (length $bytes)
	{
		my $sent = syswrite($self->{socket}, $bytes) // die "send: $!";
		substr($bytes, 0, $sent, '');
	}
	return;
}

sub receive
{
	my ($self, $length) = @_;

	while (length $self->{buffer} < $length)
	{
		sysread($self->{socket}, $self->{buffer}, 65536, length $self->{buffer})
		  or die "the server has gone\n";
	}
	return substr($self->{buffer}, 0, $length, '');
}

sub message
{
	my ($self) = @_;
	my ($type, $length) = unpack('a N', $self->receive(5));

	return ($type, $self->receive($length - 4));
}

sub encode
{
	my ($kind, @arguments) = @_;
	my ($type, $body);

	if ($kind eq 'parse')
	{
		($type, $body) = ('P', "$arguments[0]\0$arguments[1]\0" . pack('n', 0));
	}
	elsif ($kind eq 'bind')
	{
		my ($portal, $statement, @values) = @arguments;
		$type = 'B';
		$body = "$portal\0$statement\0" . pack('n n', 0, scalar @values)
		  . join('', map { defined $_ ? pack('N', length $_) . $_ : pack('N', 0xffffffff) } @values)
		  . pack('n', 0);
	}
	elsif ($kind eq 'execute') { ($type, $body) = ('E', "$arguments[0]\0" . pack('N', $arguments[1] // 0)); }
	elsif ($kind eq 'query')   { ($type, $body) = ('Q', "$arguments[0]\0"); }
	elsif ($kind eq 'sync')    { ($type, $body) = ('S', ''); }
	else                       { die "no such message: $kind"; }
	return $type . pack('N', 4 + length $body) . $body;
}

# Sends all messages at once, and reads until the server is ready again.
sub flight
{
	my ($self, @messages) = @_;
	my @answers;
	my $rows = [];

	$self->send_bytes(join '', map { encode(@$_) } @messages);
	while (1)
	{
		my ($type, $body) = $self->message;
		my $end;

		if ($type eq 'D')
		{
			my ($n, @columns) = (unpack 'n', substr($body, 0, 2, ''));
			while ($n-- > 0)
			{
				my $length = unpack 'N', substr($body, 0, 4, '');
				push @columns, $length == 0xffffffff ? '' : substr($body, 0, $length, '');
			}
			push @$rows, join('|', @columns);
		}
		elsif ($type eq 'C') { $end = 'done'; }
		elsif ($type eq 's') { $end = 'more'; }
		elsif ($type eq 'E') { ($end) = $body =~ /(?:^|\0)C(\w{5})\0/; }
		elsif ($type eq 'Z') { last; }
		if (defined $end)
		{
			push @answers, join(',', @$rows, $end);
			$rows = [];
		}
	}
	return @answers;
}

1;
