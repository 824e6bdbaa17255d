# The stand-in's faults: each must really happen on the wire, and end when it is
# cleared.

use strict;
use warnings;
use utf8;
use IO::Select;
use IO::Socket::INET;
use JSON::PP;
use MIME::Base64 qw(decode_base64url);
use Test::More;
use Time::HiRes qw(time);
use HelpCenter qw($KEYS $TOKEN);

my $SESSIONS = '/api/v2/help_center/sessions';
my $JSON     = 'application/json; charset=utf-8';
my @ada      = ('-u', 'ada@example.com:pw');
my %users =
  (users => [ { id => 1, email => 'ada@example.com', password => 'pw' } ]);

my $hc = HelpCenter->new(
	users => \%users,
	args  => [ '--http', '--cache-control', 'max-age=60' ]);
my $good = $hc->get($KEYS)->{body};

# With this fault alone.
sub with_fault
{
	my ($spec, @get) = @_;
	$hc->ctl('fault', 'clear');
	$hc->ctl('fault', $spec);
	return $hc->get(@get ? @get : $KEYS);
}

sub keys_with
{
	my $reply = with_fault(@_);
	is($reply->{status}, 200, "$_[0]: status");
	return decode_json($reply->{body})->{keys};
}

# A raw connection that has sent its request, or nothing.
sub raw
{
	my ($path) = @_;
	my $socket = IO::Socket::INET->new(
		PeerAddr => "$hc->{host}:$hc->{port}",
		Timeout  => 10) or die "connect: $!";
	print $socket "GET $path HTTP/1.1\r\nHost: x\r\n\r\n" if $path;
	$socket->flush;
	return $socket;
}

# What arrives within the time, and how the connection ended: open, closed or reset.
sub hear
{
	my ($socket, $seconds, $enough) = @_;
	my $end  = time + $seconds;
	my $text = '';

	while ((my $left = $end - time) > 0)
	{
		last unless IO::Select->new($socket)->can_read($left);
		my $got = sysread $socket, $text, 65536, length $text;
		return ($text, 'reset')  if !defined $got;
		return ($text, 'closed') if $got == 0;
		return ($text, 'open')   if $enough && $text =~ $enough;
	}
	return ($text, 'open');
}

my $WHOLE = qr/\r\n\r\n.*\]\}$/s;

subtest 'status codes' => sub {
	my %type = (
		429 => qr{^text/plain},
		502 => qr{^text/html},
		503 => qr{^text/html},
		504 => qr{^text/html});
	for my $status (400, 401, 403, 404, 410, 429, 500, 502, 503, 504, 599)
	{
		my $reply = with_fault("status=$status");
		is($reply->{status}, $status, "status=$status");
		like(
			$reply->{header}{'content-type'},
			$type{$status} // qr{^application/json},
			"status=$status: content type");
		is($reply->{header}{etag},            undef, "status=$status: no ETag");
		is($reply->{header}{'cache-control'}, undef, "status=$status: no Cache-Control");
		ok(decode_json($reply->{body})->{error}, "status=$status: the body is an error of the vendor's")
		  if !$type{$status};
	}
	is( with_fault('status=401')->{body},
		q({"error":"Couldn't authenticate you"}),
		'status=401: body');
	is(decode_json(with_fault('status=404')->{body})->{error},
		'InvalidEndpoint', 'status=404: body');
	is(with_fault('status=429,retry_after=1')->{header}{'retry-after'},
		'1', 'retry_after in seconds is sent as it is');
	is( with_fault('status=429,retry_after=Fri, 21 Nov 2025 10:00:00 GMT')
		  ->{header}{'retry-after'},
		'Fri, 21 Nov 2025 10:00:00 GMT',
		'retry_after as a date is sent as it is');
	like(
		with_fault('status=503,retry_after=date+90,count=1')
		  ->{header}{'retry-after'},
		qr/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/,
		'retry_after=date+90 is sent as a date');
	is($hc->get($KEYS)->{status}, 200, 'after count=1 requests the fault is over');
	my $reply = with_fault('status=304');
	is($reply->{status},                 304, 'status=304 is sent to a request without If-None-Match');
	is($reply->{size},                   0,   'status=304 has no body');
	is(with_fault('status=204')->{size}, 0,   'status=204 has no body');
	my $redirect = with_fault('redirect=https://example.com/keys');
	is($redirect->{status},           302,                        'redirect: status');
	is($redirect->{header}{location}, 'https://example.com/keys', 'redirect: location');
};

