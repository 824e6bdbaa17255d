# A soak: 20 connections verify valid, expired, forged, unknown and revoked tokens in
# three databases while keys rotate and are revoked, half of the help centers' answers
# are bad, and the server's processes are killed.  Short here, without a judgement of
# times; script/soak runs it for long, with one.

use strict;
use warnings;

use FindBin;
use lib $FindBin::RealBin, "$FindBin::RealBin/../test/soak";
use HcjwtTest;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Soak::Run;
use Test::More;

my $seconds = $ENV{SOAK_SECONDS} // 20;
my $long = $seconds >= 60;
my $seed = $ENV{SOAK_SEED} // int rand 1e9;
srand $seed;
note("seed $seed");

my $soak = Soak::Run->new(seconds => $seconds, refreshes => !$long);
my $node = hcjwt_cluster('main', undef, unstarted => 1, conf => <<'END_OF_CONF');
restart_after_crash = on
log_statement = none
hcjwt.unknown_key_wait = '2s'
hcjwt.refetch_cooldown = '2s'
END_OF_CONF
my $ca = PostgreSQL::Test::Utils::tempdir . '/ca.pem';
append_to_file($ca, $soak->certificates);
$node->append_conf('postgresql.conf', "hcjwt.ca_file = '$ca'");
$node->start;
$soak->{node} = $node;
$soak->register_accounts;
$soak->run;
# a failure's back-off may keep demand waiting for half a minute
$soak->calm($long ? 90 : 180);

my $oracle = $soak->{oracle};
my %count = %{ $oracle->{count} };
my @waiting = $soak->waiting;
my $harm = $soak->{harm}->count;
my ($answers, $bad) = map { $soak->sum($_) } qw(answers bad_answers);

is(join("\n", @{ $oracle->{wrong} }), '', 'no answer is wrong');
is(join("\n", @{ $oracle->{lost} // [] }), '', 'no revocation is lost');
is(join("\n", @waiting), '', 'in the end every listed key is accepted');
is(join("\n", sort keys %{ $soak->{odd} // {} }), '', 'nobody got another error');
cmp_ok($count{$_} // 0, '>', 0, "tokens were $_") foreach qw(accepted refused expired forged unknown);
cmp_ok($answers, '>', $bad, 'some answers were good');
note(join ', ', map { "$_: $soak->{harm}{done}{$_}" } sort keys %{ $soak->{harm}{done} });

# only what was killed has crashed
my @crashes = grep { !/by signal (?:9|15|3)\b/ } slurp_file($node->logfile) =~ /^.*terminated by signal.*$/mg;
is(join("\n", @crashes, slurp_file($node->logfile) =~ /^.*PANIC.*$/mg), '', 'nothing crashed by itself');

my @grown = $soak->{growth}->faults($long ? (launcher => 256, postmaster => 512, visitors => 4096) : ());
is(join("\n", @grown), '', $long ? 'memory and descriptors are flat' : 'descriptors are flat');

if ($long)
{
	cmp_ok($oracle->{longest}, '<', 45, 'no new key waits for longer than a back-off, and some');
	cmp_ok($count{accepted}, '>', 10 * $seconds, 'and there was work done');
}
$node->stop('fast');

my $wrong = @{ $oracle->{wrong} } + @waiting + keys %{ $soak->{odd} // {} };
note(
	sprintf '%s: %s, %d verified, %d accepted, %d refused; %d wrong; %d of %d revocations lost; '
	  . 'a new key waited for at most %.1f s (of %d in %d databases); '
	  . '%d of %d answers bad; %d times harm was done, %d statements were cut off; '
	  . 'memory %+d kB launcher, %+d kB postmaster, %+d kB backend, %+d descriptors; seed %d',
	'soak', $long ? sprintf('%.0f min', $seconds / 60) : "$seconds s",
	$count{verified}, $count{accepted}, $count{refused}, $wrong,
	scalar @{ $oracle->{lost} // [] }, $soak->{revocations} // 0,
	$oracle->{longest}, scalar @{ $oracle->{keys} }, 3,
	$bad, $answers, $harm, $soak->{cut_off} // 0,
	(map { $soak->{growth}->more($_, 'kb') } qw(launcher postmaster visitors)),
	$soak->{growth}->more('launcher', 'descriptors'), $seed);

done_testing();
