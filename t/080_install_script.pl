# script/check-install-sql finds what it should, and nothing in our own scripts.

use strict;
use warnings;
use FindBin;
use PostgreSQL::Test::Utils;
use Test::More;

my $check = "$FindBin::RealBin/../script/check-install-sql";
my $dir = PostgreSQL::Test::Utils::tempdir;
my $head = "\\echo Use \"CREATE EXTENSION hcjwt\" to load this file. \\quit\n";
my $n = 0;

# The rules that a script breaks: their names, in order.
sub found
{
	my ($sql, $file) = @_;
	my ($out, $err) = ('', '');

	$file //= "$dir/hcjwt--" . ++$n . '.sql';
	append_to_file($file, $sql);
	IPC::Run::run [ $check, $file ], '>', \$out, '2>', \$err;
	die $err if $err ne '';
	return join ' ', $out =~ /^[^:]*:\d+: (\w+):/mg;
}

command_ok([$check], 'our own scripts');

foreach my $case (
	# each rule, and what is not against it
	[ 'SELECT lower(\'x\')' => 'call' ],
	[ 'SELECT public.lower(\'x\')' => 'call' ],
	[ 'SELECT pg_catalog.lower(\'x\')' => '' ],
	[ 'SELECT hcjwt.f(), count(*)' => 'call' ],
	[ 'SELECT COALESCE(NULL, \'x\'), EXISTS (SELECT)' => '' ],
	[ 'SELECT 1 + 1' => 'operator' ],
	[ 'SELECT 1 OPERATOR(pg_catalog.+) 1' => '' ],
	[ 'SELECT 1 OPERATOR(public.+) 1' => 'operator operator' ],
	[ 'SELECT \'a\' || \'b\', \'a = b\'' => 'operator' ],
	[ 'SELECT 1 IN (1, 2)' => 'operator' ],
	[ 'SELECT \'a\' LIKE \'b\'' => 'operator' ],
	[ 'SELECT 1 BETWEEN 0 AND 2' => 'operator' ],
	[ 'SELECT NULLIF(1, 2)' => 'operator' ],
	[ 'SELECT 1 IS DISTINCT FROM 2' => 'operator' ],
	[ 'SELECT CASE 1 WHEN 1 THEN 2 END' => 'operator' ],
	[ 'SELECT CASE WHEN true THEN -2 END' => '' ],
	[ 'SELECT FROM hcjwt.a JOIN hcjwt.b USING (c)' => 'operator' ],
	[ 'SELECT FROM hcjwt.a NATURAL JOIN hcjwt.b' => 'operator' ],
	[ 'SELECT \'1\'::int4' => 'type' ],
	[ 'SELECT \'1\'::pg_catalog.int4' => '' ],
	[ 'CREATE TABLE hcjwt.t (a text)' => 'type' ],
	[ 'CREATE TABLE hcjwt.t (name pg_catalog.text)' => '' ],
	[ 'CREATE TABLE hcjwt.t (a name)' => 'type' ],
	[ 'SELECT h.name, name FROM hcjwt.help_centers h ORDER BY name' => '' ],
	[ 'CREATE FUNCTION hcjwt.f(jsonb) RETURNS pg_catalog.int4 LANGUAGE C AS \'a\', \'b\'' => 'type' ],
	[ 'SELECT FROM t' => 'relation' ],
	[ 'SELECT FROM pg_class' => 'relation' ],
	[ 'SELECT FROM pg_catalog.pg_class' => '' ],
	[ 'SELECT FROM public.t' => 'relation' ],
	[ 'INSERT INTO t VALUES (1)' => 'relation' ],
	[ 'WITH t AS (SELECT) SELECT FROM t' => '' ],
	[ 'CREATE INDEX ON keys (a)' => 'relation' ],
	[ 'GRANT SELECT ON keys TO PUBLIC' => 'relation' ],
	[ 'CREATE TABLE t ()' => 'relation create' ],
	[ 'CREATE VIEW public.v AS SELECT' => 'create' ],
	[ 'CREATE TEMP TABLE t ()' => 'relation create' ],
	[ 'CREATE SCHEMA other' => 'create' ],
	[ 'CREATE SCHEMA IF NOT EXISTS hcjwt' => 'takeover create' ],
	[ 'CREATE OR REPLACE VIEW hcjwt.v AS SELECT' => 'takeover' ],
	[ 'DROP TABLE IF EXISTS hcjwt.t' => 'takeover' ],
	[ 'CREATE FUNCTION hcjwt.f() RETURNS pg_catalog.int4 SECURITY DEFINER LANGUAGE C AS \'a\', \'b\'' => 'definer' ],
	[ 'CREATE FUNCTION hcjwt.f() RETURNS pg_catalog.int4 SECURITY DEFINER SET search_path = public, pg_temp LANGUAGE C AS \'a\', \'b\'' => 'definer' ],
	[ 'CREATE FUNCTION hcjwt.f() RETURNS pg_catalog.int4 SECURITY DEFINER SET search_path = pg_catalog, pg_temp, public LANGUAGE C AS \'a\', \'b\'' => 'definer' ],
	[ 'CREATE FUNCTION hcjwt.f() RETURNS pg_catalog.int4 SECURITY DEFINER SET search_path = pg_catalog, pg_temp LANGUAGE C AS \'a\', \'b\'' => '' ],
	[ 'SET search_path = public' => 'setting' ],
	[ 'SELECT pg_catalog.set_config(\'search_path\', \'public\', false)' => 'setting' ],
	# bodies
	[ "DO LANGUAGE plpgsql \$\$\nBEGIN\n\tPERFORM lower('x');\nEND\n\$\$" => 'call' ],
	[ "CREATE FUNCTION hcjwt.f() RETURNS pg_catalog.int4 LANGUAGE sql AS \$\$ SELECT 1 + 1 \$\$" => 'operator' ],
	[ "CREATE FUNCTION hcjwt.f() RETURNS pg_catalog.int4 LANGUAGE sql SET search_path = pg_catalog, pg_temp AS \$\$ SELECT 1 + 1 \$\$" => '' ],
	# what is no code
	[ "-- lower('x') = 1\nSELECT 'lower(x) = 1'" => '' ],
	[ "/* lower('x') */ SELECT" => '' ])
{
	my ($sql, $rules) = @$case;
	is(found("$head$sql;\n"), $rules, $sql =~ s/\s+/ /gr);
}

is(found("SELECT;\n"), 'quit', 'a script that psql would run');
is(found("${head}CREATE OR REPLACE FUNCTION hcjwt.f() RETURNS pg_catalog.int4 LANGUAGE C AS 'a', 'b';\n",
	"$dir/hcjwt--1--2.sql"), '', 'an upgrade script may replace what is the extension\'s');
command_like([ $check, '--help' ], qr/operator .*OPERATOR\(pg_catalog/s, 'it explains its rules');
done_testing();
