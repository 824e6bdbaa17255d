# Tokens.pm - signing keys and clusters for tests of what SQL sees
#
# my $acme = Tokens->new;                 a key of its own, in a temporary directory
# $acme->sign('--claims', '{"userId":1}') a token, by "helpcenterd sign"
# $acme->jwks, $acme->kid                 what verifies it
# my $node = cluster('main', preload => 1, conf => '...');
# register($node, 'acme', $acme);         a help center with the imported key
#
# The help centers' hosts are not among hcjwt.allowed_hosts, so that no worker
# fetches anything.

package Tokens;

use strict;
use warnings;

use Exporter 'import';
use FindBin;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

use lib $FindBin::RealBin;
use HelpCenter;

our @EXPORT = qw(cluster register quoted outcome states lines wait_until pieces_in);

plan skip_all => 'PostgreSQL does not run as root' if $> == 0;

use constant TIMEOUT => 180;

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
# options => PGOPTIONS.
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
		IPC::Run::timeout(TIMEOUT));
	$out =~ s/^psql:<stdin>:\d+: //mg;
	$out =~ s/^(ERROR|FATAL|WARNING|LOG|NOTICE):  /$1: /mg;
	chomp $out;
	return $out;
}

# The same, as a list of lines.
sub lines
{
	return split /\n/, outcome(@_);
}

# How each of the tokens fares: verify()'s error, or "ok", separated by blanks.
sub states
{
	my ($node, $database, $tokens, %option) = @_;

	return join ' ', map { s/^ERROR: //r }
	  lines($node, $database,
		join('', map { 'SELECT $$ok$$ WHERE hcjwt.verify(' . quoted($_) . ") IS NOT NULL;\n" } @$tokens),
		%option);
}

sub wait_until
{
	my ($what, $condition) = @_;
	my $end = time + TIMEOUT;

	until ($condition->())
	{
		die "waited in vain for $what\n" if time > $end;
		sleep 0.02;
	}
	return 1;
}

# Which pieces of 12 bytes of these secrets does a text have?
sub pieces_in
{
	my ($text, @secrets) = @_;
	my %piece;

	foreach my $secret (@secrets)
	{
		$piece{ substr $secret, $_, 12 } = 1 for 0 .. length($secret) - 12;
	}
	# every window of the text is looked up once
	my %found;
	for my $i (0 .. length($text) - 12)
	{
		my $window = substr $text, $i, 12;
		$found{$window} = 1 if $piece{$window};
	}
	return sort keys %found;
}

1;
