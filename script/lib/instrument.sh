# shellcheck shell=bash
# A build of hcjwt that is watched while its tests run: a function sets how hcjwt is
# built and what servers find in their environment, and another says in the end what
# was seen.
#
# Needs common.sh, sandbox.sh, and script/test's result().
# shellcheck disable=SC2034,SC2154

# The server is the system's own, so what it allocates is watched in whole blocks of
# malloc's, and what it does itself is not watched, but for what it passes to libc.
# New memory is filled, and what is given back, too.  Undefined behaviour is a trap,
# which ASan reports: UBSan's own library would report to the server's log.
sanitized_setup() {
  # fortified functions hide what they do from ASan
  warnings+=' -O1 -Wp,-U_FORTIFY_SOURCE -fsanitize=address,undefined -fsanitize-undefined-trap-on-error'
  inside mkdir "$sandbox/reports"
  # libgpg-error calls gettext before ASan is set up, which would then be set up under
  # gettext's lock, and call gettext: this library comes before all others
  inside gcc -shared -fPIC -Wl,-z,initfirst -x c -o "$sandbox/first.so" - <<'END'
#include <stdlib.h>
static __attribute__((constructor)) void first(void) { free(malloc(1)); }
END
  server_environment+=(
    LD_PRELOAD="$(gcc -print-file-name=libasan.so) $sandbox/first.so"
    ASAN_OPTIONS="abort_on_error=1:handle_sigill=1:log_path=$sandbox/reports/report:detect_leaks=0:detect_stack_use_after_return=0:allocator_may_return_null=1:max_malloc_fill_size=1000000:max_free_fill_size=1000000")
}

# Each process that had a report has failed.
sanitized_end() {
  local -a reports=("$sandbox"/reports/*)
  started=$SECONDS
  result 'reports of the sanitizers' 0 "${#reports[@]}"
  ((${#reports[@]} == 0)) || head -q -n 40 "${reports[@]}" | show
}
