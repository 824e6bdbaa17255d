# The corpus in databases of encodings that are neither UTF8 nor single-byte Latin: the
# verdict on a token does not depend on them, except where they lack a character that it
# has; and try_verify never raises.
#
# MULE_INTERNAL has no conversion from or to UTF8 at all.

use strict;
use warnings;

use HcjwtTest;
use Corpus;

my @encodings = qw(euc_jp euc_tw euc_jis_2004 mule_internal win1251);
# PostgreSQL 19 no longer has this encoding
my ($version) = run_command([ 'pg_config', '--version' ]);
@encodings = grep { $_ ne 'mule_internal' } @encodings if $version =~ /(\d+)/ && $1 >= 19;
my $corpus = make_corpus(9);
my $node = corpus_cluster($corpus, databases => \@encodings);

foreach my $encoding (@encodings)
{
	is(feed($node, $encoding, 'SHOW server_encoding'), uc $encoding, "a database of $encoding");

	# as in UTF8, except where a character may be missing in the encoding
	is(feed($node, $encoding, <<'SQL'), '', 'each case has its verdict');
CREATE TABLE got (name text, state text, tried boolean);
DO $$
DECLARE
	c record;
	accepted boolean;
BEGIN
	FOR c IN SELECT * FROM cases LOOP
		accepted := hcjwt.try_verify(c.token, c.center) IS NOT NULL;
		BEGIN
			PERFORM hcjwt.verify(c.token, c.center);
			INSERT INTO got VALUES (c.name, 'ok', accepted);
		EXCEPTION WHEN OTHERS THEN
			INSERT INTO got VALUES (c.name, SQLSTATE, accepted);
		END;
	END LOOP;
END
$$;
SELECT name, got.state, tried FROM got JOIN corpus c USING (name)
WHERE tried <> (got.state = 'ok')
	OR (got.state <> split_part(c.utf8, ' ', 1)
		AND NOT (got.state IN ('28J00', '28J03')
			AND (class = 'unicode' OR utf8 <> latin1
				OR name ~ 'ASCII|both characters|256 characters|two forms')));
SQL
	cmp_ok(feed($node, $encoding, "SELECT count(*) FROM got WHERE tried"), '>', 350,
		'many are accepted');
}

done_testing();
