# PostGraphile: examples/postgraphile, with the real server.

use strict;
use warnings;

use HcjwtTest;
use FindBin;
use HTTP::Tiny;
use JSON::PP;
use POSIX ();
use constant {

	ADA => 377841432074,
	BOB => 377841432075,
	CLIENTS => 6,
	REQUESTS => 20,    # of each client
};

my $example = "$FindBin::RealBin/../examples/postgraphile";

# PostGraphile 5 wants Node.js 22; npm has it where Debian is older.
sub node_js
{
	foreach my $program ("$example/node_modules/.bin/node", 'node')
	{
		my ($status, $out) = HelpCenter::run($program, '--version');
		return $program if $status == 0 && $out =~ /^v(\d+)/ && $1 >= 22;
	}
	return;
}

my $node_js = node_js();

plan skip_all => 'Node.js 22 or later is not installed' unless $node_js;
plan skip_all => 'npm ci has not been run in examples/postgraphile'
  unless -d "$example/node_modules/postgraphile";

my $json = JSON::PP->new->utf8->canonical;
my $http = HTTP::Tiny->new(timeout => 60);
my $hc = HelpCenter->new;
my $node = hcjwt_cluster('main', $hc, conf => "log_statement = none\n");

$node->safe_psql('postgres', 'CREATE DATABASE shop');
$node->safe_psql('shop', slurp_file("$example/setup.sql"));
add_help_center($node, 'acme', $hc, 'shop');
wait_until('keys', sub { keys_of($node, 'acme', 'shop') == 1 });
$node->safe_psql('shop', "
	UPDATE hcjwt.help_centers SET leeway = '0';
	INSERT INTO shop.products VALUES (1, 'teapot'), (2, 'bicycle');
	INSERT INTO shop.orders (customer, product) VALUES (${\ADA}, 1), (${\BOB}, 2), (${\ADA}, 2)");

# ---- the server ----

my $log = PostgreSQL::Test::Utils::tempdir . '/postgraphile.log';
my $server = fork // die "fork: $!";
if ($server == 0)
{
	local %ENV = (
		%ENV,
		NODE_ENV => 'production',
		GRAPHILE_ENV => 'production',
		ALLOWED_ORIGIN => $hc->{url},
		PORT => 0,
		PGHOST => $node->host,
		PGPORT => $node->port,
		PGUSER => 'graphql_api',
		PGDATABASE => 'shop');
	open STDIN, '<', '/dev/null' or POSIX::_exit(126);
	open STDOUT, '>', $log or POSIX::_exit(126);
	open STDERR, '>&', \*STDOUT or POSIX::_exit(126);
	exec $node_js, "$example/server.js" or POSIX::_exit(127);
}

sub stop_server
{
	return unless $server;
	kill 'TERM', $server;
	waitpid $server, 0;
	undef $server;
	return $?;
}
END { local ($?, $@); stop_server(); }

my $url;
wait_until(
	'PostGraphile',
	sub {
		if (waitpid($server, POSIX::WNOHANG()) == $server)
		{
			undef $server;
			die 'PostGraphile did not start: ' . slurp_file($log);
		}
		($url) = (-e $log ? slurp_file($log) : '') =~ m{^listening on (http://\S+)$}m;
		return defined $url;
	});

# ---- its clients ----

my @tokens;

sub token
{
	my ($user, @args) = @_;
	my $token = $hc->sign('--claims', $json->encode({ userId => $user }), @args);

	push @tokens, $token;
	return $token;
}

# ask(token or undef, query): { status, headers, data, errors }
sub ask
{
	my ($token, $query) = @_;
	my $reply = $http->post(
		$url,
		{
			headers => {
				'Content-Type' => 'application/json',
				defined $token ? (Authorization => "Bearer $token") : ()
			},
			content => $json->encode({ query => $query })
		});
	my $body = eval { $json->decode($reply->{content}) } // {};

	return { %$reply, %$body };
}

my $my_orders = '{ allOrders(orderBy: [ROW_ID_ASC]) { nodes { customer productByProduct { name } } } }';

sub orders_of
{
	my ($reply) = @_;
	return [ map { "$_->{customer} $_->{productByProduct}{name}" }
		  @{ $reply->{data}{allOrders}{nodes} // [$reply->{content}] } ];
}

my $ada = token(ADA);
my $bob = token(BOB);
my @adas = (ADA . ' teapot', ADA . ' bicycle');
my @bobs = (BOB . ' bicycle');

is_deeply(orders_of(ask($ada, $my_orders)), \@adas, 'Ada sees her orders');
is_deeply(orders_of(ask($bob, $my_orders)), \@bobs, 'Bob sees his');
is_deeply(orders_of(ask(undef, $my_orders)), [], 'anonymous: none');
is_deeply(
	ask(undef, '{ allProducts { nodes { name ordersByProduct { nodes { customer } } } } }')
	  ->{data}{allProducts}{nodes},
	[ map { { name => $_, ordersByProduct => { nodes => [] } } } 'teapot', 'bicycle' ],
	'anonymous: the products, and no order of theirs');
is_deeply(
	ask($bob, '{ allProducts { nodes { name ordersByProduct { nodes { customer } } } } }')
	  ->{data}{allProducts}{nodes}[1],
	{ name => 'bicycle', ordersByProduct => { nodes => [ { customer => '' . BOB } ] } },
	'by way of a product Bob sees his order, and not Ada\'s of the same');

# ---- mutations ----

my $reply = ask($ada, 'mutation { createOrder(input: {order: {product: 1}}) { order { customer } } }');
is($reply->{data}{createOrder}{order}{customer}, ADA, 'a new order is its visitor\'s');
push @adas, ADA . ' teapot';
foreach my $case (
	[ $ada, BOB, 'for somebody else' ],
	[ undef, BOB, 'by nobody' ])
{
	my ($token, $customer, $what) = @$case;
	$reply = ask($token,
		"mutation { createOrder(input: {order: {product: 1, customer: \"$customer\"}}) { order { customer } } }");
	is($reply->{errors}[0]{extensions}{code}, '42501', "an order $what is refused");
}
is_deeply(orders_of(ask($bob, $my_orders)), \@bobs, 'and was not made');

# ---- who is refused ----

my ($header, $payload, $signature) = split /\./, $ada;
my %refused = (
	'an expired token' => [ 401, token(ADA, '--life', -60), 'help center token has expired' ],
	'one of an unknown key' => [
		401, token(ADA, '--kid', 'nobody'), 'help center token is signed by an unknown key'
	],
	'one of another origin' => [
		403, token(ADA, '--origin', 'https://elsewhere.example'),
		'help center token is not for this use'
	],
	'a tampered one' =>
	  [ 403, join('.', $header, (split /\./, $bob)[1], $signature), 'invalid help center token' ],
	'what is no bearer token' => [ 401, 'a b', 'Authorization is not a bearer token' ],
);

foreach my $what (sort keys %refused)
{
	my ($status, $token, $message) = @{ $refused{$what} };

	foreach my $query ($my_orders, '{ allProducts { nodes { name } } }')
	{
		$reply = ask($token, $query);
		is($reply->{status}, $status, "$what: $status");
		is_deeply([ map { $_->{message} } @{ $reply->{errors} } ], [$message], "$what: $message");
		is($reply->{data}, undef, "$what: no data");
		is( $reply->{headers}{'www-authenticate'},
			$status == 401 ? 'Bearer error="invalid_token"' : undef,
			"$what: the challenge");
	}
}

# One that expires while its request is under way: the second mutation has to
# wait for the first, and that, in its foreign key's check, for a row.  It is good
# as long as there is some leeway, so nobody has to wait for the time to pass.
sub leeway
{
	return $node->safe_psql('shop', "UPDATE hcjwt.help_centers SET leeway = '$_[0]'");
}

leeway('5 min');
my $short = token(ADA, '--life', -30);
my $locker = $node->background_psql('shop');
$locker->query_safe('BEGIN; SELECT FROM shop.products FOR UPDATE');
my ($reader, $writer);
pipe $reader, $writer or die "pipe: $!";
my $child = fork // die "fork: $!";
if ($child == 0)
{
	my $two = ask($short,
		'mutation { a: createOrder(input: {order: {product: 2}}) { order { customer } }'
		  . ' b: createOrder(input: {order: {product: 2}}) { order { customer } } }');
	syswrite $writer, $json->encode({ %$two{qw(status data errors)} });
	POSIX::_exit(0);
}
close $writer;
wait_until(
	'the first mutation to wait',
	sub {
		$node->safe_psql('shop',
			"SELECT count(*) FROM pg_stat_activity WHERE usename = 'graphql_api' AND wait_event_type = 'Lock'") == 1;
	});
leeway('0');
is(verify_state($node, $short, 'shop'), '28J01', 'the token expires');
$locker->query_safe('COMMIT');
$locker->quit;
$reply = $json->decode(do { local $/; readline $reader });
waitpid $child, 0;
is($reply->{data}{a}{order}{customer}, ADA, 'what began before the token expired is done');
is_deeply(
	[ map { ($_->{path}[0], $_->{extensions}{code}) } @{ $reply->{errors} } ],
	[ 'b', '28J01' ],
	'what began after is refused, and the client learns why');
push @adas, ADA . ' bicycle';

# ---- many at once ----

my %expected = (ada => \@adas, bob => \@bobs, nobody => []);
my %token_of = (ada => $ada, bob => $bob, nobody => undef);
my @clients = map {
	my $first = $_;
	my $pid = fork // die "fork: $!";
	if ($pid == 0)
	{
		my $wrong = 0;
		foreach my $n (1 .. REQUESTS)
		{
			my $who = (sort keys %expected)[ ($first + $n) % 3 ];
			my $found = orders_of(ask($token_of{$who}, $my_orders));
			$wrong++ if "@$found" ne "@{$expected{$who}}";
		}
		POSIX::_exit($wrong);
	}
	$pid;
} 1 .. CLIENTS;
is( join(' ', map { waitpid $_, 0; $? >> 8 } @clients),
	join(' ', (0) x CLIENTS),
	CLIENTS . ' clients at once, each of several visitors: everybody sees their own');

# ---- CORS, the end, the logs ----

$reply = $http->request('OPTIONS', $url, { headers => { Origin => $hc->{url} } });
is($reply->{status}, 204, 'preflight');
is($reply->{headers}{'access-control-allow-origin'}, $hc->{url}, 'from the help center: allowed');
$reply = $http->request('OPTIONS', $url, { headers => { Origin => 'https://evil.example' } });
is($reply->{headers}{'access-control-allow-origin'}, undef, 'from elsewhere: not');

is(stop_server(), 0, 'the server ends well');
foreach my $file ($log, $node->logfile)
{
	my $text = slurp_file($file);
	is_deeply([ grep { length > 8 && index($text, $_) >= 0 } map { split /\./ } @tokens ],
		[], "no part of a token is in $file");
}

done_testing();
