# Tokens.pm - a help center's signing keys, without a server
#
# my $acme = Tokens->new;                 a key of its own, in a temporary directory
# $acme->sign('--claims', '{"userId":1}') a token, by "helpcenterd sign"
# $acme->jwks, $acme->kid                 what verifies it

package Tokens;

use strict;
use warnings;

use JSON::PP;
use PostgreSQL::Test::Utils;

use HelpCenter;

sub new
{
	my ($class) = @_;

	return bless { data => PostgreSQL::Test::Utils::tempdir . '/store' }, $class;
}

sub run_helpcenterd
{
	my ($self, $command, @arguments) = @_;
	my ($out, $err) = ('', '');

	IPC::Run::run([ HelpCenter::program(), $command, '--data', $self->{data}, @arguments ],
		'<', \undef, '>', \$out, '2>', \$err)
	  or die "helpcenterd $command: $err\n";
	chomp $out;
	return $out;
}

sub sign
{
	my ($self, @arguments) = @_;

	return $self->run_helpcenterd('sign', @arguments);
}

sub jwks
{
	my ($self) = @_;

	return $self->{jwks} //= $self->run_helpcenterd('keys');
}

sub kid
{
	my ($self) = @_;

	return decode_json($self->jwks)->{keys}[0]{kid};
}

1;
