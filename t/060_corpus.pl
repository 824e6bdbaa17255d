# Every token and key set of the corpus (test/corpus), through verify, try_verify,
# authenticate and a policy, the setting alone, explain and import_keys, in databases of
# three encodings; no URL of theirs is requested.
#
# 061_corpus_log.pl searches the log for them, 062_corpus_bounds.pl measures time and
# memory.

use strict;
use warnings;

use HcjwtTest;
use IO::Select;
use IO::Socket::INET;
use Corpus;

# where tokens' jku and x5u point
my $listener = IO::Socket::INET->new(
	LocalAddr => '127.0.0.1',
	Listen => 64) or die "cannot listen: $!";
my $corpus = make_corpus($listener->sockport);
my $node = corpus_cluster($corpus);
my @tokens = corpus_tokens($corpus);

cmp_ok(scalar(@tokens), '>', 2500, 'the corpus is as large as it was');
cmp_ok(scalar(grep { $_->{verdict} eq 'ok' } @tokens),
	'>', 400, 'and many of its tokens are to be accepted');

my $started = $node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()');

# Tokens whose verdict differs from the expected one, in one way to verify them.
sub surprises
{
	my ($database) = @_;

	return feed($node, $database, <<'END');
SELECT format('%s, %s: wanted %s, got %s', name, way, wanted, got)
FROM surprises ORDER BY 1 LIMIT 50;
TRUNCATE surprises;
END
}

foreach my $database (DATABASES)
{
	is(surprises($database), '', "$database: which tokens are text at all");

	feed($node, $database, 'CALL try_functions()');
	is(surprises($database), '', "$database: verify and try_verify");

	feed($node, $database, 'SET ROLE visitor; CALL try_sessions()');
	is(surprises($database), '', "$database: authenticate, policies, hcjwt.token");

	feed($node, $database, 'SET ROLE visitor; CALL try_two_tokens()');
	is(surprises($database), '', "$database: two tokens in one query");

	feed($node, $database, 'CALL try_explain()');
	is(surprises($database), '', "$database: explain");

	feed($node, $database, 'SET client_min_messages = error; CALL try_sets()');
	is(surprises($database), '', "$database: import_keys");

	# all tokens were tried
	my $untried = feed($node, $database, <<'END');
SELECT class, way FROM
	(SELECT class, way, count(*) AS cases FROM cases, unnest('{verify,session,explain}'::text[]) way
	 GROUP BY class, way
	 UNION ALL SELECT class, class, count(*) FROM cases WHERE class = 'two tokens' GROUP BY class
	 UNION ALL SELECT class, 'sets', count(*) FROM sets GROUP BY class) w
	LEFT JOIN tried USING (class, way) WHERE tried.cases IS DISTINCT FROM w.cases;
END
	is($untried, '', "$database: all of them were tried");
}

# Nobody called a URL of a token; and the listener does notice calls.
my $select = IO::Select->new($listener);
is(scalar($select->can_read(0)), undef, 'no jku or x5u was followed');
my $caller = IO::Socket::INET->new(
	PeerAddr => '127.0.0.1',
	PeerPort => $listener->sockport) or die "cannot connect: $!";
ok($select->can_read(60), 'though somebody listened');

is($node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()'),
	$started, 'the server has run all the time');
is(log_count($node, qr/terminated by signal|PANIC|server process .* exited/),
	0, 'and no backend of it has crashed');

done_testing();
