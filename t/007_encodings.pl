# Databases that are not UTF8: they find claims, whether written as they are or as \u
# escapes; and try_verify() raises for no text that they can hold.

use strict;
use warnings;

use HcjwtTest;

my $acme = Tokens->new;
my $node = cluster('main', preload => 1, init => [ extra => ['--no-locale'] ]);
my @databases = (utf8 => 'UTF8', latin1 => 'LATIN1', latin9 => 'LATIN9', sql_ascii => 'SQL_ASCII', euc_jp => 'EUC_JP');
my %encoding = @databases;

# text is the claim's; JSON turns it into escapes
my %text = (
	ascii => [ 'Ada', 'A\u0064a' ],
	latin => [ "\xc3\x84d\xc3\xa4", '\u00c4d\u00e4' ],                  # Ädä
	euro => [ "5 \xe2\x82\xac", '5 \u20ac' ],                           # 5 €
	kana => [ "\xe3\x82\xa2\xe3\x83\x80", '\u30a2\u30c0' ],              # アダ
	smile => [ "\xf0\x9f\x98\x80", '\ud83d\ude00' ]);
my %can = (
	utf8 => [qw(ascii latin euro kana smile)],
	latin1 => [qw(ascii latin)],
	latin9 => [qw(ascii latin euro)],
	sql_ascii => [qw(ascii latin euro kana smile)],
	euc_jp => [qw(ascii latin kana)]);

sub payload
{
	my ($text) = @_;

	return qq({"exp":9999999999,"userId":1,"email":"$text","$text":"named"});
}
my %token = map {
	my $name = $_;
	map { ("$name, " . ($_ ? 'escaped' : 'as it is') => $acme->sign('--raw-payload', payload($text{$name}[$_]))) } 0, 1
} keys %text;

foreach my $database (grep { exists $encoding{$_} } @databases)
{
	$node->safe_psql('postgres', "CREATE DATABASE $database ENCODING '$encoding{$database}' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
	$node->safe_psql($database, 'CREATE EXTENSION hcjwt');
	register($node, 'acme', $acme, $database);
	# a client with UTF8, and one with the database's own encoding
	my $client = $database eq 'sql_ascii' ? '' : "SET client_encoding = 'UTF8';\n";

	foreach my $name (sort keys %token)
	{
		my ($kind) = $name =~ /^(\w+)/;
		my $text = $text{$kind}[0];
		my $out = outcome($node, $database, $client . <<"END");
BEGIN; SELECT hcjwt.authenticate('$token{$name}') IS NOT NULL;
SELECT hcjwt.email(); SELECT hcjwt.claim('$text'); SELECT hcjwt.claims() ->> 'email';
COMMIT;
END

		if (grep { $_ eq $kind } @{ $can{$database} })
		{
			is($out, "t\n$text\nnamed\n$text", "$database: $name");
		}
		else
		{
			like($out, qr/^ERROR: 28J00$/m, "$database: $name is refused, for want of the character");
			unlike($out, qr/ERROR: XX|ERROR: 22P0[25]\nERROR: 22/, "$database: $name, and nothing worse");
			is(outcome($node, $database, "SELECT hcjwt.try_verify('$token{$name}') IS NULL"), 't', "$database: $name, try_verify()");
		}
	}
	# names and rules in the database's own encoding
	if (grep { $_ eq 'latin' } @{ $can{$database} })
	{
		my $text = $text{latin}[0];
		my $with = $acme->sign('--raw-payload', '{"exp":9999999999,"aud":"\u00c4d\u00e4","iss":"\u00c4d\u00e4"}');
		my $without = $acme->sign('--raw-payload', '{"exp":9999999999,"aud":"Ada","iss":"Ada"}');

		is(outcome($node, $database, $client . <<"END"), "$text\nERROR: 28J04", "$database: a help center's name, audience and issuer");
UPDATE hcjwt.help_centers SET name = '$text', audience = '$text', issuer = '$text';
BEGIN; DO \$\$ BEGIN PERFORM hcjwt.authenticate('$with', '$text'); END \$\$; SELECT hcjwt.help_center(); COMMIT;
SELECT hcjwt.verify('$without');
END
		$node->safe_psql($database, "UPDATE hcjwt.help_centers SET name = 'acme', audience = NULL, issuer = NULL");
	}
	# a key whose kid the database cannot write
	my $jwks = $acme->jwks =~ s/"kid":"[^"]*"/"kid":"\\u20ac"/r;
	my $both = $jwks =~ s/\]\}$//r . ',' . ($acme->jwks =~ s/^\{"keys":\[//r);
	# (the server itself takes no \u escape that it cannot write into jsonb)
	like(outcome($node, $database, "SELECT hcjwt.import_keys('acme', " . quoted($both) . ')'),
		(grep { $_ eq 'euro' } @{ $can{$database} }) && $database ne 'sql_ascii' ? qr/^2$/ : qr/^ERROR: (22P05|0A000)$/,
		"$database: a kid of another alphabet");

	# All kinds of text: random ones, and good tokens with a few
	# characters changed.  One DO block, where any error would end it.
	my $random = $database eq 'sql_ascii'
	  ? "convert_from(decode(string_agg(lpad(to_hex(1 + floor(random() * 255)::int), 2, '0'), ''), 'hex'), 'SQL_ASCII')"
	  : $database =~ /latin/ ? "string_agg(chr(1 + floor(random() * 255)::int), '')"
	  : $database eq 'utf8' ? "string_agg(chr((ARRAY[1 + floor(random() * 127)::int, 128 + floor(random() * 50000)::int, 65536 + floor(random() * 900000)::int])[1 + floor(random() * 3)]), '')"
	  : "string_agg(convert_from(decode((ARRAY['2e', '65', 'a4a2', 'b0a1', '8eb1'])[1 + floor(random() * 5)], 'hex'), 'EUC_JP'), '')";
	my $good = $token{'ascii, as it is'};
	my $out = outcome($node, $database, <<"END");
