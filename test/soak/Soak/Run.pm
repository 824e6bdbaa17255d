# Soak::Run - the soak itself: a cluster, accounts, visitors, and what happens
# to them
#
# my $soak = Soak::Run->new(node => $node, seconds => 20);
# $soak->run; $soak->calm; then $soak->oracle, $soak->summary and the like.
#
# One process drives all connections, and never waits for one answer: 20 visitors
# verify tokens; each database has an observer, and an administrator who revokes.

package Soak::Run;

use strict;
use warnings;

use IO::Select;
use List::Util qw(max min shuffle);
use MIME::Base64 qw(encode_base64url);
use Time::HiRes qw(sleep time);

use HcjwtTest;
use Soak::Account;
use Soak::Growth;
use Soak::Harm;
use Soak::Oracle;
use Soak::Visitor;

use constant {
	VISITORS => 20,
	ACCOUNTS => 4,    # so many that a token may leave its help center unnamed
	RECENT => 8,      # keys of an account that are asked for
};
my @DATABASES = qw(postgres second third);

sub new
{
	my ($class, %self) = @_;
	my $self = bless { %self, oracle => Soak::Oracle->new, growth => Soak::Growth->new }, $class;
	my $life = $self->{seconds} + 3600;

	$self->{accounts} = [ map {
			Soak::Account->new(name => "account$_", same => $_ == 1, oracle => $self->{oracle}, life => $life)
	} 1 .. ACCOUNTS ];
	return $self;
}

sub certificates
{
	my ($self) = @_;

	return join '', map { HelpCenter::slurp("$_->{center}{data}/ca.pem") } @{ $self->{accounts} };
}

sub register_accounts
{
	my ($self) = @_;
	my $node = $self->{node};

	foreach my $database (@DATABASES)
	{
		$node->safe_psql('postgres', "CREATE DATABASE $database") if $database ne 'postgres';
		$node->safe_psql($database, 'CREATE EXTENSION IF NOT EXISTS hcjwt');
		add_help_center($node, $_->{name}, $_->{center}, $database) foreach @{ $self->{accounts} };
	}
	$self->{harm} = Soak::Harm->new($node, $self->{oracle});
	$self->{visitors} = [ map { Soak::Visitor->new($node, $DATABASES[ $_ % @DATABASES ]) } 1 .. VISITORS ];
	$self->{observers} = [ map { Soak::Visitor->new($node, $_) } @DATABASES ];
	$self->{admins} = [ map { Soak::Visitor->new($node, $_) } @DATABASES ];
	return;
}

# ---- what visitors do ----

sub any { return $_[ rand @_ ] }

sub recent
{
	my ($account) = @_;
	my @keys = @{ $account->{keys} };

	return @keys > RECENT ? @keys[ -RECENT() .. -1 ] : @keys;
}

sub is_new
{
	my ($self, $key, $database) = @_;

	return !$key->{unlisting} && !$self->{oracle}->pair($key, $database)->{known};
}

# The token's signature with one character changed; the last one may have bits that
# count for nothing.
sub forged
{
	my ($token) = @_;
	my $at = rindex($token->{text}, '.') + 1 + int rand 300;
	my $text = $token->{text};

	substr($text, $at, 1) =~ tr/A-Za-z0-9_-/B-ZAb-za1-90\-_/;
	return { %$token, kind => 'forged', text => $text };
}

# An old signature below other claims, no signature at all, another's signature.
sub tampered
{
	my ($token, $other) = @_;
	my ($header, $payload, $signature) = split /\./, $token->{text};
	my $kind = rand();

	return { %$token, kind => 'forged', text => "$header." . (split /\./, $other->{text})[1] . ".$signature" }
	  if $kind < 0.5 && $other->{text} ne $token->{text};
	return { %$token, kind => 'forged', text => encode_base64url('{"alg":"none"}') . ".$payload." }
	  if $kind < 0.75;
	return forged($token);
}

