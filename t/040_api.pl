# The help center's own API from SQL: list_public_keys, new_token and
# show_session against the stand-in: what each failure comes out as, what is
# sent and to whom, and that no credential is left in the server's log.
#
# 041_api_interrupts.pl has the interrupts.

use strict;
use warnings;

use FindBin;
use MIME::Base64;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use lib $FindBin::RealBin;
use HcjwtTest;
use HelpCenter;

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
# No hcjwt is preloaded and so there is no worker: every request is a call's, and
# the settings are those of a library that is loaded only when it is needed.
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
answers("SELECT hcjwt.show_session('acme')",
	qr/^\{"csrf_token": "[!-~]+"\}$/, 'show_session, anonymous');
answers("SELECT hcjwt.show_session($ada, password => '$password')",
	qr/^\{"csrf_token": "[!-~]+"\}$/, 'show_session with credentials');
$node->safe_psql('postgres',
	"SELECT hcjwt.import_keys('acme', hcjwt.list_public_keys('acme'))");
answers(
	"SELECT hcjwt.verify(hcjwt.new_token($ada, password => '$password'), 'acme') ->> 'email'",
	qr/^ada\@example\.com$/,
	'the whole circuit in one statement');
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
		'a space in oauth_token' ])
{
	my ($arguments, $sqlstate, $rest, $what) = @$case;
	fails("SELECT hcjwt.new_token($arguments)", $sqlstate, $rest, $what);
}
fails("SELECT hcjwt.show_session($ada)", '22023', 'anonymous',
	'show_session with email alone');

# ---- who may ----

$node->safe_psql(
	'postgres', qq{
CREATE ROLE caller;
GRANT EXECUTE ON FUNCTION hcjwt.list_public_keys TO caller;
});
fails("SET ROLE caller; SELECT hcjwt.new_token('acme', oauth_token => 'x')",
	'42501', 'permission denied', 'new_token is not for everybody');
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
fault($token_call, 'token:no-token', '08P01', "$detail 200.*HINT:");
fault($token_call, 'token:huge', '08P01', "too large.*$detail 200.*HINT:");
fault($token_call, 'token:deep', '08P01', "$detail 200.*HINT:");
fault($token_call, 'token:cut=20', '08006', "$detail 200.*HINT:");
fault($token_call, "token:redirect=$url/elsewhere",
	'08P01', "redirects.*$detail 302.*HINT:");
fault($keys_call, 'keys:status=401', '28000', "$detail 401.*HINT:");
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
	[ '{"token":""}', 'no character at all' ],
	[ '{"token":null}', 'is no string' ],
	[ '{"token":["a.b.c"]}', 'is no string' ],
	[ '{"token":"a.b.c","token":"a.b.c"}', 'two members of one name' ],
	[ '', 'no JSON text' ],
	[ '[]', 'no object' ])
{
	my ($body, $rest) = @$case;
	HelpCenter::spew("$tmp/body", $body);
	fault($token_call, "token:body=$tmp/body", '08P01', "$detail 200.*$rest");
}
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
fails($keys_call, '53400', 'in 3 seconds', 'without credentials');
my $raw_port = $raw->{port};
undef $raw;
my $version = $node->safe_psql('postgres', q{SELECT extversion FROM pg_extension WHERE extname = 'hcjwt'});
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

# A proxy sees where we want to go, and no credentials.
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
	qr/Authorization/, 'and gets no credentials');
undef $proxy;

# A proxy may want a password, which is nobody else's to see.
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

# the URLs of rows that became too bold only later
setting('hcjwt.allowed_hosts', '*.zendesk.com');
fails($keys_call, '22023', 'hcjwt.allowed_hosts',
	'a host that is not allowed any more');
{
	local $ENV{PGOPTIONS} = '-c hcjwt.allowed_hosts=* -c hcjwt.ca_file=/x';
	fails($keys_call, '22023', 'hcjwt.allowed_hosts',
		'a setting that the caller slipped in before the library was there');
}
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

# as drivers do it: with bind parameters; pgbench can in every version
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
unlike($log, qr/netrc-|tok-en_1|api-1|ada-oauth/,
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
