# hcjwt.required_help_center on a role or a database: nothing that an ordinary
# role does lifts it, where the library is preloaded and where it is loaded late.

use strict;
use warnings;

use HcjwtTest;

my ($acme, $beta) = (Tokens->new, Tokens->new);
my @claims = ('--claims', '{"userId":1,"email":"ada@example.com"}');
my ($own, $other) = ($acme->sign(@claims), $beta->sign(@claims));
my %node = (preloaded => cluster('preloaded', preload => 1), late => cluster('late'));

foreach my $node (values %node)
{
	register($node, 'acme', $acme);
	register($node, 'beta', $beta);
	$node->safe_psql('postgres', <<'END');
CREATE ROLE member;
GRANT member TO app;
CREATE TABLE orders (help_center text);
INSERT INTO orders SELECT CASE i % 2 WHEN 0 THEN 'acme' ELSE 'beta' END FROM generate_series(1, 1000) i;
ALTER TABLE orders SET (parallel_workers = 2);
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON orders USING (help_center = hcjwt.help_center());
GRANT SELECT ON orders TO app, member;
CREATE FUNCTION pid() RETURNS int LANGUAGE plpgsql PARALLEL SAFE AS 'BEGIN RETURN pg_backend_pid(); END';
END
}

# How tokens of the required help center and of another one are judged, by each way to
# use one.
my $probe = join "\n",
  "SELECT 'verify own' WHERE hcjwt.verify('$own') IS NOT NULL;",
  "SELECT 'verify other' WHERE hcjwt.verify('$other') IS NOT NULL;",
  "SELECT 'verify other, named' WHERE hcjwt.verify('$other', 'beta') IS NOT NULL;",
  "SELECT 'try other' WHERE hcjwt.try_verify('$other') IS NOT NULL;",
  "SELECT 'authenticate own' WHERE hcjwt.authenticate('$own') IS NOT NULL;",
  "SELECT 'authenticate other' WHERE hcjwt.authenticate('$other', 'beta') IS NOT NULL;",
  "BEGIN; SET LOCAL hcjwt.token = '$own'; SELECT 'rows of ' || string_agg(DISTINCT help_center, ' ') FROM public.orders; ROLLBACK;",
  "BEGIN; SET LOCAL hcjwt.token = '$other'; SELECT 'rows of ' || string_agg(DISTINCT help_center, ' ') FROM public.orders; ROLLBACK;", '';
my $parallel = join "\n",
  'SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;',
  'SET parallel_leader_participation = off;',
  "BEGIN; SET LOCAL hcjwt.token = '$own'; SELECT 'rows of ' || string_agg(DISTINCT help_center, ' ') FROM public.orders;",
  "SELECT 'by workers' WHERE NOT EXISTS (SELECT FROM (SELECT public.pid() FROM public.orders OFFSET 0) x (pid) WHERE pid = pg_backend_pid()); ROLLBACK;",
  "BEGIN; SET LOCAL hcjwt.token = '$other'; SELECT 'rows of ' || string_agg(DISTINCT help_center, ' ') FROM public.orders; ROLLBACK;", '';

my $bounded = "verify own|28J04|28J04|authenticate own|28J04|rows of acme|28J04";
my $unbounded = "verify own|verify other|verify other, named|try other|authenticate own|authenticate other|rows of acme|rows of beta";
my $shut = "28J04|28J04|28J04|28J04|28J04|28J04|28J04";

