# The whole server remembers which tokens verify: those that were used last, as many as
# hcjwt.token_cache_size has room for.  With 0 it remembers none, and judges tokens all the same.

use strict;
use warnings;

use HcjwtTest;

# a set of 8 tokens, which is all that a kilobyte has room for
my $acme = Tokens->new;
my $node = cluster('main', preload => 1, conf => "hcjwt.token_cache_size = '1kB'\n");
my @tokens = map { $acme->sign('--claims', qq({"userId":$_})) } 1 .. 9;

register($node, 'acme', $acme);

# In a session of its own: how many of these tokens are accepted, and how many of them
# without their signature's being verified again.
sub verified
{
	my (@numbers) = @_;
	my $of_cache = 'SELECT from_cache FROM hcjwt.stats';
	my $before = $node->safe_psql('postgres', $of_cache);
	my $good = $node->safe_psql('postgres', 'SELECT count(hcjwt.try_verify(token)) FROM unnest(ARRAY['
		  . join(', ', map { quoted($tokens[ $_ - 1 ]) } @numbers) . ']) token');

	return "$good accepted, " . ($node->safe_psql('postgres', $of_cache) - $before) . ' remembered';
}

is(verified(1 .. 8), '8 accepted, 0 remembered', 'new tokens');
is(verified(1 .. 8), '8 accepted, 8 remembered', 'another session uses the remembered verdicts');
is(verified(1, 9), '2 accepted, 1 remembered', 'one more');
is(verified(9, 1, 3 .. 8), '8 accepted, 8 remembered', 'takes the place of the one that was not used for longest');
is(verified(2), '1 accepted, 0 remembered', 'which is verified anew');
is(verified(9), '1 accepted, 0 remembered', 'in the place of the next');
is($node->safe_psql('postgres', "SELECT hcjwt.revoke_key('acme', kid) IS NOT NULL FROM hcjwt.keys"), 't', 'the key is revoked');
is(verified(1 .. 9), '0 accepted, 0 remembered', 'then none helps a token');
is($node->safe_psql('postgres', "SELECT hcjwt.unrevoke_key('acme', kid) IS NOT NULL FROM hcjwt.keys"), 't', 'and trusted again');

$node->append_conf('postgresql.conf', "hcjwt.token_cache_size = 0\n");
$node->restart;
is(verified(1, 1, 2), '3 accepted, 0 remembered', 'without a cache') foreach 1 .. 2;

$node->stop;
done_testing();
