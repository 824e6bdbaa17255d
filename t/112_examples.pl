# examples/: each API is short enough to read at once, and the pages have each, with the
# round trips that t/095_stacks.pl and t/096_stacks_npm.pl count.
#
# A line counts that is neither empty nor a comment, imports and braces among them.  What
# a framework's own generator writes does not.

use strict;
use warnings;

use File::Find;
use FindBin;
use Test::More;

use lib $FindBin::RealBin;
use HelpCenter;

use constant { API => 60, HELPER => 20 };

my $top    = "$FindBin::RealBin/..";
my $helper = qr/visitor[^\/]*$|\/bound\.py$/i;

# what they name, of which Spring Boot needs nothing
my $generated = qr{^laravel/(?:bootstrap|config|public|app/Http/Kernel|app/Providers)
	|^rails/config[./]|^django/settings\.py|^spring/(?:Main\.java|Orders\.java|shop\.xml)}x;

# Takes strings out, because what looks like a comment in a string is none.
sub lines_of
{
	my ($file) = @_;
	my $text = HelpCenter::slurp($file);

	$text =~ s{/\*.*?\*/}{}gs      if $file =~ /\.(?:js|java|c|h|go|php)$/;
	$text =~ s{^\s*//.*$}{}gm      if $file =~ /\.(?:js|java|go|php)$/;
	$text =~ s{^\s*#.*$}{}gm       if $file =~ /\.(?:py|rb|ru|pm|psgi)$/;
	$text =~ s{^\s*""".*?"""}{}gms if $file =~ /\.py$/;
	return scalar(() = $text =~ /\S.*$/gm);
}

# [ lines of the API, lines of its helper ]
sub size_of
{
	my ($stack) = @_;
	my @size = (0, 0);

	find(
		{
			no_chdir => 1,
			wanted   => sub {
				my $name = $File::Find::name =~ s{^\Q$top\E/examples/}{}r;
				$File::Find::prune = 1 if /\/(?:node_modules|build|cache|__pycache__)$/;
				return if !-f || !/\.(?:js|py|rb|ru|pm|psgi|php|go|java|c|h|prisma)$/ || $name =~ $generated;
				$size[ $name =~ $helper ? 1 : 0 ] += lines_of($_);
			}
		},
		"$top/examples/$stack");
	return \@size;
}

my @stacks = map { m{([^/]+)/start$} } glob "$top/examples/*/start";
@stacks = grep { $_ ne 'storefront' } @stacks;
cmp_ok(scalar @stacks, '>=', 18, 'there are examples');

my $suite = join '', map { HelpCenter::slurp("$top/t/$_") } qw(095_stacks.pl 096_stacks_npm.pl);
my $list  = HelpCenter::slurp("$top/examples/README.md");
my $page  = HelpCenter::slurp("$top/docs/frameworks.md");
my ($longer) = $page =~ /^## How long\n(.*?)^## /ms;
ok(defined $longer, 'docs/frameworks.md has "How long"');
$longer //= '';

foreach my $stack (@stacks)
{
	my ($api, $help) = @{ size_of($stack) };

	cmp_ok($help, '>', 0, "$stack: has a helper");
	if ($longer =~ /^\| \[\Q$stack\E\]\S* \| (\d+) \| (\d+) \|/m)
	{
		is_deeply([ $api, $help ], [ $1, $2 ], "$stack: lines of the API and of its helper, as the page says");
		ok($api > API || $help > HELPER, "$stack: more than others have");
	}
	else
	{
		cmp_ok($api,  '<=', API,    "$stack: lines of the API");
		cmp_ok($help, '<=', HELPER, "$stack: lines of its helper");
	}

	my ($trips, $write) = $suite =~ /conformance\('\Q$stack\E',\s*trips => (\d+),\s*write => (\d+)/
	  or fail("$stack: the suite runs it");
	my ($prepared) = $suite =~ /conformance\('\Q$stack\E',[^;]*prepared => (\d+)/;
	my ($row)      = $list =~ /^\|[^|\n]*\(\Q$stack\E\/\).*\|\s*([^|\n]*?)\s*\|$/m;
	is($row, ($prepared // $trips) != $trips ? "$prepared; $trips without prepared statements" : $trips, "$stack: examples/README.md");
	my ($anchor) = $page =~ /^### ([^\n]*)\n(?:(?!^###).)*?\(\.\.\/examples\/\Q$stack\E\/\)/ms
	  or fail("$stack: docs/frameworks.md");
	my $number = ($prepared // $trips) != $trips ? "$prepared, or $trips" : $trips;
	ok($page =~ /^\| \[\Q$anchor\E\].*\| \Q$number\E \| $write \|$/m, "$stack: its row in docs/frameworks.md");
}

done_testing();
