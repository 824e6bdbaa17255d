# The stand-in help center: what changes while it runs, how it starts and
# ends, its access log, and tokens made without a server.

use strict;
use warnings;
use utf8;
use File::Temp;
use IO::Socket::INET;
use IO::Socket::UNIX;
use JSON::PP;
use MIME::Base64 qw(decode_base64url);
use POSIX ();
use Test::More;
use Time::HiRes qw(time);
use HelpCenter qw(:api);

my $EARLY    = '/hc/api/v2';

my $dir = File::Temp::tempdir(TMPDIR => 1, CLEANUP => 1);
my $log = "$dir/log";

# The message of a failing command, which must be an error and not a crash.
sub fails_like
{
	my ($args,   $pattern, $name) = @_;
	my ($status, $out, $err) = HelpCenter::run(HelpCenter::program(), @$args);
	is($status, 1, "$name: exit code");
	like($err, $pattern, "$name: message");
	is($out, '', "$name: nothing on standard output");
}

my $hc = HelpCenter->new(
	users => HelpCenter::sample_users(),
	args  => [ '--access-log', $log ]);

subtest 'rotation' => sub {
	my $kids = sub {
		[ map { $_->{kid} } @{ $hc->get_json($KEYS)->{keys} } ]
	};
	my $signer = sub {
		return HelpCenter::token_header($hc->get_json($TOKEN, @ada)->{token})
		  ->{kid};
	};
	$hc->ctl('rotate', '--retire');
	my $old = $kids->();
	is(scalar @$old, 1, 'after rotate --retire the new key is the only one');
	my $published = $hc->ctl('publish');
	is_deeply($kids->(), [ @$old, $published ], 'a published key is listed');
	is($signer->(), $old->[0], 'a published key does not sign');
	$hc->ctl('use', $published);
	is($signer->(), $published, 'after "use" the published key signs');
	my $new = $hc->ctl('rotate');
	is_deeply(
		$kids->(),
		[ @$old, $published, $new ],
		'rotate keeps the other keys listed');
	is($signer->(), $new, 'rotate signs with the new key');
	$hc->ctl('retire', $new);
	is($signer->(), $published,
		'after the signer is retired the next newest key signs');
	my $keys = decode_json($hc->ctl('keys'));
	is_deeply(
		[ map { $_->{state} } @$keys[ -3 .. -1 ] ],
		[ 'listed', 'signing', 'retired' ],
		'"keys" tells each key\'s state');
	my $token = $hc->sign('--key', $new);
	is(HelpCenter::token_header($token)->{kid},
		$new, '"sign" can use a retired key');
	$hc->ctl('retire', $old->[0]);
	my ($status, undef, $err) = $hc->try_ctl('retire', $published);
	is($status, 1, 'the last key cannot be retired');
	like($err, qr/only listed key/, 'retiring the last key: the error says why');
	is_deeply(
		decode_json(
			(   HelpCenter::run(
					HelpCenter::program(), 'keys', '--data', $hc->{data}))[1]
		),
		$hc->get_json($KEYS),
		'"helpcenterd keys" prints the key set');
};

subtest 'settings while it runs' => sub {
	my $claims = sub {
		return HelpCenter::token_claims($hc->get_json($TOKEN, @ada)->{token});
	};
	$hc->ctl('set', 'token-life', '-60');
	ok($claims->()->{exp} < time - 50, 'with a token-life below zero a token has expired when it is issued');
	$hc->ctl('set', 'token-life', '7');
	ok($claims->()->{exp} <= time + 7, 'a token lives as long as token-life says');
	$hc->ctl('set', 'origin', 'https://acme.zendesk.com');
	is($claims->()->{origin}, 'https://acme.zendesk.com', 'tokens have the origin that was set');
	is(HelpCenter::token_claims($hc->sign)->{origin},
		'https://acme.zendesk.com', '"sign" has the origin that was set, too');
	$hc->ctl('set', 'origin');
	ok(!exists $claims->()->{origin}, 'without an origin tokens have no such claim');
	ok(!exists HelpCenter::token_claims($hc->sign)->{origin},
		'without an origin "sign" makes no such claim');
	$hc->ctl('set', 'plan', 'team');

	for my $path ($KEYS, $TOKEN, "$EARLY/integration/keys.json",
		"$EARLY/integration/token", "$API/integration/account_custom_claims")
	{
		my $reply = $hc->get($path, @ada);
		is($reply->{status},                     404, "plan team: $path is unknown");
		is(decode_json($reply->{body})->{error}, 'InvalidEndpoint', "plan team: $path: the vendor's error");
	}
	is($hc->get($SESSIONS)->{status}, 200, 'plan team has sessions');
	$hc->ctl('set', 'plan', 'enterprise');
	$hc->ctl(
		'add-user',
		encode_json(
			{ id => 9, email => 'eve@example.com', password => 'eve pw' }));
	is($hc->get($TOKEN, '-u', 'eve@example.com:eve pw')->{status},
		200, 'a user who was added gets a token');
	$hc->ctl('remove-user', '{"email":"eve@example.com"}');
	is($hc->get($TOKEN, '-u', 'eve@example.com:eve pw')->{status},
		401, 'a user who was removed gets no token');
};

