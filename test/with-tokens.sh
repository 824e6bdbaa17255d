#!/bin/sh
# The launcher of the isolation tests (pg_isolation_regress --launcher): signs
# tokens and hands them, with the key sets that verify them, to every session as
# settings: test.acme, test.beta and test.acme_keys, test.beta_keys.
set -e
: "${HELPCENTERD:=$(cd "$(dirname "$0")/.." && pwd)/helpcenter/helpcenterd}"
stores=${PG_ABS_BUILDDIR:-$PWD}/results

for name in acme beta
do
	store=$stores/keystore-$name
	keys=$("$HELPCENTERD" keys --data "$store")
	token=$("$HELPCENTERD" sign --data "$store" --exp 253402300799 \
		--claims "{\"userId\":1,\"email\":\"ada@example.com\",\"from\":\"$name\"}")
	PGOPTIONS="$PGOPTIONS -c test.${name}_keys=$keys -c test.$name=$token"
done
export PGOPTIONS
exec "$@"
