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

use HelpCenter;
use Programs;

sub program
{
	return Programs::find('pgbouncer');
}

# Does it follow prepared statements with names?
sub prepares
{
	my ($status, $out) = HelpCenter::run(program(), '--version');
	my ($minor) = $out =~ /^PgBouncer 1\.(\d+)/ or die "no version: $out";
	return $minor >= 21;
}

# $more are lines that come after those of the example.
sub new
{
	my ($class, $node, $user, $more) = @_;
	my $example = File::Spec->catfile(dirname(File::Spec->rel2abs(__FILE__)),
		'..', 'examples', 'pgbouncer', 'pgbouncer.ini');
	my $dir = tempdir('pgbouncer-XXXXXX', TMPDIR => 1, CLEANUP => 1);
	my $self =
	  bless { host => $dir, port => 6432, node => $node, programs => Programs->new }, $class;

	HelpCenter::spew("$dir/users", qq("$user" ""\n"admin" ""\n));
	HelpCenter::spew("$dir/pgbouncer.ini", _here($example, $node, <<"END"));
listen_addr =
listen_port = $self->{port}
unix_socket_dir = $dir
auth_type = trust
auth_file = $dir/users
admin_users = admin
logfile = $dir/log
@{[ prepares() ? 'max_prepared_statements = 200' : '' ]}
$more
END
	$self->{programs}->start('pgbouncer', program(), "$dir/pgbouncer.ini");
	HelpCenter::wait_for(
		'PgBouncer',
		sub {
			die 'PgBouncer did not start: ' . HelpCenter::slurp($self->{programs}{log}{pgbouncer})
			  unless $self->{programs}->runs('pgbouncer');
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

1;
