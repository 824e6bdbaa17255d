# A claim that has the name of a registered one and another type, as an account's
# custom claim may: the log's DETAIL and explain() name it and say what it is.

use strict;
use warnings;

use HcjwtTest;
use JSON::PP;
use Time::HiRes qw(time);

my $acme = Tokens->new;
my $node = cluster('main', preload => 1);
register($node, 'acme', $acme);
$node->safe_psql('postgres', "INSERT INTO hcjwt.help_centers (name, base_url, issuer) VALUES ('strict', 'https://strict.example.com', 'zendesk');"
	  . " SELECT hcjwt.import_keys('strict', " . quoted($acme->jwks) . ')');
my $seconds = int time;

sub explained
{
	my ($token, $help_center) = @_;

	return $node->safe_psql('postgres', 'SELECT check_name, detail FROM hcjwt.explain('
		  . quoted($token) . ', ' . quoted($help_center) . ') WHERE NOT passed');
}

my $custom = qr/perhaps the account has a custom claim of this name/;
foreach my $case (
	[ '{"iat":"2025"}', 'iat', 'is no NumericDate, but a string', '"2025"' ],
	[ 'raw:{"exp":9999999999,"iat":null}', 'iat', 'is no NumericDate, but null', 'null' ],
	[ '{"nbf":true}', 'nbf', 'is no NumericDate, but a boolean', 'true' ],
	[ '{"nbf":-1}', 'nbf', 'is no NumericDate, but a number out of range', '-1' ],
	[ '{"exp":"never"}', 'exp', 'is no NumericDate, but a string', '"never"' ],
	[ '{"exp":[]}', 'exp', 'is no NumericDate, but an array', '[]' ],
	[ 'raw:{"exp":99999999999999999999}', 'exp', 'is no NumericDate, but a number out of range', '99999999999999999999' ],
	[ qq({"exp":${seconds}123}), 'exp', 'is no NumericDate: it is in milliseconds instead of seconds', "${seconds}123" ],
	[ qq({"exp":${seconds}123.5}), 'exp', 'is no NumericDate: it is in milliseconds instead of seconds', "${seconds}123.5" ],
	[ qq({"iat":${seconds}000}), 'iat', 'is no NumericDate: it is in milliseconds instead of seconds', "${seconds}000" ],
	[ qq({"exp":${seconds}123456}), 'exp', 'is no NumericDate, but a number out of range', "${seconds}123456" ],
	[ '{"aud":{"a":1}}', 'aud', 'is no string or array of strings, but an object', '{"a":1}' ],
	[ '{"aud":[1]}', 'aud', 'is no string or array of strings, but an array', '[1]' ],
	[ '{"origin":7}', 'origin', 'is no origin, but a number', '7', 'acme', '28J04' ],
	[ '{"iss":17,"origin":"https://strict.example.com"}', 'iss', 'is no string, but a number', '17', 'strict', '28J04' ])
{
	my ($claims, $name, $words, $value, $center, $state) = @$case;
	my $token = $acme->sign($claims =~ s/^raw:// ? '--raw-payload' : '--claims', $claims);
	my $offset = -s $node->logfile;

	$center //= 'acme';
	is(outcome($node, 'postgres', 'SELECT hcjwt.verify(' . quoted($token) . ", '$center')"),
		'ERROR: ' . ($state // '28J00'), "$claims is refused");
	my $log = slurp_file($node->logfile, $offset);
	like($log, qr/DETAIL:  Refused because the claim "$name" \Q$words\E/, 'the log says why');
	unlike($log, qr/DETAIL:.*\Q$value\E/, 'and does not quote it') if length $value > 4;
	my $detail = explained($token, $center);
	like($detail, qr/the claim "$name" \Q$words\E.*; it is \Q$value\E: $custom/, 'explain() names and shows it, and says where it may come from');
}
my $bare = $acme->sign('--raw-payload', '{"userId":1}');
like(explained($bare, 'acme'), qr/claims\|the claim "exp" is missing$/, 'one that is missing is called so');
like(explained($acme->sign('--claims', '{"origin":"https://elsewhere.example"}'), 'acme'), qr/none of the help center's origins/, 'an origin that is one');
$node->stop;
done_testing();
