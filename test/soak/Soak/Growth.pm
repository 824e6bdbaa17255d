# Soak::Growth - memory and descriptors of processes that go on for as long as the
# soak does, from a first look to a last one

package Soak::Growth;

use strict;
use warnings;

use PostgreSQL::Test::Utils;

use HcjwtTest;

sub new { return bless { first => undef, last => undef }, $_[0] }

sub look_at
{
	my ($pid) = @_;
	my ($kb) = slurp_file("/proc/$pid/status") =~ /^RssAnon:\s+(\d+) kB/m;

	return {
		pid => $pid,
		kb => $kb,
		descriptors => scalar(() = glob "/proc/$pid/fd/*"),
		segments => scalar(() = slurp_file("/proc/$pid/maps") =~ m{/PostgreSQL\.\d+}g) };
}

sub shared_files { return scalar(() = glob '/dev/shm/PostgreSQL.*') }

sub look
{
	my ($self, $node) = @_;
	my ($postmaster) = slurp_file($node->data_dir . '/postmaster.pid') =~ /^(\d+)/;
	my %seen = (
		launcher => look_at(launcher_of($node)),
		postmaster => look_at($postmaster));
	my $visitors = 0;

	foreach my $pid (hcjwt_processes($node, qr/\[local\]/))
	{
		my $kb = eval { look_at($pid)->{kb} } // next;
		$visitors = $kb if $kb > $visitors;
	}
	$seen{visitors} = { pid => 0, kb => $visitors, descriptors => 0, segments => 0 };
	$self->{first} //= \%seen;
	$self->{last} = \%seen;
	return;
}

# How much more of it is there now?
sub more
{
	my ($self, $who, $what) = @_;

	return $self->{last}{$who}{$what} - $self->{first}{$who}{$what};
}

# Faults found: a launcher that was started anew could not have been looked at.
sub faults
{
	my ($self, %limit) = @_;
	my @faults;

	push @faults, 'another launcher' if $self->more('launcher', 'pid');
	foreach my $who (sort keys %limit)
	{
		push @faults, "memory of $who: " . $self->more($who, 'kb') . ' kB' if $self->more($who, 'kb') > $limit{$who};
	}
	foreach my $what ('descriptors', 'segments')
	{
		push @faults, "$what: " . $self->more('launcher', $what) if $self->more('launcher', $what) > 0;
	}
	push @faults, 'descriptors of the postmaster: ' . $self->more('postmaster', 'descriptors')
	  if $self->more('postmaster', 'descriptors') > 0;
	return @faults;
}

1;
