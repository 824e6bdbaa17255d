# The shop's orders: PSGI and DBI.  Its helper is Visitor.pm.
use strict;
use warnings;
use DBI;
use JSON::PP;
use Plack::Request;
use Visitor;

my $json = JSON::PP->new->utf8;
my $columns = 'id AS "order", item, placed_on::text AS placed, state';
my %header = (
	'Access-Control-Allow-Origin' => $ENV{ALLOWED_ORIGIN},
	'Access-Control-Allow-Methods' => 'GET, POST',
	'Access-Control-Allow-Headers' => 'Authorization, Content-Type',
	'Cache-Control' => 'no-store',
	'Content-Type' => 'application/json');
my %connection = (
	RaiseError => 1,
	PrintError => 0,
	HandleError => sub { $_[0] = '[' . $_[1]->state . "] $_[0]"; return },
	pg_enable_utf8 => 1,
	# no names, for PgBouncer before 1.21; pg_server_prepare => 0 would bind nothing at all
	pg_switch_prepared => 0);
my $database;    # this process's; PG... in the environment says where

# No WHERE: whose orders they are is the policy's business.
sub orders { $_[0]->selectall_arrayref("SELECT $columns FROM orders ORDER BY id", { Slice => {} }) }

sub place_order
{
	my ($database, $item) = @_;
	my $order = $database->selectrow_hashref(
		"INSERT INTO orders (item) VALUES (?) RETURNING $columns", undef, $item);
	die "the warehouse has none\n" if $item eq 'The Moon';
	return $order;
}

sub answer
{
	my ($request, $token) = @_;
	$token =~ s/^Bearer +\b//i if defined $token;    # anything else is no token: the database says so
	return 404 if $request->path ne '/orders';
	return $request->method eq 'OPTIONS' ? 204 : 405 if $request->method !~ /^(?:GET|POST)$/;
	$database = DBI->connect('dbi:Pg:', undef, undef, \%connection) unless $database && $database->{Active};
	return (200, Visitor::as_visitor($database, $token, \&orders)) if $request->method eq 'GET';
	my $item = eval { $json->decode($request->content)->{item} };
	return 400 if !defined $item || ref $item || $item =~ /\0/;    # where libpq would cut it
	return (201, Visitor::as_visitor($database, $token, sub { place_order($_[0], $item) }));
}

sub status_of
{
	return 401 if $_[0] =~ /^\[28J0[13]/;    # the theme's script fetches a new token, and tries once more
	return $_[0] =~ /^\[(?:28J|42501)/ ? 403 : $_[0] =~ /^\[2[23]/ ? 400
	  : $_[0] =~ /^(?:\[(?:08|28|53|57)|DBI connect)/ ? 503 : 500;
}

sub {
	my $request = Plack::Request->new(@_);
	my ($status, $body) = eval { answer($request, $request->header('Authorization')) };
	if (!$status) { $status = status_of($@); warn $@ }
	my @more = $status == 401 ? ('WWW-Authenticate' => 'Bearer error="invalid_token"') : ();
	return [ $status, [ %header, @more ], [ $body ? $json->encode($body) : () ] ];
};