subtest 'bad answers' => sub {
	my $html = with_fault('html');
	is($html->{status}, 200, 'html: status');
	like($html->{header}{'content-type'},
		qr{^text/html}, 'html: content type');
	like($html->{body}, qr/^<!DOCTYPE html>/, 'html: body');
	is($html->{header}{etag}, undef, 'html: no ETag');
	is($html->{header}{'cache-control'}, 'max-age=60',
		'html: the page may be cached');
	ok(!eval { decode_json(with_fault('garbage')->{body}); 1 }, 'garbage: the body is no JSON');
	is($hc->get($KEYS)->{status}, 200, 'garbage: status');
	is_deeply(keys_with('empty-set'), [], 'empty-set: no keys');
	is(ref keys_with('wrong-shape'), 'HASH', 'wrong-shape: the keys are an object');
	is(with_fault('no-token', $TOKEN, @ada)->{body}, '{}', 'no-token: an empty object');
	isnt(
		ref decode_json(with_fault('token:wrong-shape', $TOKEN, @ada)->{body})
		  ->{token},
		'',
		'wrong-shape: the token is no string');
	isnt(
		ref decode_json(with_fault('sessions:wrong-shape', $SESSIONS)->{body})
		  ->{current_session},
		'HASH',
		'wrong-shape: the session is no object');
	my $file = HelpCenter::spew("$hc->{dir}/body", "\0any bytes\xff");
	is(with_fault("body=$file")->{body}, "\0any bytes\xff", 'body: the file\'s bytes are sent');
	unlink $file;
	is($hc->get($KEYS)->{status}, 500, 'body: a file that is gone is status 500');
	is(HelpCenter::slurp("$hc->{dir}/stderr") =~ /could not open/ ? 1 : 0,
		1, 'body: the server says which file it could not open');
};

subtest 'odd key sets' => sub {
	my $real = decode_json($good)->{keys}[0];
	for my $sort (
		'',
		map { "=$_" }
		qw(not-base64url short even-exponent private ec
		no-kid encryption not-an-object))
	{
		my $keys = keys_with("one-bad-key$sort");
		is(scalar @$keys, 2, "one-bad-key$sort: there is one key more");
		is_deeply($keys->[1], $real, "one-bad-key$sort: the good key is still there");
	}
	is(length decode_base64url(keys_with('one-bad-key=short')->[0]{n}),
		128, 'one-bad-key=short: the modulus is short');
	my $keys = keys_with('duplicate-kid');
	is($keys->[0]{kid}, $keys->[1]{kid}, 'duplicate-kid: both keys have one kid');
	isnt($keys->[0]{n}, $keys->[1]{n}, 'duplicate-kid: the keys differ');
	$keys = keys_with('many-keys=101');
	my %kids = map { $_->{kid} => 1 } @$keys;
	is(scalar keys %kids, 101, 'many-keys: as many kids as asked for');
	is_deeply($keys->[0], $real, 'many-keys: the real key is among them');

	for my $size (300 * 1024, 1_000_000)
	{
		my $reply = with_fault($size == 1_000_000 ? "huge=$size" : 'huge');
		is($reply->{size}, $size, "huge: $size bytes");
		is_deeply(decode_json($reply->{body})->{keys},
			[$real], 'huge: the keys are the right ones');
	}
	my $deep = with_fault('deep=500')->{body};
	is_deeply(JSON::PP->new->utf8->max_depth(600)->decode($deep)->{keys},
		[$real], 'deep: the body is JSON with the right keys');
	like($deep, qr/\[{500}\]{500}/, 'deep: as many levels as asked for');
	like(
		with_fault('token:deep=20', $TOKEN, @ada)->{body},
		qr/^\{"token":"[^"]+","deep":\[{20}\]{20}\}$/,
		'deep: the token endpoint can have it, too');
};

