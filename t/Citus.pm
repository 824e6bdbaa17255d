# Citus.pm - a Citus cluster of three nodes with hcjwt, for a test
#
# plan skip_all => Citus::missing() if Citus::missing();
# my $citus = Citus->new;              {coordinator}, {workers}: PostgreSQL::Test::Cluster
# $citus->everywhere("SELECT ...");    a statement on each node, not through Citus
# $citus->share('acme', $tokens);      registers a help center with its key on each node
#
# Citus is no package of Debian's, so a test of it runs where somebody has installed one
# beside the server: where citus.control is among the extensions.

package Citus;

use strict;
use warnings;

use HcjwtTest;
use PostgreSQL::Test::Cluster;

sub missing
{
	my ($dir) = run_command([ 'pg_config', '--sharedir' ]);

	return -e "$dir/extension/citus.control" ? undef : 'no Citus is installed beside this PostgreSQL';
}

sub new
{
	my ($class, %option) = @_;
	my $self = bless { conf => $option{conf} // '' }, $class;

	$self->{coordinator} = $self->node('coordinator');
	$self->{workers} = [ map { $self->node("worker$_") } 1, 2 ];
	$self->sql('SELECT citus_set_coordinator_host($$127.0.0.1$$, ' . $self->{coordinator}->port . ')');
	$self->add($_) foreach @{ $self->{workers} };
	return $self;
}

# A node that is in no cluster yet.
sub node
{
	my ($self, $name) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);

	$node->init;
	$node->append_conf('postgresql.conf', <<"END");
shared_preload_libraries = 'citus,pg_stat_statements,hcjwt'
listen_addresses = '127.0.0.1'
wal_level = logical
max_wal_senders = 10
max_connections = 60
max_prepared_transactions = 60
max_worker_processes = 20
fsync = off
citus.node_conninfo = 'sslmode=disable'
citus.enable_statistics_collection = off
hcjwt.allowed_hosts = '*'
log_statement = none
$self->{conf}
END
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION citus; CREATE EXTENSION hcjwt; CREATE EXTENSION pg_stat_statements');
	return $node;
}

sub add
{
	my ($self, $node) = @_;

	return $self->sql('SELECT citus_add_node($$127.0.0.1$$, ' . $node->port . ')');
}

sub nodes { return ($_[0]{coordinator}, @{ $_[0]{workers} }); }

# At the coordinator, as the superuser.
sub sql { return $_[0]{coordinator}->safe_psql('postgres', $_[1]); }

sub everywhere
{
	my ($self, $sql) = @_;

	return map { $_->safe_psql('postgres', $sql) } $self->nodes;
}

sub share
{
	my ($self, @help_center) = @_;

	register($_, @help_center) foreach $self->nodes;
	return;
}

1;
