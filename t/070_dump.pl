# A dump and a restore lose nothing: of a whole cluster, into one whose worker runs
# and whose help centers answer; of one database, in every way that pg_restore has;
# into another encoding; and into a server with other settings.

use strict;
use warnings;

use HcjwtTest;

my $hc = HelpCenter->new;
my $other = HelpCenter->new;
my $dir = $hc->{dir};
append_to_file("$dir/both.pem",
	slurp_file("$hc->{data}/ca.pem") . slurp_file("$other->{data}/ca.pem"));

my $old = hcjwt_cluster('old', undef, conf => "hcjwt.ca_file = '$dir/both.pem'");

sub set_of
{
	my ($server) = @_;
	return quoted($server->key_set);
}

# All that a dump must carry, as text.
my $carried = <<'END';
SELECT 'center', to_jsonb(h)::text FROM hcjwt.help_centers h
UNION ALL
SELECT 'key', (to_jsonb(k) - '{first_seen,last_seen}'::text[])::text FROM hcjwt.keys k
WHERE source = 'imported' OR revoked_at IS NOT NULL
UNION ALL
SELECT 'policy', concat_ws(' ', polrelid::regclass, polname, pg_get_expr(polqual, polrelid),
	pg_get_expr(polwithcheck, polrelid)) FROM pg_policy
UNION ALL
SELECT 'default', pg_get_expr(adbin, adrelid) FROM pg_attrdef
WHERE adrelid = 'orders'::regclass
UNION ALL
SELECT 'grant', concat_ws(' ', p.oid::regprocedure, a.grantee::regrole)
FROM pg_proc p, aclexplode(proacl) a
WHERE pronamespace = 'hcjwt'::regnamespace AND a.grantee = 'keeper'::regrole
ORDER BY 1, 2
END

# ---- a database with one of everything ----

$old->safe_psql('postgres', 'CREATE ROLE api LOGIN; CREATE ROLE keeper');
$old->safe_psql('postgres', <<"END");
SELECT hcjwt.add_help_center('acme', '$hc->{url}', leeway => '1 min');
SELECT hcjwt.add_help_center('beta', '$other->{url}', audience => 'shop', issuer => 'b',
	origins => '{https://shop.example.com,$other->{url}}');
SELECT hcjwt.add_help_center('hand', 'https://127.0.0.1:1', keys_url => 'https://127.0.0.1:1/k');
SELECT hcjwt.add_help_center('off', 'https://127.0.0.1:1');
UPDATE hcjwt.help_centers SET enabled = false WHERE name = 'off';
END
wait_until('keys', sub { keys_of($old, 'acme') == 1 && keys_of($old, 'beta') == 1 });

# a fetched key that is revoked, an imported one, and one that is both
$hc->ctl('rotate');
$old->safe_psql('postgres', q{SELECT FROM hcjwt.refresh('acme')});
wait_until('the second key', sub { keys_of($old, 'acme') == 2 });
my $good = $hc->sign('--claims', '{"userId": 7, "email": "a@example.com"}');
my $revoked_kid = $old->safe_psql('postgres', "SELECT kid FROM hcjwt.keys k WHERE help_center = 'acme'"
	  . " AND kid <> (convert_from(decode(rpad(translate(split_part('$good', '.', 1), '-_', '+/'),"
	  . " (length(split_part('$good', '.', 1)) + 3) / 4 * 4, '='), 'base64'), 'UTF8')::jsonb ->> 'kid')");
$old->safe_psql('postgres', <<"END");
SELECT hcjwt.revoke_key('acme', '$revoked_kid');
SELECT hcjwt.import_keys('hand', @{[ set_of($other) ]});
SELECT hcjwt.import_keys('off', @{[ set_of($other) ]});
SELECT hcjwt.revoke_key('off', kid) FROM hcjwt.keys WHERE help_center = 'off';
GRANT EXECUTE ON FUNCTION hcjwt.revoke_key TO keeper;
CREATE TABLE orders (customer int8 DEFAULT hcjwt.user_id(), item text);
INSERT INTO orders VALUES (7, 'seven'), (8, 'eight');
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON orders USING (hcjwt.help_center() = 'acme' AND customer = hcjwt.user_id())
	WITH CHECK (customer = hcjwt.user_id());
