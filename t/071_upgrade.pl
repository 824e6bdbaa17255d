# ALTER EXTENSION hcjwt UPDATE.
#
# An installation of each older version is brought up to the present one: it then has the
# very catalog of a fresh installation, and has kept its rows.  Before that, the present
# library works under the older SQL.  To show that the comparison sees differences, the
# test also makes up an older version from the present script.

use strict;
use warnings;

use HcjwtTest;
use FindBin;

my $hc = HelpCenter->new(users => HelpCenter::sample_users());
my $node = hcjwt_cluster('main', $hc);
my $jwks = quoted($hc->key_set);
my $token = quoted($hc->sign('--claims', '{"userId": 7}'));
my ($directory) = run_command([ 'pg_config', '--sharedir' ]);
$directory .= '/extension';
my $present = $node->safe_psql('postgres',
	q{SELECT default_version FROM pg_available_extensions WHERE name = 'hcjwt'});
my $databases = 0;
$node->safe_psql('postgres', 'CREATE ROLE visitor');

sub new_database
{
	my $name = 'd' . ++$databases;
	$node->safe_psql('postgres', "CREATE DATABASE $name");
	# privileges that an administrator grants before the extension is there
	$node->safe_psql($name, 'ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO visitor;'
		  . ' ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO visitor');
	return $name;
}

my $facts = slurp_file("$FindBin::RealBin/../test/upgrade/catalog.sql");

sub catalog_of
{
	my ($database) = @_;
	return $node->safe_psql($database, $facts);
}

sub extension
{
	my ($database, $sql) = @_;
	return $node->safe_psql($database, $sql);
}

my $fresh = new_database();
extension($fresh, 'CREATE EXTENSION hcjwt');
my $wanted = catalog_of($fresh);
cmp_ok(scalar(() = $wanted =~ /\n/g), '>', 200, 'the list of a catalog\'s facts is long');

# What people have in a database of that version, when they upgrade the packages.
my $use = <<"END";
SELECT FROM hcjwt.add_help_center('acme', '$hc->{url}');
SELECT FROM hcjwt.import_keys('acme', $jwks);
SELECT FROM hcjwt.add_help_center('other', 'https://127.0.0.1:1');
SELECT FROM hcjwt.import_keys('other', $jwks);
SELECT FROM hcjwt.keys, hcjwt.revoke_key('other', kid) WHERE keys.help_center = 'other';
CREATE TABLE mine (id int8 DEFAULT hcjwt.user_id());
INSERT INTO mine VALUES (7), (8);
ALTER TABLE mine ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON mine USING (id = hcjwt.user_id());
GRANT ALL ON mine TO visitor;
CREATE VIEW ours AS SELECT hcjwt.email(), hcjwt.claims();
END
my $rows = 'SELECT to_jsonb(h)::text FROM hcjwt.help_centers h UNION ALL'
  . " SELECT (to_jsonb(k) - 'last_seen')::text FROM hcjwt.keys k ORDER BY 1";
# Tests that all of it works with the library that is installed.
sub works
{
	my ($database, $what) = @_;

	is($node->safe_psql($database, <<"END"), "7", "$what: a policy opens its row");
SET ROLE visitor;
BEGIN;
SELECT FROM hcjwt.authenticate($token, 'acme');
SELECT id FROM mine;
COMMIT;
END
	is($node->safe_psql($database, "SELECT hcjwt.try_verify($token, 'other') IS NULL"),
		't', "$what: the revoked key is refused");
	is($node->safe_psql($database, "SELECT state FROM hcjwt.refresh('acme')"),
		'fresh', "$what: the worker fetches and stores");
	is($node->safe_psql($database, "SELECT count(*) FROM hcjwt.explain($token) WHERE NOT passed"),
		0, "$what: explain() passes the token");
	is($node->safe_psql($database, 'SELECT count(*) FROM hcjwt.stats'), 1, "$what: hcjwt.stats has a row");
	return;
}

sub upgrade_from
{
	my ($old, $what) = @_;
	my $database = new_database();

	extension($database, "CREATE EXTENSION hcjwt VERSION '$old'");
	$node->safe_psql($database, $use);
	works($database, "$what with the new library");
	my $kept = $node->safe_psql($database, $rows);
	extension($database, 'ALTER EXTENSION hcjwt UPDATE');
	is($node->safe_psql($database, $rows), $kept, "$what, upgraded: help centers and keys are kept");
	works($database, "$what, upgraded");
	return catalog_of($database);
}

# ---- older versions that there are ----

my @older = split /\n/, $node->safe_psql('postgres',
	"SELECT version FROM pg_available_extension_versions WHERE name = 'hcjwt' AND version <> '$present' ORDER BY 1");
