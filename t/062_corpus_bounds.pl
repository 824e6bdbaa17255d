# A bad token costs no more time, memory, log and cache than a good one, within bounds.

use strict;
use warnings;

use HcjwtTest;
use Corpus;

# Times on a busy machine tell nothing.  What must not happen is that a token's size or
# form decides how long its verification takes.
use constant GENEROUS => 20;

my $corpus = make_corpus(9);
my $node = corpus_cluster($corpus, databases => ['utf8'],
	conf => "log_statement = none\nlog_min_error_statement = error\n");

# ---- time ----

# good tokens when first seen, then each refused token, many times
my $times = feed($node, 'utf8', <<'SQL');
CREATE TABLE times (name text, us float8);
CREATE FUNCTION took(token text, center text) RETURNS float8 LANGUAGE plpgsql AS
$$
DECLARE
	began timestamptz := clock_timestamp();
BEGIN
	PERFORM hcjwt.try_verify(token, center);
	RETURN 1e6 * extract(epoch FROM clock_timestamp() - began);
END
$$;
DO $$
DECLARE
	c record;
	us float8;
BEGIN
	FOR c IN SELECT * FROM cases WHERE name LIKE 'good/fresh %' LOOP
		us := took(c.token, c.center);
		INSERT INTO times VALUES ('good', us);
	END LOOP;
	FOR c IN SELECT * FROM cases WHERE state <> 'ok' LOOP
		INSERT INTO times SELECT c.name, took(c.token, c.center) FROM generate_series(1, 25);
	END LOOP;
END
$$;
CREATE TABLE medians AS
	SELECT name, percentile_cont(0.5) WITHIN GROUP (ORDER BY us) AS us
	FROM times GROUP BY name;
SELECT round(us::numeric) FROM medians WHERE name = 'good';
SELECT format('%s times a good token''s: %s', round((m.us / good.us)::numeric, 2), m.name)
	FROM medians m, medians good WHERE good.name = 'good' ORDER BY m.us DESC LIMIT 5;
SELECT round((percentile_cont(0.5) WITHIN GROUP (ORDER BY m.us / good.us))::numeric, 2)
	FROM medians m, medians good WHERE good.name = 'good' AND m.name <> 'good';
SELECT round((max(m.us) / min(good.us))::numeric, 2)
	FROM medians m, medians good WHERE good.name = 'good' AND m.name <> 'good';
SQL
my @times = split /\n/, $times;
note("a good token takes $times[0] us at first sight");
note($_) foreach @times[ 1 .. 5 ];
note("the median of bad ones: $times[6] times a good token's");
cmp_ok($times[7], '<', GENEROUS, 'no token takes much longer to refuse than a good one to accept');

# ---- memory ----

# One session refuses thousands of bad tokens, of each kind, each with a new unknown
# kid.  The first half warms up.
my $memory = feed($node, 'utf8', <<'SQL');
SET client_min_messages = error;
CREATE TABLE bad AS
	SELECT DISTINCT ON (class, failing) row_number() OVER () AS n, token, center
	FROM cases WHERE state <> 'ok' AND length(token) < 20000
	ORDER BY class, failing, name;
CREATE TABLE sizes (way text, resident int8, contexts int8);
CREATE PROCEDURE measure(way text) LANGUAGE sql AS $$
	INSERT INTO sizes SELECT way,
		4096 * split_part(pg_read_file('/proc/self/statm', 0, 100), ' ', 2)::int8,
		(SELECT sum(total_bytes) FROM pg_backend_memory_contexts) $$;

-- kids that nobody has, in the header of a token that is otherwise good
CREATE FUNCTION unknown(n int) RETURNS text LANGUAGE sql AS $$
	SELECT translate(rtrim(encode(convert_to(format(
		'{"alg":"RS256","kid":"unknown-%s"}', n), 'UTF8'), 'base64'), '='), E'+/\n', '-_')
		|| '.e30.AAAA' $$;

CREATE PROCEDURE flood(times int) LANGUAGE plpgsql AS $$
DECLARE
	tokens text[] := (SELECT array_agg(token ORDER BY n) FROM bad);
	centers text[] := (SELECT array_agg(center ORDER BY n) FROM bad);
	refused int := 0;
