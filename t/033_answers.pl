# HTTP answers apart from their keys: codings, headers of any length, freshness that a
# "not modified" keeps, ETags that change, slow servers, redirects; and certificates and
# files that do not name their host.

use strict;
use warnings;

use HcjwtTest;
use IPC::Run;
use POSIX qw(mkfifo);

my $hc = HelpCenter->new;
my $set = $hc->key_set;
my $dir = $hc->{dir};
my $node = hcjwt_cluster('main', $hc, conf => 'hcjwt.allow_http_loopback = on');

# A server that answers as the file named by the path's first part says.  Each answer in
# the file serves once, the last one for ever.  The server writes down its requests.
sub script_of { return "$dir/" . $_[0] . '.answers'; }

sub answer
{
	my ($name, @answers) = @_;

	unlink script_of($name);
	append_to_file(script_of($name), join("\0", @answers));
	return;
}

my $server = raw_server(
	sub {
		my ($socket) = @_;
		my $head = '';

		while ($head !~ /\r\n\r\n/)
		{
			sysread($socket, $head, 4096, length $head) or return;
		}
		my ($name) = $head =~ m{^GET /(\w+)/} or return;
		append_to_file("$dir/$name.asked", $head);
		my ($now, @later) = split /\0/, slurp_file(script_of($name));
		answer($name, @later) if @later;
		foreach my $part (split /(<\d+>|<gate>)/, $now)
		{
			if ($part =~ /^<(\d+)>$/) { sleep $1; next; }
			if ($part eq '<gate>')
			{
				select undef, undef, undef, 0.05 until -e "$dir/$name.open";
				next;
			}
			syswrite $socket, $part;
		}
	});

sub ok_with
{
	my ($headers, $body) = @_;

	$body //= $set;
	return join "\r\n", 'HTTP/1.1 200 OK', 'Content-Length: ' . length $body, @$headers, '', $body;
}

sub status { return join "\r\n", @_, 'Content-Length: 0', '', ''; }

my $centers = 0;

# Registers a help center with that script; returns its name.
sub center
{
	my (@answers) = @_;
	my $name = 'c' . ++$centers;

	answer($name, @answers);
	add_help_center($node, $name, "http://127.0.0.1:$server->{port}/$name");
	wait_until("the first attempt of $name", sub { status_of($node, $name, 'state') !~ /^(?:never fetched|)$/ });
	return $name;
}

sub refresh
{
	my ($name) = @_;

	return $node->safe_psql('postgres', "SELECT state FROM hcjwt.refresh('$name', '30 s')");
}

# Is the next attempt so many seconds after the last success, give or take 5 % of jitter?
sub due_in
{
	my ($name, $seconds) = @_;

	return status_of($node, $name, 'abs(extract(epoch FROM next_attempt - last_success) -'
		  . " $seconds) <= $seconds * 0.06") eq 't';
}

# ---- content codings ----

my $name = center(ok_with([]));
like(slurp_file("$dir/$name.asked"), qr/^Accept-Encoding: identity\r$/m, 'a request asks for no content coding');
is(scalar(() = slurp_file("$dir/$name.asked") =~ /^Accept-Encoding/mgi), 1, 'a request has one Accept-Encoding');
answer($name, ok_with(['Content-Encoding: gzip'], "\x1f\x8b\x08garbage"));
is(refresh($name), 'failing (bad set)', 'an answer with a content coding is a failure');
like(status_of($node, $name, 'last_error'), qr/content coding "gzip"/, 'last_error names the content coding');
my ($code, $out, $err) = $node->psql('postgres', "SELECT hcjwt.list_public_keys('$name')");
like($err, qr/content coding "gzip"/, 'list_public_keys() names the content coding');
answer($name, ok_with(['content-encoding: Identity']));
is(refresh($name), 'fresh', 'an answer with the content coding identity is a success');

# ---- headers of any length ----

my $long = 'x="' . ('y' x 3000) . '"';
foreach my $case (
	[ ["Cache-Control: max-age=7200, $long"], 7200, 'behind max-age' ],
	[ ["Cache-Control: $long, max-age=7200"], 7200, 'before max-age' ],
	[ [ "Cache-Control: $long", 'Cache-Control: max-age=7200' ], 7200, 'in two lines' ],
	[ ["Cache-Control: no-store, $long"], 300, 'behind no-store' ],
	[ ["Cache-Control: x=\"caf\xc3\xa9\", max-age=7200"], 7200, 'beyond ASCII' ],
	[ [ 'Expires: ' . ('x' x 2000) ], 300, 'an Expires that is none' ],
	[ [ "Expires: \xe9" ], 300, 'an Expires beyond ASCII' ],
	[ [ "Cache-Control: $long" ], 3600, 'and says nothing' ])
{
	my ($headers, $seconds, $what) = @$case;

	$name = center(ok_with($headers));
	ok(due_in($name, $seconds), "a long header, $what");
}

