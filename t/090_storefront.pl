# The storefront in a real browser: examples/storefront/browser/storefront.test.js,
# whose reporter writes TAP.  Nothing is installed here; script/test and
# examples/storefront/test do that.

use strict;
use warnings;
use Cwd qw(abs_path);
use FindBin;
use Test::More;
use HelpCenter;
use PgBouncer;

my $example = abs_path("$FindBin::RealBin/../examples/storefront");

sub runs
{
	my ($status) = HelpCenter::run(@_);
	return $status == 0;
}

plan skip_all => 'node is not installed' unless runs('node', '--version');
plan skip_all => 'chromium is not installed' unless -x '/usr/bin/chromium';
plan skip_all => 'pgbouncer is not installed' unless PgBouncer::program();
plan skip_all => 'npm ci has not been run in examples/storefront'
  unless -d "$example/node_modules/playwright-core";

# its programs are started by name
$ENV{PATH} = "$FindBin::RealBin/../helpcenter:$ENV{PATH}";
exec 'node', "--test-reporter=$example/browser/reporter.js",
  "$example/browser/storefront.test.js"
  or die "node: $!";
