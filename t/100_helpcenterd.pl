# The stand-in help center: the vendor's three endpoints as the vendor
# describes them, users, sessions, signing in with a browser.
#
# 103_helpcenterd_account.pl has the account: its custom claims, credentials,
# users and sessions.

use strict;
use warnings;
use utf8;
use Digest::SHA    qw(sha256_hex);
use File::Basename qw(dirname);
use JSON::PP;
use MIME::Base64 qw(decode_base64url encode_base64 encode_base64url);
use Test::More;
use Time::HiRes qw(time);
use HelpCenter qw(:api);

my $EARLY    = '/hc/api/v2';
my $JSON     = 'application/json; charset=utf-8';

sub mode { return sprintf '%04o', (stat $_[0])[2] & 07777 }

my $hc = HelpCenter->new(
	users => HelpCenter::sample_users(),
	args  => [ '--api-url', 'http://127.0.0.1:3000/orders' ]);

subtest 'what is made at first start' => sub {
	my $data = $hc->{data};
	is(mode($data),              '0700', 'the directory is private');
	is(mode("$data/control"),    '0600', 'the control socket is private');
	is(mode("$data/ca-key.pem"), '0600', "the CA's key is private");
	is(mode($_), '0600', 'each signing key is private') for glob "$data/keys/*.pem";
	like($hc->{url}, qr{^https://127\.0\.0\.1:\d+$}, 'the server speaks https by default');
};

subtest 'list public keys' => sub {
	for my $path (map { ("$_", "$_.json") } "$API/integration/keys",
		"$EARLY/integration/keys")
	{
		my $reply = $hc->get($path);
		is($reply->{status},                 200,   "$path: status");
		is($reply->{header}{'content-type'}, $JSON, "$path: content type");
		my $set = decode_json($reply->{body});
		is_deeply([ keys %$set ], ['keys'], "$path: nothing but keys");
		is(scalar @{ $set->{keys} }, 1, "$path: one key");
		my $key = $set->{keys}[0];
		is_deeply([ sort keys %$key ],
			[qw(e kid kty n)], "$path: exactly the vendor's members");
		is($key->{kty},                        'RSA',  "$path: the key's type is RSA");
		is($key->{e},                          'AQAB', "$path: the key's exponent is AQAB");
		is(length decode_base64url($key->{n}), 256,    "$path: 2048 bits");
		is( $key->{kid},
			sha256_hex(HelpCenter::public_key_der($key)),
			"$path: kid is the digest of the RSAPublicKey");
	}
	like(
		$hc->get($KEYS)->{body},
		qr/^\{"keys":\[\{"e":"AQAB","kid":"[0-9a-f]{64}","kty":"RSA","n":"[\w-]+"\}\]\}$/,
		'a key\'s members stand in the order of the vendor\'s example');
	my $reply = $hc->get($KEYS, '-u', 'no@example.com:wrong');
	is($reply->{status}, 200,
		'wrong credentials do not matter where anonymous visitors are allowed');
};

subtest 'conditional requests' => sub {
	my $etag = $hc->get($KEYS)->{header}{etag};
	like($etag, qr/^"[0-9a-f]+"$/, 'the keys have a strong ETag');
	for my $value (
		$etag, "W/$etag", '*',
		qq("other", $etag),
		qq(W/"other" , W/$etag))
	{
		my $reply = $hc->get($KEYS, '-H', "If-None-Match: $value");
		is($reply->{status},       304,   "If-None-Match: $value: 304");
		is($reply->{size},         0,     "If-None-Match: $value: no body");
		is($reply->{header}{etag}, $etag, "If-None-Match: $value: the ETag is sent again");
	}
	for my $value ('"other"', $etag =~ tr/"//dr, qq("x$etag"))
	{
		is($hc->get($KEYS, '-H', "If-None-Match: $value")->{status},
			200, "If-None-Match: $value does not fit: 200");
	}
	$hc->ctl('rotate');
	is($hc->get($KEYS, '-H', "If-None-Match: $etag")->{status},
		200, 'a new set has a new ETag');
	is($hc->get($KEYS)->{header}{'cache-control'},
		undef, 'no Cache-Control by default');
	$hc->ctl('set', 'cache-control', 'public, max-age=600');
	is( $hc->get($KEYS)->{header}{'cache-control'},
		'public, max-age=600',
		'the keys have the Cache-Control that was set');
	$hc->ctl('set', 'cache-control');
	is($hc->get($KEYS)->{header}{'cache-control'}, undef, 'once it is taken away, the keys have no Cache-Control');
};

subtest 'methods and unknown paths' => sub {
	for my $path ($KEYS, $TOKEN, $SESSIONS)
	{
		my $reply = $hc->get($path, '-X', 'POST', '-d', 'x=y');
		is($reply->{status},        405,         "POST $path is not allowed");
		is($reply->{header}{allow}, 'GET, HEAD', "POST $path: Allow names GET and HEAD");
	}
	my $head = $hc->get($KEYS, '--head');
	is($head->{status}, 200, 'HEAD of the keys succeeds');
	is( $head->{header}{'content-length'},
		length $hc->get($KEYS)->{body},
		'HEAD tells the length');
	for my $path ('/nothing', "$API/integration/keys.xml", "$KEYS/",
		"$KEYS.json", "$API/integration/%6beys", '//hc')
	{
		my $reply = $hc->get($path);
		is($reply->{status}, 404, "$path: status");
		is_deeply(
			decode_json($reply->{body}),
			{ error => 'InvalidEndpoint', description => 'Not found' },
			"$path: the vendor's error");
	}
	is($hc->get("$KEYS?a=b")->{status}, 200, 'a query does not matter');
};

my @ada = (
	[ '-u', 'ada@example.com:ada:p/w"d' ],
	[ '-u', 'ADA@example.com:ada:p/w"d' ],
	[ '-u', 'ada@example.com/token:api-1' ],
	[ '-u', 'ada@example.com/token:api-2' ],
	[ '-H', 'Authorization: Bearer ada-oauth' ],
	[ '-H', 'authorization: bearer ada-oauth' ]);

subtest 'new token' => sub {
	my $set = $hc->get_json($KEYS);
	for my $how (@ada)
	{
		my $before = int(time);
		my $reply  = $hc->get($TOKEN, @$how);
		my $body  = decode_json($reply->{body});
		is($reply->{status},                  200,        "@$how: status");
		is($reply->{header}{'content-type'},  $JSON,      "@$how: content type");
		is($reply->{header}{'cache-control'}, 'no-store', "@$how: the token must not be stored");
		is_deeply([ keys %$body ], ['token'], "@$how: the answer has nothing but a token");
		my $claims = HelpCenter::token_claims($body->{token});
		my $born   = delete($claims->{exp}) - 300;
		ok($before <= $born && $born <= time, "@$how: the token expires in five minutes");
		is_deeply(
			$claims,
			{
				userId     => $ID,
				email      => 'ada@example.com',
				externalId => 'cust-1001',
				origin     => $hc->{url},
				tenant     => 'acme',
				'größe'    => 'ü'
			},
			"@$how: the token's claims");
		my $header = HelpCenter::token_header($body->{token});
		my $key    = HelpCenter::find_key($set, $header->{kid});
		ok($key && HelpCenter::token_verifies($body->{token}, $key),
			"@$how: the token verifies by the key of its kid");
	}
	my $token = $hc->get_json($TOKEN, @{ $ada[0] })->{token};
	my ($header, $payload) = map { decode_base64url($_) } split /\./, $token;
	like(
		$header,
		qr/^\{"typ":"JWT","alg":"RS256","kid":"[0-9a-f]{64}"\}$/,
		'the token\'s header has these members in this order');
	like(
		$payload, qr/^\{"userId":$ID,"email":"ada\@example.com",
		"externalId":"cust-1001","exp":\d+,"origin":"[^"]+",/x,
		'in the token\'s payload userId and exp are numbers');
	my $other = $token =~
	  s/\.[^.]+\./'.' . encode_base64url($payload =~ s{ada}{bob}r) . '.'/er;
	my $key =
	  HelpCenter::find_key($set, HelpCenter::token_header($token)->{kid});
	ok(!HelpCenter::token_verifies($other, $key), 'an altered token does not verify');

	my $bob = HelpCenter::token_claims(
		$hc->get_json("$EARLY/integration/token", '-u',
			'bob@example.com:bob-pw')->{token});
	ok(!exists $bob->{externalId}, 'a user without an external id gets no externalId');
	is( $hc->get($TOKEN, '-H', 'Authorization: Bearer agent-oauth')->{status},
		200,
		'agents get tokens too');
};

subtest 'no token without credentials' => sub {
	my @wrong = (
		[],
		[ '-u', 'ada@example.com:wrong' ],
		[ '-u', 'ada@example.com:' ],
		[ '-u', 'nobody@example.com:ada:p/w"d' ],
		[ '-u', 'ada@example.com/token:ada:p/w"d' ],
		[ '-u', 'ada@example.com:api-1' ],
		[ '-u', 'bob@example.com/token:api-3' ],
		[ '-u', 'nobody@example.com/token:api-1' ],
		[ '-u', '/token:api-1' ],
		[ '-u', "$ID/token:api-1" ],
		[ '-u', 'gone@example.com:gone-pw' ],
		[ '-u', 'gone@example.com/token:api-1' ],
		[ '-H', 'Authorization: Bearer gone-oauth' ],
		[ '-u', 'agent@example.com:' ],
		[ '-H', 'Authorization: Bearer api-1' ],
		[ '-H', 'Authorization: Bearer' ],
		[ '-H', 'Authorization: Basic' ],
		[ '-H', 'Authorization: Basic !!!!' ],
		[
			'-H',
			'Authorization: Basic ' . encode_base64('ada@example.com', '')
		],
		[
			'-H',
			'Authorization: Basic '
			  . encode_base64("ada\@example.com:ada:p/w\"d\0x", '')
		],
		[ '-H', 'Authorization: Digest ada' ],
		[ '-b', '_help_center_session=guessed' ]);
	for my $how (@wrong)
	{
		my $reply = $hc->get($TOKEN, @$how);
		is($reply->{status}, 401, "status with: @$how");
		is($reply->{body}, q({"error":"Couldn't authenticate you"}), "body with: @$how");
		is($reply->{header}{'content-type'}, $JSON, "content type with: @$how");
	}
};

subtest 'show session' => sub {
	my $jar   = "$hc->{dir}/jar";
	my $reply = $hc->get($SESSIONS, '-c', $jar);
	is($reply->{status},                 200,   'an anonymous visitor gets a session');
	is($reply->{header}{'content-type'}, $JSON, 'the session is JSON');
	my $body = decode_json($reply->{body});
	is_deeply([ keys %$body ], ['current_session'], 'the answer has nothing but the session');
	is_deeply([ keys %{ $body->{current_session} } ],
		['csrf_token'], 'the session has nothing but a CSRF token');
	my $csrf = $body->{current_session}{csrf_token};
	like($csrf, qr/^[A-Za-z0-9_-]{33}$/, 'the CSRF token is as long as the vendor\'s');
	like(
		$reply->{header}{'set-cookie'},
		qr/^_help_center_session=[^;]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
		'scripts cannot read the session\'s cookie');
	$reply = $hc->get("$API/sessions", '-b', $jar);
	is(decode_json($reply->{body})->{current_session}{csrf_token},
		$csrf, 'the CSRF token stays the same within the session');
	is($reply->{header}{'set-cookie'}, undef, 'a session that goes on sets no new cookie');
	isnt($hc->get_json($SESSIONS)->{current_session}{csrf_token},
		$csrf, 'another session has another CSRF token');
	is($hc->get($SESSIONS, @{ $ada[2] })->{status}, 200, 'credentials get a session');
	is($hc->get($SESSIONS, '-u', 'ada@example.com:wrong')->{status},
		401, 'wrong credentials get no session');
	is($hc->get($TOKEN, '-b', $jar)->{status},
		401, 'an anonymous session gets no token');
};

subtest 'signing in with a browser' => sub {
	my @jar  = ('-b', "$hc->{dir}/browser", '-c', "$hc->{dir}/browser");
	my $form = sub {
		my ($body) = @_;
		return $body =~ /name="authenticity_token" value="([^"]+)"/ ? $1 : '';
	};
	my $post = sub {
		my ($path, %fields) = @_;
		return $hc->get($path, @jar,
			map { ('--data-urlencode', "$_=$fields{$_}") } sort keys %fields);
	};
	my $cookie = sub {
		HelpCenter::slurp("$hc->{dir}/browser") =~ /session\t(\S+)/ ? $1 : '';
	};
	my %ada = (email => 'ada@example.com', password => 'ada:p/w"d');

	my $page = $hc->get('/hc/en-us/signin', @jar);
	is($page->{status}, 200, 'the sign-in form is served');
	like(
		$page->{header}{'content-security-policy'},
		qr/script-src 'self';/,
		'the form\'s page allows no script but the theme\'s');
	my $csrf   = $form->($page->{body});
	my $before = $cookie->();
	is($post->('/hc/en-us/signin', %ada)->{status}, 403, 'signing in without a CSRF token is refused');
	is( $post->('/hc/en-us/signin', %ada, authenticity_token => 'x')
		  ->{status},
		403,
		'signing in with a wrong CSRF token is refused');
	my $reply = $post->(
		'/hc/en-us/signin',
		email              => '"><script>alert(1)',
		password           => 'x',
		authenticity_token => $csrf);
	is($reply->{status}, 403, 'signing in with a wrong password is refused');
	unlike($reply->{body}, qr/<script>/, 'what was typed is escaped');
	is($hc->get($TOKEN, @jar)->{status}, 401, 'none of these has signed in');

	$reply = $post->('/hc/en-us/signin', %ada, authenticity_token => $csrf);
	is($reply->{status},           303,         'signing in redirects');
	is($reply->{header}{location}, '/hc/en-us', 'signing in redirects to the home page');
	isnt($cookie->(), $before, 'signing in starts a new session');
	is($hc->get($TOKEN, '-b', "_help_center_session=$before")->{status},
		401, 'the session from before signing in is nobody\'s');
	$page = $hc->get('/hc/en-us', @jar);
	like(
		$page->{body},
		qr/Ada &lt;Example&gt; &amp; Sons \(end-user\)/,
		'the home page has the user\'s name, escaped');
	like(
		$page->{body},
		qr{<meta name="api-url" content="http://127.0.0.1:3000/orders">},
		'the home page has the theme\'s setting');
	like(
		$page->{header}{'content-security-policy'},
		qr/connect-src 'self' http:\/\/127\.0\.0\.1:3000;/,
		'the theme\'s script may call the URL of its setting');
	my $claims =
	  HelpCenter::token_claims($hc->get_json($TOKEN, @jar)->{token});
	is($claims->{userId}, $ID, 'the browser\'s session gets a token');
	is( $form->($page->{body}),
		$hc->get_json($SESSIONS, @jar)->{current_session}{csrf_token},
		'the page\'s CSRF token is that of the sessions endpoint');
	is($hc->get($TOKEN, @jar, '-u', 'ada@example.com:wrong')->{status},
		401, 'wrong credentials are refused even with a good cookie');
	is($post->('/hc/en-us/signout', a => 'b')->{status},
		403, 'sign-out needs the CSRF token');
	is( $post->(
			'/hc/en-us/signout', authenticity_token => $form->($page->{body})
		)->{status},
		303,
		'signing out redirects');
	is($hc->get($TOKEN, @jar)->{status}, 401, 'after signing out there is no token');
	is( $hc->get("/hc/theme/script.js")->{body},
		join('',
			map { HelpCenter::slurp(dirname(__FILE__) . "/../$_") }
			  qw(theme/help-center-api.js helpcenter/pages/theme/script.js)),
		'the theme\'s script is served as it is') if !$ENV{HELPCENTERD};
	my $big = HelpCenter::spew("$hc->{dir}/big", 'x' x 100_000);
	is($hc->get('/hc/en-us/signin', '--data-binary', "\@$big")->{status},
		413, 'a form too big is refused');
	is( $hc->get(
			'/hc/en-us/signin',           '-H',
			'Transfer-Encoding: chunked', '--data-binary',
			"\@$big")->{status},
		413,
		'a form too big is refused, chunked too');
};

done_testing();
