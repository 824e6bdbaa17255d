# The stand-in help center's account: custom claims, the credentials that are left in
# 2027, sessions, users of all kinds.
#
# 104_helpcenterd_brands.pl has its brands, a sandbox, and the answers that no page of
# the vendor's documents.

use strict;
use warnings;
use utf8;
use File::Temp;
use JSON::PP;
use Test::More;
use HelpCenter qw(:api);

my $log_dir = File::Temp::tempdir(TMPDIR => 1, CLEANUP => 1);
my $hc = HelpCenter->new(
	users => HelpCenter::sample_users(),
	args  => [ '--access-log', "$log_dir/log" ]);

# The claims of the token that these credentials get; or the status.
sub claims_with
{
	my (@how) = @_;
	my $reply = $hc->get($TOKEN, @how);

	return $reply->{status} if $reply->{status} != 200;
	return HelpCenter::token_claims(decode_json($reply->{body})->{token});
}

sub user_with
{
	my $claims = claims_with(@_);
	return ref $claims ? $claims->{userId} : $claims;
}

# A request with a JSON body.
sub send_json
{
	my ($method, $path, $body, @how) = @_;
	my $reply = $hc->get(
		$path, '-X', $method, '-H', 'Content-Type: application/json',
		'--data-binary', ref $body ? encode_json($body) : $body, @how);

	$reply->{json} = eval { decode_json($reply->{body}) };
	return $reply;
}

sub last_log_line
{
	my @lines = split /\n/, HelpCenter::slurp("$log_dir/log");
	return $lines[-1];
}

my $forbidden = {
	error => {
		title   => 'Forbidden',
		message => 'You do not have access to this page'
	}
};

sub scope_error
{
	return {
		error       => 'Forbidden',
		description => "You are missing the following required scopes: $_[0]"
	};
}

subtest 'account custom claims: who may' => sub {
	for my $path ($CLAIMS, "$CLAIMS.json", "$CLAIMS/x", "$CLAIMS/x.json")
	{
		my $reply = $hc->get($path);
		is($reply->{status}, 401, "$path: an anonymous visitor may not");
		is($reply->{body}, q({"error":"Couldn't authenticate you"}), "$path: an anonymous visitor gets the error of missing credentials");
		for my $how (\@ada, [ '-H', 'Authorization: Bearer agent-oauth' ])
		{
			$reply = $hc->get($path, @$how);
			is($reply->{status}, 403, "$path: @$how may not");
			is_deeply(decode_json($reply->{body}), $forbidden, "$path: @$how gets the error of missing rights");
		}
		is($hc->get($path, '-u', 'admin@example.com:wrong')->{status},
			401, "$path: an admin with a wrong password may not");
	}
	for my $method ('POST', 'PUT', 'DELETE')
	{
		my $path = $method eq 'POST' ? $CLAIMS : "$CLAIMS/x";
		is(send_json($method, $path, '{}', @ada)->{status}, 403, "$method: end users may not");
		is(send_json($method, $path, '{}')->{status}, 401, "$method: an anonymous visitor may not");
		my $reply =
		  send_json($method, $path, '{}', '-H', 'Authorization: Bearer admin-reads');
		is($reply->{status}, 403, "$method: a token that may only read may not");
		is_deeply($reply->{json}, scope_error('write'), "$method: the error names the scope that is missing");
	}
	is($hc->get($CLAIMS, '-H', 'Authorization: Bearer admin-reads')->{status},
		200, 'GET: a token that may only read may');
	is_deeply(
		[
			map { $_->{claim_identifier} }
			  @{ $hc->get_json("$CLAIMS.json", '-u', 'admin@example.com/token:api-1')->{custom_claims} }
		],
		[ 'tenant', 'größe' ],
		'GET: an API token with an admin\'s address may');
};