sub unknown
{
	my ($token) = @_;
	my ($header, $payload, $signature) = split /\./, $token->{text};

	return { %$token, kind => 'unknown',
		text => encode_base64url(sprintf '{"alg":"RS256","kid":"nobody has %d"}', rand 1e9) . ".$payload.$signature" };
}

sub some_token
{
	my ($self, $database) = @_;
	my $account = any(@{ $self->{accounts} });
	my @keys = recent($account);
	my @new = grep { $self->is_new($_, $database) } @keys;
	my @good = grep { !$_->{unlisting} && !$self->{oracle}->pair($_, $database)->{touched} } @keys;
	my $key = @new && rand() < 0.3 ? any(@new) : @good && rand() < 0.6 ? any(@good) : any(@keys);
	my $token = any(@{ $key->{tokens} });
	my $kind = rand();

	$token = forged($token) if $kind < 0.05;
	$token = tampered($token, any(@{ $key->{tokens} })) if $kind >= 0.05 && $kind < 0.08;
	$token = unknown($token) if $kind >= 0.08 && $kind < 0.1;
	return { %$token, key => $key, name => $account->{name}, database => $database };
}

sub verified
{
	my ($self, $call, $lines, $now) = @_;

	if (!defined $lines)
	{
		$self->{cut_off}++;
		$self->{oracle}{disturbed} = $now;
		return;
	}
	my $result = join ' ', @$lines;
	$self->{oracle}->judge($call, $result =~ s/^ERROR:\s+//r, $now);
	return;
}

sub visit
{
	my ($self, $visitor) = @_;
	my $call = $self->some_token($visitor->{database});
	my $way = rand();
	my $named = $way < 0.7 ? ", '$call->{name}'" : '';
	my $function = $way < 0.2 || $way > 0.9 ? 'authenticate' : 'verify';

	$visitor->ask("SELECT hcjwt.$function('$call->{text}'$named) ->> 'userId'",
		$call, sub { $self->verified(@_) });
	return;
}

# What other sessions do in the same databases now and then: they call refresh(), or
# hold a lock.  In the quiet half they call refresh() only for accounts that answer
# badly: for the others, only a token may cause the fetch of a new key.
sub other_visit
{
	my ($self, $visitor) = @_;
	my @bad = grep { $_->{bad} } @{ $self->{accounts} };
	my @asked = @bad && rand() < 0.85 ? @bad : $self->{quiet} ? () : @{ $self->{accounts} };
	my $lock = any(@{ $self->{accounts} })->{name};
	my $sql = @asked && rand() < 0.9
	  ? "SELECT FROM hcjwt.refresh('" . any(@asked)->{name} . "', '2 s')"
	  : "BEGIN; SELECT FROM hcjwt.help_centers WHERE name = '$lock' FOR UPDATE; SELECT FROM pg_sleep(0.5); COMMIT";

	$visitor->ask($sql, {}, sub {
		my ($call, $lines) = @_;
		# 55000: there is no launcher in these moments
		$self->{odd}{$_}++ foreach grep { /^ERROR/ && !/55000/ } @{ $lines // [] };
	});
	return;
}

# ---- what is observed, and revoked ----

sub account_named
{
	my ($self, $name) = @_;

	return (grep { $_->{name} eq $name } @{ $self->{accounts} })[0];
}

sub observe
{
	my ($self, $observer) = @_;
	my $database = $observer->{database};
	my $sql = q{SELECT 'success', help_center, extract(epoch FROM last_attempt) FROM hcjwt.fetch_state
		WHERE outcome IN ('ok', 'not_modified')
		UNION ALL SELECT 'revoked', help_center || ' ' || kid, 0 FROM hcjwt.keys WHERE revoked_at IS NOT NULL
		UNION ALL SELECT 'whole', '', 0};

	$observer->ask($sql, {}, sub {
		my ($call, $lines, $now) = @_;
		my %revoked;

		return unless defined $lines && grep { /^whole/ } @$lines;
		foreach (map { [ split /\t/ ] } @$lines)
		{
			my ($what, $name, $began) = @$_;
			$revoked{$name} = 1 if $what eq 'revoked';
			$self->{oracle}->success_seen($self->account_named($name), $database, $began, $now)
			  if $what eq 'success';
		}
		$self->{oracle}->revocations_seen($database, $call->{sent}, \%revoked, $now);
	});
	return;
}

# Sends the call again until it returns: a server that ends meanwhile may have done it.
sub administrate
{
	my ($self, $admin) = @_;
	my $task = $admin->{task} // return;
	my ($function, $key) = @$task;
	my @what = ($key, $admin->{database});

	$admin->ask("SELECT 'done' FROM hcjwt.$function('$key->{server}{name}', '$key->{kid}')", {}, sub {
		my ($call, $lines, $now) = @_;

		return if !defined $lines;
		if (@$lines == 1 && $lines->[0] eq 'done')
		{
			if   ($function eq 'revoke_key') { $self->{oracle}->revoked(@what, $now); $self->{revocations}++ }
			else                             { $self->{oracle}->unrevoked(@what, $now) }
			$admin->{task} = undef;
		}
		else
		{
			$self->{odd}{"$function: @$lines"}++;
		}
	});
	return;
}

# Somebody revokes a key, or takes that back.
sub revoke_some
{
	my ($self) = @_;
	my ($admin) = grep { !$_->{task} } shuffle(@{ $self->{admins} });
	my @keys = map { recent($_) } grep { !$_->{same} } @{ $self->{accounts} };

	return unless $admin;
	my $database = $admin->{database};
	my ($revoked) = grep { $self->{oracle}->pair($_, $database)->{revoked} } shuffle(@keys);
	my ($known) = grep { my $pair = $self->{oracle}->pair($_, $database); $pair->{known} && !$pair->{revoked} } shuffle(@keys);
	if ($revoked && rand() < 0.4)
	{
		$self->{oracle}->unrevoking($revoked, $database, time);
		$admin->{task} = [ 'unrevoke_key', $revoked ];
	}
	elsif ($known)
	{
		$self->{oracle}->revoking($known, $database, time);
		$admin->{task} = [ 'revoke_key', $known ];
	}
	return;
}

# ---- the course of things ----

# Reads the answers that are there.
sub read_answers
{
	my ($self) = @_;
	my %by = map { $_->{from} => $_ } grep { $_->{pid} } map { @{ $self->{$_} } } qw(visitors observers admins);
	my $select = IO::Select->new(map { $_->{from} } values %by);

	$by{$_}->read_more foreach $select->can_read(0.02);
	# a server that starts refuses who comes too early
	sleep 0.05 if !grep { $_->{pid} } @{ $self->{visitors} };
	return;
}

# Asks each visitor that has nothing to do, and reads the answers.
sub go_round
{
	my ($self) = @_;

	foreach my $visitor (grep { !$_->{pending} } @{ $self->{visitors} })
	{
		if (rand() < 0.004) { $self->other_visit($visitor) }
		else                { $self->visit($visitor) }
	}
	$self->administrate($_) foreach grep { !$_->{pending} } @{ $self->{admins} };
	if ($self->is_time('observe', 0.3))
	{
		$self->observe($_) foreach grep { !$_->{pending} } @{ $self->{observers} };
	}
	$self->read_answers;
	return;
}

# True once in a span of about so many seconds.
sub is_time
{
	my ($self, $what, $seconds) = @_;
	my $now = time;

	$self->{next}{$what} //= $now + rand $seconds;
	return 0 if $now < $self->{next}{$what};
	$self->{next}{$what} = $now + $seconds * (0.5 + rand);
	return 1;
}

# A bad spell is short; a good one may be long.
sub change_answers
{
	my ($self, $account) = @_;
	my $now = time;

	return if $now < ($account->{until} // 0);
	if   ($account->{bad}) { $account->good; $account->{until} = $now + (rand() < 0.15 ? 10 + rand 40 : rand 8) }
	else                   { $account->bad; $account->{until} = $now + 1 + rand 8 }
	return;
}

# In the first half everything happens.  In the second half no process of the server is
# harmed, so that this can see whether memory or descriptors grow.
sub run
{
	my ($self) = @_;
	my $began = time;
	my $end = $began + $self->{seconds};
	my $half = $began + $self->{seconds} / 2;

	while (time < $end)
	{
		my $quiet = $self->{quiet} = time > $half;

		$self->go_round;
		$self->change_answers($_) foreach @{ $self->{accounts} };
		if ($self->is_time('change', 0.3))
		{
			my @changing = grep { $_->{changing} } @{ $self->{accounts} };
			any(@changing)->change if @changing;
		}
		any(@{ $self->{accounts} })->rotate if $self->is_time('rotate', 2.5);
		$self->revoke_some if $self->is_time('revoke', 2);
		$self->{harm}->strike if !$quiet && !$self->{harm}{hunt} && $self->is_time('harm', 3);
		$self->{harm}->hunt if $self->is_time('hunt', 0.05);
		$self->{growth}->look($self->{node})
		  if $quiet && time > $half + min(30, $self->{seconds} / 6) && $self->is_time('look', 2)
		  && eval { launcher_of($self->{node}) };
	}
	return;
}

# Keys that are listed and not yet accepted, as "kid of name in database".
sub waiting
{
	my ($self) = @_;
	my @waiting;

	foreach my $key (map { @{ $_->{keys} } } @{ $self->{accounts} })
	{
		foreach my $database (@DATABASES)
		{
			push @waiting, "$key->{kid} of $key->{server}{name} in $database" if $self->is_new($key, $database);
		}
	}
	return @waiting;
}

# Waits until every question has its answer.
sub all_answered
{
	my ($self) = @_;

	$self->read_answers while grep { $_->{pending} } map { @{ $self->{$_} } } qw(visitors observers admins);
	return;
}

# Verifies one valid token of every key that there was, in each database.
sub last_round
{
	my ($self) = @_;
	my %calls;

	foreach my $key (map { @{ $_->{keys} } } @{ $self->{accounts} })
	{
		my %call = (%{ $key->{tokens}[0] }, key => $key, name => $key->{server}{name});

		push @{ $calls{$_} }, { %call, database => $_ } foreach @DATABASES;
	}
	while (grep { @$_ } values %calls)
	{
		foreach my $visitor (grep { !$_->{pending} } @{ $self->{visitors} })
		{
			my $call = shift @{ $calls{ $visitor->{database} } } // next;

			$visitor->ask("SELECT hcjwt.verify('$call->{text}', '$call->{name}') ->> 'userId'",
				$call, sub { $self->verified(@_) });
		}
		$self->read_answers;
	}
	$self->all_answered;
	return;
}

# All is well again: every listed key is accepted within this time; then all keys are
# fetched once more, so that those let go are known to be so, and all are tried.
sub calm
{
	my ($self, $seconds) = @_;
	my $end = time + $seconds;
	my $refresh = "SELECT FROM hcjwt.refresh(NULL, '30 s')";

	$_->good foreach @{ $self->{accounts} };
	while ($self->waiting && time < $end)
	{
		$self->go_round;
		next unless $self->{refreshes} && $self->is_time('refresh', 1);
		$_->ask($refresh, {}, sub { }) foreach grep { !$_->{pending} } @{ $self->{observers} };
	}
	$self->go_round while grep { $_->{task} } @{ $self->{admins} };
	$self->all_answered;
	$_->ask($refresh, {}, sub { }) foreach @{ $self->{observers} };
	$self->all_answered;
	$self->observe($_) foreach @{ $self->{observers} };
	$self->all_answered;
	$self->last_round;
	$_->count_answers foreach @{ $self->{accounts} };
	return;
}

sub sum
{
	my ($self, $what) = @_;
	my $sum = 0;

	$sum += $_->{$what} foreach @{ $self->{accounts} };
	return $sum;
}

1;
