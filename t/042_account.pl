# A real account with hcjwt: brands that share keys, a mapped host, a sandbox, a renamed
# subdomain, users without an address, suspended ones, and custom claims that replace
# others.

use strict;
use warnings;
use utf8;

use HcjwtTest;
use JSON::PP;

my $hc = HelpCenter->new(
	users => HelpCenter::sample_users(),
	args => [
		'--token-life' => 3600,
		'--brand' => 'one.localhost',
		'--brand' => 'two.localhost=mapped.localhost'
	]);
my $sandbox = HelpCenter->new(users => HelpCenter::sample_users(), args => [ '--sandbox', '--token-life' => 3600 ]);
my $tmp = PostgreSQL::Test::Utils::tempdir;
append_to_file("$tmp/ca.pem", slurp_file("$_->{data}/ca.pem")) foreach $hc, $sandbox;
my $node = hcjwt_cluster('main', undef, conf => <<"END");
hcjwt.ca_file = '$tmp/ca.pem'
hcjwt.refetch_cooldown = 0
END

sub url { return "https://$_[0]:$hc->{port}"; }

# Every *.localhost is this machine, as libcurl has it.
sub token_of
{
	my ($center, $who) = @_;
	return $node->safe_psql('postgres',
		"SELECT hcjwt.new_token('$center', oauth_token => 'admin-oauth', on_behalf_of => '$who')");
}

# The result of verifying it: a query's result, or the SQLSTATE.
sub judged
{
	my ($token, $center, $what) = @_;
	my ($status, $out, $err) = $node->psql('postgres',
		"\\set VERBOSITY sqlstate\nBEGIN;\nSELECT FROM hcjwt.authenticate('$token'"
		  . ($center ? ", '$center'" : '') . ");\nSELECT $what;\nCOMMIT;");
	return $status == 0 ? $out : $err =~ /ERROR:\s+(\w{5})/ ? $1 : $err;
}

add_help_center($node, 'one', url('one.localhost'));
add_help_center($node, 'two', url('two.localhost'));
add_help_center($node, 'sandbox', $sandbox);
wait_until('all keys', sub { keys_of($node) == 3 });

# ---- brands share keys, and are told apart by their origin ----

my $ada = HelpCenter::ADA;
my $one = token_of('one', $ada);
my $two = token_of('two', $ada);
my $center = 'hcjwt.help_center()';
is(judged($one, '', $center), 'one', 'a token of one brand is that brand\'s');
is(judged($one, 'one', $center), 'one', 'a token of one brand is accepted where its brand is expected');
is(judged($one, 'two', $center), '28J04', 'a token of one brand is refused where another brand with its key is expected');
is(judged($two, 'two', $center), '28J04', 'a token with a mapped host as origin is refused until that origin is registered');
$node->safe_psql('postgres', "UPDATE hcjwt.help_centers SET origins = ARRAY['"
	  . url('two.localhost') . "', '" . url('mapped.localhost') . "'] WHERE name = 'two'");
is(judged($two, '', $center), 'two', 'once the mapped host is registered, the token is good');
is(judged($two, 'one', $center), '28J04', 'a token with a mapped host is refused where another brand is expected');

# ---- a sandbox is another account, with the same people ----

my $copy = token_of('sandbox', 'ada@example.com');
is(judged($copy, '', $center), 'sandbox', 'a sandbox\'s token is the sandbox\'s');
is(judged($copy, 'one', $center), '28J04', 'a sandbox\'s token is refused where the account\'s brand is expected');
is(judged($copy, '', 'hcjwt.email()'), 'ada@example.com', 'a sandbox\'s token has the same address');
is(judged($copy, '', 'hcjwt.user_id()'), $ada + 1_000_000_000_000, 'a sandbox\'s token has another user id');
$node->safe_psql('postgres', "SELECT hcjwt.drop_help_center('sandbox')");
is(judged($copy, '', $center), '28J03', 'a sandbox\'s token is refused when the sandbox is not registered');

# ---- a renamed subdomain: nothing leads there from the old one ----

$hc->ctl('brand', 'rename', 'one.localhost', 'new.localhost');
is($node->safe_psql('postgres', "SELECT state, trusted_keys FROM hcjwt.refresh('one')"),
	'failing (plan)|1', 'a renamed subdomain: the old host fails, and its keys are still trusted');
my (undef, undef, $err) = $node->psql('postgres',
	"SELECT hcjwt.new_token('one', oauth_token => 'admin-oauth')");
like($err, qr/help center "one" has no help center JWTs.*DETAIL:.*404.*HINT:.*URL/s,
	'a renamed subdomain: new_token() at the old host fails');
is(judged($one, '', $center), 'one', 'a renamed subdomain: tokens from before are good');
$node->safe_psql('postgres', "UPDATE hcjwt.help_centers SET base_url = '"
	  . url('new.localhost') . "', origins = ARRAY['" . url('new.localhost') . "'] WHERE name = 'one'");
is($node->safe_psql('postgres', "SELECT state, trusted_keys FROM hcjwt.refresh('one')"),
	'fresh|1', 'a renamed subdomain: the new URL is fetched from');
is(judged(token_of('one', $ada), '', $center), 'one', 'a renamed subdomain: tokens of the new origin are good');
is(judged($one, 'one', $center), '28J04', 'a renamed subdomain: tokens of the old origin are refused');

