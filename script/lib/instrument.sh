# shellcheck shell=bash
# Builds of hcjwt that are watched while its tests run.  Each has the function
# NAME_setup, which sets how hcjwt is built and the servers' environment; NAME_built,
# after the build, and NAME_end, which prints the results, where there is something to do.
#
# Needs common.sh, sandbox.sh, and script/test's result().
# shellcheck disable=SC2034,SC2154

# ---- address and undefined-behaviour sanitizers ----

# The server is the system's own, so what it allocates is watched in whole blocks of
# malloc's.  Its own accesses are not watched, except through functions of libc.
# New memory is filled, and what is given back, too.  Undefined behaviour is a trap,
# which ASan reports: UBSan's own library would report to the server's log.
sanitized_setup() {
  # fortified functions hide what they do from ASan
  warnings+=' -O1 -Wp,-U_FORTIFY_SOURCE -fsanitize=address,undefined -fsanitize-undefined-trap-on-error'
  inside mkdir "$sandbox/reports"
  # libgpg-error calls gettext before ASan is set up.  ASan would then be set up
  # while gettext holds its lock, and would call gettext itself.  So this
  # library comes before all others.
  inside gcc -shared -fPIC -Wl,-z,initfirst -x c -o "$sandbox/first.so" - <<'END'
#include <stdlib.h>
static __attribute__((constructor)) void first(void) { free(malloc(1)); }
END
  server_environment+=(
    LD_PRELOAD="$(gcc -print-file-name=libasan.so) $sandbox/first.so"
    ASAN_OPTIONS="abort_on_error=1:handle_sigill=1:log_path=$sandbox/reports/report:detect_leaks=0:detect_stack_use_after_return=0:allocator_may_return_null=1:max_malloc_fill_size=1000000:max_free_fill_size=1000000")
  sanitized_reports
}

