# HelpCenter.pm - a stand-in help center for a test
#
# Starts helpcenterd with a directory, port and key of its own, and stops it
# when the object goes away.  Core Perl and the curl command are all it needs.

package HelpCenter;

use strict;
use warnings;
use utf8;
use Digest::SHA qw(sha256_hex);
use Exporter 'import';
use File::Basename qw(dirname);
use File::Spec;
use File::Temp qw(tempdir);
use JSON::PP;
use Math::BigInt try => 'GMP';
use MIME::Base64 qw(decode_base64url);
use POSIX        qw(WNOHANG);
use Scalar::Util qw(weaken);
use Test::More ();
use Time::HiRes  qw(sleep time);

use constant TIMEOUT => 180;

my %running;    # by process id

my $json = JSON::PP->new->utf8->canonical;

sub program
{
	my $program = $ENV{HELPCENTERD}
	  // File::Spec->catfile(dirname(File::Spec->rel2abs(__FILE__)),
		'..', 'helpcenter', 'helpcenterd');
	die "no helpcenterd at $program: build it, or set HELPCENTERD\n"
	  unless -x $program;
	return $program;
}

# Waits until the condition holds; asks for it every few milliseconds.  If it never holds, this
# returns false, a test fails, and later waits get less time.  A condition that dies does not
# hold yet.
my $vain;

