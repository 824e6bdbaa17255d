# The storefront in a real browser.

use strict;
use warnings;
use Test::More;
use Browser;
use PgBouncer;

plan skip_all => 'pgbouncer is not installed' unless PgBouncer::program();
Browser::run_test('examples/storefront/browser/storefront.test.js');
