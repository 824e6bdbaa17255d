# The libraries are found wherever the server finds the extension: with a
# dynamic_library_path that leaves out the server's own directory; and, from
# PostgreSQL 18 on, in a prefix of their own (extension_control_path), as extension
# images of container platforms have it.

use strict;
use warnings;

use HcjwtTest;

my $hc = HelpCenter->new(users => HelpCenter::sample_users());
my $token = $hc->sign('--claims', '{"userId": 7}');

# Everything that loads a library, each in a session that has loaded none.
sub all_works
{
	my ($node, $what) = @_;
	my %sql = (
		'list_public_keys' => q{SELECT jsonb_array_length(hcjwt.list_public_keys('acme') -> 'keys')},
		'new_token' => q{SELECT count(hcjwt.new_token('acme', 'bob@example.com', password => 'bob-pw'))},
		'show_session' => q{SELECT count(hcjwt.show_session('acme'))},
		'verify' => "SELECT count(hcjwt.verify('$token'))");

	foreach my $function (sort keys %sql)
	{
		my ($status, $out, $err) = $node->psql('postgres', $sql{$function});
		is($out, 1, "$what: $function()") or diag $err;
	}
	return;
}

# ---- the usual place, where dynamic_library_path does not lead ----

my $node = PostgreSQL::Test::Cluster->new('usual');
$node->init;
my ($words) = run_command([ 'pg_config', '--version' ]);
my ($version) = $words =~ /(\d+)/;
# since 18 even a name that begins with $libdir is looked for there
my $path = $version >= 18 ? '/nowhere:$libdir' : '/nowhere';
$node->append_conf('postgresql.conf', <<"END");
hcjwt.allowed_hosts = '*'
hcjwt.ca_file = '$hc->{data}/ca.pem'
dynamic_library_path = '$path'
END
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION hcjwt');
add_help_center($node, 'acme', $hc);
$node->safe_psql('postgres', q{SELECT hcjwt.import_keys('acme', hcjwt.list_public_keys('acme'))});
all_works($node, 'the usual place');
$node->stop;

# ---- a prefix of its own ----

if ($version >= 18)
{
	my $prefix = PostgreSQL::Test::Utils::tempdir;
	my ($share) = run_command([ 'pg_config', '--sharedir' ]);
	my ($lib) = run_command([ 'pg_config', '--pkglibdir' ]);
	my @files = (glob("$share/extension/hcjwt*"), glob("$lib/hcjwt*.so"));

	cmp_ok(scalar(@files), '>', 4, 'all files of the extension');
	mkdir "$prefix/$_" or die "$prefix/$_: $!" foreach 'share', 'share/extension', 'lib';
	system_or_bail('cp', '-L', glob("$share/extension/hcjwt*"), "$prefix/share/extension");
	system_or_bail('cp', '-L', glob("$lib/hcjwt*.so"), "$prefix/lib");

	# moved away, so that nothing is found in the old place
	rename $_, "$_.away" or die "$_: $!" foreach @files;
	my $ok = eval {
		$node = hcjwt_cluster('prefix', $hc, conf => <<"END");
extension_control_path = '$prefix/share:\$system'
dynamic_library_path = '$prefix/lib:\$libdir'
END
		add_help_center($node, 'acme', $hc);
		ok(wait_until('keys', sub { keys_of($node, 'acme') == 1 }), 'a worker fetches and stores');
		all_works($node, 'a prefix of its own');
		is($node->safe_psql('postgres', q{SELECT state FROM hcjwt.refresh('acme')}), 'fresh', 'refresh()');
		$node->stop;
		1;
	};
	my $error = $@;
	rename "$_.away", $_ or die "$_: $!" foreach @files;
	ok($ok, 'nothing is amiss') or diag($error);
}
done_testing();
