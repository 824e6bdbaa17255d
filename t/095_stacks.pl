# The examples of APIs whose packages Debian has: see Stacks.pm.

use strict;
use warnings;

use FindBin;
use Test::More;

use lib $FindBin::RealBin;
use PgBouncer;
use Stacks;

plan skip_all => 'pgbouncer is not installed' unless PgBouncer::program();

my $stage = Stacks->new;

$stage->conformance('psycopg', trips => 2, write => 3, prepared => 2);
$stage->conformance('perl-dbi', trips => 4, write => 4);
$stage->conformance('php-pdo', trips => 4, write => 4);
$stage->conformance('asyncpg', trips => 7, write => 7, prepared => 5);
$stage->conformance('ruby-pg', trips => 1, write => 4);
$stage->conformance('go-pgx', trips => 1, write => 3, prepared => 1);
$stage->conformance('jdbc', trips => 1, write => 2, prepared => 1);
$stage->conformance('libpq', trips => 1, write => 3);
$stage->conformance('django', trips => 5, write => 5);
$stage->conformance('sqlalchemy', trips => 8, write => 8, prepared => 4);
$stage->conformance('rails', trips => 5, write => 6);
$stage->conformance('laravel', trips => 5, write => 6);
$stage->conformance('spring', trips => 3, write => 3);
$stage->one_statement;

done_testing();
