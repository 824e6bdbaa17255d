# A standby asks its primary for new keys, and a standby of a standby asks the one above.
# The gates of both servers bound these questions.  No log has a password or a piece of a
# token.  Where a standby may not ask, its status says so.

use strict;
use warnings;

use HcjwtTest;
use Time::HiRes qw(time);

my $hc = HelpCenter->new;
my $other = HelpCenter->new;
append_to_file("$hc->{dir}/both.pem",
	slurp_file("$hc->{data}/ca.pem") . slurp_file("$other->{data}/ca.pem"));
my $conf = "hcjwt.ca_file = '$hc->{dir}/both.pem'\nhcjwt.refetch_cooldown = 0\nlog_connections = on";
my $primary = hcjwt_cluster('primary', undef, init => [ allows_streaming => 1 ], conf => $conf);
my $password = 'a pass word that is long';
$primary->safe_psql('postgres', "CREATE ROLE asker LOGIN PASSWORD '$password'; CREATE ROLE app LOGIN;");
unlink $primary->data_dir . '/pg_hba.conf';
$primary->append_conf('pg_hba.conf', <<'END');
local all asker scram-sha-256
local all all trust
local replication all trust
END
$primary->reload;

# A standby of that node.
sub standby_of
{
	my ($node, $name) = @_;
	my $standby = PostgreSQL::Test::Cluster->new($name);

	$node->backup("for_$name");
	$standby->init_from_backup($node, "for_$name", has_streaming => 1);
	# psql's statements have tokens; without the feedback replay may wait for who waits for it
	$standby->append_conf('postgresql.conf', "log_statement = none\nhot_standby_feedback = on");
	$standby->start;
	return $standby;
}

my @nodes = ($primary);

sub replayed
{
	my $lsn = $primary->lsn('flush');
	$primary->wait_for_catchup($nodes[1], 'replay', $lsn);
	return;
}

add_help_center($primary, 'acme', $hc);
# The standby asks for none of these help centers.  A token that names no help center is
# asked for only where at most four can be asked, and these do not count.
$primary->safe_psql('postgres', "INSERT INTO hcjwt.help_centers (name, base_url, keys_url, enabled)"
	  . " SELECT format('off%s', i), '$hc->{url}', CASE WHEN i > 4 THEN 'none' END, i > 4 FROM generate_series(1, 8) i");
wait_until('keys on the primary', sub { keys_of($primary) == 1 });

