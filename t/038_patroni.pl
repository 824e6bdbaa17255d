# Patroni with etcd and HAProxy, as their packages have them: the leader is killed, keys
# change meanwhile, and the new leader fetches; registrations and revocations stay; the
# old leader comes back as a standby.

use strict;
use warnings;

use HcjwtTest;
use HTTP::Tiny;
use IO::Socket::UNIX;
use Programs;
use Time::HiRes qw(time);

my %path = map { $_ => Programs::find($_) } qw(etcd patroni haproxy);
foreach my $name (sort keys %path)
{
	plan skip_all => "$name is not installed" unless $path{$name};
}

my $hc = HelpCenter->new;
my $beta = HelpCenter->new(args => ['--http']);
my $programs = Programs->new;
my $dir = PostgreSQL::Test::Utils::tempdir;
my ($bindir) = grep { -x "$_/initdb" } split /:/, $ENV{PATH};
my %port = map { $_ => PostgreSQL::Test::Cluster::get_free_port() } qw(etcd peers a b a_api b_api leader standbys);
my %node = map { $_ => Programs::endpoint('127.0.0.1', $port{$_}) } qw(a b leader standbys);

sub sql
{
	my ($name, $sql, $user) = @_;

	return outcome($node{$name}, 'postgres', $sql, user => $user // 'postgres');
}

# Does Patroni say that the node is this: leader, replica?
sub patroni_says
{
	my ($name, $what) = @_;

	return HTTP::Tiny->new(timeout => 5, no_proxy => '127.0.0.1')->get(qq(http://127.0.0.1:$port{"${name}_api"}/$what))->{success};
}

sub start_patroni
{
	my ($name) = @_;

	$programs->start({ name => $name, stop => 'INT', environment => { PYTHONDONTWRITEBYTECODE => 1 } }, $path{patroni}, "$dir/$name.yml");
	return;
}

# By SIGKILL: Patroni, and its server, which starts no other process before it is gone.
sub kill_leader
{
	my ($name) = @_;
	my ($postmaster) = slurp_file("$dir/$name/postmaster.pid") =~ /^(\d+)/;

	$programs->stop($name, 'KILL');
	kill 'KILL', $postmaster;
	return wait_until('the end of the server', sub { !-d "/proc/$postmaster" });
}

foreach my $name (qw(a b))
{
	append_to_file("$dir/$name.yml", <<"END");
scope: shop
name: $name
restapi: {listen: '127.0.0.1:$port{"${name}_api"}', connect_address: '127.0.0.1:$port{"${name}_api"}'}
etcd3: {hosts: '127.0.0.1:$port{etcd}'}
bootstrap:
  dcs:
    ttl: 20
    loop_wait: 1
    retry_timeout: 5
    synchronous_mode: true
    postgresql:
      use_pg_rewind: true
      parameters:
        shared_preload_libraries: hcjwt
        wal_log_hints: 'on'
        log_statement: none
        hcjwt.allowed_hosts: '*'
        hcjwt.ca_file: '$hc->{data}/ca.pem'
        hcjwt.allow_http_loopback: 'on'
        hcjwt.unknown_key_wait: 60s
        hcjwt.refetch_cooldown: 0
  initdb: [encoding: UTF8, locale: C]
postgresql:
  listen: '127.0.0.1:$port{$name}'
  connect_address: '127.0.0.1:$port{$name}'
  data_dir: $dir/$name
  bin_dir: $bindir
  pgpass: $dir/$name.pgpass
  authentication:
    superuser: {username: postgres, password: none}
    replication: {username: replicator, password: none}
  parameters: {unix_socket_directories: '$dir'}
  pg_hba: [host all all 127.0.0.1/32 trust, host replication all 127.0.0.1/32 trust]
END
}
append_to_file("$dir/haproxy.cfg", <<"END");
global
    maxconn 100
    stats socket $dir/haproxy.sock
defaults
    mode tcp
    timeout client 30m
    timeout server 30m
    timeout connect 4s
    timeout check 5s
    option httpchk
    http-check expect status 200
    default-server inter 500ms fall 2 rise 1 on-marked-down shutdown-sessions
listen leader
    bind 127.0.0.1:$port{leader}
    option httpchk GET /primary
    server a 127.0.0.1:$port{a} check port $port{a_api}
    server b 127.0.0.1:$port{b} check port $port{b_api}
listen standbys
    bind 127.0.0.1:$port{standbys}
    option httpchk GET /replica
    server a 127.0.0.1:$port{a} check port $port{a_api}
    server b 127.0.0.1:$port{b} check port $port{b_api}
END

# Has HAProxy checked which node is which?  Until its first checks it takes every node for both.
sub haproxy_knows
{
	my $socket = IO::Socket::UNIX->new(Peer => "$dir/haproxy.sock") or return 0;
	my %state;

	print $socket "show stat\n";
	while (<$socket>)
	{
		my ($proxy, $server, $status) = (split /,/)[ 0, 1, 17 ];
		$state{"$proxy $server"} = $status if defined $status;
	}
	return join(' ', @state{ 'leader a', 'leader b', 'standbys a', 'standbys b' }) eq 'UP DOWN DOWN UP';
}

# Has the server no process of hcjwt?  One that asks the primary comes and goes.
sub rests
{
	my ($name) = @_;

	return wait_until("rest at $name", sub { sql($name, q{SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'hcjwt%'}) eq '0' });
}

# ---- a leader and a standby ----

$programs->start('etcd', $path{etcd}, '--data-dir', "$dir/etcd", '--log-level', 'error', '--unsafe-no-fsync',
	'--listen-client-urls', "http://127.0.0.1:$port{etcd}", '--advertise-client-urls', "http://127.0.0.1:$port{etcd}",
	'--listen-peer-urls', "http://127.0.0.1:$port{peers}", '--initial-advertise-peer-urls', "http://127.0.0.1:$port{peers}",
	'--initial-cluster', "default=http://127.0.0.1:$port{peers}");
wait_until('etcd', sub { HTTP::Tiny->new(timeout => 5, no_proxy => '127.0.0.1')->get("http://127.0.0.1:$port{etcd}/health")->{success} });
start_patroni('a');
wait_until('a leader', sub { patroni_says('a', 'leader') }) or diag slurp_file($programs->{log}{a});
start_patroni('b');
wait_until('a standby', sub { patroni_says('b', 'synchronous') }) or diag slurp_file($programs->{log}{b});
$programs->start('haproxy', $path{haproxy}, '-db', '-f', "$dir/haproxy.cfg");
ok(wait_until('HAProxy', \&haproxy_knows), 'HAProxy tells leader and standby apart');
is(join(' ', map { sql($_, 'SELECT pg_is_in_recovery()') } qw(leader standbys)), 'f t', 'and each connection gets where it wants to');

sql('leader', <<"END");
CREATE EXTENSION hcjwt;
CREATE ROLE api LOGIN;
GRANT EXECUTE ON FUNCTION hcjwt.ask_for_keys TO replicator;
CREATE TABLE orders AS SELECT generate_series(1, 9) AS customer;
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON orders USING (customer = hcjwt.user_id());
GRANT SELECT ON orders TO api;
SELECT hcjwt.add_help_center('acme', '$hc->{url}');
SELECT hcjwt.add_help_center('beta', '$beta->{url}');
END
wait_until('keys', sub { sql('leader', 'SELECT sum(trusted_keys) FROM hcjwt.status') eq '2' });

# What a visitor gets at that node, or an SQLSTATE.
sub sees
{
	my ($name, $token) = @_;

	return sql($name, "BEGIN; SELECT FROM hcjwt.authenticate('$token'); SELECT customer FROM orders; COMMIT;", 'api') =~ s/\n.*//sr;
}

my @claims = ('--life', 3600, '--claims', '{"userId":3}');
my ($token, $revoked) = map { $_->sign(@claims) } $hc, $beta;
is(sees('leader', $token), '3', 'a visitor at the leader');
wait_until('replay', sub { sees('standbys', $token) eq '3' });
is(sees('standbys', $token), '3', 'and at the standby');

# ---- the leader is killed as soon as a revocation has returned ----

is(sql('leader', q{SELECT hcjwt.revoke_key('beta', kid) FROM hcjwt.keys WHERE help_center = 'beta'}), '', 'a revocation');
kill_leader('a');
$hc->ctl('rotate');
my $new = $hc->sign(@claims);
wait_until('the new leader', sub { patroni_says('b', 'leader') });
my $began = time;
wait_until('the new key', sub { sees('leader', $new) eq '3' }) or diag slurp_file($programs->{log}{b});
note(sprintf 'a key that changed meanwhile is accepted %.1f s after the promotion', time - $began);
is(sees('leader', $new), '3', 'the new leader accepts the new key');

is(sees('leader', $revoked), 'ERROR: 28J03', 'what was revoked stays so');
$beta->ctl('rotate');
$token = $beta->sign(@claims);
ok(wait_until('its new key', sub { sees('leader', $token) eq '3' }), 'that help center is registered, too');
is(sql('leader', q{SELECT string_agg(concat(help_center, ' ', state), ', ' ORDER BY help_center) FROM hcjwt.status}), 'acme fresh, beta fresh', 'nothing is amiss');

# ---- the old leader comes back as a standby ----

start_patroni('a');
wait_until('the old leader', sub { patroni_says('a', 'synchronous') }) or diag slurp_file($programs->{log}{a});
wait_until('it by HAProxy', sub { sees('standbys', $new) eq '3' });
is(sql('standbys', "SELECT current_setting('port')"), $port{a}, 'it is where standbys are asked for');
is(sees('a', $revoked), 'ERROR: 28J03', 'what was revoked is so there');
$hc->ctl('rotate');
$token = $hc->sign(@claims);
ok(wait_until('the answer', sub { sees('standbys', $token) eq '3' }), 'a new key that comes there first is asked for');
ok(rests('a'), 'and it fetches nothing by itself');

# ---- and is the leader again, in order ----

my $answer = HTTP::Tiny->new(timeout => 180, no_proxy => '127.0.0.1')->post("http://127.0.0.1:$port{b_api}/switchover", { content => '{"leader": "b", "candidate": "a"}' });
is($answer->{status}, 200, 'a switchover') or diag $answer->{content};
$hc->ctl('rotate');
$token = $hc->sign(@claims);
wait_until('HAProxy', sub { sql('leader', "SELECT current_setting('port')") eq $port{a} });
wait_until('the newest key', sub { sees('leader', $token) eq '3' });
is(sees('leader', $token), '3', 'after which it fetches');
wait_until('the other one', sub { patroni_says('b', 'replica') && sees('b', $token) eq '3' });
ok(rests('b'), 'and the other does no longer');

foreach my $name (qw(a b))
{
	my $log = slurp_file($programs->{log}{$name});

	unlike($log, qr/PANIC|terminated by signal|TRAP/, "$name: nothing crashed");
	is(join(' ', pieces_in($log, $new, $revoked)), '', "$name: no piece of a token in its log");
}
$programs->stop($_) foreach qw(haproxy b a etcd);
done_testing();
