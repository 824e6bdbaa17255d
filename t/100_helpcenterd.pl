# The stand-in help center: the vendor's three endpoints as the vendor
# describes them, users, sessions, rotation, tokens made offline, control.

use strict;
use warnings;
use utf8;
use Digest::SHA qw(sha256_hex);
use File::Basename qw(dirname);
use File::Temp;
use IO::Socket::INET;
use IO::Socket::UNIX;
use JSON::PP;
use MIME::Base64 qw(decode_base64url encode_base64);
use Test::More;
use Time::HiRes qw(time);

use lib dirname(__FILE__);
use HelpCenter;

my $API = '/api/v2/help_center';
my $EARLY = '/hc/api/v2';
my $KEYS = "$API/integration/keys.json";
my $TOKEN = "$API/integration/token.json";
my $SESSIONS = "$API/sessions.json";
my $JSON = 'application/json; charset=utf-8';
my $ID = 377841432074;

my %users = (
	users => [
		{
			id => $ID,
			email => 'ada@example.com',
			external_id => 'cust-1001',
			name => 'Ada <Example> & Sons',
			role => 'end-user',
			password => 'ada:p/w"d',
			api_tokens => [ 'ada-api-1', 'ada-api-2' ],
			oauth_tokens => ['ada-oauth'],
		},
		{ id => 2, email => 'bob@example.com', password => 'bob-pw' },
		{ id => 3, email => 'agent@example.com', role => 'agent',
			oauth_tokens => ['agent-oauth'] },
		{ id => 4, email => 'admin@example.com', role => 'admin',
			password => 'admin-pw' },
	],
	custom_claims => [
		{ claim_identifier => 'tenant', claim_value => 'acme' },
		{ claim_identifier => 'größe', claim_value => 'ü' },
	]);

my $dir = File::Temp::tempdir(TMPDIR => 1, CLEANUP => 1);
my $log = "$dir/log";

sub mode { return sprintf '%04o', (stat $_[0])[2] & 07777 }

# What a failing command says, which must be an error and not a crash.
sub fails_like
{
	my ($args, $pattern, $name) = @_;
	my ($status, $out, $err) = HelpCenter::run(HelpCenter::program(), @$args);
	is($status, 1, "$name: exit code");
	like($err, $pattern, "$name: message");
	is($out, '', "$name: nothing on standard output");
}

my $hc = HelpCenter->new(
	users => \%users,
	args => [ '--access-log', $log,
		'--api-url', 'http://127.0.0.1:3000/orders' ]);

