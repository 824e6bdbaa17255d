# 1,000 refreshes leave no memory, no file descriptor and no shared memory behind, and
# write as much to the WAL as docs/distributed.md says.

use strict;
use warnings;

use HcjwtTest;

my $hc = HelpCenter->new(args => [ '--http', '--no-etag' ]);
my $node = hcjwt_cluster('main', $hc, conf => <<'END');
log_statement = none
fsync = off
wal_level = replica
checkpoint_timeout = 1h
autovacuum = off
END

sub sql { return $node->safe_psql('postgres', $_[0]) }

sub descriptors_of
{
	my ($pid) = @_;
	return scalar(() = glob "/proc/$pid/fd/*");
}

sub segments
{
	my ($pid) = @_;
	return scalar(() = slurp_file("/proc/$pid/maps") =~ m{/PostgreSQL\.\d+}g);
}

add_help_center($node, "hc$_", $hc) foreach 1 .. 4;
wait_until('keys', sub { keys_of($node) == 4 });
my $launcher = launcher_of($node);
my ($postmaster) = slurp_file($node->data_dir . '/postmaster.pid') =~ /^(\d+)/;

# in separate sessions, so that load and store come in all orders
sub refresh
{
	my ($times) = @_;
	sql('DO $$ BEGIN FOR i IN 1 .. ' . $times . ' LOOP PERFORM hcjwt.refresh(); END LOOP; END $$');
	sql('UPDATE hcjwt.help_centers SET leeway = leeway');
	return;
}

refresh(10) foreach 1 .. 5;
my %before = (
	memory => memory_of($launcher),
	descriptors => descriptors_of($launcher),
	segments => segments($launcher),
	postmaster => memory_of($postmaster));
my $requests = $hc->requests;
refresh(25) foreach 1 .. 10;
cmp_ok($hc->requests - $requests, '>=', 1000, '1,000 refreshes');

is(launcher_of($node), $launcher, 'by one launcher');
cmp_ok(memory_of($launcher) - $before{memory}, '<', 100, 'whose memory has not grown');
is(descriptors_of($launcher), $before{descriptors}, 'which holds no more file descriptors');
is(segments($launcher), $before{segments}, 'nor segments of shared memory');
cmp_ok(memory_of($postmaster) - $before{postmaster}, '<', 200, 'the postmaster, too, is as it was');
ok(wait_until('the workers\' end', sub { !hcjwt_processes($node, qr/fetcher|database worker/) }), 'no worker is left');

# one session that refreshes again and again does not grow, either
my $growth = sql(<<'END');
DO $$ BEGIN FOR i IN 1 .. 20 LOOP PERFORM hcjwt.refresh(); END LOOP; END $$;
SELECT sum(total_bytes) AS before FROM pg_backend_memory_contexts \gset
DO $$ BEGIN FOR i IN 1 .. 60 LOOP PERFORM hcjwt.refresh(); END LOOP; END $$;
SELECT sum(total_bytes) - :before < 65536 FROM pg_backend_memory_contexts;
END
is($growth, 't', 'a session that refreshes stays as small');

# ---- the WAL ----

my $tagged = HelpCenter->new(args => ['--http']);
add_help_center($node, 'tagged', $tagged);
wait_until('its key', sub { keys_of($node, 'tagged') == 1 });

# Bytes for each of 10 refreshes.  refresh() waits until the database worker's transaction
# has ended, so what it writes is seen.
sub wal_of
{
	my ($help_center, $before_each) = @_;
	my $refresh = sub {
		$before_each->() if $before_each;
		sql("SELECT FROM hcjwt.refresh('$help_center')");
	};
	$refresh->();
	my $began = sql('SELECT pg_current_wal_insert_lsn()');
	$refresh->() foreach 1 .. 10;
	return sql("SELECT round((pg_current_wal_insert_lsn() - '$began') / 10)");
}

foreach (
	[ 'a 304', 1000, 'tagged' ],
	[ 'a 200 with the keys as they were', 1000, 'hc1' ],
	[ 'a 200 with a new key', 8000, 'tagged', sub { $tagged->ctl('rotate') } ])
{
	my ($what, $most, @of) = @$_;
	my $bytes = wal_of(@of);

	note "$what: $bytes bytes of WAL";
	cmp_ok($bytes, '<', $most, "WAL for $what");
	cmp_ok($bytes, '>', 100, 'some');
}

is(log_count($node, qr/PANIC|FATAL|ERROR|terminated by signal/), 0, 'nothing is wrong in the log');
done_testing();