subtest 'headers' => sub {
	$hc->ctl('fault', 'clear');
	$hc->ctl('fault', 'header=Cache-Control: no-store, max-age="1"');
	$hc->ctl('fault', 'header=Age: 7');
	$hc->ctl('fault', 'header=X-Empty:');
	$hc->ctl('fault', 'header=ETag: "made up"');
	my $reply = $hc->get($KEYS);
	is($reply->{body}, $good, 'header: the body does not change');
	is_deeply($reply->{headers}{'cache-control'},
		['no-store, max-age="1"'], 'header: it replaces one of its name');
	is($reply->{header}{age},  '7',         'header: it is added where there is none of its name');
	is($reply->{header}{etag}, '"made up"', 'header: it may have any name');
	$hc->ctl('fault', 'header=Age: 8');
	is_deeply($hc->get($KEYS)->{headers}{age},
		['8'], 'header: a fault replaces an earlier one of its name');
	$hc->ctl('fault', 'status=500');
	is($hc->get($KEYS)->{header}{age}, '8', 'header: it goes with a fault of the status');
	is(scalar @{ decode_json($hc->ctl('fault', 'list')) }, 5, 'fault list has all five faults');
};

subtest 'which endpoint' => sub {
	my $all = sub {
		return join ' ', map { $hc->get(@$_)->{status} }[$KEYS],
		  [ $TOKEN, @ada ], [$SESSIONS];
	};
	$hc->ctl('fault', 'clear');
	is($all->(), '200 200 200', 'without a fault all endpoints succeed');
	$hc->ctl('fault', 'status=500');
	is($all->(), '500 200 200', 'a fault without an endpoint is of the keys');
	$hc->ctl('fault', 'all:status=503');
	is($all->(), '500 503 503', 'a fault of all endpoints leaves an endpoint its own fault');
	$hc->ctl('fault', 'sessions:status=429,count=2');
	is($all->(), '500 503 429', 'a fault of the sessions is of the sessions alone');
	$hc->ctl('fault', 'clear', 'keys');
	is($all->(), '503 503 429', 'clearing one endpoint leaves the fault of all');
	is($all->(), '503 503 503', 'a count that has run out leaves the fault of all');
	$hc->ctl('fault', 'clear');
	is($all->(), '200 200 200', 'clearing all faults makes all endpoints succeed');

	for my $wrong (
		'pages:html',               'status=99',
		'status',                   'status=20x',
		'html=1',                   'token:empty-set',
		'keys:no-token',            'many-keys',
		'count=1',                  'trickle=0',
		'html,count=0',             'header=NoColon',
		'header=Content-Length: 1', 'delay',
		'redirect',                 'keys:stall-connect',
		'stall-connect,count=1',    'one-bad-key=worse',
		'huge=999999999999',        '')
	{
		my ($status, undef, $err) = $hc->try_ctl('fault', $wrong);
		is($status, 1, "\"$wrong\" is refused");
		isnt($err, '', "\"$wrong\": the error says why");
	}
	is($hc->ctl('fault', 'list'), '[]', 'faults that are refused change nothing');
};

