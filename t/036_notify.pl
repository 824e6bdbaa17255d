# NOTIFY hcjwt when keys change, if the setting says so: it names help center and kid, for
# every way to change a key.  A change never fails because a notification cannot be sent.

use strict;
use warnings;

use HcjwtTest;
use JSON::PP;

my $hc = HelpCenter->new;
my $acme = Tokens->new;
my $node = hcjwt_cluster('main', $hc, conf => 'max_prepared_transactions = 2');
my ($in, $out, $err) = ('', '', '');
my $listener = IPC::Run::start([ 'psql', '-XAtq', '-d', $node->connstr('postgres') ],
	'<', \$in, '>', \$out, '2>', \$err, IPC::Run::timeout(180));
my $round = 0;

sub sql { return $node->safe_psql('postgres', $_[0]) }

# The notifications since the last call: "help center kid" each, in commit order.
sub notified
{
	my $end = 'round ' . ++$round;

	sql("NOTIFY hcjwt, '$end'");
	until ($out =~ /payload "\Q$end\E"/)
	{
		$in .= "SELECT pg_sleep(0.05);\n";
		$listener->pump;
	}
	my @payloads = $out =~ /Asynchronous notification "hcjwt" with payload "(\{.*\})" received/g;
	$out = '';
	return map { my $p = decode_json($_); join ' ', $p->{help_center} // 'null', $p->{kid} // 'null' } @payloads;
}

$in .= "LISTEN hcjwt;\nSELECT 'listening';\n";
$listener->pump until $out =~ /listening/;

add_help_center($node, 'acme', $hc);
wait_until('keys', sub { keys_of($node) == 1 });
is_deeply([notified()], [], 'off by default: nothing is sent');
configure($node, 'hcjwt.notify_key_changes', 'on');

# changes by the worker
my $old = sql('SELECT kid FROM hcjwt.keys');
$hc->ctl('rotate', '--retire');
sql("SELECT FROM hcjwt.refresh('acme')");
my $new = sql('SELECT kid FROM hcjwt.keys WHERE retired_at IS NULL');
isnt($new, $old, 'a rotation');
is_deeply([ sort(notified()) ], [ sort "acme $old", "acme $new" ], 'one key comes, another goes: both are told');
sql("SELECT FROM hcjwt.refresh('acme')");
is_deeply([notified()], [], 'a fetch that changes nothing tells nothing');

# changes by an administrator
sql("SELECT hcjwt.revoke_key('acme', '$new')");
is_deeply([notified()], ["acme $new"], 'revoke_key()');
sql("BEGIN; SELECT hcjwt.unrevoke_key('acme', '$new'); ROLLBACK");
is_deeply([notified()], [], 'one that is rolled back');
sql("BEGIN; SELECT hcjwt.unrevoke_key('acme', '$new'); PREPARE TRANSACTION 'p'");
sql("COMMIT PREPARED 'p'");
is_deeply([notified()], [], 'one that is prepared can be, and tells nobody');
is(sql('SELECT count(*) FROM hcjwt.keys WHERE revoked_at IS NOT NULL'), 0, 'and is done');
register($node, 'imports', $acme);
my $imported = sql("SELECT kid FROM hcjwt.keys WHERE help_center = 'imports'");
is_deeply([notified()], ["imports $imported"], 'import_keys()');
sql("SELECT hcjwt.drop_help_center('imports')");
is_deeply([notified()], ["imports $imported"], 'drop_help_center()');

# the longest notifications, and the most in one transaction
my $name = 'n' x 255;
my $row = 'INSERT INTO hcjwt.help_centers (name, base_url) SELECT';
my $keys = 'INSERT INTO hcjwt.keys (help_center, kid, jwk, thumbprint, source) SELECT';
sql(<<"END");
$row '$name', 'https://a.example.com';
$keys '$name', repeat(chr(1), 512), jsonb_set(jwk, '{kid}', to_jsonb(repeat(chr(1), 512))), thumbprint, 'imported'
FROM hcjwt.keys LIMIT 1
END
is_deeply([notified()], [ "$name " . "\x01" x 512 ], 'the longest name and kid');
sql(<<"END");
$row 'h' || i, 'https://h' || i || '.example.com' FROM generate_series(1, 70) i;
$keys 'h' || i, kid, jwk, thumbprint, 'imported' FROM (SELECT * FROM hcjwt.keys LIMIT 1) k, generate_series(1, 70) i
END
is_deeply([notified()], ['null null'], 'very many');

$in .= "\\q\n";
$listener->finish;

# A listener whose transaction stays open keeps the queue from being emptied.
# Before PostgreSQL 17 the queue has 8 GB.
if ($node->pg_version >= 17)
{
	$node->append_conf('postgresql.conf', 'max_notify_queue_pages = 64');
	$node->restart;
	my $lazy = $node->background_psql('postgres');
	$lazy->query_safe('LISTEN other; BEGIN; SELECT 1');
	sql('SELECT pg_notify(\'other\', repeat(\'x\', 7000) || i) FROM generate_series(1, 40) i');
	cmp_ok(sql('SELECT pg_notification_queue_usage()'), '>', 0.5, 'the queue is half full');
	sql("SELECT hcjwt.revoke_key('acme', '$new')");
	is(sql('SELECT count(*) FROM hcjwt.keys WHERE revoked_at IS NOT NULL'), 1, 'a key can be revoked');
	is(log_count($node, qr/no notification of changed keys, since the queue is half full/), 1, 'and the log tells');
	$lazy->quit;
}

$node->stop;
done_testing();