SELECT setseed(0.25) IS NULL;
DO \$do\$
DECLARE
	good text := '$good';
	t text;
	n int := 0;
BEGIN
	FOR i IN 1 .. 3000 LOOP
		SELECT $random FROM generate_series(1, 1 + floor(random() * 60)::int) INTO t;
		IF hcjwt.try_verify(t) IS NOT NULL OR hcjwt.try_verify(t || '.' || t || '.' || t) IS NOT NULL
			OR hcjwt.try_verify(good, t) IS NOT NULL THEN
			RAISE 'accepted';
		END IF;
		-- somewhere in a good token
		t := overlay(good PLACING left(t, 2) FROM 1 + floor(random() * (length(good) - 2))::int);
		IF t <> good AND hcjwt.try_verify(t) IS NOT NULL THEN
			RAISE 'accepted';
		END IF;
		n := n + 1;
	END LOOP;
	IF n <> 3000 OR hcjwt.try_verify(good) IS NULL THEN
		RAISE 'not done';
	END IF;
END \$do\$;
SELECT 'done';
END
	is($out, "f\ndone", "$database: try_verify() raises for no text") or diag(substr $out, 0, 300);
}

# Byte 0x81 of WIN1252 has no form in UTF-8, so an audience of it is that of no token.
$node->safe_psql('postgres', "CREATE DATABASE win1252 ENCODING 'WIN1252' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
$node->safe_psql('win1252', 'CREATE EXTENSION hcjwt');
register($node, 'acme', $acme, 'win1252');
my $for_ada = quoted($acme->sign('--claims', '{"aud":"Ada"}'));
is(outcome($node, 'win1252', <<"END"), "t\nERROR: 28J04", 'an audience that has no form in UTF-8');
UPDATE hcjwt.help_centers SET audience = 'Ada';
SELECT hcjwt.verify($for_ada) IS NOT NULL;
UPDATE hcjwt.help_centers SET audience = chr(129);
SELECT hcjwt.verify($for_ada) IS NOT NULL;
END

$node->stop;
done_testing();