subtest 'what is made at first start' => sub {
	my $data = $hc->{data};
	is(mode($data), '0700', 'the directory is private');
	is(mode("$data/control"), '0600', 'so is the control socket');
	is(mode("$data/ca-key.pem"), '0600', "so is the CA's key");
	is(mode($_), '0600', 'so is a signing key') for glob "$data/keys/*.pem";
	is(mode($log), '0600', 'so is the access log');
	like($hc->{url}, qr{^https://127\.0\.0\.1:\d+$}, 'https by default');
};

subtest 'list public keys' => sub {
	for my $path (map { ("$_", "$_.json") } "$API/integration/keys",
		"$EARLY/integration/keys")
	{
		my $reply = $hc->get($path);
		is($reply->{status}, 200, "$path: status");
		is($reply->{header}{'content-type'}, $JSON, "$path: content type");
		my $set = decode_json($reply->{body});
		is_deeply([ keys %$set ], ['keys'], "$path: nothing but keys");
		is(scalar @{ $set->{keys} }, 1, "$path: one key");
		my $key = $set->{keys}[0];
		is_deeply([ sort keys %$key ], [qw(e kid kty n)],
			"$path: exactly the vendor's members");
		is($key->{kty}, 'RSA', "$path: kty");
		is($key->{e}, 'AQAB', "$path: e");
		is(length decode_base64url($key->{n}), 256, "$path: 2048 bits");
		is($key->{kid}, sha256_hex(HelpCenter::public_key_der($key)),
			"$path: kid is the digest of the RSAPublicKey");
	}
	my $reply = $hc->get($KEYS, '-u', 'no@example.com:wrong');
	is($reply->{status}, 200, 'anonymous means that credentials do not matter');
};

subtest 'conditional requests' => sub {
	my $etag = $hc->get($KEYS)->{header}{etag};
	like($etag, qr/^"[0-9a-f]+"$/, 'a strong ETag');
	for my $value ($etag, "W/$etag", '*', qq("other", $etag),
		qq(W/"other" , W/$etag))
	{
		my $reply = $hc->get($KEYS, '-H', "If-None-Match: $value");
		is($reply->{status}, 304, "If-None-Match: $value");
		is($reply->{size}, 0, 'no body');
		is($reply->{header}{etag}, $etag, 'the ETag once more');
	}
	for my $value ('"other"', $etag =~ tr/"//dr, qq("x$etag"))
	{
		is($hc->get($KEYS, '-H', "If-None-Match: $value")->{status}, 200,
			"If-None-Match: $value");
	}
	$hc->ctl('rotate');
	is($hc->get($KEYS, '-H', "If-None-Match: $etag")->{status}, 200,
		'a new set has a new ETag');
	is($hc->get($KEYS)->{header}{'cache-control'}, undef,
		'no Cache-Control by default');
	$hc->ctl('set', 'cache-control', 'public, max-age=600');
	is($hc->get($KEYS)->{header}{'cache-control'}, 'public, max-age=600',
		'any Cache-Control on demand');
	$hc->ctl('set', 'cache-control');
	is($hc->get($KEYS)->{header}{'cache-control'}, undef, 'and none again');
};

subtest 'methods and unknown paths' => sub {
	for my $path ($KEYS, $TOKEN, $SESSIONS)
	{
		my $reply = $hc->get($path, '-X', 'POST', '-d', 'x=y');
		is($reply->{status}, 405, "POST $path");
		is($reply->{header}{allow}, 'GET, HEAD', 'says what is allowed');
	}
	my $head = $hc->get($KEYS, '--head');
	is($head->{status}, 200, 'HEAD');
	is($head->{header}{'content-length'}, length $hc->get($KEYS)->{body},
		'HEAD tells the length');
	for my $path ('/nothing', "$API/integration/keys.xml", "$KEYS/", "$KEYS.json",
		"$API/integration/%6beys", '//hc')
	{
		my $reply = $hc->get($path);
		is($reply->{status}, 404, "$path: status");
		is_deeply(decode_json($reply->{body}),
			{ error => 'InvalidEndpoint', description => 'Not found' },
			"$path: the vendor's error");
	}
	is($hc->get("$KEYS?a=b")->{status}, 200, 'a query does not matter');
};

my @ada = (
	[ '-u', 'ada@example.com:ada:p/w"d' ],
	[ '-u', 'ADA@example.com:ada:p/w"d' ],
	[ '-u', 'ada@example.com/token:ada-api-1' ],
	[ '-u', 'ada@example.com/token:ada-api-2' ],
	[ '-H', 'Authorization: Bearer ada-oauth' ],
	[ '-H', 'authorization: bearer ada-oauth' ]);

subtest 'new token' => sub {
	my $set = $hc->get_json($KEYS);
	for my $how (@ada)
	{
		my $reply = $hc->get($TOKEN, @$how);
		my $body = decode_json($reply->{body});
		is($reply->{status}, 200, "@$how: status");
		is($reply->{header}{'content-type'}, $JSON, 'content type');
		is($reply->{header}{'cache-control'}, 'no-store', 'not to be stored');
		is_deeply([ keys %$body ], ['token'], 'nothing but a token');
		my $claims = HelpCenter::token_claims($body->{token});
		my $life = delete($claims->{exp}) - time;
		ok($life > 290 && $life <= 300, 'expires in five minutes');
		is_deeply($claims, { userId => $ID, email => 'ada@example.com',
				externalId => 'cust-1001', origin => $hc->{url},
				tenant => 'acme', 'größe' => 'ü' }, 'claims');
		my $header = HelpCenter::token_header($body->{token});
		my $key = HelpCenter::find_key($set, $header->{kid});
		ok($key && HelpCenter::token_verifies($body->{token}, $key),
			'verifies by the key of its kid');
	}
	my $token = $hc->get_json($TOKEN, @{ $ada[0] })->{token};
	my ($header, $payload) = map { decode_base64url($_) } split /\./, $token;
	like($header, qr/^\{"typ":"JWT","alg":"RS256","kid":"[0-9a-f]{64}"\}$/,
		'header: members and their order');
	like($payload, qr/^\{"userId":$ID,"email":"ada\@example.com",
		"externalId":"cust-1001","exp":\d+,"origin":"[^"]+",/x,
		'payload: userId and exp are numbers');
	my $other = $token =~ s/\.[^.]+\./'.' . MIME::Base64::encode_base64url($payload =~ s{ada}{bob}r) . '.'/er;
	my $key = HelpCenter::find_key($set, HelpCenter::token_header($token)->{kid});
	ok(!HelpCenter::token_verifies($other, $key), 'an altered one does not');

	my $bob = HelpCenter::token_claims(
		$hc->get_json("$EARLY/integration/token", '-u', 'bob@example.com:bob-pw')->{token});
	ok(!exists $bob->{externalId}, 'no externalId without one');
	is($hc->get($TOKEN, '-H', 'Authorization: Bearer agent-oauth')->{status},
		200, 'agents get tokens too');
};

subtest 'no token without credentials' => sub {
	my @wrong = ([],
		[ '-u', 'ada@example.com:wrong' ], [ '-u', 'ada@example.com:' ],
		[ '-u', 'nobody@example.com:ada:p/w"d' ],
		[ '-u', 'ada@example.com/token:ada:p/w"d' ],
		[ '-u', 'ada@example.com:ada-api-1' ],
		[ '-u', 'bob@example.com/token:ada-api-1' ],
		[ '-u', 'agent@example.com:' ],
		[ '-H', 'Authorization: Bearer ada-api-1' ],
		[ '-H', 'Authorization: Bearer' ], [ '-H', 'Authorization: Basic' ],
		[ '-H', 'Authorization: Basic !!!!' ],
		[ '-H', 'Authorization: Basic ' . encode_base64('ada@example.com', '') ],
		[ '-H', 'Authorization: Basic ' . encode_base64("ada\@example.com:ada:p/w\"d\0x", '') ],
		[ '-H', 'Authorization: Digest ada' ],
		[ '-b', '_help_center_session=guessed' ]);
	for my $how (@wrong)
	{
		my $reply = $hc->get($TOKEN, @$how);
		is($reply->{status}, 401, "status with: @$how");
		is($reply->{body}, q({"error":"Couldn't authenticate you"}), 'body');
		is($reply->{header}{'content-type'}, $JSON, 'content type');
	}
};

subtest 'show session' => sub {
	my $jar = "$hc->{dir}/jar";
	my $reply = $hc->get($SESSIONS, '-c', $jar);
	is($reply->{status}, 200, 'anonymous is allowed');
	is($reply->{header}{'content-type'}, $JSON, 'content type');
	my $body = decode_json($reply->{body});
	is_deeply([ keys %$body ], ['current_session'], 'members');
	is_deeply([ keys %{ $body->{current_session} } ], ['csrf_token'], 'members');
	my $csrf = $body->{current_session}{csrf_token};
	like($csrf, qr/^[A-Za-z0-9_-]{32,}$/, 'a token to put into forms');
	like($reply->{header}{'set-cookie'},
		qr/^_help_center_session=[^;]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
		'a cookie out of scripts\' reach');
	$reply = $hc->get("$API/sessions", '-b', $jar);
	is(decode_json($reply->{body})->{current_session}{csrf_token}, $csrf,
		'the same within the session');
	is($reply->{header}{'set-cookie'}, undef, 'which goes on');
	isnt($hc->get_json($SESSIONS)->{current_session}{csrf_token}, $csrf,
		'another in another');
	is($hc->get($SESSIONS, @{ $ada[2] })->{status}, 200, 'with credentials');
	is($hc->get($SESSIONS, '-u', 'ada@example.com:wrong')->{status}, 401,
		'with wrong ones');
	is($hc->get($TOKEN, '-b', $jar)->{status}, 401,
		'an anonymous session gets no token');
};

subtest 'signing in with a browser' => sub {
	my @jar = ('-b', "$hc->{dir}/browser", '-c', "$hc->{dir}/browser");
	my $form = sub {
		my ($body) = @_;
		return $body =~ /name="authenticity_token" value="([^"]+)"/ ? $1 : '';
	};
	my $post = sub {
		my ($path, %fields) = @_;
		return $hc->get($path, @jar,
			map { ('--data-urlencode', "$_=$fields{$_}") } sort keys %fields);
	};
	my $cookie = sub { HelpCenter::slurp("$hc->{dir}/browser") =~ /session\t(\S+)/ ? $1 : '' };
	my %ada = (email => 'ada@example.com', password => 'ada:p/w"d');

	my $page = $hc->get('/hc/en-us/signin', @jar);
	is($page->{status}, 200, 'the form');
	like($page->{header}{'content-security-policy'}, qr/script-src 'self';/,
		'no script but the theme\'s');
	my $csrf = $form->($page->{body});
	my $before = $cookie->();
	is($post->('/hc/en-us/signin', %ada)->{status}, 403, 'no CSRF token');
	is($post->('/hc/en-us/signin', %ada, authenticity_token => 'x')->{status},
		403, 'a wrong one');
	my $reply = $post->('/hc/en-us/signin', email => '"><script>alert(1)',
		password => 'x', authenticity_token => $csrf);
	is($reply->{status}, 403, 'a wrong password');
	unlike($reply->{body}, qr/<script>/, 'what was typed is escaped');
	is($hc->get($TOKEN, @jar)->{status}, 401, 'not signed in yet');

	$reply = $post->('/hc/en-us/signin', %ada, authenticity_token => $csrf);
	is($reply->{status}, 303, 'signed in');
	is($reply->{header}{location}, '/hc/en-us', 'and sent home');
	isnt($cookie->(), $before, 'with a new session');
	is($hc->get($TOKEN, '-b', "_help_center_session=$before")->{status}, 401,
		'the old one is nobody\'s');
	$page = $hc->get('/hc/en-us', @jar);
	like($page->{body}, qr/Ada &lt;Example&gt; &amp; Sons \(end-user\)/,
		'the page greets, escaped');
	like($page->{body}, qr{<meta name="api-url" content="http://127.0.0.1:3000/orders">},
		'the theme\'s setting');
	like($page->{header}{'content-security-policy'},
		qr/connect-src 'self' http:\/\/127\.0\.0\.1:3000;/, 'which it may call');
	my $claims = HelpCenter::token_claims($hc->get_json($TOKEN, @jar)->{token});
	is($claims->{userId}, $ID, 'the session gets a token');
	is($form->($page->{body}),
		$hc->get_json($SESSIONS, @jar)->{current_session}{csrf_token},
		'the page\'s CSRF token is that of the sessions endpoint');
	is($hc->get($TOKEN, @jar, '-u', 'ada@example.com:wrong')->{status}, 401,
		'wrong credentials are not saved by a cookie');
	is($post->('/hc/en-us/signout', a => 'b')->{status}, 403,
		'sign-out needs the CSRF token');
	is($post->('/hc/en-us/signout',
			authenticity_token => $form->($page->{body}))->{status}, 303, 'signed out');
	is($hc->get($TOKEN, @jar)->{status}, 401, 'no token any more');
	is($hc->get("/hc/theme/script.js")->{body}, HelpCenter::slurp(
			dirname(__FILE__) . '/../helpcenter/theme/script.js'), 'the script as it is')
	  if !$ENV{HELPCENTERD};
	my $big = HelpCenter::spew("$hc->{dir}/big", 'x' x 100_000);
	is($hc->get('/hc/en-us/signin', '--data-binary', "\@$big")->{status}, 413,
		'a form too big is refused');
	is($hc->get('/hc/en-us/signin', '-H', 'Transfer-Encoding: chunked',
			'--data-binary', "\@$big")->{status}, 413, 'chunked too');
};

subtest 'account custom claims' => sub {
	my $path = "$API/integration/account_custom_claims";
	is($hc->get($path)->{status}, 401, 'not for anonymous');
	is($hc->get($path, @{ $ada[0] })->{status}, 403, 'not for end users');
	my $list = $hc->get_json("$path.json", '-u', 'admin@example.com:admin-pw')
	  ->{account_custom_claims};
	is_deeply([ map { $_->{claim_identifier} } @$list ], [ 'tenant', 'größe' ],
		'for admins');
	my $claim = sub {
		return HelpCenter::token_claims($hc->get_json($TOKEN, @{ $ada[0] })->{token})->{ $_[0] };
	};
	$hc->ctl('custom-claim', 'tenant', 'new', 'value');
	is($claim->('tenant'), 'new value', 'changed while it runs');
	$hc->ctl('custom-claim', 'email', 'x@example.com');
	is($claim->('email'), 'x@example.com', 'no name is reserved');
	$hc->ctl('custom-claim', 'email');
	is($claim->('email'), 'ada@example.com', 'taken away again');
	$hc->ctl('custom-claim', "c$_", 'x') for 3 .. 5;
	my ($status, undef, $err) = $hc->try_ctl('custom-claim', 'c6', 'x');
	is($status, 1, 'a sixth one is refused');
	like($err, qr/at most 5 custom claims/, 'with the reason');
};

subtest 'rotation' => sub {
	my $kids = sub { [ map { $_->{kid} } @{ $hc->get_json($KEYS)->{keys} } ] };
	my $signer = sub {
		return HelpCenter::token_header($hc->get_json($TOKEN, @{ $ada[0] })->{token})->{kid};
	};
	$hc->ctl('rotate', '--retire');
	my $old = $kids->();
	is(scalar @$old, 1, 'rotate --retire leaves the new key alone');
	my $published = $hc->ctl('publish');
	is_deeply($kids->(), [ @$old, $published ], 'a published key is listed');
	is($signer->(), $old->[0], 'and does not sign');
	$hc->ctl('use', $published);
	is($signer->(), $published, 'until it is used');
	my $new = $hc->ctl('rotate');
	is_deeply($kids->(), [ @$old, $published, $new ], 'rotate keeps the others');
	is($signer->(), $new, 'and signs with the new one');
	$hc->ctl('retire', $new);
	is($signer->(), $published, 'retiring the signer lets the next newest sign');
	my $keys = decode_json($hc->ctl('keys'));
	is_deeply([ map { $_->{state} } @$keys[ -3 .. -1 ] ],
		[ 'listed', 'signing', 'retired' ], 'what "keys" says');
	my $token = $hc->sign('--key', $new);
	is(HelpCenter::token_header($token)->{kid}, $new,
		'a retired key still signs offline');
	$hc->ctl('retire', $old->[0]);
	my ($status, undef, $err) = $hc->try_ctl('retire', $published);
	is($status, 1, 'the last key is not retired');
	like($err, qr/only listed key/, 'with the reason');
	is_deeply(decode_json((HelpCenter::run(HelpCenter::program(), 'keys', '--data',
					$hc->{data}))[1]), $hc->get_json($KEYS), 'helpcenterd keys prints the set');
};

subtest 'settings while it runs' => sub {
	my $claims = sub {
		return HelpCenter::token_claims($hc->get_json($TOKEN, @{ $ada[0] })->{token});
	};
	$hc->ctl('set', 'token-life', '-60');
	ok($claims->()->{exp} < time - 50, 'a life below zero: expired at birth');
	$hc->ctl('set', 'token-life', '7');
	ok($claims->()->{exp} <= time + 7, 'token-life');
	$hc->ctl('set', 'origin', 'https://acme.zendesk.com');
	is($claims->()->{origin}, 'https://acme.zendesk.com', 'origin');
	is(HelpCenter::token_claims($hc->sign)->{origin},
		'https://acme.zendesk.com', 'which sign follows');
	$hc->ctl('set', 'origin');
	ok(!exists $claims->()->{origin}, 'no origin');
	ok(!exists HelpCenter::token_claims($hc->sign)->{origin}, 'in sign neither');
	$hc->ctl('set', 'plan', 'team');
	for my $path ($KEYS, $TOKEN, "$EARLY/integration/keys.json",
		"$EARLY/integration/token", "$API/integration/account_custom_claims")
	{
		my $reply = $hc->get($path, @{ $ada[0] });
		is($reply->{status}, 404, "plan team: $path");
		is(decode_json($reply->{body})->{error}, 'InvalidEndpoint', 'body');
	}
	is($hc->get($SESSIONS)->{status}, 200, 'sessions are of every plan');
	$hc->ctl('set', 'plan', 'enterprise');
	$hc->ctl('add-user', encode_json({ id => 9, email => 'eve@example.com', password => 'eve pw' }));
	is($hc->get($TOKEN, '-u', 'eve@example.com:eve pw')->{status}, 200, 'add-user');
	$hc->ctl('remove-user', '{"email":"eve@example.com"}');
	is($hc->get($TOKEN, '-u', 'eve@example.com:eve pw')->{status}, 401, 'remove-user');
};

subtest 'control socket' => sub {
	for my $case ([ ['nonsense'], qr/unknown command/ ],
		[ [ 'set', 'colour', 'red' ], qr/unknown setting/ ],
		[ [ 'set', 'token-life', 'long' ], qr/must be a number/ ],
		[ [ 'set', 'plan', 'free' ], qr/team or enterprise/ ],
		[ [ 'set', 'origin', 'https://a/b' ], qr/without path/ ],
		[ [ 'retire', 'nothing' ], qr/no listed key/ ],
		[ [ 'add-user', '{"id":1}' ], qr/"email" must be/ ],
		[ [ 'add-user', '{"id":1,"email":"ada@example.com"}' ], qr/already/ ],
		[ [ 'add-user', '{' ], qr/not JSON/ ],
		[ [ 'remove-user', 'nobody' ], qr/no user/ ],
		[ [ 'certificate', 'rusty' ], qr/usage: certificate/ ],
		[ [ 'fault', 'nothing' ], qr/unknown fault/ ])
	{
		my ($status, $out, $err) = $hc->try_ctl(@{ $case->[0] });
		is($status, 1, "@{ $case->[0] }: exit code");
		like($err, $case->[1], "@{ $case->[0] }: message");
	}
	my $socket = IO::Socket::UNIX->new(Peer => "$hc->{data}/control") or die $!;
	print $socket "keys\nno such\nset token-life 300\n";
	$socket->flush;
	like(scalar <$socket>, qr/^ok \[\{"number":1,/, 'first of three lines');
	like(scalar <$socket>, qr/^error unknown command "no"\n$/, 'second');
	is(scalar <$socket>, "ok\n", 'third');
	is($hc->stats->{requests}{token} > 20, 1, 'stats count');
};

subtest 'many connections at once' => sub {
	my $http = HelpCenter->new(users => \%users, args => ['--http']);
	like($http->{url}, qr{^http://}, 'plain http');
	my @sockets = map {
		IO::Socket::INET->new(PeerAddr => "$http->{host}:$http->{port}") or die $!
	} 1 .. 64;
	print $_ "GET $KEYS HTTP/1.1\r\nHost: x\r\n\r\n" for @sockets;
	my $good = 0;
	for my $socket (@sockets)
	{
		$good++ if (<$socket> // '') =~ m{^HTTP/1.1 200 };
	}
	is($good, 64, 'all 64 are answered while all are open');
	my $connections = $http->stats->{connections};
	is($connections->{open}, 64, 'stats: open');
	is($connections->{max}, 64, 'stats: max');
	close $_ for @sockets;
	HelpCenter::wait_for('the connections to be closed',
		sub { $http->stats->{connections}{open} == 0 });

	# Clients whose last bytes and end arrive together.
	kill 'STOP', $http->{pid};
	for my $text ('', "GET $KEYS HT", "GET $KEYS HTTP/1.1\r\nHost: x\r\n\r\n")
	{
		my $socket = IO::Socket::INET->new(PeerAddr => "$http->{host}:$http->{port}") or die $!;
		print $socket $text;
		close $socket;
	}
	kill 'CONT', $http->{pid};
	my $start = time;
	HelpCenter::wait_for('them to be closed', sub {
		my $now = $http->stats->{connections};
		return $now->{accepted} == 67 && $now->{open} == 0;
	});
	ok(time - $start < 20, 'long before they are idle for too long');
	unlike($http->get($SESSIONS)->{header}{'set-cookie'}, qr/Secure/,
		'no Secure cookie without TLS');
	is($http->stop('INT'), 0, 'SIGINT ends it as well');
};

subtest 'access log and end' => sub {
	my $requests = 0;
	$hc->get("$KEYS?token=query-secret");
	$requests += $_ for values %{ $hc->stats->{requests} };
	my $socket = IO::Socket::INET->new(PeerAddr => "127.0.0.1:$hc->{port}") or die $!;
	my $start = time;
	is($hc->stop, 0, 'SIGTERM: exit code 0');
	ok(time - $start < 2, 'at once, an open connection or not');
	is($hc->{rest}, '', 'one line of output was all');
	is(HelpCenter::slurp("$hc->{dir}/stderr"), '', 'no word of complaint');
	ok(!-e "$hc->{data}/control", 'the control socket is gone');
	my @lines = split /\n/, HelpCenter::slurp($log);
	is(scalar @lines, $requests, 'a line for each request');
	my $line = qr{^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (GET|HEAD|POST) /\S* \d{3} \d+ (\d+|-)$};
	is_deeply([ grep { $_ !~ $line } @lines ], [], 'of the form that is documented');
	ok((grep { m{ GET \Q$TOKEN\E 200 \d+ $ID$} } @lines), 'with the user');
	unlike("@lines", qr/eyJ|secret|oauth|p\/w|pw|session=|csrf|Bearer/,
		'without a secret');
};

subtest 'a second start, and a wrong one' => sub {
	my $again = HelpCenter->new(dir => $hc->{dir}, users => \%users,
		args => [ '--keys', 3, '--address', '127.0.0.2', '--hostname', 'hc.test',
			'--port-file', "$hc->{dir}/port", '--ca-out', "$hc->{dir}/ca.copy",
			'--origin', 'https://acme.zendesk.com', '--no-etag',
			'--cache-control', 'max-age=60', '--token-life', 30 ]);
	my $set = $again->get($KEYS);
	is(scalar @{ decode_json($set->{body})->{keys} }, 3, '--keys');
	is($set->{header}{etag}, undef, '--no-etag');
	is($set->{header}{'cache-control'}, 'max-age=60', '--cache-control');
	is(HelpCenter::slurp("$hc->{dir}/port"), "$again->{port}\n", '--port-file');
	is(HelpCenter::slurp("$hc->{dir}/ca.copy"),
		HelpCenter::slurp("$again->{data}/ca.pem"), '--ca-out');
	my $claims = HelpCenter::token_claims($again->get_json($TOKEN, @{ $ada[0] })->{token});
	is($claims->{origin}, 'https://acme.zendesk.com', '--origin');
	ok($claims->{exp} <= time + 30, '--token-life');
	is($again->get("https://hc.test:$again->{port}$KEYS", '--resolve',
			"hc.test:$again->{port}:127.0.0.2")->{status}, 200, '--hostname');
	fails_like([ '--data', $again->{data} ], qr/another helpcenterd uses/,
		'two servers on one directory');
	is($again->ctl('shutdown'), '', 'shutdown');
	is($again->reap, 0, 'ends it');

	my $bad = "$hc->{dir}/bad";
	fails_like([], qr/--data DIR is needed/, 'no directory');
	fails_like([ '--data', $bad, '--nonsense' ], qr/--help/, 'unknown option');
	fails_like([ '--data', $bad, 'word' ], qr/unexpected argument/, 'a word too many');
	fails_like([ '--data', $bad, '--key-bits', 1024 ], qr/from 2048 to 4096/, 'weak key');
	for my $address ('0.0.0.0', '::', '192.168.0.1', '8.8.8.8', 'example.com')
	{
		fails_like([ '--data', $hc->{data}, '--address', $address ],
			qr/not a loopback address/, "address $address");
	}
	my $file = "$hc->{dir}/users.bad";
	for my $case (
		[ '{"users":{}}' => qr/array "users"/ ],
		[ '{"users":[{"id":"1","email":"a@b"}]}' => qr/users\[0\]: "id"/ ],
		[ '{"users":[{"id":1,"email":"a@b","pasword":"x"}]}' => qr/unknown member "pasword"/ ],
		[ '{"users":[{"id":1,"email":"a@b","role":"boss"}]}' => qr/"role" must be/ ],
		[ '{"users":[{"id":1,"email":"a@b"},{"id":1,"email":"c@d"}]}' => qr/users\[1\]: .*already/ ],
		[ '{"users":[],"custom_claims":[' . join(',', map { qq({"claim_identifier":"c$_","claim_value":"x"}) } 1 .. 6) . ']}'
			=> qr/custom_claims\[5\]: .*at most 5/ ],
		[ '{"users":[]' => qr/line 1: / ])
	{
		HelpCenter::spew($file, $case->[0]);
		fails_like([ '--data', $hc->{data}, '--users', $file ], $case->[1],
			"users file $case->[0]");
	}
	my ($status, $out) = HelpCenter::run(HelpCenter::program(), '--version');
	is($out, "helpcenterd 1.0\n", '--version');
	($status, $out) = HelpCenter::run(HelpCenter::program(), '--help');
	like($out, qr/^helpcenterd is a stand-in.*Usage:.*--data DIR.*rotate.*stall-connect.*--raw-payload/s, '--help');
};

subtest 'sign' => sub {
	my $offline = bless { data => "$dir/offline" }, 'HelpCenter';
	my $token = $offline->sign('--life', 60, '--claims',
		encode_json({ userId => 7, a => { b => [ 1, 2.5, 'ü' ] } }));
	my $set = decode_json((HelpCenter::run(HelpCenter::program(), 'keys', '--data', $offline->{data}))[1]);
	is(length decode_base64url($set->{keys}[0]{n}), 384, 'a first key of 3072 bits');
	ok(HelpCenter::token_verifies($token, $set->{keys}[0]), 'needs no server');
	my $claims = HelpCenter::token_claims($token);
	ok(abs(delete($claims->{exp}) - time - 60) < 10, '--life');
	is_deeply($claims, { userId => 7, a => { b => [ 1, 2.5, 'ü' ] } }, '--claims');

	my @ada = ('--users', $hc->{users_file}, '--user', 'ada@example.com', '--no-origin');
	$claims = HelpCenter::token_claims($offline->sign(@ada, '--exp', 4102444800,
			'--claims', '{"externalId":null,"tenant":"other"}'));
	is_deeply($claims, { userId => $ID, email => 'ada@example.com', exp => 4102444800,
			tenant => 'other', 'größe' => 'ü' }, 'of a user, null takes a claim away');
	$token = $offline->sign('--kid', 'no-such', '--header', '{"typ":null,"crit":["x"]}');
	is_deeply(HelpCenter::token_header($token), { alg => 'RS256', kid => 'no-such', crit => ['x'] },
		'--kid and --header');
	ok(HelpCenter::token_verifies($token, $set->{keys}[0]), 'truly signed all the same');
	like($offline->sign('--header', '{"alg":"none"}'), qr/^[\w-]+\.[\w-]+\.$/, 'alg none: no signature');
	$token = $offline->sign('--raw-header', '[', '--raw-payload', "{\"a\":1,\"a\":2}");
	is(join('|', map { decode_base64url($_) } (split /\./, $token)[ 0, 1 ]), '[|{"a":1,"a":2}', 'raw parts');
	ok(HelpCenter::token_verifies($token, $set->{keys}[0]), 'signed too');
	fails_like([ 'sign', '--data', $offline->{data}, @$_[ 1 .. $#$_ ] ], $_->[0], "sign @$_[1..$#$_]")
	  for [ qr/no user/, '--user', 'x@y' ], [ qr/must be a JSON object/, '--claims', '[]' ],
	  [ qr/no key/, '--key', '99' ], [ qr/not a number/, '--life', 'x' ];
	fails_like(['sign'], qr/needs --data/, 'sign without a directory');
};

done_testing();