subtest 'control socket' => sub {
	for my $case (
		[ ['nonsense'],                       qr/unknown command/ ],
		[ [ 'set', 'colour', 'red' ],         qr/unknown setting/ ],
		[ [ 'set', 'token-life', 'long' ],    qr/must be a number/ ],
		[ [ 'set', 'plan', 'free' ],          qr/team or enterprise/ ],
		[ [ 'set', 'origin', 'https://a/b' ], qr/without path/ ],
		[ [ 'retire',   'nothing' ],  qr/no listed key/ ],
		[ [ 'add-user', '{"id":1,"email":"ada"}' ], qr/"email" must be/ ],
		[ [ 'add-user', '{"email":"eve@example.com"}' ], qr/"id" must be/ ],
		[ [ 'add-user', '{"id":1,"suspended":"no"}' ], qr/"suspended" must be/ ],
		[
			[ 'add-user', '{"id":1,"oauth_tokens":[{"token":"x","scopes":"read"}]}' ],
			qr/"scopes" must be an array/
		],
		[
			[ 'add-user', '{"id":1,"oauth_tokens":[{"token":"x","scopes":["reed"]}]}' ],
			qr/"scopes" must be of read/
		],
		[ [ 'suspend',      'nobody' ],        qr/no user/ ],
		[ [ 'unsuspend',    '99' ],            qr/no user/ ],
		[ [ 'custom-claim', 'nothing' ],       qr/no custom claim/ ],
		[ [ 'custom-claim' ],                  qr/usage: custom-claim/ ],
		[ ['brand'],                           qr/usage: brand add/ ],
		[ [ 'brand', 'add', 'a/b' ],           qr/not a host name/ ],
		[ [ 'brand', 'add', '127.0.0.1' ],     qr/not a host name/ ],
		[ [ 'brand', 'add', '*.localhost' ],   qr/not a host name/ ],
		[ [ 'brand', 'add', 'a.test', 'A.test' ], qr/must differ/ ],
		[ [ 'brand', 'rename', 'a.test', 'b.test' ], qr/no brand at/ ],
		[ [ 'brand', 'remove', 'a.test' ],     qr/no brand at/ ],
		[ [ 'seen', 'nothing' ],               qr/unknown answer "nothing": legacy-anonymous-403, / ],
		[ [ 'seen', 'clear', 'nothing' ],      qr/unknown answer/ ],
		[ [ 'set', 'passwords', 'maybe' ],     qr/on or off/ ],
		[ [ 'set', 'api-tokens', '' ],         qr/on or off/ ],
		[ [ 'add-user', '{"id":1,"email":"ada@example.com"}' ], qr/already/ ],
		[ [ 'add-user',    '{' ],       qr/not JSON/ ],
		[ [ 'remove-user', 'nobody' ],  qr/no user/ ],
		[ [ 'certificate', 'rusty' ],   qr/usage: certificate/ ],
		[ [ 'fault',       'nothing' ], qr/unknown fault/ ])
	{
		my ($status, $out, $err) = $hc->try_ctl(@{ $case->[0] });
		is($status, 1, "@{ $case->[0] }: exit code");
		like($err, $case->[1], "@{ $case->[0] }: message");
	}
	my $socket = IO::Socket::UNIX->new(Peer => "$hc->{data}/control")
	  or die $!;
	print $socket "keys\nno such\nset token-life 300\n";
	$socket->flush;
	like(scalar <$socket>, qr/^ok \[\{"number":1,/, 'the first of three lines has its answer');
	like(scalar <$socket>, qr/^error unknown command "no"\n$/, 'the second of three lines has its answer');
	is(scalar <$socket>,                  "ok\n", 'the third of three lines has its answer');
	is($hc->stats->{requests}{token} > 5, 1,      'stats count requests');
};

subtest 'many connections at once' => sub {
	my $http = HelpCenter->new(
		users => HelpCenter::sample_users(),
		args  => ['--http']);
	like($http->{url}, qr{^http://}, '--http: the server speaks plain http');
	my @sockets = map {
		IO::Socket::INET->new(PeerAddr => "$http->{host}:$http->{port}")
		  or die $!
	} 1 .. 64;
	print $_ "GET $KEYS HTTP/1.1\r\nHost: x\r\n\r\n" for @sockets;
	my $good = 0;
	for my $socket (@sockets)
	{
		$good++ if (<$socket> // '') =~ m{^HTTP/1.1 200 };
	}
	is($good, 64, 'all 64 are answered while all are open');
	my $connections = $http->stats->{connections};
	is($connections->{open}, 64, 'stats: 64 connections are open');
	is($connections->{max},  64, 'stats: at most 64 connections were open');
	close $_ for @sockets;
	HelpCenter::wait_for('the connections to be closed',
		sub { $http->stats->{connections}{open} == 0 });

	# Clients whose last bytes and end arrive together.
	kill 'STOP', $http->{pid};
	for my $text ('', "GET $KEYS HT", "GET $KEYS HTTP/1.1\r\nHost: x\r\n\r\n")
	{
		my $socket =
		  IO::Socket::INET->new(PeerAddr => "$http->{host}:$http->{port}")
		  or die $!;
		print $socket $text;
		close $socket;
	}
	kill 'CONT', $http->{pid};
	my (undef, $well) = HelpCenter::in_time(20, sub {
		HelpCenter::wait_for(
			'them to be closed',
			sub {
				my $now = $http->stats->{connections};
				return $now->{accepted} == 67 && $now->{open} == 0;
			}) });
	ok($well, 'connections whose clients left are closed at once');
	unlike($http->get($SESSIONS)->{header}{'set-cookie'},
		qr/Secure/, 'without TLS the cookie is not marked Secure');
	is($http->stop('INT'), 0, 'SIGINT ends the server');
};

subtest 'access log and end' => sub {
	my $requests = 0;
	$hc->get("$KEYS?token=query-secret");
	$hc->get($TOKEN, '-b', '_help_center_session=cookie-secret');
	$hc->get($TOKEN, '-H', 'Authorization: Bearer ada-oauth');
	$hc->get('/hc/en-us/signin', '-d',
		'email=ada@example.com&password=form-secret');
	$requests += $_ for values %{ $hc->stats->{requests} };
	my $socket = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$hc->{port}")
	  or die $!;
	my (undef, $well) = HelpCenter::in_time(2, sub {
		is($hc->stop, 0, 'SIGTERM: exit code 0') });
	ok($well, 'SIGTERM ends the server at once, in spite of an open connection');
	is($hc->{rest}, '', 'the server printed one line');
	is(HelpCenter::slurp("$hc->{dir}/stderr"), '', 'the server wrote nothing to standard error');
	ok(!-e "$hc->{data}/control", 'the server removed its control socket');
	my @lines = split /\n/, HelpCenter::slurp($log);
	is(scalar @lines, $requests, 'the access log has a line for each request');
	is(sprintf('%04o', (stat $log)[2] & 07777), '0600', 'the access log is private');
	my $line =
	  qr{^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (GET|HEAD|POST) /\S* \d{3} \d+ (\d+|-)$};
	is_deeply([ grep { $_ !~ $line } @lines ],
		[], 'the access log\'s lines have the form that is documented');
	ok((grep { m{ GET \Q$TOKEN\E 200 \d+ $ID$} } @lines), 'the access log names the user of a token');
	unlike(
		"@lines",
		qr/eyJ|secret|oauth|p\/w|pw|session=|csrf|Bearer/,
		'the access log has no secret');
};

subtest 'a second start, and a wrong one' => sub {
	my $again = HelpCenter->new(
		dir   => $hc->{dir},
		users => HelpCenter::sample_users(),
		args  => [
			'--keys',      3,
			'--address',   '127.0.0.2',
			'--hostname',  'hc.test',
			'--port-file', "$hc->{dir}/port",
			'--ca-out',    "$hc->{dir}/ca.copy",
			'--origin',    'https://acme.zendesk.com',
			'--no-etag',   '--cache-control',
			'max-age=60',  '--token-life',
			30
		]);
	my $set = $again->get($KEYS);
	is(scalar @{ decode_json($set->{body})->{keys} }, 3,     '--keys: as many are listed');
	is($set->{header}{etag},                          undef, '--no-etag: the keys have no ETag');
	is($set->{header}{'cache-control'}, 'max-age=60', '--cache-control: the keys have it');
	is(HelpCenter::slurp("$hc->{dir}/port"),
		"$again->{port}\n", '--port-file: the file has the port');
	is(HelpCenter::slurp("$hc->{dir}/ca.copy"),
		HelpCenter::slurp("$again->{data}/ca.pem"), '--ca-out: the file is the CA\'s certificate');
	my $claims =
	  HelpCenter::token_claims($again->get_json($TOKEN, @ada)->{token});
	is($claims->{origin}, 'https://acme.zendesk.com', '--origin: tokens have it');
	ok($claims->{exp} <= time + 30, '--token-life: tokens live as long');
	is( $again->get(
			"https://hc.test:$again->{port}$KEYS", '--resolve',
			"hc.test:$again->{port}:127.0.0.2")->{status},
		200,
		'--hostname: the certificate names it');
	fails_like(
		[ '--data', $again->{data} ],
		qr/another helpcenterd uses/,
		'a second server on the same directory is refused');
	is($again->ctl('shutdown'), '', 'shutdown answers without a text');
	is($again->reap,            0,  'shutdown ends the server with exit code 0');

	my $bad = "$hc->{dir}/bad";
	fails_like([], qr/--data DIR is needed/, 'a start without --data is refused');
	fails_like([ '--data', $bad, '--nonsense' ], qr/--help/,
		'a start with an unknown option is refused');
	fails_like(
		[ '--data', $bad, 'word' ],
		qr/unexpected argument/,
		'a start with an unexpected word is refused');
	fails_like(
		[ '--data', $bad, '--key-bits', 1024 ],
		qr/from 2048 to 4096/,
		'a start with a weak key is refused');

	my $fifo = "$hc->{dir}/fifo";
	POSIX::mkfifo($fifo, 0600) or die "mkfifo: $!";
	for my $script ("$hc->{dir}/none.js", $hc->{dir}, $fifo)
	{
		fails_like(
			[ '--data', $bad, '--theme-script', $script ],
			qr/"\Q$script\E" is not a file that we may read/,
			"a theme's script that is no readable file is refused: $script");
	}

	for my $address ('0.0.0.0', '::', '192.168.0.1', '8.8.8.8', 'example.com')
	{
		fails_like(
			[ '--data', $hc->{data}, '--address', $address ],
			qr/not a loopback address/,
			"an address that is not loopback is refused: $address");
	}
	my $file = "$hc->{dir}/users.bad";
	for my $case (
		[ '{"users":{}}'                         => qr/array "users"/ ],
		[ '{"users":[{"id":"1","email":"a@b"}]}' => qr/users\[0\]: "id"/ ],
		[
			'{"users":[{"id":1,"email":"a@b","pasword":"x"}]}' =>
			  qr/unknown member "pasword"/
		],
		[
			'{"users":[{"id":1,"email":"a@b","role":"boss"}]}' =>
			  qr/"role" must be/
		],
		[
			'{"users":[{"id":1,"email":"a@b"},{"id":1,"email":"c@d"}]}' =>
			  qr/users\[1\]: .*already/
		],
		[ '{"users":[],"api_tokens":"x"}' => qr/"api_tokens" must be an array/ ],
		[ '{"users":[],"api_tokens":[""]}' => qr/"api_tokens" must be an array/ ],
		[
			'{"users":[],"custom_claims":[{"claim_identifier":"a","claim_value":""}]}' =>
			  qr/custom_claims\[0\]: "claim_value" can't be blank/
		],
		[
			'{"users":[],"custom_claims":[{"claim_identifier":"a","claim_value":"b","brand":"x.test"}]}' =>
			  qr/custom_claims\[0\]: there is no brand at "x\.test"/
		],
		[
			'{"users":[],"custom_claims":['
			  . join(',',
				map { qq({"claim_identifier":"c$_","claim_value":"x"}) }
				  1 .. 6)
			  . ']}' => qr/custom_claims\[5\]: .*at most 5/
		],
		[ '{"users":[]' => qr/line 1: / ])
	{
		HelpCenter::spew($file, $case->[0]);
		fails_like([ '--data', $hc->{data}, '--users', $file ],
			$case->[1], "a bad users file is refused: $case->[0]");
	}
	my ($status, $out) = HelpCenter::run(HelpCenter::program(), '--version');
	is($out, "helpcenterd 1.1\n", '--version prints name and version');
	($status, $out) = HelpCenter::run(HelpCenter::program(), '--help');
	like(
		$out,
		qr/^helpcenterd is a stand-in.*Usage:.*--data DIR.*rotate.*stall-connect.*--raw-payload/s,
		'--help tells options, commands and faults');
	foreach my $of ('ctl', 'sign', 'keys')
	{
		($status, $out) = HelpCenter::run(HelpCenter::program(), $of, '--help');
		is($status, 0, "$of --help succeeds");
		like($out, qr/^Usage: helpcenterd $of .*helpcenterd\(1\)/s, "$of --help prints its usage, and names the manual");
		fails_like([ $of, '--nonsense' ], qr/helpcenterd $of --help/,
			"$of with an unknown option names its --help");
	}
};

subtest 'sign' => sub {
	my $offline = bless { data => "$dir/offline" }, 'HelpCenter';
	my $before  = int(time);
	my $token   = $offline->sign('--life', 60, '--claims',
		encode_json({ userId => 7, a => { b => [ 1, 2.5, 'ü' ] } }));
	my $set = decode_json(
		(   HelpCenter::run(
				HelpCenter::program(), 'keys', '--data', $offline->{data}))[1]
	);
	is(length decode_base64url($set->{keys}[0]{n}),
		384, '"sign" makes a first key of 3072 bits');
	ok(HelpCenter::token_verifies($token, $set->{keys}[0]),
		'"sign" makes a good token without a server');
	my $claims = HelpCenter::token_claims($token);
	my $born = delete($claims->{exp}) - 60;
	ok($before <= $born && $born <= time, 'sign --life: the token expires then');
	is_deeply($claims, { userId => 7, a => { b => [ 1, 2.5, 'ü' ] } },
		'sign --claims: the token has them');

	my @ada = (
		'--users', $hc->{users_file}, '--user', 'ada@example.com',
		'--no-origin');
	$claims = HelpCenter::token_claims(
		$offline->sign(
			@ada,       '--exp', 4102444800,
			'--claims', '{"externalId":null,"tenant":"other"}'));
	is_deeply(
		$claims,
		{
			userId  => $ID,
			email   => 'ada@example.com',
			exp     => 4102444800,
			tenant  => 'other',
			'größe' => 'ü'
		},
		'sign --user --claims: the user\'s claims, without those that are null');
	$token = $offline->sign('--kid', 'no-such', '--header',
		'{"typ":null,"crit":["x"]}');
	is_deeply(
		HelpCenter::token_header($token),
		{ alg => 'RS256', kid => 'no-such', crit => ['x'] },
		'sign --kid and --header: the header has them');
	ok(HelpCenter::token_verifies($token, $set->{keys}[0]),
		'sign --kid and --header: the signature is good');
	like($offline->sign('--header', '{"alg":"none"}'),
		qr/^[\w-]+\.[\w-]+\.$/, 'sign with alg none: no signature');
	$token = $offline->sign('--raw-header', '[', '--raw-payload',
		"{\"a\":1,\"a\":2}");
	is( join('|', map { decode_base64url($_) } (split /\./, $token)[ 0, 1 ]),
		'[|{"a":1,"a":2}',
		'sign --raw-header and --raw-payload: the token has these texts');
	ok(HelpCenter::token_verifies($token, $set->{keys}[0]), 'sign --raw-header and --raw-payload: the signature is good');
	fails_like([ 'sign', '--data', $offline->{data}, @$_[ 1 .. $#$_ ] ],
		$_->[0], "sign is refused: @$_[1..$#$_]")
	  for [ qr/no user/, '--user', 'x@y' ],
	  [ qr/must be a JSON object/, '--claims', '[]' ],
	  [ qr/no key/, '--key', '99' ], [ qr/not a number/, '--life', 'x' ];
	fails_like(['sign'], qr/needs --data/, 'sign without --data is refused');
};

done_testing();
