# From an older PostgreSQL to a newer one: nothing is lost, by any of the ways.
# OLD_INSTALL is where the older one is installed; the newer one is in PATH.

use strict;
use warnings;

use FindBin;
use HcjwtTest;

my $hc = HelpCenter->new;
my $other = HelpCenter->new;
my $dir = $hc->{dir};
append_to_file("$dir/both.pem",
	slurp_file("$hc->{data}/ca.pem") . slurp_file("$other->{data}/ca.pem"));
my $good = $hc->sign('--claims', '{"userId": 7}');
my $jwks = quoted($other->key_set);
my $facts = slurp_file("$FindBin::RealBin/catalog.sql");
my $carried = <<'END';
SELECT 'center', to_jsonb(h)::text FROM hcjwt.help_centers h
UNION ALL
SELECT 'key', (to_jsonb(k) - '{first_seen,last_seen}'::text[])::text FROM hcjwt.keys k
WHERE source = 'imported' OR revoked_at IS NOT NULL
UNION ALL
SELECT 'policy', concat_ws(' ', polrelid::regclass, polname, pg_get_expr(polqual, polrelid)) FROM pg_policy
UNION ALL
SELECT 'row', to_jsonb(o)::text FROM orders o
ORDER BY 1, 2
END
my $conf = <<"END";
shared_preload_libraries = 'hcjwt'
hcjwt.allowed_hosts = '*'
hcjwt.ca_file = '$dir/both.pem'
END

# Both are made alike, as pg_upgrade wants them.
sub cluster_of
{
	my ($name, %option) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name, %option);
	my @extra = ('--locale=C', '--encoding=UTF8');

	push @extra, '--no-data-checksums' if $node->pg_version->major >= 18;
	$node->init(extra => \@extra);
	$node->append_conf('postgresql.conf', $conf);
	return $node;
}

sub used
{
	my ($node) = @_;
	return $node->safe_psql('shop', <<"END");
SET ROLE api;
BEGIN;
SELECT FROM hcjwt.authenticate('$good');
SELECT item FROM orders;
COMMIT;
END
}

# The lines that only one of two texts has, marked
sub differing
{
	my %in;

	$in{$_} = '- ' foreach split /\n/, $_[0];
	$in{$_} = defined $in{$_} ? '' : '+ ' foreach split /\n/, $_[1];
	return join "\n", map { $in{$_} . $_ } grep { $in{$_} } sort keys %in;
}

# Without a privilege of the owner's that came in 17, and is in no older catalog
sub catalog_of
{
	my ($node, $database) = @_;

	return $node->safe_psql($database, $facts) =~ s/,?[^ ,]+=MAINTAIN\w?//gr;
}

# ---- the old cluster ----

my $old = cluster_of('old', install_path => $ENV{OLD_INSTALL});
$old->start;
note 'from ' . $old->safe_psql('postgres', 'SHOW server_version');
$old->safe_psql('postgres', 'CREATE ROLE api LOGIN; CREATE DATABASE shop');
$old->safe_psql('shop', 'CREATE EXTENSION hcjwt');
$old->safe_psql('shop', "SELECT hcjwt.add_help_center('acme', '$hc->{url}')");
wait_until('keys', sub { keys_of($old, 'acme', 'shop') == 1 });
my $revoked = $old->safe_psql('shop', 'SELECT kid FROM hcjwt.keys');
$hc->ctl('rotate');
$good = $hc->sign('--claims', '{"userId": 7}');
$old->safe_psql('shop', <<"END");
SELECT FROM hcjwt.refresh('acme');
SELECT hcjwt.revoke_key('acme', '$revoked');
SELECT hcjwt.add_help_center('hand', 'https://127.0.0.1:1', audience => 'shop', leeway => '1 min');
SELECT hcjwt.import_keys('hand', $jwks);
SELECT hcjwt.add_help_center('off', '$other->{url}');
UPDATE hcjwt.help_centers SET enabled = false WHERE name = 'off';
CREATE TABLE orders (customer int8 DEFAULT hcjwt.user_id(), item text);
INSERT INTO orders VALUES (7, 'seven'), (8, 'eight');
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON orders USING (hcjwt.help_center() = 'acme' AND customer = hcjwt.user_id());
GRANT SELECT ON orders TO api;
CREATE VIEW me AS SELECT hcjwt.email(), hcjwt.claim('plan');
CREATE MATERIALIZED VIEW state AS SELECT help_center FROM hcjwt.status WITH NO DATA;
GRANT EXECUTE ON FUNCTION hcjwt.revoke_key TO api;
ALTER ROLE api SET hcjwt.required_help_center = 'acme';
END
my $wanted = $old->safe_psql('shop', $carried);
is(used($old), 'seven', 'the old cluster works');
is(scalar(() = $wanted =~ /^key\|/mg), 2, 'and has keys that no fetch brings back');

