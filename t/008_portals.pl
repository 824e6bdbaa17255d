# Portals that a client executes in pieces, statements in one flight, and a library
# that is loaded in the middle of a query: one query reads one token there, too.

use strict;
use warnings;

use HcjwtTest;
use Wire;

my ($acme, $beta) = (Tokens->new, Tokens->new);
my $eve = $acme->sign('--claims', '{"userId":4}');
my $other = $beta->sign('--claims', '{"userId":1}');

foreach my $kind ('preloaded', 'late')
{
	my $node = cluster($kind, preload => $kind eq 'preloaded');
	register($node, 'acme', $acme);
	register($node, 'beta', $beta);
	$node->safe_psql('postgres', <<'END');
CREATE TABLE tickets (help_center text, customer bigint, PRIMARY KEY (help_center, customer));
INSERT INTO tickets SELECT h, c FROM unnest('{acme,beta}'::text[]) h, generate_series(1, 9) c;
ALTER TABLE tickets ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON tickets USING (help_center = hcjwt.help_center() AND customer = hcjwt.user_id());
CREATE TABLE numbers AS SELECT i FROM generate_series(1, 3) i;
GRANT ALL ON tickets, numbers TO app;
CREATE FUNCTION me() RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN hcjwt.help_center() || hcjwt.user_id(); END';
CREATE FUNCTION become(token text) RETURNS int LANGUAGE plpgsql AS 'BEGIN PERFORM hcjwt.authenticate(token); RETURN 0; END';
ALTER ROLE app SET enable_seqscan = off;
END

	# ---- a portal in pieces; its claims are index keys, which are computed once ----

	my @authenticate = ([ parse => '', 'SELECT hcjwt.authenticate($1) IS NOT NULL' ]);
	my $rows = 'SELECT help_center || customer FROM tickets UNION ALL SELECT i::text FROM numbers';
	my $pieces = sub {
		my ($then, $settings) = @_;
		my $wire = Wire->new($node, 'app');

		$wire->flight([ query => 'BEGIN' ]);
		return ($wire->flight(
			@authenticate, [ bind => '', '', $eve ], ['execute', ''],
			[ parse => '', $rows ], [ bind => 'p', '' ], [ execute => 'p', 1 ],
			@$then, [ execute => 'p', 9 ], ['sync']))[1 .. 3];
	};
	is_deeply([ $pieces->([ @authenticate, [ bind => '', '', $eve ], [ 'execute', '' ] ]) ],
		[ 'acme4,more', 't,done', '1,2,3,done' ], "$kind: a portal goes on with the same token");
	is_deeply([ $pieces->([ @authenticate, [ bind => '', '', $other ], [ 'execute', '' ] ]) ],
		[ 'acme4,more', 't,done', '28J05' ], "$kind: not with another one");
	is_deeply([ $pieces->([ @authenticate, [ bind => '', '', undef ], [ 'execute', '' ] ]) ],
		[ 'acme4,more', 'f,done', '28J05' ], "$kind: nor with none");
	is_deeply([ $pieces->([ [ parse => '', 'RESET hcjwt.token' ], [ bind => '', '' ], [ 'execute', '' ] ]) ],
		[ 'acme4,more', 'done', '28J05' ], "$kind: nor with one that was reset");
	is_deeply([ $pieces->([ [ parse => '', "SET LOCAL hcjwt.token = 'nonsense'" ], [ bind => '', '' ], [ 'execute', '' ] ]) ],
		[ 'acme4,more', 'done', '28J05' ], "$kind: nor with one that is refused");
	is_deeply([ $pieces->([ [ parse => '', "SET LOCAL hcjwt.expected_help_center = 'beta'" ], [ bind => '', '' ], [ 'execute', '' ] ]) ],
		[ 'acme4,more', 'done', '28J05' ], "$kind: nor where another help center is expected");

	# bound under one token, executed under another: it has read nothing yet, or all by one
	my $wire = Wire->new($node, 'app');
	$wire->flight([ query => 'BEGIN' ]);
	is_deeply([ $wire->flight(@authenticate, [ bind => '', '', $eve ], [ 'execute', '' ],
			[ parse => '', $rows ], [ bind => 'p', '' ],
			@authenticate, [ bind => '', '', $other ], [ 'execute', '' ], [ execute => 'p', 9 ], ['sync'])
		], [ 't,done', 't,done', 'beta1,1,2,3,done' ],
		"$kind: bound before, executed after: one token, the present one");
	$wire->flight([ query => 'COMMIT' ]);

	# ---- a whole request in one flight, an implicit transaction ----

	foreach my $visitor ([ $eve, 'acme4' ], [ $other, 'beta1' ], [ undef, undef ])
	{
		my ($token, $row) = @$visitor;
		is_deeply([ $wire->flight(@authenticate, [ bind => '', '', $token ], [ 'execute', '' ],
				[ parse => '', 'SELECT help_center || customer FROM tickets' ], [ bind => '', '' ], [ 'execute', '' ], ['sync'])
			], [ (defined $row ? 't' : 'f') . ',done', (defined $row ? "$row,done" : 'done') ],
			"$kind: authenticate and select in one flight: " . ($row // 'nobody'));
	}
	is_deeply([ $wire->flight(@authenticate, [ bind => '', '', 'nonsense' ], [ 'execute', '' ],
			[ parse => '', 'SELECT help_center || customer FROM tickets' ], [ bind => '', '' ], [ 'execute', '' ], ['sync'])
		], ['28J00'], "$kind: where the first fails, the second does not run");

	# ---- the first statement of a session does it all ----

	my $first = sub {
		my ($sql) = @_;
		my ($answer) = Wire->new($node, 'app')->flight([ query => $sql ]);
		return $answer;
	};
	my $turns = "become(CASE WHEN i > 1 THEN '$other' ELSE '$eve' END)";
	is($first->("SELECT me() FROM numbers WHERE i + $turns > 0"), 'acme4,28J05',
		"$kind: two tokens in a session's first query, by functions that load the library");
	is($first->("SELECT me(), hcjwt.user_id() FROM numbers WHERE i + $turns > 0"), 'acme4|4,28J05',
		"$kind: and where its plan has an accessor");
	is($first->("SELECT t.customer FROM (SELECT i, $turns FROM numbers OFFSET 0) n,"
			  . " LATERAL (SELECT customer FROM tickets WHERE customer = n.i + 3 OFFSET 0) t"), '4,28J05',
		"$kind: and by a policy");
	is($first->("SELECT become('$eve'), me()"), '0|acme4,done', "$kind: one token in the first query is fine");

	# a portal whose first piece loads the library
	$wire = Wire->new($node, 'app');
	$wire->flight([ query => 'BEGIN' ]);
	is_deeply([ $wire->flight(
			[ parse => '', "SELECT set_config('hcjwt.token', \$1, true) IS NOT NULL" ], [ bind => '', '', $eve ], [ 'execute', '' ],
			[ parse => '', 'SELECT me() FROM numbers' ], [ bind => 'p', '' ], [ execute => 'p', 1 ],
			@authenticate, [ bind => '', '', $other ], [ 'execute', '' ], [ execute => 'p', 9 ], ['sync'])
		], [ 't,done', 'acme4,more', 't,done', '28J05' ], "$kind: nor does one go on whose first piece loaded the library");

	# the query that loaded the library binds itself, and no later one
	$wire = Wire->new($node, 'app');
	is_deeply([
			map { $wire->flight([ query => $_ ]) } 'BEGIN', "SELECT set_config('hcjwt.token', '$eve', true) IS NOT NULL",
			'SELECT me() FROM numbers LIMIT 1', "SELECT set_config('hcjwt.token', '$other', true) IS NOT NULL",
			'SELECT me() FROM numbers LIMIT 1'
		], [ 'done', 't,done', 'acme4,done', 't,done', 'beta1,done' ], "$kind: queries take turns after the one that loaded the library");

	$node->stop;
}
done_testing();
