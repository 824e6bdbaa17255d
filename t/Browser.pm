# Browser.pm - a test in a real browser
#
# The tests are in JavaScript, for Node.js, Playwright and Debian's Chromium; their
# reporter writes TAP.  Nothing is installed here: script/test does that.
#
# A test that uses it may not load PostgreSQL::Test::Utils, which sends STDOUT to a log:
# the reporter writes to STDOUT.

package Browser;

use strict;
use warnings;

use Cwd qw(abs_path);
use File::Spec;
use FindBin;
use Test::More;
use HelpCenter;

my $top       = abs_path("$FindBin::RealBin/..");
my $storefront = "$top/examples/storefront";

# Replaces this process by the test in that file.  Skips the test where something that it
# needs is missing; $program is one more program that it needs.
sub run_test
{
	my ($file, $program) = @_;
	my ($status) = HelpCenter::run('node', '--version');

	plan skip_all => 'node is not installed' if $status;
	plan skip_all => 'chromium is not installed' unless -x '/usr/bin/chromium';
	plan skip_all => 'npm ci has not been run in examples/storefront'
	  unless -d "$storefront/node_modules/playwright-core";

	plan skip_all => "$program is not installed"
	  if $program && !grep { -x "$_/$program" } File::Spec->path, '/usr/sbin';

	# the test starts these programs by name
	$ENV{PATH} = "$top/helpcenter:$ENV{PATH}";
	exec 'node', "--test-reporter=$storefront/browser/reporter.js", "$top/$file"
	  or die "node: $!";
}

1;
