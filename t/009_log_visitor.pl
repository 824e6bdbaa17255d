# hcjwt.log_visitor: every entry of a transaction with a verified token names the
# visitor, in each format of the log, and has nothing else of the token; so do
# pgaudit's lines.

use strict;
use warnings;

use HcjwtTest;
use JSON::PP;

my ($acme, $beta) = (Tokens->new, Tokens->new);
my $libdir = qx{"${\($ENV{PG_CONFIG} || 'pg_config')}" --pkglibdir};
chomp $libdir;
my $pgaudit = -e "$libdir/pgaudit.so" || -e "$libdir/pgaudit.dylib";
my $node = cluster('main', unstarted => 1, conf => <<"END" . ($pgaudit ? "pgaudit.log = 'write'\n" : ''));
shared_preload_libraries = 'hcjwt@{[ $pgaudit ? ', pgaudit' : '' ]}'
logging_collector = on
log_destination = 'stderr,csvlog,jsonlog'
log_directory = 'log'
log_filename = 'server.log'
log_rotation_age = 0
log_line_prefix = '%p %e '
log_disconnections = on
max_prepared_transactions = 2
END
my $log = $node->data_dir . '/log/server';

$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION hcjwt; CREATE ROLE app LOGIN');
register($node, 'acme', $acme);
register($node, 'odd', $beta);
$node->safe_psql('postgres', qq(UPDATE hcjwt.help_centers SET name = 'odd "näme"' WHERE name = 'odd'));
my $ada = $acme->sign('--claims', '{"userId":377841432074,"email":"ada@example.com","externalId":"cust-1001"}');
my $bob = $acme->sign('--claims', '{"userId":377841432075,"email":"bob@example.com"}');
my $nobody = $acme->sign('--claims', '{"userId":"7\nERROR:  forged","email":"eve@example.com"}');
my $odd = $beta->sign('--claims', '{"userId":-1}');
my @secrets = ($ada, $bob, $nobody, $odd);

$node->safe_psql('postgres', <<'END');
CREATE TABLE orders (id int PRIMARY KEY, customer bigint, parent int REFERENCES orders DEFERRABLE INITIALLY DEFERRED);
INSERT INTO orders SELECT i, 377841432074 FROM generate_series(1, 1000) i;
ALTER TABLE orders SET (parallel_workers = 2);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON orders USING (customer = hcjwt.user_id());
GRANT ALL ON orders TO app;
CREATE FUNCTION fails() RETURNS int LANGUAGE plpgsql PARALLEL SAFE AS $$ BEGIN RETURN 1 / (hcjwt.user_id() - hcjwt.user_id()); END $$;
CREATE PROCEDURE commits() LANGUAGE plpgsql AS $$ BEGIN COMMIT; RAISE LOG 'behind the commit'; END $$;
END

# The log entries of a client's statements, with the visitor that each names.
my $mark = 0;
sub logged
{
	my ($sql) = @_;
	my $offset = -s "$log.log";
	my $end = 'end of part ' . ++$mark;

	outcome($node, 'postgres', $sql, user => 'app', may_fail => 1);
	$node->safe_psql('postgres', "DO \$\$ BEGIN RAISE LOG '$end'; END \$\$");
	wait_until('the log', sub { slurp_file("$log.log", $offset) =~ /LOG:  \Q$end\E/ });
	return slurp_file("$log.log", $offset) =~ s/^\d+ \w* ?LOG:  \Q$end\E.*//msr;
}

sub as_visitor
{
	my ($token, $sql) = @_;

	return 'BEGIN; SELECT hcjwt.authenticate(' . quoted($token) . ") IS NULL;\n$sql";
}

my $phrase = 'visitor 377841432074 of help center "acme"';

# the setting is off: no visitor
unlike(logged(as_visitor($ada, 'SELECT 1 / 0')), qr/visitor/, 'by default no entry names the visitor');
like(outcome($node, 'postgres', 'SET hcjwt.log_visitor = on', user => 'app'), qr/ERROR: 42501/, 'only a superuser may set it');
$node->append_conf('postgresql.conf', 'hcjwt.log_visitor = on');
$node->reload;
wait_until('the reload', sub { $node->safe_psql('postgres', 'SHOW hcjwt.log_visitor') eq 'on' });
like(outcome($node, 'postgres', 'SET hcjwt.log_visitor = off', user => 'app'), qr/ERROR: 42501/, 'only a superuser may turn it off');

