# A token that a plain SET leaves on a pooled connection: how the next client is safe
# from it, and which error it gets otherwise.

use strict;
use warnings;

use HcjwtTest;

my ($acme, $beta) = (Tokens->new, Tokens->new);
my $token = $acme->sign('--claims', '{"userId":1}');
my $node = cluster('main', preload => 1);
register($node, 'acme', $acme);
register($node, 'beta', $beta);
my ($detail, $hint) = ('DETAIL:  hcjwt.expected_help_center was set by an earlier transaction, and is another help center.',
	'HINT:  Name the help center, hcjwt.authenticate(token, help_center), or RESET hcjwt.expected_help_center; use SET LOCAL to set it.');
my $refused = 'ERROR: help center token is not for this use';
my $call = "SELECT hcjwt.authenticate('$token') ->> 'userId';";

sub says
{
	my ($sql, %option) = @_;
	return outcome($node, 'postgres', $sql, user => 'app', verbosity => 'default', %option);
}

is(says("SET hcjwt.expected_help_center = 'beta'; $call"), "$refused\n$detail\n$hint", 'an expectation that was left behind is named');
is(says("SET hcjwt.expected_help_center = 'beta'; BEGIN; $call ROLLBACK; $call"), join("\n", ($refused, $detail, $hint) x 2), 'each time');
is(says("SET hcjwt.expected_help_center = 'nobody'; $call"), "$refused\n$detail\n$hint", 'one that is not registered, too');
is(says("SET hcjwt.expected_help_center = 'beta'; SELECT hcjwt.authenticate('$token', 'acme') ->> 'userId';"), 1, 'naming the help center is immune');
is(says("SET hcjwt.expected_help_center = 'beta'; BEGIN; SET LOCAL hcjwt.expected_help_center = ''; $call COMMIT;"), 1, 'so is setting it anew');
is(says("SET hcjwt.expected_help_center = 'beta'; RESET hcjwt.expected_help_center; $call"), 1, 'and RESET');
is(says("SET hcjwt.token = 'x'; $call"), 1, 'a token that was left behind does not matter');
is(says("SET hcjwt.token = 'x'; SET hcjwt.expected_help_center = 'beta'; SELECT hcjwt.authenticate('$token', 'acme') ->> 'userId';"), 1, 'nor do both');

# an expectation of this session refuses the token with no more words than before
is(says("BEGIN; SET LOCAL hcjwt.expected_help_center = 'beta'; $call ROLLBACK;"), $refused, 'set in the transaction');
is(says("BEGIN; SET hcjwt.expected_help_center = 'beta'; $call ROLLBACK;"), $refused, 'by SET, too');
is(says($call, options => '-c hcjwt.expected_help_center=beta'), $refused, 'by the connection');
is(says("SELECT hcjwt.authenticate('$token', 'beta')"), $refused, 'by the call');
$node->safe_psql('postgres', "ALTER ROLE app SET hcjwt.expected_help_center = 'beta'");
is(says($call), $refused, 'by the role');
$node->safe_psql('postgres', "ALTER ROLE app RESET hcjwt.expected_help_center; ALTER ROLE app SET hcjwt.required_help_center = 'beta'");
is(says("SET hcjwt.expected_help_center = 'acme'; $call"), $refused, 'where it is the required one that refuses');
is(says("SET hcjwt.expected_help_center = 'beta'; $call"), "$refused\n$detail\n$hint", 'both refuse');
like(slurp_file($node->logfile), qr/Refused because the key is that of another help center than the one asked for \(kid "\w+"\); hcjwt\.expected_help_center was set by an earlier transaction\./,
	'the log says it, too');
$node->stop;
done_testing();