# A token of a key that nobody has seen.
sub new_token
{
	my ($help_center) = @_;
	($help_center // $hc)->ctl('rotate');
	return ($help_center // $hc)->sign('--life' => 3600);
}

# Tests that try again use up what these nodes may ask for; a restart gives it back.
sub with_all_questions { $_->restart foreach @_; return }

sub fetches { return $hc->requests }

# A superuser by a socket without a password, as the tests' primary_conninfo has it.
my $standby = standby_of($primary, 'standby');
my $below = standby_of($standby, 'below');
push @nodes, $standby, $below;

# ---- it asks, and the first token of a new key passes ----

foreach my $node ($standby, $below)
{
	my $name = $node->name;
	my $token = new_token();
	my $began = time;

	is(verify_state($node, $token), 'ok', "$name: the first token of a new key passes");
	note(sprintf '%s: %.0f ms until the first acceptance of a new key', $name, 1000 * (time - $began));
	is(verify_state($node, $token), 'ok', "$name: the token passes again");
	is(status_of($node, 'acme', 'state, advice IS NULL'), 'fresh|t', "$name: status is fresh, without advice");
	ok(wait_until('the end of the asker', sub { !hcjwt_processes($node, qr/hcjwt/) }), "$name: the asker ends");
}

# many sessions at once, of which each waits for the one question
{
	my $token = new_token();
	my $requests = fetches();
	my $connections = log_count($primary, qr/connection authorized:.*application_name=hcjwt\b/);
	my @sessions = map { background($standby, 'postgres', 'SELECT hcjwt.verify(' . quoted($token) . ') IS NOT NULL') } 1 .. 4;

	my @results = map { [ $_->() ] } @sessions;
	is(join('', map { $_->[1] } @results), "t\n" x 4, 'four sessions that ask at once all accept the token') or diag(slurp_file($standby->logfile));
	cmp_ok(fetches() - $requests, '<=', 2, 'four sessions cause one fetch or two');
	cmp_ok(log_count($primary, qr/connection authorized:.*application_name=hcjwt\b/) - $connections, '<=', 3, 'four sessions cause at most three connections to the primary');
}

# ---- the gates ----

$primary->safe_psql('postgres', 'SELECT 1');
configure($_, 'hcjwt.refetch_cooldown', '1d') foreach $standby;
my $stranger = HelpCenter->new->sign;
is(verify_state($standby, $stranger), '28J03', 'a made-up kid is refused');
my $requests = fetches();
quickly(2, 'within the cool-down a made-up kid is refused at once', sub { is(verify_state($standby, $stranger), '28J03', 'refused') });
is(fetches(), $requests, 'within the cool-down the help center is not asked');
is(outcome($standby, 'postgres', "SET hcjwt.expected_help_center = 'nobody'; SELECT hcjwt.verify('$stranger');"),
	'ERROR: 28J03', 'a token for a help center that is not registered is refused');
is(fetches(), $requests, 'a token for a help center that is not registered causes no request');
configure($_, 'hcjwt.refetch_cooldown', '0') foreach $standby;

# a flood of made-up kids: each waits for a fetch at most
{
	my $connections = log_count($primary, qr/connection authorized:.*application_name=hcjwt\b/);
	$requests = fetches();
	my $began = time;
	my @refused = grep { $_ eq 'ERROR: 28J03' } lines($standby, 'postgres', "SELECT hcjwt.verify('$stranger');\n" x 60, user => 'app');
	my $seconds = time - $began;

	is(@refused, 60, 'each of a flood is refused');
	cmp_ok(fetches() - $requests, '<=', 16 + $seconds + 1, 'a flood is bound to a burst, then one a second: ' . (fetches() - $requests));
	cmp_ok(log_count($primary, qr/connection authorized:.*application_name=hcjwt\b/) - $connections, '<=', 16 + $seconds + 1, 'a flood opens no more connections to the primary than that');
}

# ---- not asking ----

configure($standby, 'hcjwt.primary_conninfo', 'none');
my $token = new_token();
quickly(2, 'a standby that asks nobody refuses at once', sub { is(verify_state($standby, $token), '28J03', 'refused') });
is(verify_state($below, $token), '28J03', 'the standby below it refuses, too');
$primary->safe_psql('postgres', 'SELECT FROM hcjwt.refresh()');
my $refreshed = time;
ok(wait_until('the key by replay', sub { verify_state($standby, $token) eq 'ok' }), 'once the primary has fetched by itself, replay brings the key');
note(sprintf '%.0f ms from the primary\'s own fetch to the first acceptance', 1000 * (time - $refreshed));

# ---- a role of its own, with a password; not permitted, then permitted ----

my $host = $primary->host;
my $port = $primary->port;
# A file has the password: the server logs a setting that a reload changes.
sub conninfo
{
	my ($pass) = @_;
	my $file = $standby->data_dir . '/passfile';

	unlink $file;
	append_to_file($file, "*:*:*:asker:$pass\n");
	chmod 0600, $file;
	return "host=''$host'' port=$port user=asker passfile=''$file'' dbname=elsewhere";
}
sub set_conninfo
{
	my ($conninfo) = @_;
	$standby->append_conf('postgresql.conf', "hcjwt.primary_conninfo = '$conninfo'");
	$standby->reload;
	$conninfo =~ s/''/'/g;
	wait_until('the reload', sub { $standby->safe_psql('postgres', 'SHOW hcjwt.primary_conninfo') eq $conninfo });
	return;
}

# Refused, and why, by status; after the pause for which it asks nobody.
sub refused
{
	my ($because, $what) = @_;
	my $new = new_token();

	wait_until($what, sub { verify_state($standby, $new) eq '28J03' && status_of($standby, 'acme', 'last_error') =~ $because });
	like(status_of($standby, 'acme', 'last_error'), $because, $what);
	like(status_of($standby, 'acme', 'advice'), qr/could not ask its primary for new keys.*28J03.*may pass on the primary/, "$what: the advice says that the token may pass on the primary");
	is(status_of($standby, 'acme', 'state'), 'fresh', "$what: the state is still fresh");
	is(verify_state($standby, $token), 'ok', "$what: a token of a key that it has still passes");
	return;
}

set_conninfo(conninfo('wrong'));
refused(qr/password authentication failed for user "asker"/, 'a wrong password');
set_conninfo(conninfo($password));
refused(qr/permission denied for function ask_for_keys/, 'no privilege on the function');
set_conninfo("host=''$host'' port=1 user=asker");
refused(qr/failed: No such file or directory/, 'nobody listens');
set_conninfo("host=''/nowhere/me\@here'' user=asker");
refused(qr/failed: No such file or directory/, 'nobody listens in a directory with an @');
set_conninfo("host=''$host'' oops");
refused(qr/^the connection string cannot be read$/, 'a broken connection string');
# A password with characters that a URI has to percent-encode: libpq takes a part of it
# for a host or a port.
foreach my $pass ('first@second', 'first/second', '4711/')
{
	set_conninfo("postgresql://asker:$pass\@127.0.0.1:$port");
	refused(qr/^the connection string cannot be read$/, "a URI with the password $pass");
}

# ---- a server that is no primary, and says anything ----

# a message of the server: its type, its length, what it has
sub message { return pack 'a N a*', $_[0], 4 + length $_[1], $_[1] }
my $row = message('1', '') . message('2', '') . message('T', pack 'n Z* N n N n N n', 1, 'ask_for_keys', 0, 0, 3220, 8, -1, 0);
my $end = message('C', "SELECT 1\0") . message('Z', 'I');
my %answer = (
	silence => '',
	copy => message('1', '') . message('2', '') . message('H', pack 'Cn', 0, 0),
	two => (message('1', '') . message('2', '') . message('C', "SELECT 0\0")) x 2 . message('Z', 'I'),
	nothing => message('E', "SERROR\0C42501\0M\0\0") . message('Z', 'I'),
	noise => message('E', "SERROR\0C42501\0Mred \e[31m\r\xff, and long" . ' long' x 100 . "\nnext\0\0") . message('Z', 'I'),
	fetching => $row . message('D', pack 'n N', 1, 0xFFFFFFFF) . $end,
	far => $row . message('D', pack 'n N/a*', 1, 'FFFFFFFF/FFFFFFF0') . $end);
# when it was asked, or answered late
my $times = "$hc->{dir}/times";
my $impostor = raw_server(sub {
	my ($socket) = @_;
	sysread($socket, my $startup, 4096);
	my ($user) = $startup =~ /user\0(\w+)\0/;
	return sleep 60 if $user eq 'nobody';
	syswrite($socket, message('R', pack 'N', 0) . message('Z', 'I'));
	while (sysread($socket, my $question, 4096))
	{
		last if $question =~ /^X/;
		my ($lsn) = $user =~ s/^late_// ? $user =~ s/_/\//r : undef;
		sleep 1 if $lsn;
		append_to_file($times, time . "\n");
		syswrite($socket, $lsn ? $row . message('D', pack 'n N/a*', 1, $lsn) . $end : $answer{$user});
	}
});
sub asked_at { return -e $times ? split(/\n/, slurp_file($times)) : () }
sub follow_impostor { return set_conninfo("host=127.0.0.1 port=$impostor->{port} user=$_[0] sslmode=disable gssencmode=disable") }
sub impostor
{
	my ($user, $because, $what) = @_;
	follow_impostor($user);
	return refused($because, $what);
}
impostor('nobody', qr/^no connection in time$/, 'a server that does not answer the connection');
impostor('silence', qr/^no answer in time$/, 'a server that never answers the question');
impostor($_, qr/^the answer cannot be read$/, "who answers by $_") foreach qw(copy two nothing);
impostor('noise', qr/^red \?\[31m\?[^,]+, and long( long)+ ?l?o?n?$/, 'a server whose message has control characters');
unlike(slurp_file($standby->logfile), qr/[\e\r]/, 'the log has none of these control characters');
follow_impostor('far');
configure($standby, 'hcjwt.unknown_key_wait', '1s');
with_all_questions($standby);
$token = new_token();
quickly(9, 'a place in the WAL that never comes', sub { is(verify_state($standby, $token), '28J03', 'is waited for in vain, by the bound') });
$primary->safe_psql('postgres', 'SELECT FROM hcjwt.refresh()');
replayed();
configure($standby, 'hcjwt.unknown_key_wait', '1min');

# ---- an answer that takes long, of what is received and not replayed ----

{
	# it asks once
	configure($standby, 'hcjwt.refetch_cooldown', '1d');
	with_all_questions($standby);
	$standby->safe_psql('postgres', 'SELECT pg_wal_replay_pause()');
	wait_until('the pause', sub { $standby->safe_psql('postgres', 'SELECT pg_get_wal_replay_pause_state()') eq 'paused' });
	my $new = new_token();
	$primary->safe_psql('postgres', 'SELECT FROM hcjwt.refresh()');
	my $lsn = $primary->lsn('flush');
	$primary->wait_for_catchup($standby, 'flush', $lsn);
	follow_impostor('late_' . ($lsn =~ s/\//_/r));
	quickly(9, 'while replay is paused', sub { is(verify_state($standby, $new), '28J03', 'a new key is not waited for') });
	cmp_ok(time - (asked_at())[-1], '>=', 0.25, 'replay gets a quarter of a second, counted from the answer');
	$standby->safe_psql('postgres', 'SELECT pg_wal_replay_resume()');
	replayed();
	is(verify_state($standby, $new), 'ok', 'once replay goes on, the token passes');
	configure($standby, 'hcjwt.refetch_cooldown', '0');
}

# ---- while a session waits, something happens to the asker ----

foreach my $event (qw(other none TERM KILL))
{
	with_all_questions($standby);
	follow_impostor('fetching');
	configure($standby, 'restart_after_crash', 'on');
	my $asked = asked_at();
	my $new = new_token();
	my $session = background($standby, 'postgres', 'SELECT hcjwt.verify(' . quoted($new) . ') IS NOT NULL');
	wait_until('the question', sub { asked_at() > $asked });
	my ($asker) = hcjwt_processes($standby, qr/hcjwt asker/);

	if ($event =~ /[A-Z]/)
	{
		kill $event, $asker;
	}
	else
	{
		set_conninfo($event eq 'other' ? '' : $event);
	}
	my ($status, $out, $err);
	quickly(9, "the asker, by $event,", sub { ($status, $out, $err) = $session->() });
	if ($event eq 'other')
	{
		is($out, "t\n", 'another connection string: the asker uses it, and the token passes') or diag $err;
		next;
	}
	like($err, $event eq 'KILL' ? qr/crash of another server process|server closed the connection/ : qr/signed by an unknown key/,
		"$event: the session does not wait any longer");
	wait_until('the server', sub { $standby->psql('postgres', 'SELECT') == 0 });
	is(status_of($standby, 'acme', 'last_error'), $event eq 'TERM' ? 'the asker was ended, see the server\'s log' : '', "$event: status says why the asker ended");
	ok(!hcjwt_processes($standby, qr/hcjwt asker/), "$event: there is no asker");
	set_conninfo('');
	ok(wait_until('an asker', sub { verify_state($standby, $new) eq 'ok' }), "$event: the next token is asked for by a new asker");
}
undef $impostor;

# ---- no slot for the asker ----

{
	my $parallel = $primary->pg_version->major >= 16 ? 'debug_parallel_query' : 'force_parallel_mode';
	set_conninfo('');
	# of 8 slots two are the launchers', and the asker of before has none any more
	wait_until('the end of the asker', sub { !hcjwt_processes($standby, qr/hcjwt asker/) });
	my @holders = map { background($standby, 'postgres', "SET ROLE app; SET $parallel = on; SELECT pg_sleep(1000)") } 1 .. 6;
	wait_until('all slots to be taken', sub { $standby->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'parallel worker'") == 6 });
	refused(qr/^no background worker slot is free$/, 'no slot');
	$standby->safe_psql('postgres', "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query ~ 'pg_sleep[(]' AND pid <> pg_backend_pid()");
	$_->() foreach @holders;
	my $new = new_token();
	ok(wait_until('a slot', sub { verify_state($standby, $new) eq 'ok' }), 'once a slot is free, the standby asks');
	is(status_of($standby, 'acme', 'advice IS NULL, last_error IS NULL'), 't|t', 'once a slot is free, status has no error and no advice');
	set_conninfo(conninfo('wrong'));
	refused(qr/password authentication failed/, 'a wrong password, after a success');
	is(status_of($standby, 'acme', 'advice IS NULL, last_error IS NULL'), 'f|f', 'a wrong password: status has an error and an advice');
	set_conninfo('none');
	is(status_of($standby, 'acme', 'advice IS NULL, last_error IS NULL'), 't|t', 'a standby that is told not to ask has no error and no advice');
}

cmp_ok(log_count($standby, qr/LOG:  this standby could not ask its primary for new keys: /), '<=', 20, 'the log has each problem about once');

$primary->safe_psql('postgres', 'GRANT EXECUTE ON FUNCTION hcjwt.ask_for_keys TO asker');
replayed();
set_conninfo(conninfo($password));
$token = new_token();
ok(wait_until('the end of the pause', sub { verify_state($standby, $token) eq 'ok' }), 'once the role has the privilege, the standby asks');
is(status_of($standby, 'acme', 'advice IS NULL, last_error IS NULL'), 't|t', 'once the role has the privilege, status has no error and no advice');

# ---- replay waits for the very session that waits for the key ----

{
	configure($_, 'hot_standby_feedback', 'off') foreach $standby, $below;
	with_all_questions($primary, $standby);
	$primary->safe_psql('postgres', 'CREATE TABLE t AS SELECT 1 AS i FROM generate_series(1, 1000)');
	replayed();
	wait_until('the end of the feedback', sub { $primary->safe_psql('postgres', 'SELECT count(*) FROM pg_stat_replication WHERE backend_xmin IS NOT NULL') == 0 });
	$hc->ctl('fault', 'delay=3000');
	my $new = new_token();
	my $session = background($standby, 'postgres', 'SELECT hcjwt.verify(' . quoted($new) . ') IS NOT NULL');
	wait_until('the question', sub { scalar hcjwt_processes($standby, qr/hcjwt asker/) });
	$primary->safe_psql('postgres', 'DELETE FROM t');
	$primary->safe_psql('postgres', 'VACUUM t');
	$hc->ctl('fault', 'clear');
	quickly(9, 'a session that keeps replay back', sub {
		my ($status, $out, $err) = $session->();
		like($err, qr/signed by an unknown key/, 'is refused') });
	ok(wait_until('replay', sub { verify_state($standby, $new) eq 'ok' }), 'the next token passes');
	is(log_count($standby, qr/conflict with recovery/), 0, 'the server had to end no session for replay');
	configure($_, 'hot_standby_feedback', 'on') foreach $standby, $below;
}

# ---- a new key while the primary is away, and a promotion while the question is open ----

{
	my $new = new_token();
	$primary->stop('immediate');
	quickly(5, 'while the primary is away', sub { is(verify_state($standby, $new), '28J03', 'a new key is not waited for') });
	quickly(2, 'while the primary is away, the next token', sub { is(verify_state($standby, $new), '28J03', 'is refused at once') });
	like(status_of($standby, 'acme', 'last_error'), qr/failed: No such file|failed: Connection refused|terminat|connection to server/, 'status says that the primary cannot be reached');
	$primary->start;
	ok(wait_until('the primary', sub { verify_state($standby, $new) eq 'ok' }), 'once the primary is back, the new key is there');
}

# the help center holds its answer back: the session waits until it is promoted
{
	with_all_questions($primary, $standby);
	$hc->ctl('fault', 'delay=9000');
	my $new = new_token();
	my $session = background($standby, 'postgres', 'SELECT hcjwt.verify(' . quoted($new) . ') IS NOT NULL');
	wait_until('the question', sub { scalar hcjwt_processes($standby, qr/hcjwt asker/) });
	wait_until('the wait', sub { $standby->safe_psql('postgres', q{SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%verify%' AND wait_event_type = 'Extension' AND pid <> pg_backend_pid()}) == 1 });
	$standby->promote;
	$hc->ctl('fault', 'clear');
	my ($status, $out, $err) = $session->();
	$primary->stop('immediate');
	is($out, "t\n", 'a standby that is promoted while a session waits fetches by itself') or diag $err;
	ok(wait_until('the end of the asker', sub { !hcjwt_processes($standby, qr/hcjwt asker/) }), 'after the promotion the asker ends');
	my $next = new_token();
	ok(wait_until('the next key', sub { verify_state($standby, $next) eq 'ok' }), 'after the promotion the next key is fetched, too');
	is(status_of($standby, 'acme', 'state, advice IS NULL'), 'fresh|t', 'after the promotion status is fresh, without advice');
}

# What the role may do on both standbys: ask, and nothing else.  Floods come last, because they
# use up what these nodes may ask for.
foreach my $node ($standby, $below)
{
	local $ENV{PGPASSWORD} = $password;
	my $name = $node->name;
	is(outcome($node, 'postgres', "SELECT hcjwt.ask_for_keys('nobody') IS NOT NULL; SELECT hcjwt.ask_for_keys(repeat('x', 100000)) IS NOT NULL;"
			. " SELECT hcjwt.ask_for_keys('acme', -1) IS NULL OR true; SELECT hcjwt.ask_for_keys('acme', 2147483647) IS NULL OR true; SELECT hcjwt.ask_for_keys(NULL) IS NULL;"
			. ' SELECT count(*) FROM hcjwt.keys; SELECT hcjwt.refresh();', user => 'asker'),
		"t\nt\nt\nt\nt\nERROR: 42501\nERROR: 42501", "$name: the role may ask, and neither read keys nor refresh");
	$requests = fetches();
	my $began = time;
	outcome($node, 'postgres', "SELECT hcjwt.ask_for_keys('acme');\n" x 200, user => 'asker');
	cmp_ok(fetches() - $requests, '<=', 16 + (time - $began) + 1, "$name: a flood of questions is bound as well");
}
is(outcome($standby, 'postgres', "SELECT hcjwt.ask_for_keys('acme')", user => 'app'), 'ERROR: 42501', 'other roles may not ask');
is(outcome($standby, 'postgres', 'SHOW hcjwt.primary_conninfo', user => 'app'), 'ERROR: 42501', 'the connection string is the superuser\'s to see');
is(outcome($standby, 'postgres', "SELECT count(*) FROM pg_settings WHERE setting LIKE '%$password%'", user => 'app'), '0', 'no view shows the connection string\'s password to other roles');

like(slurp_file($primary->logfile), qr/ask_for_keys.*\n.*(?:DETAIL|\$1 = 'acme')/, 'the log of the primary has the questions');
foreach my $node ($primary, $standby, $below)
{
	my $name = $node->name;
	# what psql sent apart
	my $log = slurp_file($node->logfile) =~ s/^.*CREATE ROLE asker.*$//mr;
	is(join(' ', pieces_in($log, $password)), '', "$name: no password in its log");
	is(join(' ', pieces_in($log, $token, $stranger)), '', "$name: no piece of a token in its log") or diag(grep { /eyJ/ } split /^/, $log);
	is(log_count($node, qr/PANIC|terminated by signal|TRAP/), $node == $standby ? 1 : 0, "$name: nothing crashed but what was killed");
}
done_testing();
