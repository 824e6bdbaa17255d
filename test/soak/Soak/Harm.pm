# Soak::Harm - kills processes of a cluster, and restarts it

package Soak::Harm;

use strict;
use warnings;

use Time::HiRes qw(sleep time);

use HcjwtTest;

# What is killed, by its title.
my %VICTIMS = (
	backend => qr/\[local\]/,
	fetcher => qr/hcjwt refresh worker/,
	'database worker' => qr/hcjwt database worker/,
	launcher => qr/hcjwt launcher/,
	'spare worker' => qr/hcjwt spare worker/,
	# without the startup process a server gives up, as it should
	'any process' => qr/^postgres: (?!.*startup)/);
my @SORTS = (sort(keys %VICTIMS), 'immediate restart', 'fast restart');

# Some processes live for moments only, so this watches for them.
use constant HUNT => 3;

sub new
{
	my ($class, $node, $oracle) = @_;

	return bless { node => $node, oracle => $oracle, done => {}, hunt => undef }, $class;
}

sub restart
{
	my ($self, $mode) = @_;

	$self->{node}->stop($mode);
	$self->{node}->start;
	return;
}

# Does one harm that the server has to survive.  Watches for the processes in
# %VICTIMS.
sub strike
{
	my ($self) = @_;
	my $sort = $SORTS[ rand @SORTS ];

	if ($sort =~ /^(\w+) restart/)
	{
		$self->restart($1);
		$self->{done}{$sort}++;
		$self->{oracle}{disturbed} = time;
	}
	else
	{
		my $signal = rand() < 0.75 ? 'KILL' : 'TERM';
		$self->{hunt} = { sort => $sort, signal => $signal, until => time + HUNT };
	}
	return;
}

# Is one of the processes there that this watches for?
sub hunt
{
	my ($self) = @_;
	my $hunt = $self->{hunt} // return;
	# between two starts there is no such file
	my @found = eval { hcjwt_processes($self->{node}, $VICTIMS{ $hunt->{sort} }) };

	if (@found)
	{
		kill $hunt->{signal}, $found[ rand @found ];
		$self->{done}{"$hunt->{signal} of $hunt->{sort}"}++;
		$self->{oracle}{disturbed} = time;
	}
	$self->{hunt} = undef if @found || time > $hunt->{until};
	return;
}

sub count
{
	my ($self) = @_;
	my $sum = 0;

	$sum += $_ foreach values %{ $self->{done} };
	return $sum;
}

1;
