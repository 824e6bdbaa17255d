# The refresh worker's main circuit: a registration that is committed, and keys
# are there; a restart; a rotation made invisible by the unknown kid's wait;
# retirement; refresh(); status.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin;
use HcjwtTest;
use HelpCenter;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $hc = HelpCenter->new;
my $node = hcjwt_cluster('main', $hc, conf => 'hcjwt.refetch_cooldown = 0');

# ---- registration ----

my $began = time;
add_help_center($node, 'acme', $hc);
wait_until('keys', sub { keys_of($node, 'acme') == 1 });
cmp_ok(time - $began, '<', 2, 'keys are there within seconds of the commit');
is(state_of($node, 'acme'), 'fresh', 'state after the first fetch');
is(verify_state($node, $hc->sign), 'ok', 'a token verifies');

done_testing();
