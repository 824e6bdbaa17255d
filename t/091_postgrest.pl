# PostgREST: hcjwt.pre_request() and examples/postgrest/setup.sql.
#
# Debian does not have PostgREST, so the test replays its statements for a request as
# PostgREST 16 sends them, prepared and with parameters, and reads what the function
# raises by PostgREST's rules.

use strict;
use warnings;

use HcjwtTest;
use FindBin;
use JSON::PP;
use constant {

	ADA => 377841432074,
	BOB => 377841432075,
};

my $json = JSON::PP->new->utf8->canonical;
my $hc = HelpCenter->new;
my $other = HelpCenter->new;
my $node = hcjwt_cluster('main', $hc, unstarted => 1);

# Everything that can write a token into a log is on, except what README forbids.
$node->append_conf('postgresql.conf', <<'END');
log_min_messages = warning
log_min_error_statement = error
log_statement = none
log_error_verbosity = verbose
END
$node->start;
$node->safe_psql('postgres',
	"CREATE DATABASE shop; CREATE DATABASE laden ENCODING 'LATIN1' TEMPLATE template0 LOCALE 'C'");

my $setup = "$FindBin::RealBin/../examples/postgrest/setup.sql";

foreach my $database (qw(shop laden))
{
	my $sql = slurp_file($setup);

	# roles belong to the whole cluster
	$sql =~ s/^(CREATE ROLE|GRANT visitor).*\n//mg if $database eq 'laden';
	$node->safe_psql($database, $sql);
	add_help_center($node, 'acme', $hc, $database);
	wait_until("keys in $database",
		sub { keys_of($node, 'acme', $database) == 1 });
	$node->safe_psql($database, "
		INSERT INTO api.products VALUES (1, 'teapot'), (2, 'bicycle');
		INSERT INTO api.orders (customer, item) VALUES
			(${\ADA}, 'teapot'), (${\BOB}, 'bicycle'), (${\ADA}, 'two cups')");
}

# ---- PostgREST's side ----

my @tokens;

sub token
{
	my ($user, @args) = @_;
	my $token =
	  $hc->sign('--claims', $json->encode({ userId => $user }), @args);

	push @tokens, $token;
	return $token;
}

# A request as { headers, write, query, claims }: its statements.
sub statements
{
	my (%request) = @_;
	my $headers = $request{raw_headers} // $json->encode(
		{ host => 'api.example.com', accept => '*/*', %{ $request{headers} // {} } });
	my $claims = $request{claims} // '{"role":"visitor"}';
	my $mode = $request{write} ? 'READ WRITE' : 'READ ONLY';
	my $main = $request{main} // 'SELECT id, item FROM api.orders';

	return join "\n",
	  "BEGIN ISOLATION LEVEL READ COMMITTED $mode;",
	  'EXECUTE variables('
	  . join(', ',
		map { quoted($_) } '"api", "public"', 'visitor', $claims,
		$request{write} ? 'POST' : 'GET', '/orders', $headers, '{}')
	  . ') \g /dev/null',
	  'EXECUTE pre_request \g /dev/null',
	  qq{WITH pgrst_source AS ($main)
SELECT coalesce(json_agg(_postgrest_t), '[]') AS body
FROM (SELECT * FROM pgrst_source) _postgrest_t;},
	  'COMMIT;';
}

# One connection of its pool; returns (psql's status, bodies of the answers, errors).
sub serve
{
	my ($database, @requests) = @_;
	my ($out, $err);
	my $status = $node->psql(
		$database,
		join("\n",
			'\set VERBOSITY verbose',
			q{PREPARE variables AS SELECT set_config('search_path', $1, true),
set_config('role', $2, true), set_config('request.jwt.claims', $3, true),
set_config('request.method', $4, true), set_config('request.path', $5, true),
set_config('request.headers', $6, true), set_config('request.cookies', $7, true);
PREPARE pre_request AS SELECT "hcjwt"."pre_request"();},
			map { statements(%$_) } @requests),
		stdout => \$out,
		stderr => \$err,
		extra_params => [ '-U', 'authenticator' ]);

	return ($status, [ map { $json->decode($_) } split /\n(?=\[)/, $out ], $err);
}

sub items
{
	my ($body) = @_;
	return [ map { $_->{item} } @$body ];
}

# How PostgREST answers an error with SQLSTATE PGRST: { status, headers, body }.
# Message and detail are JSON objects with these members and types.
sub answer_of
{
	my ($err) = @_;
	my ($message) = $err =~ /ERROR:  PGRST: (.*)$/m or return;
	my ($detail) = $err =~ /^DETAIL:  (.*)$/m or return;

	($message, $detail) = map { $json->decode($_) } $message, $detail;
	fail("as PostgREST wants it: $err")
	  if grep { !defined || ref } @$message{qw(code message)}
	  or $detail->{status} !~ /^\d+$/
	  or ref $detail->{headers} ne 'HASH'
	  or grep { ref } values %{ $detail->{headers} };
	return { %$detail, body => $message };
}

# ---- whose rows ----

my $ada = token(ADA);
my $bob = token(BOB);
my ($status, $bodies, $err);

($status, $bodies, $err) = serve('shop',
	{},
	{ main => 'SELECT * FROM api.products ORDER BY id' },
	{ headers => { 'x-help-center-token' => $ada } },
	{ headers => { 'x-help-center-token' => '' } },
	{ headers => { 'x-help-center-token' => $bob } },
	{},
	{ headers => { authorization => "Bearer $ada" } },
	{ claims => $json->encode({ role => 'visitor', userId => ADA }) });
is($err, '', 'no request is refused');
is($status, 0, 'psql ends well');
is(scalar @$bodies, 8, 'all are answered');
is_deeply($bodies->[0], [], 'without the header: anonymous, no order');
is(scalar @{ $bodies->[1] }, 2, 'anonymous: the products');
is_deeply(items($bodies->[2]), [ 'teapot', 'two cups' ], 'Ada sees her orders');
is_deeply($bodies->[3], [], 'an empty header on the same connection: anonymous');
is_deeply(items($bodies->[4]), ['bicycle'], 'Bob sees his');
is_deeply($bodies->[5], [], 'the next without it: anonymous again');
is_deeply($bodies->[6], [], 'another header with a token: anonymous');
is_deeply($bodies->[7], [], 'claims of a token that hcjwt did not verify: anonymous');

($status, $bodies, $err) = serve('shop',
	{
		headers => { 'x-help-center-token' => $ada },
		write => 1,
		main => q{INSERT INTO api.orders (item) VALUES ('spoon') RETURNING customer, item}
	});
is_deeply($bodies->[0], [ { customer => ADA, item => 'spoon' } ],
	'a new order is its visitor\'s');
(undef, undef, $err) = serve('shop',
	{
		headers => { 'x-help-center-token' => $ada },
		write => 1,
		main => "INSERT INTO api.orders (customer, item) VALUES (${\BOB}, 'x') RETURNING item"
	});
like($err, qr/ERROR:  42501: .*row-level security/, 'for somebody else: refused');
(undef, undef, $err) = serve('shop',
	{ write => 1, main => q{INSERT INTO api.orders (item) VALUES ('x') RETURNING item} });
like($err, qr/ERROR:  (42501|23502): /, 'by nobody: refused');

# No cache keeps a visitor's answer, unless a request's function allows it.
foreach my $case (
	[ '', '[{"Cache-Control":"no-store"},{"Vary":"X-Help-Center-Token"}]' ],
	[ "SELECT set_config('response.headers', '[{\"X\": \"y\"}]', true);", '[{"X": "y"}]' ])
{
	my ($before, $expected) = @$case;
	is($node->safe_psql('shop', "BEGIN; $before SELECT hcjwt.pre_request(); SELECT current_setting('response.headers');"
		  . " COMMIT; SELECT coalesce(current_setting('response.headers', true), '')", extra_params => ['-q', '-U', 'authenticator'])
		  =~ s/^\[\{"X": "y"\}\]\n(?=\n)//r, "\n$expected\n", 'the answer\'s headers');
}

# A JSON object may write a string with escapes, and other headers may hold anything.
my $escaped = join '', map { sprintf '\u%04x', ord } split //, $ada;
(undef, $bodies, $err) = serve('shop',
	{ raw_headers => qq({"x-a":"\\t\\"\xc3\xbc\\u20ac","x-help-center-token":"$escaped"}) });
is_deeply(items($bodies->[0]), [ 'teapot', 'two cups', 'spoon' ],
	'a token spelled by escapes');
{
	local $ENV{PGCLIENTENCODING} = 'UTF8';
	(undef, $bodies, $err) = serve('laden',
		{ raw_headers => qq({"x-a":"\xc3\xbc","x-help-center-token":"$ada"}) });
	is($err, '', 'LATIN1, and a header that is not ASCII: not refused');
	is_deeply(items($bodies->[0]), [ 'teapot', 'two cups' ], 'LATIN1: Ada\'s');
}

# ---- who is refused ----

my ($header, $payload, $signature) = split /\./, $ada;
my $thief = $other->sign('--claims', $json->encode({ userId => ADA }));
push @tokens, $thief;
my %refused = (
	'an expired token' => [ token(ADA, '--life', '-3600'), '28J01', 'help center token has expired' ],
	'one that is not valid yet' => [
		token(ADA, '--claims', $json->encode({ userId => ADA, nbf => time + 3600 })),
		'28J02', 'help center token is not yet valid'
	],
	'one of an unknown key' => [ $thief, '28J03', 'help center token is signed by an unknown key' ],
	'one of another origin' => [
		token(ADA, '--origin', 'https://elsewhere.example'),
		'28J04', 'help center token is not for this use'
	],
	'a tampered one' => [
		join('.', $header, (split /\./, $bob)[1], $signature),
		'28J00', 'invalid help center token'
	],
	'garbage' => [ 'garbage"\\{}', '28J00', 'invalid help center token' ],
	'a token behind the word Bearer' => [ "Bearer $ada", '28J00', 'invalid help center token' ],
	'one that is too long' => [ 'a' x 20000, '28J00', 'invalid help center token' ],
	'one that is not ASCII' => [ "\x{e4}.\x{f6}.\x{fc}", '28J00', 'invalid help center token' ],
);
my $log_start = -s $node->logfile;

foreach my $what (sort keys %refused)
{
	my ($token, $code, $message) = @{ $refused{$what} };

	($status, $bodies, $err) =
	  serve('shop', { headers => { 'x-help-center-token' => $token } });
	is($status, 3, "$what ends the transaction");
	is_deeply($bodies, [], "$what: no answer of the query");
	is_deeply(
		answer_of($err),
		{
			status => 401,
			headers => {
				'WWW-Authenticate' =>
				  qq(Bearer error="invalid_token", error_description="$message")
			},
			body => { code => $code, message => $message }
		},
		"$what: 401, $code");
	unlike($err, qr/\Q@{[substr $token, 0, 12]}/, "$what: its error quotes nothing");
}

foreach my $headers ('{"x-help-center-token": "' . $ada, '{"x-help-center-token": ["' . $ada . '"]}', "\"$ada\"", $ada)
{
	(undef, $bodies, $err) = serve('shop', { raw_headers => $headers });
	like($err, qr/ERROR:  22023: setting "request.headers" is not a JSON object of strings$/m,
		'headers that PostgREST would not send are refused');
	unlike($err, qr/\Q@{[substr $ada, 0, 12]}/, 'and not quoted');
}

# ---- the log ----

my $log = slurp_file($node->logfile, $log_start);
my @entries = $log =~ /ERROR:  PGRST: /g;
is(scalar @entries, scalar keys %refused, 'the log has an entry for each refusal');
like($log, qr/DETAIL:  Refused because /, 'which tells the reason');
unlike($log, qr/WWW-Authenticate/, 'and not the answer');
is_deeply(
	[ grep { length > 8 && index(slurp_file($node->logfile), $_) >= 0 }
		  map { split /\./ } @tokens ],
	[], 'no part of any token is in the log');

# A flood is rate-limited like that of any other function.
$log_start = -s $node->logfile;
my $flood_began = time;
my $flood = "SET request.headers = '{\"x-help-center-token\":\"x\"}';\n"
  . "SELECT hcjwt.pre_request();\n" x 200;
$node->psql('shop', $flood, on_error_stop => 0, stderr => \$err, extra_params => [ '-U', 'authenticator' ]);
is(scalar(() = $err =~ /^.*ERROR: /mg), 200, '200 refusals');
# 16, and then one a second
cmp_ok(scalar(() = slurp_file($node->logfile, $log_start) =~ /ERROR:  PGRST: /g), '<=',
	16 + 2 + time - $flood_began, 'are not as many entries in the log');

# ---- bound to a help center ----

$node->safe_psql('shop', "ALTER ROLE authenticator SET hcjwt.required_help_center = 'globex'");
(undef, undef, $err) = serve('shop', { headers => { 'x-help-center-token' => $ada } });
is(answer_of($err)->{body}{code}, '28J04', 'a token of another help center than the required one');

done_testing();