subtest 'stalls' => sub {
	$hc->ctl('fault', 'stall');
	my $socket = raw($KEYS);
	HelpCenter::wait_for('the request to be held',
		sub { $hc->stats->{held} == 1 });
	my ($text, $end) = hear($socket, 0.3);
	is("$text$end",                   'open', 'stall: no byte arrives');
	is($hc->get($SESSIONS)->{status}, 200,    'stall: other requests are served');
	my $gone = raw($KEYS);
	HelpCenter::wait_for('the second', sub { $hc->stats->{held} == 2 });
	close $gone;
	HelpCenter::wait_for('it to be let go when its client leaves',
		sub { $hc->stats->{held} == 1 });
	$hc->ctl('fault', 'clear', 'token');
	is($hc->stats->{held}, 1, 'stall: clearing another endpoint releases no request');
	$hc->ctl('fault', 'clear');
	($text, $end) = hear($socket, 60, $WHOLE);
	like(
		$text,
		qr{^HTTP/1.1 200 .*\r\n\r\n\Q$good\E$}s,
		'stall: once cleared, the answer arrives');

	$hc->ctl('fault', 'stall-headers');
	$socket = raw($KEYS);
	($text) = hear($socket, 60, qr/\r\n\r\n/);
	($text, $end) = ($text . (hear($socket, 0.3))[0], $end);
	like(
		$text,
		qr{^HTTP/1.1 200 .*\r\n\r\n$}s,
		'stall-headers: only the header arrives');
	$hc->ctl('fault', 'clear');
	($text) = hear($socket, 60, qr/\]\}$/);
	is($text, $good, 'stall-headers: once cleared, the body arrives');

	$hc->ctl('fault', 'stall-handshake,count=1');
	$socket = raw($KEYS);
	HelpCenter::wait_for('the connection',
		sub { $hc->stats->{connections}{open} >= 1 });
	is($hc->get($KEYS)->{status},
		200, 'stall-handshake,count=1: the second connection is served');
	($text, $end) = hear($socket, 0.3);
	is("$text$end", 'open', 'stall-handshake,count=1: the first connection is not');
	$hc->ctl('fault', 'clear');
	($text) = hear($socket, 60, $WHOLE);
	like($text, qr{^HTTP/1.1 200 }, 'stall-handshake: once cleared, the first connection is served');

	$hc->ctl('fault', 'stall-connect');
	my $reply = $hc->get($KEYS, '--connect-timeout', '0.5');
	is($reply->{exit}, 28, 'stall-connect: no connection is made');
	like($reply->{error}, qr/connect|timed out/i, 'stall-connect: curl says that it could not connect');
	is($hc->stats->{held}, 0, 'stall-connect: the server holds no request');
	$hc->ctl('fault', 'clear');
	is($hc->get($KEYS)->{body}, $good, 'stall-connect: once cleared, requests are served');

	$reply = with_fault('delay=300');
	is($reply->{body}, $good, 'delay: the answer arrives');
	ok($reply->{time} >= 0.3, 'delay: the answer arrives late');
	is(with_fault('all:delay=1', $TOKEN, @ada)->{status},
		200, 'delay: any endpoint can have it');
};

subtest 'broken transfers' => sub {
	$hc->ctl('fault', 'clear');
	$hc->ctl('fault', 'trickle=20');
	my $socket = raw($KEYS);
	my ($text, $end) = hear($socket, 60, qr/\r\n\r\n.{5}/s);
	like(
		$text,
		qr/Content-Length: @{[length $good]}\r\n/,
		'trickle: the header tells the length');
	my ($head, $body) = split /\r\n\r\n/, $text, 2;
	ok(length $body < 40, 'trickle: the body comes by the byte');
	is($body, substr($good, 0, length $body), 'trickle: the bytes are the right ones');
	$hc->ctl('fault', 'clear');
	($text) = hear($socket, 60, qr/\]\}$/);
	is("$body$text", $good, 'trickle: once cleared, the whole body arrives');

	for my $case (
		[ 'cut',     int(length($good) / 2), 'closed' ],
		[ 'cut=10',  10,                     'closed' ],
		[ 'cut=0',   0,                      'closed' ],
		[ 'reset',   int(length($good) / 2), 'reset' ],
		[ 'reset=0', 0,                      'reset' ])
	{
		my ($spec, $length, $how) = @$case;
		$hc->ctl('fault', 'clear');
		$hc->ctl('fault', $spec);
		$socket = raw($KEYS);
		my ($text, $end) = hear($socket, 60);
		is($end, $how, "$spec: $how");
		my (undef, $body) = split /\r\n\r\n/, $text, 2;
		is(length $body, $length, "$spec: $length bytes of the body arrive") if $how eq 'closed';
		like(
			$text,
			qr/Content-Length: @{[length $good]}\r\n/,
			"$spec: the header promises more") if $how eq 'closed';
		is( $hc->get($KEYS)->{exit},
			$how eq 'reset' ? 56 : 18,
			"$spec: curl reports it");
	}
	$hc->ctl('fault', 'clear');
	is($hc->get($KEYS)->{body}, $good, 'once cleared, the whole answer arrives again');
};