BEGIN
	FOR i IN 1 .. times LOOP
		IF i % 4 = 0 THEN
			IF hcjwt.try_verify(unknown(i)) IS NULL THEN refused := refused + 1; END IF;
		ELSIF hcjwt.try_verify(tokens[1 + i % cardinality(tokens)],
				centers[1 + i % cardinality(tokens)]) IS NULL THEN
			refused := refused + 1;
		END IF;
		IF i % 20 = 0 THEN
			BEGIN
				PERFORM set_config('hcjwt.token', tokens[1 + i % cardinality(tokens)], true);
				PERFORM hcjwt.claims();
			EXCEPTION WHEN OTHERS THEN
				NULL;
			END;
			BEGIN
				PERFORM hcjwt.authenticate(unknown(i));
			EXCEPTION WHEN OTHERS THEN
				NULL;
			END;
		END IF;
	END LOOP;
	IF refused <> times THEN
		RAISE EXCEPTION 'only % of % were refused', refused, times;
	END IF;
END $$;
SELECT count(*) FROM bad;
CALL flood(20000);
CALL measure('before');
CALL flood(100000);
CALL measure('after');
SELECT string_agg(resident::text, ' ' ORDER BY way DESC) FROM sizes;
SELECT string_agg(contexts::text, ' ' ORDER BY way DESC) FROM sizes;
SQL
my ($kinds, $resident, $contexts) = split /\n/, $memory;
my ($before, $after) = split / /, $resident;
cmp_ok($kinds, '>', 40, 'bad tokens of many kinds');
note("resident: $before bytes, after 100,000 more bad tokens $after");
cmp_ok($after - $before, '<', 1 << 20, 'the process does not grow by refusing tokens');
($before, $after) = split / /, $contexts;
note("memory contexts: $before bytes, then $after");
cmp_ok($after - $before, '<', 1 << 16, 'nor do its memory contexts');

# ---- the log ----

# Here the errors reach the client, from two sessions at once.
my $offset = -s $node->logfile;
my $began = time;
my $flood = join '', map {
	"SELECT hcjwt.verify('not.a.token$_');\nSELECT hcjwt.authenticate('e30.e30.$_');\n"
} 1 .. 2000;
my $other = background($node, 'utf8',
	"DO \$\$ BEGIN FOR i IN 1 .. 2000 LOOP BEGIN PERFORM hcjwt.verify('a.b.c');"
	  . ' EXCEPTION WHEN OTHERS THEN NULL; END; END LOOP; END $$');
my (undef, $err) = feed($node, 'utf8', $flood, errors => 1);
$other->();
is(scalar(() = $err =~ /ERROR:  28J00/g), 4000, 'each of 4000 clients was told');
my $allowed = 16 + 1 + time - $began;
my $logged = log_count($node, qr/ERROR:  (?:28J00: )?invalid help center token/, $offset);
cmp_ok($logged, '<=', $allowed, "the log has $logged entries, $allowed at most");
cmp_ok($logged, '>=', 16, 'and the first ones among them');

# the entries that were left out are counted in a later one
my $counted;
wait_until(
	'all refusals to be logged or counted',
	sub {
		feed($node, 'utf8', "SELECT hcjwt.verify('x')", errors => 1);
		my $log = slurp_file($node->logfile, $offset);
		$counted = 0;
		$counted += $_ foreach $log =~ /(\d+) more refusals were not logged/g;
		return $counted + log_count($node, qr/ERROR:  (?:28J00: )?invalid/, $offset) >= 4000;
	});
cmp_ok($counted, '>', 0, "$counted were counted instead");

# ---- the verdict cache ----

# Only good signatures enter the cache, so the good token is still there.
my ($good) = map { $_->{token} } grep { $_->{name} eq 'good/plain' } corpus_tokens($corpus);
my $known = feed($node, 'utf8', <<"SQL");
SELECT hcjwt.verify('$good') IS NULL;
CALL flood(20000);
SELECT from_cache AS before FROM hcjwt.stats \\gset
SELECT hcjwt.verify('$good') IS NULL;
SELECT from_cache - :before FROM hcjwt.stats;
SQL
is($known, "f\nf\n1", 'a good token is still known after a flood of bad ones');

done_testing();