# ---- users without an address; one who is suspended ----

my $all = "coalesce(hcjwt.user_id()::text, 'null') || ' ' || coalesce(hcjwt.email(), 'null')"
  . " || ' ' || coalesce(hcjwt.external_id(), 'null')";
is(judged(token_of('one', 5), '', $all), '5 null null', 'a token without email and externalId: both are NULL');
is(judged(token_of('one', 6), '', $all), '6 null null', 'a token with null as email and externalId: both are NULL');
is(judged(token_of('one', 'bob@example.com'), '', $all), '2 bob@example.com null', 'a token without externalId: external_id() is NULL');
is(judged(token_of('one', 3), '', $all), '3 agent@example.com null', 'an agent\'s token is good');
my $bob = token_of('one', 2);
$hc->ctl('suspend', 2);
(undef, undef, $err) = $node->psql('postgres',
	"SELECT hcjwt.new_token('one', oauth_token => 'admin-oauth', on_behalf_of => '2')");
like($err, qr/did not accept the credentials/, 'new_token() on behalf of a suspended user fails');
is(judged($bob, '', $all), '2 bob@example.com null', 'a suspended user\'s token from before is good until it expires');
$hc->ctl('unsuspend', 2);

# ---- custom claims: each brand its own, and names that bend tokens ----

sub custom_claim
{
	my ($method, $path, $members) = @_;
	my $reply = $hc->get(url('new.localhost') . "/api/v2/help_center/integration/account_custom_claims$path",
		'--resolve', "new.localhost:$hc->{port}:127.0.0.1", '-X', $method,
		'-H', 'Authorization: Bearer admin-oauth',
		$members ? ('-d', encode_json({ custom_claim => $members })) : ());
	return $method eq 'POST' ? decode_json($reply->{body})->{custom_claim}{id} : $reply->{status};
}

my $list = "(SELECT string_agg(c ->> 'claim_identifier', ' ') FROM jsonb_array_elements("
  . "hcjwt.list_custom_claims('one', oauth_token => 'admin-oauth')) c)";
is($node->safe_psql('postgres', "SELECT $list IS NULL"), 't', 'list_custom_claims() of a brand without any is empty');
my $id = custom_claim('POST', '', { claim_identifier => 'tier', claim_value => 'gold' });
is($node->safe_psql('postgres', "SELECT $list"), 'tier', 'list_custom_claims() has a new claim');
is(judged(token_of('one', $ada), '', "hcjwt.claim('tier')"), 'gold', 'tokens have the new claim');
is(judged(token_of('two', $ada), '', "hcjwt.claim('tier') IS NULL"), 't', 'tokens of another brand do not have it');
foreach my $case (
	[ 'userId', '7', 'hcjwt.user_id() IS NULL', 't' ],
	[ 'email', 'eve@example.com', 'hcjwt.email()', 'eve@example.com' ],
	[ 'exp', '4102444800', '1', '28J00' ],
	[ 'nbf', 'now', '1', '28J00' ],
	[ 'iat', 'now', '1', '28J00' ],
	[ 'origin', 'https://one.example.com', '1', '28J04' ],
	[ 'origin', url('mapped.localhost'), $center, 'two' ])
{
	my ($name, $value, $query, $expected) = @$case;
	is(custom_claim('PUT', "/$id", { claim_identifier => $name, claim_value => $value }),
		200, "the custom claim can be renamed to $name");
	is(judged(token_of('one', $ada), '', $query), $expected, "a custom claim $name: what becomes of tokens");
	is($node->safe_psql('postgres', 'SELECT count(*) FROM hcjwt.check_policies('
			. "custom_claims => hcjwt.list_custom_claims('one', oauth_token => 'admin-oauth')) WHERE problem ~ 'custom claim ''$name'''"),
		1, "a custom claim $name: check_policies() warns of it");
}
is(custom_claim('DELETE', "/$id"), 204, 'the custom claim is deleted');
is(judged(token_of('one', $ada), '', $all), "$ada ada\@example.com cust-1001", 'without the custom claim tokens are as before');

# ---- a database that cannot hold a claim ----

$node->safe_psql('postgres',
	"CREATE DATABASE latin1 TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'");
$node->safe_psql('latin1', 'CREATE EXTENSION hcjwt');
add_help_center($node, 'acme', $hc, 'latin1');
is($node->safe_psql('latin1', "SELECT length(c ->> 'claim_identifier') FROM jsonb_array_elements("
		. "hcjwt.list_custom_claims('acme', oauth_token => 'admin-oauth')) c WHERE c ->> 'claim_value' <> 'acme'"),
	5, 'characters that the database\'s encoding has are converted');
HelpCenter::spew("$tmp/body", '{"custom_claims":[{"claim_identifier":"x","claim_value":"\u20ac"}]}');
$hc->ctl('fault', "custom_claims:body=$tmp/body");
(undef, undef, $err) = $node->psql('latin1',
	"SELECT hcjwt.list_custom_claims('acme', oauth_token => 'admin-oauth')");
like($err, qr/did not answer with custom claims.*encoding cannot hold/s, 'characters that the database\'s encoding does not have are an error');
unlike($err, qr/u20ac/, 'that error quotes no body');
$hc->ctl('fault', 'clear');

$node->stop;
done_testing();