foreach my $old (@older)
{
	is($node->safe_psql('postgres', "SELECT path IS NOT NULL FROM pg_extension_update_paths('hcjwt')"
		. " WHERE source = '$old' AND target = '$present'"), 't', "there is a way from $old to $present");
	is(upgrade_from($old, $old), $wanted, "$old, upgraded: the catalog equals a fresh installation's");
}

# ---- functions that get an argument or a result more: what people have done with them stays ----

sub functions_that_get_more
{
	my $database = new_database();
	my $call = "SELECT split_part(hcjwt.new_token('acme', oauth_token => 'admin-oauth'";
	my $caller = 'SET ROLE helper;';
	my $payload = "), '.', 2) <> ''";

	$node->safe_psql('postgres', 'CREATE ROLE helper; CREATE ROLE "a Helper"');
	extension($database, "CREATE EXTENSION hcjwt VERSION '1.0'");
	extension($database, $use . <<'END');
GRANT EXECUTE ON FUNCTION hcjwt.new_token TO helper WITH GRANT OPTION;
GRANT EXECUTE ON FUNCTION hcjwt.show_session TO PUBLIC;
GRANT EXECUTE ON FUNCTION hcjwt.import_keys, hcjwt.counters TO helper WITH GRANT OPTION;
GRANT SELECT ON hcjwt.stats TO helper;
CREATE VIEW counts AS SELECT * FROM hcjwt.stats;
GRANT SELECT ON counts TO helper;
SET ROLE helper;
GRANT EXECUTE ON FUNCTION hcjwt.new_token, hcjwt.import_keys TO "a Helper";
RESET ROLE;
CREATE VIEW imports AS SELECT hcjwt.import_keys('acme', '{}');
CREATE VIEW sessions AS SELECT hcjwt.show_session('acme') AS session;
CREATE FUNCTION token_of(who text) RETURNS text LANGUAGE sql
	BEGIN ATOMIC SELECT hcjwt.new_token('acme', who, api_token => 'api-1'); END;
END
	is($node->safe_psql($database, "$caller $call$payload"), 't', '1.0: the grantee can call new_token()');
	is($node->safe_psql($database, "SELECT session ? 'csrf_token' FROM sessions"), 't', '1.0: a view can call show_session()');
	my (undef, undef, $err) = $node->psql($database, "$call, on_behalf_of => 'x'$payload");
	like($err, qr/does not exist/, '1.0 has no on_behalf_of');
	my $acl = "SELECT proname, proacl FROM pg_proc WHERE proname IN ('counters', 'import_keys', 'new_token', 'show_session') ORDER BY 1";
	my $kept = $node->safe_psql($database, $acl);

	extension($database, 'ALTER EXTENSION hcjwt UPDATE');
	is($node->safe_psql($database, $acl), $kept, 'the administrators\' grants and their grantors are kept');
	is($node->safe_psql($database, "$caller $call$payload"), 't', 'the grantee can still call new_token()');
	is($node->safe_psql($database, "$caller $call, on_behalf_of => 'ada\@example.com'$payload"),
		't', 'the grantee can call new_token() on behalf of a user');
	is($node->safe_psql($database, 'SET ROLE "a Helper"; ' . "$call$payload"), 't',
		'the grantee\'s grantee can call new_token()');
	(undef, undef, $err) = $node->psql($database, "SET ROLE visitor; $call$payload");
	like($err, qr/permission denied/, 'a role without a grant cannot call new_token()');
	(undef, undef, $err) = $node->psql($database,
		"$caller SELECT hcjwt.list_custom_claims('acme', oauth_token => 'admin-oauth')");
	like($err, qr/permission denied/, 'nobody is granted list_custom_claims(), which is new');
	is($node->safe_psql($database, "SELECT session ? 'csrf_token' FROM sessions"), 't', 'a view that calls show_session() works');
	is($node->safe_psql($database, 'SET ROLE helper; SELECT counts.fetches = stats.fetches, key_waits FROM counts, hcjwt.stats'),
		't|0', 'a view of hcjwt.stats works, which has more columns now');
	is($node->safe_psql($database, "SELECT token_of('bob\@example.com') <> ''"), 't', 'a function that calls new_token() works');
	like($node->safe_psql($database, "SELECT pg_get_viewdef('sessions')"), qr/hcjwt\.show_session\(/,
		'the definition of the view can be read');

	# administrators' grants are theirs, not the extension's: dumps have them
	my ($dump) = run_command([ 'pg_dump', '-d', $node->connstr($database) ]);
	like($dump, qr/^GRANT ALL ON FUNCTION hcjwt\.import_keys\([^)]*prune boolean\) TO $_/m, "a dump has the grant to $_, of import_keys()")
	  foreach 'helper', '"a Helper"';
	like($dump, qr/^GRANT ALL ON FUNCTION hcjwt\.new_token\([^)]*on_behalf_of text\) TO $_/m, "a dump has the grant to $_")
	  foreach 'helper', '"a Helper"';
	my $restored = new_database();
	append_to_file($node->basedir . '/dump.sql', $dump);
	$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr($restored),
		'-f', $node->basedir . '/dump.sql' ], 'the dump can be restored');
	is($node->safe_psql($restored, "SELECT has_function_privilege(r, 'hcjwt.new_token(text,text,text,text,text,text)', 'EXECUTE')"
			. " FROM unnest('{helper,a Helper,visitor}'::name[]) r"), "t\nt\nf", 'after the restore the grants are those of the dump');
	return;
}
functions_that_get_more();

