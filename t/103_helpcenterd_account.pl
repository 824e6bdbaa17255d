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
		is($reply->{status}, 401, "$path: not anonymous visitors");
		is($reply->{body}, q({"error":"Couldn't authenticate you"}), 'body');
		for my $how (\@ada, [ '-H', 'Authorization: Bearer agent-oauth' ])
		{
			$reply = $hc->get($path, @$how);
			is($reply->{status}, 403, "$path: nor @$how");
			is_deeply(decode_json($reply->{body}), $forbidden, 'body');
		}
		is($hc->get($path, '-u', 'admin@example.com:wrong')->{status},
			401, "$path: nor with a wrong password");
	}
	for my $method ('POST', 'PUT', 'DELETE')
	{
		my $path = $method eq 'POST' ? $CLAIMS : "$CLAIMS/x";
		is(send_json($method, $path, '{}', @ada)->{status}, 403, "$method: end users may not");
		is(send_json($method, $path, '{}')->{status}, 401, "$method: nobody may not");
		my $reply =
		  send_json($method, $path, '{}', '-H', 'Authorization: Bearer admin-reads');
		is($reply->{status}, 403, "$method: a token that reads may not");
		is_deeply($reply->{json}, scope_error('write'), 'body');
	}
	is($hc->get($CLAIMS, '-H', 'Authorization: Bearer admin-reads')->{status},
		200, 'it may read');
	is_deeply(
		[
			map { $_->{claim_identifier} }
			  @{ $hc->get_json("$CLAIMS.json", '-u', 'admin@example.com/token:api-1')->{custom_claims} }
		],
		[ 'tenant', 'größe' ],
		'an API token with an admin\'s address may');
};

