# Corpus.pm - the corpus of hostile tokens (test/corpus), for tests
#
# my $corpus = make_corpus($port);        files; $port is for jku and the like
# my $node = corpus_cluster($corpus);     a cluster whose databases utf8, latin1
#                                         and sql_ascii have the corpus loaded
# my @tokens = corpus_tokens($corpus);    hashes: name, class, verdict, token …

package Corpus;

use strict;
use warnings;

use Cwd 'abs_path';
use Exporter 'import';
use Fcntl ':flock';
use FindBin;
use HcjwtTest;

our @EXPORT = qw(make_corpus corpus_cluster corpus_tokens feed DATABASES);

use constant DATABASES => qw(utf8 latin1 sql_ascii);

my $source = "$FindBin::RealBin/../test/corpus";

# The program and its keys are made once for all tests of a run, and kept in
# HCJWT_CORPUS_KEYS from one run to the next where that names a directory.
sub make_corpus
{
	my ($port) = @_;
	my $dir = abs_path(PostgreSQL::Test::Utils::tempdir);
	my $shared = abs_path($PostgreSQL::Test::Utils::tmp_check) . '/corpus';
	my $keys = $ENV{HCJWT_CORPUS_KEYS} // "$shared/keys";
	my $program = "$source/build/hcjwt-corpus";

	mkdir $_ foreach grep { !-d } $shared, $keys;
	open my $lock, '>', "$shared/lock" or die "$shared/lock: $!";
	flock $lock, LOCK_EX or die "flock: $!";
	if (grep { !-x $program || -M $program > -M $_ } glob "$source/*.[ch]")
	{
		$program = "$shared/build/hcjwt-corpus";
		system_log('make', '-s', '-C', $source, "BUILD=$shared/build") == 0
		  or die "cannot build hcjwt-corpus\n";
	}
	system_log($program, '--keys', $keys, '--out', $dir, '--listener', $port) == 0
	  or die "cannot make the corpus\n";
	return $dir;
}

# Sends psql an input that is too long for a command line; dies when psql fails.
sub feed
{
	my ($node, $database, $sql, %option) = @_;
	my ($out, $err) = ('', '');
	my $psql = IPC::Run::start(
		[
			'psql', '-XAtq',
			'-v', 'ON_ERROR_STOP=' . ($option{errors} ? 0 : 1),
			'-v', 'VERBOSITY=verbose',
			'-d', $node->connstr($database)
		],
		'<', \$sql, '>', \$out, '2>', \$err);

	$psql->finish;
	die "psql failed: $err" if $psql->result != 0 && !$option{errors};
	chomp $out;
	return wantarray ? ($out, $err) : $out;
}

sub corpus_cluster
{
	my ($dir, %option) = @_;
	my $node = hcjwt_cluster(
		'corpus', undef,
		init => [ extra => [ '--encoding=UTF8', '--locale=C' ] ],
		conf => <<'END' . ($option{conf} // ''));
hcjwt.allow_http_loopback = on
hcjwt.unknown_key_wait = 0
log_min_messages = warning
fsync = off
END
	my @databases = @{ $option{databases} // [DATABASES] };

	$node->safe_psql('postgres', 'CREATE ROLE visitor');
	foreach my $database (@databases)
	{
		$node->safe_psql('postgres',
			"CREATE DATABASE $database TEMPLATE template0 ENCODING '$database' LOCALE 'C'");
		feed($node, $database, <<"END");
SET client_min_messages = error;
\\o /dev/null
CREATE EXTENSION hcjwt;
\\set dir '$dir'
\\i $dir/setup.sql
\\i $source/drive.sql
END
	}
	return $node;
}

sub corpus_tokens
{
	my ($dir) = @_;
	my @tokens;

	open my $fh, '<', "$dir/tokens.tsv" or die "tokens.tsv: $!";
	while (my $line = <$fh>)
	{
		chomp $line;
		my @field = split /\t/, $line;
		push @tokens,
		  {
			name => $field[0],
			class => $field[1],
			verdict => $field[2],
			center => $field[5] eq '\N' ? undef : $field[5],
			token => pack('H*', substr($field[8], 3)),
		  };
	}
	return @tokens;
}

1;
