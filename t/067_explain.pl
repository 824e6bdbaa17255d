# hcjwt.explain() says of every wrong input which mistake it is and where, and shows
# nothing of the token itself; of a good token it says who the visitor is.

use strict;
use warnings;
use utf8;

use HcjwtTest;
use Digest::SHA qw(hmac_sha256);
use Encode qw(encode_utf8);
use MIME::Base64 qw(encode_base64 encode_base64url);

my $acme = Tokens->new;
# UTF8 on every machine: there places are counted in characters
my $node = cluster('main', preload => 1, init => [ extra => [ '--encoding=UTF8', '--no-locale' ] ]);
my $claims = '{"userId":377841432074,"email":"ada@example.com","externalId":"cust-1001"}';
my $good;

register($node, 'acme', $acme);
$node->safe_psql('postgres', "CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
$node->safe_psql('latin', 'CREATE EXTENSION hcjwt');
$good = $acme->sign('--claims', $claims);
my ($header, $payload, $signature) = split /\./, $good;

# The last row: check and detail.
sub last_row
{
	my ($token, $database) = @_;

	return $node->safe_psql($database // 'postgres', "SET client_encoding = 'UTF8'; SELECT check_name, passed, detail FROM hcjwt.explain("
		  . quoted($token) . ') ORDER BY step DESC LIMIT 1');
}

# What a shared secret signs, such as vendors' other tokens.
sub shared_secret
{
	my ($head) = @_;
	my $input = join '.', map { encode_base64url($_) } $head, '{"scope":"user","name":"Ada","email":"ada@example.com","external_id":"cust-1001"}';

	return "$input." . encode_base64url(hmac_sha256($input, 'a secret'));
}

my $at = 1 + length $good;
my $folded = $good =~ s/(.{64})/$1\n/gr;
my @mistakes = (
	[ "Bearer $good", 'shape', 'character 7 is a space; it begins with "Bearer ": pass on what follows' ],
	[ "bearer $good", 'shape', 'character 7 is a space; it begins with "Bearer "' ],
	[ "Bearer$good", 'header', 'it begins with "Bearer": pass on what follows' ],
	[ "Bearer%20$good", 'shape', 'character 7 is %; it begins with "Bearer%20"' ],
	[ "Authorization: Bearer $good", 'shape', 'character 14 is :; it is a whole header' ],
	[ 'Basic YWRhQGV4YW1wbGUuY29tOnNlY3JldA==', 'shape', 'a name and a password, and no token' ],
	[ qq("$good"), 'shape', 'character 1 is "; quotes stand around it: it is JSON that was not parsed' ],
	[ "'$good'", 'shape', q(character 1 is '; quotes stand around it) ],
	[ qq({"token":"$good"}), 'shape', 'character 1 is {; it is JSON: pass on the value of its member "token"' ],
	[ qq(["$good"]), 'shape', 'character 1 is [; it is JSON' ],
	[ "%22$good%22", 'shape', 'character 1 is %; quotes stand around it, percent-encoded' ],
	# a number of characters that base64url cannot have
	[ substr($good, 0, -3), 'signature', 'the signature is not base64url: the token was cut off or altered on its way' ],
	[ substr($good, 3), 'header', 'a JWT begins with "eyJ": its beginning was cut off' ],
	[ lc $good, 'header', 'or its letters are in another case' ],
	[ $good =~ s/\./%2E/gr, 'shape', 'character ' . (1 + length $header) . ' is %; it is percent-encoded: decode it' ],
	[ "$good\n", 'shape', "character $at is a line feed; its line ends there: trim" ],
	[ "$good\r\n", 'shape', "character $at is a carriage return; its line ends there: trim" ],
	[ " $good", 'shape', 'character 1 is a space; blanks stand before it' ],
	[ "\t$good", 'shape', 'character 1 is a tab; blanks stand before it' ],
	[ "$good \t", 'shape', "character $at is a space; blanks stand behind it" ],
	[ $folded, 'shape', 'character 65 is a line feed; it was broken into lines' ],
	[ "$good=", 'shape', "character $at is =; it is base64 with padding" ],
	[ "token=$good", 'shape', 'character 6 is =; it is a name and a value' ],
	[ "$header.$payload." . ('+/' x 128), 'shape', 'is +; it is base64 of the standard alphabet' ],
	[ "$good, $good", 'shape', "character $at is ,; several values were put together" ],
	[ qq($good"), 'shape', "character $at is \"; a quote stands behind it" ],
	[ substr($good, 0, 40) . '…', 'shape', 'character 41 is U+2026; copy the token alone' ],
	[ "\x{FEFF}$good", 'shape', 'character 1 is U+FEFF; copy the token alone' ],
	[ "<html>\n<title>Sign in</title>", 'shape', 'it is HTML' ],
	[ '[object Promise]', 'shape', 'await the token' ],
	[ '[object Object]', 'shape', "JavaScript's text for an object" ],
	[ 'undefined', 'shape', 'it is the word "undefined"' ],
	[ 'null', 'shape', "for no token send SQL's NULL" ],
	[ '', 'shape', 'takes an empty text for no token' ],
	[ 'a' x 40, 'shape', 'it has 40 characters and no dot' ],
	[ "$header.$payload", 'shape', 'its end, the signature, is cut off' ],
	[ "$header.$payload.", 'shape', 'nothing follows the second dot' ],
	[ ".$payload.$signature", 'shape', 'nothing stands before the first dot' ],
	[ "$good$good", 'shape', 'two tokens one behind the other' ],
	[ "$good.a", 'shape', 'it has 3 dots, and a token has two' ],
	[ 'x' x 20000, 'shape', 'more than 16384 characters: it has 20000' ],
	[ substr($good, 0, -40), 'signature', 'bytes instead of 384: the token was cut off' ],
	[ "$header.$payload." . ('A' x length $signature), 'signature', 'altered on its way, or forged, or the help center has given the kid to a new key' ],
	[ shared_secret('{"typ":"JWT","alg":"HS256"}'), 'alg', q(it is "HS256": a shared secret signs it, and it has no kid, as the tokens of Zendesk's single sign-on) ],
	[ shared_secret('{"alg":"HS256","typ":"JWT","kid":"app_62b0c8a1f4e4b500f3a1c2d3"}'), 'alg', "its kid is one of Zendesk messaging's" ],
	[ shared_secret('{"alg":"HS512","typ":"JWT","kid":"own"}'), 'alg', "your server, or somebody else's, made it" ],
	[ shared_secret('{"alg":"ES256","typ":"JWT","kid":"own"}'), 'alg', 'it is "ES256": so another issuer made it' ],
	[ shared_secret('{"alg":"none"}'), 'alg', 'so nothing signs it' ],
	[ shared_secret('{"alg":"rs256 secret"}'), 'alg', 'the header\'s "alg" is not "RS256"' ]);

# the claim at fault is named, here as in the log
like(last_row('a.b'), qr/\|the token has other than three parts: /, 'the detail names what is wrong: the token');
like(last_row('e30x.e30.AAAA'), qr/\|the header has something behind the JSON object: /, 'the detail names what is wrong: the header');

foreach my $mistake (@mistakes)
{
	my ($token, $check, $detail) = @$mistake;
	my $name = encode_utf8(substr($token, 0, 24) =~ s/[^ -~]/?/gr . " ...: $detail");
	my $found = last_row($token);

	like($found, qr/^(?:$check)\|f\|.*\Q$detail\E/, $name);

	# except words that are this page's, too
	my @shown = grep { $found =~ /\Q$_\E/ } pieces_in($token);
	is("@shown", '', 'the row shows no piece of the token');
}

# in a database whose encoding is not UTF8
like(last_row(substr($good, 0, 40) . 'é', 'latin'), qr/^shape\|f\|.*character 41 is the byte 0xe9/, 'LATIN1: a byte beyond ASCII is named');
like(last_row($acme->sign('--header', '{"kid":"\u20ac"}'), 'latin'), qr/^key\|f\|kid "\\xe2\\x82\\xac": it has a character that the encoding of the database lacks$/, 'LATIN1: a character of a kid that the encoding lacks is named');
like(last_row($acme->sign('--claims', '{"origin":"' . 'x' x 300 . '"}')), qr/it is "x{200}\.\.\.": if/, 'a long claim is cut');
unlike(last_row("Bearer $good\x{1}"), qr/[^ -~]/, 'the detail has no control character');
like(last_row("a\x{1}"), qr/character 2 is the byte 0x01/, 'the detail has the number of a control character');

# helpcenterd leaves claims out that are null, and knows no integers beyond bigint
sub token_of
{
	my ($of) = @_;

	return $acme->sign('--raw-payload', $of =~ s/\{/{"exp":9999999999/r =~ s/9(?=")/9,/r);
}

# who the visitor is
sub visitor
{
	my ($of) = @_;

	return last_row(token_of($of));
}

my $custom = 'perhaps the account has a custom claim of this name, which its administrators can rename';
is(visitor($claims), 'visitor|t|user_id() is 377841432074; help_center() is "acme"; email() is set; external_id() is set', 'visitor: all is set');
is(visitor('{}'), 'visitor|t|user_id() is null because the token has no claim "userId"; help_center() is "acme";'
	  . ' email() is null because the token has no claim "email"; external_id() is null because the token has no claim "externalId"', 'visitor: no claim is there');
is(visitor('{"userId":"377841432074","email":null,"externalId":""}'), qq(visitor|t|user_id() is null because the claim "userId" is a string, not a number; $custom; help_center() is "acme";)
	  . ' email() is null because the claim "email" is null; external_id() is null because the claim "externalId" is an empty string', 'visitor: claims have other types');
is(visitor('{"userId":1.5,"email":["a"],"externalId":{"a":1}}'), 'visitor|t|user_id() is null because the claim "userId" is a number with decimals, or too large for bigint; help_center() is "acme";'
	  . qq( email() is null because the claim "email" is an array, not a string; $custom; external_id() is null because the claim "externalId" is an object, not a string; $custom), 'visitor: claims have other types, decimals, arrays and objects among them');
like(visitor('{"userId":9223372036854775808,"email":true,"externalId":1001}'), qr/too large for bigint.*"email" is a boolean, not.*"externalId" is a number, not/, 'visitor: claims have other types, a number beyond bigint among them');

# what explain() says is what the accessors return
foreach my $of ($claims, '{}', '{"userId":"1"}', '{"userId":1.0}', '{"userId":1e3}', '{"userId":-9223372036854775808}', '{"userId":9223372036854775808}', '{"email":"","externalId":" "}', '{"email":false}')
{
	my $token = quoted(token_of($of));
	my $says = $node->safe_psql('postgres', "SELECT substring(detail FROM 'user_id\\(\\) is ([^ ;]+)'), detail ~ 'email\\(\\) is set', detail ~ 'external_id\\(\\) is set'"
		  . " FROM hcjwt.explain($token) WHERE check_name = 'visitor'");
	my $is = $node->safe_psql('postgres', "BEGIN; SET LOCAL hcjwt.token = $token; SELECT coalesce(hcjwt.user_id()::text, 'null'), hcjwt.email() IS NOT NULL, hcjwt.external_id() IS NOT NULL");
	is($says, $is, "explain() and the accessors agree about $of");
}

# details: how long ago a token expired, a help center that is not registered, no token at all
like(last_row($acme->sign('--claims', '{"exp":' . (time - 5 * 3600) . '}')), qr/^exp\|f\|expired 5 h ago; leeway is /, 'a token that has expired today: the detail tells hours');
like(last_row($acme->sign('--claims', '{"exp":' . (time - 5 * 86400) . '}')), qr/^exp\|f\|expired 5 days ago/, 'a token that has expired some days ago: the detail tells days');
like($node->safe_psql('postgres', 'SELECT detail FROM hcjwt.explain(' . quoted(Tokens->new->sign) . ", 'nobody') WHERE NOT passed"),
	qr/^kid ".*": help center "nobody" is not registered; see hcjwt\.add_help_center\(\)$/, 'a help center that is not registered');
is($node->safe_psql('postgres', 'SELECT count(*) FROM hcjwt.explain(NULL)'), 0, 'explain(NULL) has no rows');

# When a key is listed and not trusted, explain() says why (sql/trust.sql has
# all combinations).  The log says only that no key is trusted.  When the
# triggers are the reason, the log names them, too.
configure($node, 'hcjwt.unknown_key_wait', '0');
foreach my $case (
	[ "UPDATE hcjwt.keys SET retired_at = '2001-01-01'", 'it is listed for acme, but retired since 2001-01-01' ],
	[ "UPDATE hcjwt.keys SET retired_at = NULL; SELECT hcjwt.revoke_key('acme', kid) FROM hcjwt.keys", 'it is listed for acme, but revoked since ' ],
	[ "SELECT hcjwt.unrevoke_key('acme', kid) FROM hcjwt.keys; UPDATE hcjwt.help_centers SET enabled = false", 'it is listed for acme, but that help center is disabled' ],
	[ "UPDATE hcjwt.help_centers SET enabled = true; UPDATE hcjwt.keys SET source = 'fetched'; INSERT INTO hcjwt.fetch_state (help_center, last_success)"
		  . " VALUES ('acme', '2001-01-01') ON CONFLICT (help_center) DO UPDATE SET last_success = excluded.last_success",
		'it is listed for acme, but the last successful fetch, at 2001-01-01' ],
	[ 'ALTER TABLE hcjwt.keys DISABLE TRIGGER ALL', "the triggers of hcjwt's tables are not in force, so no key is trusted; see hcjwt.status" ])
{
	my ($sql, $why) = @$case;
	my $logged = $why =~ /^it is listed/ ? 'no trusted key has this kid' : $why;
	my $offset;

	$node->safe_psql('postgres', $sql);
	$offset = -s $node->logfile;
	is(outcome($node, 'postgres', 'SELECT hcjwt.verify(' . quoted($good) . ')'), 'ERROR: 28J03', "refused: $why");
	like(slurp_file($node->logfile, $offset), qr/DETAIL:  Refused because \Q$logged\E \(kid "\w+"\)/, 'the log says why');
	like(last_row($good), qr/^key\|f\|.*\Q$why\E/, 'explain() says why, too');
}

$node->stop;
done_testing();