# That there are no reports says something only where reports are written: two
# programs, each wrong on purpose, must have one each.
sanitized_reports() {
  local wrong=$sandbox/home/wrong
  # shellcheck disable=SC2086 # several words
  inside gcc $warnings -Wno-use-after-free -x c -o "$wrong" - <<'END'
#include <stdlib.h>
int main(int n, char **word) {
	char *volatile freed = malloc(8);
	free(freed);
	return n > 1 ? n << (n * 20) : freed[0];
}
END
  ! inside_pg "$wrong" 2>/dev/null || die 'ASan overlooks a use after free'
  ! inside_pg "$wrong" undefined 2>/dev/null || die 'UBSan overlooks a shift too far'
  local -a reports=("$sandbox"/reports/*)
  ((${#reports[@]} == 2)) || die "ASan writes no reports to $sandbox/reports"
  rm "${reports[@]}"
}

# Each process with a report counts as a failure; the server may have gone on without it.
sanitized_end() {
  local -a reports=("$sandbox"/reports/*)
  started=$SECONDS
  result "reports of the sanitizers: ${#reports[@]}" "$((${#reports[@]} == 0))" "${#reports[@]}"
  ((${#reports[@]} == 0)) || head -q -n 40 "${reports[@]}" | show
}

# ---- no caches ----

# The server forgets its caches again and again, and overwrites what it has freed:
# what was kept from a cache, or of memory, for too long is found.  DISCARD_EACH is how
# many microseconds pass before it forgets again (test/discards); 0: whenever it may, which
# is some hundred times slower.  CREATE EXTENSION would then take a minute, in the
# server's code alone, so the caches are kept while an extension's script runs.
uncached_setup() {
  [[ $("$pg_config" --configure) == *--enable-cassert* ]] ||
    die "needs a server with assertions (see script/test-matrix --help)"
  : "${DISCARD_EACH:=500}"
  ((DISCARD_EACH == 0)) || return 0
  temp_config=("$sandbox/uncached.conf")
  inside tee "${temp_config[@]}" >/dev/null <<<'debug_discard_caches = 1'
  # PostgreSQL's own modules for TAP tests take it from here
  server_environment+=(TEMP_CONFIG="${temp_config[*]}")
}
uncached_built() {
  if ((DISCARD_EACH == 0)); then
    inside sed -i -e '1i SET LOCAL debug_discard_caches = 0;' \
      -e '$a SET LOCAL debug_discard_caches = DEFAULT;' \
      "$sandbox/pg$("$pg_config" --sharedir)"/extension/hcjwt--*.sql
    return
  fi
  # shellcheck disable=SC2086 # several words
  inside gcc $warnings -O2 -shared -fPIC -I"$("$pg_config" --includedir-server)" \
    -o "$sandbox/discards.so" test/discards/discards.c || return
  server_environment+=(LD_PRELOAD="$sandbox/discards.so"
    DISCARD_EACH="$DISCARD_EACH" DISCARDS_TO="$sandbox/home/discards")
}
uncached_end() {
  local count
  ((DISCARD_EACH > 0)) || return 0
  started=$SECONDS
  count=$(awk '{ sum += $1 } END { print sum + 0 }' "$sandbox/home/discards") || count=0
  result "caches forgotten $count times" "$((count > 0))" "$((count == 0))"
}

# ---- coverage ----

# Covers the folders of parsers and rules.  test/uncovered.txt names lines that
# no test runs, with the reasons; they count as not run.  Other lines that no
# test runs are printed.
covered_folders=(jose json url verify)
covered_least=95

coverage_setup() {
  need llvm
  warnings+=' -O0 -Wp,-U_FORTIFY_SOURCE --coverage'
  unit_flags=(CFLAGS='-O0 --coverage')
  export FUZZ_BUILD=$sandbox/fuzz FUZZ_CFLAGS=--coverage
}

# Counts of both compilers, as gcov writes them: COUNT:LINE:TEXT, after the source's
# name.  It has to find the sources from where the compiler was called.
coverage_counts() {
  (cd "$sandbox/src" && gcov -t src/*.gcda src/*/*.gcda) || true
  (cd "$sandbox/src/test" && gcov -t build/*.gcda) || true
  (cd "$sandbox/src/fuzz" && llvm-cov gcov -t "$sandbox"/fuzz/*.gcda "$sandbox"/fuzz/*/*.gcda) || true
}

coverage_end() {
  local folder lines run
  started=$SECONDS
  coverage_counts 2>/dev/null | awk -F: -v folders="$(IFS='|'; echo "${covered_folders[*]}")" '
    $3 == "Source" {
      wanted = match($0, "src/(" folders ")/[a-z_0-9]+[.]c$")
      file = substr($0, RSTART)
    }
    wanted && $2 + 0 > 0 && $1 !~ /-$/ { seen[file ":" ($2 + 0)] += $1 ~ /[1-9]/ }
    END { for (line in seen) print line, (seen[line] > 0) }' >"$sandbox/lines"
  for folder in "${covered_folders[@]}"; do
    lines=$(grep -c "^src/$folder/" "$sandbox/lines") || true
    run=$(grep -c "^src/$folder/.* 1$" "$sandbox/lines") || true
    result "src/$folder: $run of $lines lines run" $((run * 100 >= lines * covered_least)) \
      $((run * 100 < lines * covered_least))
  done
  sed -n 's/ 0$//p' "$sandbox/lines" | sort -t : -k 1,1 -k 2,2n | while IFS=: read -r file line; do
    printf '%s:%s:%s\n' "$file" "$line" "$(sed -n "${line}p" "$sandbox/src/$file")"
  done >"$sandbox/not-run"
  note "  $(wc -l <"$sandbox/not-run") lines are not run, and of these test/uncovered.txt does not name:"
  grep -vE '^(#|$)' "$top/test/uncovered.txt" | grep -vE -f - "$sandbox/not-run" | show || true
}