GRANT SELECT ON orders TO api;
CREATE VIEW mine AS SELECT item, hcjwt.email() FROM orders;
CREATE MATERIALIZED VIEW nobody AS SELECT hcjwt.user_id() AS id;
CREATE TABLE checked (token text CHECK (hcjwt.try_verify(token) IS NULL));
INSERT INTO checked VALUES ('no token');
CREATE INDEX ON orders ((item || ''));
ALTER ROLE api SET hcjwt.required_help_center = 'acme';
ALTER DATABASE postgres SET hcjwt.expected_help_center = '';
END
my $wanted = $old->safe_psql('postgres', $carried);
my $all_of_it = $wanted;
like($wanted, qr/center\|.*"acme".*center\|.*"off"/s, 'the old cluster has help centers that a dump must carry');
is(scalar(() = $wanted =~ /^key\|/mg), 3, 'the old cluster has three keys that no fetch brings back');

# another database, in LATIN1, and one in which nothing is set up
$old->safe_psql('postgres',
	q{CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0});
$old->safe_psql('postgres', 'CREATE DATABASE empty');
$old->safe_psql($_, 'CREATE EXTENSION hcjwt') foreach qw(latin empty);
$old->safe_psql('latin', "SET client_encoding = 'UTF8';"
	  . " SELECT hcjwt.add_help_center(U&'gr\\00fc\\00df', '$hc->{url}', audience => U&'\\00e9')");

sub used
{
	my ($node, $database) = @_;
	return $node->safe_psql($database, <<"END");
SET ROLE api;
BEGIN;
SELECT FROM hcjwt.authenticate('$good');
SELECT item FROM orders;
COMMIT;
END
}
is(used($old, 'postgres'), 'seven', 'in the old cluster the policy opens a row');

# ---- the whole cluster, into one that runs ----

my $new = hcjwt_cluster('new', undef, conf => "hcjwt.ca_file = '$dir/both.pem'",
	unstarted => 1);
$new->start;
command_ok([ 'pg_dumpall', '-f', "$dir/all.sql", '-d', $old->connstr('postgres') ],
	'pg_dumpall, with the launcher running');
my $requests = $hc->requests;
my ($status, $out, $err) = (0, '', '');
{
	# what a dump of the same bootstrap superuser always prints
	my $sql = slurp_file("$dir/all.sql");
	my $me = getpwuid $<;
	$sql =~ s/^(?:CREATE|ALTER) ROLE "?\Q$me\E"?[ ;].*$//mg;
	$status = $new->psql('postgres', $sql, stderr => \$err, on_error_stop => 1);
}
is($status, 0, 'the restore of all databases ends well');
unlike($err, qr/ERROR|WARNING|already exists/, 'the restore of all databases has no error and no warning');
is($new->safe_psql('postgres', $carried), $wanted, 'the restore of all databases brings everything');
wait_until('keys of acme', sub { state_of($new, 'acme') eq 'fresh' });
wait_until('keys of beta', sub { state_of($new, 'beta') eq 'fresh' });
wait_until('keys in LATIN1', sub { keys_of($new, undef, 'latin') == 2 });
is(keys_of($new, 'acme'), 1, 'acme: the fetch does not bring the revoked key back');
is(keys_of($new, 'hand'), 1, 'hand: the imported key is trusted');
is(state_of($new, 'off'), 'disabled', 'off: the help center is still disabled');
is($new->safe_psql('latin', "SET client_encoding = 'UTF8'; SELECT name, audience FROM hcjwt.help_centers"),
	"gr\x{c3}\x{bc}\x{c3}\x{9f}|\x{c3}\x{a9}", 'names beyond ASCII are restored in LATIN1');
is($new->safe_psql('empty', 'SELECT count(*) FROM hcjwt.status'), 0, 'an installation without help centers stays empty');
is(used($new, 'postgres'), 'seven', 'in the new cluster the policy opens a row');
is($new->safe_psql('postgres', "SELECT setconfig FROM pg_db_role_setting WHERE setrole = 'api'::regrole"),
	'{hcjwt.required_help_center=acme}', 'the role still has its required help center');
is(log_count($new, qr/(?:ERROR|FATAL|PANIC|WARNING):(?! *terminating)/), 0, 'the new server\'s log has no error and no warning');

# ---- one database, in each way of pg_restore ----

