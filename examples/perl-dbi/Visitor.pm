# One request, one transaction, one visitor, whose token it is, or none (undef): DBI.
package Visitor;
use strict;
use warnings;

# Runs the code in a transaction.  DBD::Pg sends one statement at a time: four round trips.
sub as_visitor
{
	my ($database, $token, $code) = @_;
	$database->begin_work;
	my $result = eval {
		$database->do('SELECT hcjwt.authenticate(?)', undef, $token);    # bound, so not logged
		$code->($database);
	};
	return $database->commit && $result if $result;
	my $error = $@;
	eval { $database->rollback; 1 } && $database->ping or $database->disconnect;    # it is lost
	die $error;
}
1;