# errors
my $out = logged(as_visitor($ada, 'SELECT 1 / 0'));
like($out, qr/22012 ERROR:  division by zero\n.*22012 CONTEXT:  \Q$phrase\E$/m, 'an error names the visitor');
like(logged(as_visitor($ada, 'SELECT fails()')), qr/CONTEXT:  PL\/pgSQL function fails\(\) .*\n\t\Q$phrase\E$/m, 'the visitor stands beneath the context that the error has anyway');
like(logged(as_visitor($bob, 'SELECT nonsense')), qr/column "nonsense" does not exist.*\n.*visitor 377841432075 of help center "acme"/, 'an error of the parser names the visitor');
like(logged(as_visitor($ada, "SELECT 1 / 0;\nSELECT 2;")), qr/25P02 ERROR:.*\n.*CONTEXT:  \Q$phrase\E/, 'a statement in a transaction that has failed names the visitor');
like(logged(as_visitor($ada, "INSERT INTO orders VALUES (0, 377841432074, -1);\nCOMMIT;")), qr/23503 ERROR:.*\n.*DETAIL.*\n.*CONTEXT:  \Q$phrase\E/, 'an error at COMMIT names the visitor');
like(logged(as_visitor($nobody, 'SELECT 1 / 0')), qr/CONTEXT:  visitor without userId of help center "acme"$/m, 'a userId that is no number is not logged');
like(logged(as_visitor($odd, 'SELECT 1 / 0')), qr/CONTEXT:  visitor -1 of help center "odd "näme""$/m, 'the help center\'s name is logged as it is registered');
like(logged(as_visitor($ada, "SET LOCAL parallel_setup_cost = 0; SET LOCAL parallel_tuple_cost = 0; SET LOCAL min_parallel_table_scan_size = 0;"
	  . " SET LOCAL parallel_leader_participation = off; SELECT sum(fails()) FROM orders")),
	qr/CONTEXT:  PL\/pgSQL function fails\(\) .*\n\t(?:\Q$phrase\E\n\t)?parallel worker(?!.*\n\tvisitor.*\n\tvisitor)/, 'an error of a parallel worker names the visitor once');
like(logged("BEGIN; SET LOCAL hcjwt.token = '$ada'; SELECT hcjwt.user_id(); SELECT 1 / 0"), qr/CONTEXT:  \Q$phrase\E/, 'a token that was set by SET LOCAL: an error names the visitor');

# entries that belong to no visitor
foreach my $not (
	[ 'not verified yet', "BEGIN; SET LOCAL hcjwt.token = '$ada'; SELECT 1 / 0" ],
	[ 'another token that is not verified yet', as_visitor($bob, "SET LOCAL hcjwt.token = '$ada'; SELECT 1 / 0") ],
	[ 'the next transaction', as_visitor($ada, "COMMIT;\nSELECT 1 / 0;") ],
	[ 'the next transaction block', as_visitor($ada, "COMMIT;\nBEGIN; SELECT 1 / 0;") ],
	[ 'an anonymous one', as_visitor($ada, "SELECT hcjwt.authenticate(NULL); SELECT 1 / 0;") ],
	[ 'anonymous again by savepoint', 'BEGIN; SAVEPOINT s; SELECT hcjwt.authenticate(' . quoted($ada) . ') IS NULL; ROLLBACK TO s; SELECT 1 / 0' ],
	[ 'behind a COMMIT in a procedure', 'SELECT hcjwt.authenticate(' . quoted($ada) . ') IS NULL; CALL commits()' ],
	[ 'behind a token that was left behind', "BEGIN; SET hcjwt.token = '$ada'; SELECT hcjwt.user_id(); COMMIT;\nBEGIN; SELECT 1; SELECT 1 / 0; SELECT 2" ],
	[ 'a token left behind', "SET hcjwt.token = '$ada'; SELECT 1 / 0" ])
{
	my ($name, $sql) = @$not;
	my $found = logged($sql);

	like($found, qr/ERROR|behind the commit/, "$name: there is an entry");
	unlike($found, qr/visitor/, "$name: the entry names nobody");
}

like(logged("BEGIN; SET LOCAL hcjwt.token = '$ada'; SELECT hcjwt.user_id(); SELECT 1 / 0; ROLLBACK;\nBEGIN; SELECT 'next' / 1; SELECT 3"),
	qr/CONTEXT(?!.*CONTEXT)/s, 'the visitor of a failed transaction is not named in the next one');

# 28J0x: by contract neither statement nor context
$out = logged(as_visitor($ada, "SELECT hcjwt.verify('$bob' || 'x')"));
like($out, qr/28J00 ERROR/, 'a refusal of another token is logged');
unlike($out, qr/CONTEXT|visitor/, 'a refusal of another token names no visitor');

