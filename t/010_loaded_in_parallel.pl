# The library is loaded during a parallel operation, when the server permits no SET:
# hcjwt.required_help_center must hold even then.

use strict;
use warnings;

use HcjwtTest;

my ($acme, $beta) = (Tokens->new, Tokens->new);
my $token = $acme->sign('--claims', '{"userId":1}');
my $node = cluster('late');

register($node, 'acme', $acme);
register($node, 'beta', $beta);
# the plan's own functions load nothing; only its inner statement does
$node->safe_psql('postgres', <<'SQL');
ALTER ROLE app SET hcjwt.required_help_center = 'beta';
CREATE TABLE numbers AS SELECT generate_series(1, 1000) AS i;
ALTER TABLE numbers SET (parallel_workers = 2);
GRANT SELECT ON numbers TO app;
CREATE FUNCTION user_of(token text, i int) RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
	found text;
BEGIN
	EXECUTE 'SELECT hcjwt.verify($1) ->> ''userId''' INTO found USING token;
	RETURN found;
END
$$;
SQL

my $parallel = 'SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;';
my $verify = "SELECT hcjwt.verify('$token') ->> 'userId';";
my $by_many = "SELECT max(user_of('$token', i)) FROM numbers;";

foreach my $who ('max_parallel_workers = 0', 'parallel_leader_participation = off')
{
	is(outcome($node, 'postgres', "$parallel SET $who; $by_many SHOW hcjwt.required_help_center; $verify", user => 'app'),
		"ERROR: 25000\nbeta\nERROR: 28J04", "loaded in the middle: $who");
	is(outcome($node, 'postgres', "$parallel SET $who; $verify $by_many", user => 'app'),
		"ERROR: 28J04\nERROR: 28J04", "loaded before: $who");
}
$node->safe_psql('postgres', "ALTER ROLE app SET hcjwt.required_help_center = 'acme'");
is(outcome($node, 'postgres', "$parallel $verify $by_many", user => 'app'), "1\n1", 'a token of the required help center');

$node->stop;
done_testing;
