# docs/reference.md agrees with the catalog, the settings and the source, both ways; and
# links in the documentation lead somewhere.

use strict;
use warnings;
use utf8;
use Cwd            qw(abs_path);
use Encode         qw(decode_utf8 encode_utf8);
use File::Basename qw(dirname);
use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Docs;

my $top       = abs_path("$FindBin::RealBin/..");
my $reference = Docs::slurp("$top/docs/reference.md");
my $node      = PostgreSQL::Test::Cluster->new('reference');

# Two lists with the same entries, in any order.
sub same_lists
{
	my ($stated, $real, $what) = @_;

	is_deeply(
		[ map { encode_utf8($_) } sort @$stated ],
		[ map { encode_utf8($_) } sort @$real ], $what);
	return;
}

# What a query returns, a list of its rows' text.
sub query
{
	my ($sql) = @_;

	return split /\n/, decode_utf8($node->safe_psql('postgres', $sql));
}

# A chapter, with its sections; a section alone.
sub chapter
{
	my ($title) = @_;

	return $reference =~ /^## \Q$title\E\n(.*?)(?=^## |\z)/ms ? $1 : '';
}

sub section
{
	my ($title, $text) = @_;

	return ($text // $reference) =~ /^### \Q$title\E\n(.*?)(?=^\#|\z)/ms
	  ? $1
	  : '';
}

# The rows of the first table in a text, as lists of cells without backticks.
sub table
{
	my ($text) = @_;
	my @rows;

	foreach my $line (split /\n/, $text)
	{
		last if @rows && $line eq '';
		next unless $line =~ /^\|(.*)\|$/;
		my @cells = map { s/^\s+|\s+$//gr } split /\|/, $1, -1;
		push @rows, [ map { s/^`(.*)`$/$1/r } @cells ]
		  unless $cells[0] =~ /^-+$/;
	}
	shift @rows;
	return @rows;
}

# Functions that only views and check_policies() call.
my $internal = join ', ', map { "'$_'" } qw(
  schedule help_center_status triggers counters condition_facts api_roles policy_actors
  claim_wrappers policy_applies policy_conditions protected_tables policy_reach reached_tables key_columns
  right_conditions required_help_centers check_superuser check_bypassrls check_set_role
  check_table_owner check_open_table check_closed_table check_other_roles check_default_privileges
  check_table_rights check_function_owner check_chosen_rows owned_tables
  check_condition check_self_comparison check_subselect check_help_center_alone policy_claims
  check_account check_email check_claim_name check_custom_claims boundaries check_boundary_role
  check_boundary_name check_boundary_preload check_session_token check_wrapper check_index foreign_parts check_foreign_writes
  check_foreign_server check_foreign_errors check_foreign_conditions
  unbound_owners view_sources policy_views check_view check_view_writes check_materialized_view
  check_definer_function check_trusted_role check_other_triggers);

#
# Functions
#
sub test_functions
{
	my @stated;
	my %may_call = (
		'Functions for everybody'      => 't',
		'Functions for administrators' => 'f');

	foreach my $title (keys %may_call)
	{
		my $text = chapter($title);
		push @stated, "$1 $2 $3 $may_call{$title}"
		  while $text =~ /^### `(.*?)`\n\n(\w+), parallel (\w+)\.$/mg;
	}
	my @real = query(<<"END");
SELECT format('%s(%s) → %s %s %s %s', proname,
	regexp_replace(pg_get_function_arguments(oid), '::\\w+(\\[\\])?', '', 'g'),
	pg_get_function_result(oid),
	CASE provolatile WHEN 'i' THEN 'Immutable' WHEN 's' THEN 'Stable' ELSE 'Volatile' END,
	CASE proparallel WHEN 's' THEN 'safe' WHEN 'r' THEN 'restricted' ELSE 'unsafe' END,
	has_function_privilege('stranger', oid, 'EXECUTE'))
FROM pg_proc
WHERE pronamespace = 'hcjwt'::regnamespace AND prorettype <> 'trigger'::regtype
	AND NOT proname IN ($internal)
END
	same_lists(\@stated, \@real, 'functions, and who may call them');

	@stated = chapter('Internal functions') =~ /`(\w+)\(\)`/g;
	@real = query(<<"END");
SELECT proname
FROM pg_proc
WHERE pronamespace = 'hcjwt'::regnamespace
	AND (prorettype = 'trigger'::regtype OR proname IN ($internal))
END
	same_lists(\@stated, \@real, 'internal functions');
	return;
}

#
# Views and tables
#
sub test_relations
{
	my @stated;

	foreach my $kind (qw(Views Tables))
	{
		my $text = chapter($kind);
		foreach my $name ($text =~ /^### `(\w+)`$/mg)
		{
			foreach my $row (table(section("`$name`", $text)))
			{
				my ($column, $type) = @$row;
				# no table has a default: src/keys/trigger.h says why
				push @stated, "$kind $name $column $type ";
			}
		}
	}
	my @real = query(<<'END');
SELECT format('%s %s %s %s%s %s',
	CASE relkind WHEN 'v' THEN 'Views' ELSE 'Tables' END, relname,
	attname, format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN ' not null' END,
	regexp_replace(pg_get_expr(adbin, adrelid), '::\w+', ''))
FROM pg_class c
	JOIN pg_attribute a ON a.attrelid = c.oid AND attnum > 0 AND NOT attisdropped
	LEFT JOIN pg_attrdef d ON adrelid = c.oid AND adnum = attnum
WHERE relnamespace = 'hcjwt'::regnamespace AND relkind IN ('r', 'v', 'm', 'p', 'f', 'S')
END
	same_lists(\@stated, \@real, 'views and tables, and their columns');
	return;
}

#
# Settings
#
sub test_settings
{
	my %context = (
		anybody   => 'user',
		superuser => 'superuser',
		reload    => 'sighup',
		restart   => 'postmaster');
	my (@stated, @hidden);

	foreach my $row (table(chapter('Settings')))
	{
		my ($name, $default, $unit, $range, $when) = @$row;
		push @stated, "$name|$default|$unit|$range|$context{$when}";
	}

	# pg_settings leaves some out; these must at least exist
	my @real = query(<<'END');
SELECT concat_ws('|', name, boot_val, coalesce(unit, ''),
	coalesce(min_val || ' to ' || max_val, ''), context)
FROM pg_settings
WHERE name LIKE 'hcjwt.%'
END
	foreach my $setting ('hcjwt.token||||user', 'hcjwt.proxy||||sighup', 'hcjwt.primary_conninfo||||sighup')
	{
		my ($name) = split /\|/, $setting;
		push @hidden, $name;
		push @real,   $setting;
	}
	same_lists(\@stated, \@real, 'settings');
	foreach my $name (@hidden)
	{
		# a server with assertions does not start where the second flag is missing
		is( $node->safe_psql('postgres',
				"SELECT pg_settings_get_flags('$name') \@> '{NO_SHOW_ALL,NOT_IN_SAMPLE}'"),
			't',
			"$name is not in pg_settings, on purpose");
	}
	return;
}

#
# Reasons for which tokens are refused
#
sub test_reasons
{
	my $reasons = Docs::slurp("$top/src/verify/reason.c");
	my $steps   = Docs::slurp("$top/src/verify/verify.c");
	my (@stated, @names, @real, %checks);

	foreach my $row (
		table(section('Reasons for which a token is refused')))
	{
		my ($reason, $check, $state) = @$row;
		push @stated, "$reason $state";
		push @names,  $reason;
		$checks{$check} = 1 if $check ne '';
	}

	my %state =
	  $reasons =~ /define (ERRCODE_\w+)\s+MAKE_SQLSTATE\(([^)]*)\)/g;
	while ($reasons =~ /\{"(\w+)", (ERRCODE_\w+)\}/g)
	{
		push @real, "$1 " . ($state{$2} =~ s/[', ]//gr) if $state{$2};
	}
	same_lists(\@stated, \@real, 'reasons, and their SQLSTATEs');

	@real = query('SELECT jsonb_object_keys(rejected_by_reason) FROM hcjwt.stats');
	same_lists(\@names, \@real, 'reasons, as hcjwt.stats has them');

	@real = $steps =~ /^\t\[STEP_\w+\] = \{"(\w+)", \w+\}/mg;
	same_lists([ keys %checks ], \@real, 'checks, as hcjwt.explain() has them');
	return;
}

#
# Messages: all that a user or an operator may see are explained
#

# The literals among the arguments of each call of a function in a C source.
sub literals_of
{
	my ($source, @functions) = @_;
	my $names    = join '|', @functions;
	my $literal  = qr/"(?:[^"\\]|\\.)*"/;
	my @literals;

	while ($source =~ /\b(?:$names)(\((?:$literal|[^"()]|(?1))*\))/g)
	{
		my $arguments = $1;
		push @literals, map { s/^"|"$//gr } $arguments =~ /($literal)/g;
	}
	return @literals;
}

sub test_messages
{
	my $pages = $reference . Docs::slurp("$top/docs/operate.md");
	my ($count, @missing) = (0);

	foreach my $file (glob("$top/src/*.c $top/src/*/*.c"))
	{
		my $source   = Docs::slurp($file);
		my @messages = literals_of($source,
			qw(errmsg errmsg_plural GUC_check_errmsg));

		push @messages, $source =~ /\b(?:missing_)?message = "((?:[^"\\]|\\.)*)"/g;
		push @messages, $source =~ /\breturn "([a-z ]+ token[a-z ]*)"/g
		  if $file =~ /reason\.c$/;
		foreach my $message (@messages)
		{
			my $shown = $message =~ s/\\"/"/gr =~ s/%\w/…/gr;
			next if $shown eq '…';
			$count++;
			push @missing, "$file: $shown" if index($pages, $shown) < 0;
		}
	}
	is(encode_utf8(join "\n", @missing), '', 'every message is explained');
	cmp_ok($count, '>=', 75, 'messages were found in the source');
	return;
}

#
# README leaves out no function that people call, and no setting
#
sub test_readme
{
	my $readme  = Docs::slurp("$top/README.md");
	my @missing = grep { $readme !~ /`\Q$_\E[(`]/ } query(<<"END");
SELECT proname FROM pg_proc
WHERE pronamespace = 'hcjwt'::regnamespace AND prorettype <> 'trigger'::regtype
	AND NOT proname IN ($internal)
UNION ALL
SELECT name FROM pg_settings WHERE name LIKE 'hcjwt.%'
END
	is("@missing", '', 'README names every function and setting');
	return;
}

#
# Links
#

# Anchors, as GitHub makes them from headings.
sub anchors
{
	my ($file) = @_;
	my $text    = Docs::slurp($file) =~ s/^```.*?^```$//gmsr;
	my @anchors = $text =~ /<a id="([^"]+)">/g;

	foreach my $heading ($text =~ /^#+ (.*)$/mg)
	{
		push @anchors, lc($heading) =~ s/[^\w\- ]//gr =~ s/ /-/gr;
	}
	return @anchors;
}

sub leads_somewhere
{
	my ($file, $link) = @_;
	my ($path, $anchor) = split /#/, $link, 2;
	my $target = $path eq '' ? $file : dirname($file) . "/$path";

	return 0 unless -e $target;
	return !defined $anchor || grep { $_ eq $anchor } anchors($target);
}

sub test_links
{
	my @broken;

	foreach my $file (
		glob("$top/*.md $top/docs/*.md $top/examples/*/*.md $top/helpcenter/*.md")
	  )
	{
		my $text = Docs::slurp($file) =~ s/^```.*?^```$//gmsr;
		push @broken, map { "$file: $_" }
		  grep { !/^https?:/ && !leads_somewhere($file, $_) }
		  $text =~ /\]\(([^)\s]+)\)/g;
	}
	is(join("\n", @broken), '', 'links lead somewhere');
	return;
}

$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'hcjwt'");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION hcjwt; CREATE ROLE stranger');

test_functions();
test_relations();
test_settings();
test_reasons();
test_messages();
test_readme();
test_links();

$node->stop;
done_testing();
