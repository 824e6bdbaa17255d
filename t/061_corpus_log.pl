# No piece of a token is in the server's log, in any view, or in a message to a client,
# wherever the token comes from and wherever it is refused.

use strict;
use warnings;

use HcjwtTest;
use Corpus;

# Not preloaded: so each session may write sixteen entries about refusals, and a
# new one as many again, where a preloaded library has one limit for all.
my $corpus = make_corpus(9);
my $node = corpus_cluster($corpus, databases => ['utf8'],
	conf => <<'END');
shared_preload_libraries = ''
log_error_verbosity = verbose
log_statement = none
END

# texts that the database accepts, and that are short enough for a statement
my @tokens = grep { $_->{verdict} !~ /^22021/ && length $_->{token} < 20000 }
  corpus_tokens($corpus);

sub literal
{
	my ($text) = @_;

	return 'NULL' unless defined $text;
	$text =~ s/'/''/g;
	return "'$text'";
}

# A token's ways into the server, one after the other.  Each prints the error
# code of its last statement.
my @ways = (
	sub { "SELECT hcjwt.verify($_[0], $_[1]) IS NULL;\n\\echo :SQLSTATE\n" },
	sub { "SELECT hcjwt.authenticate($_[0], $_[1]) IS NULL;\n\\echo :SQLSTATE\n" },
	sub {
		"BEGIN; SET LOCAL hcjwt.expected_help_center = $_[1]; SET LOCAL hcjwt.token = $_[0];\n"
		  . "SELECT hcjwt.claims() IS NULL;\n\\echo :SQLSTATE\nROLLBACK;\n";
	},
	sub {
		"SET ROLE visitor; BEGIN; SET LOCAL hcjwt.expected_help_center = $_[1];\n"
		  . "SET LOCAL hcjwt.token = $_[0];\n"
		  . "SELECT count(*) < 0 FROM notes;\n\\echo :SQLSTATE\nROLLBACK; RESET ROLE;\n";
	},
	sub {
		"DO \$do\$ BEGIN PERFORM hcjwt.verify($_[0], $_[1]); END \$do\$;\n\\echo :SQLSTATE\n";
	},
	sub {
		"PREPARE p(text, text) AS SELECT hcjwt.verify(\$1, \$2) IS NULL;\n"
		  . "EXECUTE p($_[0], $_[1]);\n\\echo :SQLSTATE\nDEALLOCATE p;\n";
	},
	sub {
		"SELECT hcjwt.verify(token, $_[1]) IS NULL FROM (SELECT $_[0]::text AS token OFFSET 0) t;\n"
		  . "\\echo :SQLSTATE\n";
	},
	sub {
		"CREATE TEMP TABLE t (claims jsonb DEFAULT hcjwt.verify($_[0], $_[1]));\n"
		  . "INSERT INTO t DEFAULT VALUES;\n\\echo :SQLSTATE\nDROP TABLE t;\n";
	});

