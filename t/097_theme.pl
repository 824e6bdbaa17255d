# The theme's file in a real browser.

use strict;
use warnings;
use FindBin;
use lib $FindBin::RealBin;
use Browser;

Browser::run_test('theme/help-center-api.test.js');
