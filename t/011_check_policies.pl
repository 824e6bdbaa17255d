# check_policies() where hcjwt is not preloaded, and where a required help center is
# in force: its regression test, in one transaction, can have neither.

use strict;
use warnings;
use utf8;
use HelpCenter;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('check');

sub problems
{
	return $node->safe_psql('postgres', 'SELECT problem FROM hcjwt.check_policies()');
}

my $not_preloaded =
  'hcjwt.required_help_center is set, but hcjwt is not preloaded, so it is no boundary';

$node->init;
$node->start;
$node->safe_psql('postgres', <<'END');
CREATE EXTENSION hcjwt;
SELECT hcjwt.add_help_center('acme');
CREATE ROLE api LOGIN;
END
is(problems(), '', 'not preloaded, and no boundary is wanted');

$node->safe_psql('postgres', "ALTER ROLE api SET hcjwt.required_help_center = 'acme'");
is(problems(), $not_preloaded, 'not preloaded, and a boundary is wanted');

# other libraries do not count
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'auto_explain'");
$node->restart;
is(problems(), $not_preloaded, 'another library is preloaded');

foreach my $libraries ('hcjwt', 'auto_explain, hcjwt', '$libdir/hcjwt,auto_explain')
{
	$node->append_conf('postgresql.conf', "shared_preload_libraries = '$libraries'");
	$node->restart;
	is(problems(), '', "preloaded: $libraries");
}

# check_policies() says what happens: no token is accepted.
$node->safe_psql('postgres', "ALTER ROLE api SET hcjwt.required_help_center = 'acne'");
like(problems(), qr/^hcjwt\.required_help_center is set on role api to 'acne', which is not registered/,
	'a help center that is not registered is required');
my $keys  = $node->basedir . '/keys';
my @sign  = (HelpCenter::program(), 'sign', '--data' => $keys, '--origin' => 'https://acme.zendesk.com');
my ($token) = run_command([ @sign, '--claims', '{"userId": 1}' ]);
my ($jwks)  = run_command([ HelpCenter::program(), 'keys', '--data' => $keys ]);
$node->safe_psql('postgres', "SELECT hcjwt.import_keys('acme', '$jwks')");
is($node->safe_psql('postgres', "SELECT hcjwt.verify('$token') ->> 'userId'"),
	'1', 'a token that others accept');
my ($status, $out, $err) = $node->psql('postgres', "SELECT hcjwt.verify('$token')",
	connstr => $node->connstr('postgres') . ' user=api');
like($err, qr/help center token is not for this use/, 'is refused there');
is( $node->safe_psql('postgres', <<"END"),
SET hcjwt.required_help_center = 'acne';
SELECT detail FROM hcjwt.explain('$token', 'acme') WHERE NOT passed
END
	'the key is that of "acme"; asked for is "acme"; hcjwt.required_help_center is "acne", which is not registered',
	'and explain() says by what');

$node->safe_psql('postgres', "ALTER ROLE api SET hcjwt.required_help_center = 'acme'");
is(problems(), '', 'and with the name put right, nothing is amiss');
is( $node->safe_psql('postgres', "SELECT hcjwt.verify('$token') ->> 'userId'",
		connstr => $node->connstr('postgres') . ' user=api'),
	'1',
	'and it is accepted');

$node->stop;
done_testing();
