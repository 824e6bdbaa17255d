# PgBouncer.pm - a PgBouncer for a test, as examples/pgbouncer has it
#
# my $pgbouncer = PgBouncer->new($node, 'api', "default_pool_size = 8\n");
# ... connect to $pgbouncer->{host}, $pgbouncer->{port} as api
#
# It listens on a Unix socket in a directory of its own, and is stopped when the
# object goes away.

package PgBouncer;

use strict;
use warnings;

use File::Basename qw(dirname);
use File::Spec;
use File::Temp qw(tempdir);
use POSIX ();
use Scalar::Util qw(weaken);

use HelpCenter;

my %running;    # by process id

sub program
{
	my ($program) = grep { -x } map { "$_/pgbouncer" } File::Spec->path, '/usr/sbin';
	return $program;
}

# $more are lines that come after those of the example.
sub new
{
	my ($class, $node, $user, $more) = @_;
	my $example = File::Spec->catfile(dirname(File::Spec->rel2abs(__FILE__)),
		'..', 'examples', 'pgbouncer', 'pgbouncer.ini');
	my $dir = tempdir('pgbouncer-XXXXXX', TMPDIR => 1, CLEANUP => 1);
	my $self =
	  bless { host => $dir, port => 6432, node => $node, owner => $$ }, $class;

	HelpCenter::spew("$dir/users", qq("$user" ""\n"admin" ""\n));
	HelpCenter::spew("$dir/pgbouncer.ini", _here($example, $node, <<"END"));
listen_addr =
listen_port = $self->{port}
unix_socket_dir = $dir
auth_type = trust
auth_file = $dir/users
admin_users = admin
logfile = $dir/log
$more
END
	my $pid = fork // die "fork: $!";
	if ($pid == 0)
	{
		open STDIN, '<', File::Spec->devnull or POSIX::_exit(126);
		open STDOUT, '>', "$dir/out" or POSIX::_exit(126);
		open STDERR, '>&', \*STDOUT or POSIX::_exit(126);
		exec { program() } program(), "$dir/pgbouncer.ini" or POSIX::_exit(127);
	}
	$self->{pid} = $pid;
	weaken($running{$pid} = $self);
	HelpCenter::wait_for(
		'PgBouncer',
		sub {
			die 'PgBouncer did not start: ' . HelpCenter::slurp("$dir/out")
			  if waitpid($pid, POSIX::WNOHANG()) == $pid && delete $self->{pid};
			return -S "$dir/.s.PGSQL.$self->{port}";
		});
	return $self;
}

# The example's configuration with that database, and with the given settings in
# place of its own.  Its section [pgbouncer] is the last.
sub _here
{
	my ($example, $node, $settings) = @_;
	my $ini = HelpCenter::slurp($example);

	$ini =~ s/^(\[databases\]\n)\w.*$/$1postgres = host=${\$node->host} port=${\$node->port}/m
	  or die "$example has no database";
	$ini =~ s/^$_ *=.*\n//m for $settings =~ /^(\w+)/mg;
	return "$ini\n$settings";
}

# One row of its console's SHOW STATS: that of database "postgres".
sub stats
{
	my ($self) = @_;
	my ($status, $out, $err) = HelpCenter::run(
		'psql', '-XAF', '|',
		'-P' => 'footer=off',
		'-h' => $self->{host},
		'-p' => $self->{port},
		'-U' => 'admin',
		'-d' => 'pgbouncer',
		'-c' => 'SHOW STATS');
	die $err if $status != 0;
	my ($names, @rows) = map { [ split /\|/ ] } split /\n/, $out;
	my ($row) = grep { $_->[0] eq 'postgres' } @rows;
	my %stats;

	@stats{@$names} = @$row;
	return \%stats;
}

sub DESTROY
{
	my ($self) = @_;
	local ($?, $@);

	return unless $self->{pid} && $self->{owner} == $$;
	kill 'TERM', $self->{pid};
	waitpid $self->{pid}, 0;
	delete $running{ delete $self->{pid} };
	return;
}

# All are stopped before File::Temp removes their directories.
END
{
	local ($?, $@);
	$_ && $_->DESTROY for values %running;
}

1;