subtest 'stopped at once' => sub {
	$hc->ctl('fault', $_)
	  for 'stall', 'token:stall-headers', 'sessions:trickle=1';
	my @stalled = map { raw($_) } $KEYS, $SESSIONS;
	HelpCenter::wait_for('held requests', sub { $hc->stats->{held} == 2 });
	$hc->ctl('fault', 'stall-handshake');
	push @stalled, raw();
	HelpCenter::wait_for('a silent connection',
		sub { $hc->stats->{connections}{open} >= 3 });
	$hc->ctl('fault', 'stall-connect');
	my (undef, $well) = HelpCenter::in_time(2, sub {
		is($hc->stop, 0, 'SIGTERM under faults: exit code 0') });
	ok($well, 'SIGTERM under faults ends the server at once');
	isnt((hear($_, 60))[1], 'open', 'SIGTERM under faults closes the connections')
	  for @stalled;
};

subtest 'certificates' => sub {
	my $tls = HelpCenter->new(
		users => \%users,
		args  => [ '--certificate', 'expired' ]);
	my %fails = (
		expired      => qr/expired/,
		'wrong-host' => qr/does not match|no alternative|target host/,
		'unknown-ca' => qr/issuer|self[- ]signed|verify/);
	my $open = raw_tls($tls);
	like($tls->get($KEYS)->{error}, $fails{expired}, '--certificate expired');
	for my $kind (sort keys %fails)
	{
		$tls->ctl('certificate', $kind);
		my $reply = $tls->get($KEYS);
		is($reply->{exit}, 60, "$kind: curl refuses the certificate");
		like($reply->{error}, $fails{$kind}, "$kind: curl names the reason");
		is($tls->get($KEYS, '-k')->{status},
			200, "$kind: without a check of the certificate all is well");
		$tls->ctl('certificate', 'good');
		is($tls->get($KEYS)->{status}, 200, "$kind: with a good certificate again, curl succeeds");
	}
	is((hear($open, 60))[1] eq 'open' ? 1 : 0,
		0, 'a change of the certificate closes open connections');
	is($tls->get($KEYS, '--tls-max', '1.1')->{exit} ? 1 : 0,
		1, 'TLS 1.1 is refused');
	$tls->ctl('fault', 'stall-handshake');
	is($tls->get($KEYS, '-m', '0.5')->{exit},
		28, 'stall-handshake: the TLS handshake does not begin');
	$tls->ctl('fault', 'clear');
	for my $case ([ 'cut', 18 ], [ 'reset', 56 ])
	{
		$tls->ctl('fault', "$case->[0],count=1");
		is($tls->get($KEYS)->{exit}, $case->[1], "$case->[0] over TLS: curl reports it");
	}
	is($tls->get($KEYS)->{status},              200, 'after these faults over TLS requests are served');
	is($tls->stop,                              0,   'SIGTERM: exit code 0');
	is(HelpCenter::slurp("$tls->{dir}/stderr"), '',  'the TLS server wrote nothing to standard error');
};

# A TCP connection to the TLS port that says nothing.
sub raw_tls
{
	my ($tls) = @_;
	my $socket =
	  IO::Socket::INET->new(PeerAddr => "$tls->{host}:$tls->{port}")
	  or die "connect: $!";
	HelpCenter::wait_for('the connection',
		sub { $tls->stats->{connections}{open} >= 1 });
	return $socket;
}

subtest 'faults from the start' => sub {
	my $faulty = HelpCenter->new(
		users => \%users,
		args  => [
			'--http',             '--fault',
			'status=503,count=1', '--fault',
			'token:html'
		]);
	is($faulty->get($KEYS)->{status}, 503, '--fault is in force from the start');
	is($faulty->get($KEYS)->{status}, 200, '--fault obeys its count');
	like($faulty->get($TOKEN, @ada)->{header}{'content-type'},
		qr{^text/html}, 'a second --fault is in force, too');
	my ($status, $out, $err) =
	  HelpCenter::run(HelpCenter::program(), '--data',
		"$faulty->{dir}/other", '--key-bits', 2048, '--fault', 'nonsense');
	is($status, 1, 'a wrong --fault is refused');
	like($err, qr/unknown fault "nonsense"/, 'the error of a wrong --fault says why');
};

done_testing();
