# The examples of APIs that need packages from npm: see Stacks.pm.

use strict;
use warnings;

use FindBin;
use Test::More;

use lib $FindBin::RealBin;
use PgBouncer;
use Stacks;

plan skip_all => 'pgbouncer is not installed' unless PgBouncer::program();

my $stage = Stacks->new;

$stage->conformance('node-pg', trips => 1, write => 2, prepared => 1);
$stage->conformance('postgres-js',
	trips => 5, write => 6,
	prepared => 3,
	dies => 'https://github.com/porsager/postgres/issues/1208');
$stage->conformance('knex', trips => 4, write => 5);
$stage->conformance('drizzle', trips => 4, write => 4);
$stage->conformance('prisma', trips => 4, write => 4);

done_testing();