# ---- and one that is made up: it lacks what the upgrade script adds ----

my $script = slurp_file("$directory/hcjwt--$present.sql");
my ($function) = $script =~ /^(CREATE OR REPLACE FUNCTION hcjwt\.external_id\(\).*?;\n)/ms;
my ($comment) = $script =~ /^(COMMENT ON FUNCTION hcjwt\.external_id\(\) IS.*?;\n)/ms;
my ($column) = $script =~ /^(COMMENT ON COLUMN hcjwt\.keys\.retired_at.*?;\n)/ms;
my ($grant) = $script =~ /^(\thcjwt\.external_id\(\),\n)/m;
my $reduced = $script;
foreach my $part ($function, $comment, $column, $grant)
{
	ok(defined $part && $reduced =~ s/\Q$part\E//, 'the part is found in the script');
}

# what default privileges gave away, and what somebody granted on purpose
my $privileges = <<'SQL';
DO LANGUAGE plpgsql $$
DECLARE
	grantee pg_catalog.oid;
BEGIN
	FOR grantee IN
		SELECT a.grantee
		FROM pg_catalog.pg_proc p CROSS JOIN LATERAL pg_catalog.aclexplode(p.proacl) a
		WHERE p.oid OPERATOR(pg_catalog.=) 'hcjwt.external_id()'::pg_catalog.regprocedure
			AND a.grantee OPERATOR(pg_catalog.<>) p.proowner
	LOOP
		EXECUTE pg_catalog.concat('REVOKE ALL ON FUNCTION hcjwt.external_id() FROM ',
			CASE WHEN grantee OPERATOR(pg_catalog.=) 0 THEN 'PUBLIC'
				ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(grantee)) END);
	END LOOP;
END
$$;
GRANT EXECUTE ON FUNCTION hcjwt.external_id() TO PUBLIC;
SQL

my $all = $function . $comment . $column . $privileges;
my %upgrade = (
	complete => $all,
	'without a comment' => $function . $column . $privileges,
	'without a column\'s comment' => $function . $comment . $privileges,
	'that leaves default privileges' => $function . $comment . $column,
	'with another volatility' => $all =~ s/STABLE/VOLATILE/r,
	'with another symbol' => $all =~ s/'hcjwt_external_id'/'hcjwt_email'/r,
	'with one privilege less' => $all =~ s/^GRANT.*//mr,
	'with a trigger for replicas lost' => $all . 'ALTER TABLE hcjwt.keys ENABLE TRIGGER check_key;',
	'with a column too many' => $all . 'ALTER TABLE hcjwt.keys ADD COLUMN more pg_catalog.int4;',
	'with another condition for dumps' => $all
	  . "SELECT pg_catalog.pg_extension_config_dump('hcjwt.keys', '');");

my @made;
END { unlink @made }

SKIP:
{
	skip "$directory cannot be written to", scalar(keys %upgrade) unless -w $directory;
	my $version = 0;
	foreach my $what (sort keys %upgrade)
	{
		my $old = 'test' . ++$version;

		push @made, "$directory/hcjwt--$old.sql", "$directory/hcjwt--$old--$present.sql";
		append_to_file($made[-2], $reduced);
		append_to_file($made[-1], $upgrade{$what});
		if ($what eq 'complete')
		{
			is(upgrade_from($old, 'a made-up version'), $wanted,
				'a complete upgrade makes a catalog that equals a fresh installation\'s');
			next;
		}
		my $database = new_database();
		extension($database, "CREATE EXTENSION hcjwt VERSION '$old'");
		extension($database, 'ALTER EXTENSION hcjwt UPDATE');
		isnt(catalog_of($database), $wanted, "an upgrade $what makes another catalog");
	}
}

is(log_count($node, qr/PANIC|terminated by signal/), 0, 'nothing crashed');
$node->stop;
done_testing();
