# The help center's own API from SQL, against the stand-in: list_public_keys, new_token,
# show_session and list_custom_claims.  Each failure is reported in its way, requests go to the
# right host with the right headers, and the server's log has no credential.
#
# 041_api_interrupts.pl has the interrupts.

use strict;
use warnings;

use HcjwtTest;
use MIME::Base64;

my $hc = HelpCenter->new(users => HelpCenter::sample_users());
my $url = $hc->{url};
my $port = $hc->{port};
my $tmp = PostgreSQL::Test::Utils::tempdir;
my $password = 'ada:p/w"d';
my $wrong_password = 'Xsecret-wrong-passwordX';
my $ada = "'acme', email => 'ada\@example.com'";

# A server that answers every request with the same bytes.
sub serve_raw
{
	my ($answer, $log) = @_;

	return raw_server(
		sub {
			my ($client) = @_;
			my $request = '';

			$SIG{PIPE} = 'IGNORE';
			1 while $request !~ /\r\n\r\n/
			  && sysread($client, $request, 4096, length $request);
			append_to_file($log, $request) if defined $log;
			syswrite($client, $answer);
			shutdown($client, 1);
			# the client may close before it has read everything
			1 while sysread($client, my $rest, 4096);
		});
}

# ---- the database ----

# An environment that must not matter: a proxy that refuses everything, and a
# .netrc for the very machine.
# hcjwt is not preloaded, so there is no worker: every request is an API call's, and the
# settings are those of a library that is loaded only when it is needed.
my $node = hcjwt_cluster(
	'main', $hc,
	unstarted => 1,
	conf => qq{
shared_preload_libraries = ''
hcjwt.allowed_hosts = '127.0.0.1, localhost'
hcjwt.allow_http_loopback = on
hcjwt.proxy = ''
log_min_messages = warning
log_statement = none
});
append_to_file("$tmp/.netrc",
	"machine 127.0.0.1 login netrc-user password netrc-password\n");
chmod 0600, "$tmp/.netrc";
{
	local $ENV{HOME} = $tmp;
	local $ENV{http_proxy} = 'http://127.0.0.1:1';
	local $ENV{https_proxy} = 'http://127.0.0.1:1';
	local $ENV{HTTPS_PROXY} = 'http://127.0.0.1:1';
	local $ENV{ALL_PROXY} = 'http://127.0.0.1:1';
	$node->start;
}