my $dump = "$dir/dump";
command_ok([ 'pg_dump', '-Fd', '-f', $dump, $old->connstr('postgres') ], 'pg_dump of one database succeeds');
my $n = 0;
foreach my $way ([], ['-1'], [ '-j', 3 ], [ '--disable-triggers', '--superuser', scalar getpwuid $< ],
	[ '--no-owner', '--no-privileges' ])
{
	my $database = 'way' . ++$n;
	$new->safe_psql('postgres', "CREATE DATABASE $database");
	command_ok([ 'pg_restore', '-e', @$way, '-d', $new->connstr($database), $dump ],
		"pg_restore @$way succeeds");
	my $all = $wanted;
	$all =~ s/^grant\|.*\n?//mg if "@$way" =~ /privileges/;
	is($new->safe_psql($database, $carried) . "\n", "$all\n" =~ s/\n\n/\n/r, "pg_restore @$way brings everything");
	wait_until('keys', sub { state_of($new, 'acme', $database) eq 'fresh' });
	is(keys_of($new, 'acme', $database), 1, "pg_restore @$way: the revoked key is not trusted");
}

# in sections, with the worker fetching between them
$new->safe_psql('postgres', 'CREATE DATABASE sections');
command_ok([ 'pg_restore', '-e', '--section=pre-data', '-d', $new->connstr('sections'), $dump ],
	'pg_restore of the first section succeeds');
command_ok([ 'pg_restore', '-e', '--section=data', '-d', $new->connstr('sections'), $dump ],
	'pg_restore of the second section succeeds');
wait_until('keys', sub { state_of($new, 'acme', 'sections') eq 'fresh' });
command_ok([ 'pg_restore', '-e', '--section=post-data', '-d', $new->connstr('sections'), $dump ],
	'pg_restore of the third section succeeds');
is($new->safe_psql('sections', $carried), $wanted, 'pg_restore in sections brings everything');

# over an existing installation: everything is dropped first
command_ok([ 'pg_restore', '-e', '--clean', '--if-exists', '-d', $new->connstr('sections'), $dump ],
	'pg_restore --clean over a database in use succeeds');
is($new->safe_psql('sections', $carried), $wanted, 'pg_restore --clean over a database in use brings everything');
wait_until('keys', sub { state_of($new, 'acme', 'sections') eq 'fresh' });

# ---- by a database's owner who is no superuser ----

$old->safe_psql('postgres', 'CREATE ROLE keen LOGIN; CREATE ROLE reader LOGIN; GRANT pg_read_all_data TO reader;'
	  . ' CREATE ROLE stranger LOGIN');
$old->safe_psql('postgres', 'CREATE DATABASE owned OWNER keen');
$old->safe_psql('owned', <<"END");
CREATE EXTENSION hcjwt;
SELECT hcjwt.add_help_center('acme', '$hc->{url}', audience => 'shop');
SELECT hcjwt.import_keys('acme', @{[ set_of($other) ]});
SELECT hcjwt.revoke_key('acme', kid) FROM hcjwt.keys WHERE source = 'imported';
SET ROLE keen;
CREATE SCHEMA mine;
CREATE TABLE mine.orders (customer int8 DEFAULT hcjwt.user_id());
ALTER TABLE mine.orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON mine.orders USING (customer = hcjwt.user_id());
END
my $owned = <<'END';
SELECT (to_jsonb(h) - 'enabled')::text FROM hcjwt.help_centers h
UNION ALL
SELECT (to_jsonb(k) - '{first_seen,last_seen}'::text[])::text FROM hcjwt.keys k WHERE source = 'imported'
UNION ALL
SELECT polname::text FROM pg_policy
ORDER BY 1
END
$wanted = $old->safe_psql('owned', $owned);
is(scalar(() = $wanted =~ /^\{.*\}$/mg), 2, 'the owner\'s database has a help center and a revoked key');
foreach my $who ('keen', 'reader')
{
	# row-level security of his own table applies to the reader
	command_ok([ 'pg_dump', '-Fc', $who eq 'reader' ? '--enable-row-security' : (), '-f', "$dir/$who.dump", '-d', $old->connstr('owned') . " user=$who" ],
		"pg_dump by $who succeeds");
}
isnt($old->psql('owned', 'SELECT FROM hcjwt.help_centers', extra_params => [ '-U', 'stranger' ]), 0,
	'a role without rights cannot read help_centers');
