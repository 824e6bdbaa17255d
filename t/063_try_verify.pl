# try_verify raises for no token, in parallel workers too, and needs no subtransaction
# for it.  A cancel, a timeout and an administrator's termination still end it.

use strict;
use warnings;

use HcjwtTest;
use Corpus;

my $corpus = make_corpus(9);
my $node = corpus_cluster($corpus, conf => <<'END');
log_statement = none
max_parallel_workers_per_gather = 2
max_parallel_workers = 4
max_prepared_transactions = 1
END

# ---- parallel workers ----

# a plan whose scan, and so each call, is in a worker: the leader takes no part
my $parallel = <<'SQL';
SET client_min_messages = error;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET parallel_leader_participation = off;
ALTER TABLE cases SET (parallel_workers = 2);
SQL

foreach my $database (DATABASES)
{
	like(
		feed($node, $database, $parallel . <<'SQL'),
EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off, VERBOSE)
SELECT name, hcjwt.try_verify(token, center) IS NULL FROM cases OFFSET 0;
SQL
		qr/Gather.*Workers Launched: [12].*Parallel Seq Scan/s,
		"$database: the plan has parallel workers");

	# a subtransaction cannot begin in a worker, nor anywhere while there are some
	is( feed($node, $database, $parallel . <<'SQL'),
CREATE TABLE in_workers AS
	SELECT name, hcjwt.try_verify(token, center) AS claims FROM cases;
SELECT count(*) FROM in_workers;
SELECT name FROM in_workers JOIN cases USING (name)
WHERE (state = 'ok') <> (claims IS NOT NULL);
SET max_parallel_workers_per_gather = 0;
SELECT name FROM in_workers JOIN cases USING (name)
WHERE claims IS DISTINCT FROM hcjwt.try_verify(token, center);
SQL
		feed($node, $database, 'SELECT count(*) FROM cases'),
		"$database: in parallel workers try_verify() returns the same");
}

# verify()'s error in a worker reaches the client unchanged
my ($good, $bad, $expired) = map {
	my $name = $_;
	map { $_->{token} } grep { $_->{name} eq $name } corpus_tokens($corpus);
} ('good/plain', 'signature/by another key', 'dates/exp: beyond the leeway');
my (undef, $err) = feed($node, 'utf8', $parallel . <<'SQL', errors => 1);
SELECT count(hcjwt.verify(token, center)) FROM cases WHERE name LIKE 'signature/%';
SELECT count(hcjwt.verify(token, center)) FROM cases WHERE state = '28J01';
SELECT count(hcjwt.verify(token, center)) FROM cases WHERE state = '28J04';
SQL
like($err, qr/ERROR:  28J00: invalid help center token\n/, 'a parallel worker\'s error 28J00 reaches the client');
like($err, qr/ERROR:  28J01: help center token has expired\n/, 'a parallel worker\'s error 28J01 reaches the client');
like($err, qr/ERROR:  28J04: help center token is not for this use\n/, 'a parallel worker\'s error 28J04 reaches the client');

# A parallel worker's statement is its leader's.  No worker logs it: neither the
# worker that refuses a token, nor the workers that are ended because of that.
my $offset = -s $node->logfile;
feed($node, 'utf8', $parallel . <<"SQL" x 20, errors => 1);
SELECT count(hcjwt.verify(CASE WHEN name <> '' THEN '$bad' END)) FROM cases;
SQL
my $log = slurp_file($node->logfile, $offset);
like($log, qr/invalid help center token/, 'the log has the refusals of parallel workers');
is(index($log, substr $bad, -40), -1, 'the log has no piece of the token');

# the transaction's token is verified in workers, too
my $session = $parallel . <<'SQL';
CREATE TABLE many AS SELECT i % 7 + 377841432070 AS user_id FROM generate_series(1, 70000) i;
ALTER TABLE many SET (parallel_workers = 2);
ALTER TABLE many ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON many USING (user_id = hcjwt.user_id());
GRANT SELECT ON many TO visitor;
SET ROLE visitor;
SQL
my $rows = "EXPLAIN (COSTS off) SELECT count(*), min(user_id) FROM many;\n"
  . "SELECT count(*), min(user_id) FROM many;\n";
my ($out) = feed($node, 'utf8', "$session BEGIN; SET LOCAL hcjwt.token = '$good'; $rows");
like($out, qr/Gather.*^10000\|377841432074$/ms, 'a policy in parallel workers lets the user\'s rows pass');
($out) = feed($node, 'utf8', "SET ROLE visitor; $rows");
like($out, qr/^0\|$/m, 'without a token a policy in parallel workers lets no row pass');
(undef, $err) = feed($node, 'utf8', <<"SQL", errors => 1);
$parallel
SET ROLE visitor;
BEGIN;
SET LOCAL hcjwt.token = '$expired';
SELECT count(*) FROM many;
SQL
like($err, qr/ERROR:  28J01: help center token has expired/, 'with an expired token a policy in parallel workers raises 28J01');

# ---- interrupts ----

# A statement that refuses tokens for ever, each in a very short time.
my $endless = <<'SQL';
SELECT count(*) FROM generate_series(1, 1000000000) i
WHERE hcjwt.try_verify('eyJhbGciOiJSUzI1NiIsImtpZCI6Im5vLXN1Y2gta2V5In0.' || i || '.AAAA') IS NOT NULL
SQL

(undef, $err) = feed($node, 'utf8', "SET statement_timeout = 200;\n$endless;", errors => 1);
like($err, qr/ERROR:  57014: canceling statement due to statement timeout/,
	'a statement of try_verify obeys its timeout');
(undef, $err) = feed($node, 'utf8', <<"SQL", errors => 1);
$parallel
SET statement_timeout = 500;
SELECT count(hcjwt.try_verify(a.token)) FROM cases a, cases b, cases c;
SQL
like($err, qr/ERROR:  57014: canceling statement due to statement timeout/, 'a statement of try_verify in parallel workers obeys its timeout');

foreach my $end ([ 'pg_cancel_backend', qr/canceling statement due to user request/ ],
	[ 'pg_terminate_backend', qr/terminating connection due to administrator command/ ])
{
	my ($function, $message) = @$end;
	my $finish = background($node, 'utf8', $endless);
	my $pid;

	wait_until(
		'the statement to run',
		sub {
			return $pid = $node->safe_psql('postgres',
				"SELECT pid FROM pg_stat_activity WHERE state = 'active'"
				  . " AND query LIKE '%try_verify%' AND pid <> pg_backend_pid()");
		});
	is($node->safe_psql('postgres', "SELECT $function($pid)"), 't', $function);
	like(($finish->())[2], $message, "$function ends the statement with the usual message");
}

# What can happen to any query is no verdict: here the keys cannot be read.
(undef, $err) = feed($node, 'utf8', <<"SQL", errors => 1);
BEGIN;
LOCK TABLE hcjwt.keys;
PREPARE TRANSACTION 'locked';
\\c -
SET lock_timeout = 100;
SELECT hcjwt.try_verify('$good') IS NULL;
ROLLBACK PREPARED 'locked';
SQL
like($err, qr/ERROR:  55P03: canceling statement due to lock timeout/, 'try_verify() does not catch a lock timeout');
is(feed($node, 'utf8', "SELECT hcjwt.try_verify('$good') IS NULL"), 'f', 'after the lock timeout try_verify() works again');

done_testing();
