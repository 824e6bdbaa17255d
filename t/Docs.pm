# Docs.pm - runs the commands and SQL of a Markdown page, as its reader would
#
# my $page = Docs->new(name => ..., file => ..., node => ..., top => ...);
# $page->replay($file);                        where another page ends
# $page->run;                                  one test for each block
# $page->finish;
#
# A fenced block is run by what stands behind its fence: sql by psql, sh by bash,
# conf is added to postgresql.conf.  A page has one psql and one shell from its
# beginning to its end, so \set, SET ROLE and shell variables last.  A block
# "output" says what the block before it prints; "…" in it stands for anything,
# and on a line of its own for any lines.  Without one, a block has to go without
# ERROR, WARNING or exit status.  Other blocks (text, js, ...) are for reading.
#
#   <!-- not run: reason -->           before a block: it is not run
#   <!-- as ROLE -->                   before sql: in a session of that role's
#
# What needs root is done by stand-ins (sudo, systemctl, apt) in a PATH of the
# page's own, to a cluster of the test's.

package Docs;

use strict;
use warnings;
use utf8;

use Encode     qw(decode_utf8 encode_utf8);
use File::Path qw(make_path);
use File::Temp qw(tempdir);
use IPC::Run;
use PostgreSQL::Test::Utils ();
use Test::More;

use HcjwtTest ();

use constant TIMEOUT => 120;

# What psql prints for a statement that returns no rows.
my $command_tag = qr{^(?:
	(?:CREATE|ALTER|DROP)\ [A-Z ]+ | COMMENT
	| INSERT\ 0\ \d+ | (?:UPDATE|DELETE|SELECT|COPY|MERGE)\ \d+
	| GRANT(?:\ ROLE)? | REVOKE(?:\ ROLE)?
	| BEGIN | COMMIT | ROLLBACK | SAVEPOINT | RELEASE | SET | RESET
	| DISCARD\ ALL | DO | CALL | LOAD | ANALYZE | PREPARE | DEALLOCATE
)$}x;

# What psql prints when a statement, or a command of its own, fails.
my $complaint = qr{^(?:ERROR|FATAL|WARNING|psql|invalid\ command|\\\w+):?\ }mx;

my %stand_in = (
	sudo => <<'END',
while [ $# -gt 0 ]; do
	case $1 in
		-u | -iu) PGUSER=$DOCS_SUPERUSER; export PGUSER; shift 2 ;;
		-i | -H) shift ;;
		*) break ;;
	esac
done
exec "$@"
END
	systemctl => <<'END',
case "$1 $2" in
	'restart postgresql') exec pg_ctl -D "$DOCS_PGDATA" -l "$DOCS_LOG" -w -s restart </dev/null ;;
	'reload postgresql')
		# Waits until a new session has the new settings; by then the old sessions have them, too.
		loaded() { psql -XAtqc 'SELECT pg_conf_load_time()' postgres; }
		before=$(loaded)
		pg_ctl -D "$DOCS_PGDATA" -s reload
		until [ "$(loaded)" != "$before" ]; do sleep 0.05; done
		exit ;;
esac
echo "systemctl $*: not known here" >&2
exit 1
END
	# each package must be one that the distribution has, where its list is at hand
	apt => <<'END',
shift
ls /var/lib/apt/lists 2>/dev/null | grep -q Packages || exit 0
for package; do
	dpkg-query -W "$package" >/dev/null 2>&1 || apt-cache show "$package" >/dev/null 2>&1 ||
		{ echo "there is no package $package" >&2; exit 1; }
done
END
);

sub slurp
{
	my ($file) = @_;

	return decode_utf8(PostgreSQL::Test::Utils::slurp_file($file));
}