# What must hold in the new cluster, without any repair by hand
sub holds
{
	my ($node, $what, $fetched) = @_;

	is($node->safe_psql('shop', $carried), $wanted, "$what: all is there");
	wait_until("keys of acme, $what", sub { state_of($node, 'acme', 'shop') eq 'fresh' });
	is(used($node), 'seven', "$what: the policy works, for a role bound to its help center");
	is(keys_of($node, 'acme', 'shop'), 1, "$what: the revoked key is not trusted");
	is(keys_of($node, 'hand', 'shop'), 1, "$what: the imported one is");
	is(state_of($node, 'off', 'shop'), 'disabled', "$what: what was disabled is");
	is($node->safe_psql('shop', "SELECT state FROM hcjwt.refresh('acme')"), 'fresh', "$what: keys are refreshed");
	$node->safe_psql('shop', "SELECT hcjwt.add_help_center('beta', '$other->{url}')");
	wait_until("keys of beta, $what", sub { keys_of($node, 'beta', 'shop') == 1 });
	is($node->safe_psql('shop', "SELECT has_function_privilege('api', 'hcjwt.revoke_key(text, text)', 'EXECUTE')"),
		't', "$what: a privilege that was granted is");
	$node->safe_psql('postgres', 'CREATE DATABASE fresh');
	$node->safe_psql('fresh', 'CREATE EXTENSION hcjwt');
	$node->safe_psql('shop', 'REVOKE EXECUTE ON FUNCTION hcjwt.revoke_key FROM api');
	is(differing(map { catalog_of($node, $_) } qw(shop fresh)), '',
		"$what: the catalog is that of a fresh installation");
	is(log_count($node, qr/(?:FATAL|PANIC|ERROR|WARNING):(?! *terminating)/), 0, "$what: nothing in the log");
	$node->stop;
	return;
}

# ---- pg_dumpall ----

my $dumped = cluster_of('dumped');
$dumped->start;
note 'to ' . $dumped->safe_psql('postgres', 'SHOW server_version');
command_ok([ 'pg_dumpall', '-f', "$dir/all.sql", '-d', $old->connstr('postgres') ], 'pg_dumpall');
{
	my $me = getpwuid $<;
	my $sql = slurp_file("$dir/all.sql") =~ s/^(?:CREATE|ALTER) ROLE "?\Q$me\E"?[ ;].*$//mgr;
	my ($status, $out, $err) = $dumped->psql('postgres', $sql, on_error_stop => 1);
	is($status, 0, 'the restore of all databases ends well');
	unlike($err, qr/ERROR|WARNING/, 'without an error or a warning');
}
holds($dumped, 'pg_dumpall');

# ---- pg_dump and a parallel pg_restore ----

my $restored = cluster_of('restored');
$restored->start;
$restored->safe_psql('postgres', 'CREATE ROLE api LOGIN; CREATE DATABASE shop');
$restored->safe_psql('postgres', "ALTER ROLE api SET hcjwt.required_help_center = 'acme'");
command_ok([ 'pg_dump', '-Fd', '-j', 2, '-f', "$dir/dump", $old->connstr('shop') ], 'pg_dump');
command_ok([ 'pg_restore', '-e', '-j', 3, '-d', $restored->connstr('shop'), "$dir/dump" ], 'pg_restore -j 3');
holds($restored, 'pg_restore');

# ---- pg_upgrade ----

$old->stop;
foreach my $mode ('--copy', '--link')
{
	my $upgraded = cluster_of('upgraded' . $mode =~ s/-//gr);
	my @command = (
		'pg_upgrade', '--no-sync',
		'-d', $old->data_dir, '-D', $upgraded->data_dir,
		'-b', "$ENV{OLD_INSTALL}/bin", '-B', $upgraded->config_data('--bindir'),
		'-s', $upgraded->host, '-p', $old->port, '-P', $upgraded->port, $mode);

	chdir $dir or die "$dir: $!";
	command_ok([ @command, '--check' ], "pg_upgrade $mode --check");
	command_ok(\@command, "pg_upgrade $mode");
	$upgraded->start;
	holds($upgraded, "pg_upgrade $mode");
}
done_testing();
