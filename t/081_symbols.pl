# The libraries need only those symbols of the server that their sources name.
# An inline function in the server's headers may need another one, which an
# earlier minor release lacks: a library built with the later one would keep the
# earlier one from starting.

use strict;
use warnings;
use FindBin;
use PostgreSQL::Test::Utils;
use Test::More;

# Symbols that the server's macros and inline functions need, in every release.
my %known = map { $_ => 1 } qw(
  AllocSetContextCreateInternal CurrentMemoryContext DirectFunctionCall1Coll
  DirectFunctionCall2Coll GetSysCacheOid GUC_check_errdetail_string GUC_check_errhint_string
  GUC_check_errmsg_string HeapTupleHeaderGetDatum InterruptPending
  MainLWLockArray MemoryContextAllocZeroAligned PG_exception_stack ParallelWorkerNumber
  PostmasterIsAliveInternal ProcessInterrupts XactIsoLevel
  cancel_before_shmem_exit cstring_to_text dsa_create_in_place_ext errfinish
  DecrTupleDescRefCount dshash_find_or_insert_extended errstart errstart_cold
  expression_tree_walker_impl list_make1_impl pqsignal_be query_tree_walker_impl
  error_context_stack format_elog_string my_wait_event_info newNodeMacroHolder
  pg_detoast_datum pg_detoast_datum_packed pg_qsort pg_re_throw pg_snprintf
  pg_vsnprintf planstate_tree_walker_impl postmaster_possibly_dead pre_format_elog_string s_lock
  set_ps_display_with_len);

my $top = "$FindBin::RealBin/..";
my %named;
foreach my $file (glob "$top/src/*.[ch] $top/src/*/*.[ch]")
{
	my $text = slurp_file($file);
	# names in comments do not count
	$text =~ s{/\*.*?\*/}{}gs;
	$named{$_} = 1 foreach $text =~ /\w+/g;
}
cmp_ok(scalar(keys %named), '>', 1000, 'sources are there');

my ($directory) = run_command([ 'pg_config', '--pkglibdir' ]);
foreach my $library ('hcjwt', 'hcjwt_http', 'hcjwt_primary')
{
	my ($out, $err) = run_command([ 'nm', '-D', '--undefined-only', "$directory/$library.so" ]);
	# without symbols of other libraries, which have versions, and the compiler's
	my @wanted = grep { !/[@]|^_(?:ITM|_)/ } $out =~ /\sU\s+(\S+)/g;

	cmp_ok(scalar(@wanted), '>', 10, "$library: what it asks for is known");
	is(join(' ', sort grep { !$named{$_} && !$known{$_} } @wanted), '',
		"$library asks for nothing that a header alone has brought in");
}
done_testing();