subtest 'account custom claims: as the vendor\'s page has them' => sub {
	my $members = {
		claim_identifier  => 'custom-claim-1',
		claim_value       => 'some-claim-value',
		claim_description => 'An example'
	};
	my $reply = send_json('POST', "$CLAIMS.json", { custom_claim => $members }, @oauth);
	is($reply->{status}, 201, 'created');
	like(
		$reply->{body},
		qr/^\{"custom_claim":\{"account_id":998,"brand_id":10001,"claim_description":"An\ example",
		"claim_identifier":"custom-claim-1","claim_value":"some-claim-value",
		"created_at":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ","id":"[0-9A-HJKMNP-TV-Z]{26}",
		"updated_at":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"\}\}$/x,
		'its members, in the order of the example');
	my $claim = $reply->{json}{custom_claim};
	my $id = $claim->{id};

	for my $path ("$CLAIMS/$id", "$CLAIMS/$id.json", "$CLAIMS/" . lc $id)
	{
		is_deeply($hc->get_json($path, @oauth), { custom_claim => $claim }, "show $path");
	}
	my $list = $hc->get_json($CLAIMS, @oauth);
	is_deeply([ keys %$list ], ['custom_claims'], 'the list\'s envelope');
	is_deeply($list->{custom_claims}[2], $claim, 'the list has it last');
	is($list->{custom_claims}[0]{claim_description}, undef, 'no description: null');
	is(claims_with(@ada)->{'custom-claim-1'}, 'some-claim-value', 'tokens have it');

	$reply = send_json('PUT', "$CLAIMS/$id",
		{ custom_claim => { claim_value => 'other' } }, @oauth);
	is($reply->{status}, 200, 'changed');
	is($reply->{json}{custom_claim}{claim_value}, 'other', 'what was sent');
	is($reply->{json}{custom_claim}{claim_identifier}, 'custom-claim-1', 'and nothing else');
	is($reply->{json}{custom_claim}{id}, $id, 'under its id');
	is(claims_with(@ada)->{'custom-claim-1'}, 'other', 'tokens follow');
	$reply = send_json('PUT', "$CLAIMS/$id.json",
		{ custom_claim => { claim_identifier => 'renamed', claim_description => undef } },
		@oauth);
	is($reply->{json}{custom_claim}{claim_description}, undef, 'null takes the description away');
	ok(!exists claims_with(@ada)->{'custom-claim-1'}, 'no longer under its old name');
	is(claims_with(@ada)->{renamed}, 'other', 'but under its new one');

	$reply = $hc->get("$CLAIMS/$id", '-X', 'DELETE', @oauth);
	is($reply->{status}, 204, 'deleted');
	is($reply->{body}, '', 'no content');
	is($reply->{header}{'content-type'}, undef, 'of no type');
	for my $method ('GET', 'PUT', 'DELETE')
	{
		$reply = send_json($method, "$CLAIMS/$id", '{}', @oauth);
		is($reply->{status}, 404, "$method of what is gone");
		is_deeply($reply->{json}, { error => 'RecordNotFound', description => 'Not found' },
			'body');
	}
	ok(!exists claims_with(@ada)->{renamed}, 'tokens have it no more');
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
		is_deeply($reply->{json}, { errors => $errors }, 'which members are wrong');
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
		is_deeply($reply->{json}, { errors => $errors }, 'which members are wrong');
	}
	for my $body ('', '[]', '{', 'null', '{"custom_claim":[]}', '{"claim_value":"x"}',
		'{"custom_claim":{"claim_identifier":"a\u0000","claim_value":"b"}}')
	{
		is(send_json('POST', $CLAIMS, $body, @oauth)->{status}, 400, "POST $body");
	}
	is($hc->get($CLAIMS, @oauth)->{body}, $before, 'none of these has changed anything');
	is(send_json('PUT', "$CLAIMS/$tenant->{id}",
			{ custom_claim => { claim_identifier => 'tenant', claim_value => 'acme' } },
			@oauth)->{status}, 200, 'a claim may keep its own name');

	my $reply = $hc->get($CLAIMS, '-X', 'PUT', @oauth);
	is($reply->{status}, 405, 'PUT of the list');
	is($reply->{header}{allow}, 'GET, HEAD, POST', 'says what is allowed');
	$reply = $hc->get("$CLAIMS/x", '-X', 'POST', @oauth);
	is($reply->{header}{allow}, 'GET, HEAD, PUT, DELETE', 'and of one claim');
	is($hc->get("$CLAIMS/", @oauth)->{status}, 404, 'no id');
	is($hc->get("$CLAIMS/x/y", @oauth)->{status}, 404, 'a longer path');

	for my $name (3 .. 5)
	{
		is(send_json('POST', $CLAIMS,
				{ custom_claim => { claim_identifier => "c$name", claim_value => 'x' } },
				@oauth)->{status}, 201, "claim $name");
	}
	$reply = send_json('POST', $CLAIMS,
		{ custom_claim => { claim_identifier => 'c6', claim_value => 'x' } }, @oauth);
	is($reply->{status}, 400, 'a sixth one');
	like($reply->{json}{errors}{base}[0], qr/at most 5 custom claims/, 'says why');

	my ($status, undef, $err) = $hc->try_ctl('custom-claim', 'c6', 'x');
	is($status, 1, 'by the control socket neither');
	like($err, qr/at most 5 custom claims/, 'with the reason');
	$hc->ctl('custom-claim', 'tenant', 'new', 'value');
	is(claims_with(@ada)->{tenant}, 'new value', 'it may change one');
	$hc->ctl('custom-claim', "c$_") for 3 .. 5;
	$hc->ctl('custom-claim', 'email', 'x@example.com');
	is(claims_with(@ada)->{email}, 'x@example.com', 'no name is reserved');
	$hc->ctl('custom-claim', 'email');
	is(claims_with(@ada)->{email}, 'ada@example.com', 'taken away again');
};

subtest 'an API token is the account\'s' => sub {
	my %id = ('ada@example.com' => $ID, 'bob@example.com' => 2, 'AGENT@example.com' => 3,
		'admin@example.com' => 4);
	is(user_with('-u', "$_/token:api-2"), $id{$_}, "$_ by it") for sort keys %id;
	is(user_with('-u', "$_/token:api-2"), 401, "'$_' not")
	  for ('nobody@example.com', 'gone@example.com', '', '5');
	is(user_with('-u', 'bob@example.com/token:api-9'), 401, 'nor by another');

	# as in users files of 1.0
	$hc->ctl('add-user', '{"id":8,"email":"old@example.com","api_tokens":["api-old"]}');
	is(user_with('-u', 'bob@example.com/token:api-old'), 2, 'a user\'s is the account\'s, too');
	my ($status) = $hc->try_ctl('add-user',
		'{"id":8,"email":"twice@example.com","api_tokens":["api-refused"]}');
	is($status, 1, 'a user who is refused');
	is(user_with('-u', 'bob@example.com/token:api-refused'), 401, 'brings no API token');

	$hc->ctl('set', 'api-tokens', 'off');
	is(user_with('-u', 'ada@example.com/token:api-1'), 401, 'since 30 April 2027');
	is(user_with(@ada), $ID, 'passwords are another switch');
	$hc->ctl('set', 'passwords', 'off');
	is(user_with(@ada), 401, 'which is off');
	is(user_with('-u', 'ada@example.com/token:api-1'), 401, 'API tokens still');
	is(user_with('-H', 'Authorization: Bearer ada-oauth'), $ID, 'OAuth is what remains');
	$hc->ctl('set', $_, 'on') for ('passwords', 'api-tokens');
	is(user_with(@ada), $ID, 'passwords, again');
	is(user_with('-u', 'ada@example.com/token:api-1'), $ID, 'and API tokens');
};

subtest 'on behalf of' => sub {
	my $as = sub { return ('-H', "X-On-Behalf-Of: $_[0]"); };
	my $bearer = sub { return ('-H', "Authorization: Bearer $_[0]"); };

	is(user_with(@oauth), 4, 'an admin\'s token alone is the admin\'s');
	is(user_with(@oauth, $as->('ada@example.com')), $ID, 'by address');
	is(user_with(@oauth, $as->($ID)), $ID, 'by id');
	like(last_log_line(), qr/ 200 \d+ $ID by 4$/, 'the log says whose token it was');
	is(user_with(@oauth, $as->('5')), 5, 'one without an address');
	is(user_with(@oauth, $as->('agent@example.com')), 3, 'an agent');

	for my $nobody ('nobody@example.com', '99', '-1', 'gone@example.com', '7', 'ada', '')
	{
		my $reply = $hc->get($TOKEN, @oauth, $nobody eq '' ? ('-H', 'X-On-Behalf-Of;') : $as->($nobody));
		is($reply->{status}, 401, "on behalf of '$nobody'");
		is(decode_json($reply->{body})->{error}, 'invalid_token', 'body');
		like(last_log_line(), qr/ 401 \d+ - by 4$/, 'the log has the attempt');
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
			is_deeply(decode_json($reply->{body}), $body, 'body');
		}
	}
	is(user_with($bearer->('admin-acts')), 403, 'a token that cannot read');

	# without an OAuth token the header must not be ignored
	my $cookie = '_help_center_session=x';
	is(user_with(@$_, $as->('ada@example.com')), 403, "@$_")
	  for (\@admin, [ '-u', 'admin@example.com/token:api-1' ], [ '-b', $cookie ], []);
	is($hc->get($KEYS, $as->('ada@example.com'))->{status}, 200,
		'where anonymous is enough, nobody asks');

	my $reply = $hc->get($SESSIONS, @oauth, $as->('ada@example.com'));
	my ($session) = $reply->{header}{'set-cookie'} =~ /^([^;]+)/;
	is(user_with('-b', $session), $ID, 'a session on behalf of a user is the user\'s');
	is($hc->get($SESSIONS, @oauth, $as->('nobody@example.com'))->{status}, 401,
		'there is none on behalf of nobody');
	is($hc->get($CLAIMS, @oauth, $as->('ada@example.com'))->{status}, 403,
		'an admin who acts for an end user may no more than this one');
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
	is(user_with('-b', $anonymous), 401, 'without credentials nobody\'s');
	my ($hers, $csrf) = $session_of->(@ada, '-b', $anonymous);
	isnt($hers, $anonymous, 'an anonymous session does not become a user\'s');
	is(user_with('-b', $anonymous), 401, 'and stays nobody\'s');
	is(user_with('-b', $hers), $ID, 'the user has one of her own');
	is_deeply([ $session_of->(@ada, '-b', $hers) ], [ undef, $csrf ], 'which goes on');
	is_deeply([ $session_of->('-b', $hers) ], [ undef, $csrf ], 'without credentials, too');
	my ($other) = $session_of->(@admin, '-b', $hers);
	isnt($other, undef, 'another user does not get it');
	is(user_with('-b', $other), 4, 'but one of his own');

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
		'users/me');
	my $me = $hc->get_json('/api/v2/users/me')->{user};
	is($me->{id}, undef, 'of an anonymous visitor: no id');
	like($me->{authenticity_token}, qr/^[\w-]{33}$/, 'but a CSRF token');
	is($hc->get_json('/api/v2/users/me', @oauth, '-H', 'X-On-Behalf-Of: 5')->{user}{email}, undef,
		'of one without an address: null');
	is($hc->get('/api/v2/users/me', '-u', 'ada@example.com:wrong')->{status}, 401, 'wrong credentials');

	# what one can do with the CSRF token
	my ($boss, $his) = $session_of->(@oauth);
	my $body = { custom_claim => { claim_identifier => 'csrf', claim_value => 'x' } };
	is(send_json('POST', $CLAIMS, $body, '-b', $boss)->{status}, 403,
		'a write by cookie needs the CSRF token');
	is(send_json('POST', $CLAIMS, $body, '-b', $boss, '-H', "X-CSRF-Token: $csrf")->{status},
		403, 'and not another session\'s');
	is(send_json('POST', $CLAIMS, $body, '-b', $boss, '-H', "X-CSRF-Token: $his")->{status},
		201, 'with it, it is done');
	is(send_json('POST', $CLAIMS, $body, '-b', $hers, '-H', "X-CSRF-Token: $csrf")->{status},
		403, 'by an admin only');
	$hc->ctl('custom-claim', 'csrf');

	$hc->ctl('suspend', 'ada@example.com');
	is(user_with('-b', $hers), 401, 'a suspended user\'s session is nobody\'s');
	is(user_with(@ada), 401, 'nor does the password sign in');
	is(user_with('-u', 'ada@example.com/token:api-1'), 401, 'nor an API token');
	is(user_with('-H', 'Authorization: Bearer ada-oauth'), 401, 'nor her OAuth token');
	is(user_with(@oauth, '-H', "X-On-Behalf-Of: $ID"), 401, 'nor an admin on her behalf');
	$hc->ctl('unsuspend', $ID);
	is(user_with('-b', $hers), $ID, 'until she is let in again');
};

subtest 'users without an address, an external id' => sub {
	my $claims = claims_with('-H', 'Authorization: Bearer phone-oauth');
	is($claims->{userId}, 5, 'she signs in');
	ok(!exists $claims->{$_}, "no $_") for ('email', 'externalId');
	$claims = claims_with(@oauth, '-H', 'X-On-Behalf-Of: 6');
	ok(exists $claims->{$_} && !defined $claims->{$_}, "$_ is null") for ('email', 'externalId');
	$hc->ctl('add-user', '{"id":10,"external_id":"x","oauth_tokens":["ten"]}');
	$claims = claims_with('-H', 'Authorization: Bearer ten');
	is($claims->{externalId}, 'x', 'the one does not need the other');
	ok(!exists $claims->{email}, 'which is absent');
	is(HelpCenter::token_claims(
			$hc->sign('--users', $hc->{users_file}, '--user', 5))->{userId}, 5,
		'sign takes an id');
	$hc->ctl('remove-user', 10);
	is(user_with('-H', 'Authorization: Bearer ten'), 401, 'removed by id');
};

my $log = HelpCenter::slurp("$log_dir/log");
unlike($log, qr/oauth|api-\d|admin-|example\.com|session=/, 'the log has no secret and no address');

done_testing();