# ---- "not modified" keeps what the stored answer said of its freshness ----

$name = center(ok_with([ 'ETag: "a"', 'Cache-Control: max-age=7200' ]), status('HTTP/1.1 304 Not Modified'));
ok(due_in($name, 7200), 'the next attempt is in two hours, as max-age says');
is(refresh($name), 'fresh', 'a 304 is a success');
like(slurp_file("$dir/$name.asked"), qr/^If-None-Match: "a"\r$/m, 'the request for it has If-None-Match');
ok(due_in($name, 7200), 'after a 304 the next attempt is in two hours again');
$node->restart;
is(refresh($name), 'fresh', 'a 304 after a restart is a success');
ok(due_in($name, 7200), 'after a restart and a 304 the next attempt is in two hours again');
answer($name, status('HTTP/1.1 304 Not Modified', 'Cache-Control: max-age=900'), status('HTTP/1.1 304 Not Modified'));
refresh($name);
ok(due_in($name, 900), 'a 304 with a max-age of its own sets the next attempt');
refresh($name);
ok(due_in($name, 900), 'the max-age of a 304 holds after the next 304');
answer($name, status('HTTP/1.1 304 Not Modified', 'Cache-Control: no-store'), status('HTTP/1.1 304 Not Modified'));
refresh($name);
refresh($name);
ok(due_in($name, 300), 'the no-store of a 304 holds after the next 304');
answer($name, ok_with(['ETag: "b"']), status('HTTP/1.1 304 Not Modified'));
refresh($name);
refresh($name);
ok(due_in($name, 3600), 'a new answer without Cache-Control ends it');

# ---- a 304 about other keys ----

foreach my $case (
	[ '"a"', '"b"', 0 ],
	[ 'W/"a"', '"b"', 0 ],
	[ '"a"', '"a"', 1 ],
	[ '"a"', 'W/"a"', 1 ],
	[ 'W/"a"', 'W/"b"', 0 ],
	[ '"a"', '"' . 'b' x 2000 . '"', 0 ],
	[ '"a"', '', 1 ])
{
	my ($old, $new, $good) = @$case;
	my $what = "304 with " . (substr($new, 0, 10) || 'no ETag') . " for $old";

	$name = center(ok_with(["ETag: $old"]),
		status('HTTP/1.1 304 Not Modified', $new ? "ETag: $new" : 'X: y'), '<gate>' . ok_with(["ETag: $old"]));
	is(refresh($name), $good ? 'fresh' : 'failing (HTTP 304)', $what);
	next if $good;
	like(status_of($node, $name, 'last_error'), qr/another ETag/, "$what: last_error says so");
	is(status_of($node, $name, 'etag IS NULL, trusted_keys'), 't|1', "$what: the ETag is forgotten, and no key changes");
	append_to_file("$dir/$name.open", '');
	is(refresh($name), 'fresh', "$what: the next attempt is a success");
	# The schedule may have made the next attempt by itself; refresh() then makes one more.
	my @asked = split /(?<=\r\n\r\n)/, slurp_file("$dir/$name.asked");
	like($asked[1], qr/^If-None-Match: \Q$old\E\r$/m, "$what: the request before has the ETag");
	unlike($asked[2], qr/If-None-Match/, "$what: the next request has no ETag");
}

# ---- a set that comes with another status than 200 ----

foreach my $status ('201 Created', '203 Non-Authoritative Information', '206 Partial Content', '299 OK')
{
	my $code = substr $status, 0, 3;
	$name = center(ok_with([]) =~ s/200 OK/$status/r);
	is(status_of($node, $name, 'state, trusted_keys'), "failing (HTTP $code)|0", "HTTP $code is no success");
}

# ---- what is no ETag ----

foreach my $etag ('w/"a"', '"a"b"', '"a b"', 'a', '"', 'W/a', '"' . 'b' x 1023 . '"')
{
	$name = center(ok_with(["ETag: $etag"]));
	is(status_of($node, $name, 'etag IS NULL, trusted_keys'), 't|1', substr($etag, 0, 10) . ' is none');
	unlink "$dir/$name.asked";
	is(refresh($name), 'fresh', 'the next refresh is a success');
	unlike(slurp_file("$dir/$name.asked"), qr/If-None-Match/, 'the next request does not send it back');
}

$name = center(ok_with([ 'ETag: "' . 'b' x 1022 . '"' ]));
is(status_of($node, $name, 'length(etag), trusted_keys'), '1024|1', 'an ETag of 1,024 characters is one');

# ---- a key that cannot be used, before two that can ----

my ($key) = $set =~ /\[(.*)\]/s;
my $again = $key =~ s/("kid":\s*)"[^"]*"/$1"k"/r;
$name = center(ok_with([], qq({"keys":[{"kty":"EC"},$key,$again]})));
is(status_of($node, $name, 'trusted_keys'), '2', 'both are trusted');
like(status_of($node, $name, 'last_error'), qr/^1 of 3 keys skipped/, 'and the other is told of');

