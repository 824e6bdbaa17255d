# The documentation: the commands of its pages run, and print what the pages say.

use strict;
use warnings;
use utf8;
use Cwd qw(abs_path);
use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Docs;

# not the user who runs the test, whose name may be that of the pages' reader
$ENV{PGUSER} = 'postgres';

my $top = abs_path("$FindBin::RealBin/..");

# A page with a cluster of its own, where hcjwt is only installed.
sub page
{
	my ($name) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name =~ s/\.md$//r =~ tr{/}{_}r);
	my ($bindir) = grep { -x "$_/initdb" } split /:/, $ENV{PATH};
	my $major = $node->pg_version->major;

	$node->init(allows_streaming => 1, extra => [ '--username' => 'postgres' ]);

	# a busy machine may take longer than the default to fetch a new key
	$node->append_conf('postgresql.conf', "hcjwt.unknown_key_wait = '30s'");
	$node->start;
	return Docs->new(
		name     => $name,
		file     => "$top/$name",
		node     => $node,
		top      => $top,
		user     => 'dev',
		database => 'shop',
		replace  => {
			8443 => PostgreSQL::Test::Cluster::get_free_port(),
			5433 => PostgreSQL::Test::Cluster::get_free_port(),
			8080 => PostgreSQL::Test::Cluster::get_free_port(),
			'PGHOST=127.0.0.1 PGPORT=5432' => 'PGHOST=' . $node->host . ' PGPORT=' . $node->port,
			'postgresql-15' => "postgresql-$major",
			'postgresql-server-dev-15'   => "postgresql-server-dev-$major",
			'/usr/lib/postgresql/15/bin' => $bindir,
			'/var/log/postgresql/postgresql-15-main.log' => $node->logfile
		});
}

# Runs a page, after the pages that it continues.
sub test_page
{
	my ($name, @before) = @_;

	subtest $name => sub {
		my $page = page($name);
		$page->replay("$top/$_") foreach @before;
		$page->run;
		$page->finish;
		$page->{node}->stop;
	};
	return;
}

# README is for people who have a table, a server without hcjwt, and a help
# center at Zendesk; its API binds the token.
sub test_readme
{
	my $page = page('README.md');
	my $node = $page->{node};
	my $data = "$page->{dir}/keys";
	my $found;

	$node->safe_psql('postgres', <<'END');
CREATE ROLE dev LOGIN SUPERUSER;
END
	$node->safe_psql('postgres', 'CREATE DATABASE shop');
	$node->safe_psql('shop', <<'END');
CREATE TABLE orders (customer bigint, item text);
INSERT INTO orders VALUES (1, 'teapot'), (2, 'bicycle');
END
	local $ENV{PATH} = $page->{environment}{PATH};
	my ($token) = run_command(
		[
			'helpcenterd', 'sign', '--data' => $data,
			'--origin' => 'https://your-subdomain.zendesk.com',
			'--claims' => '{"userId": 1}'
		]);
	my ($keys) = run_command([ 'helpcenterd', 'keys', '--data' => $data ]);
	$page->{replace}{'($1)'} = "('$token')";

	foreach my $block ($page->blocks_to_run($page->{file}))
	{
		if ($block->{text} =~ /authenticate/)
		{
			# the worker cannot reach Zendesk from here
			$node->safe_psql('shop',
				"SELECT hcjwt.import_keys('your-subdomain', '$keys')");
			$page->run_sql('SET ROLE api;');
		}
		my ($out, $well) = $page->run_block($block);
		ok($well, $block->{name}) or diag($out);
		$page->run_sh("systemctl restart postgresql\n")
		  if $block->{language} eq 'conf';
		$found = $out;
	}
	like($found, qr/teapot/, 'the visitor sees their own row');
	unlike($found, qr/bicycle/, 'and no other');
	$page->finish;
	$node->stop;
	return;
}

subtest 'README.md' => \&test_readme;
test_page('docs/install.md');
test_page("docs/$_.md", 'docs/install.md')
  foreach qw(protect-a-table no-rows operate security-model testing-policies
	check-your-help-center);
test_page('examples/README.md', 'docs/install.md');

done_testing();
