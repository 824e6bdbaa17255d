# The theme's file in a real browser: theme/help-center-api.test.js.  Nothing is
# installed here; script/test does that.

use strict;
use warnings;

use Cwd qw(abs_path);
use FindBin;
use Test::More;

use lib $FindBin::RealBin;
use HelpCenter;

my $top = abs_path("$FindBin::RealBin/..");
my ($status) = HelpCenter::run('node', '--version');

plan skip_all => 'node is not installed' if $status;
plan skip_all => 'chromium is not installed' unless -x '/usr/bin/chromium';
plan skip_all => 'npm ci has not been run in examples/storefront'
  unless -d "$top/examples/storefront/node_modules/playwright-core";

# its programs are started by name
$ENV{PATH} = "$top/helpcenter:$ENV{PATH}";
exec 'node', "--test-reporter=$top/examples/storefront/browser/reporter.js",
  "$top/theme/help-center-api.test.js"
  or die "node: $!";
