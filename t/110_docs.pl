# The documentation: what its pages tell people to run runs, and prints what they
# say; the reference is that of the catalog; links lead somewhere.

use strict;
use warnings;
use utf8;

use Cwd qw(abs_path);
use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use lib $FindBin::RealBin;
use Docs;

my $top = abs_path("$FindBin::RealBin/..");

# A page with a cluster of its own, where hcjwt is installed and no more.
sub page
{
	my ($name) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name =~ s{.*/|\.md}{}gr);
	my ($bindir) = grep { -x "$_/initdb" } split /:/, $ENV{PATH};

	$node->init(allows_streaming => 1);
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
			'/usr/lib/postgresql/15/bin' => $bindir,
			'/var/log/postgresql/postgresql-15-main.log' => $node->logfile
		});
}

# Runs a page, after those on which it goes on.
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

test_page('docs/install.md');
test_page("docs/$_.md", 'docs/install.md')
  foreach qw(protect-a-table operate security-model testing-policies);

done_testing();