# log entries of statements: of slow ones, then of all (log_statement)
$node->safe_psql('postgres', "ALTER ROLE app SET log_min_duration_statement = 0");
$out = logged(as_visitor($ada, "SELECT count(*) FROM orders;\nCOMMIT;\nSELECT 'anonymous';"));
like($out, qr/LOG:  duration: .*SELECT count.*\n.*CONTEXT:  \Q$phrase\E/, 'a slow statement names the visitor');
like($out, qr/LOG:  duration: .*COMMIT;.*\n.*CONTEXT:  \Q$phrase\E/, 'a slow COMMIT names the visitor');
unlike($out, qr/anonymous'.*\n.*CONTEXT/, 'a slow statement of the next transaction names no visitor');
$out = logged("SELECT hcjwt.authenticate('$ada') IS NULL;\nSELECT 'anonymous';");
like($out, qr/LOG:  duration: .*authenticate.*\n.*CONTEXT:  \Q$phrase\E/, 'a slow statement that is its own transaction names the visitor');
unlike($out, qr/anonymous'.*\n.*CONTEXT/, 'the statement behind it names no visitor');
$node->safe_psql('postgres', 'ALTER ROLE app RESET log_min_duration_statement; ALTER ROLE app SET log_statement = \'all\'');
$out = logged(as_visitor($ada, "SELECT count(*) FROM orders;\nCOMMIT;"));
like($out, qr/LOG:  statement: SELECT count.*\n.*CONTEXT:  \Q$phrase\E/, 'log_statement: the entry names the visitor');
unlike($out, qr/statement: BEGIN.*\n.*CONTEXT/, 'log_statement: the BEGIN before authenticate() names no visitor');
$node->safe_psql('postgres', 'ALTER ROLE app RESET ALL');

# a prepared statement, bound
my $script = $node->basedir . '/bind.sql';
append_to_file($script, "BEGIN;\nSELECT hcjwt.authenticate(:t);\nSELECT 1 / :zero;\nCOMMIT;\n");
my $offset = -s "$log.log";
$node->command_fails([ 'pgbench', '-n', '-M', 'prepared', '-t', 1, '-D', "t=$ada", '-D', 'zero=0', '-U', 'app', '-f', $script, '-d', 'postgres' ], 'pgbench fails');
wait_until('the log', sub { slurp_file("$log.log", $offset) =~ /division by zero.*?STATEMENT/s });
like(slurp_file("$log.log", $offset), qr/division by zero\n.*CONTEXT:  \Q$phrase\E/, 'an error of a statement with bind parameters names the visitor');

SKIP:
{
	skip 'pgaudit is not installed', 3 unless $pgaudit;
	$out = logged(as_visitor($ada, "INSERT INTO orders VALUES (2000, 377841432074);\nCOMMIT;\nINSERT INTO orders VALUES (2001);"));
	like($out, qr/LOG:  AUDIT: SESSION,\d+,1,WRITE,INSERT,.*2000.*\n.*CONTEXT:  \Q$phrase\E$/m, 'a line of pgaudit names the visitor');
	unlike($out, qr/AUDIT: .*2001.*\n.*CONTEXT/, 'a line of pgaudit without a visitor names nobody');
	my ($line) = grep { $_->{message} =~ /AUDIT: .*2000/ } map { decode_json($_) } split /\n/, slurp_file("$log.json");
	is($line->{context}, $phrase, 'a line of pgaudit in JSON names the visitor');
}

my $whole = slurp_file("$log.log");
like($whole, qr/LOG:  disconnection/, 'the ends of sessions are logged');
unlike($whole, qr/LOG:  disconnection.*\n.*CONTEXT/, 'the end of a session names nobody');

# the other formats
my @entries = map { decode_json($_) } split /\n/, slurp_file("$log.json");
my @contexts = map { $_->{context} // '' } grep { ($_->{state_code} // '') eq '22012' } @entries;
ok((grep { $_ eq $phrase } @contexts), 'the JSON log names the visitor');
like(slurp_file("$log.csv"), qr/,22012,"division by zero",,,,,"visitor 377841432074 of help center ""acme""",/, 'the CSV log names the visitor');

# what no entry ever has
foreach my $format (qw(log csv json))
{
	my $text = slurp_file("$log.$format");

	unlike($text =~ s/.*(?:authenticate|hcjwt\.token|statement:|duration:).*//gr, qr/ada\@|bob\@|eve\@|cust-1001/, "no address ($format)");
	is_deeply([ pieces_in($text =~ s/.*(?:authenticate|hcjwt[.]token|hcjwt[.]verify).*//gr, @secrets) ], [], "no token but in statements ($format)");
}

$node->stop;
done_testing();