my $script = '';
my @wanted;
my $way = 0;
foreach my $case (@tokens)
{
	# the meaning of '' depends on the way
	next if $case->{token} eq '' || ($case->{center} // 'x') eq '';

	my $token = literal($case->{token});
	my $center = literal($case->{center});
	my $n = $way++ % @ways;

	$center = "''" if $center eq 'NULL' && ($n == 2 || $n == 3);
	$token =~ s/\$do\$//g if $n == 4;
	$script .= "\\c -\n" if @wanted % 12 == 0;
	$script .= $ways[$n]->($token, $center);
	push @wanted, [ "$case->{name}, way $n",
		$case->{verdict} eq 'ok' ? '00000' : substr $case->{verdict}, 0, 5 ];
}

my $offset = -s $node->logfile;
my ($out, $err) = feed($node, 'utf8', $script, errors => 1);
my @got = grep { /^[0-9A-Z]{5}$/ } split /\n/, $out;
is(scalar(@got), scalar(@wanted), 'each token came in by one of the ways');
is_deeply(
	[ map { "$wanted[$_][0]: $got[$_]" } grep { $got[$_] ne $wanted[$_][1] } 0 .. $#got ],
	[], 'and was judged as it should be');

# each token as a default of each kind, which hcjwt refuses
my ($good) = map { $_->{token} } grep { $_->{name} eq 'good/plain' } @tokens;
my ($nobody) = map { $_->{token} } grep { $_->{name} eq 'signature/by another key' } @tokens;
foreach my $token ($good, $nobody)
{
	my (undef, $error) = feed($node, 'utf8', <<"END", errors => 1);
LOAD 'hcjwt';
ALTER ROLE visitor SET hcjwt.token = '$token';
ALTER DATABASE utf8 SET hcjwt.token = '$token';
ALTER ROLE visitor IN DATABASE utf8 SET hcjwt.token = '$token';
ALTER SYSTEM SET hcjwt.token = '$token';
CREATE FUNCTION f() RETURNS int LANGUAGE sql SET hcjwt.token = '$token' AS 'SELECT 1';
END
	is(scalar(() = $error =~ /cannot have a default/g), 5, 'no default can be a token');
	unlike($error, qr/\Q$token\E/, 'the error does not quote the token');
}

# what views show while a token is set
my $views = feed($node, 'utf8', <<"END");
LOAD 'hcjwt';
BEGIN;
SET LOCAL hcjwt.token = '$good';
SELECT hcjwt.user_id() IS NULL;
SHOW hcjwt.token;
SELECT current_setting('hcjwt.token');
SELECT * FROM pg_settings;
SELECT * FROM pg_show_all_settings();
SHOW ALL;
SELECT * FROM pg_file_settings;
SELECT * FROM pg_db_role_setting;
SELECT * FROM pg_prepared_statements;
SELECT * FROM pg_backend_memory_contexts;
SELECT * FROM hcjwt.stats;
SELECT * FROM hcjwt.status;
SELECT help_center, kid, thumbprint, source FROM hcjwt.keys;
SELECT * FROM hcjwt.fetch_state;
COMMIT;
END
like($views, qr/\Af\n\*\*\*\n\*\*\*\n/, 'the setting is shown as ***');

# clients get one of five messages, and nothing else
my @messages = $err =~ /ERROR:  (28J0.*)$/mg;
is_deeply(
	[
		grep {
			!/^28J0[0-4]: (?:invalid help center token|help center token (?:has expired|is not yet valid|is signed by an unknown key|is not for this use))$/
		} @messages
	],
	[], 'clients are told one of five messages');
unlike($err, qr/^DETAIL: /m, 'the error has no detail');

# ---- the search ----

# Windows of twelve bytes: shorter ones turn up by chance.
use constant WINDOW => 12;

sub windows_of
{
	my ($text) = @_;

	return map { substr $text, $_, WINDOW } 0 .. length($text) - WINDOW;
}

# The payload and signature of each token; of other texts, everything that looks like
# base64url.
sub pieces
{
	my ($token) = @_;

	return ($1, $2) if $token =~ /\A[\w-]*\.([\w-]+)\.([\w-]+)\z/a;
	return $token =~ /[\w-]{24,}/ag;
}

# The pieces of tokens that are in a text, and the claims of their user.
sub search
{
	my ($text) = @_;
	my (%seen, %found);

	# a kid may be shown, escaped and at most 64 bytes of it
	$text =~ s/kid "((?:[^"\\]|\\x[0-9a-f]{2}){0,64})(?:\.\.\.)?"/kid/g;

	@seen{ windows_of($text) } = ();
	foreach my $case (@tokens)
	{
		foreach my $window (map { windows_of($_) } pieces($case->{token}))
		{
			$found{ $case->{name} } = $window if exists $seen{$window};
		}
	}
	foreach my $claim ('visitor.4f81c6@example.com', 'ext-90d2be37', '377841432074')
	{
		$found{$claim} = $claim if index($text, $claim) >= 0;
	}
	return \%found;
}

my $log = slurp_file($node->logfile, $offset);
my $entries = () = $log =~ /ERROR:  28J0/g;
cmp_ok($entries, '>', 0.8 * grep({ $_->[1] =~ /^28/ } @wanted),
	'nearly all of these refusals are in the log');
like($log, qr/DETAIL:  Refused because the signature/, 'with their reasons');
is_deeply(search("$log\n$views"), {}, 'but no piece of a token, in the log or a view');

# the search would find one
my ($some) = map { $_->{token} } grep { $_->{name} eq 'signature/bit 293 flipped' } @tokens;
@tokens = grep { $_->{name} =~ /^signature/ } @tokens;
isnt(scalar(%{ search("a line\n" . substr($some, -20, 12) . "\n") }),
	0, 'twelve bytes of a signature would be found');

done_testing();
