# Soak::Account - a stand-in help center whose keys come and go, with good and bad
# answers in turn
#
# Each key has tokens of every kind, made when it is listed, so that a visitor need
# not wait for a signature.  One account (same => 1) gives every key the same kid.

package Soak::Account;

use strict;
use warnings;

use JSON::PP;
use List::Util qw(shuffle);
use Time::HiRes qw(time);

use HelpCenter;

use constant {
	LISTED_KEYS => 2,    # at most
	SAME_KID => 'always-the-same',
};

# Answers that change no key; those that last until they are cleared.
my @BAD = (
	'status=500', 'status=503', 'status=429,retry_after=2', 'status=403', 'status=404',
	'html', 'garbage', 'wrong-shape', 'empty-set', 'huge', 'deep', 'redirect=https://127.0.0.1:1/');
my @BAD_WIRE = ('stall', 'stall-headers', 'cut', 'reset', 'trickle=20', 'stall-handshake');
my @BAD_WIRE_ONCE = map { "$_,count=1" } qw(cut reset trickle=20);

# Answers with the right keys, in an odd way.
my @ODD = ('one-bad-key', 'many-keys=30', 'delay=200', 'header=Cache-Control: no-store',
	'header=Age: 100000', 'header=Cache-Control: max-age=1, max-age="x', 'header=Content-Type: text/html');

my $users = 1000;

sub new
{
	my ($class, %self) = @_;
	my $self = bless { %self, keys => [], bad => 0, answers => 0, bad_answers => 0, counted => 0 }, $class;
	my @args = $self->{same} ? () : ('--cache-control', 'max-age=600');

	$self->{center} = HelpCenter->new(args => \@args);
	push @args, '--port', $self->{center}{port};
	if ($self->{same})
	{
		# at a restart, too
		$self->{set} = "$self->{center}{dir}/set.json";
		push @args, '--fault', "body=$self->{set}";
	}
	$self->add_key(decode_json($self->{center}->ctl('keys'))->[-1]{kid});
	$self->good;
	return $self;
}

sub listed_set
{
	my ($self) = @_;
	my ($status, $out, $err) = HelpCenter::run(HelpCenter::program(), 'keys', '--data', $self->{center}{data});

	die "helpcenterd keys: $err" if $status != 0;
	return decode_json($out)->{keys};
}

# ---- keys and tokens ----

sub make_token
{
	my ($self, $kind, $life, @arguments) = @_;
	my $user = ++$users;
	my $exp = int(time) + $life;

	return {
		kind => $kind, user => $user, exp => $exp,
		text => $self->{center}->sign('--claims' => qq({"userId":$user}), '--exp' => $exp, @arguments) };
}

# A key of the stand-in's is listed from now on.
sub add_key
{
	my ($self, $kid) = @_;
	my $key = { server => $self, kid => $self->{same} ? SAME_KID : $kid, own_kid => $kid };
	my @sign = ('--key' => $kid, $self->{same} ? ('--kid' => SAME_KID) : ());
	my ($old) = grep { !$_->{unlisting} } @{ $self->{keys} };

	if ($self->{same})
	{
		my ($jwk) = grep { $_->{kid} eq $kid } @{ $self->listed_set };

		$self->{oracle}->unlisting($old, time) if $old;
		HelpCenter::spew("$self->{set}.new", encode_json({ keys => [ { %$jwk, kid => SAME_KID } ] }));
		rename "$self->{set}.new", $self->{set} or die "rename: $!";
		$self->{oracle}->unlisted($old, time) if $old;
	}
	$self->{oracle}->listed($key, time);
	$key->{tokens} = [
		(map { $self->make_token('valid', $self->{life}, @sign) } 1 .. 8),
		$self->make_token('short', 3, @sign),
		$self->make_token('short', 20, @sign),
		$self->make_token('expired', -31, @sign) ];
	push @{ $self->{keys} }, $key;
	return;
}

sub let_go
{
	my ($self, $key) = @_;

	$self->{oracle}->unlisting($key, time);
	$self->{center}->ctl('retire', $key->{own_kid});
	$self->{oracle}->unlisted($key, time);
	return;
}

# A new key; the oldest goes where there are many, or all others at once.
sub rotate
{
	my ($self) = @_;
	my @old = grep { !$_->{unlisting} } @{ $self->{keys} };
	my $alone = !$self->{same} && rand() < 0.2;

	return if $self->{away};
	if ($alone) { $self->{oracle}->unlisting($_, time) foreach @old }
	my $kid = $self->{center}->ctl('rotate', $alone ? '--retire' : ());
	if ($alone) { $self->{oracle}->unlisted($_, time) foreach @old }
	$self->add_key($kid);
	if ($self->{same})   { $self->{center}->ctl('retire', $old[0]{own_kid}) }
	elsif (!$alone && @old >= LISTED_KEYS) { $self->let_go($old[0]) }
	return;
}

# ---- answers ----

# How many requests have come since the last count?  They were answered badly or well.
sub count_answers
{
	my ($self) = @_;
	my $requests = $self->{center}->stats->{requests}{keys};
	my $new = $requests - $self->{counted};

	$self->{counted} = $requests;
	$self->{answers} += $new;
	$self->{bad_answers} += $new if $self->{bad};
	return;
}

sub any { return $_[ rand @_ ] }

sub bad
{
	my ($self) = @_;
	my $kind = rand();
	my $fault;

	$self->count_answers;
	$self->{bad} = 1;
	$self->{disturbed} = time + 1e9;    # for as long as it lasts
	if ($kind < 0.15)
	{
		$self->{center}->stop('KILL');
		$self->{away} = 1;
		$fault = 'away';
	}
	elsif ($kind < 0.25 && !$self->{same})
	{
		$self->{center}->ctl('certificate', 'expired');
		$fault = 'certificate expired';
	}
	else
	{
		$self->{changing} = $kind < 0.7;
		$fault = $self->{changing} ? $self->bad_answer : $self->{same} ? any(@BAD_WIRE_ONCE) : any(@BAD_WIRE);
		$self->{center}->ctl('fault', $fault);
	}
	$self->{fault} = $fault;
	return;
}

# Takes each kind of answer in turn, so that none is left out.
sub bad_answer
{
	my ($self) = @_;

	$self->{sorts} = [ shuffle(@BAD) ] unless @{ $self->{sorts} // [] };
	return shift @{ $self->{sorts} };
}

# Another bad answer of the same kind.
sub change
{
	my ($self) = @_;
	my $fault = $self->bad_answer;

	$self->{center}->ctl('fault', $fault);
	$self->{fault} .= " $fault";
	return;
}

sub good
{
	my ($self) = @_;

	if (delete $self->{away})
	{
		$self->{center}->start;
		$self->{counted} = 0;
	}
	else
	{
		$self->count_answers;
	}
	$self->{center}->ctl('certificate', 'good') if ($self->{fault} // '') =~ /^certificate/;
	if ($self->{same})
	{
		$self->{center}->ctl('fault', "body=$self->{set}");
	}
	else
	{
		$self->{center}->ctl('fault', 'clear');
		$self->{center}->ctl('fault', any(@ODD)) if rand() < 0.3;
	}
	$self->{bad} = 0;
	$self->{changing} = 0;
	$self->{disturbed} = time + (($self->{fault} // '') =~ /retry_after=(\d+)/ ? $1 : 0);
	$self->{fault} = '';
	return;
}

1;