subtest 'account custom claims: as the vendor\'s page has them' => sub {
	my $members = {
		claim_identifier  => 'custom-claim-1',
		claim_value       => 'some-claim-value',
		claim_description => 'An example'
	};
	my $reply = send_json('POST', "$CLAIMS.json", { custom_claim => $members }, @oauth);
	is($reply->{status}, 201, 'POST makes a claim');
	like(
		$reply->{body},
		qr/^\{"custom_claim":\{"account_id":998,"brand_id":10001,"claim_description":"An\ example",
		"claim_identifier":"custom-claim-1","claim_value":"some-claim-value",
		"created_at":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ","id":"[0-9A-HJKMNP-TV-Z]{26}",
		"updated_at":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"\}\}$/x,
		'a claim has its members in the order of the vendor\'s example');
	my $claim = $reply->{json}{custom_claim};
	my $id = $claim->{id};

	for my $path ("$CLAIMS/$id", "$CLAIMS/$id.json", "$CLAIMS/" . lc $id)
	{
		is_deeply($hc->get_json($path, @oauth), { custom_claim => $claim }, "show $path");
	}
	my $list = $hc->get_json($CLAIMS, @oauth);
	is_deeply([ keys %$list ], ['custom_claims'], 'the list has nothing but custom_claims');
	is_deeply($list->{custom_claims}[2], $claim, 'the list has the new claim last');
	is($list->{custom_claims}[0]{claim_description}, undef, 'the description of a claim without one is null');
	is(claims_with(@ada)->{'custom-claim-1'}, 'some-claim-value', 'tokens have the new claim');

	$reply = send_json('PUT', "$CLAIMS/$id",
		{ custom_claim => { claim_value => 'other' } }, @oauth);
	is($reply->{status}, 200, 'PUT changes the claim');
	is($reply->{json}{custom_claim}{claim_value}, 'other', 'PUT changes the member that was sent');
	is($reply->{json}{custom_claim}{claim_identifier}, 'custom-claim-1', 'PUT leaves the member that was not sent');
	is($reply->{json}{custom_claim}{id}, $id, 'PUT leaves the claim\'s id');
	is(claims_with(@ada)->{'custom-claim-1'}, 'other', 'tokens have the changed value');
	$reply = send_json('PUT', "$CLAIMS/$id.json",
		{ custom_claim => { claim_identifier => 'renamed', claim_description => undef } },
		@oauth);
	is($reply->{json}{custom_claim}{claim_description}, undef, 'null takes the description away');
	ok(!exists claims_with(@ada)->{'custom-claim-1'}, 'tokens do not have a renamed claim under its old name');
	is(claims_with(@ada)->{renamed}, 'other', 'tokens have a renamed claim under its new name');

	$reply = $hc->get("$CLAIMS/$id", '-X', 'DELETE', @oauth);
	is($reply->{status}, 204, 'DELETE succeeds');
	is($reply->{body}, '', 'DELETE answers without content');
	is($reply->{header}{'content-type'}, undef, 'DELETE answers without a content type');
	for my $method ('GET', 'PUT', 'DELETE')
	{
		$reply = send_json($method, "$CLAIMS/$id", '{}', @oauth);
		is($reply->{status}, 404, "$method of a deleted claim is refused");
		is_deeply($reply->{json}, { error => 'RecordNotFound', description => 'Not found' },
			"$method of a deleted claim: the error");
	}
	ok(!exists claims_with(@ada)->{renamed}, 'tokens do not have a deleted claim');
};

subtest 'account custom claims: what is wrong' => sub {
	my $blank = ["can't be blank"];
	my $before = $hc->get($CLAIMS, @oauth)->{body};
	my ($tenant) = @{ decode_json($before)->{custom_claims} };
	my %good = (claim_identifier => 'a', claim_value => 'b');

	for my $case (
		[ { claim_identifier => 'a' }, { claim_value => $blank } ],
		[ { %good, claim_value => '' },    { claim_value => $blank } ],
		[ { %good, claim_value => " \t" }, { claim_value => $blank } ],
		[ { %good, claim_value => undef }, { claim_value => $blank } ],
		[ { claim_value => 'b' }, { claim_identifier => $blank } ],
		[ {}, { claim_identifier => $blank, claim_value => $blank } ],
		[ { %good, claim_value => 7 }, { claim_value => ['must be a string'] } ],
		[ { %good, claim_value => ['b'] }, { claim_value => ['must be a string'] } ],
		[ { %good, claim_description => 1 }, { claim_description => ['must be a string'] } ],
		[
			{ %good, claim_identifier => 'tenant' },
			{ claim_identifier => ['has already been taken'] }
		])
	{
		my ($members, $errors) = @$case;
		my $reply = send_json('POST', $CLAIMS, { custom_claim => $members }, @oauth);
		is($reply->{status}, 400, 'POST ' . encode_json($members));
		is_deeply($reply->{json}, { errors => $errors }, 'the errors name the members that are wrong');
	}
	for my $case (
		[ { claim_value => '' }, { claim_value => $blank } ],
		[ { claim_identifier => undef }, { claim_identifier => $blank } ],
		[
			{ claim_identifier => 'größe' },
			{ claim_identifier => ['has already been taken'] }
		])
	{
		my ($members, $errors) = @$case;
		my $reply =
		  send_json('PUT', "$CLAIMS/$tenant->{id}", { custom_claim => $members }, @oauth);
		is($reply->{status}, 400, 'PUT ' . encode_json($members));
		is_deeply($reply->{json}, { errors => $errors }, 'the errors name the members that are wrong');
	}
	for my $body ('', '[]', '{', 'null', '{"custom_claim":[]}', '{"claim_value":"x"}',
		'{"custom_claim":{"claim_identifier":"a\u0000","claim_value":"b"}}')
	{
		is(send_json('POST', $CLAIMS, $body, @oauth)->{status}, 400, "POST $body");
	}
	is($hc->get($CLAIMS, @oauth)->{body}, $before, 'refused requests change nothing');
	is(send_json('PUT', "$CLAIMS/$tenant->{id}",
			{ custom_claim => { claim_identifier => 'tenant', claim_value => 'acme' } },
			@oauth)->{status}, 200, 'a claim may keep its own name');

	my $reply = $hc->get($CLAIMS, '-X', 'PUT', @oauth);
	is($reply->{status}, 405, 'PUT of the list is not allowed');
	is($reply->{header}{allow}, 'GET, HEAD, POST', 'PUT of the list: Allow names the methods');
	$reply = $hc->get("$CLAIMS/x", '-X', 'POST', @oauth);
	is($reply->{header}{allow}, 'GET, HEAD, PUT, DELETE', 'POST of one claim: Allow names the methods');
	is($hc->get("$CLAIMS/", @oauth)->{status}, 404, 'a path with an empty id is unknown');
	is($hc->get("$CLAIMS/x/y", @oauth)->{status}, 404, 'a path with more behind the id is unknown');

	for my $name (3 .. 5)
	{
		is(send_json('POST', $CLAIMS,
				{ custom_claim => { claim_identifier => "c$name", claim_value => 'x' } },
				@oauth)->{status}, 201, "claim $name of five is made");
	}
	$reply = send_json('POST', $CLAIMS,
		{ custom_claim => { claim_identifier => 'c6', claim_value => 'x' } }, @oauth);
	is($reply->{status}, 400, 'a sixth claim is refused');
	like($reply->{json}{errors}{base}[0], qr/at most 5 custom claims/, 'the error of a sixth claim says why');

	my ($status, undef, $err) = $hc->try_ctl('custom-claim', 'c6', 'x');
	is($status, 1, 'a sixth claim by the control socket is refused');
	like($err, qr/at most 5 custom claims/, 'the control socket\'s error says why');
	$hc->ctl('custom-claim', 'tenant', 'new', 'value');
	is(claims_with(@ada)->{tenant}, 'new value', 'the control socket may change a claim');
	$hc->ctl('custom-claim', "c$_") for 3 .. 5;
	$hc->ctl('custom-claim', 'email', 'x@example.com');
	is(claims_with(@ada)->{email}, 'x@example.com', 'a custom claim may have the name "email"');
	$hc->ctl('custom-claim', 'email');
	is(claims_with(@ada)->{email}, 'ada@example.com', 'without that custom claim, "email" is the user\'s again');
};

subtest 'an API token is the account\'s' => sub {
	my %id = ('ada@example.com' => $ID, 'bob@example.com' => 2, 'AGENT@example.com' => 3,
		'admin@example.com' => 4);
	is(user_with('-u', "$_/token:api-2"), $id{$_}, "the account's API token signs in $_") for sort keys %id;
	is(user_with('-u', "$_/token:api-2"), 401, "the account's API token does not sign in '$_'")
	  for ('nobody@example.com', 'gone@example.com', '', '5');
	is(user_with('-u', 'bob@example.com/token:api-9'), 401, 'an unknown API token signs nobody in');

	# as in users files of 1.0
	$hc->ctl('add-user', '{"id":8,"email":"old@example.com","api_tokens":["api-old"]}');
	is(user_with('-u', 'bob@example.com/token:api-old'), 2, 'an API token of a user\'s entry signs in another user');
	my ($status) = $hc->try_ctl('add-user',
		'{"id":8,"email":"twice@example.com","api_tokens":["api-refused"]}');
	is($status, 1, 'a user whose id is taken is refused');
	is(user_with('-u', 'bob@example.com/token:api-refused'), 401, 'a refused user\'s API token signs nobody in');

	$hc->ctl('set', 'api-tokens', 'off');
	is(user_with('-u', 'ada@example.com/token:api-1'), 401, 'with API tokens switched off, none signs in');
	is(user_with(@ada), $ID, 'with API tokens switched off, passwords sign in');
	$hc->ctl('set', 'passwords', 'off');
	is(user_with(@ada), 401, 'with passwords switched off, none signs in');
	is(user_with('-u', 'ada@example.com/token:api-1'), 401, 'with both switched off, no API token signs in');
	is(user_with('-H', 'Authorization: Bearer ada-oauth'), $ID, 'with both switched off, an OAuth token signs in');
	$hc->ctl('set', $_, 'on') for ('passwords', 'api-tokens');
	is(user_with(@ada), $ID, 'with both switched on, passwords sign in');
	is(user_with('-u', 'ada@example.com/token:api-1'), $ID, 'with both switched on, API tokens sign in');
};

subtest 'on behalf of' => sub {
	my $as = sub { return ('-H', "X-On-Behalf-Of: $_[0]"); };
	my $bearer = sub { return ('-H', "Authorization: Bearer $_[0]"); };

	is(user_with(@oauth), 4, 'without X-On-Behalf-Of the token is the admin\'s');
	is(user_with(@oauth, $as->('ada@example.com')), $ID, 'X-On-Behalf-Of names a user by address');
	is(user_with(@oauth, $as->($ID)), $ID, 'X-On-Behalf-Of names a user by id');
	like(last_log_line(), qr/ 200 \d+ $ID by 4$/, 'the log has the admin whose token it was');
	is(user_with(@oauth, $as->('5')), 5, 'X-On-Behalf-Of names a user without an address');
	is(user_with(@oauth, $as->('agent@example.com')), 3, 'X-On-Behalf-Of names an agent');

	for my $nobody ('nobody@example.com', '99', '-1', 'gone@example.com', '7', 'ada', '')
	{
		my $reply = $hc->get($TOKEN, @oauth, $nobody eq '' ? ('-H', 'X-On-Behalf-Of;') : $as->($nobody));
		is($reply->{status}, 401, "on behalf of '$nobody': refused");
		is(decode_json($reply->{body})->{error}, 'invalid_token', "on behalf of '$nobody': the error");
		like(last_log_line(), qr/ 401 \d+ - by 4$/, "on behalf of '$nobody': the log has the attempt");
	}
	for my $case (
		[ 'admin-reads', 403, scope_error('impersonate') ],
		[ 'admin-acts', 403, scope_error('read') ],
		[ 'ada-oauth', 403, scope_error('impersonate') ],
		[ 'agent-oauth', 403, scope_error('impersonate') ],
		[ 'agent-acts', 403, $forbidden ],
		[ 'gone-oauth', 401, { error => "Couldn't authenticate you" } ],
		[ 'wrong', 401, { error => "Couldn't authenticate you" } ])
	{
		my ($token, $status, $body) = @$case;
		for my $who ('ada@example.com', 'nobody@example.com')
		{
			my $reply = $hc->get($TOKEN, $bearer->($token), $as->($who));
			is($reply->{status}, $status, "$token, on behalf of $who");
			is_deeply(decode_json($reply->{body}), $body, "$token, on behalf of $who: the error");
		}
	}
	is(user_with($bearer->('admin-acts')), 403, 'a token without the scope read gets no token');

	# without an OAuth token the header must not be ignored
	my $cookie = '_help_center_session=x';
	is(user_with(@$_, $as->('ada@example.com')), 403, "X-On-Behalf-Of without an OAuth token is refused: @$_")
	  for (\@admin, [ '-u', 'admin@example.com/token:api-1' ], [ '-b', $cookie ], []);
	is($hc->get($KEYS, $as->('ada@example.com'))->{status}, 200,
		'the keys are served whatever X-On-Behalf-Of says');

	my $reply = $hc->get($SESSIONS, @oauth, $as->('ada@example.com'));
	my ($session) = $reply->{header}{'set-cookie'} =~ /^([^;]+)/;
	is(user_with('-b', $session), $ID, 'a session on behalf of a user is the user\'s');
	is($hc->get($SESSIONS, @oauth, $as->('nobody@example.com'))->{status}, 401,
		'on behalf of an unknown user there is no session');
	is($hc->get($CLAIMS, @oauth, $as->('ada@example.com'))->{status}, 403,
		'on behalf of an end user an admin has that user\'s rights alone');
};

subtest 'sessions' => sub {
	my $session_of = sub {
		my $reply = $hc->get($SESSIONS, @_);
		my ($cookie) = ($reply->{header}{'set-cookie'} // '') =~ /^([^;]+)/;
		return ($cookie, decode_json($reply->{body})->{current_session}{csrf_token});
	};
	for my $how (\@ada, [ '-u', 'ada@example.com/token:api-1' ],
		[ '-H', 'Authorization: Bearer ada-oauth' ])
	{
		my ($cookie) = $session_of->(@$how);
		is(user_with('-b', $cookie), $ID, "@$how: the user's session");
	}
	my ($anonymous) = $session_of->();
	is(user_with('-b', $anonymous), 401, 'a session without credentials is nobody\'s');
	my ($hers, $csrf) = $session_of->(@ada, '-b', $anonymous);
	isnt($hers, $anonymous, 'an anonymous session does not become a user\'s');
	is(user_with('-b', $anonymous), 401, 'the anonymous session stays nobody\'s');
	is(user_with('-b', $hers), $ID, 'the user\'s session is her own');
	is_deeply([ $session_of->(@ada, '-b', $hers) ], [ undef, $csrf ], 'the user\'s session goes on with her credentials');
	is_deeply([ $session_of->('-b', $hers) ], [ undef, $csrf ], 'the user\'s session goes on by its cookie alone');
	my ($other) = $session_of->(@admin, '-b', $hers);
	isnt($other, undef, 'another user with that cookie gets another session');
	is(user_with('-b', $other), 4, 'the other user\'s session is his own');

	# the vendor's other source of the CSRF token
	is_deeply(
		$hc->get_json('/api/v2/users/me.json', '-b', $hers),
		{
			user => {
				id                 => $ID,
				name               => 'Ada <Example> & Sons',
				email              => 'ada@example.com',
				role               => 'end-user',
				external_id        => 'cust-1001',
				authenticity_token => $csrf
			}
		},
		'users/me of a signed-in user');
	my $me = $hc->get_json('/api/v2/users/me')->{user};
	is($me->{id}, undef, 'users/me of an anonymous visitor has no id');
	like($me->{authenticity_token}, qr/^[\w-]{33}$/, 'users/me of an anonymous visitor has a CSRF token');
	is($hc->get_json('/api/v2/users/me', @oauth, '-H', 'X-On-Behalf-Of: 5')->{user}{email}, undef,
		'users/me of a user without an address has null');
	is($hc->get('/api/v2/users/me', '-u', 'ada@example.com:wrong')->{status}, 401, 'users/me refuses wrong credentials');

	# what one can do with the CSRF token
	my ($boss, $his) = $session_of->(@oauth);
	my $body = { custom_claim => { claim_identifier => 'csrf', claim_value => 'x' } };
	is(send_json('POST', $CLAIMS, $body, '-b', $boss)->{status}, 403,
		'a write by cookie needs the CSRF token');
	is(send_json('POST', $CLAIMS, $body, '-b', $boss, '-H', "X-CSRF-Token: $csrf")->{status},
		403, 'a write by cookie does not take another session\'s CSRF token');
	is(send_json('POST', $CLAIMS, $body, '-b', $boss, '-H', "X-CSRF-Token: $his")->{status},
		201, 'a write by cookie is done with the session\'s CSRF token');
	is(send_json('POST', $CLAIMS, $body, '-b', $hers, '-H', "X-CSRF-Token: $csrf")->{status},
		403, 'a write by cookie of a user who is no admin is refused');
	$hc->ctl('custom-claim', 'csrf');

	$hc->ctl('suspend', 'ada@example.com');
	is(user_with('-b', $hers), 401, 'a suspended user\'s session is nobody\'s');
	is(user_with(@ada), 401, 'a suspended user\'s password does not sign in');
	is(user_with('-u', 'ada@example.com/token:api-1'), 401, 'an API token does not sign in a suspended user');
	is(user_with('-H', 'Authorization: Bearer ada-oauth'), 401, 'a suspended user\'s OAuth token does not sign in');
	is(user_with(@oauth, '-H', "X-On-Behalf-Of: $ID"), 401, 'an admin cannot act for a suspended user');
	$hc->ctl('unsuspend', $ID);
	is(user_with('-b', $hers), $ID, 'a user who is no longer suspended has her session again');
};

subtest 'users without an address, an external id' => sub {
	my $claims = claims_with('-H', 'Authorization: Bearer phone-oauth');
	is($claims->{userId}, 5, 'a user without an address signs in');
	ok(!exists $claims->{$_}, "a user without an address and an external id: no claim $_") for ('email', 'externalId');
	$claims = claims_with(@oauth, '-H', 'X-On-Behalf-Of: 6');
	ok(exists $claims->{$_} && !defined $claims->{$_}, "a user with null in the users file: claim $_ is null") for ('email', 'externalId');
	$hc->ctl('add-user', '{"id":10,"external_id":"x","oauth_tokens":["ten"]}');
	$claims = claims_with('-H', 'Authorization: Bearer ten');
	is($claims->{externalId}, 'x', 'a user without an address has an external id');
	ok(!exists $claims->{email}, 'a user without an address has no claim email');
	is(HelpCenter::token_claims(
			$hc->sign('--users', $hc->{users_file}, '--user', 5))->{userId}, 5,
		'sign takes a user\'s id');
	$hc->ctl('remove-user', 10);
	is(user_with('-H', 'Authorization: Bearer ten'), 401, 'a user removed by id does not sign in');
};

my $log = HelpCenter::slurp("$log_dir/log");
unlike($log, qr/oauth|api-\d|admin-|example\.com|session=/, 'the log has no secret and no address');

done_testing();
