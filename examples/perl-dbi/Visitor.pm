# One request, one transaction, one visitor: DBI with DBD::Pg.

package Visitor;

use strict;
use warnings;
use DBI;

my $database;    # this process's connection

sub database
{
	return $database //= DBI->connect('dbi:Pg:', undef, undef, {
		RaiseError => 1,
		PrintError => 0,
		AutoCommit => 1,
		# no names, for PgBouncer before 1.21; pg_server_prepare => 0 would write the
		# token into the statement, and statements are logged
		pg_switch_prepared => 0,
		pg_enable_utf8 => 1 });
}

# Runs the code in a transaction that is authenticated by the token, or anonymous
# when it is undef.  DBD::Pg sends one statement at a time: four round trips.
sub as_visitor
{
	my ($token, $code) = @_;
	my $result = eval {
		database()->begin_work;
		$database->do('SELECT hcjwt.authenticate(?)', undef, $token);
		my $rows = $code->($database);
		$database->commit;
		$rows;
	};
	return $result if defined $result;
	my ($error, $state) = ($@, $DBI::state);
	eval { $database->rollback; 1 } or undef $database;    # it has broken
	die { status => $error =~ /^DB[DI]\b/ ? status_of($state) : 500 };
}

# 401: the theme's script fetches a new token, and tries once more.
sub status_of
{
	my ($state) = @_;

	return $state =~ /^28J0[13]$/ ? 401
	  : $state =~ /^(?:28J|42501$)/ ? 403
	  : $state =~ /^2[23]/ ? 400
	  : $state =~ /^(?:08|28|53|57)/ ? 503
	  : 500;
}

1;