# ---- who asks while a fetch is under way that comes to nothing ----

$name = center(ok_with(['ETag: "a"']), '<gate>' . status('HTTP/1.1 304 Not Modified'), ok_with([]));
unlink "$dir/$name.asked";
my (@told, @callers);
foreach my $i (0, 1)
{
	push @callers,
	  IPC::Run::start([ 'psql', '-XAt', '-d', $node->connstr('postgres'), '-c',
		  "SELECT state FROM hcjwt.refresh('$name', '60 s')" ], '<', \undef, '>&', \$told[$i]);
	wait_until('the request', sub { -e "$dir/$name.asked" });
	wait_until('waits for it', sub {
		$node->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%refresh(''$name''%'"
			  . " AND wait_event IN ('HcjwtKeyWait', 'Extension')") eq $i + 1;
	});
}
$node->safe_psql('postgres', "DELETE FROM hcjwt.keys WHERE help_center = '$name'");
append_to_file("$dir/$name.open", '');
$_->finish foreach @callers;
is($told[0], "fresh\n", 'a 304 about keys that were deleted: the first refresh() returns fresh, by another fetch');
is($told[1], "fresh\n", 'a 304 about keys that were deleted: the second refresh() returns fresh');

# ---- a server that takes its time ----

$name = center('<6>' . ok_with([]));
ok(wait_until('an answer that begins after 6 s', sub { refresh($name) eq 'fresh' }), 'an answer that begins after 6 s is a success');
my $head = ok_with([]);
$name = center(substr($head, 0, 100) . '<20>' . substr($head, 100));
is(state_of($node, $name), 'failing (timeout)', 'an answer that stops half-way is a time-out');
like(status_of($node, $name, 'last_error'), qr/too slow/i, 'last_error says that it was too slow');

# ---- redirects ----

foreach my $case (
	[ 'https://other.example.com/keys.json?a=b', qr/to the host "other\.example\.com": redirects are not followed/ ],
	[ '//Other.Example.COM:8443/x', qr/"other\.example\.com"/ ],
	[ 'https://me:secret@evil.example/', qr/^HTTP status 301: redirects are not followed$/ ],
	[ '/elsewhere', qr/^HTTP status 301: redirects are not followed$/ ],
	[ "https://caf\xc3\xa9.example/", qr/^HTTP status 301: redirects are not followed$/ ],
	[ 'x' x 5000, qr/^HTTP status 301: redirects are not followed$/ ])
{
	my ($location, $error) = @$case;

	$name = center(status('HTTP/1.1 301 Moved', "Location: $location"));
	like(status_of($node, $name, 'last_error'), $error, 'redirected to ' . substr($location, 0, 40));
}
answer($name, status('HTTP/1.1 302 Found', 'Location: https://renamed.zendesk.com/'));
($code, $out, $err) = $node->psql('postgres', "SELECT hcjwt.list_public_keys('$name')");
like($err, qr/leads to the host "renamed\.zendesk\.com"/, 'list_public_keys() names the host of a redirect, too');

# ---- a certificate that names its host in the common name alone ----

add_help_center($node, 'tls', $hc);
wait_until('keys', sub { state_of($node, 'tls') eq 'fresh' });
$hc->ctl('certificate', 'common-name');
is(refresh('tls'), 'failing (TLS)', 'a certificate without subjectAltName is refused');
like(status_of($node, 'tls', 'last_error'), qr/hostname mismatch/i, 'last_error says that it does not name the host');
$hc->ctl('certificate', 'good');
is(refresh('tls'), 'fresh', 'a certificate with subjectAltName is accepted');

# ---- hcjwt.ca_file that is no file ----

mkfifo("$dir/fifo", 0600) or die "mkfifo: $!";
foreach my $file ("$dir/fifo", $dir, '/dev/null', "$dir/none")
{
	$node->adjust_conf('postgresql.conf', 'hcjwt.ca_file', "'$file'");
	$node->reload;
	wait_until("$file in force", sub { refresh('tls') eq 'failing (TLS)' });
	like(status_of($node, 'tls', 'last_error'), qr/hcjwt\.ca_file cannot be read, or is no regular file/,
		'hcjwt.ca_file = ' . ($file =~ s/\Q$dir\E/.../r));
}
($code, $out, $err) = $node->psql('postgres', q{SELECT hcjwt.list_public_keys('tls')});
like($err, qr/hcjwt\.ca_file cannot be read/, 'list_public_keys() fails at once when hcjwt.ca_file is no file');
$node->stop('fast');
ok(!-e $node->data_dir . '/postmaster.pid', 'a fast shutdown ends the server');
is(log_count($node, qr/PANIC|terminated by signal/), 0, 'nothing crashed');
done_testing();
