# The stand-in help center: the brands of one account, a sandbox, and the answers that
# were seen of the vendor's API though no page documents them.

use strict;
use warnings;
use utf8;
use JSON::PP;
use Test::More;

use HelpCenter qw(:api);

my $LEGACY   = '/hc/api/v2/integration/token.json';

my $hc = HelpCenter->new(users => HelpCenter::sample_users());

# ---- brands ----

sub brand_get
{
	my ($of, $host, $path, @how) = @_;
	return $of->get("https://$host:$of->{port}$path", '--resolve',
		"$host:$of->{port}:127.0.0.1", @how);
}

sub brand_claims
{
	my ($of, $host) = @_;
	my $reply = brand_get($of, $host, $TOKEN, @ada);
	return HelpCenter::token_claims(decode_json($reply->{body})->{token});
}

my $users = HelpCenter::sample_users();
push @{ $users->{custom_claims} },
  { claim_identifier => 'shop', claim_value => 'two', brand => 'two.test' };

subtest 'brands of one account' => sub {
	my $account = HelpCenter->new(
		users => $users,
		args  => [
			'--brand' => 'two.test',
			'--brand' => 'three.test=support.example.com'
		]);
	my %keys = map { (brand_get($account, $_, $KEYS)->{body} => 1) }
	  qw(two.test three.test support.example.com);
	is_deeply([ keys %keys ], [ $account->get($KEYS)->{body} ], 'all brands have the same keys');
	my %origin = (
		'two.test'            => "https://two.test:$account->{port}",
		'TWO.test'            => "https://two.test:$account->{port}",
		'three.test'          => "https://support.example.com:$account->{port}",
		'support.example.com' => "https://support.example.com:$account->{port}",
		'localhost'           => $account->{url});
	foreach my $host (sort keys %origin)
	{
		my $claims = brand_claims($account, $host);
		is($claims->{origin}, $origin{$host}, "$host: origin");
		is($claims->{userId}, $ID, "$host: the user is the same");
		is($claims->{shop}, lc $host eq 'two.test' ? 'two' : undef, "$host: its tokens have its own custom claim");
		is($claims->{tenant}, $host eq 'localhost' ? 'acme' : undef, "$host: its tokens have no other brand's custom claim");
	}
	my ($shop) = @{ decode_json(brand_get($account, 'two.test', $CLAIMS, @admin)->{body})->{custom_claims} };
	is($shop->{brand_id}, 10002, 'a custom claim names its brand');
	is($shop->{account_id}, 998, 'a custom claim names its account');
	is(brand_get($account, 'three.test', "$CLAIMS/$shop->{id}", @admin)->{status},
		404, 'a custom claim is unknown to another brand');
	is(brand_get($account, 'three.test', "$CLAIMS/$shop->{id}", @admin, '-X', 'DELETE')->{status},
		404, 'another brand cannot delete a custom claim');
	for my $n (1 .. 5)
	{
		is(brand_get($account, 'three.test', $CLAIMS, @admin, '-d',
				qq({"custom_claim":{"claim_identifier":"c$n","claim_value":"x"}}))->{status},
			201, "claim $n of five is made for a brand");
	}
	is(brand_get($account, 'support.example.com', $CLAIMS, @admin, '-d',
			'{"custom_claim":{"claim_identifier":"c6","claim_value":"x"}}')->{status},
		400, 'a sixth claim is refused by the brand\'s other host, too');

	$account->ctl('brand', 'rename', 'two.test', 'new.test');
	my $reply = brand_get($account, 'two.test', $KEYS);
	is($reply->{status}, 404, 'a renamed subdomain: the old host is 404');
	is(decode_json($reply->{body})->{error}{title}, 'No help desk at two.test', 'a renamed subdomain: the old host\'s error names the host');
	is($reply->{header}{location}, undef, 'a renamed subdomain: the old host does not redirect');
	is(brand_get($account, 'two.test', $_)->{status}, 404, "a renamed subdomain: the old host has no $_")
	  for ($TOKEN, $SESSIONS, $CLAIMS, '/hc/en-us');
	my $claims = brand_claims($account, 'new.test');
	is($claims->{origin}, "https://new.test:$account->{port}", 'a renamed subdomain: tokens have the new origin');
	is($claims->{shop}, 'two', 'a renamed subdomain: tokens keep the brand\'s custom claims');
	$account->ctl('brand', 'rename', 'three.test', 'four.test');
	is(brand_claims($account, 'four.test')->{origin},
		"https://support.example.com:$account->{port}", 'a mapped host stays the origin when the subdomain is renamed');
	my ($status, undef, $err) = $account->try_ctl('brand', 'add', 'new.test');
	is($status, 1, 'a host that a brand has is refused to another');
	like($err, qr/there is a brand/, 'the error of a host that is taken says why');
	$account->ctl('brand', 'add', 'two.test');
	is(brand_claims($account, 'two.test')->{shop}, undef,
		'a new brand at an old subdomain does not get the old brand\'s claims');
	$account->ctl('brand', 'remove', 'four.test');
	is(brand_get($account, $_, $KEYS)->{status}, 404, "a removed brand: $_ is 404")
	  for ('four.test', 'support.example.com');
	is_deeply(
		[ map { $_->{host} } @{ decode_json($account->ctl('brand', 'list')) } ],
		[ undef, 'new.test', 'two.test' ], 'brand list has the brands that are left');
};