sub wait_for
{
	my ($what, $condition, $seconds) = @_;
	my $end = time + ($vain ? 10 : $seconds // TIMEOUT);
	my $error = '';

	until (eval { $condition->() })
	{
		$error = ": $@" if $@;
		if (time > $end)
		{
			$vain = 1;
			return Test::More::fail("waited in vain for $what$error");
		}
		sleep 0.02;
	}
	return 1;
}

# How many times slower is this machine now than a quiet one?  At least 1.
sub slowness
{
	my $began = time;

	run(program(), '--help') for 1 .. 3;
	my $times = (time - $began) / 0.15;
	return $times > 1 ? $times : 1;
}

# Runs the code.  Returns the seconds that it took, and whether they are within a limit
# for quiet machines.  The limit is higher where other processes use the processor: the
# question is what the code waits for.
sub in_time
{
	my ($limit, $code) = @_;
	my $slowness = slowness();
	my $began    = time;

	$code->();
	my $seconds = time - $began;
	return ($seconds, 1) if $seconds < $limit;
	my $after = slowness();
	$slowness = $after if $after > $slowness;
	return ($seconds, $seconds < $limit * $slowness);
}

# Runs a command: (exit code, standard output, standard error).
sub run
{
	my (@command) = @_;
	my $dir = tempdir('helpcenterd-run-XXXXXX', TMPDIR => 1, CLEANUP => 1);
	my $pid = fork // die "fork: $!";

	if ($pid == 0)
	{
		open STDIN,  '<', File::Spec->devnull or POSIX::_exit(126);
		open STDOUT, '>', "$dir/out"          or POSIX::_exit(126);
		open STDERR, '>', "$dir/err"          or POSIX::_exit(126);
		exec { $command[0] } @command or POSIX::_exit(127);
	}
	waitpid $pid, 0;
	my $status = $? & 127 ? 128 + ($? & 127) : $? >> 8;
	my ($out, $err) = (slurp("$dir/out"), slurp("$dir/err"));
	unlink "$dir/out", "$dir/err";
	rmdir $dir;
	return ($status, $out, $err);
}

sub slurp
{
	my ($path) = @_;
	open my $fh, '<:raw', $path or die "$path: $!";
	local $/;
	return scalar <$fh> // '';
}

sub spew
{
	my ($path, $text) = @_;
	open my $fh, '>:raw', $path or die "$path: $!";
	print $fh $text;
	close $fh or die "$path: $!";
	return $path;
}

# People to sign in as: an end user with everything, and one of each kind.
# An API token is for all of them.
use constant ADA => 377841432074;

# Paths of the API, and curl's arguments for who asks: "use HelpCenter qw(:api)".
our $API = '/api/v2/help_center';
our $KEYS = "$API/integration/keys.json";
our $TOKEN = "$API/integration/token.json";
our $SESSIONS = "$API/sessions.json";
our $CLAIMS = "$API/integration/account_custom_claims";
our $ID = ADA;
our @ada = ('-u', 'ada@example.com:ada:p/w"d');
our @admin = ('-u', 'admin@example.com:admin-pw');
our @oauth = ('-H', 'Authorization: Bearer admin-oauth');
our @EXPORT_OK = qw($API $KEYS $TOKEN $SESSIONS $CLAIMS $ID @ada @admin @oauth);
our %EXPORT_TAGS = (api => \@EXPORT_OK);

sub sample_users
{
	return {
		users => [
			{
				id           => ADA,
				email        => 'ada@example.com',
				external_id  => 'cust-1001',
				name         => 'Ada <Example> & Sons',
				role         => 'end-user',
				password     => 'ada:p/w"d',
				oauth_tokens => ['ada-oauth'],
			},
			{ id => 2, email => 'bob@example.com', password => 'bob-pw' },
			{
				id           => 3,
				email        => 'agent@example.com',
				role         => 'agent',
				oauth_tokens => [
					'agent-oauth',
					{
						token  => 'agent-acts',
						scopes => [ 'read', 'impersonate' ]
					}
				]
			},
			{
				id       => 4,
				email    => 'admin@example.com',
				role     => 'admin',
				password => 'admin-pw',
				oauth_tokens => [
					{
						token  => 'admin-oauth',
						scopes => [ 'read', 'write', 'impersonate' ]
					},
					{ token => 'admin-reads', scopes => ['hc:read'] },
					{
						token  => 'admin-acts',
						scopes => [ 'tickets:read', 'impersonate' ]
					},
				],
			},
			# known by telephone or messaging: no address
			{ id => 5, name => 'Phone', oauth_tokens => ['phone-oauth'] },
			{ id => 6, email => undef, external_id => undef },
			{
				id           => 7,
				email        => 'gone@example.com',
				suspended    => JSON::PP::true,
				password     => 'gone-pw',
				oauth_tokens => ['gone-oauth']
			},
		],
		api_tokens    => [ 'api-1', 'api-2' ],
		custom_claims => [
			{ claim_identifier => 'tenant', claim_value => 'acme' },
			{ claim_identifier => 'größe',  claim_value => 'ü' },
		]
	};
}

# HelpCenter->new(users => {...}, args => [...], dir => ...): starts one.
sub new
{
	my ($class, %options) = @_;
	my $self = bless { %options, owner => $$ }, $class;

	$self->{dir} //= tempdir('helpcenterd-XXXXXX', TMPDIR => 1, CLEANUP => 1);
	$self->{data} = "$self->{dir}/data";
	if ($options{users})
	{
		$self->{users_file} = "$self->{dir}/users.json";
		spew($self->{users_file}, $json->encode($options{users}));
	}
	$self->start;
	return $self;
}

sub start
{
	my ($self) = @_;
	my @command = (
		program(), 'serve',
		'--data'     => $self->{data},
		'--key-bits' => 2048,
		$self->{users_file} ? ('--users' => $self->{users_file}) : (),
		@{ $self->{args} // [] });
	pipe my $out, my $in or die "pipe: $!";
	my $pid = fork // die "fork: $!";

	if ($pid == 0)
	{
		open STDIN,  '<',  File::Spec->devnull   or POSIX::_exit(126);
		open STDOUT, '>&', $in                   or POSIX::_exit(126);
		open STDERR, '>>', "$self->{dir}/stderr" or POSIX::_exit(126);
		exec { $command[0] } @command or POSIX::_exit(127);
	}
	close $in;
	$self->{pid} = $pid;
	$self->{out} = $out;
	weaken($running{$pid} = $self);
	my $line = <$out>;
	if (!defined $line || $line !~ m{^listening on (https?://(\S+):(\d+))\n$})
	{
		waitpid $pid, 0;
		delete $self->{pid};
		die 'helpcenterd did not start: ' . slurp("$self->{dir}/stderr");
	}
	@$self{qw(url host port)} = ($1, $2, $3);
	return;
}

# Ends it by a signal; returns its exit status, 128 + n for signal n.
sub stop
{
	my ($self, $signal) = @_;

	return unless $self->{pid};
	kill $signal // 'TERM', $self->{pid};
	return $self->reap;
}

# Waits for its end, for a limited time.
sub reap
{
	my ($self) = @_;
	my $pid    = delete $self->{pid};
	my $end    = time + TIMEOUT;

	delete $running{$pid};
	while (waitpid($pid, WNOHANG) == 0)
	{
		if (time > $end)
		{
			Test::More::fail('helpcenterd ends');
			kill 'KILL', $pid;
			waitpid $pid, 0;
			last;
		}
		sleep 0.01;
	}
	my $status = $?;
	$self->{rest} = do { local $/; readline $self->{out} }
	  // '';
	close $self->{out};
	return $status & 127 ? 128 + ($status & 127) : $status >> 8;
}

# A forked child of the test does not own the server.
sub DESTROY
{
	my ($self) = @_;
	local ($?, $@);
	eval { $self->stop; } if ($self->{owner} // 0) == $$;
	return;
}

# All are stopped before File::Temp removes their directories; an interrupted
# test cleans up as well.
END
{
	local ($?, $@);
	$_ && $_->DESTROY for values %running;
}

for my $signal (qw(HUP INT TERM))
{
	$SIG{$signal} //= sub { exit 1 };
}

# Sends a control command; dies when it fails.
sub ctl
{
	my ($self, @command) = @_;
	my ($status, $out, $err) = $self->try_ctl(@command);

	die "ctl @command: $err" if $status != 0;
	chomp $out;
	return $out;
}

sub try_ctl
{
	my ($self, @command) = @_;
	return run(program(), 'ctl', '--data', $self->{data}, @command);
}

sub stats
{
	my ($self) = @_;
	return $json->decode($self->ctl('stats'));
}

# A token made without the server's help.
sub sign
{
	my ($self, @args) = @_;
	my ($status, $out, $err) =
	  run(program(), 'sign', '--data', $self->{data}, @args);

	die "sign @args: $err" if $status != 0;
	chomp $out;
	return $out;
}

# A request by curl: { exit, status, header => {name => value}, body, ... }.
sub get
{
	my ($self, $path, @args) = @_;
	my $dir = tempdir(
		'helpcenterd-get-XXXXXX',
		DIR     => $self->{dir},
		CLEANUP => 1);
	my ($exit, $out, $err) = run(
		'curl', '-q', '-sS', '--noproxy', '*', '-m', TIMEOUT,
		-e "$self->{data}/ca.pem"
		? ('--cacert' => "$self->{data}/ca.pem")
		: (),
		'-D' => "$dir/head",
		'-o' => "$dir/body",
		'-w' => '%{http_code} %{size_download} %{time_total}',
		@args, $path =~ m{^https?:} ? $path : $self->{url} . $path);
	my %reply = (exit => $exit, error => $err, header => {}, body => '');

	@reply{qw(status size time)} = split ' ', $out;
	if (-e "$dir/head")
	{
		my ($last) = grep { /\S/ } reverse split /\r\n\r\n/,
		  slurp("$dir/head");
		my ($first, @lines) = split /\r\n/, $last // '';
		$reply{status_line} = $first;
		for (@lines)
		{
			my ($name, $value) = /^([^:]+):\s*(.*)$/ or next;
			push @{ $reply{headers}{ lc $name } }, $value;
			$reply{header}{ lc $name } = $value;
		}
	}
	$reply{body} = slurp("$dir/body") if -e "$dir/body";
	unlink "$dir/head", "$dir/body";
	rmdir $dir;
	return \%reply;
}

# How often has the keys endpoint been asked, and how many wait for its answer?
sub requests  { return $_[0]->stats->{requests}{keys} }
sub in_flight { return $_[0]->stats->{in_flight}{keys} }

# What the keys endpoint answers.
sub key_set
{
	my ($self) = @_;
	return $self->get($KEYS)->{body};
}

sub get_json
{
	my ($self, @args) = @_;
	return $json->decode($self->get(@args)->{body});
}

# Tokens, read and verified by other means than those that made them.

sub token_header
{
	return $json->decode(decode_base64url((split /\./, $_[0])[0]));
}

sub token_claims
{
	return $json->decode(decode_base64url((split /\./, $_[0])[1]));
}

sub _number
{
	return Math::BigInt->from_hex(unpack 'H*', decode_base64url($_[0]));
}

# RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017, 8.2.2), by arithmetic.
sub token_verifies
{
	my ($token, $jwk) = @_;
	my ($header, $payload, $signature) = split /\./, $token, -1;
	my $n   = _number($jwk->{n});
	my $len = length decode_base64url($jwk->{n});

	return 0 if length(decode_base64url($signature)) != $len;
	my $message = _number($signature)->bmodpow(_number($jwk->{e}), $n);
	my $info    = '3031300d060960864801650304020105000420'
	  . sha256_hex("$header.$payload");
	my $expected =
	  '0001' . 'ff' x ($len - 3 - length($info) / 2) . '00' . $info;
	return $message->bcmp(Math::BigInt->from_hex($expected)) == 0;
}

sub find_key
{
	my ($jwks, $kid) = @_;
	my ($key) = grep { $_->{kid} eq $kid } @{ $jwks->{keys} };
	return $key;
}

# The DER of an RSAPublicKey (RFC 8017, A.1.1), by hand.
sub public_key_der
{
	my ($jwk) = @_;
	my $tlv = sub {
		my ($tag, $value) = @_;
		my $len = length $value;
		my $size =
			$len < 128 ? chr $len
		  : $len < 256 ? pack('CC', 0x81, $len)
		  :              pack('Cn', 0x82, $len);
		return chr($tag) . $size . $value;
	};
	my @numbers = map {
		my $bytes = decode_base64url($jwk->{$_});
		$bytes = "\0$bytes" if ord($bytes) & 0x80;
		$tlv->(0x02, $bytes);
	} qw(n e);
	return $tlv->(0x30, join '', @numbers);
}

1;