sub run_sql
{
	my ($sql) = @_;
	my ($out, $err);
	$node->psql(
		'postgres', $sql,
		stdout => \$out,
		stderr => \$err,
		on_error_stop => 0,
		extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	return ($out, $err);
}

sub answers
{
	my ($sql, $expected, $what) = @_;
	my ($out, $err) = run_sql($sql);
	like($out, $expected, $what);
	is($err, '', "$what: no error");
}

# $rest is what the error must say besides its SQLSTATE: message, DETAIL, HINT.
sub fails
{
	my ($sql, $sqlstate, $rest, $what) = @_;
	my ($out, $err) = run_sql($sql);
	is($out, '', "$what: nothing returned");
	like($err, qr/ERROR:  $sqlstate: .*$rest/s, "$what: $sqlstate");
}

sub center_url
{
	my ($base_url, $keys_url) = @_;
	$keys_url = defined $keys_url ? "'$keys_url'" : 'NULL';
	$node->safe_psql('postgres',
		"UPDATE hcjwt.help_centers SET base_url = '$base_url', keys_url = $keys_url, origins = ARRAY['$base_url'] WHERE name = 'acme'"
	);
}

sub setting
{
	my ($name, $value) = @_;
	$node->adjust_conf('postgresql.conf', $name, "'$value'");
	$node->reload;
	wait_until("$name to be '$value'",
		sub {
			$node->safe_psql('postgres',
				"SELECT current_setting('$name', true)") eq $value;
		});
}

$node->safe_psql('postgres', 'CREATE EXTENSION hcjwt');
add_help_center($node, 'acme', $hc);

# ---- the way it should be ----

answers("SELECT hcjwt.list_public_keys('acme')",
	qr/^\{"keys": \[\{"e": "AQAB", "n": "[\w-]{342}", "kid": "[0-9a-f]{64}", "kty": "RSA"\}\]\}$/,
	'list_public_keys');
answers("SELECT hcjwt.new_token($ada, password => '$password')",
	qr/^[\w-]+\.[\w-]+\.[\w-]+$/, 'new_token with a password');
answers("SELECT hcjwt.new_token($ada, api_token => 'api-1')",
	qr/^[\w-]+\.[\w-]+\.[\w-]+$/, 'new_token with an API token');
answers(
	"SELECT hcjwt.new_token('acme', oauth_token => 'ada-oauth')",
	qr/^[\w-]+\.[\w-]+\.[\w-]+$/, 'new_token with an OAuth token');
my $acting = "'acme', oauth_token => 'admin-oauth', on_behalf_of =>";
answers("SELECT hcjwt.show_session('acme')",
	qr/^\{"csrf_token": "[!-~]+"\}$/, 'show_session, anonymous');
answers("SELECT hcjwt.show_session($ada, password => '$password')",
	qr/^\{"csrf_token": "[!-~]+"\}$/, 'show_session with credentials');
answers("SELECT hcjwt.show_session($acting 'ada\@example.com')",
	qr/^\{"csrf_token": "[\w-]{33}"\}$/, 'show_session on behalf of a user');
my $claims_call = "SELECT hcjwt.list_custom_claims('acme', oauth_token => 'admin-oauth')";
answers(
	$claims_call,
	qr/^\[\{"id": "[0-9A-Z]{26}", "brand_id": 10001, "account_id": 998, "created_at": "[\dT:Z-]+", "updated_at": "[\dT:Z-]+", "claim_value": "acme", "claim_identifier": "tenant", "claim_description": null\}, \{.*größe.*\}\]$/,
	'list_custom_claims');
answers(
	"SELECT claim ->> 'claim_identifier' FROM jsonb_array_elements(hcjwt.list_custom_claims("
	  . "'acme', email => 'admin\@example.com', api_token => 'api-1')) claim",
	qr/^tenant\ngröße$/,
	'with an API token, in a query');
$node->safe_psql('postgres',
	"SELECT hcjwt.import_keys('acme', hcjwt.list_public_keys('acme'))");
answers(
	"SELECT hcjwt.verify(hcjwt.new_token($ada, password => '$password'), 'acme') ->> 'email'",
	qr/^ada\@example\.com$/,
	'the whole circuit in one statement');
foreach my $case (
	[ "$acting 'ada\@example.com'", HelpCenter::ADA, 'on behalf of an address' ],
	[ "$acting '" . HelpCenter::ADA . "'", HelpCenter::ADA, 'of an id' ],
	[ "$acting '5'", 5, 'of one without an address' ],
	[ "$acting 'agent\@example.com'", 3, 'of an agent' ],
	[ "$acting NULL", 4, 'of nobody: the administrator' ],
	[ "'acme', email => 'bob\@example.com', api_token => 'api-1'", 2, "the account's API token" ])
{
	my ($arguments, $id, $what) = @$case;
	answers("SELECT hcjwt.verify(hcjwt.new_token($arguments), 'acme') ->> 'userId'",
		qr/^$id$/, "a token $what");
}
center_url($url, "$url/api/v2/help_center/integration/keys");
answers("SELECT hcjwt.list_public_keys('acme')",
	qr/^\{"keys": /, 'list_public_keys asks keys_url where there is one');
center_url($url);

# ---- arguments ----

foreach my $case (
	[ "NULL, oauth_token => 'x'", '22004', 'must not be null', 'no name' ],
	[ "'nobody', oauth_token => 'x'", '42704', 'does not exist.*HINT:',
		'an unknown help center' ],
	[ "'acme'", '22023', 'HINT:  .*bind parameters', 'no credentials' ],
	[ "'acme', 'ada\@example.com'", '22023', 'HINT:', 'email alone' ],
	[ "'acme', password => 'x'", '22023', 'HINT:', 'password alone' ],
	[ "'acme', api_token => 'x'", '22023', 'HINT:', 'api_token alone' ],
	[ "$ada, password => 'x', api_token => 'x'", '22023', 'HINT:',
		'password and api_token' ],
	[ "$ada, oauth_token => 'x'", '22023', 'HINT:', 'email and oauth_token' ],
	[ "'acme', email => 'a:b', password => 'x'", '22023', 'colon',
		'a colon in email' ],
	[ "'acme', email => E'a\\r\\nX: y', password => 'x'", '22023', 'control',
		'CR LF in email' ],
	[ "$ada, password => E'a\\nb'", '22023', 'control', 'LF in password' ],
	[ "$ada, password => ''", '22023', 'bytes', 'an empty password' ],
	[ "$ada, password => repeat('x', 4097)", '22023', 'bytes',
		'a password too long' ],
	[ "'acme', oauth_token => 'a b'", '22023', 'bearer',
		'a space in oauth_token' ],
	[ "'acme', on_behalf_of => 'ada\@example.com'", '22023', 'HINT:.*on_behalf_of',
		'on_behalf_of alone' ],
	[ "$ada, api_token => 'x', on_behalf_of => 'ada\@example.com'", '22023',
		'HINT:.*on_behalf_of', 'on_behalf_of with an API token' ],
	[ "$ada, password => 'x', on_behalf_of => 'ada\@example.com'", '22023',
		'HINT:.*on_behalf_of', 'on_behalf_of with a password' ],
	[ "$acting ''", '22023', 'on_behalf_of is not valid', 'an empty on_behalf_of' ],
	[ "$acting 'ada'", '22023', 'on_behalf_of is not valid.*address', 'neither address nor id' ],
	[ "$acting '12a'", '22023', 'on_behalf_of is not valid', 'nearly an id' ],
	[ "$acting '-5'", '22023', 'on_behalf_of is not valid', 'an id below zero' ],
	[ "$acting 'ada\@example.com '", '22023', 'on_behalf_of is not valid',
		'a space in on_behalf_of' ],
	[ "$acting E'ada\@example.com\\r\\nX: y'", '22023', 'control',
		'CR LF in on_behalf_of' ],
	[ "$acting 'größe\@example.com'", '22023', 'on_behalf_of is not valid',
		'no ASCII in on_behalf_of' ],
	[ "$acting repeat('x', 4097)", '22023', 'bytes', 'an on_behalf_of too long' ])
{
	my ($arguments, $sqlstate, $rest, $what) = @$case;
	fails("SELECT hcjwt.new_token($arguments)", $sqlstate, $rest, $what);
}
fails("SELECT hcjwt.show_session($ada)", '22023', 'anonymous',
	'show_session with email alone');
fails("SELECT hcjwt.show_session('acme', on_behalf_of => '5')", '22023', 'anonymous',
	'show_session with on_behalf_of alone');
fails("SELECT hcjwt.list_custom_claims('acme')", '22023', 'HINT:  Give oauth_token alone',
	'list_custom_claims without credentials');

# ---- who may ----

$node->safe_psql(
	'postgres', qq{
CREATE ROLE caller;
GRANT EXECUTE ON FUNCTION hcjwt.list_public_keys TO caller;
});
fails("SET ROLE caller; SELECT hcjwt.new_token('acme', oauth_token => 'x')",
	'42501', 'permission denied', 'new_token is not for everybody');
fails("SET ROLE caller; SELECT hcjwt.list_custom_claims('acme', oauth_token => 'x')",
	'42501', 'permission denied', 'nor is list_custom_claims');
answers("SET ROLE caller; SELECT hcjwt.list_public_keys('acme')",
	qr/^\{"keys"/, 'EXECUTE suffices');
answers(
	"SET ROLE caller; SET search_path = pg_temp, public; SELECT hcjwt.list_public_keys('acme')",
	qr/^\{"keys"/,
	"the caller's search_path has no say");

# ---- what the help center may answer ----

my $token_call = "SELECT hcjwt.new_token($ada, password => '$password')";
my $keys_call = "SELECT hcjwt.list_public_keys('acme')";
my $session_call = "SELECT hcjwt.show_session('acme')";

sub fault
{
	my ($sql, $spec, $sqlstate, $rest) = @_;
	$hc->ctl('fault', $spec);
	fails($sql, $sqlstate, $rest, $spec);
	$hc->ctl('fault', 'clear');
}

my $detail = 'DETAIL:  The HTTP status was';
fault($token_call, 'token:status=401', '28000', "$detail 401.*HINT:");
fault($token_call, 'token:status=403', '28000', "$detail 403.*HINT:");
fault($token_call, 'token:status=404', '0A000',
	"$detail 404.*HINT:  The account's plan lacks them");
fault($token_call, 'token:status=429,retry_after=17',
	'53400', "$detail 429.*HINT:  Try again in 17 seconds");
fault($token_call, 'token:status=429,retry_after=date+600',
	'53400', "$detail 429.*HINT:  Try again in (59\\d|600) seconds");
fault($token_call, 'token:status=500', '08004', "$detail 500.*HINT:");
fault($token_call, 'token:status=503,retry_after=5',
	'08004', "$detail 503.*HINT:  Try again in 5 seconds");
fault($token_call, 'token:status=418', '08P01', "$detail 418.*HINT:");
fault($token_call, 'token:html', '08P01', "$detail 200.*HTML.*HINT:");
fault($token_call, 'token:garbage', '08P01', "$detail 200.*HINT:");
fault($token_call, 'token:wrong-shape', '08P01', "$detail 200.*HINT:");
fault($token_call, 'token:no-token', '28000',
	"answered without a token.*$detail 200.*anonymous.*HINT:");
fault($token_call, 'token:huge', '08P01', "too large.*$detail 200.*HINT:");
fault($token_call, 'token:deep', '08P01', "$detail 200.*HINT:");
fault($token_call, 'token:cut=20', '08006', "$detail 200.*HINT:");
fault($token_call, "token:redirect=$url/elsewhere",
	'08P01', "redirects.*$detail 302.*HINT:");
fault($keys_call, 'keys:status=401', '28000', "$detail 401.*HINT:");
fault($keys_call, 'keys:status=403', '28000', "$detail 403.*HINT:.*IP addresses");
fault($token_call, 'token:status=403', '28000', "$detail 403.*impersonate.*IP addresses");
fault($keys_call, 'keys:status=404', '0A000', "$detail 404.*HINT:");
fault($keys_call, 'keys:status=304', '08P01', "$detail 304.*HINT:");
fault($keys_call, 'keys:html', '08P01', "$detail 200.*HTML.*HINT:");
fault($keys_call, 'keys:empty-set', '08P01', "$detail 200.*no keys");
fault($keys_call, 'keys:many-keys=101', '08P01', "$detail 200.*100 keys");
fault($session_call, 'sessions:status=404', '0A000',
	"no sessions endpoint.*$detail 404.*HINT:");
fault($session_call, 'sessions:wrong-shape', '08P01', "$detail 200.*HINT:");
fault($session_call, 'sessions:html', '08P01', "$detail 200.*HTML.*HINT:");
fails("SELECT hcjwt.new_token($ada, password => '$wrong_password')",
	'28000', "$detail 401.*HINT:", 'a wrong password');
fault($claims_call, 'custom_claims:status=401', '28000', "$detail 401.*HINT:");
fault($claims_call, 'custom_claims:status=403', '28000',
	"$detail 403.*administrators only.*IP addresses");
fault($claims_call, 'custom_claims:status=404', '0A000',
	"no account custom claims.*$detail 404.*plan");
fault($claims_call, 'custom_claims:status=201', '08P01', "$detail 201");
fault($claims_call, 'custom_claims:status=429,retry_after=5', '53400', 'in 5 seconds');
fault($claims_call, 'custom_claims:html', '08P01', "$detail 200.*HTML.*HINT:");
fault($claims_call, 'custom_claims:garbage', '08P01', "$detail 200.*HINT:");
fault($claims_call, 'custom_claims:wrong-shape', '08P01', "$detail 200.*no array");
fault($claims_call, 'custom_claims:cut=20', '08006', "$detail 200.*HINT:");

# acting on behalf of a user: who may, and who may not
foreach my $case (
	[ "SELECT hcjwt.new_token($acting 'nobody\@example.com')", 401, 'on_behalf_of exists', 'nobody' ],
	[ "SELECT hcjwt.new_token($acting 'gone\@example.com')", 401, 'on_behalf_of exists', 'suspended' ],
	[
		"SELECT hcjwt.new_token('acme', oauth_token => 'ada-oauth', on_behalf_of => '2')",
		403, 'impersonate', "a user's own token"
	],
	[
		"SELECT hcjwt.new_token('acme', oauth_token => 'agent-acts', on_behalf_of => '2')",
		403, "administrator's", "an agent's token"
	],
	[
		"SELECT hcjwt.show_session('acme', oauth_token => 'admin-reads', on_behalf_of => '2')",
		403, 'impersonate', 'a token without the scope'
	],
	[
		"SELECT hcjwt.new_token('acme', oauth_token => 'admin-acts')",
		403, 'scope read', 'a token that cannot read'
	],
	[
		"SELECT hcjwt.list_custom_claims('acme', oauth_token => 'agent-oauth')",
		403, 'administrators only', "an agent asks for custom claims"
	],
	[
		"SELECT hcjwt.list_custom_claims($ada, api_token => 'api-1')",
		403, 'administrators only', 'an end user does'
	],
	[
		"SELECT hcjwt.new_token('acme', 'gone\@example.com', api_token => 'api-1')",
		401, 'Check oauth_token', 'an API token for a suspended user'
	],
	[
		"SELECT hcjwt.new_token('acme', '', api_token => 'api-1')",
		undef, 'email is not valid', 'one without an address'
	])
{
	my ($sql, $status, $rest, $what) = @$case;
	fails($sql, $status ? '28000' : '22023', $status ? "$detail $status.*HINT:.*$rest" : $rest, $what);
}

# answers that were seen, and are not documented
$hc->ctl('seen', 'anonymous-200-without-token');
fails("SELECT hcjwt.new_token($ada, password => '$wrong_password')", '28000', "$detail 401",
	'wrong credentials are told from none');
$hc->ctl('seen', 'clear');
$hc->ctl('seen', 'custom-claims-bare-404');
fails($claims_call, '0A000', "has no account custom claims.*$detail 404", 'a bare 404');
$hc->ctl('seen', 'clear');
$hc->ctl('seen', 'error-list');
fails("SELECT hcjwt.new_token($ada, password => '$wrong_password')", '28000', "$detail 401",
	'errors of another shape');
$hc->ctl('seen', 'clear');
$hc->ctl('set', 'api-tokens', 'off');
fails("SELECT hcjwt.new_token($ada, api_token => 'api-1')", '28000',
	'HINT:.*that the account still allows', 'since 30 April 2027');
$hc->ctl('set', 'passwords', 'off');
answers("SELECT hcjwt.new_token($acting 'ada\@example.com') <> ''", qr/^t$/,
	'on behalf of a user it goes on');
$hc->ctl('set', $_, 'on') foreach 'api-tokens', 'passwords';
$hc->ctl('fault', 'keys:one-bad-key');
answers("SELECT jsonb_array_length(hcjwt.list_public_keys('acme') -> 'keys')",
	qr/^1$/, 'one bad key is left out');
$hc->ctl('fault', 'clear');
$hc->ctl('set', 'plan', 'team');
fails($keys_call, '0A000', "$detail 404.*plan", 'a plan without the feature');
$hc->ctl('set', 'plan', 'enterprise');

# ---- odd bodies that the stand-in does not make, and what is sent ----

foreach my $case (
	[ '{"token":"a.b"}', 'other than three parts' ],
	[ '{"token":"a.b.c d"}', 'character other than' ],
	[ '{"token":1}', 'is no string' ],
	[ '{"token":["a.b.c"]}', 'is no string' ],
	[ '{"token":"a.b.c","token":"a.b.c"}', 'two members of one name' ],
	[ '', 'no JSON text' ],
	[ '[]', 'no object' ])
{
	my ($body, $rest) = @$case;
	HelpCenter::spew("$tmp/body", $body);
	fault($token_call, "token:body=$tmp/body", '08P01', "$detail 200.*$rest");
}
foreach my $body ('{"token":""}', '{"token":null}', '{}', ' { "user" : null } ')
{
	HelpCenter::spew("$tmp/body", $body);
	fault($token_call, "token:body=$tmp/body", '28000', "answered without a token.*$detail 200");
}
foreach my $case (
	[ '{"custom_claims":[1]}', 'custom claim that is no object' ],
	[ '{"custom_claims":[null]}', 'custom claim that is no object' ],
	[ '{"custom_claims":[{}]}', 'no member "claim_identifier"' ],
	[ '{"custom_claims":[{"claim_identifier":1,"claim_value":"x"}]}', '"claim_identifier" is no string' ],
	[ '{"custom_claims":[{"claim_identifier":"x"}]}', 'no member "claim_value"' ],
	[ '{"custom_claims":[{"claim_identifier":"x","claim_value":null}]}', '"claim_value" is no string' ],
	[ '{"custom_claims":{}}', 'is no array' ],
	[ '{"account_custom_claims":[]}', 'no member "custom_claims"' ],
	[ '{"custom_claims":[{"claim_identifier":"\u0000","claim_value":"x"}]}', 'the body' ],
	[ '{"custom_claims":[' . '[' x 20 . ']' x 20 . ']}', 'the body' ],
	[ '{"custom_claims":[{"claim_identifier":"x","claim_value":"y","claim_identifier":"z"}]}',
		'two members of one name' ])
{
	my ($body, $rest) = @$case;
	HelpCenter::spew("$tmp/body", $body);
	fault($claims_call, "custom_claims:body=$tmp/body", '08P01', "$detail 200.*$rest");
}
HelpCenter::spew("$tmp/body", '{"custom_claims":[],"next_page":null}');
$hc->ctl('fault', "custom_claims:body=$tmp/body");
answers($claims_call, qr/^\[\]$/, 'an account without any');
$hc->ctl('fault', 'clear');
foreach my $case (
	[ '{"current_session":{"csrf_token":""}}', 'none or more' ],
	[ '{"current_session":{"csrf_token":"a b"}}', 'printable' ],
	[ '{"current_session":{"csrf_token":"\u00e4"}}', 'printable' ],
	[ '{"current_session":{"csrf_token":1}}', 'is no string' ],
	[ '{"current_session":{}}', 'no member "csrf_token"' ],
	[ '{"current_session":[]}', 'is no object' ],
	[ '{"current_session":{"csrf_token":"' . 'x' x 4097 . '"}}',
		'none or more than 4096' ])
{
	my ($body, $rest) = @$case;
	HelpCenter::spew("$tmp/body", $body);
	fault($session_call, "sessions:body=$tmp/body",
		'08P01', "$detail 200.*$rest");
}

my $raw = serve_raw(
	qq(HTTP/1.1 103 Early Hints\r\nRetry-After: 5\r\n\r\n)
	  . qq(HTTP/1.1 429 Slow down\r\nRetry-After: 3\r\nContent-Length: 99999999\r\n\r\nx),
	"$tmp/requests");
center_url("http://127.0.0.1:$raw->{port}");
fails($session_call, '53400', 'in 3 seconds',
	'an early answer before, and a body that never comes');
fails("SELECT hcjwt.show_session($ada, api_token => 't:1')",
	'53400', 'in 3 seconds', 'with an API token');
fails("SELECT hcjwt.new_token('acme', oauth_token => 'tok-en_1=')",
	'53400', 'in 3 seconds', 'with an OAuth token');
fails("SELECT hcjwt.new_token('acme', oauth_token => 'tok-en_1=', on_behalf_of => 'ada\@example.com')",
	'53400', 'in 3 seconds', 'on behalf of a user');
fails("SELECT hcjwt.list_custom_claims('acme', oauth_token => 'tok-en_1=')",
	'53400', 'in 3 seconds', 'the custom claims');
fails($keys_call, '53400', 'in 3 seconds', 'without credentials');
my $raw_port = $raw->{port};
undef $raw;
my $version = $node->safe_psql('postgres',
	q{SELECT default_version FROM pg_available_extensions WHERE name = 'hcjwt'});
my $plain = "Host: 127.0.0.1:$raw_port\r\nUser-Agent: hcjwt/$version\r\n"
  . "Accept: application/json\r\nAccept-Encoding: identity\r\n";
my $api = 'GET /api/v2/help_center';
is( slurp_file("$tmp/requests"),
	"$api/sessions.json HTTP/1.1\r\n$plain\r\n"
	  . "$api/sessions.json HTTP/1.1\r\n$plain"
	  # ada@example.com/token:t:1
	  . "Authorization: Basic YWRhQGV4YW1wbGUuY29tL3Rva2VuOnQ6MQ==\r\n\r\n"
	  . "$api/integration/token.json HTTP/1.1\r\n$plain"
	  . "Authorization: Bearer tok-en_1=\r\n\r\n"
	  . "$api/integration/token.json HTTP/1.1\r\n$plain"
	  . "X-On-Behalf-Of: ada\@example.com\r\n"
	  . "Authorization: Bearer tok-en_1=\r\n\r\n"
	  . "$api/integration/account_custom_claims.json HTTP/1.1\r\n$plain"
	  . "Authorization: Bearer tok-en_1=\r\n\r\n"
	  . "$api/integration/keys.json HTTP/1.1\r\n$plain\r\n",
	'what is sent, and nothing of .netrc, cookies or compression');

foreach my $case (
	[ "HTTP/1.1 200 OK\r\n" . "X: y\r\n" x 20000 . "\r\n{}",
		'08006', 'headers are too large', 'a flood of headers' ],
	[ "HTTP/1.1 200 OK\r\nX: " . 'y' x 200000 . "\r\n\r\n{}",
		'08006', 'headers are too large', 'a huge header' ],
	[ "HTTP/1.1 200 OK\r\n\r\n" . ' ' x 262145,
		'08P01', 'too large', 'a body of 256 KiB and a byte' ],
	[ "HTTP/1.1 200 OK\r\nContent-Length: 262145\r\n\r\n",
		'08P01', 'too large', 'a Content-Length of as much' ],
	[ "220 smtp.example.com ESMTP\r\n",
		'08006', 'No HTTP status was received', 'no HTTP at all' ],
	[ '', '08006', 'No HTTP status was received', 'nothing' ])
{
	my ($answer, $sqlstate, $rest, $what) = @$case;
	my $server = serve_raw($answer);
	center_url("http://127.0.0.1:$server->{port}");
	fails($session_call, $sqlstate, "$rest.*HINT:", $what);
}

# A proxy sees which host we want, and no credentials.
my $proxy =
  serve_raw("HTTP/1.1 403 Forbidden\r\n\r\n", "$tmp/proxied");
center_url($url);
setting('hcjwt.proxy', "http://127.0.0.1:$proxy->{port}");
fails($token_call, '08001', 'could not connect.*hcjwt.proxy',
	'a proxy that refuses');
like(
	slurp_file("$tmp/proxied"),
	qr/^CONNECT 127\.0\.0\.1:$port HTTP/,
	'hcjwt.proxy is used');
unlike(slurp_file("$tmp/proxied"),
	qr/Authorization/, 'the proxy gets no credentials of the help center\'s');
undef $proxy;

# A proxy may want a password, which no message or view shows.
$proxy = serve_raw("HTTP/1.1 403 Forbidden\r\n\r\n", "$tmp/authorized");
setting('hcjwt.proxy', "http://ada:p%40ss:word\@127.0.0.1:$proxy->{port}");
fails($token_call, '08001', 'could not connect.*hcjwt.proxy',
	'a proxy that wants a password');
my $login = encode_base64('ada:p@ss:word', '');
like(
	slurp_file("$tmp/authorized"),
	qr/^Proxy-Authorization: Basic \Q$login\E\r$/m,
	'gets the one in its URL');
undef $proxy;
foreach my $bad ('ftp://ada:PROXYSECRET@127.0.0.1:1',
	'http://ada:PROXYSECRET@127.0.0.1:x',
	'http://ada:PROXYSECRET x@127.0.0.1:1x',
	'http://ada:x@PROXYSECRET@127.0.0.1:1',
	'http://ada:PROXYSECRET%40127.0.0.1:1',
	'http://ada:PROXYSECRET')
{
	setting('hcjwt.proxy', $bad);
	my (undef, $err) = run_sql($token_call);
	like($err, qr/ERROR:  08001: could not connect.*hcjwt\.proxy/s,
		"$bad is no proxy");
	unlike($err, qr/PROXYSECRET/, 'which no error quotes');
}
setting('hcjwt.proxy', '');

# ---- which servers are asked ----

# URLs that the settings have forbidden since their rows were written
setting('hcjwt.allowed_hosts', '*.zendesk.com');
fails($keys_call, '22023', 'hcjwt.allowed_hosts',
	'a host that is not allowed any more');
fails("SELECT hcjwt.add_help_center('dev', 'http://127.0.0.1:$port')", '22023', 'hcjwt.allowed_hosts',
	'nor is one registered that would never be asked');
{
	local $ENV{PGOPTIONS} = '-c hcjwt.allowed_hosts=* -c hcjwt.ca_file=/x';
	fails($keys_call, '22023', 'hcjwt.allowed_hosts',
		'a setting that the caller slipped in before the library was there');
}
fails("SELECT hcjwt.add_help_center('dev', 'http://127.0.0.1:$port')", '22023', 'hcjwt.allowed_hosts',
	'adding one that could not be fetched from, though http to this machine is allowed');
setting('hcjwt.allowed_hosts', '127.0.0.1, localhost');
center_url("http://127.0.0.1:$port");
setting('hcjwt.allow_http_loopback', 'off');
fails($keys_call, '22023', 'not https', 'http where it is not allowed');
setting('hcjwt.allow_http_loopback', 'on');
center_url("https://127.0.0.1:1");
fails($keys_call, '08001', 'could not connect.*DETAIL.*HINT:',
	'nobody listens');
center_url($url);

$hc->ctl('certificate', 'wrong-host');
fails($token_call, '08001', 'certificate.*HINT:', 'a wrong host name');
$hc->ctl('certificate', 'expired');
fails($token_call, '08001', 'expired.*HINT:', 'an expired certificate');
$hc->ctl('certificate', 'unknown-ca');
fails($token_call, '08001', 'certificate.*HINT:', 'an unknown CA');
$hc->ctl('certificate', 'good');
setting('hcjwt.ca_file', '');
fails($token_call, '08001', 'certificate.*HINT:.*hcjwt.ca_file',
	"the CA of the stand-in is not the system's");
setting('hcjwt.ca_file', "$tmp/ca.pem");
fails($token_call, '08001', 'hcjwt.ca_file cannot be read.*HINT:',
	'a ca_file that is not there');
{
	my $copy = "\\! cp '$hc->{data}/ca.pem' '$tmp/ca.pem'\n";
	my ($out, $err) = run_sql($copy
		  . "$token_call;\n\\! : > '$tmp/ca.pem'\n$token_call;\n$copy$token_call;");
	is(scalar(() = $out =~ /^[\w-]+\.[\w-]+\.[\w-]+$/mg),
		2, 'ca_file adds it');
	like($err, qr/^[^\n]*ERROR:  08001:(?!.*ERROR)/s,
		'a session notices when the file changes');
}
setting('hcjwt.ca_file', "$hc->{data}/ca.pem");

$node->safe_psql('postgres',
	"UPDATE hcjwt.help_centers SET enabled = false WHERE name = 'acme'");
fails($keys_call, '55000', 'disabled.*HINT:', 'a disabled help center');
$node->safe_psql('postgres',
	"UPDATE hcjwt.help_centers SET enabled = true WHERE name = 'acme'");

# ---- in PL/pgSQL, with savepoints, again and again ----

$hc->ctl('fault', 'token:status=401');
answers(
	qq{
CREATE FUNCTION open_files() RETURNS bigint LANGUAGE sql AS
	'SELECT count(*) FROM pg_ls_dir(''/proc/'' || pg_backend_pid() || ''/fd'')';
CREATE FUNCTION again(n int) RETURNS text LANGUAGE plpgsql AS \$\$
DECLARE codes text[];
BEGIN
	FOR i IN 1 .. n LOOP
		BEGIN
			PERFORM hcjwt.new_token($ada, password => '$wrong_password');
		EXCEPTION WHEN OTHERS THEN
			codes := codes || SQLSTATE::text;
		END;
	END LOOP;
	RETURN (SELECT string_agg(DISTINCT c, ' ') FROM unnest(codes) c);
END
\$\$;
SELECT again(2);
SELECT open_files() AS before \\gset
SELECT again(25);
SELECT open_files() - :before;
}, qr/^28000\n28000\n0$/, 'errors that are caught leave no file open')
  if -d '/proc/self/fd';
$hc->ctl('fault', 'clear');

# ---- what the log has ----

# with bind parameters, as drivers send them; pgbench can do that in every version
append_to_file("$tmp/bind.sql",
	"SELECT hcjwt.new_token('acme', email => :email, password => :password);\n"
);
$node->command_checks_all(
	[
		'pgbench', '-n', '-t', '1', '-M', 'extended', '-D',
		'email=ada@example.com', '-D', "password=$wrong_password", '-f',
		"$tmp/bind.sql", 'postgres'
	],
	2,
	[qr{0/1}],
	[qr/did not accept the credentials/],
	'new_token with bind parameters');
my $log = slurp_file($node->logfile);
like($log, qr/did not accept the credentials/, 'the log has the error');
like($log, qr/DETAIL:  The HTTP status was 401/, 'and its DETAIL');
unlike($log, qr/\Q$wrong_password\E/, 'the log has no password');
unlike($log, qr/\Q$password\E/, 'nor the right one');
unlike($log, qr/netrc-|tok-en_1|api-1|ada-oauth|admin-(oauth|reads|acts)/,
	'nor any other');
unlike($log, qr/STATEMENT:.*(new_token|show_session)\('acme'.*password => '/,
	'nor a statement that has one');

# ---- and where hcjwt is preloaded, as it usually is ----

$node->adjust_conf('postgresql.conf', 'shared_preload_libraries', "'hcjwt'");
$node->restart;
answers(
	"SELECT hcjwt.verify(hcjwt.new_token($ada, password => '$password'), 'acme') ->> 'email'",
	qr/^ada\@example\.com$/,
	'the whole circuit where hcjwt is preloaded');
fails("SET hcjwt.allowed_hosts = '*'", '55P02', 'cannot be changed now',
	"the settings are not the caller's");

$node->stop;
done_testing();