subtest 'a sandbox' => sub {
	my $sandbox = HelpCenter->new(
		users => HelpCenter::sample_users(),
		args  => ['--sandbox']);
	my $claims = HelpCenter::token_claims($sandbox->get_json($TOKEN, @ada)->{token});
	is($claims->{email}, 'ada@example.com', 'a sandbox has the same people');
	is($claims->{userId}, $ID + 1_000_000_000_000, 'a sandbox\'s people have other ids');
	isnt($sandbox->get($KEYS)->{body}, $hc->get($KEYS)->{body}, 'a sandbox has other keys');
	is($sandbox->get_json($CLAIMS, @admin)->{custom_claims}[0]{account_id}, 999,
		'a sandbox is another account');
	is(HelpCenter::token_claims($sandbox->sign('--users', $sandbox->{users_file},
				'--user', 'ada@example.com', '--sandbox'))->{userId},
		$claims->{userId}, 'sign --sandbox makes a token with the sandbox\'s id');
};

# ---- what no page of the vendor's tells ----

subtest 'answers that were seen' => sub {
	my @wrong = ('-u', 'ada@example.com:wrong');
	my $all = sub {
		return {
			legacy   => $hc->get($LEGACY)->{status},
			token    => $hc->get($TOKEN)->{status},
			wrong    => $hc->get($SESSIONS, @wrong)->{status},
			claims   => $hc->get($CLAIMS, @admin)->{status},
			error    => decode_json($hc->get($TOKEN)->{body})->{error},
		};
	};
	my %usual = (legacy => 401, token => 401, wrong => 401, claims => 200,
		error => "Couldn't authenticate you");
	my $with = sub {
		my ($name, %other) = @_;
		$hc->ctl('seen', $name);
		is_deeply($all->(), { %usual, %other }, "$name: only this answer changes");
		is($hc->ctl('seen', 'list'), qq(["$name"]), "$name: seen list has it");
		return;
	};
	my $off = sub {
		$hc->ctl('seen', 'clear', $_[0]);
		is_deeply($all->(), \%usual, "without $_[0] all answers are as usual");
	};

	is_deeply($all->(), \%usual, 'all are off by default');
	$with->('legacy-anonymous-403', legacy => 403);
	is($hc->get($LEGACY, @wrong)->{status}, 401, 'legacy-anonymous-403: wrong credentials are 401');
	is($hc->get($LEGACY, @ada)->{status}, 200, 'legacy-anonymous-403: good credentials get a token');
	$off->('legacy-anonymous-403');

	$with->('anonymous-200-without-token', legacy => 200, token => 200, error => undef);
	is($hc->get($TOKEN)->{body}, '{}', 'anonymous-200-without-token: the body has no token');
	is($hc->get($TOKEN, @wrong)->{status}, 401, 'anonymous-200-without-token: wrong credentials are 401');
	$off->('anonymous-200-without-token');

	$with->('wrong-password-200-anonymous', wrong => 200);
	my $reply = $hc->get($SESSIONS, @wrong);
	my ($cookie) = $reply->{header}{'set-cookie'} =~ /^([^;]+)/;
	is($hc->get($TOKEN, '-b', $cookie)->{status}, 401, 'wrong-password-200-anonymous: the session is nobody\'s');
	is($hc->get_json('/api/v2/users/me.json', @wrong)->{user}{name}, 'Anonymous user', 'wrong-password-200-anonymous: users/me is the anonymous user\'s');
	is($hc->get($SESSIONS, '-u', 'ada@example.com/token:wrong')->{status}, 401,
		'wrong-password-200-anonymous: a wrong API token is refused');
	is($hc->get($SESSIONS, '-H', 'Authorization: Bearer wrong')->{status}, 401,
		'wrong-password-200-anonymous: a wrong OAuth token is refused');
	is($hc->get($TOKEN, @wrong)->{status}, 401, 'wrong-password-200-anonymous: a wrong password gets no token');
	$off->('wrong-password-200-anonymous');

	$with->('custom-claims-bare-404', claims => 404);
	for my $how (\@admin, \@ada, [])
	{
		$reply = $hc->get($CLAIMS, @$how);
		is($reply->{status}, 404, "bare 404: @$how");
		is($reply->{body}, '', "bare 404: @$how: no body");
	}
	$off->('custom-claims-bare-404');

	$hc->ctl('seen', 'error-list');
	is_deeply(
		decode_json($hc->get('/nothing')->{body}),
		{ errors => [ { code => 'NotFound', title => 'Not Found', detail => 'Not found' } ] },
		'error-list: 404');
	is_deeply(
		decode_json($hc->get($TOKEN)->{body}),
		{
			errors => [
				{
					code   => 'Unauthorized',
					title  => 'Unauthorized',
					detail => "Couldn't authenticate you"
				}
			]
		},
		'error-list: 401');
	is($hc->get($CLAIMS, '-d', '{"custom_claim":{"claim_identifier":"a"}}', @oauth)->{body},
		q({"errors":{"claim_value":["can't be blank"]}}), 'error-list: an error that the vendor documents stays as it is');
	$hc->ctl('seen', 'anonymous-200-without-token');
	is($hc->ctl('seen', 'list'), '["anonymous-200-without-token","error-list"]', 'several answers can be on at once');
	$hc->ctl('seen', 'clear');
	is_deeply($all->(), \%usual, 'seen clear turns all off');

	my $at_start = HelpCenter->new(
		users => HelpCenter::sample_users(),
		args  => [ '--seen', 'legacy-anonymous-403', '--no-passwords', '--no-api-tokens' ]);
	is($at_start->get($LEGACY)->{status}, 403, '--seen turns an answer on');
	is($at_start->get($TOKEN, @ada)->{status}, 401, '--no-passwords: a password gets no token');
	is($at_start->get($TOKEN, '-u', 'ada@example.com/token:api-1')->{status}, 401,
		'--no-api-tokens: an API token gets no token');
	is($at_start->get($TOKEN, @oauth, '-H', "X-On-Behalf-Of: $ID")->{status}, 200,
		'--no-passwords --no-api-tokens: an OAuth token gets a token on behalf of a user');
	my ($status, undef, $err) =
	  HelpCenter::run(HelpCenter::program(), '--data', "$at_start->{dir}/x", '--seen', 'it');
	is($status, 1, '--seen with an unknown name is refused');
	like($err, qr/unknown answer .*: legacy-anonymous-403/, 'the error of --seen with an unknown name lists the names');
};

done_testing();
