# Differential fuzzing: tokens that are changed in their structure, judged by hcjwt in a
# server, by npm's jose and by libjwt.  Whatever hcjwt accepts both others accept, with the
# same claims, except for the differences that test/differential/judge.js lists.  Few tokens
# of one seed here; "script/fuzz differential" tries many.

use strict;
use warnings;

use Config;
use FindBin;
use HcjwtTest;

use constant BATCH => 5000;

my $count = $ENV{DIFFERENTIAL_COUNT} // 3000;
my $seed = $ENV{DIFFERENTIAL_SEED} // 1;
my $source = "$FindBin::RealBin/../test/differential";
my $tmp = PostgreSQL::Test::Utils::tempdir;

plan skip_all => 'needs npm\'s jose, in test/differential' unless -d "$source/node_modules/jose";
plan skip_all => 'needs libjwt'
  if system("$Config{cc} -O2 -o $tmp/libjwt $source/libjwt.c -ljwt 2>$tmp/cc.log") != 0;

my $node = cluster(
	'main',
	preload => 1,
	init => [ extra => [ '--encoding=UTF8', '--locale=C' ] ],
	conf => "hcjwt.unknown_key_wait = 0\nlog_min_messages = error\n");

# Runs a program; returns its output and whether it succeeded.
sub output_of
{
	my @command = @_;
	my $out = '';

	IPC::Run::run(\@command, '<', \undef, '>', \$out, '2>&1');
	return ($out, $? == 0);
}

sub judge
{
	return output_of('node', "$source/judge.js", @_);
}

# The three verdicts on one batch.  Returns the batch's directory.
sub batch
{
	my ($batch_seed, $size) = @_;
	my $dir = "$tmp/$batch_seed";

	mkdir $dir;
	my ($out, $well) = output_of('node', "$source/generate.js", $batch_seed, $size, $dir);
	die "generate.js: $out" unless $well;
	($out, $well) = output_of("$tmp/libjwt", $dir);
	die "libjwt: $out" unless $well;
	append_to_file("$dir/libjwt", $out);
	$node->command_ok(
		[
			'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-v', "dir=$dir", '-d', $node->connstr('postgres'),
			'-f', "$source/hcjwt.sql"
		],
		"hcjwt judges $size tokens of seed $batch_seed");
	return $dir;
}

# Numbers of cases, by the title under which judge.js prints them, and their name
my (%sum, @unlisted, $dir);
for (my $done = 0; $done < $count; $done += BATCH)
{
	my $size = $count - $done < BATCH ? $count - $done : BATCH;
	my $title;

	system('rm', '-r', $dir) if $dir;
	$dir = batch($seed + $done / BATCH, $size);
	my ($out, $well) = judge($dir);
	foreach my $line (split /\n/, $out)
	{
		if ($line =~ /^# (.*)/) { $title = $1 }
		elsif ($line =~ /^(\d+)\t(.*)/) { $sum{$title}{$2} += $1 }
		else { push @unlisted, 'seed ' . ($seed + $done / BATCH) . ": $line" }
	}
	ok($well, 'whatever hcjwt accepts, both others accept, but for what is listed');
}
is(join("\n", @unlisted), '', 'no difference is unlisted');

my $verdicts = $sum{"hcjwt's verdicts"};
cmp_ok($verdicts->{ok}, '>', $count / 5, 'many tokens are accepted');
my @unseen = grep { !$verdicts->{$_} }
  qw(text shape header alg typ crit kid key signature payload claims exp nbf aud iss);
is("@unseen", '', 'and each check refuses some');

# The test would find an hcjwt that accepts what it has to refuse.
foreach my $check (qw(signature alg crit typ exp claims))
{
	my ($payload) = slurp_file("$dir/hcjwt") =~ /^\d+\tok\t(\S+)$/m;
	my $wrong = slurp_file("$dir/hcjwt") =~ s/^(\d+)\t$check\t\\N$/$1\tok\t$payload/gmr;

	mkdir "$tmp/wrong";
	PostgreSQL::Test::Utils::system_or_bail('cp', map({ "$dir/$_" } qw(keys tokens libjwt)), "$tmp/wrong");
	unlink "$tmp/wrong/hcjwt";
	append_to_file("$tmp/wrong/hcjwt", $wrong);
	my ($out, $well) = judge("$tmp/wrong");
	ok(!$well && $out =~ /^(?:jose|libjwt) (?:refuses|reads)/m, "if the check \"$check\" let all pass, it would be seen");
}

my $report = '';
foreach my $title (sort keys %sum)
{
	$report .= "$title:\n";
	$report .= sprintf("%8d  %s\n", $sum{$title}{$_}, $_) foreach sort keys %{ $sum{$title} };
}
note($report);
append_to_file($ENV{DIFFERENTIAL_REPORT}, $report) if $ENV{DIFFERENTIAL_REPORT};

done_testing();