# An ordinary role's forbidden statements may fail; what counts is how tokens are judged
# afterwards.
sub fares
{
	my ($kind, $sql, %option) = @_;
	my @lines = lines($node{$kind}, 'postgres', "$sql;\nSELECT 'probe';\n$probe", user => 'app', %option);

	shift @lines while @lines && $lines[0] ne 'probe';
	shift @lines;
	return join '|', map { s/^ERROR: //r } grep { !/^WARNING/ } @lines;
}

is(fares($_, 'SELECT 1'), $unbounded, "no boundary ($_)") foreach sort keys %node;

my @everywhere = (
	'SELECT 1',
	"SET ROLE member",
	"SET SESSION AUTHORIZATION DEFAULT",
	"SET hcjwt.expected_help_center = 'beta'; RESET hcjwt.expected_help_center",
	'SELECT hcjwt.user_id(); SET hcjwt.required_help_center = \'\'',
	"SELECT hcjwt.user_id(); SET hcjwt.required_help_center = 'beta'",
	"SELECT hcjwt.user_id(); SET hcjwt.required_help_center TO DEFAULT",
	'SELECT hcjwt.user_id(); RESET hcjwt.required_help_center',
	"SELECT hcjwt.user_id(); SELECT set_config('hcjwt.required_help_center', 'beta', false)",
	"SELECT hcjwt.user_id(); SELECT set_config('HCJWT.Required_Help_Center', 'beta', false)",
	'RESET ALL', 'DISCARD ALL',
	'SELECT hcjwt.user_id(); RESET ALL', 'SELECT hcjwt.user_id(); DISCARD ALL',
	"UPDATE pg_settings SET setting = '' WHERE name = 'hcjwt.required_help_center'",
	"ALTER ROLE app SET hcjwt.required_help_center = ''",
	"ALTER ROLE app SET hcjwt.required_help_center = 'beta'",
	'ALTER ROLE app RESET hcjwt.required_help_center',
	'ALTER ROLE app RESET ALL',
	'ALTER DATABASE postgres RESET hcjwt.required_help_center',
	"ALTER ROLE app IN DATABASE postgres SET hcjwt.required_help_center = 'beta'",
	"CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql SET hcjwt.required_help_center = 'beta' RETURN 1; SELECT pg_temp.f()",
	"SET SESSION AUTHORIZATION member",
	"BEGIN; SELECT hcjwt.user_id(); SET LOCAL hcjwt.required_help_center = 'beta'; ROLLBACK",
	"CREATE TEMP TABLE help_centers AS SELECT 'beta' AS name; SET search_path = pg_temp",
);

# Where the library is loaded late, these are possible, and no token passes then.
my @before = (
	"SET hcjwt.required_help_center = ''",
	"SET hcjwt.required_help_center = 'beta'",
	"SET hcjwt.required_help_center = 'acme'",
	"SET HCJWT.required_help_center = 'beta'",
	"SELECT set_config('hcjwt.required_help_center', 'beta', false)",
	"BEGIN; SET hcjwt.required_help_center = 'beta'; COMMIT",
	"BEGIN; SET LOCAL hcjwt.required_help_center = 'beta'; SELECT hcjwt.user_id(); COMMIT",
	"BEGIN; SET LOCAL hcjwt.required_help_center = 'beta'; SELECT hcjwt.user_id(); ROLLBACK",
	"BEGIN; SAVEPOINT s; SET LOCAL hcjwt.required_help_center = 'beta'; SELECT hcjwt.user_id(); ROLLBACK TO s; COMMIT",
	"BEGIN; SAVEPOINT s; SET hcjwt.required_help_center = 'beta'; SET LOCAL hcjwt.required_help_center = 'acme'; SELECT hcjwt.user_id(); ROLLBACK TO s; COMMIT",
	"BEGIN; SET LOCAL hcjwt.required_help_center = 'beta'; SET hcjwt.required_help_center = 'acme'; SELECT hcjwt.user_id(); COMMIT; RESET hcjwt.required_help_center",
	"SET hcjwt.required_help_center = 'beta'; SELECT hcjwt.user_id(); RESET hcjwt.required_help_center",
	"SET hcjwt.required_help_center = 'beta'; SELECT hcjwt.user_id(); DISCARD ALL",
	"SET hcjwt.required_help_center = 'beta'; SELECT hcjwt.user_id(); RESET ALL",
	"SET hcjwt.required_help_center = 'beta'; SELECT hcjwt.user_id(); SET hcjwt.required_help_center = ''",
);
# these undo the setting before the library is loaded
my @taken_back = (
	"SET hcjwt.required_help_center = 'beta'; RESET hcjwt.required_help_center",
	"SET hcjwt.required_help_center = 'beta'; RESET ALL",
	"SET hcjwt.required_help_center = 'beta'; DISCARD ALL",
	"BEGIN; SET hcjwt.required_help_center = 'beta'; ROLLBACK",
	"BEGIN; SET LOCAL hcjwt.required_help_center = 'beta'; COMMIT",
);

my %boundary = (
	'on the role' => 'ALTER ROLE app',
	'on the database' => 'ALTER DATABASE postgres',
	'on the role in the database' => 'ALTER ROLE app IN DATABASE postgres');

foreach my $where (sort keys %boundary)
{
	foreach my $kind (sort keys %node)
	{
		# what an ordinary role tries must not change anything for the next client
		my $what = "$where, $kind";
		$node{$kind}->safe_psql('postgres', "$boundary{$where} SET hcjwt.required_help_center = 'acme'");

		# everything is tried on the role; elsewhere what is fast
		my @attempts = $where eq 'on the role' ? @everywhere : @everywhere[ 0, 5, 7, 11, 17, 18 ];
		is(fares($kind, $_), $bounded, "$what: $_") foreach @attempts;

		my $late = $kind eq 'late';
		is(fares($kind, $_), $late ? $shut : $bounded, "$what: $_")
		  foreach $where eq 'on the role' ? @before : @before[ 0, 1 ];
		is(fares($kind, $_), $bounded, "$what: $_")
		  foreach $where eq 'on the role' ? @taken_back : $taken_back[0];

		# in the start-up packet
		foreach my $value ('', 'beta', 'acme')
		{
			my $options = "-c hcjwt.required_help_center=$value";

			if ($late)
			{
				is(fares($kind, 'SELECT 1', options => $options), $shut, "$what: PGOPTIONS '$value'");
				is(fares($kind, 'RESET ALL', options => $options), $shut, "$what: PGOPTIONS '$value', RESET ALL");
			}
			else
			{
				like(outcome($node{$kind}, 'postgres', 'SELECT 1', user => 'app', options => $options),
					qr/FATAL|permission denied/, "$what: PGOPTIONS '$value' refused");
			}
		}

		# in parallel workers
		my @lines = lines($node{$kind}, 'postgres', $parallel, user => 'app');
		is("@lines", 'rows of acme by workers ERROR: 28J04', "$what: in workers");
		if ($late)
		{
			@lines = grep { !/^WARNING/ } lines($node{$kind}, 'postgres', $parallel, user => 'app',
				options => '-c hcjwt.required_help_center=beta');
			is("@lines", 'ERROR: 28J04 ERROR: 25P02 ERROR: 28J04', "$what: in workers, with PGOPTIONS");
		}
		$node{$kind}->safe_psql('postgres', "$boundary{$where} RESET hcjwt.required_help_center");
	}
}
is(fares($_, 'SELECT 1'), $unbounded, "no boundary is left ($_)") foreach sort keys %node;

# A superuser may set it: by PGOPTIONS and by SET.
foreach my $kind (sort keys %node)
{
	is(states($node{$kind}, 'postgres', [ $own, $other ], options => '-c hcjwt.required_help_center=acme'),
		'ok 28J04', "a superuser's PGOPTIONS ($kind)");
	is(outcome($node{$kind}, 'postgres',
			"SET hcjwt.required_help_center = 'beta'; SELECT 'other' WHERE hcjwt.verify('$other') IS NOT NULL; SELECT hcjwt.verify('$own');"),
		"other\nERROR: 28J04", "a superuser's SET ($kind)");

	# the setting belongs to the session, whichever role the superuser takes
	is(outcome($node{$kind}, 'postgres',
			"SET hcjwt.required_help_center = 'beta'; SET ROLE app; SELECT hcjwt.verify('$own'); SET hcjwt.required_help_center = 'acme';"
			  . ' RESET ROLE; SET hcjwt.required_help_center = \'acme\';' . "SELECT 'own' WHERE hcjwt.verify('$own') IS NOT NULL;")
		  =~ s/ERROR: 42501\n//r,
		"ERROR: 28J04\nown", "SET ROLE under a boundary ($kind)");
}

# A role that has GRANT SET on it may set it.
foreach my $kind (sort keys %node)
{
	$node{$kind}->safe_psql('postgres', 'GRANT SET ON PARAMETER hcjwt.required_help_center TO app');
	is(states($node{$kind}, 'postgres', [ $own, $other ], user => 'app'), 'ok ok', "GRANT SET, unused ($kind)");
	is(outcome($node{$kind}, 'postgres',
			"SELECT hcjwt.user_id(); SET hcjwt.required_help_center = 'beta'; SELECT hcjwt.verify('$own');", user => 'app'),
		"\nERROR: 28J04", "GRANT SET ($kind)");
}

$_->stop foreach values %node;
done_testing();