isnt($old->psql('owned', $_, extra_params => [ '-U', 'keen' ]), 0, "the database's owner cannot change the tables: $_")
  foreach 'UPDATE hcjwt.help_centers SET enabled = false', 'DELETE FROM hcjwt.keys',
  q{INSERT INTO hcjwt.help_centers (name, base_url) VALUES ('x', 'https://x.example.com')};

# a superuser restores it into any database; the owner into one where a superuser has
# made the extension, and lets him fill its tables
$new->safe_psql('postgres', 'CREATE ROLE keen LOGIN; CREATE DATABASE owned1; CREATE DATABASE owned2 OWNER keen');
command_ok([ 'pg_restore', '-e', '-d', $new->connstr('owned1'), "$dir/keen.dump" ], 'a superuser can restore the owner\'s dump');
$new->safe_psql('owned2', 'CREATE EXTENSION hcjwt; GRANT INSERT ON hcjwt.help_centers, hcjwt.keys TO keen;'
	  . " SELECT hcjwt.add_help_center('acme', '$hc->{url}')");
my @restore = ('pg_restore', '-e', '--no-comments', '-d', $new->connstr('owned2') . ' user=keen', "$dir/keen.dump");
command_fails_like(\@restore, qr/duplicate key value.*help_centers_pkey/s, 'a restore by an owner who may only insert fails where the help center is there already');
$new->safe_psql('owned2', 'GRANT UPDATE ON hcjwt.help_centers TO keen; DROP SCHEMA mine CASCADE');
command_ok(\@restore, 'a restore by an owner who may update, too, succeeds over a help center that is there already');
foreach my $database ('owned1', 'owned2')
{
	is($new->safe_psql($database, $owned), $wanted, "$database has everything of the owner's dump");
}

# ---- a revocation wins over what the worker has fetched by then ----

# the new server knew the help center before, and has fetched what is revoked
$new->safe_psql('postgres', 'CREATE DATABASE late');
$new->safe_psql('late', 'CREATE EXTENSION hcjwt');
$new->safe_psql('late', "SELECT hcjwt.add_help_center('acme', '$hc->{url}')");
wait_until('both keys', sub { keys_of($new, 'acme', 'late') == 2 });
command_ok([ 'pg_dump', '-a', '-t', 'hcjwt.keys', '-f', "$dir/keys.sql", $old->connstr('postgres') ],
	'pg_dump of the keys alone succeeds');
my $keys = slurp_file("$dir/keys.sql");
$keys =~ s/^(?:off|hand)\t.*\n//mg;
like($keys, qr/\Q$revoked_kid\E/, 'a dump of the keys alone has the revocation');
unlike($keys, qr/"n".*"n"/s, 'a dump of the keys alone has no key that is fetched anyway');
is($new->psql('late', $keys, on_error_stop => 1), 0, 'a dump of the keys alone can be restored over fetched keys');
is(keys_of($new, 'acme', 'late'), 1, 'a restored revocation takes the fetched key away');
$new->safe_psql('late', q{SELECT FROM hcjwt.refresh('acme')});
is(keys_of($new, 'acme', 'late'), 1, 'a restored revocation outlives the next fetch');

# ---- into a server that permits fewer hosts, and has no worker ----

my $strict = PostgreSQL::Test::Cluster->new('strict');
$strict->init;
$strict->start;
$strict->safe_psql('postgres', 'CREATE ROLE api; CREATE ROLE keeper');
command_ok([ 'pg_restore', '-e', '-d', $strict->connstr('postgres'), $dump ],
	'pg_restore succeeds where nothing is preloaded');
is($strict->safe_psql('postgres', $carried), $all_of_it, 'pg_restore brings everything where nothing is preloaded');
is(state_of($strict, 'acme'), 'no worker', 'without preload status says that there is no worker');
$strict->append_conf('postgresql.conf', "shared_preload_libraries = 'hcjwt'");
$strict->restart;
wait_until('an attempt', sub { state_of($strict, 'acme') eq 'failing (URL not permitted)' });
is(keys_of($strict, 'hand'), 1, 'the imported key is trusted where no URL is permitted');

$_->stop foreach $old, $new, $strict;
done_testing();
