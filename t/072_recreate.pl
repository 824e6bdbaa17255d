# The extension is dropped and made again, copied by templates, and dropped while other
# sessions use it.

use strict;
use warnings;

use HcjwtTest;

my $hc = HelpCenter->new;
my $node = hcjwt_cluster('main', $hc);
my $token = quoted($hc->sign('--claims', '{"userId": 7, "email": "a@example.com"}'));

sub sql
{
	my ($sql, $database) = @_;
	return $node->safe_psql($database // 'postgres', $sql);
}

sub fails
{
	my ($sql, $pattern, $what, $database) = @_;
	my ($status, $out, $err) = $node->psql($database // 'postgres', $sql, on_error_stop => 1);

	isnt($status, 0, $what);
	like($err, $pattern, "$what: the message");
	return;
}

sub register_acme
{
	my ($database) = @_;
	add_help_center($node, 'acme', $hc, $database // 'postgres');
	wait_until('keys', sub { keys_of($node, 'acme', $database) == 1 });
	return;
}

# ---- again and again, with a session that has used it before ----

register_acme();
my $session = $node->background_psql('postgres', on_error_stop => 0);
my $user_id = "BEGIN; SELECT FROM hcjwt.authenticate($token); SELECT hcjwt.user_id(); COMMIT;";
foreach my $round (1 .. 3)
{
	like($session->query($user_id), qr/^7$/m, "round $round: the session verifies");
	sql('DROP EXTENSION hcjwt');
	$session->query('SELECT hcjwt.user_id()');
	like($session->{stderr}, qr/(?:schema|function) .*hcjwt.* does not exist/, "round $round: without the extension the session cannot verify");
	$session->{stderr} = '';
	is(sql("SELECT count(*) FROM pg_namespace WHERE nspname = 'hcjwt'"), 0, "round $round: the schema is gone");
	sql('CREATE EXTENSION hcjwt');
	is(sql('SELECT count(*) FROM hcjwt.help_centers'), 0, "round $round: a new extension has no help center");
	$session->query($user_id);
	like($session->{stderr}, qr/signed by an unknown key/, "round $round: no key is left in the session's memory");
	$session->{stderr} = '';
	$session->query('ROLLBACK');
	register_acme();
}
like($session->query($user_id), qr/^7$/m, 'after three rounds the session verifies');

# ---- a drop that does not happen ----

is(sql(<<"END"), "f\n7", 'a drop that is rolled back changes nothing');
BEGIN;
DROP EXTENSION hcjwt;
SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'hcjwt');
ROLLBACK;
BEGIN;
SELECT FROM hcjwt.authenticate($token);
SELECT hcjwt.user_id();
COMMIT;
END
is(sql(<<"END"), "t\n7", 'a drop and a new CREATE that are rolled back change nothing');
BEGIN;
DROP EXTENSION hcjwt;
CREATE EXTENSION hcjwt;
SELECT hcjwt.try_verify($token) IS NULL;
ROLLBACK;
BEGIN;
SELECT FROM hcjwt.authenticate($token);
SELECT hcjwt.user_id();
COMMIT;
END
like($session->query($user_id), qr/^7$/m, 'after these another session verifies');
is(sql("SELECT state FROM hcjwt.refresh('acme')"), 'fresh', 'after these the worker fetches for the help center');

# ---- what depends on it ----

sql(<<'END');
CREATE TABLE mine (id int8 DEFAULT hcjwt.user_id());
INSERT INTO mine VALUES (7), (8);
ALTER TABLE mine ENABLE ROW LEVEL SECURITY;
ALTER TABLE mine FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON mine USING (id = hcjwt.user_id());
CREATE VIEW me AS SELECT hcjwt.email();
CREATE ROLE visitor;
GRANT SELECT ON mine TO visitor;
END
fails('DROP EXTENSION hcjwt', qr/policy own on table mine depends on function hcjwt\.user_id/,
	'a drop that would take away a policy is refused');
fails('DROP FUNCTION hcjwt.user_id()', qr/extension hcjwt requires it/, 'a drop of one of its functions is refused');
fails('ALTER EXTENSION hcjwt SET SCHEMA public', qr/extension "hcjwt" does not support SET SCHEMA/,
	'ALTER EXTENSION SET SCHEMA is refused');
fails('ALTER TABLE hcjwt.keys SET SCHEMA public; CREATE EXTENSION hcjwt', qr/already exists/,
	'a second CREATE EXTENSION is refused while a table is elsewhere');
sql('ALTER TABLE public.keys SET SCHEMA hcjwt');
sql('DROP EXTENSION hcjwt CASCADE');
is(sql('SELECT count(*) FROM pg_policy'), 0, 'CASCADE drops the policies');
is(sql('SET ROLE visitor; SELECT count(*) FROM mine'), 0, 'CASCADE leaves the table closed');
sql('CREATE EXTENSION hcjwt');
register_acme();

# ---- dropped while a session has a token in force ----

$session->query('CREATE TEMP TABLE before AS SELECT 1');
$session->query("BEGIN; SELECT FROM hcjwt.authenticate($token)");
$session->query('COMMIT');
$session->query("BEGIN; SET LOCAL hcjwt.token = $token");
sql('DROP EXTENSION hcjwt');
$session->{stderr} = '';
$session->query('SELECT hcjwt.user_id()');
like($session->{stderr}, qr/(?:schema|function) .*hcjwt.* does not exist/, 'a token in force when the extension is dropped: user_id() fails');
$session->query('ROLLBACK');
sql('CREATE EXTENSION hcjwt');
register_acme();

# ---- a template database that has it ----

sql('CREATE DATABASE template_shop IS_TEMPLATE true');
sql('CREATE EXTENSION hcjwt', 'template_shop');
register_acme('template_shop');
sql("SELECT hcjwt.revoke_key('acme', kid) FROM hcjwt.keys", 'template_shop');
sql("CREATE DATABASE shop$_ TEMPLATE template_shop") foreach 1 .. 2;
is(sql('SELECT name FROM hcjwt.help_centers', 'shop1'), 'acme', 'a copy has the help center');
is(verify_state($node, eval $token, 'shop1'), '28J03', 'a copy has the revocation');
sql("SELECT hcjwt.unrevoke_key('acme', kid) FROM hcjwt.keys", 'shop1');
is(verify_state($node, eval $token, 'shop1'), 'ok', 'unrevoke_key() in a copy ends the revocation there');
is(verify_state($node, eval $token, 'shop2'), '28J03', 'the other copy keeps the revocation');
is(verify_state($node, eval $token, 'template_shop'), '28J03', 'the template keeps the revocation');
is(sql("SELECT state, last_success IS NOT NULL FROM hcjwt.refresh('acme')", 'shop2'), 'no trusted key|t',
	'the worker finds a copy when it is asked, whose only key is revoked');

# template1: every database made from now on has it
sql('CREATE EXTENSION hcjwt', 'template1');
sql('CREATE DATABASE later');
register_acme('later');
is(verify_state($node, eval $token, 'later'), 'ok', 'a database made from template1 verifies');
sql(q{CREATE DATABASE other LOCALE 'C' ENCODING 'SQL_ASCII' TEMPLATE template0});
is(sql("SELECT count(*) FROM pg_extension WHERE extname = 'hcjwt'", 'other'), 0, 'a database made from template0 does not have the extension');
sql('DROP EXTENSION hcjwt', 'template1');

# ---- a database renamed, dropped and made anew under its name ----

sql('ALTER DATABASE shop1 RENAME TO shop3');
is(verify_state($node, eval $token, 'shop3'), 'ok', 'a renamed database verifies');
sql('DROP DATABASE shop3');
sql('CREATE DATABASE shop3');
sql('CREATE EXTENSION hcjwt', 'shop3');
is(sql('SELECT count(*) FROM hcjwt.status', 'shop3'), 0, 'a new database of an old name is empty');
is(verify_state($node, eval $token, 'shop3'), '28J03', 'a new database of an old name trusts no key');

$session->quit;
is(log_count($node, qr/PANIC|terminated by signal/), 0, 'nothing crashed');
$node->stop;
done_testing();
