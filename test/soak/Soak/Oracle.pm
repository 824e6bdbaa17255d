# Soak::Oracle - what hcjwt may answer, and what it must
#
# It knows for each key of a help center when it was listed, let go and revoked, and
# judges each answer by the two moments between which the statement ran.  If the
# truth changed in between, either answer is right.  So an answer that is read late
# makes the oracle milder, never unjust.
#
#   must be refused   forged, of an unknown kid, expired (with leeway) before the
#                     statement; revoked by a statement that had returned before it;
#                     by a key that was let go before a fetch began whose success
#                     was seen in the table before the statement
#   must be accepted  valid until after the statement, by a key whose acceptance, or
#                     whose listing with a later successful fetch, was seen before
#                     it, and that nobody has let go or revoked until after it
#   may be either     everything else: above all a key that is new, or has new
#                     material under an old kid, until it is first accepted; how
#                     long that takes is measured

package Soak::Oracle;

use strict;
use warnings;

use constant LEEWAY => 30;

sub new
{
	my ($class) = @_;

	return bless { keys => [], wrong => [], count => {}, longest => 0, waits => 0 }, $class;
}

# ---- what is true ----

# A key that the server lists from now on; pairs are made as they are needed.
sub listed
{
	my ($self, $key, $now) = @_;

	$key->{listed} = $now;
	push @{ $self->{keys} }, $key;
	return $key;
}

# The server is about to let the key go; the server has let it go.
sub unlisting { my ($self, $key, $now) = @_; $key->{unlisting} //= $now; return }
sub unlisted { my ($self, $key, $now) = @_; $key->{unlisted} //= $now; return }

sub pair
{
	my ($self, $key, $database) = @_;

	return $key->{pairs}{$database} //= {};
}

# revoke_key() or unrevoke_key() is sent; it has returned.
sub revoking
{
	my ($self, $key, $database, $now) = @_;
	my $pair = $self->pair($key, $database);

	$pair->{touched} = $now;
	$pair->{busy} = 1;
	delete $pair->{certain};
	return;
}

sub revoked
{
	my ($self, $key, $database, $now) = @_;
	my $pair = $self->pair($key, $database);

	$pair->{busy} = 0;
	$pair->{revoked} = $now;
	return;
}

sub unrevoking
{
	my ($self, $key, $database, $now) = @_;
	my $pair = $self->pair($key, $database);

	$pair->{busy} = 1;
	$pair->{was_revoked} = delete $pair->{revoked};
	return;
}

sub unrevoked
{
	my ($self, $key, $database, $now) = @_;
	my $pair = $self->pair($key, $database);

	$pair->{busy} = 0;
	$pair->{certain} = $now if $pair->{known} && !$key->{unlisting};
	return;
}

# The statement was cut off: its effect is not known until it is tried again.
sub revocation_unknown { return }

# A success that began then is in the table, seen now.
sub success_seen
{
	my ($self, $server, $database, $began, $now) = @_;

	foreach my $key (grep { $_->{server} == $server } @{ $self->{keys} })
	{
		my $pair = $self->pair($key, $database);

		$pair->{gone} //= $now if $key->{unlisted} && $began > $key->{unlisted};
		next if $key->{unlisting} || $began <= $key->{listed};
		$pair->{known} = 1;
		$pair->{certain} //= $now unless $pair->{touched};
	}
	return;
}

# ---- what was answered ----

sub is_wrong
{
	my ($self, $what, $call, $result, $now) = @_;

	push @{ $self->{wrong} },
	  sprintf '%s: %s token of key %s of %s in %s: %s (sent %.3f, ended %.3f)', $what, $call->{kind},
	  $call->{key} ? substr($call->{key}{kid}, 0, 12) : '?', $call->{name}, $call->{database}, $result,
	  $call->{sent}, $now;
	return;
}

# Why the token must not be accepted; nothing when it may be.
sub forbidden
{
	my ($self, $call) = @_;

	return 'accepted' if $call->{kind} !~ /^(?:valid|short)$/;
	return 'accepted after its end' if $call->{exp} + LEEWAY <= $call->{sent};
	my $pair = $self->pair($call->{key}, $call->{database});
	return 'accepted though revoked'
	  if !$pair->{busy} && $pair->{revoked} && $pair->{revoked} < $call->{sent};
	return 'accepted though let go' if $pair->{gone} && $pair->{gone} < $call->{sent};
	return;
}

sub must_pass
{
	my ($self, $call, $now) = @_;
	my $pair = $call->{key} && $self->pair($call->{key}, $call->{database});

	return
	     $call->{kind} =~ /^(?:valid|short)$/
	  && $call->{exp} > $now
	  && !$call->{key}{unlisting}
	  && !$pair->{busy} && !$pair->{revoked}
	  && $pair->{certain} && $pair->{certain} < $call->{sent};
}

# result: the user's id, or an SQLSTATE.
sub judge
{
	my ($self, $call, $result, $now) = @_;

	$self->{count}{verified}++;
	$self->{count}{ $call->{kind} }++;
	if ($result =~ /^28J0\d$/)
	{
		$self->{count}{refused}++;
		$self->is_wrong('refused', $call, $result, $now) if $self->must_pass($call, $now);
	}
	elsif ($result =~ /^\d+$/ && $result eq ($call->{user} // ''))
	{
		my $why = $self->forbidden($call);

		$self->{count}{accepted}++;
		if   ($why) { $self->is_wrong($why, $call, $result, $now) }
		else        { $self->first_success($call, $now) }
	}
	else
	{
		$self->is_wrong('no such answer', $call, $result, $now);
	}
	return;
}

# For how long was the key refused?  Counted from the last bad answer of its
# help center or the last harm to the server, because each failure may delay the
# next attempt again.
sub first_success
{
	my ($self, $call, $now) = @_;
	my $key = $call->{key};
	my $pair = $self->pair($key, $call->{database});

	unless ($pair->{known})
	{
		my $since = $key->{listed};

		foreach my $time ($key->{server}{disturbed}, $self->{disturbed})
		{
			$since = $time if $time && $time > $since;
		}
		$self->{waits}++;
		$self->{longest} = $now - $since if $now - $since > $self->{longest};
	}
	$pair->{known} = 1;
	$pair->{certain} //= $now unless $key->{unlisting} || $pair->{touched};
	return;
}

# The kids that the table has as revoked, in a statement that was sent then.
sub revocations_seen
{
	my ($self, $database, $sent, $seen, $now) = @_;

	foreach my $key (@{ $self->{keys} })
	{
		my $pair = $key->{pairs}{$database} // next;

		next if $pair->{busy} || !$pair->{revoked} || $pair->{revoked} > $sent;
		next if $seen->{"$key->{server}{name} $key->{kid}"} || $pair->{told};
		$pair->{told} = 1;
		push @{ $self->{lost} }, "the revocation of $key->{kid} in $database";
	}
	return;
}

1;
