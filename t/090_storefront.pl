# The storefront in a real browser.

use strict;
use warnings;
use Browser;

Browser::run_test('examples/storefront/browser/storefront.test.js', 'pgbouncer');
