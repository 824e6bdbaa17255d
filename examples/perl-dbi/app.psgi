# The shop's orders: PSGI and DBI.  Its helper is Visitor.pm.

use strict;
use warnings;

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

# No WHERE: whose orders they are is the policy's business.
sub orders
{
	my ($database) = @_;

	return $database->selectall_arrayref("SELECT $columns FROM orders ORDER BY id",
		{ Slice => {} });
}

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
	my ($request) = @_;
	my $route = $request->method . ' ' . $request->path;

	# "Bearer TOKEN"; anything else is no token, and the database says so
	my $token = $request->header('Authorization');
	$token =~ s/^Bearer +//i if defined $token;

	return 204 if $route eq 'OPTIONS /orders';
	return (200, Visitor::as_visitor($token, \&orders)) if $route eq 'GET /orders';
	return 404 if $route ne 'POST /orders';
	my $item = $json->decode($request->content)->{item};
	return (201, Visitor::as_visitor($token, sub { place_order($_[0], $item) }));
}

sub {
	my $request = Plack::Request->new(shift);
	my ($status, $body) = eval { answer($request) };

	$status //= ref $@ ? $@->{status} : 500;
	my @more = $status == 401 ? ('WWW-Authenticate' => 'Bearer error="invalid_token"') : ();
	return [ $status, [ %header, @more ], [ $body ? $json->encode($body) : () ] ];
};
