# The stand-in's pages in a real browser, with an accessibility checker.

use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Browser;

Browser::run_test('examples/storefront/browser/pages.test.js');