# The fenced blocks of a page: { language, text, line, notes => [comments] }.
sub blocks
{
	my ($file) = @_;
	my (@blocks, @notes, $block);
	my $number = 0;

	foreach my $line (split /\n/, slurp($file))
	{
		$number++;
		if ($block)
		{
			if ($line =~ /^```\s*$/)
			{
				push @blocks, $block;
				undef $block;
			}
			else
			{
				$block->{text} .= "$line\n";
			}
		}
		elsif ($line =~ /^```(\w*)\s*$/)
		{
			$block = {
				language => $1,
				text     => '',
				line     => $number,
				notes    => [@notes]
			};
			@notes = ();
		}
		elsif ($line =~ /^<!--\s*(.*?)\s*-->\s*$/)
		{
			push @notes, $1;
		}
		elsif ($line =~ /\S/)
		{
			@notes = ();
		}
	}
	die "$file: a block is not closed\n" if $block;
	return @blocks;
}

# name, file, node (a cluster), database, top (of the checkout); perhaps
# user, variables (psql's), replace (texts that have another stand in for them)
# and before (called before each block).
sub new
{
	my ($class, %option) = @_;
	my $self = bless {
		owner     => $$,
		variables => {},
		replace   => {},
		psql      => {},
		%option
	}, $class;

	$self->{dir} = tempdir('docs-XXXXXX', TMPDIR => 1, CLEANUP => 1);
	make_path(map { "$self->{dir}/$_" } qw(home bin tmp));
	$self->{replace}{'/tmp/'} = "$self->{dir}/tmp/";
	foreach my $name (keys %stand_in)
	{
		my $path = "$self->{dir}/bin/$name";
		write_file($path, "#!/bin/sh\n$stand_in{$name}");
		chmod 0755, $path or die "$path: $!";
	}
	$self->{environment} = $self->environment;
	return $self;
}

sub write_file
{
	my ($path, $text) = @_;

	open my $fh, '>', $path or die "$path: $!";
	print $fh encode_utf8($text);
	close $fh or die "$path: $!";
	return;
}

# The environment of everything that a page runs.  Its reader is a superuser on
# a machine for development; undef is for variables that must not be there.
sub environment
{
	my ($self) = @_;
	my $node = $self->{node};
	my $superuser = $node->safe_psql('postgres',
		'SELECT rolname FROM pg_roles WHERE oid = 10');
	my @path = ("$self->{dir}/bin", "$self->{top}/helpcenter");

	return {
		HOME           => "$self->{dir}/home",
		TMPDIR         => "$self->{dir}/tmp",
		USER           => 'dev',
		PATH           => join(':', @path, $ENV{PATH}),
		PGHOST         => $node->host,
		PGPORT         => $node->port,
		PGUSER         => $self->{user} // $superuser,
		PGDATABASE     => undef,
		PGAPPNAME      => undef,
		PGTZ           => 'UTC',
		PG_CONFIG      => HcjwtTest::building_pg_config(),
		DESTDIR        => "$self->{dir}/installed",
		DOCS_SUPERUSER => $superuser,
		DOCS_PGDATA    => $node->data_dir,
		DOCS_LOG       => $node->logfile,
		no_proxy       => '*',
		LC_ALL         => 'C.UTF-8',
	};
}

# Replaces each key of the hash in a text, the longest first; does not replace within
# a replacement.
sub replaced
{
	my ($text, %by) = @_;
	my $any = join '|',
	  map { quotemeta } sort { length $b <=> length $a } keys %by;

	return $text =~ s/($any)/$by{$1}/gr;
}

sub start_process
{
	my ($self, @command) = @_;
	my %environment = %{ $self->{environment} };
	my $timer   = IPC::Run::timeout(TIMEOUT);
	my %process = (in => '', out => '', timer => $timer, count => 0);
	my @assignments = map {
		defined $environment{$_} ? "$_=$environment{$_}" : ()
	} keys %environment;
	my @unset =
	  map { defined $environment{$_} ? () : ('-u', $_) } keys %environment;

	$process{handle} = IPC::Run::start(
		[
			'env', '-C', $self->{top}, @unset, @assignments,
			'sh', '-c', 'exec "$@" 2>&1', 'sh', @command
		],
		'<', \$process{in}, '>', \$process{out}, $timer);
	return \%process;
}

# Feeds a process, has it print a mark, and waits for that: (output, status).
sub feed
{
	my ($process, $text, $mark_command) = @_;
	my $handle = $process->{handle};
	my $mark   = 'end-of-block-' . ++$process->{count};
	my $status = 'ended';

	$process->{out} = '';
	$process->{in} .= encode_utf8($text) . $mark_command->($mark);
	$process->{timer}->start(TIMEOUT);
	eval {
		$handle->pump
		  until $process->{out} =~ /^\Q$mark\E(?: \d+)?$/m
		  || !$handle->pumpable;
	};
	my $error = $@;
	$status = $1 // 0
	  if $process->{out} =~ s/^\Q$mark\E(?: (\d+))?\n.*//ms;
	return (decode_utf8($process->{out}) . $error, $error ? 'error' : $status);
}

sub end_process
{
	my ($process) = @_;

	return unless $process;
	$process->{timer}->start(10);
	eval { $process->{handle}->finish };
	eval { $process->{handle}->kill_kill } if $@;
	return;
}

sub psql
{
	my ($self, $role) = @_;
	my %variables = %{ $self->{variables} };

	return $self->{psql}{ $role // '' } //= $self->start_process(
		'psql', '-X',
		(map { ('-v', "$_=$variables{$_}") } keys %variables),
		$role ? ('-U', $role) : (),
		'-d', $self->{database});
}

# A server that was restarted has no sessions.
sub forget_sessions
{
	my ($self) = @_;

	end_process($_) foreach values %{ $self->{psql} };
	$self->{psql} = {};
	return;
}

sub postmaster
{
	my ($self) = @_;
	my $file = $self->{node}->data_dir . '/postmaster.pid';

	return -e $file
	  ? (split /\n/, PostgreSQL::Test::Utils::slurp_file($file))[0]
	  : '';
}

sub run_sql
{
	my ($self, $text, $role) = @_;
	my ($out, $status) =
	  feed($self->psql($role), $text, sub { "\n\\echo $_[0]\n" });

	return ($out, $status ne '0' || $out =~ $complaint ? 1 : 0);
}

# The shell leads a process group, so that what it leaves in the background can be ended.
sub shell
{
	my ($self) = @_;

	unless ($self->{shell})
	{
		$self->{shell} =
		  $self->start_process('setsid', 'bash', '--norc', '--noprofile');
		($self->{group}) =
		  feed($self->{shell}, "echo \$\$\n", sub { "echo $_[0]\n" });
	}
	return $self->{shell};
}

sub run_sh
{
	my ($self, $text) = @_;
	my $file   = "$self->{dir}/block.sh";
	my $before = $self->postmaster;

	write_file($file, $text);
	my ($out, $status) = feed($self->shell,
		"set -e\n. '$file' </dev/null\nset +e\n",
		sub { "echo $_[0] \$?\n" });
	if ($self->postmaster ne $before)
	{
		$self->{node}->_update_pid(1);
		$self->forget_sessions;
	}
	return ($out, $status);
}

sub run_conf
{
	my ($self, $text) = @_;

	$self->{node}->append_conf('postgresql.conf', $text);
	return ('', 0);
}

# Drops what depends on the width of values, and psql's command tags, except those that
# the page shows.
sub normalized
{
	my ($text, $expected) = @_;
	my @lines;

	foreach my $line (split /\n/, $text)
	{
		$line =~ s/\s*\+?\s*$// unless $line =~ /^[-+ ]+$/;
		$line =~ s/[ \t]+/ /g;
		$line =~ s/^ | $//g;
		$line =~ s/-+/-/g if $line =~ /^[-+ ]+$/;
		$line =~ s/^-\[ (RECORD \d+) \].*/[ $1 ]/;
		next if $line eq '';
		next
		  if defined $expected
		  && $line =~ $command_tag
		  && $expected !~ /^\Q$line\E$/m;
		push @lines, $line;
	}
	return join "\n", @lines;
}

sub fits
{
	my ($actual, $expected) = @_;
	my @patterns;

	foreach my $line (split /\n/, normalized($expected))
	{
		push @patterns, $line eq '…'
		  ? '(?:[^\n]*\n)*?'
		  : join('[^\n]*?', map { quotemeta } split / ?… ?/, $line, -1) . '\n';
	}
	my $pattern = join '', @patterns;
	return (normalized($actual, $expected) . "\n") =~ /\A$pattern\z/;
}

# Runs a block: (what it printed, as the page would have it; whether all went
# well).
sub run_block
{
	my ($self, $block) = @_;
	my ($role) = map { /^as (\S+)$/ ? $1 : () } @{ $block->{notes} };
	my $code = $self->can("run_$block->{language}");

	$self->{before}->($self, $block) if $self->{before};
	my ($out, $status) = $code->(
		$self, replaced($block->{text}, %{ $self->{replace} }), $role);
	$out = replaced($out, reverse %{ $self->{replace} });
	return ($out, $status eq '0')
	  unless defined $block->{output};
	return (
		"$out\n(expected:)\n$block->{output}",
		fits($out, $block->{output}));
}

# The blocks that are run, each with the output that the page says it has.
sub blocks_to_run
{
	my ($self, $file) = @_;
	my ($name) = $file =~ m{([^/]+)$};
	my @run;
	my $before = {};

	foreach my $block (blocks($file))
	{
		$block->{name} = "$name:$block->{line}, $block->{language}";
		if ($block->{language} eq 'output')
		{
			die "$block->{name}: of which block?\n" if exists $before->{output};
			$before->{output} = $block->{text};
		}
		elsif (my ($reason) =
			map { /^not run: (.*)/ ? $1 : () } @{ $block->{notes} })
		{
			note(encode_utf8("$block->{name}, is not run: $reason"))
			  if $file eq $self->{file};
		}
		elsif ($self->can("run_$block->{language}"))
		{
			push @run, $block;
		}
		$before = $block;
	}
	return @run;
}

sub run
{
	my ($self) = @_;

	foreach my $block ($self->blocks_to_run($self->{file}))
	{
		my ($out, $well) = $self->run_block($block);
		ok($well, $block->{name}) or diag(encode_utf8($out));
	}
	return;
}

# Runs a page silently, up to where another page continues.
sub replay
{
	my ($self, $file) = @_;

	foreach my $block ($self->blocks_to_run($file))
	{
		my ($out, $well) = $self->run_block($block);
		die encode_utf8("$file:$block->{line}: $out") unless $well;
	}
	$self->forget_sessions;
	return;
}

# Processes in the background end with their page, however that ends.
sub finish
{
	my ($self) = @_;
	my $shell = delete $self->{shell};

	kill 'KILL', -$self->{group} if $shell && $self->{group} =~ /^\d+$/;
	end_process($shell);
	$self->forget_sessions;
	return;
}

sub DESTROY
{
	my ($self) = @_;
	local ($?, $@);

	eval { $self->finish } if $self->{owner} == $$;
	return;
}

# An interrupted test cleans up as well.
for my $signal (qw(HUP INT TERM))
{
	$SIG{$signal} //= sub { exit 1 };
}

1;
