# A backend during its life: what it loads, how its memory grows, and whose token it
# has when it is handed from one visitor to the next.

use strict;
use warnings;

use HcjwtTest;

my ($acme, $beta) = (Tokens->new, Tokens->new);
my @visitor = map {
	{
		id => $_,
		token => ($_ % 2 ? $acme : $beta)->sign('--claims', qq({"userId":$_,"email":"visitor$_\@example.com"})),
		center => $_ % 2 ? 'acme' : 'beta'
	}
} 1 .. 6;
my $expired = $acme->sign('--life', '-60', '--claims', '{"userId":1}');

foreach my $kind ('preloaded', 'late')
{
	my $node = cluster($kind, preload => $kind eq 'preloaded', conf => 'max_prepared_transactions = 2');
	register($node, 'acme', $acme);
	register($node, 'beta', $beta);
	$node->safe_psql('postgres', <<'END');
CREATE TABLE orders (id int, user_id bigint);
INSERT INTO orders SELECT i, i % 7 FROM generate_series(1, 70) i;
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON orders USING (user_id = hcjwt.user_id());
GRANT ALL ON orders TO app;
END

	# what an ordinary backend has in memory, after it has called all that it may
	my $session = $node->background_psql('postgres', on_error_stop => 0, extra_params => [ '-U', 'app' ]);
	my $pid = $session->query('SELECT pg_backend_pid()');
	$session->query("SELECT hcjwt.verify('$visitor[0]{token}')");
	$session->query("SELECT hcjwt.try_verify('$expired')");
	$session->query("BEGIN; SELECT hcjwt.authenticate('$visitor[0]{token}'); SELECT count(*) FROM orders; COMMIT");
	$session->query("SELECT hcjwt.try_verify('" . $acme->sign('--kid', 'unknown') . "')");
	my $maps = slurp_file("/proc/$pid/maps");
	like($maps, qr{/hcjwt\.so$}m, "a backend that verified a token has our library ($kind)");
	unlike($maps, qr/curl/i, "and not libcurl ($kind)");
	unlike($maps, qr/libpq|hcjwt_http|hcjwt_primary/, "nor the libraries that need it, or libpq ($kind)");

	# Memory does not grow with the tokens a backend sees, good, bad or odd.
	my $size = q{SELECT sum(total_bytes) FROM pg_backend_memory_contexts};
	my $many = "DO \$do\$ BEGIN FOR i IN 1 .. 3000 LOOP "
	  . "PERFORM hcjwt.authenticate(t) FROM unnest(ARRAY[" . join(',', map { quoted($_->{token}) } @visitor) . "]) t; "
	  . "PERFORM hcjwt.user_id(), hcjwt.claims(), hcjwt.claim('c' || i); "
	  . "PERFORM hcjwt.try_verify(md5(i::text)), hcjwt.try_verify('$expired'), hcjwt.try_verify(md5(i::text) || '.e30.e30'); "
	  . "END LOOP; END \$do\$";
	my $whole = $node->background_psql('postgres', on_error_stop => 0);
	$whole->query_safe($many);
	my $before = $whole->query_safe($size);
	$whole->query_safe($many) for 1 .. 2;
	my $after = $whole->query_safe($size);
	cmp_ok($after - $before, '<', 200_000, "memory stays flat ($kind)") or diag("$before, then $after bytes");
	$whole->quit;

	# PREPARE TRANSACTION: a token belongs to the session and does not come along
	is(outcome($node, 'postgres', <<"END"), "1\n1\nERROR: 28J00\n\n", "a prepared transaction leaves no token ($kind)");
SELECT NULL WHERE hcjwt.user_id() IS NOT NULL;
BEGIN; SELECT hcjwt.authenticate('$visitor[0]{token}') ->> 'userId'; PREPARE TRANSACTION 'a';
SELECT NULL WHERE hcjwt.user_id() IS NOT NULL;
BEGIN; SET hcjwt.token = '$visitor[0]{token}'; SELECT hcjwt.user_id(); PREPARE TRANSACTION 'b';
SELECT hcjwt.user_id();
RESET hcjwt.token;
SELECT hcjwt.user_id();
COMMIT PREPARED 'a'; ROLLBACK PREPARED 'b';
SELECT hcjwt.user_id();
END
	# no session uses keys of a prepared transaction before it is committed
	my $kid = $acme->kid;
	my @fares;
	my $check = "SELECT hcjwt.try_verify('$visitor[0]{token}', 'acme') IS NOT NULL";
	$session->query('BEGIN ISOLATION LEVEL REPEATABLE READ');
	push @fares, scalar $session->query($check);
	$node->safe_psql('postgres', "BEGIN; SELECT hcjwt.revoke_key('acme', '$kid'); PREPARE TRANSACTION 'c'");
	push @fares, scalar $session->query($check);
	$node->safe_psql('postgres', "COMMIT PREPARED 'c'");
	push @fares, scalar $session->query($check);
	$node->safe_psql('postgres', "BEGIN; SELECT hcjwt.unrevoke_key('acme', '$kid'); PREPARE TRANSACTION 'c'");
	push @fares, scalar $session->query($check);
	$node->safe_psql('postgres', "ROLLBACK PREPARED 'c'");
	push @fares, scalar $session->query($check);
	$node->safe_psql('postgres', "BEGIN; SELECT hcjwt.unrevoke_key('acme', '$kid'); PREPARE TRANSACTION 'c'");
	$node->restart;
	$node->safe_psql('postgres', "COMMIT PREPARED 'c'");
	push @fares, $node->safe_psql('postgres', $check);
	is("@fares", 't t f f f t', "revoking in two phases ($kind)");
	eval { $session->quit };

	# A transaction pooler: visitors take turns on one connection.  Some forget to
	# authenticate, some use SET, some fail half-way.  Each sees its own rows or none.
	srand 42;
	my ($script, @expected) = ('');
	for my $i (1 .. 600)
	{
		my $v = $visitor[ rand @visitor ];
		my $rows = 'SELECT coalesce(string_agg(DISTINCT user_id::text, $$,$$), $$none$$) FROM orders;';
		my $bad = $i % 2 ? $expired : 'nonsense';
		my $code = $i % 2 ? '28J01' : '28J00';
		my $turn = int rand 12;

		$script .= "BEGIN; SELECT \$\$ok\$\$ WHERE hcjwt.authenticate('$v->{token}') IS NOT NULL; $rows COMMIT;\n" and push @expected, 'ok', $v->{id}
		  if $turn <= 2;
		# says that it is anonymous
		$script .= "BEGIN; SELECT hcjwt.authenticate(NULL) IS NULL; $rows COMMIT;\n" and push @expected, 't', 'none' if $turn == 3;
		# sets its token in its own transaction
		$script .= "BEGIN; SET LOCAL hcjwt.token = '$v->{token}'; $rows ROLLBACK;\n" and push @expected, $v->{id} if $turn == 4;
		# sets it for the session, which is wrong; the next client says that it is anonymous
		$script .= "BEGIN; SET hcjwt.token = '$v->{token}'; $rows COMMIT;\n" and push @expected, $v->{id} if $turn == 5;
		# has a bad token
		$script .= "BEGIN; SET LOCAL hcjwt.token = '$bad'; $rows ROLLBACK;\n" and push @expected, "ERROR: $code" if $turn == 6;
		$script .= "BEGIN; SELECT hcjwt.authenticate('$bad'); $rows ROLLBACK;\n" and push @expected, "ERROR: $code", 'ERROR: 25P02' if $turn == 7;
		# uses savepoints
		$script .= "BEGIN; SET LOCAL hcjwt.token = '$v->{token}'; SAVEPOINT s; SELECT hcjwt.authenticate('$visitor[0]{token}') IS NULL;"
		  . " $rows ROLLBACK TO s; $rows COMMIT;\n" and push @expected, 'f', 1, $v->{id} if $turn == 8;
		# sends one statement without a transaction block
		$script .= "SELECT hcjwt.authenticate('$v->{token}') IS NULL;\n" and push @expected, 'f' if $turn == 9;
		# names a help center
		$script .= "BEGIN; SELECT \$\$ok\$\$ WHERE hcjwt.authenticate('$v->{token}', '$v->{center}') IS NOT NULL; $rows COMMIT;\n" and push @expected, 'ok', $v->{id}
		  if $turn == 10;
		# fails after it has authenticated
		$script .= "BEGIN; SELECT hcjwt.authenticate('$v->{token}') IS NULL; SELECT 1/0; ROLLBACK;\n" and push @expected, 'f', 'ERROR: 22012'
		  if $turn == 11;
		# the next client forgets to authenticate: it is anonymous, or gets an error for the old token
		$script .= "SELECT coalesce(hcjwt.user_id()::text, \$\$none\$\$) || \$\$ \$\$ || current_setting('hcjwt.token');\n";
		push @expected, $turn == 5 ? 'ERROR: 28J00' : 'none ';
		$script .= "RESET hcjwt.token;\n" if $turn == 5;
	}
	my @got = lines($node, 'postgres', $script, user => 'app');
	my @differ = grep { ($got[$_] // '') ne $expected[$_] } 0 .. $#expected;
	is(scalar @got, scalar @expected, "visitors take turns: as many answers ($kind)");
	is(scalar @differ, 0, "each their own ($kind)")
	  or diag("first at $differ[0]: $got[$differ[0]], not $expected[$differ[0]]");

	$node->stop;
}

done_testing();
